"""What somebody may know of requests to replace a member of a team, or its lead."""

from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.answer_times import AnswerTime
from models.database import is_sqlite
from models.ideas import Idea, TeamMember
from models.people import Person, Role, write_full_name
from models.replacements import Replacement
from workflows.calculations.employee_number import mask_held_number
from workflows.intake.answering import is_over, read_times
from workflows.intake.answers import FormContent
from workflows.intake.content import list_asked_said
from workflows.intake.replacing import (
    find_office,
    find_silent_until,
    has_lead_agreed,
    is_concerned,
    is_of_submitted_lead,
    list_asked,
    list_missing,
)
from workflows.process.actors import Actor, flow_actor
from workflows.process.context import IdeaContext, read_context
from workflows.process.visibility import visible

MOST_LISTED = 100
READING = flow_actor("intake")


@dataclass(frozen=True)
class ListedReplacement:
    """A request with its idea, as somebody whom it concerns may read it: what they may do about it, and who has yet to agree."""

    row: Replacement
    context: IdeaContext
    leaver: str
    share_hundredths: int
    role: str
    masked: str  # the newcomer's number
    newcomer: str  # by name where the reader may know it, else empty
    has_newcomer_agreed: bool
    awaited: tuple[str, ...]  # the names of the members who have not agreed
    may_answer: bool
    may_confirm: bool
    may_take_back: bool
    is_of_submitted_lead: bool
    has_lead_agreed: bool
    silent_until: datetime | None  # until when a lead who has not agreed is waited for; None of other requests
    time: AnswerTime | None = None  # until when it may be answered

    @property
    def said(self) -> FormContent:
        """What the idea says."""
        return list_asked_said(self.context)

    @property
    def may_settle(self) -> bool:
        """Whether the reader may do anything about it."""
        return self.awaits_reader or self.may_take_back

    @property
    def awaits_reader(self) -> bool:
        """Whether it waits for the reader."""
        return self.may_answer or self.may_confirm


def list_replacements(session: Session, *, actor: Actor) -> list[ListedReplacement]:
    """The requests that wait and concern somebody: who comes, who goes, whose team it is, and who may confirm; the oldest first."""
    own = select(TeamMember.idea_id).where(TeamMember.person_id == actor.person_id)
    mine = [col(Replacement.newcomer_id) == actor.person_id, col(Replacement.idea_id).in_(own)]
    if actor.holds(Role.UNIT_HEAD) or actor.holds(Role.SECRETARIAT):
        asked = select(Replacement.idea_id).where(col(Replacement.settled_at).is_(None))  # few: all that an overseer may see are very many
        seen = visible(actor, in_order=is_sqlite(session))
        mine.append(col(Replacement.idea_id).in_(select(Idea.id).where(col(Idea.id).in_(asked), seen)))
    waiting = select(Replacement).where(col(Replacement.settled_at).is_(None), sa.or_(*mine))
    rows = session.exec(waiting.order_by(col(Replacement.asked_at), col(Replacement.id)).limit(MOST_LISTED)).all()
    times = read_times(session, [row.id for row in rows])
    read = ((row, read_context(session, row.idea_id, actor=READING)) for row in rows if not is_over(times.get(row.id)))
    shown = (_show(session, row, context, actor) for row, context in read if is_concerned(session, context, row, actor))
    return [replace(each, time=times.get(each.row.id)) for each in shown]


def _show(session: Session, row: Replacement, context: IdeaContext, actor: Actor) -> ListedReplacement:
    left, missing = list_asked(session, context, row) - row.agreed.keys(), list_missing(session, context, row)
    of_lead = is_of_submitted_lead(context, row)
    role, path = find_office(session, context)
    confirms = actor.holds(role, path) and actor.person_id not in {*context.team, row.leaver_id, row.newcomer_id}
    newcomer = session.get(Person, row.newcomer_id) if row.newcomer_id else None
    is_told = newcomer is not None and (newcomer.unit_id == actor.unit_id or newcomer.id in {actor.person_id, *row.agreed, *context.team})
    names = {each.person_id: write_full_name(each.front_title, each.name, each.back_title) for each in context.members}
    part = next((each for each in context.members if each.person_id == row.leaver_id), None)
    return ListedReplacement(
        row,
        context,
        leaver=session.get_one(Person, row.leaver_id).full_name,
        share_hundredths=part.share_hundredths if part is not None else 0,
        role=part.role if part is not None else "",
        masked=mask_held_number(row.number),
        newcomer=newcomer.full_name if newcomer is not None and is_told else "",
        has_newcomer_agreed=row.newcomer_id in {*row.agreed, row.asked_by},
        awaited=tuple(names[each] for each in sorted(left & names.keys()) if each != row.newcomer_id),
        may_answer=actor.person_id in left,
        may_confirm=confirms and not missing and row.newcomer_id is not None,
        may_take_back=actor.person_id == row.asked_by,
        is_of_submitted_lead=of_lead,
        has_lead_agreed=row.of_lead and has_lead_agreed(row),
        silent_until=find_silent_until(session, context, row) if of_lead and not has_lead_agreed(row) else None,
    )
