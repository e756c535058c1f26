"""What happens to an account whose person takes up an office: what was given to it before by one other person opens it no longer."""

from sqlmodel import Session

from models.people import DECIDING, NoticeKind, Role, RoleGrant
from workflows.process.actors import Actor
from workflows.region.codes import ask_code, draw_code, end_sessions, is_code_awaited, void_code, void_mail_codes
from workflows.region.notices import send_notice
from workflows.region.powers import is_in_office, lock_account

SEATS = frozenset({Role.UNIT_HEAD, Role.SECRETARIAT})  # given by one admin, and acted in alone


def take_up_by_two(session: Session, person_id: str, office_id: str, *, first: str | None, actor: Actor) -> str | None:
    """Let somebody take up an office that a second person confirmed; answers a fresh code to hand over where it is their first such.

    Somebody else may know the password there was, or still be signed in with it: who registered the person or renewed their code could
    have used the code. So it ends with every sign-in. `office_id` is the grant or appointment, `first` who began it.
    """
    if is_in_office(session, person_id, DECIDING, but=office_id):
        return None
    _clear(session, person_id)
    return draw_code(session, person_id, actor=actor, asked_by=first)


def take_up_alone(session: Session, grant: RoleGrant, *, actor: Actor) -> None:
    """Let somebody take up a role that one admin gave: an unused code is void, unless two people gave it to who decides already.

    A head's or secretary's first office ends a password too that somebody else may know; their new code waits for a second person.
    """
    person_id = grant.person_id
    if is_in_office(session, person_id, DECIDING, but=grant.id):
        return
    void_code(session, person_id)
    has_password = lock_account(session, person_id).password_hash is not None
    if grant.role in SEATS and has_password and not is_in_office(session, person_id, SEATS, but=grant.id):
        _clear(session, person_id)
        if not is_code_awaited(session, person_id):
            ask_code(session, person_id, actor=actor)


def _clear(session: Session, person_id: str) -> None:
    """End a password and every sign-in; an account that has no password has no sign-in either."""
    account = lock_account(session, person_id)
    if account.password_hash is None:
        return
    account.password_hash = None
    session.add(account)
    void_mail_codes(session, person_id)
    end_sessions(session, person_id)
    send_notice(session, person_id, NoticeKind.PASSWORD_CLEARED)
