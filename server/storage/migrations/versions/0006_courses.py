"""Courses; classes that take questions, and such whose students are made up.

A place in a learning platform is a course from now on. What `links` says is moved into `courses`;
the table itself stays for the release before this one, which serves while this one is rolled out.
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # of codes, as it was when this was written


def upgrade() -> None:
    for name in ("qna", "simulated"):
        column = sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())
        op.add_column("classes", column)
    op.add_column("classes", sa.Column("course", sa.String(12)))
    op.create_index("ix_classes_course", "classes", ["course"])
    courses = op.create_table(
        "courses",
        sa.Column("code", sa.String(12), primary_key=True),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("mode", sa.String(12), nullable=False),
        sa.Column("min_students", sa.Integer),
        sa.Column("notes_for_students", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("qna", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("used_at", sa.Float, nullable=False),
        sa.Column("key_number", sa.Integer, nullable=False, server_default="0"),
        sa.Column("link", sa.String(64), unique=True),
        sa.Column("lesson", sa.String(12)),
    )
    classes = sa.table(
        "classes", *(sa.column(name) for name in ("code", "title", "mode", "created_at", "course"))
    )
    links = sa.table("links", sa.column("link"), sa.column("code"))
    query = sa.select(
        links.c.link, classes.c.code, classes.c.title, classes.c.mode, classes.c.created_at
    ).join(classes, classes.c.code == links.c.code)
    connection = op.get_bind()
    for link, code, title, mode, created_at in connection.execute(query).all():
        course = "".join(secrets.choice(ALPHABET) for _ in range(6))
        about = {"title": title, "mode": mode, "created_at": created_at, "used_at": created_at}
        connection.execute(sa.insert(courses).values(code=course, link=link, lesson=code, **about))
        of_it = classes.c.code == code
        connection.execute(sa.update(classes).where(of_it).values(course=course))


def downgrade() -> None:
    op.drop_table("courses")
    op.drop_index("ix_classes_course", "classes")
    for name in ("course", "simulated", "qna"):
        op.drop_column("classes", name)
