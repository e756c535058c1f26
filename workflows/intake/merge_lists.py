"""What somebody may know of merges: those that wait for a word, and beside an idea those that came about, with the text that has joined."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.answer_times import AnswerTime, AskedAbout
from models.database import is_among, is_sqlite
from models.ideas import Idea
from models.merges import IdeaMerge, MergePart
from models.people import Person
from models.stages import IdeaStage
from workflows.intake.answering import is_over, read_times
from workflows.intake.answers import FormContent
from workflows.intake.content import list_asked_said
from workflows.intake.merging import (
    FLOW,
    MERGING,
    SCREEN,
    Pair,
    find_part,
    is_alive,
    is_office,
    is_opened,
    list_parts,
    read_pair,
    standing,
)
from workflows.intake.separate import NO_LEAD, find_not_to_separate, find_not_to_separate_in_office
from workflows.intake.telling import list_telling
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_context
from workflows.process.relations import has_part, is_blind, is_only_invited, may_act
from workflows.process.sealing import find_seal
from workflows.process.visibility import sees_idea, visible
from workflows.process.ways import IDEA

MOST_LISTED = 100
NOTHING_SAID = FormContent({}, {})
_WAITING: Any = sa.orm.aliased(IdeaMerge)


@dataclass(frozen=True)
class ListedMerge:
    """A merge that waits for a word, as somebody whom it concerns may know of it.

    `names` are those of the people in both teams, and of who proposed it. Before both leads have opened their ideas a lead is told the
    other's title and nothing else; `is_told` says whether the reader reads both. `awaited` are those who have not agreed.
    """

    row: IdeaMerge
    pair: Pair
    parts: Sequence[MergePart]
    names: Mapping[str, str]
    mine: MergePart | None
    is_office: bool
    is_told: bool
    time: AnswerTime | None  # until when it may be answered

    @property
    def earlier_said(self) -> FormContent:
        """What the earlier idea says, for who reads both."""
        return list_asked_said(self.pair.earlier) if self.is_told else NOTHING_SAID

    @property
    def later_said(self) -> FormContent:
        """What the one that joins it says, for who reads both."""
        return list_asked_said(self.pair.later) if self.is_told else NOTHING_SAID

    @property
    def is_undoing(self) -> bool:
        """Whether it came about, and members would take it back."""
        return self.row.is_done

    @property
    def asked_by(self) -> str:
        """Who proposed it; of the other lead no name is told before both have opened their ideas."""
        is_other_lead = any(part.person_id == self.row.asked_by and part is not self.mine for part in self.parts)
        return self.names.get(self.row.asked_by, "") if self.is_told or not is_other_lead else ""

    @property
    def awaited(self) -> tuple[str, ...]:
        """The names of those who have not agreed: to become one, or to be two again."""
        return tuple(self.names[each.person_id] for each in self.parts if not self.has_agreed(each)) if self.is_told else ()

    @property
    def may_open(self) -> bool:
        """Whether the reader leads one and has not opened it yet."""
        leads = self.mine is not None and (self.mine.leads_earlier or self.mine.leads_later)
        return leads and not self.is_undoing and self.mine is not None and self.mine.opened_at is None

    @property
    def may_agree(self) -> bool:
        """Whether the reader's own word is awaited."""
        return self.mine is not None and is_opened(self.parts) and not self.has_agreed(self.mine)

    @property
    def may_share(self) -> bool:
        """Whether the reader leads one of two opened ideas, and so may divide the shares anew."""
        leads = self.mine is not None and (self.mine.leads_earlier or self.mine.leads_later)
        return leads and is_opened(self.parts) and not self.is_undoing

    @property
    def may_confirm(self) -> bool:
        """Whether the office's word is all that lacks."""
        return self.is_office and not self.is_undoing and all(each.agreed_at is not None for each in self.parts)

    @property
    def awaits_reader(self) -> bool:
        """Whether it waits for the reader."""
        return self.may_open or self.may_agree or self.may_confirm

    @property
    def since(self) -> datetime:
        """Since when an answer is awaited: the first wish to be two again, the opening by the second lead, or the proposal."""
        said = [each.undo_agreed_at if self.is_undoing else each.opened_at for each in self.parts]
        instants = sorted(each for each in said if each is not None)
        if not instants or not (self.is_undoing or is_opened(self.parts)):
            return self.row.asked_at
        return instants[0] if self.is_undoing else instants[-1]

    def has_agreed(self, part: MergePart) -> bool:
        """Whether somebody has agreed: to become one, or to be two again."""
        return (part.undo_agreed_at if self.is_undoing else part.agreed_at) is not None


