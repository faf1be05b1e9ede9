"""server.wsgi of a later release, whose processes tell each other things in a format of its own."""

import server.sharing.exchange

server.sharing.exchange.FORMAT += 1

from server.wsgi import app as app  # noqa: E402
