"""server.wsgi in a hurry: what its tests wait for happens as it always does, but sooner."""

import server.domain.seats
import server.domain.timeline

server.domain.seats.SEAT_GRACE = 2.0
server.domain.timeline.POINT_SECONDS = 2

import server.storage.store  # noqa: E402  # what is imported here has the two by their values

server.storage.store.PATIENCE = 1.0
server.storage.store.SETTLING = 0.5

import server.app  # noqa: E402
import server.ops.webhook  # noqa: E402
import server.ops.worker  # noqa: E402
import server.sockets.handlers  # noqa: E402
import server.sockets.lasting  # noqa: E402

server.sockets.handlers.ENDED_SECONDS = 1.0
server.app.PING_INTERVAL = 6  # longer than the timeout, on which the transport relies
server.app.PING_TIMEOUT = 5
server.app.KEY_SECONDS = 1
server.app.STRANGER_SECONDS = 3
server.app.DELIVERY_SECONDS = 0.2
server.ops.webhook.PATIENCE = 1.0
server.ops.webhook.FIRST_PAUSE = 2.0
server.ops.worker.HEAD_SECONDS = server.ops.worker.BODY_SECONDS = 3.0
server.ops.worker.READING_SECONDS = 3.0
server.sockets.lasting.MOST_LASTING = 20

from server.wsgi import app as app  # noqa: E402
