"""The team of an idea: who is named for it and asked to join, and what a change of it after submission left behind."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError
from sqlmodel import Session, col, select

from models.ideas import Answer, Idea, Invitation, TeamMember
from models.instants import now
from models.people import EmployeeNumber, Person
from models.policy import Policy
from models.statements.ideas import Invited, Member
from workflows.calculations.employee_number import mask_employee_number, read_employee_number, strip_employee_number
from workflows.calculations.shares import WHOLE, Share, SharesFault, SharesRefused, check_shares
from workflows.intake.name_search import find_nameable
from workflows.intake.reminders import find_first, set_reminders
from workflows.process.actors import Actor
from workflows.process.attest.found import take_away
from workflows.process.context import IdeaContext
from workflows.process.deadlines import due_in
from workflows.process.engine import Grounds
from workflows.process.inbox import Ask, InboxChanges, Settled
from workflows.process.journal import record
from workflows.process.refusals import Faults, Invalid
from workflows.process.ways import IDEA
from workflows.process.wording import read_line

AGREE = IDEA.action("agree")
REVISE = IDEA.action("revise")


@dataclass(frozen=True)
class MemberShare:
    """A team member's share of an idea as it is handed in; the member is found by employee number, or named by the person's id."""

    employee_number: str
    share_hundredths: int
    role: str = ""
    person_id: str | None = None


@dataclass(frozen=True)
class Named:
    """Somebody whom a proposal names for its team; without a person nobody has the number."""

    number: str
    person_id: str | None
    share_hundredths: int
    role: str = ""
    lead: bool = False

    @property
    def key(self) -> str:
        """What tells people apart, known or not."""
        return self.person_id or self.number


@dataclass(frozen=True)
class Membership:
    """A person's place in a team; the share in hundredths of a percent."""

    person_id: str
    share_hundredths: int
    role: str = ""
    lead: bool = False


@dataclass(frozen=True)
class TeamChange:
    """A team before and after a revision, each in its order of confirmation."""

    before: tuple[Membership, ...]
    after: tuple[Membership, ...]

    def as_detail(self) -> dict[str, Any]:
        """The change as a decision keeps it, under `team`."""
        return {"team": {name: [asdict(each) for each in team] for name, team in (("before", self.before), ("after", self.after))}}

    def list_members(self) -> list[tuple[str, Membership | None, Membership | None]]:
        """Each person's id with their place before and after, the present team first; None where they were or are not in the team."""
        before, after = ({each.person_id: each for each in team} for team in (self.before, self.after))
        return [(person_id, before.get(person_id), after.get(person_id)) for person_id in after | before]


def read_team_shares(session: Session, idea: Idea, policy: Policy, team: Sequence[MemberShare]) -> list[Named]:
    """The team that a proposal names; an empty one means that the lead proposer stands alone.

    A number that nobody has is taken as one of somebody who does not answer: who typed it learns from neither whether it is an employee's.
    So is that of somebody who retired, unless they are of the team already. By their id are named those alone whom `find_nameable` knows.
    Raises Invalid for a number that cannot be one, an id that is nobody's who may be named so, somebody named twice, a team without its
    lead or too large, and shares that are no whole.
    """
    faults, named = Faults(), list[Named]()
    for index, each in enumerate(team):
        with faults.gather():
            named.append(find_named(session, idea, f"team.{index}.", each))
    faults.settle()
    named = named or [Named("", idea.lead_id, WHOLE, lead=True)]
    if len(named) > policy.team_limit:
        raise Invalid("team_too_large", "team", maximum=policy.team_limit)
    require_shares(named)
    return named


def write_team(session: Session, context: IdeaContext, named: Sequence[Named], *, anew: bool = False) -> Grounds:
    """Write down a draft's team in place of the present one: the lead and who joined with this share and role; others are asked.

    Answers the rows of those who count, and who is asked. Who is named again after saying no, or with another share or role, is asked
    again; `anew` asks everybody. Whoever had joined and is named no more is told by mail.
    """
    standing = {(each.person_id, each.share_hundredths, each.role) for each in context.members if not anew}
    if context.members:
        take_away(session, TeamMember, context.idea.id)
    counting, asked = [], []
    for position, each in enumerate(named):
        if each.lead or (each.person_id, each.share_hundredths, each.role) in standing:
            counting.append(write_member(context.idea.id, position, each))
        else:
            asked.append((position, each))
    session.add_all(counting)
    dropped = tuple(each.person_id for each in list_dropped(context, named) if each.person_id is not None)
    return Grounds(rows=tuple(counting), inbox=replace(invite(session, context, asked, anew=anew), dropped=dropped))


