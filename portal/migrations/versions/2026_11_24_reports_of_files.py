"""What was found in officers' files before they are published."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_reports_of_files"
down_revision = "2026_11_24_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("files", sa.Column("report", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("files", "report")
