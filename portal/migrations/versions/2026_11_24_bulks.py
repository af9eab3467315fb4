"""Tables of records that agencies send at once."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_bulks"
down_revision = "2026_11_24_keys"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bulks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=24), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("agency", sa.String(length=100), nullable=False),
        sa.Column("axis", sa.String(length=20), nullable=False),
        sa.Column("file", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("fixed", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("only_whole", sa.Boolean(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("report", sa.String(length=100), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("owner", sa.String(length=300), nullable=False),
        sa.Column("seen_at", sa.String(27), nullable=True),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("changed_at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_bulks_user_id_users")),
        sa.ForeignKeyConstraint(["agency"], ["agencies.slug"], name=op.f("fk_bulks_agency_agencies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulks")),
        sa.UniqueConstraint("token", name=op.f("uq_bulks_token")),
    )
    op.create_index("ix_bulks_agency", "bulks", ["agency"])
    op.create_table(
        "bulk_rows",
        sa.Column("bulk_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["bulk_id"], ["bulks.id"], name=op.f("fk_bulk_rows_bulk_id_bulks"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("bulk_id", "number", name=op.f("pk_bulk_rows")),
    )


def downgrade() -> None:
    op.drop_table("bulk_rows")
    op.drop_table("bulks")
