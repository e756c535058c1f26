"""Runs migrations on the connection that `migrate()` hands over, inside its transaction."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from models.columns import DecimalText, Hundredths, UtcInstant
from models.search import INDEX
from models.tables import metadata

STORED_AS = {"AutoString": "sa.String(length={0.length})", UtcInstant.__name__: "sa.DateTime(timezone=True)"}
STORED_AS |= {Hundredths.__name__: "sa.BigInteger()", DecimalText.__name__: "sa.String(length=40)"}


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our column types as what they are stored as, so that a migration never imports today's models."""
    name = type(item).__name__
    return STORED_AS[name].format(item) if kind == "type" and name in STORED_AS else False


def is_ours(name: str | None, _kind: str, _parents: Any) -> bool:
    """Whether the models say a table, a column or an index: those of the index of texts have no model."""
    return not (name or "").startswith(INDEX)


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=render_item,
    include_name=is_ours,
)
context.run_migrations()
