"""How complete the records of agencies are, as it was last counted."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_thread"
down_revision = "2026_11_27_origins"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "completeness_counts",
        sa.Column("publisher", sa.String(length=100), nullable=False),
        sa.Column("axis", sa.String(length=20), nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("publisher", "axis", "part", name=op.f("pk_completeness_counts")),
    )


def downgrade() -> None:
    op.drop_table("completeness_counts")
