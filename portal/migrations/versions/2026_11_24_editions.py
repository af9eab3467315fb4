"""Editions of drafts, so that two people do not overwrite each other."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_editions"
down_revision = "2026_11_24_bulks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("uploads", sa.Column("edition", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("uploads", sa.Column("changed_by", sa.Integer(), nullable=True))
    op.add_column("uploads", sa.Column("open_by", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    for column in ("edition", "changed_by", "open_by"):
        op.drop_column("uploads", column)
