"""Comment on an idea that is open to colleagues; take one's own comment back; hide one in office, or show it again; and read them.

A comment is never changed and never deleted. What its author took back nobody reads any more; what the secretariat of the call hid is read
by its author and the secretariat, with the reason, and by nobody else. Who hid one may show it again, since who has erred mends it first;
so may anybody else of the secretariat. Each hiding stays on record with both reasons.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from sqlmodel import Session, col, func, select

from models.calls import Call
from models.colleagues import LONGEST_COMMENT, IdeaComment
from models.ideas import Idea, TeamMember
from models.instants import now, region_zone, today
from models.people import Person, Role
from models.reviews import Review
from models.units import Unit
from workflows.calculations.printable import MARKS_IN_A_ROW
from workflows.intake.shared import SharedIdea, SharedReader, read_shared
from workflows.process.actors import Actor
from workflows.process.attest.commit import commit_rows
from workflows.process.journal import record
from workflows.process.keyset import Order, Page, Slice, take_page
from workflows.process.refusals import Conflict, Forbidden, Invalid, NotFound
from workflows.process.relations import has_part
from workflows.process.visibility import units_of
from workflows.process.wording import read_text

MOST_A_DAY = 20  # comments of one person, below all ideas together
SHORTEST_REASON = 10
NEWEST_FIRST = Order(IdeaComment, "written_at")
WRITTEN, HIDDEN, SHOWN, TAKEN_BACK = "idea.comment", "idea.hide_comment", "idea.show_comment", "idea.take_back_comment"  # in the ledger


class CommentState(StrEnum):
    """Whether a comment is read by everybody who reads the others."""

    OPEN = "open"
    HIDDEN = "hidden"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True)
class CommentLine:
    """A comment as its reader may read it: of one that is not open nobody reads text and author but those who are told why."""

    id: str
    written_at: datetime
    state: CommentState
    is_told: bool
    text: str
    by: str
    unit: str
    is_of_team: bool
    hide_reason: str
    show_reason: str  # why it was shown again, where it once was hidden and is not now
    may_take_back: bool
    may_hide: bool
    may_show: bool


@dataclass(frozen=True)
class NewComment:
    """A comment as those read it who keep order: what was said, by whom, and on which idea."""

    id: str
    written_at: datetime
    text: str
    by: str
    unit: str
    idea: Idea


def write_comment(session: Session, idea_id: str, text: str, *, actor: Actor) -> IdeaComment:
    """Comment on an idea, as its colleague or for its team.

    Raises what `read_shared` raises; Forbidden for who works on it, and once it is open no more; Conflict where the call takes no comments,
    and for more than MOST_A_DAY in a day of the region; Invalid for a text that is empty, too long or has control characters.
    """
    shared = read_shared(session, idea_id, actor=actor)
    if shared.standing == SharedReader.OFFICE:
        raise Forbidden("works_on_idea")
    if not shared.is_open:
        raise Forbidden("not_open_to_colleagues")
    if not shared.takes_comments:
        raise Conflict("comments_not_taken")
    said = _read_text(text)
    _require_few(session, actor)
    comment = IdeaComment(idea_id=shared.context.idea.id, person_id=str(actor.person_id), text=said)
    session.add(comment)
    session.flush()
    _record(session, WRITTEN, comment, actor)
    return comment


def take_back_comment(session: Session, idea_id: str, comment_id: str, *, actor: Actor) -> IdeaComment:
    """Take one's own comment back, whatever became of the idea; raises Conflict for one that is taken back or hidden already."""
    comment = _find(session, idea_id, comment_id)
    if comment is None or comment.person_id != actor.person_id:
        read_shared(session, idea_id, actor=actor)
        raise NotFound("comment_not_found") if comment is None else Forbidden("only_comment_author")
    _require_standing(comment)
    comment.taken_back_at = now()
    session.flush()
    _record(session, TAKEN_BACK, comment, actor)
    return comment


