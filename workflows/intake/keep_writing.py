"""Keep what somebody types into the form of an idea before they save it; never over what another of their pages kept.

What is kept is no draft: it may end in half a word, counts for nothing and is read by whoever typed it alone. Only the form's own buttons
change an idea. Why: docs/decisions/0038.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, delete, select

from models.calls import Call
from models.instants import wall_now
from models.kept_writing import KeptWriting
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext
from workflows.process.engine import permit, present_stage
from workflows.process.refusals import Conflict
from workflows.process.ways import IDEA

DRAFT = IDEA.action("draft")
REVISE = IDEA.action("revise")
SUPPLEMENT = IDEA.action("supplement")
KEPT_DAYS = 90
MOST_LISTED = 20


@dataclass(frozen=True)
class WritingPage:
    """A page on which somebody writes: the key of its form, that of the page whose text it took over, and the mark of what was kept that it
    shows; empty for none."""

    key: str
    former: str = ""
    shows: str = ""

    def holds(self, kept: KeptWriting) -> bool:
        """Whether the page's text goes on from what is kept, so that nothing is lost where its own takes that place."""
        return kept.page in {self.key, self.former} - {""} or mark(kept) == self.shows


@dataclass(frozen=True)
class Typed:
    """What stands in a form: the revision that it is typed over (0 of a new idea), its fields, and which of its page's texts it is."""

    revision: int
    fields: Mapping[str, str]
    turn: int


def name_writing(stage: str) -> str:
    """Whether a draft is revised in a stage or a returned idea supplemented."""
    return SUPPLEMENT if IDEA.stages[stage].awaits == SUPPLEMENT else REVISE


def keep_writing(session: Session, context: IdeaContext, typed: Typed, page: WritingPage, *, actor: Actor) -> KeptWriting:
    """Keep what the actor has typed, in place of what the same page kept before.

    A text that arrives after a later one of its page changes nothing. Raises what the process refuses to whoever would save the form now,
    and Conflict where the idea was saved since it was opened, or another page of theirs keeps a text that this one does not hold.
    """
    idea, is_new = context.idea, _is_new(context)
    permit(session, context, DRAFT if is_new else REVISE, actor=actor)
    if typed.revision != find_revision(context):
        raise Conflict("writing_saved_elsewhere")
    kept = find_kept(session, context, actor=actor)
    if kept is None:
        kept = KeptWriting(
            person_id=str(actor.person_id),
            call_id=idea.call_id,
            idea_id=None if is_new else idea.id,
            action=_name(context),
            revision=typed.revision,
            fields=dict(typed.fields),
            page=page.key,
            turn=typed.turn,
        )
    elif not page.holds(kept):
        raise Conflict("writing_kept_elsewhere")
    elif kept.page == page.key and kept.turn >= typed.turn:
        return kept
    else:
        kept.revision, kept.fields, kept.kept_at = typed.revision, dict(typed.fields), wall_now()
        kept.page, kept.turn = page.key, typed.turn
    session.add(kept)
    session.flush()
    return kept


def find_kept(session: Session, context: IdeaContext, *, actor: Actor) -> KeptWriting | None:
    """What the actor typed into the form of an idea, be it only about to be drafted, and did not save."""
    return session.exec(select(KeptWriting).where(*_of(context, actor))).first()


def forget_writing(session: Session, context: IdeaContext, page: WritingPage, *, actor: Actor) -> bool:
    """Forget what was kept of a page whose form is saved, or whose text is thrown away; what another page keeps stays. Answers whether."""
    kept = find_kept(session, context, actor=actor)
    if kept is None or not page.holds(kept):
        return False
    session.delete(kept)
    session.flush()
    return True


def list_new(session: Session, *, actor: Actor) -> list[tuple[KeptWriting, Call]]:
    """What the actor typed for ideas that are no drafts yet, each with its call, the last first."""
    found = select(KeptWriting, Call).join(Call, col(Call.id) == col(KeptWriting.call_id))
    mine = found.where(KeptWriting.person_id == actor.person_id, col(KeptWriting.idea_id).is_(None))
    return list(session.exec(mine.order_by(col(KeptWriting.kept_at).desc()).limit(MOST_LISTED)))


def forget_old(session: Session) -> None:
    """Forget what nobody went on with for KEPT_DAYS."""
    session.execute(delete(KeptWriting).where(col(KeptWriting.kept_at) < wall_now() - timedelta(days=KEPT_DAYS)))


def find_revision(context: IdeaContext) -> int:
    """The revision over which an idea is written now; 0 of one that is only about to be drafted."""
    return 0 if _is_new(context) else context.idea.revision


def mark(kept: KeptWriting) -> str:
    """What tells a kept text from every other, an earlier one of the same form too."""
    return f"{kept.id}{kept.version}"


def _is_new(context: IdeaContext) -> bool:
    return present_stage(context) is None


def _name(context: IdeaContext) -> str:
    return DRAFT if _is_new(context) else name_writing(context.idea.stage)


def _of(context: IdeaContext, actor: Actor) -> tuple[Any, ...]:
    mine = KeptWriting.person_id == actor.person_id
    if _is_new(context):
        return mine, KeptWriting.call_id == context.idea.call_id, col(KeptWriting.idea_id).is_(None)
    return mine, KeptWriting.idea_id == context.idea.id, KeptWriting.action == _name(context)