@dataclass(frozen=True)
class MergeLine:
    """A merge as it is read beside one of its ideas: the other, whether that has joined this one, who proposed and who undid it.

    `joined` is what the idea said that has joined this one, by its own form. A blind reviewer reads that, but no answer that tells who they
    are, and the other's title and code, no name and no reason. `is_seen` says whether the reader may open the other's own page.
    """

    row: IdeaMerge
    other: Idea
    has_joined: bool
    is_seen: bool
    is_told: bool
    joined: FormContent | None
    context: IdeaContext  # of the other, for the labels of its form
    names: Mapping[str, str]
    may_undo: bool
    needs_lead: bool  # an office may undo it once either lead has agreed
    may_agree_to_undo: bool

    @property
    def is_standing(self) -> bool:
        """Whether both are one."""
        return self.row.undone_at is None

    @property
    def by(self) -> str:
        """Who proposed it."""
        return self.names.get(self.row.asked_by, "") if self.is_told else ""

    @property
    def undo_reason(self) -> str:
        """Why it was taken back; while members are yet to agree to that, their reason is for them alone (`list_waiting_merges`)."""
        return self.row.undo_reason if self.is_told and not self.is_standing else ""

    @property
    def undone_by(self) -> str:
        """Who took it back."""
        return self.names.get(self.row.undone_by or "", "") if self.is_told else ""


def list_waiting_merges(session: Session, *, only_agreed: bool = False, actor: Actor) -> list[ListedMerge]:
    """The merges that wait and concern somebody, the oldest first: of whose ideas they are, and who may say in office that both are one.

    With `only_agreed` an office is told of those alone to which everybody has agreed, and of those that the reader proposed.
    """
    own = select(MergePart.merge_id).where(MergePart.person_id == actor.person_id)
    mine: sa.ColumnElement[bool] = col(IdeaMerge.id).in_(own)
    if actor.grants:
        asked = select(Idea.id).where(col(Idea.id).in_(select(_WAITING.idea_id).where(_WAITING.settled_at.is_(None))))
        silent = select(MergePart.id).where(MergePart.merge_id == IdeaMerge.id, col(MergePart.agreed_at).is_(None))
        by_office = ~silent.exists() if only_agreed else sa.true()
        by_office = by_office | (col(IdeaMerge.asked_by) == actor.person_id)
        mine = mine | by_office & col(IdeaMerge.idea_id).in_(asked.where(visible(actor, in_order=is_sqlite(session))))
    waiting = col(IdeaMerge.settled_at).is_(None)
    undoing = col(IdeaMerge.is_done) & col(IdeaMerge.undone_at).is_(None) & (col(IdeaMerge.undo_reason) != "") & col(IdeaMerge.id).in_(own)
    found = select(IdeaMerge).where((waiting & mine) | undoing)
    rows = session.exec(found.order_by(col(IdeaMerge.asked_at), col(IdeaMerge.id)).limit(MOST_LISTED)).all()
    times = read_times(session, [row.id for row in rows])
    return [listed for row in rows if (listed := _list_one(session, row, times.get(row.id), actor)) is not None]


def may_propose_merge(session: Session, context: IdeaContext, actor: Actor) -> bool:
    """Whether somebody is offered to propose that an idea and another become one: its lead, or who screens it."""
    if context.idea.stage not in MERGING or find_seal(context.call) is not None or context.invited:
        return False
    if has_part(context, actor):
        return context.idea.lead_id == actor.person_id
    return any(may_act(session, context, step, actor) for step in IDEA.of_action(SCREEN))


