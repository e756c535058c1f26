"""How often signing in was tried under one name lately."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session

from models.database import run_plain, table_of
from models.sign_in_failures import SignInFailure


def count_try(session: Session, name_hash: str, at: datetime, since: datetime) -> int:
    """Count one try more under a name; answers how many there were since an instant, this one included.

    One statement raises the count under the row's lock, so that tries sent at once share one count and none slips through.
    """
    table: Any = table_of(SignInFailure)
    insert: Any = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    first = insert(table).values(id=name_hash[:26], name_hash=name_hash, at=at, tries=1)
    over = table.c.at < since
    again = {"tries": sa.case((over, 1), else_=table.c.tries + 1), "at": sa.case((over, at), else_=table.c.at)}
    counted = first.on_conflict_do_update(index_elements=["id"], set_=again).returning(table.c.tries)
    return int(run_plain(session, counted).scalar_one())


def forget_count(session: Session, name_hash: str) -> None:
    """Let the tries under a name count no longer there."""
    table: Any = table_of(SignInFailure)
    run_plain(session, sa.delete(table).where(table.c.id == name_hash[:26]))


def take_back_tries(session: Session, name_hash: str, of_all_hash: str) -> None:
    """Let the tries under a name count no longer, neither there nor among those under the name that counts all."""
    table: Any = table_of(SignInFailure)
    mine, of_all = table.c.id == name_hash[:26], table.c.id == of_all_hash[:26]
    tries = run_plain(session, sa.delete(table).where(mine).returning(table.c.tries)).scalar_one_or_none() or 0
    run_plain(session, sa.delete(table).where(of_all, table.c.tries <= tries))
    run_plain(session, sa.update(table).where(of_all).values(tries=table.c.tries - tries))
