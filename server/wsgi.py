"""What gunicorn loads: one server, ticking, for this process."""

import os
import sys

from gunicorn.arbiter import Arbiter

from server.app import create_server
from server.config import Settings, SettingsError
from server.storage.store import StoreError

try:
    server = create_server(Settings.from_environment(os.environ))
except (SettingsError, StoreError) as error:  # one that no waiting mends
    print(f"error: {error}", file=sys.stderr)
    sys.exit(Arbiter.WORKER_BOOT_ERROR)  # after any other status gunicorn would try again for ever
server.start()
app = server.app
