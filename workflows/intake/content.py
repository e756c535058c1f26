"""What an idea says: the proposal as it is handed in, and the revision that keeps it."""

import secrets
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from enum import StrEnum

from sqlmodel import Session

from models.entry_rules import Initiator
from models.ideas import Idea, Revision
from workflows.calculations.values import MAXIMUM_RUPIAH
from workflows.intake.entry import Entry, read_entry
from workflows.intake.team import MemberShare, Named, read_team_shares
from workflows.process.actors import Actor
from workflows.process.attest.commit import hash_content, read_hashed
from workflows.process.context import IdeaContext
from workflows.process.refusals import Faults, Invalid
from workflows.process.wording import read_line, read_text


class IdeaForm(StrEnum):
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
    """What an idea says; `team` empty means that the lead proposer stands alone.

    The last three are only for calls whose policy asks for them; `earlier_code` is that of the idea that this one continues.
    """

    title: str
    form: IdeaForm = IdeaForm.PUBLIC_SERVICE
    medium: Medium = Medium.NON_DIGITAL
    theme: str = ""
    sections: dict[str, str] = field(default_factory=dict)
    budget_rupiah: int = 0
    team: tuple[MemberShare, ...] = ()
    initiator: Initiator | None = None
    in_use_since: date | None = None
    earlier_code: str = ""


def read_content(session: Session, context: IdeaContext, proposal: Proposal, *, actor: Actor) -> tuple[Proposal, list[Named]]:
    """What a proposal says as it is kept, and whom it names for its team; an empty one means the lead alone.

    Raises Invalid, all faults at once: a title that is no line of text, an unknown section, text or money beyond bounds, and what
    `read_entry` and `read_team_shares` raise.
    """
    faults, sections, named = Faults(), dict[str, str](), list[Named]()
    title, theme = proposal.title, proposal.theme
    with faults.gather():
        title = read_line("title", proposal.title, maximum=300)
    with faults.gather():
        theme = read_line("theme", proposal.theme, maximum=100, minimum=0)
    known = {section.name for section in context.policy.sections}
    for name, text in proposal.sections.items():
        with faults.gather():
            if name not in known:
                raise Invalid("section_unknown", f"sections.{name[:40]}", known=sorted(known))
            sections[name] = read_text(f"sections.{name}", text)
    if not 0 <= proposal.budget_rupiah <= MAXIMUM_RUPIAH:
        faults.found.append(Invalid("amount_out_of_range", "budget_rupiah", maximum=MAXIMUM_RUPIAH))
    entry = Entry(proposal.initiator, proposal.in_use_since, proposal.earlier_code)
    with faults.gather():
        entry = read_entry(session, context, entry, actor=actor)
    with faults.gather():
        named = read_team_shares(session, context.idea, context.policy, proposal.team)
    faults.settle()
    return replace(proposal, title=title, theme=theme, sections=sections, **asdict(entry)), named


def write_revision(session: Session, idea: Idea, kept: Proposal, actor: Actor) -> Revision:
    """Keep what a proposal says, as `read_content` answers it, as the idea's present revision."""
    salt = secrets.token_bytes(32)
    revision = Revision(
        idea_id=idea.id,
        number=idea.revision,
        title=idea.title,
        form=kept.form,
        medium=kept.medium,
        theme=kept.theme,
        sections=kept.sections,
        budget_rupiah=kept.budget_rupiah,
        initiator=kept.initiator,
        in_use_since=kept.in_use_since,
        earlier_code=kept.earlier_code or None,
        salt=salt.hex(),
        content_sha256="",
        author_id=str(actor.person_id),
    )
    revision.content_sha256 = hash_content(salt, read_hashed(revision))
    session.add(revision)
    return revision
