"""Alembic's way to the database. There is no alembic.ini: `portal.schema` hands over an open connection."""

from typing import Any, Literal

from alembic import context

from portal.models import Base, Moment


def render_item(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """A migration must keep working when `models` has moved on, so it names no type of ours."""
    return "sa.String(27)" if kind == "type" and isinstance(item, Moment) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_item=render_item,
    # SQLite changes a column by writing its table anew.
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
