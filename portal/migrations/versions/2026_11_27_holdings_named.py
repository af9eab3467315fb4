"""An agency's own name of a file that another one may have sent as well."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_holdings_named"
down_revision = "2026_11_27_newcomer"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("holdings", sa.Column("name", sa.String(length=300), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("holdings") as batch:
        batch.drop_column("name")
