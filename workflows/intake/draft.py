"""Draft an idea and revise it."""

import secrets
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlmodel import Session

from models.calls import Call, PolicyVersion
from models.ideas import Idea, Revision
from models.policy import Policy
from models.units import Unit
from workflows.calculations.values import MAXIMUM_RUPIAH
from workflows.intake.team import MemberShare, record_team_change, replace_team, write_team
from workflows.process.actors import Actor
from workflows.process.attest.commit import hash_content
from workflows.process.context import IdeaContext, read_again, read_context, read_policy
from workflows.process.duties import PROPOSE, list_barred
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
class Proposal:
    """What an idea says; `team` empty means that the lead proposer stands alone."""

    title: str
    form: Form = Form.PUBLIC_SERVICE
    medium: Medium = Medium.NON_DIGITAL
    theme: str = ""
    sections: dict[str, str] = field(default_factory=dict)
    budget_rupiah: int = 0
    team: tuple[MemberShare, ...] = ()


def draft_idea(session: Session, call_id: str, proposal: Proposal, *, actor: Actor) -> IdeaContext:
    """A new draft under the call's current policy; everybody with an account may. Raises Conflict when the call is not open."""
    call, unit = get_call(session, call_id)
    version = current_policy(session, call_id)
    context = new_idea(call, unit, version, title=_title(proposal), actor=actor)
    idea, permitted = context.idea, permit(session, context, "draft", actor=actor)
    session.add(idea)
    session.flush()
    revision = _write_revision(session, idea, context.policy, proposal, actor)
    team = write_team(session, idea, context.policy, proposal.team)
    grounds = Grounds(recorded={"call": call.id, "policy": version.number}, rows=(revision, *team))
    take(session, context, permitted, grounds, actor=actor)
    return read_again(session, context)


def new_idea(call: Call, unit: Unit, version: PolicyVersion, *, title: str = "", actor: Actor) -> IdeaContext:
    """An idea of the actor's that is only about to be drafted for a call, which the unit holds, under a version of its policy."""
    idea = Idea(call_id=call.id, policy_id=version.id, unit_id=actor.unit_id or "", lead_id=actor.person_id or "", title=title)
    return IdeaContext(idea, call, read_policy(version), actor.unit_path, unit.path)


def revise_idea(session: Session, idea_id: str, proposal: Proposal, *, actor: Actor) -> IdeaContext:
    """Replace what a draft says; the lead proposer may."""
    context = read_context(session, idea_id, actor=actor)
    permitted = permit(session, context, "revise", actor=actor)
    context, grounds = rewrite(session, context, proposal, actor=actor)
    take(session, context, permitted, grounds, actor=actor)
    return context


def rewrite(session: Session, context: IdeaContext, proposal: Proposal, *, actor: Actor) -> tuple[IdeaContext, Grounds]:
    """Put a new revision and team in place of the present ones; the caller has permitted the step and takes it on these grounds.

    A team changed after submission is chained, and stands in the decision of the step. Raises Invalid where it takes in somebody who has
    permitted or screened the idea: they would have decided on their own.
    """
    idea = context.idea
    idea.title = _title(proposal)
    idea.revision += 1
    revision = _write_revision(session, idea, context.policy, proposal, actor)
    team, change = replace_team(session, idea, context.policy, proposal.team)
    session.flush()
    detail = {}
    if change is not None and idea.submitted_at is not None:
        barred = list_barred(session, idea.id, PROPOSE, context.policy)
        if barred & {member.person_id for member in change.after}:
            raise Invalid("team_member_has_duty", "team")
        record_team_change(session, idea, change, actor=actor)
        detail = change.as_detail()
    return read_again(session, context), Grounds(detail=detail, rows=(revision, *team))


def _title(proposal: Proposal) -> str:
    return read_line("title", proposal.title, maximum=300)


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
