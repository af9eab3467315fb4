"""Sums of a hundred thousand decisions come from one narrow table, which holds all they are sorted by.

What the columns hold is written here for the decisions that have rows already, and with every decision from now on.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_summed"
down_revision = "2026_11_27_called"
branch_labels = None
depends_on = None

_FILL = """
UPDATE decided SET
    number = (SELECT records.number FROM records WHERE records.id = decided.record_id),
    type = (SELECT records.type FROM records WHERE records.id = decided.record_id),
    publisher = (SELECT records.publisher FROM records WHERE records.id = decided.record_id),
    year = (SELECT coalesce(substr(CAST(records.issued_on AS VARCHAR), 1, 4), '') FROM records WHERE records.id = decided.record_id),
    other_side = (
        SELECT CASE WHEN min(parties.actor_id) = max(parties.actor_id) THEN min(parties.actor_id) WHEN count(*) > 0 THEN 0 END
        FROM parties WHERE parties.record_id = decided.record_id AND parties.did = 'other_side'
    )
WHERE EXISTS (SELECT 1 FROM records WHERE records.id = decided.record_id)
"""


def upgrade() -> None:
    for name, length in (("number", 12), ("type", 40), ("publisher", 100), ("year", 4)):
        op.add_column("decided", sa.Column(name, sa.String(length=length), nullable=False, server_default=""))
    op.add_column("decided", sa.Column("other_side", sa.Integer(), nullable=True))
    op.execute(_FILL)
    op.create_index(op.f("ix_decided_number"), "decided", ["number"])
    op.drop_index("ix_records_summed", table_name="records")


def downgrade() -> None:
    op.create_index("ix_records_summed", "records", ["axis", "state", "number", "type", "publisher", "issued_on"])
    op.drop_index(op.f("ix_decided_number"), table_name="decided")
    for name in ("other_side", "year", "publisher", "type", "number"):
        op.drop_column("decided", name)
