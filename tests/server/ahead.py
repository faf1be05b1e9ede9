"""server.wsgi on a machine whose clock is a minute ahead."""

import time

right = time.time
time.time = lambda: right() + 60

from server.wsgi import app as app  # noqa: E402
