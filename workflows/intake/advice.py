"""Advise a team on record, and read who advises an idea and what they said: the team, the mentor themself, secretariat and auditors.

Whoever judges the idea reads none of it: neither that the team has a mentor nor what they advised. A mentor reads their own mentorships
alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models.calls import Call
from models.ideas import Idea
from models.mentors import OPEN, Advice, Mentorship, MentorshipState
from models.people import NoticeKind, Person, Role
from models.units import Unit
from workflows.intake.mentor_silence import find_answer_until
from workflows.intake.mentoring import may_end, require_worked_on
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_context
from workflows.process.mentoring import ADVISED, OVER, keep_advice
from workflows.process.refusals import Forbidden
from workflows.process.relations import is_blind, is_in_team
from workflows.process.wording import read_text
from workflows.region.notices import send_notice

SHORTEST_ADVICE, LONGEST_ADVICE = 10, 4_000
MOST_OWN = 200  # of a mentor's mentorships that their page lists
READERS = (Role.SECRETARIAT, Role.AUDITOR)


@dataclass(frozen=True)
class MentorshipLine:
    """A mentorship as it is read beside an idea, with what was advised, the first said first; `is_over` once no advice can follow.

    A request that waits is answered until `answer_until`, or ends.
    """

    mentorship: Mentorship
    mentor: Person
    advice: Sequence[Advice]
    may_end: bool
    is_over: bool
    answer_until: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it waits for its answer or goes on."""
        return self.mentorship.state in OPEN

    @property
    def found_by(self) -> Mapping[str, Any]:
        """Why this mentor was asked: the first line of what the calculation ranked."""
        ranked: list[dict[str, Any]] = self.mentorship.matching.get("ranked", [])
        return ranked[0] if ranked else {}


@dataclass(frozen=True)
class Mentoring:
    """What somebody may know and do about an idea's mentors; nothing at all for who judges it."""

    lines: Sequence[MentorshipLine] = field(default_factory=tuple)
    may_ask: bool = False
    may_advise: bool = False
    rests: bool = False  # whether the mentor waits until the team works on the idea again


@dataclass(frozen=True)
class OwnMentorship:
    """A mentorship as the mentor finds it among theirs: whose idea, of which call; the idea itself where they may see it."""

    mentorship: Mentorship
    idea: Idea
    call: Call
    lead: Person
    unit: Unit
    answer_until: datetime | None = None

    @property
    def sees_idea(self) -> bool:
        """Whether the mentor may see the idea."""
        return self.mentorship.state == MentorshipState.ADVISING

    @property
    def is_over(self) -> bool:
        """Whether no advice can follow any more, whoever said nothing of it."""
        return self.mentorship.state in OPEN and self.idea.stage in OVER

    @property
    def may_accept(self) -> bool:
        """Whether the team works on the idea now, so that the request may be accepted."""
        return self.idea.stage in ADVISED


def give_advice(session: Session, idea_id: str, text: str, *, actor: Actor) -> Advice:
    """Advise the team of an idea, in words that stay as they are; the lead is told.

    Raises Forbidden for who is not its mentor, Conflict while others judge the idea or once its way is over.
    """
    context = read_context(session, idea_id, actor=actor)
    own = select(Mentorship).where(Mentorship.idea_id == idea_id, Mentorship.person_id == actor.person_id)
    own = own.where(Mentorship.state == MentorshipState.ADVISING).with_for_update()  # whoever ends it meanwhile waits
    mentorship = session.exec(own.execution_options(populate_existing=True)).first()
    if mentorship is None:
        raise Forbidden("only_mentor")
    require_worked_on(context.idea)
    words = read_text("text", text, maximum=LONGEST_ADVICE, minimum=SHORTEST_ADVICE)
    advice = Advice(idea_id=idea_id, mentorship_id=mentorship.id, text=words)
    keep_advice(session, advice, actor)
    send_notice(session, context.idea.lead_id, NoticeKind.MENTOR_ADVISED)
    return advice


def read_mentoring(session: Session, context: IdeaContext, *, actor: Actor) -> Mentoring:
    """An idea's mentorships as somebody may read them, the first asked for first, and what they may do."""
    in_team = is_in_team(context, actor)
    own_only = context.adviser_id is not None and context.adviser_id == actor.person_id
    if not (in_team or own_only or _is_reader(session, context, actor)):
        return Mentoring()
    found = select(Mentorship, Person).join(Person, col(Person.id) == col(Mentorship.person_id))
    found = found.where(Mentorship.idea_id == context.idea.id).order_by(col(Mentorship.asked_at), col(Mentorship.id))
    if own_only and not in_team:
        found = found.where(Mentorship.person_id == actor.person_id)
    rows = session.exec(found).all()
    said = _list_advice(session, [mentorship.id for mentorship, _ in rows])
    is_over = context.idea.stage in OVER

    def show(mentorship: Mentorship, mentor: Person) -> MentorshipLine:
        is_open = mentorship.state in OPEN
        ends = is_open and not is_over and may_end(context, mentorship, actor)
        until = find_answer_until(session, mentorship, context.idea)
        return MentorshipLine(mentorship, mentor, said.get(mentorship.id, ()), ends, is_over=is_open and is_over, answer_until=until)

    lines = [show(*row) for row in rows]
    is_worked_on = context.idea.stage in ADVISED
    leads = context.idea.lead_id == actor.person_id
    return Mentoring(
        lines,
        may_ask=leads and is_worked_on and not any(line.is_open for line in lines),
        may_advise=is_worked_on and any(_advises(line, actor) for line in lines),
        rests=not (is_worked_on or is_over) and any(_advises(line, actor) for line in lines),
    )


def list_own(session: Session, *, actor: Actor) -> list[OwnMentorship]:
    """The mentorships that somebody was asked for, those that wait for them first, then the newest."""
    lead: Any = aliased(Person)
    own = (
        sa.select(Mentorship, Idea, Call, lead, Unit)
        .join(Idea, col(Idea.id) == col(Mentorship.idea_id))
        .join(Call, col(Call.id) == col(Idea.call_id))
        .join(lead, lead.id == col(Idea.lead_id))
        .join(Unit, col(Unit.id) == col(Idea.unit_id))
        .where(col(Mentorship.person_id) == actor.person_id)
        .order_by(col(Mentorship.asked_at).desc(), col(Mentorship.id))
    )
    rows = session.execute(own.limit(MOST_OWN)).all()
    found = [replace(OwnMentorship(*row), answer_until=find_answer_until(session, row[0], row[1])) for row in rows]
    return sorted(found, key=lambda each: list(MentorshipState).index(each.mentorship.state))


def _is_reader(session: Session, context: IdeaContext, actor: Actor) -> bool:
    """Whether the secretariat or an auditor reads; not where they judge the idea blindly."""
    return any(actor.holds(role, *context.paths) for role in READERS) and not is_blind(session, context, actor)


def _advises(line: MentorshipLine, actor: Actor) -> bool:
    return line.mentorship.state == MentorshipState.ADVISING and line.mentorship.person_id == actor.person_id


def _list_advice(session: Session, mentorship_ids: Sequence[str]) -> dict[str, list[Advice]]:
    of_these = select(Advice).where(col(Advice.mentorship_id).in_(mentorship_ids)).order_by(col(Advice.at), col(Advice.id))
    found: dict[str, list[Advice]] = {}
    for advice in session.exec(of_these) if mentorship_ids else ():
        found.setdefault(advice.mentorship_id, []).append(advice)
    return found
