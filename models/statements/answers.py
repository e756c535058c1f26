"""An answer kept under its Idempotency-Key."""

from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from models.database import run_plain, table_of
from models.idempotency import KeptAnswer


class FoundAnswer(NamedTuple):
    """What was answered, and the hash of the request that it answers."""

    request_sha256: str
    status: int
    body: Any
    headers: dict[str, str]


_ANSWERS = table_of(KeptAnswer)
_KEPT = sa.select(*(_ANSWERS.c[name] for name in FoundAnswer._fields)).where(
    _ANSWERS.c.account_id == sa.bindparam("account"), _ANSWERS.c.route == sa.bindparam("on"), _ANSWERS.c.key == sa.bindparam("under")
)


def find_answer(session: Session, account_id: str | None, route: str, key: str) -> FoundAnswer | None:
    """The answer an account was given for a route under a key; None where there is none."""
    row = run_plain(session, _KEPT, {"account": account_id, "on": route, "under": key}).first()
    return row and FoundAnswer._make(row)