def hide_comment(session: Session, idea_id: str, comment_id: str, *, reason: str, actor: Actor) -> IdeaComment:
    """Hide a comment, with a reason that its author reads; the secretariat of the idea's call may, which has no part in the idea.

    Raises Forbidden for others, NotFound for a comment that is not on this idea, Conflict for one that is taken back or hidden already.
    """
    comment = _read_as_secretariat(session, idea_id, comment_id, actor)
    _require_standing(comment)
    comment.hide_reason = read_text("reason", reason, maximum=1_000, minimum=SHORTEST_REASON)
    comment.hidden_by, comment.hidden_at = actor.person_id, now()
    session.flush()
    _record(session, HIDDEN, comment, actor)
    return comment


def show_comment(session: Session, idea_id: str, comment_id: str, *, reason: str, actor: Actor) -> IdeaComment:
    """Show a hidden comment again, with a reason that its author reads; whoever may hide one may.

    Raises Forbidden for others, NotFound for a comment that is not on this idea, Conflict for one that is not hidden.
    """
    comment = _read_as_secretariat(session, idea_id, comment_id, actor)
    if comment.hidden_at is None:
        raise Conflict("comment_not_hidden")
    ended = {"hidden_by": str(comment.hidden_by), "hidden_at": comment.hidden_at.isoformat(), "hide_reason": comment.hide_reason}
    said = read_text("reason", reason, maximum=1_000, minimum=SHORTEST_REASON)
    ended |= {"shown_by": str(actor.person_id), "shown_at": now().isoformat(), "show_reason": said}
    comment.shown_again = [*comment.shown_again, ended]
    comment.hidden_by, comment.hidden_at, comment.hide_reason = None, None, ""
    session.flush()
    _record(session, SHOWN, comment, actor)
    return comment


def may_hide(shared: SharedIdea, actor: Actor) -> bool:
    """Whether somebody keeps order below an idea: the secretariat over the unit that holds its call, without a part in it."""
    return actor.holds(Role.SECRETARIAT, shared.context.call_path) and not has_part(shared.context, actor)


def list_comments(session: Session, shared: SharedIdea, wanted: Slice, *, actor: Actor) -> Page[CommentLine]:
    """The newest comments on an idea, the newest last; `after` asks for those before them."""
    query = select(IdeaComment, Person, Unit.name).join(Person, col(Person.id) == col(IdeaComment.person_id))
    query = query.join(Unit, col(Unit.id) == col(Person.unit_id)).where(IdeaComment.idea_id == shared.context.idea.id)
    page = take_page(session, query, NEWEST_FIRST, wanted)
    lines = [_show(shared, comment, person, unit, actor) for comment, person, unit in reversed(page.rows)]
    return Page(lines, page.after, page.before)


def list_newest(session: Session, wanted: Slice, *, actor: Actor) -> Page[NewComment]:
    """The newest comments that everybody reads, on ideas of the calls whose secretariat the actor is: what there is to keep in order.

    Of ideas that the actor neither proposes nor was asked to review. Raises Forbidden for whoever is no secretariat.
    """
    actor.require(Role.SECRETARIAT)
    calls = select(Call.id).where(col(Call.unit_id).in_(units_of(actor, (Role.SECRETARIAT,))), col(Call.is_sealed).is_(False))
    own = select(TeamMember.idea_id).where(TeamMember.person_id == actor.person_id)
    asked = select(Review.idea_id).where(Review.reviewer_id == actor.person_id)
    query = select(IdeaComment, Person, Unit.name, Idea).join(Person, col(Person.id) == col(IdeaComment.person_id))
    query = query.join(Unit, col(Unit.id) == col(Person.unit_id)).join(Idea, col(Idea.id) == col(IdeaComment.idea_id))
    query = query.where(col(Idea.call_id).in_(calls), col(Idea.id).not_in(own), col(Idea.id).not_in(asked))
    query = query.where(col(IdeaComment.taken_back_at).is_(None), col(IdeaComment.hidden_at).is_(None))
    page = take_page(session, query, NEWEST_FIRST, wanted)
    lines = [
        NewComment(comment.id, comment.written_at, comment.text, person.full_name, unit, idea) for comment, person, unit, idea in page.rows
    ]
    return Page(lines, page.after, page.before)


