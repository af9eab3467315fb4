"""Members of agencies and their roles, sign-ins, invitations, mails, the audit log, and uploads that are reviewed."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_people"
down_revision = "2026_11_24_cited_searches"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agencies", sa.Column("two_persons", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    for table in ("records", "revisions"):
        op.add_column(table, sa.Column("note", sa.Text(), nullable=False, server_default=""))
    op.add_column("records", sa.Column("successor", sa.String(length=12), nullable=True))
    _people()
    _mails_and_log()
    _uploads()


def _people() -> None:
    op.create_table(
        "memberships",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("agency", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_memberships_user_id_users"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["agency"], ["agencies.slug"], name=op.f("fk_memberships_agency_agencies")),
        sa.PrimaryKeyConstraint("user_id", "agency", name=op.f("pk_memberships")),
    )
    op.create_index("ix_memberships_agency", "memberships", ["agency"])
    op.execute(
        "INSERT INTO memberships (user_id, agency, role, created_at) "
        "SELECT id, agency, 'publisher', created_at FROM users WHERE agency IS NOT NULL"
    )
    # Column by column: SQLite would make the table anew in a batch, and other tables refer to its rows.
    op.add_column("users", sa.Column("portal_admin", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.add_column("users", sa.Column("totp", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("users", sa.Column("totp_step", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("users", sa.Column("recovery", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("users", sa.Column("subject", sa.String(length=500), nullable=True))
    op.create_index("ix_users_subject", "users", ["subject"], unique=True)
    op.drop_column("users", "role")
    op.drop_column("users", "session_version")
    op.create_table(
        "signed_in",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("seen_at", sa.String(27), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.Column("browser", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_signed_in_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_in")),
    )
    op.create_index("ix_signed_in_user_id", "signed_in", ["user_id"])
    op.create_table(
        "invitations",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("agency", sa.String(length=100), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("portal_admin", sa.Boolean(), nullable=False),
        sa.Column("invited_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("expires_at", sa.String(27), nullable=False),
        sa.Column("used_at", sa.String(27), nullable=True),
        sa.ForeignKeyConstraint(["agency"], ["agencies.slug"], name=op.f("fk_invitations_agency_agencies")),
        sa.ForeignKeyConstraint(["invited_by"], ["users.id"], name=op.f("fk_invitations_invited_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
    )
    op.create_index("ix_invitations_agency", "invitations", ["agency"])
    op.create_index("ix_invitations_email", "invitations", ["email"])


def _mails_and_log() -> None:
    op.create_table(
        "mails",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occasion", sa.String(length=200), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("sent_at", sa.String(27), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.String(27), nullable=True),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
        sa.UniqueConstraint("occasion", name=op.f("uq_mails_occasion")),
    )
    op.create_index("ix_mails_next_try_at", "mails", ["next_try_at"])
    op.create_table(
        "log_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("who", sa.String(length=254), nullable=False),
        sa.Column("agency", sa.String(length=100), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=300), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_entries")),
    )
    op.create_index("ix_log_entries_agency", "log_entries", ["agency"])
    _lock_log()


def _lock_log() -> None:
    """What stands in the log stands: the database itself refuses to change or delete it."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION log_entries_stand() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'entries of the audit log are never changed'; END $$"
        )
        op.execute(
            "CREATE TRIGGER log_entries_stand BEFORE UPDATE OR DELETE OR TRUNCATE ON log_entries "
            "FOR EACH STATEMENT EXECUTE FUNCTION log_entries_stand()"
        )
        return
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER log_entries_no_{act.lower()} BEFORE {act} ON log_entries "
            "BEGIN SELECT RAISE(ABORT, 'entries of the audit log are never changed'); END"
        )


def _uploads() -> None:
    with op.batch_alter_table("uploads") as table:
        table.add_column(sa.Column("agency", sa.String(length=100), nullable=True))
        table.add_column(sa.Column("editors", sa.JSON(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("note", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("submitted_by", sa.Integer(), nullable=True))
        table.add_column(sa.Column("submitted_at", sa.String(27), nullable=True))
        table.add_column(sa.Column("decided_by", sa.Integer(), nullable=True))
        table.add_column(sa.Column("decided_at", sa.String(27), nullable=True))
        table.add_column(sa.Column("publish_at", sa.String(27), nullable=True))
        table.add_column(sa.Column("embargo", sa.String(length=32), nullable=True))
    _name_files()
    op.execute("UPDATE uploads SET agency = (SELECT agency FROM users WHERE users.id = uploads.user_id)")
    # Drafts of accounts without an agency could not be published by anybody.
    op.execute("DELETE FROM uploads WHERE agency IS NULL")
    with op.batch_alter_table("uploads") as table:
        table.alter_column("agency", existing_type=sa.String(length=100), nullable=False)
        table.create_foreign_key("fk_uploads_agency_agencies", "agencies", ["agency"], ["slug"])
        table.create_unique_constraint("uq_uploads_embargo", ["embargo"])
        table.create_index("ix_uploads_agency_state", ["agency", "state"])
        table.create_index("ix_uploads_publish_at", ["publish_at"])


def _name_files() -> None:
    """Drafts knew their files by hash alone; each file of a draft has its own name now."""
    uploads = sa.table("uploads", sa.column("id", sa.Integer), sa.column("files", sa.JSON))
    files = sa.table("files", sa.column("sha256", sa.String), sa.column("name", sa.String))
    connection = op.get_bind()
    names = {row.sha256: row.name for row in connection.execute(sa.select(files))}
    for row in connection.execute(sa.select(uploads)).all():
        named = [one if "/" in one else f"{one}/{names.get(one, 'file')}" for one in row.files]
        if named != row.files:
            connection.execute(uploads.update().where(uploads.c.id == row.id).values(files=named))


def downgrade() -> None:
    with op.batch_alter_table("uploads") as table:
        table.drop_index("ix_uploads_publish_at")
        table.drop_index("ix_uploads_agency_state")
        table.drop_constraint("uq_uploads_embargo", type_="unique")
        table.drop_constraint("fk_uploads_agency_agencies", type_="foreignkey")
        for column in ("embargo", "publish_at", "decided_at", "decided_by", "submitted_at", "submitted_by", "note", "editors", "agency"):
            table.drop_column(column)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TABLE log_entries")
        op.execute("DROP FUNCTION log_entries_stand()")
    else:
        op.drop_table("log_entries")
    for table_name in ("mails", "invitations", "signed_in"):
        op.drop_table(table_name)
    op.drop_index("ix_users_subject", "users")
    for column in ("subject", "recovery", "totp_step", "totp", "portal_admin"):
        op.drop_column("users", column)
    op.add_column("users", sa.Column("role", sa.String(length=20), nullable=False, server_default="publisher"))
    op.add_column("users", sa.Column("session_version", sa.Integer(), nullable=False, server_default="1"))
    op.drop_table("memberships")
    op.drop_column("agencies", "two_persons")
    op.drop_column("records", "successor")
    for table_name in ("records", "revisions"):
        op.drop_column(table_name, "note")
