"""Agencies count days by their own time zones; reports are owed to somebody."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_zones"
down_revision = "2026_11_27_looks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agency_zones",
        sa.Column("agency", sa.String(length=100), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["agency"], ["agencies.slug"], name=op.f("fk_agency_zones_agency"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("agency", name=op.f("pk_agency_zones")),
    )
    op.add_column("promises", sa.Column("zone", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("promises", sa.Column("addressee", sa.String(length=300), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("promises", "addressee")
    op.drop_column("promises", "zone")
    op.drop_table("agency_zones")
