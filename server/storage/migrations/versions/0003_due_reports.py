"""Reports that have to be sent to the operator's webhook."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "due_reports",
        sa.Column("code", sa.String(12), primary_key=True),
        sa.Column("due", sa.Float, nullable=False, index=True),
    )


def downgrade() -> None:
    op.drop_table("due_reports")
