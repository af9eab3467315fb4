"""Links that were judged together are taken back together."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_newcomer"
down_revision = "2026_11_27_summed"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "link_batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("who", sa.String(length=300), nullable=False),
        sa.Column("agency", sa.String(length=100), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("decided_at", sa.String(length=27), nullable=False),
        sa.Column("taken_back_at", sa.String(length=27), nullable=True),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_link_batches_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_batches")),
    )
    op.create_index("ix_link_batches_agency_decided", "link_batches", ["agency", "decided_at"])


def downgrade() -> None:
    op.drop_table("link_batches")
