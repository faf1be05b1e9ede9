"""Students get the teacher's notes of a class that was opened so."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column(
        "classes",
        sa.Column("notes_for_students", sa.Boolean, nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    op.drop_column("classes", "notes_for_students")