def state_of(comment: IdeaComment) -> CommentState:
    """Whether a comment is open, hidden or taken back."""
    if comment.hidden_at is not None:
        return CommentState.HIDDEN
    return CommentState.OPEN if comment.taken_back_at is None else CommentState.TAKEN_BACK


def _show(shared: SharedIdea, comment: IdeaComment, person: Person, unit: str, actor: Actor) -> CommentLine:
    is_own, moderates, state = comment.person_id == actor.person_id, may_hide(shared, actor), state_of(comment)
    is_shown_again = state == CommentState.OPEN and bool(comment.shown_again)
    is_told = state == CommentState.OPEN or (state == CommentState.HIDDEN and (is_own or moderates))
    return CommentLine(
        id=comment.id,
        written_at=comment.written_at,
        state=state,
        is_told=is_told,
        text=comment.text if is_told else "",
        by=person.full_name if is_told else "",
        unit=unit if is_told else "",
        is_of_team=is_told and comment.person_id in shared.context.team,
        hide_reason=comment.hide_reason if is_told else "",
        show_reason=comment.shown_again[-1]["show_reason"] if is_shown_again and (is_own or moderates) else "",
        may_take_back=is_own and comment.is_open,
        may_hide=moderates and comment.is_open,
        may_show=moderates and state == CommentState.HIDDEN,
    )


def _read_text(text: str) -> str:
    """What is said; raises Invalid for what `read_text` refuses, and for marks piled on a letter so high that they cover other lines."""
    said, marks = read_text("text", text, maximum=LONGEST_COMMENT, minimum=1), 0
    for character in said:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks > MARKS_IN_A_ROW:
            raise Invalid("marks_piled", "text", maximum=MARKS_IN_A_ROW)
    return said


def _require_few(session: Session, actor: Actor) -> None:
    """Raise Conflict for who wrote too much today; their row is held meanwhile, so that two comments at once are counted."""
    session.exec(select(Person.id).where(Person.id == actor.person_id).with_for_update(key_share=True)).one()
    midnight = datetime.combine(today(), time.min, region_zone())
    written = select(func.count()).select_from(IdeaComment).where(IdeaComment.person_id == actor.person_id)
    if session.exec(written.where(col(IdeaComment.written_at) >= midnight)).one() >= MOST_A_DAY:
        raise Conflict("comments_too_many", "text", maximum=MOST_A_DAY)


def _require_standing(comment: IdeaComment) -> None:
    state = state_of(comment)
    if state != CommentState.OPEN:
        raise Conflict(f"comment_{state.value}")


def _read_as_secretariat(session: Session, idea_id: str, comment_id: str, actor: Actor) -> IdeaComment:
    """A comment, locked, for who keeps order below its idea."""
    shared = read_shared(session, idea_id, actor=actor)
    if has_part(shared.context, actor):
        raise Forbidden("conflict_of_interest")
    if not may_hide(shared, actor):
        raise Forbidden("only_secretariat")
    comment = _find(session, idea_id, comment_id)
    if comment is None:
        raise NotFound("comment_not_found")
    return comment


def _find(session: Session, idea_id: str, comment_id: str) -> IdeaComment | None:
    comment = session.get(IdeaComment, comment_id, with_for_update=True, populate_existing=True)
    return comment if comment is not None and comment.idea_id == idea_id else None


def _record(session: Session, kind: str, comment: IdeaComment, actor: Actor) -> None:
    """The fact in the ledger: on which idea; what was said, and why it is hidden, is committed to and not told."""
    commits = commit_rows(kind, [("ideacomment", comment)])
    record(session, kind, comment.idea_id, actor=actor, idea_id=comment.idea_id, commits=commits)
