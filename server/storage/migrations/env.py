"""How Alembic reaches the database: through DATABASE_URL, as the server does."""

import os

from alembic import context
from alembic.util import CommandError

from server.config import Settings
from server.storage.store import StoreError, metadata, one_error, open_engine

url = context.config.attributes.get("url") or os.environ.get("DATABASE_URL")
try:
    engine = open_engine(url or Settings.database_url)
    try:
        with one_error(), engine.begin() as connection:
            # SQLite changes a table by making it anew, which Alembic calls a batch.
            context.configure(connection, target_metadata=metadata, render_as_batch=True)
            with context.begin_transaction():
                context.run_migrations()
    finally:
        engine.dispose()
except StoreError as error:
    raise CommandError(str(error)) from error  # which Alembic tells in one line
