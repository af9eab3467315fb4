"""Runs that can be stopped and gone on with, one run per host, and the type of what agencies sent."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_runs_that_go_on"
down_revision = "2026_11_23_flags_and_redirects"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("continues", sa.Integer(), nullable=True))
    op.add_column("runs", sa.Column("carried", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("runs", sa.Column("checkpoint", sa.JSON(), nullable=True))
    op.add_column("runs", sa.Column("stop_asked", sa.Text(), nullable=False, server_default=""))
    op.add_column("runs", sa.Column("retry_at", sa.String(27), nullable=True))
    op.add_column("leases", sa.Column("host", sa.String(length=300), nullable=True))
    op.create_index("ix_leases_host", "leases", ["host"], unique=True)
    op.add_column("records", sa.Column("raw_type", sa.String(length=200), nullable=True))
    op.add_column("issues", sa.Column("raw_type", sa.String(length=200), nullable=True))


def downgrade() -> None:
    for table, column in (("issues", "raw_type"), ("records", "raw_type")):
        op.drop_column(table, column)
    op.drop_index("ix_leases_host", "leases")
    op.drop_column("leases", "host")
    for column in ("retry_at", "stop_asked", "checkpoint", "carried", "continues"):
        op.drop_column("runs", column)
