"""What gunicorn loads: one server, ticking, for this process."""

import os
import sys

from server.app import create_server
from server.config import Settings
from server.store import StoreError

try:
    server = create_server(Settings.from_environment(os.environ))
except StoreError as error:  # one that no waiting mends
    sys.exit(f"error: {error}")
server.start()
app = server.app
