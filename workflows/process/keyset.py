"""Long lists in pages: a cursor names the last row of one page, and the next begins after it; the cost does not grow with the table."""

import base64
import itertools
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from models.columns import Hundredths, UtcInstant
from models.database import table_of
from workflows.process.refusals import Invalid

Row = TypeVar("Row")
AT_ONCE = 200  # rows read at once, where not every row may be shown
HUNDREDTHS = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,2})?", re.ASCII)


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
    """By a column and, among equals, by id. Where `has` is given, the rows of which it does not hold come last, in the order of `others`.

    Each part is read along an index of its own: one sort by "the value, or nothing" would read every row for each page.
    """

    table: type[SQLModel]
    by: str
    newest_first: bool = True
    has: sa.ColumnElement[bool] | None = None
    others: "Order | None" = None

    @property
    def parts(self) -> "tuple[Order, ...]":
        """The order of each part, first to last."""
        return (self,) if self.others is None else (self, self.others)

    def select_part(self, query: Any, part: int) -> Any:
        """The rows of a query that belong to a part."""
        return query if self.has is None else query.where(sa.not_(self.has) if part else self.has)

    def arrange(self, query: Any, place: "RowPlace | None", *, backward: bool) -> Any:
        """A part's rows in this order, from behind a place on or backwards from it; from the first or the last row where there is none."""
        columns = self._columns
        is_falling = self.newest_first != backward
        if place is not None:
            bounds = sa.tuple_(sa.bindparam(None, place.value, type_=columns[0].type), sa.bindparam(None, place.row_id))
            query = query.where(sa.tuple_(*columns) < bounds if is_falling else sa.tuple_(*columns) > bounds)
        return query.order_by(*(column.desc() if is_falling else column for column in columns))

    def write_cursor(self, row: Any, part: int = 0) -> str:
        """A row's place, in its part of the order, as an opaque cursor."""
        entity: Any = row if isinstance(row, self.table) else row[0]
        value = _write_value(getattr(entity, self.parts[part].by))
        written = json.dumps([value, entity.id] if self.others is None else [value, entity.id, part])
        return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")

    def read_cursor(self, cursor: str) -> "RowPlace":
        """The place that a cursor names; raises Invalid for a cursor that no page in this order gave."""
        try:
            value, row_id, *rest = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            [part] = rest if self.others else [0, *rest]
            if type(part) is not int or part not in range(len(self.parts)):
                raise ValueError("no part of this order")
            if not isinstance(row_id, str) or not row_id.isascii() or not row_id.isalnum():
                raise ValueError("no id")
            return RowPlace(part, _read_value(value, self.parts[part]._columns[0].type), row_id)
        except (ValueError, TypeError, OverflowError) as wrong:
            raise Invalid("cursor_invalid", "after") from wrong

    @property
    def _columns(self) -> tuple[sa.Column[Any], sa.Column[Any]]:
        columns = table_of(self.table).c
        return columns[self.by], columns.id


@dataclass(frozen=True)
class RowPlace:
    """Where a row lies: in which part of an order, by which value, under which id."""

    part: int
    value: Any
    row_id: str


def take_page(session: Session, query: Any, order: Order, wanted: Slice, *, may_show: Callable[[Any], bool] | None = None) -> Page[Any]:
    """A page of a query, its first entity being the order's table; `may_show` says of a row whether the asker may see it.

    The next page's cursor names the last row shown, and there is none where no further row may be shown: either would tell of others.
    """
    if may_show is None:
        return _take_either_way(session, query, order, wanted)
    shown = list(itertools.islice(filter(may_show, _read_on(session, query, order, wanted.after)), wanted.limit + 1))
    rows = shown[: wanted.limit]
    return Page(rows, order.write_cursor(rows[-1]) if len(shown) > wanted.limit else None)


def count_rows(session: Session, query: Any, most: int) -> int:
    """How many rows a query has, up to `most`; one more where there are more."""
    some = query.limit(most + 1).subquery()
    return int(session.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())


def find_cursor(session: Session, query: Any, order: Order) -> str:
    """The cursor of the one row of a query."""
    [place] = read_parts(session, query, order, Slice(limit=1))
    return order.write_cursor(*place)


def _take_either_way(session: Session, query: Any, order: Order, wanted: Slice) -> Page[Any]:
    """A page of rows that may all be shown; where one came from there is a page too."""
    found = read_parts(session, query, order, replace(wanted, limit=wanted.limit + 1))
    page = fold_page(found, wanted, lambda placed: order.write_cursor(*placed))
    return Page([row for row, _ in page.rows], page.after, page.before)


def fold_page(found: list[Row], wanted: Slice, write_cursor: Callable[[Row], str]) -> Page[Row]:
    """The page of what was found on the way that is asked for, one more where there is one; where one came from there is a page too."""
    rows, has_more = found[: wanted.limit], len(found) > wanted.limit
    if wanted.is_backward:
        rows.reverse()
    if not rows:
        return Page([], None)
    after = write_cursor(rows[-1]) if has_more or wanted.is_backward else None
    before = write_cursor(rows[0]) if (has_more if wanted.is_backward else wanted.after) else None
    return Page(rows, after, before)


def read_parts(session: Session, query: Any, order: Order, wanted: Slice) -> list[tuple[Any, int]]:
    """The rows of a slice, going backwards where it is asked for backwards, each with its part of the order."""
    cursor = wanted.before if wanted.is_backward else wanted.after
    place = order.read_cursor(cursor) if cursor else None
    parts = list(range(len(order.parts)))[:: -1 if wanted.is_backward else 1]
    found: list[tuple[Any, int]] = []
    for part in parts[parts.index(place.part) if place else 0 :]:
        if len(found) < wanted.limit:
            asked = order.parts[part].arrange(order.select_part(query, part), place, backward=wanted.is_backward)
            found += [(row, part) for row in session.exec(asked.limit(wanted.limit - len(found)))]
        place = None
    return found


def _read_on(session: Session, query: Any, order: Order, after: str | None) -> Iterator[Any]:
    """Every row of a query from after a cursor on, some at once."""
    while True:
        rows = read_parts(session, query, order, Slice(after, AT_ONCE))
        yield from (row for row, _ in rows)
        if len(rows) < AT_ONCE:
            return
        after = order.write_cursor(*rows[-1])


def _write_value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value  # an instant is a date, too


def _read_value(value: Any, kind: Any) -> Any:
    if isinstance(kind, UtcInstant):
        return datetime.fromisoformat(value).astimezone(UTC)
    if isinstance(kind, sa.Date):
        return date.fromisoformat(value)
    if isinstance(kind, Hundredths):
        return _read_hundredths(_read_text(value))
    return _read_text(value)


def _read_hundredths(text: str) -> Decimal:
    if not HUNDREDTHS.fullmatch(text):
        raise ValueError("no score")
    return Decimal(text)


def _read_text(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("no text")
    value.encode()  # raises ValueError for half a character
    return value
