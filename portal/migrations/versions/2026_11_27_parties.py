"""Who takes part in decisions and what they come to, in tables that can be asked.

The rows of records that are there already are written afterwards, some hundreds at a time (portal.parties.fill): by the
clock, by `clerestory search catch-up`, or while nobody waits. A portal without records has nothing to catch up with.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_parties"
down_revision = "2026_11_27_clock"
branch_labels = None
depends_on = None

_REPLACES = sa.text("type IN ('supersedes', 'corrects')")


def upgrade() -> None:
    op.create_table(
        "decided",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("subjects", sa.String(length=500), nullable=False),
        sa.Column("majority", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_decided_record_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_decided")),
    )
    op.create_table(
        "actors",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("folded", sa.String(length=500), nullable=False),
        sa.Column("agency", sa.String(length=100), nullable=False),
        sa.Column("identifier", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actors")),
        sa.UniqueConstraint("role", "slug", name=op.f("uq_actors_role_slug")),
    )
    op.create_index("ix_actors_role_folded", "actors", ["role", "folded", "slug"])
    op.create_table(
        "parties",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("did", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("choice", sa.String(length=10), nullable=False),
        sa.Column("said", sa.String(length=100), nullable=False),
        sa.Column("party", sa.String(length=300), nullable=False),
        sa.Column("office", sa.String(length=300), nullable=False),
        sa.Column("district", sa.String(length=300), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_parties_record_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_parties_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties")),
    )
    op.create_index(op.f("ix_parties_record_id"), "parties", ["record_id"])
    op.create_index("ix_parties_actor_record", "parties", ["actor_id", "record_id"])
    op.create_index("ix_records_summed", "records", ["axis", "state", "number", "type", "publisher", "issued_on"])
    op.create_index(
        "ix_relations_replacing", "relations", ["type", "record_id"], sqlite_where=_REPLACES, postgresql_where=_REPLACES
    )
    op.execute(
        """INSERT INTO state (name, value) SELECT 'parties', '{"form": 1, "done": 0}' """
        "WHERE EXISTS (SELECT 1 FROM records)"
    )


def downgrade() -> None:
    op.execute("DELETE FROM state WHERE name = 'parties'")
    op.drop_index("ix_relations_replacing", table_name="relations")
    op.drop_index("ix_records_summed", table_name="records")
    for table in ("parties", "actors", "decided"):
        op.drop_table(table)