def list_merges_of(session: Session, context: IdeaContext, *, actor: Actor) -> list[MergeLine]:
    """The merges of an idea that came about, the first first, also those that were undone."""
    if context.idea.stage == IdeaStage.DRAFT or is_only_invited(context, actor):
        return []
    own = context.idea.id
    found = select(IdeaMerge).where(col(IdeaMerge.is_done), (col(IdeaMerge.idea_id) == own) | (col(IdeaMerge.into_id) == own))
    rows = session.exec(found.order_by(col(IdeaMerge.settled_at), col(IdeaMerge.id))).all()
    return [_line(session, row, context, actor) for row in rows]


def name_with_joined(session: Session, ideas: Collection[Idea]) -> dict[str, str]:
    """The codes of ideas as papers print them, by their ids: each with those of two ideas that have joined it, and how many more did."""
    joined = standing().where(is_among(session, col(IdeaMerge.into_id), {idea.id for idea in ideas}))
    joined = joined.join(Idea, col(Idea.id) == col(IdeaMerge.idea_id)).with_only_columns(col(IdeaMerge.into_id), col(Idea.code))
    codes: dict[str, list[str]] = {}
    for into_id, code in session.execute(joined.order_by(col(Idea.code))):
        codes.setdefault(into_id, []).append(str(code))
    return {idea.id: _name(idea, codes.get(idea.id, [])) for idea in ideas}


def _name(idea: Idea, codes: Sequence[str]) -> str:
    if not codes:
        return str(idea.code)
    more = f" dan {len(codes) - 2} usulan lain" if len(codes) > 2 else ""
    return f"{idea.code} (dengan {', '.join(codes[:2])}{more})"


def _line(session: Session, row: IdeaMerge, context: IdeaContext, actor: Actor) -> MergeLine:
    has_joined = row.into_id == context.idea.id
    other = read_context(session, row.idea_id if has_joined else row.into_id, actor=FLOW)
    pair = Pair(context, other) if has_joined else Pair(other, context)
    parts = list_parts(session, row)
    blind = is_blind(session, context, actor)
    stands = find_not_to_separate(session, row, pair, parts) is None
    mine, office = find_part(parts, actor), stands and not blind and is_office(session, pair, actor)
    stays = find_not_to_separate_in_office(session, pair, parts, actor) if office else None
    said = list_asked_said(other) if has_joined and row.undone_at is None else None
    if said is not None and blind:
        telling = list_telling(other.policy)
        said = FormContent(said.sections, {name: text for name, text in said.answers.items() if name not in telling})
    return MergeLine(
        row,
        other.idea,
        has_joined=has_joined,
        is_seen=sees_idea(session, other.idea.id, actor),
        is_told=not blind,
        joined=said,
        context=other,
        names=_read_names(session, [row], []),
        may_undo=office and stays is None,
        needs_lead=office and stays is not None and stays.code == NO_LEAD,
        may_agree_to_undo=stands and mine is not None and mine.undo_agreed_at is None and pair.earlier.idea.stage in MERGING,
    )


def _list_one(session: Session, row: IdeaMerge, time: AnswerTime | None, actor: Actor) -> ListedMerge | None:
    if time is not None and time.about != (AskedAbout.SEPARATION if row.is_done else AskedAbout.MERGE):
        time = None
    if is_over(time):
        return None
    pair, parts = read_pair(session, row), list_parts(session, row)
    mine, office = find_part(parts, actor), is_office(session, pair, actor)
    if mine is None and not office:
        return None
    waits = _may_be_undone(session, row, pair, parts) if row.is_done else is_alive(pair)
    if not waits:
        return None
    told = office or (mine is not None and is_opened(parts))
    return ListedMerge(row, pair, parts, _read_names(session, [row], parts), mine, office, told, time)


def _may_be_undone(session: Session, row: IdeaMerge, pair: Pair, parts: list[MergePart]) -> bool:
    """Whether the members of a merge that came about may still take it back."""
    return pair.earlier.idea.stage in MERGING and find_not_to_separate(session, row, pair, parts) is None


def _read_names(session: Session, rows: Iterable[IdeaMerge], parts: Iterable[MergePart]) -> dict[str, str]:
    ids = {each for row in rows for each in (row.asked_by, row.undone_by) if each} | {each.person_id for each in parts}
    return {person.id: person.full_name for person in session.exec(select(Person).where(col(Person.id).in_(ids)))}
