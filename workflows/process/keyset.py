"""Long lists in pages: a cursor names the last row of one page, and the next begins after it; the cost does not grow with the table."""

import base64
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from models.columns import UtcInstant
from models.database import table_of
from workflows.process.refusals import Invalid

Row = TypeVar("Row")
AT_ONCE = 200  # rows read at once, where not every row may be shown


@dataclass(frozen=True)
class Slice:
    """Which slice of a list is asked for; `after` is the cursor of the page before."""

    after: str | None = None
    limit: int = 50


@dataclass(frozen=True)
class Page(Generic[Row]):
    """The rows of a page, and the cursor of the next page if there is one."""

    rows: list[Row]
    after: str | None


@dataclass(frozen=True)
class Order:
    """By a column and, among equals, by id."""

    table: type[SQLModel]
    by: str
    newest_first: bool = True

    @property
    def columns(self) -> tuple[sa.Column[Any], sa.Column[Any]]:
        """What the rows are in order of."""
        columns = table_of(self.table).c
        return columns[self.by], columns.id

    def apply(self, query: Any, after: str | None) -> Any:
        """The query in this order, from after the cursor on; raises Invalid for a cursor that no page gave."""
        place = sa.tuple_(*self.columns)
        if after:
            bounds = sa.tuple_(*self._bounds(after))
            query = query.where(place < bounds if self.newest_first else place > bounds)
        return query.order_by(*(column.desc() if self.newest_first else column for column in self.columns))

    def write_cursor(self, row: Any) -> str:
        """A page's last row as an opaque cursor."""
        entity: Any = row if isinstance(row, self.table) else row[0]
        value = getattr(entity, self.by)
        place = [value.isoformat() if isinstance(value, datetime) else value, entity.id]
        return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")

    def _bounds(self, cursor: str) -> tuple[sa.BindParameter[Any], sa.BindParameter[str]]:
        by, _ = self.columns
        try:
            value, row_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            bound = datetime.fromisoformat(value).astimezone(UTC) if isinstance(by.type, UtcInstant) else _read_text(value)
        except (ValueError, TypeError, OverflowError) as wrong:
            raise Invalid("cursor_invalid", "after") from wrong
        if not isinstance(row_id, str) or not row_id.isascii() or not row_id.isalnum():
            raise Invalid("cursor_invalid", "after")
        return sa.bindparam(None, bound, type_=by.type), sa.bindparam(None, row_id)


def take_page(session: Session, query: Any, order: Order, wanted: Slice, *, may_show: Callable[[Any], bool] | None = None) -> Page[Any]:
    """A page of a query, its first entity being the order's table; `may_show` says of a row whether the asker may see it.

    The next page's cursor names the last row shown, and there is none where no further row may be shown: either would tell of others.
    """
    if may_show is None:
        shown = list(session.exec(order.apply(query, wanted.after).limit(wanted.limit + 1)))
    else:
        shown = list(itertools.islice(filter(may_show, _read_on(session, query, order, wanted.after)), wanted.limit + 1))
    rows = shown[: wanted.limit]
    return Page(rows, order.write_cursor(rows[-1]) if len(shown) > wanted.limit else None)


def _read_on(session: Session, query: Any, order: Order, after: str | None) -> Iterator[Any]:
    """Every row of a query from after a cursor on, some at once."""
    while True:
        rows = list(session.exec(order.apply(query, after).limit(AT_ONCE)))
        yield from rows
        if len(rows) < AT_ONCE:
            return
        after = order.write_cursor(rows[-1])


def _read_text(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("no text")
    value.encode()  # raises ValueError for half a character
    return value
