"""Screen an idea: is it complete, and does it meet the five requirements of PP 38/2017 art. 6?"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlmodel import Session, select

from models.ideas import Idea
from models.policy import Policy
from workflows.intake.requirements import read_reasons
from workflows.intake.supplement import list_parts, name_form_parts
from workflows.process.actors import Actor
from workflows.process.asked import list_asked
from workflows.process.context import IdeaContext, read_context
from workflows.process.decide import read_reason
from workflows.process.engine import Grounds, permit, take
from workflows.process.refusals import Faults, Invalid
from workflows.process.visibility import sees_idea
from workflows.process.ways import IDEA
from workflows.process.wording import read_line, read_text

SCREEN = IDEA.action("screen")


class Screening(StrEnum):
    """What the secretariat finds."""

    ACCEPTED = "accepted"
    RETURNED = "returned"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Findings:
    """Yes or no per requirement, a note per section or field that must be completed, a reason, and the parts that may be changed.

    `reasons` say by requirement why it is not met; where the policy asks for a reason for each, none may be left out.

    Only a section or field that is named among the parts or has a note may be changed; title, kind, budget and team only where they are
    named. Of a duplicate the earlier idea is named by its code, or said not to be registered here; the reason then names it.

    `together` is how many ideas were screened by one act; the decision says so where they were several.
    """

    answers: dict[str, bool] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    parts: tuple[str, ...] = ()
    duplicate_of: str = ""
    duplicate_not_registered: bool = False
    together: int = 1
    reasons: dict[str, str] = field(default_factory=dict)


def screen_idea(session: Session, idea_id: str, outcome: Screening, findings: Findings, *, actor: Actor) -> IdeaContext:
    """Accept, return for completion (a note per section), close as duplicate, or reject with reasons.

    A duplicate names the earlier idea. Raises Invalid, all faults at once, when an acceptance leaves a requirement unanswered or unmet, a
    rejection meets them all, a return has neither a note nor a named part with a reason, any refusal has no reason, or a requirement that
    is not met has none where the policy asks for it.
    """
    context = read_context(session, idea_id, actor=actor)
    permitted = permit(session, context, SCREEN, outcome, actor=actor)
    faults, notes, parts, reason = Faults(list_answer_faults(context.policy, outcome, findings)), dict[str, str](), list[str](), ""
    earlier: Idea | None = None
    reasons: dict[str, str] = {}
    with faults.gather():
        reasons = read_reasons(context.policy, findings.answers, findings.reasons, permitted.transition)
    with faults.gather():
        notes = _checked_notes(_name_askable(context), findings.notes)
    with faults.gather():
        parts = _list_asked_for(context, findings)
    explained = findings.notes or (findings.parts and findings.reason.strip())
    if outcome == Screening.RETURNED and not explained:
        faults.found.append(Invalid("note_missing", "notes"))
    with faults.gather():
        reason = read_reason(permitted.transition, findings.reason)
    with faults.gather():
        earlier = find_earlier(session, context, outcome, findings, actor=actor)
    faults.settle()
    detail: dict[str, Any] = {"answers": findings.answers, "notes": notes, **({"reasons": reasons} if reasons else {})}
    if outcome == Screening.RETURNED:
        detail |= {"parts": parts, "revision": context.idea.revision}
    if findings.together > 1:
        detail["together"] = findings.together
    recorded: dict[str, Any] = {}
    if earlier is not None:
        detail["duplicate_of"] = recorded["duplicate_of"] = earlier.id
    take(session, context, permitted, Grounds(reason, detail, recorded), actor=actor)
    return context


def find_earlier(session: Session, context: IdeaContext, outcome: Screening, findings: Findings, *, actor: Actor) -> Idea | None:
    """The idea of which another is a duplicate; None for other outcomes, and where it is not registered here.

    Raises Invalid where none is named, for a code that no idea has which the actor may see, and for an idea that came in later.
    """
    if outcome != Screening.DUPLICATE or (findings.duplicate_not_registered and not findings.duplicate_of.strip()):
        return None
    code = read_line("duplicate_of", findings.duplicate_of, maximum=30, minimum=0).upper()
    if not code:
        raise Invalid("duplicate_missing", "duplicate_of")
    found = session.exec(select(Idea).where(Idea.code == code)).first()
    if found is None or found.id == context.idea.id or not sees_idea(session, found.id, actor):
        raise Invalid("duplicate_unknown", "duplicate_of")
    if found.submitted_at is None or context.idea.submitted_at is None or found.submitted_at > context.idea.submitted_at:
        raise Invalid("duplicate_not_earlier", "duplicate_of")
    return found


def list_answer_faults(policy: Policy, outcome: Screening, findings: Findings) -> Iterator[Invalid]:
    """What is wrong with the answers to the requirements, for an outcome: each by its own field."""
    names = [requirement.name for requirement in policy.requirements]
    for name in (name for name in findings.answers if name not in names):
        yield Invalid("requirement_unknown", f"answers.{name[:40]}", known=names)
    for name in names:
        if name not in findings.answers and outcome in (Screening.ACCEPTED, Screening.REJECTED):
            yield Invalid("requirement_unanswered", f"answers.{name}")
        if findings.answers.get(name) is False and outcome == Screening.ACCEPTED:
            yield Invalid("requirement_unmet", f"answers.{name}")
    if outcome == Screening.REJECTED and all(findings.answers.get(name) for name in names):
        yield Invalid("no_requirement_unmet", "answers")


def _name_askable(context: IdeaContext) -> dict[str, str]:
    """The parts of the form by their names that the idea's answers ask for: no other can be completed."""
    asked = list_asked(context.policy, context.content.answers)
    return {name: part for name, part in name_form_parts(context.policy).items() if name in asked}


def _list_asked_for(context: IdeaContext, findings: Findings) -> list[str]:
    """The parts that the proposer may change, in the order of the form."""
    askable, form = _name_askable(context), set(name_form_parts(context.policy).values())
    known = [part for part in list_parts(context.policy) if part not in form or part in askable.values()]
    for place, part in enumerate(findings.parts):
        if part not in known:
            raise Invalid("part_unknown", f"parts.{place}", known=known)
    noted = {askable.get(name) for name in findings.notes}
    return [part for part in known if part in noted or part in findings.parts]


def _checked_notes(askable: dict[str, str], notes: dict[str, str]) -> dict[str, str]:
    faults, read = Faults(), dict[str, str]()
    for name, text in notes.items():
        with faults.gather():
            if name not in askable:
                raise Invalid("section_unknown", f"notes.{name[:40]}", known=sorted(askable))
            read[name] = read_text(f"notes.{name}", text, maximum=1_000, minimum=5)
    faults.settle()
    return read
