"""The team of an idea: who is in it with which share, and what a change of it after submission left behind."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import ValidationError
from sqlmodel import Session, col, delete, select

from models.ideas import Decision, Idea, TeamMember
from models.people import EmployeeNumber, Person
from models.policy import Policy
from workflows.calculations.employee_number import strip_employee_number
from workflows.calculations.shares import WHOLE, Share, SharesFault, SharesRefused, check_shares
from workflows.process.actors import Actor
from workflows.process.journal import record
from workflows.process.refusals import Invalid
from workflows.process.wording import read_line


@dataclass(frozen=True)
class MemberShare:
    """A team member's share of an idea as it is handed in; the member is found by employee number."""

    employee_number: str
    share_hundredths: int
    role: str = ""


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


def write_team(session: Session, idea: Idea, policy: Policy, team: Sequence[MemberShare]) -> tuple[TeamMember, ...]:
    """Write down an idea's team; an empty one means that the lead proposer stands alone.

    Raises Invalid for an unknown number, somebody named twice, a team without its lead or too large, and shares that are no whole.
    """
    members = [_find_member(session, idea, index, each) for index, each in enumerate(team)] or [Membership(idea.lead_id, WHOLE, lead=True)]
    if len(members) > policy.team_limit:
        raise Invalid("team_too_large", "team", maximum=policy.team_limit)
    _check_shares(members)
    rows = tuple(TeamMember(idea_id=idea.id, position=position, **asdict(member)) for position, member in enumerate(members))
    session.add_all(rows)
    return rows


def replace_team(
    session: Session, idea: Idea, policy: Policy, team: Sequence[MemberShare]
) -> tuple[tuple[TeamMember, ...], TeamChange | None]:
    """Put a team in place of the present one, with the refusals of `write_team`; answers its rows, and the change if there is one."""
    before = _read_places(session.exec(select(TeamMember).where(TeamMember.idea_id == idea.id).order_by(col(TeamMember.position))))
    session.execute(delete(TeamMember).where(col(TeamMember.idea_id) == idea.id))
    rows = write_team(session, idea, policy, team)
    after = _read_places(rows)
    return rows, TeamChange(before, after) if set(before) != set(after) else None


def _read_places(rows: Iterable[TeamMember]) -> tuple[Membership, ...]:
    return tuple(Membership(row.person_id, row.share_hundredths, row.role, row.lead) for row in rows)


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


def list_team_changes(session: Session, idea_id: str) -> list[tuple[Decision, TeamChange]]:
    """Every change of an idea's team since its submission, with the decision that made it, oldest first."""
    query = select(Decision).where(Decision.idea_id == idea_id).order_by(col(Decision.at), col(Decision.id))
    found = ((decision, read_team_change(decision.detail)) for decision in session.exec(query))
    return [(decision, change) for decision, change in found if change is not None]


def _find_member(session: Session, idea: Idea, index: int, given: MemberShare) -> Membership:
    number = strip_employee_number(given.employee_number)
    person_id = session.exec(
        select(EmployeeNumber.person_id).join(Person).where(EmployeeNumber.number == number, col(EmployeeNumber.valid_until).is_(None))
    ).first()
    if person_id is None:
        raise Invalid("person_unknown", f"team.{index}.employee_number")
    role = read_line(f"team.{index}.role", given.role, maximum=100, minimum=0)
    return Membership(person_id, given.share_hundredths, role, lead=person_id == idea.lead_id)


def _check_shares(members: Sequence[Membership]) -> None:
    total = sum(member.share_hundredths for member in members)
    try:
        check_shares([Share(person=each.person_id, hundredths=each.share_hundredths, lead=each.lead) for each in members])
    except ValidationError as outside:  # a share below 1 or above the whole
        raise Invalid("shares_do_not_sum", "team", total=total, whole=WHOLE) from outside
    except SharesRefused as refused:
        if refused.fault == SharesFault.PERSON_TWICE:
            raise Invalid("team_member_twice", "team") from refused
        if refused.fault == SharesFault.NOT_ONE_LEAD:
            raise Invalid("lead_not_in_team", "team") from refused
        raise Invalid("shares_do_not_sum", "team", total=total, whole=WHOLE) from refused
