"""Messages that wait for a gate of their idea, and those that are not handled."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from models.database import run_plain, table_of
from models.outbox import DEAD, HELD, STRANGE, UNDER_WAY, Message, MessageState

_MESSAGE = table_of(Message)
_WOKEN = (
    sa.update(_MESSAGE)
    .where(_MESSAGE.c.idea_id == sa.bindparam("of_idea"), _MESSAGE.c.state == MessageState.HELD)
    .values(state=MessageState.WAITING, not_before=sa.bindparam("at"))
)


def wake_held(session: Session, idea_id: str, at: datetime) -> None:
    """Let every held message of an idea wait for its turn again, from an instant on."""
    run_plain(session, _WOKEN, {"of_idea": idea_id, "at": at})


def is_unhandled() -> sa.ColumnElement[bool]:
    """Which messages are not handled: each of the few along the index that holds its kind, however many were handled before."""
    kinds = [sa.select(_MESSAGE.c.id).where(sa.text(kind)) for kind in (UNDER_WAY, HELD, DEAD, STRANGE)]
    return _MESSAGE.c.id.in_(sa.union_all(*kinds))
