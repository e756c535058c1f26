"""Draft an idea and revise it."""

import secrets
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlmodel import Session, SQLModel, col, delete, select

from models.ideas import Idea, Revision, TeamMember
from models.people import EmployeeNumber, Person
from models.policy import Policy
from workflows.calculations.shares import WHOLE
from workflows.calculations.values import MAXIMUM_RUPIAH
from workflows.process.actors import Actor
from workflows.process.attest.commit import hash_content
from workflows.process.context import IdeaContext, read_again, read_context, read_policy
from workflows.process.engine import Grounds, permit, take
from workflows.process.refusals import Invalid
from workflows.process.wording import read_line, read_text
from workflows.region.calls import current_policy, get_call


class Form(StrEnum):
    """The three forms of regional innovation (PP 38/2017 art. 5)."""

    GOVERNANCE = "governance"
    PUBLIC_SERVICE = "public_service"
    OTHER = "other"


class Medium(StrEnum):
    """Whether the innovation is digital (a field of every IID form)."""

    DIGITAL = "digital"
    NON_DIGITAL = "non_digital"


@dataclass(frozen=True)
class Part:
    """A team member's part in an idea, found by employee number."""

    employee_number: str
    share_hundredths: int
    role: str = ""


@dataclass(frozen=True)
class Proposal:
    """What an idea says; `team` empty means that the lead proposer stands alone."""

    title: str
    form: Form = Form.PUBLIC_SERVICE
    medium: Medium = Medium.NON_DIGITAL
    theme: str = ""
    sections: dict[str, str] = field(default_factory=dict)
    budget_rupiah: int = 0
    team: tuple[Part, ...] = ()


def draft_idea(session: Session, call_id: str, proposal: Proposal, *, actor: Actor) -> IdeaContext:
    """A new draft under the call's current policy; everybody with an account may. Raises Conflict when the call is not open."""
    call, unit = get_call(session, call_id)
    version = current_policy(session, call_id)
    idea = Idea(call_id=call.id, policy_id=version.id, unit_id=actor.unit_id or "", lead_id=actor.person_id or "", title=_title(proposal))
    context = IdeaContext(idea, call, read_policy(version), actor.unit_path, unit.path)
    permitted = permit(session, context, "draft", actor=actor)
    session.add(idea)
    session.flush()
    rows = _write_proposal(session, context, proposal, actor)
    take(session, context, permitted, Grounds(recorded={"call": call.id, "policy": version.number}, rows=rows), actor=actor)
    return read_again(session, context)


def revise_idea(session: Session, idea_id: str, proposal: Proposal, *, actor: Actor) -> IdeaContext:
    """Replace what a draft says; the lead proposer may."""
    context = read_context(session, idea_id, actor=actor)
    permitted = permit(session, context, "revise", actor=actor)
    context, rows = rewrite(session, context, proposal, actor=actor)
    take(session, context, permitted, Grounds(rows=rows), actor=actor)
    return context


def rewrite(session: Session, context: IdeaContext, proposal: Proposal, *, actor: Actor) -> tuple[IdeaContext, tuple[SQLModel, ...]]:
    """Put a new revision and team in place of the present ones; the caller has permitted the step.

    Answers the context as it is then, and the rows that were written.
    """
    idea = context.idea
    idea.title = _title(proposal)
    idea.revision += 1
    session.execute(delete(TeamMember).where(col(TeamMember.idea_id) == idea.id))
    rows = _write_proposal(session, context, proposal, actor)
    session.flush()
    return read_again(session, context), rows


def _title(proposal: Proposal) -> str:
    return read_line("title", proposal.title, maximum=300)


def _write_proposal(session: Session, context: IdeaContext, proposal: Proposal, actor: Actor) -> tuple[SQLModel, ...]:
    revision = _write_revision(session, context.idea, context.policy, proposal, actor)
    return (revision, *_write_team(session, context.idea, context.policy, proposal))


def _write_revision(session: Session, idea: Idea, policy: Policy, proposal: Proposal, actor: Actor) -> Revision:
    known = {section.name for section in policy.sections}
    sections = {}
    for name, text in proposal.sections.items():
        if name not in known:
            raise Invalid("section_unknown", f"sections.{name[:40]}", known=sorted(known))
        sections[name] = read_text(f"sections.{name}", text)
    if not 0 <= proposal.budget_rupiah <= MAXIMUM_RUPIAH:
        raise Invalid("amount_out_of_range", "budget_rupiah", maximum=MAXIMUM_RUPIAH)
    theme = read_line("theme", proposal.theme, maximum=100, minimum=0)
    content: dict[str, Any] = {"title": idea.title, "form": proposal.form, "medium": proposal.medium, "theme": theme}
    content |= {"sections": sections, "budget_rupiah": proposal.budget_rupiah}
    salt = secrets.token_bytes(32)
    revision = Revision(
        idea_id=idea.id,
        number=idea.revision,
        title=idea.title,
        form=proposal.form,
        medium=proposal.medium,
        theme=theme,
        sections=sections,
        budget_rupiah=proposal.budget_rupiah,
        salt=salt.hex(),
        content_sha256=hash_content(salt, content),
        author_id=str(actor.person_id),
    )
    session.add(revision)
    return revision


def _write_team(session: Session, idea: Idea, policy: Policy, proposal: Proposal) -> list[TeamMember]:
    members = [_find_member(session, index, part) for index, part in enumerate(proposal.team)]
    if not members:
        members = [(idea.lead_id, WHOLE, "")]
    people = [person_id for person_id, _, _ in members]
    if len(set(people)) != len(people):
        raise Invalid("team_member_twice", "team")
    if idea.lead_id not in people:
        raise Invalid("lead_not_in_team", "team")
    if len(members) > policy.team_limit:
        raise Invalid("team_too_large", "team", maximum=policy.team_limit)
    if any(share < 1 for _, share, _ in members) or sum(share for _, share, _ in members) != WHOLE:
        raise Invalid("shares_do_not_sum", "team", total=sum(share for _, share, _ in members), whole=WHOLE)
    team = [
        TeamMember(
            idea_id=idea.id, person_id=person_id, position=position, lead=person_id == idea.lead_id, role=role, share_hundredths=share
        )
        for position, (person_id, share, role) in enumerate(members)
    ]
    session.add_all(team)
    return team


def _find_member(session: Session, index: int, part: Part) -> tuple[str, int, str]:
    digits = "".join(c for c in part.employee_number if c.isdigit())
    person_id = session.exec(
        select(EmployeeNumber.person_id).join(Person).where(EmployeeNumber.number == digits, col(EmployeeNumber.valid_until).is_(None))
    ).first()
    if person_id is None:
        raise Invalid("person_unknown", f"team.{index}.employee_number")
    return person_id, part.share_hundredths, read_line(f"team.{index}.role", part.role, maximum=100, minimum=0)
