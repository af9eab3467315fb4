"""What readers open and search for, as counts."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_readers"
down_revision = "2026_11_24_editions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reads",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "number", name=op.f("pk_reads")),
    )
    op.create_table(
        "asked",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("agency", sa.String(length=100), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asked")),
    )
    op.create_index("ix_asked_agency", "asked", ["agency"])


def downgrade() -> None:
    op.drop_table("asked")
    op.drop_table("reads")
