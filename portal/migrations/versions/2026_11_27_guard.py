"""Secrets of second factors are sealed, in a table of their own; tries are counted by device and by network.

What SQLite frees is overwritten, so that the secrets of before do not stay behind in the file. Backups still hold them.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_guard"
down_revision = "2026_11_27_remarks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "second_factors",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(length=300), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("recovery", sa.JSON(), nullable=False),
        sa.Column("begun", sa.String(length=300), nullable=False),
        sa.Column("begun_at", sa.String(27), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_second_factors_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factors")),
    )
    op.create_table(
        "devices",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("seen_at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_devices_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
    )
    op.create_index(op.f("ix_devices_user_id"), "devices", ["user_id"])
    op.create_table(
        "guesses",
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("asker", sa.String(length=64), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("waits_until", sa.String(27), nullable=True),
        sa.Column("at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("account", "asker", name=op.f("pk_guesses")),
    )
    op.create_index(op.f("ix_guesses_at"), "guesses", ["at"])
    if op.get_bind().dialect.name == "sqlite":
        op.execute("PRAGMA secure_delete=ON")
    op.execute(
        "INSERT INTO second_factors (user_id, secret, step, recovery, begun) SELECT id, totp, totp_step, recovery, '' FROM users WHERE totp <> ''"
    )
    _change_secrets("seal")
    for column in ("totp", "totp_step", "recovery", "failed_sign_ins", "locked_until"):
        op.drop_column("users", column)


def downgrade() -> None:
    op.add_column("users", sa.Column("failed_sign_ins", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("users", sa.Column("locked_until", sa.String(27), nullable=True))
    op.add_column("users", sa.Column("totp", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("users", sa.Column("totp_step", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("users", sa.Column("recovery", sa.JSON(), nullable=False, server_default="[]"))
    op.execute("DELETE FROM second_factors WHERE secret = ''")
    _change_secrets("open")
    for name in ("secret", "step", "recovery"):
        column = {"secret": "totp", "step": "totp_step"}.get(name, name)
        op.execute(f"UPDATE users SET {column} = (SELECT {name} FROM second_factors WHERE user_id = id) WHERE id IN (SELECT user_id FROM second_factors)")
    for table in ("guesses", "devices", "second_factors"):
        op.drop_table(table)


def _change_secrets(how: str) -> None:
    """Seal or open every secret; as portal.secondfactor does, with the safe that `clerestory init` hands over."""
    bind, config = op.get_bind(), op.get_context().config
    safe = config.attributes.get("safe") if config else None
    for user, secret in bind.execute(sa.text("SELECT user_id, secret FROM second_factors")).all():
        changed = getattr(safe, how)(secret, f"second factor {user}") if safe else None
        if changed is None:
            raise RuntimeError(f"the second factor of account {user} needs the portal's secret key: use `clerestory init` with PORTAL_SECRET_KEY as it was")
        bind.execute(sa.text("UPDATE second_factors SET secret = :secret WHERE user_id = :user"), {"secret": changed, "user": user})
