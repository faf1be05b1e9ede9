"""Classes that are opened from a place in a learning platform."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "links",
        sa.Column("link", sa.String(64), primary_key=True),
        sa.Column("code", sa.String(12), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("links")
