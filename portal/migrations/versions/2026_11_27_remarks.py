"""Remarks of readers on records, and their answers."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_remarks"
down_revision = "2026_11_27_parties"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "remarks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("agency", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answer_language", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.String(27), nullable=False),
        sa.Column("decided_at", sa.String(27), nullable=True),
        sa.Column("changed_at", sa.String(27), nullable=True),
        sa.Column("reminded_at", sa.String(27), nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_remarks_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remarks")),
        sa.UniqueConstraint("secret", name=op.f("uq_remarks_secret")),
    )
    op.create_index("ix_remarks_agency_state", "remarks", ["agency", "state", "id"])
    op.create_index("ix_remarks_number_state", "remarks", ["number", "state", "id"])
    op.create_index("ix_remarks_state_decided", "remarks", ["state", "decided_at", "id"])


def downgrade() -> None:
    op.drop_table("remarks")
