"""Rows that a transaction counts on: the running numbers of a series, and the ledger's last link."""

from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session

from models.database import run_plain, table_of
from models.documents import NumberSeries
from models.ledger import LedgerHead


class Link(NamedTuple):
    """A link of the ledger's chain: its place and its hash."""

    seq: int
    hash: str


_SERIES, _HEAD = table_of(NumberSeries), table_of(LedgerHead)
_RAISED = (
    sa.update(_SERIES)
    .where(_SERIES.c.series == sa.bindparam("of_series"), _SERIES.c.year == sa.bindparam("of_year"))
    .values(last=_SERIES.c.last + 1)
    .returning(_SERIES.c.last)
)
_LAST_LINK = sa.select(_HEAD.c.seq, _HEAD.c.hash).with_for_update()
_LINKED = sa.update(_HEAD).values(seq=sa.bindparam("link"), hash=sa.bindparam("linked"))


def raise_number(session: Session, series: str, year: int) -> int:
    """The series' next number of a year, 1 upwards; its row stays locked until the transaction ends."""
    wanted = {"of_series": series, "of_year": year}
    number = run_plain(session, _RAISED, wanted).scalar()
    if number is None:
        insert: Any = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
        run_plain(session, insert(_SERIES).values(series=series, year=year, last=0).on_conflict_do_nothing())
        number = run_plain(session, _RAISED, wanted).scalar_one()
    return int(number)


def lock_last_link(session: Session) -> Link:
    """The chain's last link, locked until the transaction ends."""
    return Link._make(run_plain(session, _LAST_LINK).one())


def set_last_link(session: Session, link: Link) -> None:
    """Make a link the chain's last; the caller holds the lock."""
    run_plain(session, _LINKED, {"link": link.seq, "linked": link.hash})
