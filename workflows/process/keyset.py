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
    """Which slice of a list is asked for; `after` is the cursor of the page before, `before` that of the page behind, to go back."""

    after: str | None = None
    limit: int = 50
    before: str | None = None

    @property
    def is_backward(self) -> bool:
        """Whether the rows before a cursor are asked for."""
        return self.before is not None and self.after is None


@dataclass(frozen=True)
class Page(Generic[Row]):
    """The rows of a page, and the cursors of the next page and of the one before, if there are such."""

    rows: list[Row]
    after: str | None
    before: str | None = None


@dataclass(frozen=True)
class Order:
    """By a column and, among equals, by id; or by `key`: a value that is never null, each row's second entity."""

    table: type[SQLModel]
    by: str = ""
    newest_first: bool = True
    key: Any = None

    @property
    def columns(self) -> tuple[Any, sa.Column[Any]]:
        """What the rows are in order of."""
        columns = table_of(self.table).c
        return columns[self.by] if self.key is None else self.key, columns.id

    def apply(self, query: Any, wanted: Slice) -> Any:
        """The query in this order, from after the cursor on or backwards from it; raises Invalid for a cursor that no page gave."""
        place = sa.tuple_(*self.columns)
        is_falling = self.newest_first != wanted.is_backward
        cursor = wanted.before if wanted.is_backward else wanted.after
        if cursor:
            bounds = sa.tuple_(*self._bounds(cursor))
            query = query.where(place < bounds if is_falling else place > bounds)
        return query.order_by(*(column.desc() if is_falling else column for column in self.columns))

    def write_cursor(self, row: Any) -> str:
        """A row's place as an opaque cursor."""
        entity: Any = row if isinstance(row, self.table) else row[0]
        value = getattr(entity, self.by) if self.key is None else row[1]
        place = [value.isoformat() if isinstance(value, datetime) else value, entity.id]
        return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")

    def _bounds(self, cursor: str) -> tuple[sa.BindParameter[Any], sa.BindParameter[str]]:
        by, _ = self.columns
        try:
            value, row_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            bound = _read_bound(value, by.type)
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
        return _take_either_way(session, query, order, wanted)
    shown = list(itertools.islice(filter(may_show, _read_on(session, query, order, wanted.after)), wanted.limit + 1))
    rows = shown[: wanted.limit]
    return Page(rows, order.write_cursor(rows[-1]) if len(shown) > wanted.limit else None)


def _take_either_way(session: Session, query: Any, order: Order, wanted: Slice) -> Page[Any]:
    """A page of rows that may all be shown; where one came from there is a page too."""
    found = list(session.exec(order.apply(query, wanted).limit(wanted.limit + 1)))
    rows, has_more = found[: wanted.limit], len(found) > wanted.limit
    if wanted.is_backward:
        rows.reverse()
    if not rows:
        return Page([], None)
    after = order.write_cursor(rows[-1]) if has_more or wanted.is_backward else None
    return Page(rows, after, order.write_cursor(rows[0]) if (has_more if wanted.is_backward else wanted.after) else None)


def _read_on(session: Session, query: Any, order: Order, after: str | None) -> Iterator[Any]:
    """Every row of a query from after a cursor on, some at once."""
    while True:
        rows = list(session.exec(order.apply(query, Slice(after)).limit(AT_ONCE)))
        yield from rows
        if len(rows) < AT_ONCE:
            return
        after = order.write_cursor(rows[-1])


def _read_bound(value: Any, kind: Any) -> Any:
    if isinstance(kind, UtcInstant):
        return datetime.fromisoformat(value).astimezone(UTC)
    if isinstance(kind, sa.Integer):
        if type(value) is not int or abs(value) >= 2**63:
            raise ValueError("no number")
        return value
    return _read_text(value)


def _read_text(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("no text")
    value.encode()  # raises ValueError for half a character
    return value
