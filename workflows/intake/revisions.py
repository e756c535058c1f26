"""What an idea said before, and what was changed since: for its team, and for the offices that read it from its submission on.

A draft's former words are nobody's but the team's. After that an office reads what was handed in, and each time what was completed, not
what was put by in between. Whoever judges without knowing who proposes reads none of it: what was reworded told who that is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from models.form_rules import FormField
from models.ideas import Decision, Revision
from models.stages import IdeaStage
from workflows.calculations.text_changes import Change, Piece, compare_lists, compare_texts
from workflows.intake.answers import ANSWERS, FormContent, leave_unasked_out
from workflows.intake.supplement import SECTION
from workflows.intake.team import TeamChange
from workflows.intake.team_then import compare_teams
from workflows.process.actors import Actor
from workflows.process.asked import list_form
from workflows.process.context import IdeaContext, read_context
from workflows.process.refusals import NotFound
from workflows.process.relations import has_part, is_blind
from workflows.process.visibility import BY_CALL, OVERSEERS

SENT = ("submit", "supplement")  # the steps with which a team hands something in
FACTS = ("form", "medium", "theme", "initiator", "in_use_since", "earlier_code", "budget_rupiah")
FILES = "files"


@dataclass(frozen=True)
class ListedRevision:
    """A revision that the reader may know of, and whether it was handed in."""

    number: int
    at: datetime
    is_sent: bool


@dataclass(frozen=True)
class PartChange:
    """A part of an idea that two revisions say differently; the words of a text, or the files, as pieces; of anything else both values."""

    part: str
    before: str
    after: str
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """Two revisions and the parts in which they differ, in the form's order; `before` is None where there was none.

    `team` is what changed in the team between the two, where both were handed in: a draft's team is what was agreed to last, and no more.
    """

    before: ListedRevision | None
    after: ListedRevision
    changes: tuple[PartChange, ...]
    team: TeamChange | None = None


def has_changed(session: Session, context: IdeaContext, *, actor: Actor) -> bool:
    """Whether there are two revisions that the actor may compare."""
    return context.idea.revision > 1 and len(_list_readable(session, context, actor)) > 1


def list_revisions(session: Session, idea_id: str, *, actor: Actor) -> list[ListedRevision]:
    """The revisions of an idea that the actor may read, the first first; none where they may read none."""
    return _list_readable(session, read_context(session, idea_id, actor=actor), actor)


def compare_revisions(session: Session, idea_id: str, number: int | None, since: int | None, *, actor: Actor) -> Comparison:
    """What a revision says otherwise than an earlier one; by default the last, and the one before it.

    Raises NotFound for a number that the actor may not read, and for an earlier one that is not earlier.
    """
    context = read_context(session, idea_id, actor=actor)
    readable = {each.number: each for each in _list_readable(session, context, actor)}
    numbers = sorted(readable)
    after = number if number is not None else next(iter(numbers[::-1]), 0)
    before = since if since is not None else next((each for each in numbers[::-1] if each < after), None)
    if after not in readable or (before is not None and (before not in readable or before >= after)):
        raise NotFound("revision_not_found")
    found = session.exec(select(Revision).where(Revision.idea_id == idea_id, col(Revision.number).in_((before, after)))).all()
    said = {row.number: _read_said(context, row, whole=has_part(context, actor)) for row in found}
    first, sent = readable[before] if before is not None else None, _list_sent(session, context)
    known = before is not None and before in sent and after in sent
    team = compare_teams(session, context, sent[before or 0], sent[after]) if known else None
    return Comparison(first, readable[after], tuple(_list_changes(context, said.get(before or 0, {}), said[after])), team)


def _list_readable(session: Session, context: IdeaContext, actor: Actor) -> list[ListedRevision]:
    """The revisions that an actor may read, each with whether it was handed in."""
    is_team = has_part(context, actor)
    if not is_team and not _reads_by_office(session, context, actor):
        return []
    written, sent = _list_written(session, context), _list_sent(session, context)
    return [ListedRevision(number, at, number in sent) for number, at in written if is_team or number in sent]


def _list_written(session: Session, context: IdeaContext) -> Sequence[tuple[int, datetime]]:
    """Every revision's number with when it was written, the first first."""
    rows = select(Revision.number, Revision.created_at).where(Revision.idea_id == context.idea.id)
    return session.exec(rows.order_by(col(Revision.number))).all()


def _list_sent(session: Session, context: IdeaContext) -> dict[int, datetime]:
    """The revisions that were handed in, by their numbers, each with when it was last."""
    written = _list_written(session, context)
    steps = select(Decision.at).where(Decision.idea_id == context.idea.id, col(Decision.action).in_(SENT)).order_by(col(Decision.at))
    return {max((number for number, at in written if at <= sent_at), default=0): sent_at for sent_at in session.exec(steps)}


def _reads_by_office(session: Session, context: IdeaContext, actor: Actor) -> bool:
    """Whether an office lets somebody read what was handed in; who reviews blindly reads none of it."""
    over_unit = any(actor.holds(role, context.unit_path) for role in OVERSEERS)
    is_over = over_unit or any(actor.holds(role, *context.paths) for role in BY_CALL)
    return is_over and context.idea.stage != IdeaStage.DRAFT and not is_blind(session, context, actor)


def _read_said(context: IdeaContext, row: Revision, *, whole: bool) -> dict[str, str]:
    """What a revision says, by its parts; but to the team only what its own answers asked for."""
    said = FormContent(row.sections, row.answers)
    kept = said if whole else leave_unasked_out(context.policy, said)
    facts = {name: "" if getattr(row, name) is None else str(getattr(row, name)) for name in FACTS}
    form = {SECTION + name: text for name, text in kept.sections.items()} | {ANSWERS + name: text for name, text in kept.answers.items()}
    return {"title": row.title, **facts, **form, FILES: "\n".join(f"{each['sha256']} {each['name']}" for each in row.attachments)}


def _list_changes(context: IdeaContext, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[PartChange]:
    for part in list_parts(context):
        old, new = before.get(part, ""), after.get(part, "")
        if old == new:
            continue
        if part == FILES:
            yield _compare_files(old.splitlines(), new.splitlines())
            continue
        pieces = compare_texts(old, new) if part == "title" or part.startswith(SECTION) else ()
        if not pieces or any(piece.change != Change.SAME for piece in pieces):
            yield PartChange(part, old, new, pieces)


def _compare_files(old: Sequence[str], new: Sequence[str]) -> PartChange:
    """What became of each file, known by its bytes: phones give every photo the same name."""
    before, after = ("\n".join(line.partition(" ")[2] for line in lines) for lines in (old, new))
    pieces = (Piece(change, line.partition(" ")[2] + "\n") for change, line in compare_lists(old, new))
    return PartChange(FILES, before, after, tuple(pieces))


def list_parts(context: IdeaContext) -> Sequence[str]:
    """The parts of an idea in the order in which they are read: title, kind, the form of its call, budget, files."""
    form = [(ANSWERS if isinstance(part, FormField) else SECTION) + part.name for part in list_form(context.policy)]
    return ["title", *FACTS[:-1], *form, FACTS[-1], FILES]
