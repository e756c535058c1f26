"""A file of ideas of earlier years counts once a second person has looked at it: confirm it, refuse it, or take it back later.

Who would cheat is whoever tells of an idea that never was, so that another's looks copied. So nobody alone brings such a file in: an admin
or leader over the whole region reads it first, and is not who answers for it. It says when it came and who they are, to everybody who reads
of one of its ideas; and nothing is decided by them.
"""

from sqlmodel import Session, col, select

from models.instants import now
from models.past_ideas import PastFile
from models.people import Role
from models.statements.past_ideas import end_past_ideas
from workflows.process.actors import Actor
from workflows.process.attest.commit import commit_rows
from workflows.process.journal import record
from workflows.process.refusals import Conflict, Forbidden, NotFound
from workflows.region.calendar import get_region
from workflows.region.powers import require_second

IMPORT, TELL, CONFIRM, END = "region.import_past", "region.tell_past", "region.confirm_past", "region.end_past"


def may_look_through(actor: Actor) -> bool:
    """Whether somebody may be the second person for some file, and so reads what waits."""
    return any(grant.role in (Role.ADMIN, Role.LEADER) and grant.covers_region for grant in actor.grants)


def confirm_past_file(session: Session, file_id: str, *, actor: Actor) -> PastFile:
    """Let a file count, as the second person. Raises Forbidden, and Conflict for one that was settled."""
    file = _lock(session, file_id)
    require_second(actor, [get_region(session).path], file.author_id)
    if file.confirmed_at is not None or file.ended_at is not None:
        raise Conflict("confirmation_settled")
    file.confirmed_by, file.confirmed_at = actor.person_id, now()
    return _keep(session, CONFIRM, file, actor)


def end_past_file(session: Session, file_id: str, *, actor: Actor) -> PastFile:
    """Refuse a file that waits, or take one back that counts: its ideas are found no more, and stay on record.

    Whoever may confirm files may; and while it waits who answers for it. Raises Forbidden for others, Conflict for one that ended.
    """
    file = _lock(session, file_id)
    is_author = actor.person_id is not None and actor.person_id == file.author_id
    if not may_look_through(actor) and not (is_author and file.confirmed_at is None):
        raise Forbidden("only_second")
    if file.ended_at is not None:
        raise Conflict("confirmation_settled")
    file.ended_by, file.ended_at = actor.person_id, now()
    end_past_ideas(session, file.id, file.ended_at)
    return _keep(session, END, file, actor)


def list_past_files(session: Session, *, actor: Actor) -> list[PastFile]:
    """The files that were not ended, the newest first: for whoever may confirm one all, and for others those that they answer for."""
    found = select(PastFile).where(col(PastFile.ended_at).is_(None))
    if not may_look_through(actor):
        found = found.where(PastFile.author_id == actor.person_id)
    return list(session.exec(found.order_by(col(PastFile.imported_at).desc(), col(PastFile.id))))


def list_files_waiting(session: Session, *, actor: Actor) -> list[PastFile]:
    """The files that wait for a second person and concern the actor, the first that came first."""
    if not (actor.holds(Role.ADMIN) or actor.holds(Role.LEADER) or actor.holds(Role.OPERATOR)):
        return []
    return [file for file in reversed(list_past_files(session, actor=actor)) if file.confirmed_at is None]


def _lock(session: Session, file_id: str) -> PastFile:
    file = session.get(PastFile, file_id, with_for_update=True, populate_existing=True)
    if file is None:
        raise NotFound("past_file_not_found")
    return file


def _keep(session: Session, kind: str, file: PastFile, actor: Actor) -> PastFile:
    session.add(file)
    session.flush()
    record(session, kind, file.id, actor=actor, commits=commit_rows(kind, [("pastfile", file)]))
    return file
