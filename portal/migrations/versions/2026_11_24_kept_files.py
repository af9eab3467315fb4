"""Linked files that are kept, with the text of their pages."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_kept_files"
down_revision = "2026_11_24_checks_of_files"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('file_pages',
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('page', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('sha256', 'page', name=op.f('pk_file_pages'))
    )
    op.create_table('kept_files',
    sa.Column('url_hash', sa.String(length=64), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=True),
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('pages', sa.Integer(), nullable=False),
    sa.Column('fault', sa.String(length=30), nullable=False),
    sa.Column('kept_at', sa.String(27), nullable=False),
    sa.PrimaryKeyConstraint('url_hash', name=op.f('pk_kept_files'))
    )
    with op.batch_alter_table('kept_files', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_kept_files_sha256'), ['sha256'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('kept_files', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_kept_files_sha256'))

    op.drop_table('kept_files')
    op.drop_table('file_pages')
