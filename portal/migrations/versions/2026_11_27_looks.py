"""Looks into files in the background, the room that agencies' files take, and when files came."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_looks"
down_revision = "2026_11_27_guard"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "looks",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=300), nullable=False),
        sa.Column("claim", sa.String(length=32), nullable=False),
        sa.Column("seen_at", sa.String(length=27), nullable=True),
        sa.Column("not_before", sa.String(length=27), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.String(length=27), nullable=False),
        sa.Column("done_at", sa.String(length=27), nullable=True),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_looks")),
    )
    op.create_index(op.f("ix_looks_state"), "looks", ["state"])
    op.create_table(
        "holdings",
        sa.Column("agency", sa.String(length=100), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("agency", "sha256", name=op.f("pk_holdings")),
    )
    op.create_index(op.f("ix_holdings_sha256"), "holdings", ["sha256"])
    op.create_table(
        "arrivals",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("unneeded_at", sa.String(length=27), nullable=True),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_arrivals")),
    )
    op.create_index(op.f("ix_arrivals_at"), "arrivals", ["at"])
    # What officers sent before counts as their agency's.
    op.execute(
        "INSERT INTO holdings (agency, sha256, size, at) SELECT users.agency, files.sha256, files.size, files.created_at "
        "FROM files JOIN users ON users.id = files.user_id WHERE users.agency IS NOT NULL"
    )
    op.execute("INSERT INTO arrivals (sha256, at) SELECT sha256, created_at FROM files WHERE user_id IS NOT NULL")


def downgrade() -> None:
    for table in ("arrivals", "holdings", "looks"):
        op.drop_table(table)
