"""Files that records link to, and how their addresses stand."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_checks_of_files"
down_revision = "2026_11_23_records_by_way"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('file_checks',
    sa.Column('url_hash', sa.String(length=64), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('host', sa.String(length=300), nullable=False),
    sa.Column('expected', sa.String(length=200), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('first_failed_at', sa.String(27), nullable=True),
    sa.Column('checked_at', sa.String(27), nullable=True),
    sa.Column('next_check_at', sa.String(27), nullable=False),
    sa.Column('media_type', sa.String(length=200), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('url_hash', name=op.f('pk_file_checks'))
    )
    with op.batch_alter_table('file_checks', schema=None) as batch_op:
        batch_op.create_index('ix_file_checks_next_host', ['next_check_at', 'host'], unique=False)
        batch_op.create_index(batch_op.f('ix_file_checks_state'), ['state'], unique=False)

    op.create_table('file_links',
    sa.Column('record_id', sa.Integer(), nullable=False),
    sa.Column('url_hash', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['record_id'], ['records.id'], name=op.f('fk_file_links_record_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('record_id', 'url_hash', name=op.f('pk_file_links'))
    )
    with op.batch_alter_table('file_links', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_file_links_url_hash'), ['url_hash'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('file_links', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_file_links_url_hash'))

    op.drop_table('file_links')
    with op.batch_alter_table('file_checks', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_file_checks_state'))
        batch_op.drop_index('ix_file_checks_next_host')

    op.drop_table('file_checks')