def list_dropped(context: IdeaContext, named: Sequence[Named]) -> list[Member | Invited]:
    """Who had joined a draft's team, or had joined and was asked again, and is named no more."""
    kept = {each.person_id for each in named}
    joined: list[Member | Invited] = [*context.members, *(each for each in context.invited if each.known and each.answer == Answer.ASKED)]
    return [each for each in joined if each.person_id not in kept]


def describe_part(each: Invited | Member) -> dict[str, Any]:
    """What a decision keeps of a place in a team: share, role, and the end of the number by which whoever typed it knows whose it is."""
    masked = mask_employee_number(each.number) if each.number else ""
    return {"share_hundredths": each.share_hundredths, "role": each.role, "employee_number_masked": masked}


def write_member(idea_id: str, position: int, part: Named | Invited) -> TeamMember:
    """The row of somebody who counts."""
    person_id = str(part.person_id)
    return TeamMember(
        idea_id=idea_id, person_id=person_id, position=position, lead=part.lead, role=part.role, share_hundredths=part.share_hundredths
    )


def invite(
    session: Session, context: IdeaContext, asked: Sequence[tuple[int, Named]], *, anew: bool = False, joined: Collection[str] = ()
) -> InboxChanges:
    """Invite these people, and no others, each at their position; whoever was asked for the same keeps their answer, unless `anew`.

    The lead, where named, has joined by asking; of `joined` nobody is asked either. Whoever is not asked any more has nothing of it in
    their inbox, and the lead has looked at the draft again that somebody did not join.
    """
    asks, invited, settled = (
        list[Ask](),
        list[Invitation](),
        [Settled(REVISE)] if any(each.answer == Answer.NOT_JOINED for each in context.invited) else [],
    )
    before = {each.person_id or each.number: each for each in context.invited}
    rows = _take_away(session, context)
    remind_at = find_first(session, context) if asked else None
    for position, each in asked:
        earlier = before.pop(each.key, None)
        stays = earlier is not None and not anew and _is_same(earlier, each)
        known = each.person_id in context.team or (earlier is not None and earlier.known)
        row = Invitation(idea_id=context.idea.id, position=position, known=known, **asdict(each))
        if each.lead or each.key in joined or (stays and earlier is not None and earlier.answer == Answer.JOINED):
            row.answer, row.answered_at = Answer.JOINED, now()
        set_reminders(row, remind_at, rows.get(each.key))
        invited.append(row)
        is_waiting = earlier is not None and earlier.answer == Answer.ASKED
        if row.answer == Answer.ASKED and each.person_id is not None and not is_waiting:
            asks.append(Ask(AGREE, agree_until(session, context), each.person_id))
    session.add_all(invited)
    gone = [each for each in before.values() if each.answer == Answer.ASKED and each.person_id is not None]
    return InboxChanges(tuple(asks), (*settled, *(Settled(AGREE, each.person_id) for each in gone)), invited=tuple(invited))


def _take_away(session: Session, context: IdeaContext) -> dict[str, Any]:
    """Take the idea's invitations away, and answer them by whom they ask; a reminder that is just noted is waited for, and seen."""
    if not context.invited:
        return {}
    names = ("person_id", "number", "answer", "asked_at", "remind_at", "reminded")
    found = sa.select(*(getattr(Invitation, name) for name in names)).where(col(Invitation.idea_id) == context.idea.id)
    rows = session.execute(found.with_for_update()).all()
    take_away(session, Invitation, context.idea.id)
    return {row.person_id or row.number: row for row in rows}


