"""What an idea says: the proposal as it is handed in, and the revision that keeps it."""

import secrets
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from sqlmodel import Session

from models.entry_rules import Initiator
from models.ideas import Idea, Revision
from workflows.calculations.values import MAXIMUM_RUPIAH
from workflows.intake.answers import FormContent, leave_unasked_out, read_answers
from workflows.intake.attachments import name_files
from workflows.intake.category import read_category
from workflows.intake.eligibility import IdeaOrigin, read_entry
from workflows.intake.search_terms import keep_search_terms
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
    answers: dict[str, str] = field(default_factory=dict)
    category: str = ""  # where several are for the unit; the name of one
    initiator: Initiator | None = None
    in_use_since: date | None = None
    earlier_code: str = ""

    @property
    def form_content(self) -> FormContent:
        """What it says in the parts that the call's policy asks for."""
        return FormContent(self.sections, self.answers)


def read_content(session: Session, context: IdeaContext, proposal: Proposal, *, actor: Actor) -> tuple[Proposal, list[Named]]:
    """What a proposal says as it is kept, and whom it names for its team; an empty one means the lead alone.

    Raises Invalid, all faults at once: a title that is no line of text, an unknown section or field, an answer that cannot be read, text or
    money beyond bounds, and what `read_category`, `read_entry` and `read_team_shares` raise.
    """
    faults, sections, named = Faults(), dict[str, str](), list[Named]()
    title, theme, category = proposal.title, proposal.theme, ""
    with faults.gather():
        title = read_line("title", proposal.title, maximum=300)
    with faults.gather():
        theme = read_line("theme", proposal.theme, maximum=100, minimum=0)
    answers = read_answers(faults, context.policy, proposal.answers)
    known = {section.name for section in context.policy.sections}
    for name, text in proposal.sections.items():
        with faults.gather():
            if name not in known:
                raise Invalid("section_unknown", f"sections.{name[:40]}", known=sorted(known))
            sections[name] = read_text(f"sections.{name}", text)
    if not 0 <= proposal.budget_rupiah <= MAXIMUM_RUPIAH:
        faults.found.append(Invalid("amount_out_of_range", "budget_rupiah", maximum=MAXIMUM_RUPIAH))
    entry = IdeaOrigin(proposal.initiator, proposal.in_use_since, proposal.earlier_code)
    with faults.gather():
        entry = read_entry(session, context, entry, actor=actor)
    with faults.gather():
        category = read_category(session, context, proposal.category)
    with faults.gather():
        named = read_team_shares(session, context.idea, context.policy, proposal.team)
    faults.settle()
    said: dict[str, Any] = {"title": title, "theme": theme, "sections": sections, "answers": answers, "category": category}
    return replace(proposal, **said, **asdict(entry)), named


def list_said(context: IdeaContext) -> FormContent:
    """What an idea says at present in the parts that its policy asks for."""
    return FormContent(context.content.sections, context.content.answers)


def list_asked_said(context: IdeaContext) -> FormContent:
    """What an idea says at present in the parts that are asked of it, as people read it."""
    return leave_unasked_out(context.policy, list_said(context))


def keep_what_is_asked(context: IdeaContext) -> Proposal | None:
    """What an idea says at present without what is not asked for, team and category aside; None where it says nothing else."""
    said = list_said(context)
    kept = leave_unasked_out(context.policy, said)
    return None if kept == said else restate(context, kept)


def restate(context: IdeaContext, kept: FormContent) -> Proposal:
    """What an idea says at present, team and category aside, with these sections and answers."""
    content = context.content
    return Proposal(
        title=context.idea.title,
        form=IdeaForm(content.form),
        medium=Medium(content.medium),
        theme=content.theme,
        sections=dict(kept.sections),
        budget_rupiah=content.budget_rupiah,
        answers=dict(kept.answers),
        initiator=Initiator(content.initiator) if content.initiator else None,
        in_use_since=content.in_use_since,
        earlier_code=content.earlier_code or "",
    )


def write_revision(session: Session, idea: Idea, kept: Proposal, actor: Actor) -> Revision:
    """Keep what a proposal says, as `read_content` answers it, as the idea's present revision, with its files and its search terms."""
    salt = secrets.token_bytes(32)
    revision = Revision(
        idea_id=idea.id,
        number=idea.revision,
        title=idea.title,
        form=kept.form,
        medium=kept.medium,
        theme=kept.theme,
        sections=kept.sections,
        answers=kept.answers,
        budget_rupiah=kept.budget_rupiah,
        initiator=kept.initiator,
        in_use_since=kept.in_use_since,
        earlier_code=kept.earlier_code or None,
        attachments=name_files(session, idea.id, idea.revision) if idea.revision > 1 else [],
        salt=salt.hex(),
        content_sha256="",
        author_id=str(actor.person_id),
    )
    revision.content_sha256 = hash_content(salt, read_hashed(revision))
    session.add(revision)
    keep_search_terms(session, idea, kept.theme, kept.form_content)
    return revision
