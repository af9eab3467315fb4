"""Who says that a relation holds: the record itself, or a citation that was found in its words."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_origins"
down_revision = "2026_11_24_readers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("relations", sa.Column("origin", sa.String(length=10), nullable=False, server_default=""))


def downgrade() -> None:
    op.execute("DELETE FROM relations WHERE origin <> ''")
    op.drop_column("relations", "origin")
