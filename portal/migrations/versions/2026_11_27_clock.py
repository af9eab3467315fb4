"""The outcome clock: what was promised to be reported, when it is due, and whether it came."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_clock"
down_revision = "2026_11_27_links"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_records_followed", "records", ["axis", "version", "id"])
    op.create_table(
        "promises",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("agency", sa.String(length=100), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("due", sa.String(length=20), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("first_due_on", sa.Date(), nullable=False),
        sa.Column("named", sa.String(length=500), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("reported", sa.Boolean(), nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("how", sa.String(length=10), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("dropped", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_promises_record_id_records"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promises")),
        sa.UniqueConstraint("record_id", "key", name=op.f("uq_promises_record_id_key")),
    )
    op.create_index("ix_promises_due", "promises", ["due_on", "id"])
    op.create_index("ix_promises_agency_due", "promises", ["agency", "due_on"])
    op.create_index("ix_promises_named", "promises", ["named"])
    op.create_index("ix_promises_number", "promises", ["number"])
    op.create_index("ix_promises_outcome", "promises", ["outcome"])
    op.create_table(
        "promise_marks",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_promise_marks_record_id_records"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_promise_marks")),
    )


def downgrade() -> None:
    op.drop_table("promise_marks")
    op.drop_table("promises")
    op.drop_index("ix_records_followed", "records")
