"""How many records a source had after each run."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_records_of_runs"
down_revision = "2026_11_23_runs_that_go_on"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('runs', schema=None) as batch_op:
        batch_op.add_column(sa.Column('records', sa.Integer(), nullable=True))



def downgrade() -> None:
    with op.batch_alter_table('runs', schema=None) as batch_op:
        batch_op.drop_column('records')

