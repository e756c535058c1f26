"""Tell somebody what happened to their account: on their own page, and by mail through the outbox."""

from sqlmodel import Session, col, select

from models.people import AccountNotice, NoticeKind, Role
from workflows.process.actors import Actor
from workflows.process.journal import send


def send_notice(session: Session, person_id: str, kind: NoticeKind, role: Role | None = None) -> None:
    """Write the notice and ask for its mail, in the transaction of what happened: nobody learns of it by its effects."""
    notice = AccountNotice(person_id=person_id, kind=kind, role=role)
    session.add(notice)
    session.flush()
    send(session, "recognition.tell_holder", notice.id)


def list_notices(session: Session, *, actor: Actor, limit: int = 50) -> list[AccountNotice]:
    """What happened to one's own account, the last first."""
    own = select(AccountNotice).where(AccountNotice.person_id == actor.person_id)
    return list(session.exec(own.order_by(col(AccountNotice.at).desc(), col(AccountNotice.id)).limit(limit)))
