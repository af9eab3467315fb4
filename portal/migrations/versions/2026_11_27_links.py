"""Citations that are found in records' words, what they may lead to, and what officers said of them."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_links"
down_revision = "2026_11_27_door"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "citations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("publisher", sa.String(length=100), nullable=False),
        sa.Column("jurisdiction", sa.String(length=60), nullable=False),
        sa.Column("scheme", sa.String(length=60), nullable=False),
        sa.Column("within", sa.String(length=10), nullable=False),
        sa.Column("value", sa.String(length=300), nullable=False),
        sa.Column("carried_as", sa.JSON(), nullable=False),
        sa.Column("field", sa.String(length=100), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("passage", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("relation", sa.String(length=20), nullable=False),
        sa.Column("cue", sa.String(length=120), nullable=False),
        sa.Column("dated", sa.String(length=10), nullable=False),
        sa.Column("recognised", sa.Integer(), nullable=False),
        sa.Column("confidence", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("target_number", sa.String(length=12), nullable=True),
        sa.Column("candidates", sa.Integer(), nullable=False),
        sa.Column("stale", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_citations_record_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citations")),
    )
    op.create_index(op.f("ix_citations_record_id"), "citations", ["record_id"])
    op.create_index(op.f("ix_citations_target_number"), "citations", ["target_number"])
    op.create_index("ix_citations_state_publisher", "citations", ["state", "publisher", "id"])
    op.create_index("ix_citations_stale", "citations", ["id"], sqlite_where=sa.text("stale = 1"), postgresql_where=sa.text("stale"))
    op.create_table(
        "citation_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("citation_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(length=500), nullable=False),
        sa.Column("weak", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["citation_id"], ["citations.id"], name=op.f("fk_citation_keys_citation_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citation_keys")),
    )
    op.create_index(op.f("ix_citation_keys_citation_id"), "citation_keys", ["citation_id"])
    op.create_index(op.f("ix_citation_keys_value"), "citation_keys", ["value"])
    op.create_table(
        "citation_names",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_citation_names_record_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("record_id", "value", name=op.f("pk_citation_names")),
    )
    op.create_index(op.f("ix_citation_names_value"), "citation_names", ["value"])
    op.create_table(
        "citation_states",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("patterns", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_citation_states_record_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_citation_states")),
    )
    op.create_table(
        "link_decisions",
        sa.Column("record_number", sa.String(length=12), nullable=False),
        sa.Column("target_number", sa.String(length=12), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_link_decisions_user_id")),
        sa.PrimaryKeyConstraint("record_number", "target_number", name=op.f("pk_link_decisions")),
    )
    op.create_index("ix_records_id_version", "records", ["id", "version"])


def downgrade() -> None:
    op.drop_index("ix_records_id_version", table_name="records")
    # What was found goes with what it was found by; what an officer confirmed goes too, as nothing says any more why.
    op.execute("DELETE FROM relations WHERE origin <> ''")
    for table in ("link_decisions", "citation_states", "citation_names", "citation_keys", "citations"):
        op.drop_table(table)
