"""What somebody may know of offers to hand an idea to another call."""

from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.answer_times import AnswerTime
from models.calls import Call, PolicyVersion
from models.database import is_sqlite
from models.entry_rules import Category
from models.ideas import Idea, TeamMember
from models.people import Person
from models.stages import IdeaStage
from models.transfers import IdeaTransfer
from workflows.intake.answering import is_over, read_times
from workflows.intake.merging import FLOW
from workflows.intake.transferring import (
    enter_call,
    first_category,
    hash_terms,
    is_accepted,
    is_concerned,
    is_receiver,
    is_sender,
    list_awaited,
)
from workflows.process.actors import Actor
from workflows.process.categories import list_fitting
from workflows.process.context import IdeaContext, read_context, read_policy
from workflows.process.relations import is_blind, is_committee, is_in_team
from workflows.process.visibility import visible
from workflows.process.ways import IDEA, Kind

MOST_LISTED = 100
MAY_COME_ABOUT = [stage.name for stage in IDEA.stages.values() if stage.kind == Kind.OPEN and stage.step == "intake"]


@dataclass(frozen=True)
class ListedTransfer:
    """An offer that waits, as somebody whom it concerns may read it."""

    row: IdeaTransfer
    context: IdeaContext
    to_call: Call
    offered_by: str
    categories: tuple[Category, ...]  # of that call, where the lead must choose
    declaration: str  # what the lead declares in that call
    terms: str  # what is agreed to: that call's rules, the idea and its team as they are
    is_accepted: bool
    awaited: tuple[str, ...]  # the names of those of the team who have not agreed, its lead left out
    may_accept: bool
    may_take_back: bool
    may_agree: bool
    may_refuse: bool
    time: AnswerTime | None = None  # until when it may be answered

    @property
    def may_answer(self) -> bool:
        """Whether the reader may do anything about it."""
        return self.may_accept or self.may_take_back or self.may_agree or self.may_refuse

    @property
    def awaits_reader(self) -> bool:
        """Whether it waits for the reader."""
        return self.may_accept or self.may_agree


def list_transfers(session: Session, *, actor: Actor) -> list[ListedTransfer]:
    """The offers that wait and concern somebody: of whose idea they are, who made them, and who may take the idea in; the oldest first.

    None of an idea that went into its review or is over: it comes about no more, and nobody is asked to refuse it.
    """
    own = select(TeamMember.idea_id).where(TeamMember.person_id == actor.person_id)
    mine: sa.ColumnElement[bool] = col(IdeaTransfer.idea_id).in_(own)
    if actor.grants:
        waiting = select(IdeaTransfer.idea_id).where(col(IdeaTransfer.settled_at).is_(None))
        mine = mine | col(IdeaTransfer.idea_id).in_(
            select(Idea.id).where(col(Idea.id).in_(waiting), visible(actor, in_order=is_sqlite(session)))
        )
    found = select(IdeaTransfer).join(Idea, col(Idea.id) == col(IdeaTransfer.idea_id)).where(col(Idea.stage).in_(MAY_COME_ABOUT))
    found = found.where(col(IdeaTransfer.settled_at).is_(None), mine)
    rows = session.exec(found.order_by(col(IdeaTransfer.offered_at), col(IdeaTransfer.id)).limit(MOST_LISTED)).all()
    times = read_times(session, [row.id for row in rows])
    read = ((row, read_context(session, row.idea_id, actor=FLOW)) for row in rows if not is_over(times.get(row.id)))
    shown = (_show(session, row, context, actor) for row, context in read if is_concerned(session, row, context, actor))
    return [replace(each, time=times.get(each.row.id)) for each in shown]


def list_transfers_of(session: Session, idea_id: str) -> list[tuple[IdeaTransfer, str]]:
    """Every offer of an idea with the title of the call to which it was offered, the first first."""
    found = sa.select(IdeaTransfer, col(Call.title)).join(Call, col(Call.id) == col(IdeaTransfer.to_call_id))
    rows = session.execute(found.where(col(IdeaTransfer.idea_id) == idea_id).order_by(col(IdeaTransfer.offered_at), col(IdeaTransfer.id)))
    return [(row, title) for row, title in rows]


def _show(session: Session, row: IdeaTransfer, context: IdeaContext, actor: Actor) -> ListedTransfer:
    to_call = session.get_one(Call, row.to_call_id)
    leads, is_waiting = context.idea.lead_id == actor.person_id, context.idea.stage == IdeaStage.SCREENING
    categories, declaration = tuple[Category, ...](), ""
    if leads:
        there = enter_call(session, context, to_call, first_category(session, context, to_call))
        fitting = list_fitting(session, there)
        categories = fitting if len(fitting) > 1 else ()
        declaration = there.policy.declaration.text if there.policy.declaration.is_asked else ""
    terms = hash_terms(session, context, to_call)
    accepted, awaited = is_accepted(row, terms), list_awaited(session, row, context, terms)
    return ListedTransfer(
        row,
        context,
        to_call,
        offered_by=session.get_one(Person, row.offered_by).full_name,
        categories=categories,
        declaration=declaration,
        terms=terms,
        is_accepted=accepted,
        awaited=_read_names(session, awaited),
        may_accept=not accepted and is_waiting and is_receiver(session, context, row, actor),
        may_take_back=is_sender(session, context, actor),
        may_agree=accepted and is_waiting and (actor.person_id in awaited or (leads and not awaited)),
        may_refuse=is_in_team(context, actor),
    )


def _read_names(session: Session, ids: list[str]) -> tuple[str, ...]:
    names = {person.id: person.full_name for person in session.exec(select(Person).where(col(Person.id).in_(ids)))}
    return tuple(names[each] for each in ids)


def list_unasked(session: Session, context: IdeaContext, *, actor: Actor) -> list[tuple[str, str]]:
    """What an idea that was handed on said for its former call and is not asked here: label and text of each section, for its team and the
    offices, in no case for a blind reviewer."""
    found = select(IdeaTransfer).where(IdeaTransfer.idea_id == context.idea.id, col(IdeaTransfer.is_done))
    last = session.exec(found.order_by(col(IdeaTransfer.settled_at).desc()).limit(1)).first()
    if last is None or is_blind(session, context, actor) or not (is_in_team(context, actor) or is_committee(context, actor)):
        return []
    labels = {each.name: each.label for each in read_policy(session.get_one(PolicyVersion, last.policy_before)).sections}
    asked = {each.name for each in context.policy.sections}
    return [(labels.get(name, name), text) for name, text in context.content.sections.items() if name not in asked and text.strip()]
