"""Codes of flags, notes and profiles of runs; numbers that lead to other ones."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_flags_and_redirects"
down_revision = "2026_11_23_first_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('redirects',
    sa.Column('number', sa.String(length=12), nullable=False),
    sa.Column('target', sa.String(length=12), nullable=False),
    sa.Column('identifier', sa.String(length=500), nullable=False),
    sa.Column('made_at', sa.String(27), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_redirects'))
    )
    with op.batch_alter_table('redirects', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_redirects_target'), ['target'], unique=False)

    with op.batch_alter_table('runs', schema=None) as batch_op:
        batch_op.add_column(sa.Column('flag_codes', sa.JSON(), server_default='[]', nullable=False))
        batch_op.add_column(sa.Column('notes', sa.JSON(), server_default='[]', nullable=False))
        batch_op.add_column(sa.Column('profile', sa.JSON(), server_default='{}', nullable=False))



def downgrade() -> None:
    with op.batch_alter_table('runs', schema=None) as batch_op:
        batch_op.drop_column('profile')
        batch_op.drop_column('notes')
        batch_op.drop_column('flag_codes')

    with op.batch_alter_table('redirects', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_redirects_target'))

    op.drop_table('redirects')
