"""Screen an idea: is it complete, and does it meet the five requirements of PP 38/2017 art. 6?"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlmodel import Session, select

from models.ideas import Idea
from models.policy import Policy
from workflows.intake.parts_asked import PartsAsked, read_parts_asked
from workflows.intake.requirements import read_reasons
from workflows.intake.running import find_running, link_running
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_context
from workflows.process.decide import read_reason
from workflows.process.engine import Grounds, permit, take
from workflows.process.refusals import Faults, Invalid
from workflows.process.second_wait import note_left
from workflows.process.visibility import sees_idea
from workflows.process.ways import IDEA
from workflows.process.wording import read_line

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

    `reasons` say by requirement why it is not met, `part_notes` by part what is to be done with title, kind, budget, team, all files or a
    single one; where the policy asks for a reason for each, none may be left out.

    Only what is named among the parts or has a note may be changed. Of a duplicate the earlier idea is named by its code, or said not to
    be registered here; the reason then names it. `already_runs` is the code of an innovation in use for whose sake one is rejected.

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
    part_notes: dict[str, str] = field(default_factory=dict)
    already_runs: str = ""


def screen_idea(session: Session, idea_id: str, outcome: Screening, findings: Findings, *, actor: Actor) -> IdeaContext:
    """Accept, return for completion (a note per section), close as duplicate, or reject with reasons.

    A duplicate names the earlier idea. Raises Invalid, all faults at once, when an acceptance leaves a requirement unanswered or unmet, a
    rejection meets them all, a return has neither a note nor a named part with a reason, any refusal has no reason, or, where the policy
    asks for a reason for each, a requirement that is not met or a part that is asked for has none.
    """
    context = read_context(session, idea_id, actor=actor)
    permitted = permit(session, context, SCREEN, outcome, actor=actor)
    faults, reason = Faults(list_answer_faults(context.policy, outcome, findings)), ""
    asked, reasons = PartsAsked(), dict[str, str]()
    earlier: Idea | None = None
    running: Idea | None = None
    with faults.gather():
        reasons = read_reasons(context.policy, findings.answers, findings.reasons, permitted.transition)
    with faults.gather():
        asked = read_parts_asked(session, context, findings.notes, findings.part_notes, findings.parts)
    if outcome == Screening.RETURNED:
        faults.found += list_unexplained(context.policy, findings, asked)
    with faults.gather():
        reason = read_reason(permitted.transition, findings.reason)
    with faults.gather():
        earlier = find_earlier(session, context, outcome, findings, actor=actor)
    with faults.gather():
        running = find_running(session, context, findings.already_runs, actor=actor) if outcome == Screening.REJECTED else None
    faults.settle()
    detail: dict[str, Any] = {"answers": findings.answers, "notes": asked.notes, **({"reasons": reasons} if reasons else {})}
    if outcome == Screening.RETURNED:
        detail |= {**asked.as_detail(), "revision": context.idea.revision, **note_left(session, context)}
    if findings.together > 1:
        detail["together"] = findings.together
    recorded: dict[str, Any] = {}
    if earlier is not None:
        detail["duplicate_of"] = recorded["duplicate_of"] = earlier.id
    if running is not None:
        detail["already_runs"] = recorded["already_runs"] = running.id
    take(session, context, permitted, Grounds(reason, detail, recorded), actor=actor)
    if running is not None:
        link_running(session, context, running, reason, actor=actor)
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


def list_unexplained(policy: Policy, findings: Findings, asked: PartsAsked) -> Iterator[Invalid]:
    """What of a return nobody could act on: that it names nothing or explains nothing, and, where the policy asks, parts without a note."""
    if not (findings.notes or findings.part_notes or (findings.parts and findings.reason.strip())):
        yield Invalid("note_missing", "notes")
    elif policy.screening.reason_for_each:
        yield from asked.list_without_note()


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
