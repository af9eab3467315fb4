"""Tries at the door by network: counted by every process together."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_door"
down_revision = "2026_11_27_thread"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tries",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("network", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tries")),
    )
    op.create_index("ix_tries_network", "tries", ["network"])
    op.create_index("ix_tries_at", "tries", ["at"])


def downgrade() -> None:
    op.drop_table("tries")
