"""The first tables, also for databases from before there were migrations."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    there = sa.inspect(op.get_bind()).get_table_names()
    if "views" in there:  # what was kept before there were points
        op.drop_table("views")
    if "classes" not in there:
        op.create_table(
            "classes",
            sa.Column("code", sa.String(12), primary_key=True),
            sa.Column("title", sa.String(120), nullable=False),
            sa.Column("mode", sa.String(12), nullable=False),
            sa.Column("min_students", sa.Integer, nullable=False),
            sa.Column("created_at", sa.Float, nullable=False),
            sa.Column("ended_at", sa.Float),
        )
    if "points" not in there:
        op.create_table(
            "points",
            sa.Column("code", sa.String(12), primary_key=True),
            sa.Column("t", sa.Float, primary_key=True),
            sa.Column("point", sa.JSON, nullable=False),
        )
    if "markers" not in there:
        op.create_table(
            "markers",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("code", sa.String(12), nullable=False, index=True),
            sa.Column("t", sa.Float, nullable=False),
            sa.Column("text", sa.String(120), nullable=False),
        )


def downgrade() -> None:
    for table in ("markers", "points", "classes"):
        op.drop_table(table)
