"""What an idea says: the proposal as it is handed in, and the revision that keeps it."""

import secrets
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlmodel import Session

from models.ideas import Idea, Revision
from models.policy import Policy
from workflows.calculations.values import MAXIMUM_RUPIAH
from workflows.intake.team import MemberShare
from workflows.process.actors import Actor
from workflows.process.attest.commit import hash_content
from workflows.process.refusals import Invalid
from workflows.process.wording import read_line, read_text


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


def read_title(proposal: Proposal) -> str:
    """The title as it is kept; raises Invalid for one that is no line of text."""
    return read_line("title", proposal.title, maximum=300)


def write_revision(session: Session, idea: Idea, policy: Policy, proposal: Proposal, actor: Actor) -> Revision:
    """Keep what a proposal says as the idea's present revision; raises Invalid for an unknown section, or text or money beyond bounds."""
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
