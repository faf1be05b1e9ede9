"""What gunicorn loads: one server, ticking, for this process."""

import os

from server.app import create_server
from server.config import Settings

server = create_server(Settings.from_environment(os.environ))
server.start()
app = server.app
