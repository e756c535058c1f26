"""Let somebody leave the service, and come back: what they did stays theirs, and nobody asks them for anything meanwhile."""

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.offices import OfficeHolder
from models.people import NoticeKind, Person
from models.posts import Post, PostCause
from workflows.process.actors import Actor
from workflows.process.journal import record
from workflows.process.refusals import Conflict, Faults, Forbidden, Invalid
from workflows.process.wording import read_line
from workflows.region.accounts import close_account, reopen_account
from workflows.region.codes import Renewal
from workflows.region.notices import send_notice
from workflows.region.people import require_serving
from workflows.region.posts import LONGEST_REASON, Dated, begin_post, end_post, read_entry, require_day
from workflows.region.powers import require_over, take_person


@dataclass(frozen=True)
class Leaving:
    """The last day of somebody's service, and why it ended."""

    last_day: date
    reason: str


def retire_person(session: Session, person_id: str, leaving: Leaving, *, actor: Actor) -> Person:
    """Let somebody's service end: their account closes as `close_account` does it, and their post ends on the last day.

    Ideas, shares, reviews and certificates stay theirs. Needs what closing an account needs. Raises Invalid, all faults at once, for a day
    in the future, before the present post or long ago, and without a reason; Conflict for who retired already and for whoever is still
    appointed to sign (`person_signs`).
    """
    person, home, account = take_person(session, person_id)
    if person.id == actor.person_id:
        raise Forbidden("own_account")
    require_over(session, person, home, actor=actor)
    require_serving(person)
    faults, reason = Faults(), ""
    with faults.gather():
        require_day(session, person.id, "last_day", leaving.last_day)
    with faults.gather():
        reason = read_line("reason", leaving.reason, maximum=LONGEST_REASON)
    faults.settle()
    _require_unappointed(session, person.id, leaving.last_day)
    if account.closed_at is None:
        close_account(session, person.id, actor=actor)
    person.retired_on = leaving.last_day
    session.add(person)
    session.flush()
    end_post(session, person.id, leaving.last_day, reason)
    record(session, "person.retire", person.id, actor=actor, last_day=leaving.last_day.isoformat())
    send_notice(session, person.id, NoticeKind.PERSON_RETIRED)
    return person


def restore_person(session: Session, person_id: str, dated: Dated, *, actor: Actor) -> Renewal:
    """Let somebody who retired serve again from a day on, in the unit they left; answers the one-time code for their account.

    Roles are given anew. Needs what opening an account needs. Raises Conflict for who serves, Invalid for a day that `read_entry` refuses
    and one before the last of their service; on that day itself, their going was a mistake.
    """
    person, home, account = take_person(session, person_id)
    require_over(session, person, home, actor=actor)
    if person.retired_on is None:
        raise Conflict("person_serves")
    faults = Faults()
    entry = read_entry(session, faults, person.id, PostCause.RESTORED, dated)
    if entry.valid_from < person.retired_on:
        faults.found.append(Invalid("restored_before_leaving", "valid_from", day=person.retired_on.isoformat()))
    faults.settle()
    for last in session.exec(select(Post).where(Post.person_id == person.id, col(Post.valid_until) >= entry.valid_from)):
        last.valid_until = entry.valid_from - timedelta(days=1)  # recorded as gone by mistake: the days do not overlap
    person.retired_on = None
    session.add(person)
    session.flush()
    begin_post(session, person, entry, actor=actor)
    record(session, "person.restore", person.id, actor=actor, valid_from=entry.valid_from.isoformat())
    send_notice(session, person.id, NoticeKind.PERSON_RESTORED)
    return reopen_account(session, person.id, actor=actor) if account.closed_at is not None else Renewal()


def _require_unappointed(session: Session, person_id: str, last_day: date) -> None:
    """Whoever signs for an office signs on its last day, too: an appointment ends by its own action, before its holder leaves."""
    until = col(OfficeHolder.valid_until)
    signing = select(OfficeHolder.id).where(OfficeHolder.person_id == person_id, sa.or_(until.is_(None), until > last_day))
    never = until.is_not(None) & (until < col(OfficeHolder.valid_from))
    if session.exec(signing.where(~never)).first() is not None:
        raise Conflict("person_signs")
