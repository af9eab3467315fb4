"""Records that were renumbered are found by the identifiers that they had before; agencies move."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_called"
down_revision = "2026_11_27_zones"
branch_labels = None
depends_on = None

_PORTION = 1000


def upgrade() -> None:
    op.add_column("redirects", sa.Column("folded", sa.String(length=500), nullable=False, server_default=""))
    redirects = sa.table("redirects", sa.column("number", sa.String), sa.column("identifier", sa.String), sa.column("folded", sa.String))
    connection, last = op.get_bind(), ""
    query = sa.select(redirects.c.number, redirects.c.identifier).order_by(redirects.c.number).limit(_PORTION)
    while rows := connection.execute(query.where(redirects.c.number > last)).all():
        change = redirects.update().where(redirects.c.number == sa.bindparam("known")).values(folded=sa.bindparam("said"))
        connection.execute(change, [{"known": number, "said": _folded(identifier)} for number, identifier in rows])
        last = rows[-1].number
    op.create_index(op.f("ix_redirects_folded"), "redirects", ["folded"])
    op.create_table(
        "agency_moves",
        sa.Column("agency", sa.String(length=100), nullable=False),
        sa.Column("place", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["agency"], ["agencies.slug"], name=op.f("fk_agency_moves_agency"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("agency", name=op.f("pk_agency_moves")),
    )


def downgrade() -> None:
    op.drop_table("agency_moves")
    op.drop_index(op.f("ix_redirects_folded"), table_name="redirects")
    op.drop_column("redirects", "folded")


def _folded(identifier: str) -> str:
    """As portal.store.fold_identifier was at that time."""
    folded = unicodedata.normalize("NFKD", identifier.casefold()).replace("đ", "d")
    return "".join(letter for letter in folded if not unicodedata.combining(letter) and not letter.isspace())[:500]
