"""Searches that were cited."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_cited_searches"
down_revision = "2026_11_24_kept_files"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('cited_searches',
    sa.Column('id', sa.String(length=16), nullable=False),
    sa.Column('query', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=35), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('list', sa.LargeBinary(), nullable=False),
    sa.Column('cited_at', sa.String(27), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cited_searches'))
    )


def downgrade() -> None:
    op.drop_table('cited_searches')
