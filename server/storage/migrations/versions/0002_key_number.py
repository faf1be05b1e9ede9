"""Teachers' links of a class that were given out before its newest ones open nothing any more."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column(
        "classes", sa.Column("key_number", sa.Integer, nullable=False, server_default="0")
    )


def downgrade() -> None:
    op.drop_column("classes", "key_number")
