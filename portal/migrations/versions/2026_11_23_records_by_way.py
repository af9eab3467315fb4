"""By which declaration a record came, where that is not its source's own."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_records_by_way"
down_revision = "2026_11_23_records_of_runs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # With a default, no database has to write its table anew.
    op.add_column("records", sa.Column("via", sa.String(length=100), server_default="", nullable=False))
    op.execute("UPDATE records SET via = source")
    op.drop_index("ix_records_source_run", table_name="records")
    op.drop_index("ix_records_counted", table_name="records")
    op.create_index("ix_records_counted", "records", ["state", "axis", "publisher", "via"])
    op.create_index("ix_records_changed", "records", ["changed_at", "id"])
    op.create_index("ix_records_via_run", "records", ["via", "seen_by_run"])


def downgrade() -> None:
    op.drop_index("ix_records_via_run", table_name="records")
    op.drop_index("ix_records_changed", table_name="records")
    op.drop_index("ix_records_counted", table_name="records")
    op.create_index("ix_records_counted", "records", ["state", "axis", "publisher", "source"])
    op.create_index("ix_records_source_run", "records", ["source", "seen_by_run"])
    op.drop_column("records", "via")
