"""Tell somebody what happened to their account: on their own page, and by mail through the outbox."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from models.database import append_rows
from models.ids import new_id
from models.instants import now
from models.people import AccountNotice, NoticeKind, Role
from workflows.process.actors import Actor
from workflows.process.journal import send, send_each


def send_notice(session: Session, person_id: str, kind: NoticeKind, role: Role | None = None) -> None:
    """Write the notice and ask for its mail, in the transaction of what happened: nobody learns of it by its effects."""
    notice = AccountNotice(person_id=person_id, kind=kind, role=role)
    session.add(notice)
    session.flush()
    send(session, "recognition.tell_holder", notice.id)


def send_notices(session: Session, people: Iterable[str], kind: NoticeKind) -> None:
    """Tell many people the same, as `send_notice` tells one, in two statements."""
    send_each(session, "recognition.tell_holder", write_notices(session, people, kind))


def write_notices(session: Session, people: Iterable[str], kind: NoticeKind) -> list[str]:
    """Write of many people what happened, for their own pages alone; answers the notices' ids."""
    told = {new_id(): person_id for person_id in people}
    at = now()
    rows = [{"id": notice_id, "person_id": of, "kind": kind, "role": None, "at": at} for notice_id, of in told.items()]
    append_rows(session, AccountNotice, rows)
    return list(told)


def list_notices(session: Session, *, actor: Actor, limit: int = 50) -> list[AccountNotice]:
    """What happened to one's own account, the last first."""
    own = select(AccountNotice).where(AccountNotice.person_id == actor.person_id)
    return list(session.exec(own.order_by(col(AccountNotice.at).desc(), col(AccountNotice.id)).limit(limit)))
