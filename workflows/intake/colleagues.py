"""Support an idea of a colleague, once, and follow it; take either back; and how many do.

Support decides nothing: no other part of the program reads it. Nobody supports an idea that they propose, work on or were asked to review,
and the support of whoever comes to judge it afterwards counts no more.
"""

from dataclasses import dataclass

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from models.colleagues import IdeaComment, IdeaFollow, IdeaSupport
from models.instants import now
from models.reviews import Review
from workflows.intake.shared import SharedIdea, SharedReader, list_steps, read_shared
from workflows.process.actors import Actor
from workflows.process.duties import PROPOSE, list_barred
from workflows.process.refusals import Forbidden
from workflows.process.relations import is_decided


@dataclass(frozen=True)
class Regard:
    """What colleagues think of an idea, as far as its reader may know, and what the reader did.

    `supports` is None for an office that may still judge the idea: nobody decides by it. `comments` are those that everybody reads.
    """

    supports: int | None
    comments: int
    is_supported: bool
    is_followed: bool


def support_idea(session: Session, idea_id: str, *, actor: Actor) -> SharedIdea:
    """Support an idea of a colleague; who does already, still does.

    Raises what `read_shared` raises, and Forbidden for the team, for who works on the idea, and once it is open no more.
    """
    shared = _require_colleague(session, idea_id, "support_own", actor)
    row = session.exec(_own_support(shared, actor).with_for_update()).first()
    if row is None:
        session.add(IdeaSupport(idea_id=shared.context.idea.id, person_id=str(actor.person_id)))
    elif row.ended_at is not None:
        row.since, row.ended_at = now(), None
    session.flush()
    return shared


def end_support(session: Session, idea_id: str, *, actor: Actor) -> SharedIdea:
    """Take one's support back, while the idea may be read; who gave none, gives none."""
    shared = read_shared(session, idea_id, actor=actor)
    row = session.exec(_own_support(shared, actor).with_for_update()).first()
    if row is not None and row.ended_at is None:
        row.ended_at = now()
        session.flush()
    return shared


def follow_idea(session: Session, idea_id: str, *, actor: Actor) -> SharedIdea:
    """Follow an idea of a colleague; raises as `support_idea`. Team and offices are told how it goes on anyway."""
    shared = _require_colleague(session, idea_id, "follow_own", actor)
    if _find_follow(session, shared, actor) is None:
        idea = shared.context.idea
        session.add(IdeaFollow(idea_id=idea.id, person_id=str(actor.person_id), told_step=list_steps(session, [idea])[idea.id]))
        session.flush()
    return shared


def end_follow(session: Session, idea_id: str, *, actor: Actor) -> SharedIdea:
    """Follow an idea no more."""
    shared = read_shared(session, idea_id, actor=actor)
    row = _find_follow(session, shared, actor)
    if row is not None:
        session.delete(row)
        session.flush()
    return shared


def read_regard(session: Session, shared: SharedIdea, *, actor: Actor) -> Regard:
    """How many support an idea and how much is said of it, and what its reader did."""
    own = session.exec(_own_support(shared, actor)).first()
    untold = shared.standing == SharedReader.OFFICE and not is_decided(shared.context)
    return Regard(
        supports=None if untold else _count_supports(session, shared),
        comments=_count_comments(session, shared.context.idea.id),
        is_supported=own is not None and own.ended_at is None,
        is_followed=_find_follow(session, shared, actor) is not None,
    )


def _require_colleague(session: Session, idea_id: str, of_own: str, actor: Actor) -> SharedIdea:
    shared = read_shared(session, idea_id, actor=actor)
    if shared.standing == SharedReader.TEAM:
        raise Forbidden(of_own)
    if shared.standing == SharedReader.OFFICE:
        raise Forbidden("works_on_idea")
    if not shared.is_open:
        raise Forbidden("not_open_to_colleagues")
    return shared


def _own_support(shared: SharedIdea, actor: Actor) -> SelectOfScalar[IdeaSupport]:
    return select(IdeaSupport).where(IdeaSupport.idea_id == shared.context.idea.id, IdeaSupport.person_id == actor.person_id)


def _find_follow(session: Session, shared: SharedIdea, actor: Actor) -> IdeaFollow | None:
    own = select(IdeaFollow).where(IdeaFollow.idea_id == shared.context.idea.id, IdeaFollow.person_id == actor.person_id)
    return session.exec(own).first()


def _count_supports(session: Session, shared: SharedIdea) -> int:
    """Support that stands, of people who bear no duty on the idea and were never asked to review it."""
    idea_id = shared.context.idea.id
    standing = select(func.count()).select_from(IdeaSupport).where(IdeaSupport.idea_id == idea_id, col(IdeaSupport.ended_at).is_(None))
    asked = select(Review.reviewer_id).where(Review.idea_id == idea_id)
    judges = list_barred(session, idea_id, PROPOSE, shared.context.policy)  # who may not be of the team, as they bear another duty
    return session.exec(standing.where(col(IdeaSupport.person_id).not_in(asked), col(IdeaSupport.person_id).not_in(judges))).one()


def _count_comments(session: Session, idea_id: str) -> int:
    read = select(func.count()).select_from(IdeaComment).where(IdeaComment.idea_id == idea_id)
    return session.exec(read.where(col(IdeaComment.taken_back_at).is_(None), col(IdeaComment.hidden_at).is_(None))).one()