def agree_until(session: Session, context: IdeaContext) -> datetime:
    """Until when a team is to be agreed upon: the policy's days, at the latest as long as the idea can be handed in.

    Whoever is let in after the call's end has their permit's time in mind; the days of the policy stand.
    """
    days, end = due_in(session, context.policy.days.agreement), context.idea.due_at or context.call.closes_at
    return min(days, end) if context.idea.due_at or end > now() else days


def _is_same(earlier: Invited, each: Named) -> bool:
    return earlier.answer != Answer.NOT_JOINED and (earlier.share_hundredths, earlier.role) == (each.share_hundredths, each.role)


def read_memberships(parts: Iterable[Member | Invited]) -> tuple[Membership, ...]:
    """Places in a team, in its order of confirmation."""
    ordered = sorted(parts, key=lambda each: each.position)
    return tuple(Membership(str(each.person_id), each.share_hundredths, each.role, each.lead) for each in ordered)


def record_team_change(session: Session, idea: Idea, change: TeamChange, *, actor: Actor) -> None:
    """Chain who had which share before and after, by person ids; what members do in the team is free text and stays outside.

    The entry commits to no row: the step's own, which follows, commits to the new team.
    """
    before, after = ({each.person_id: each.share_hundredths for each in team} for team in (change.before, change.after))
    if before != after:
        said = {"revision": idea.revision, "before": before, "after": after, "commits": {}}
        record(session, "idea.change_team", idea.id, actor=actor, idea_id=idea.id, **said)


def read_team_change(detail: dict[str, Any]) -> TeamChange | None:
    """The change of a team that a decision's detail keeps, if it keeps one."""
    kept = detail.get("team")
    return TeamChange(*(tuple(Membership(**each) for each in kept[name]) for name in ("before", "after"))) if kept else None


def find_named(session: Session, idea: Idea, place: str, given: MemberShare) -> Named:
    """Somebody who is named by number or id; `place` stands before the names of the fields of which it is told what is wrong."""
    field, number = f"{place}employee_number", given.employee_number
    if given.person_id is not None:
        number = _find_number(session, idea, f"{place}person_id", given)
    read = read_employee_number(number)
    if not read.valid:
        raise Invalid("employee_number_impossible", field, problems=[problem.code for problem in read.problems])
    number = strip_employee_number(number)
    holder = select(EmployeeNumber.person_id).join(Person, col(Person.id) == col(EmployeeNumber.person_id))
    holder = holder.where(EmployeeNumber.number == number, col(EmployeeNumber.valid_until).is_(None))
    joined = select(TeamMember.id).where(TeamMember.idea_id == idea.id, TeamMember.person_id == Person.id)
    person_id = session.exec(holder.where(col(Person.retired_on).is_(None) | joined.exists())).first()
    role = read_line(f"{place}role", given.role, maximum=100, minimum=0)
    return Named(number, person_id, given.share_hundredths, role, lead=person_id == idea.lead_id)


def _find_number(session: Session, idea: Idea, field: str, given: MemberShare) -> str:
    """The number of somebody who is named by their id; one refusal for whoever may not be, be there such a person or not."""
    if given.employee_number.strip():
        raise Invalid("named_twice_over", field)
    number = find_nameable(session, idea, str(given.person_id))
    if number is None:
        raise Invalid("colleague_unknown", field)
    return number


def require_shares(named: Sequence[Named]) -> None:
    """Raise Invalid unless the shares of distinct people, one of whom leads, are the whole."""
    total = sum(each.share_hundredths for each in named)
    if any(each.share_hundredths < 1 for each in named):
        raise Invalid("share_of_nothing", "team")
    try:
        check_shares([Share(person=each.key, hundredths=each.share_hundredths, lead=each.lead) for each in named])
    except ValidationError as outside:  # a share above the whole
        raise Invalid("shares_do_not_sum", "team", total=total, whole=WHOLE) from outside
    except SharesRefused as refused:
        if refused.fault == SharesFault.PERSON_TWICE:
            raise Invalid("team_member_twice", "team") from refused
        if refused.fault == SharesFault.NOT_ONE_LEAD:
            raise Invalid("lead_not_in_team", "team") from refused
        raise Invalid("shares_do_not_sum", "team", total=total, whole=WHOLE) from refused
