"""The statements of a session, and how its database goes about them: a test of cost says what is read, and never how long it takes."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

Asked = tuple[str, Any]  # a statement, and what it was given


def watch(session: Session) -> list[Asked]:
    """A list that grows by each statement from now on."""
    asked = list[Asked]()
    sa.event.listen(session.connection(), "before_cursor_execute", lambda _c, _u, said, given, *_: asked.append((said, given)))
    return asked


def explain(session: Session, asked: Iterable[Asked]) -> list[str]:
    """The plan of each statement, on one line."""
    connection = session.connection()
    how = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    return [str(connection.exec_driver_sql(f"{how} {said}", given).all()) for said, given in [*asked]]
