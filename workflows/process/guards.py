"""What must hold for a step beside stage and actor: each guard by its name in the tables, with the refusal that says why not."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlmodel import Session, col, select

from models.awards import Award
from models.inbox import InboxItem
from models.instants import now, today
from models.people import Role
from models.policy import Entry, Policy
from models.reviews import ReviewState
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.categories import find_no_category
from workflows.process.ceilings import find_excess
from workflows.process.closing import find_entry_ahead, find_no_draft, find_shut
from workflows.process.context import AwardContext, Context, IdeaContext
from workflows.process.duties import PROPOSE, find_duty, find_other_duty, list_barred
from workflows.process.earning import find_difference, find_flaw, find_lost_stage, has_award
from workflows.process.eligibility import find_awarded_before, find_ineligible
from workflows.process.gates import is_next, list_open_gates
from workflows.process.last_notice import find_given_notice, find_missed_notice
from workflows.process.late_notice import find_nothing_to_tell
from workflows.process.permission import asks_permission, find_change, find_no_change, find_nobody_to_leave_out, find_waiting
from workflows.process.quota import find_full
from workflows.process.refusals import Conflict, Forbidden, Refusal
from workflows.process.relations import role_for
from workflows.process.reopening import find_claimed, find_same_hand
from workflows.process.sealing import find_seal
from workflows.process.silence import find_answer_awaited, grants_by_silence, refuses_by_silence
from workflows.process.superiors import list_owned_above, list_proposing_paths, list_superiors
from workflows.process.underway import count_reviewers_left, count_reviews, find_no_reading, find_unmeasured, first_report_day
from workflows.process.ways import GUARDS as NAMES
from workflows.process.ways import Transition


@dataclass(frozen=True)
class Question:
    """What a guard is asked about: the subject of the step, the step, and who wants to take it."""

    context: Context
    transition: Transition
    actor: Actor

    @property
    def outcome(self) -> str | None:
        """The outcome that the step would have; only a gate's guard looks at it, so that a page asks once for all outcomes of an action."""
        return self.transition.outcome

    @property
    def idea(self) -> IdeaContext:
        """The idea concerned; no guard stands in the way of a document that has none."""
        if self.context.about is None:
            raise TypeError("a document without an idea has no guards")
        return self.context.about

    @property
    def of_award(self) -> AwardContext:
        """The award concerned, with its idea."""
        if not isinstance(self.context, AwardContext):
            raise TypeError("only an award's step has this guard")
        return self.context

    @property
    def award(self) -> Award:
        """The award concerned."""
        return self.of_award.award


def _where(holds: bool, code: str) -> Refusal | None:
    return None if holds else Conflict(code)


def _may_propose(_session: Session, asked: Question) -> Refusal | None:
    return None if asked.actor.may_propose else Forbidden("only_civil_servants_propose", kind=asked.actor.kind)


def _gates(session: Session, asked: Question) -> Refusal | None:
    still_open = list_open_gates(session, asked.idea)
    if not still_open:
        return None
    first = still_open[0]
    return Conflict("gate_open", gate=first.name, label=first.label, label_en=first.label_en)


def _gate_open_now(session: Session, asked: Question) -> Refusal | None:
    still_open = list_open_gates(session, asked.idea)
    if any(rule.name == asked.outcome and is_next(rule, still_open) for rule in still_open):
        return None
    rule = next(rule for rule in asked.idea.policy.gates if rule.name == asked.outcome)
    return Conflict("gate_not_open", gate=rule.name, label=rule.label, label_en=rule.label_en)


def is_overdue(context: IdeaContext) -> bool:
    """Whether the idea's due date is past."""
    return context.idea.due_at is not None and context.idea.due_at < now()


def _overdue(_session: Session, asked: Question) -> Refusal | None:
    return None if is_overdue(asked.idea) else Conflict("not_due_yet")


def _passed(_session: Session, asked: Question) -> Refusal | None:
    return None if is_at_mark(asked.idea) else Conflict("score_below_mark")


def _not_passed(_session: Session, asked: Question) -> Refusal | None:
    if asked.idea.idea.score is None:
        return Conflict("idea_not_scored")
    return Conflict("score_above_mark") if is_at_mark(asked.idea) else None


def _unscored(_session: Session, asked: Question) -> Refusal | None:
    return None if asked.idea.idea.score is None else Conflict("idea_scored")


def is_at_mark(context: IdeaContext) -> bool:
    """Whether the idea has a score that reaches the policy's pass mark."""
    return context.idea.score is not None and context.idea.score >= context.policy.pass_mark


def has_pilot(policy: Policy) -> bool:
    """Whether ideas are tried out; what is in use already is not."""
    return policy.entry != Entry.IN_USE


def has_no_pilot(policy: Policy) -> bool:
    """Whether ideas count as rolled out once they are determined."""
    return policy.entry == Entry.IN_USE


def _permission(_session: Session, asked: Question) -> Refusal | None:
    return None if asks_permission(asked.idea.policy) else Conflict("permission_not_needed")


def _passed_up(session: Session, asked: Question) -> Refusal | None:
    """Whoever stands in for silent or missing heads may act once they were asked to (`workflows/process/passing_up.py`)."""
    wanted = InboxItem.idea_id == asked.idea.idea.id, InboxItem.task == asked.transition.action, InboxItem.role != Role.UNIT_HEAD
    open_items = session.exec(select(col(InboxItem.role), col(InboxItem.unit_path)).where(*wanted, col(InboxItem.done_at).is_(None))).all()
    if any(asked.actor.holds(role, path) for role, path in open_items):
        return None
    usual = role_for(asked.context, asked.context.way.of_action(asked.transition.action)[0])
    return Forbidden(f"only_{next((role for role, _ in open_items), usual)}")


def _has_pilot(_session: Session, asked: Question) -> Refusal | None:
    return None if has_pilot(asked.idea.policy) else Conflict("call_has_no_pilot")


def _has_no_pilot(_session: Session, asked: Question) -> Refusal | None:
    return None if has_no_pilot(asked.idea.policy) else Conflict("call_has_pilot")


def _pilot_days(session: Session, asked: Question) -> Refusal | None:
    first = first_report_day(session, asked.idea)
    return None if today() >= first else Conflict("pilot_too_short", first=first.isoformat(), minimum=asked.idea.policy.pilot.minimum_days)


def _not_below_owner(session: Session, asked: Question) -> Refusal | None:
    below = list_owned_above(session, [asked.idea.idea.id], asked.actor.unit_path)
    return Forbidden("subordinate_of_owner") if below else None


def list_below_owner(session: Session, asked: Iterable[tuple[str, str]], actor: Actor) -> set[tuple[str, str]]:
    """Those of many questions, each an idea's id and an action, which the guard `not_below_owner` would refuse; asked all at once."""
    guarded = {step.action for step in ways.IDEA.transitions if "not_below_owner" in step.guards}
    questions = {(idea_id, action) for idea_id, action in asked if action in guarded}
    below = list_owned_above(session, {idea_id for idea_id, _ in questions}, actor.unit_path)
    return {question for question in questions if question[0] in below}


def _free_to_join(session: Session, asked: Question) -> Refusal | None:
    """Whoever has another duty on the idea stays out of its team: they would have decided on their own."""
    barred = list_barred(session, asked.idea.idea.id, PROPOSE, asked.idea.policy)
    return Forbidden("team_member_has_duty") if asked.actor.person_id in barred else None


def _quorum(session: Session, asked: Question) -> Refusal | None:
    needed = asked.idea.policy.quorum
    return None if count_reviews(session, asked.idea, ReviewState.SCORED) >= needed else Conflict("quorum_not_reached", minimum=needed)


def _no_quorum(session: Session, asked: Question) -> Refusal | None:
    return None if _quorum(session, asked) else Conflict("quorum_reached")


def _reviewers_left(session: Session, asked: Question) -> Refusal | None:
    most = asked.idea.policy.reviewers + asked.idea.policy.substitutes
    return None if count_reviewers_left(session, asked.idea) > 0 else Conflict("reviewers_used_up", maximum=most)


def _not_superior(session: Session, asked: Question) -> Refusal | None:
    superior = asked.actor.person_id in list_superiors(session, list_proposing_paths(session, asked.idea))
    return Forbidden("superior_of_proposer") if superior else None


def _earned(_session: Session, asked: Question) -> Refusal | None:
    stage = asked.idea.idea.stage
    return None if stage in asked.idea.policy.award_from else Conflict("stage_not_awarded", stage=stage)


def _flawed(session: Session, asked: Question) -> Refusal | None:
    return Conflict("award_holds") if find_flaw(session, asked.of_award) is None else None


def _apart(session: Session, asked: Question) -> Refusal | None:
    """Nobody has two duties on one idea that the policy leaves to different people; what a flow does is nobody's duty."""
    duty = find_duty(asked.context.way.name, asked.transition.action)
    if duty is None or asked.actor.person_id is None:
        return None
    earlier = find_other_duty(session, asked.idea.idea.id, duty, asked.actor.person_id, asked.idea.policy)
    return None if earlier is None else Forbidden("has_other_duty", duty=earlier)


def _hour_struck(_session: Session, asked: Question) -> Refusal | None:
    announce_at = asked.award.announce_at
    return None if announce_at is not None and announce_at <= now() else Conflict("not_due_yet")


GUARDS: dict[str, Callable[[Session, Question], Refusal | None]] = {
    "apart": _apart,
    "call_open": lambda session, asked: find_no_draft(session, asked.idea, asked.actor),
    "may_propose": _may_propose,
    "window": lambda session, asked: find_shut(session, asked.idea),
    "unsealed": lambda _session, asked: find_seal(asked.idea.call),
    "entry_over": lambda session, asked: find_entry_ahead(session, asked.idea),
    "gates": _gates,
    "gate_open_now": _gate_open_now,
    "overdue": _overdue,
    "last_notice": lambda session, asked: find_missed_notice(session, asked.idea),
    "no_last_notice": lambda session, asked: find_given_notice(session, asked.idea),
    "new_date": lambda session, asked: find_nothing_to_tell(session, asked.idea),
    "passed": _passed,
    "not_passed": _not_passed,
    "permission": _permission,
    "passed_up": _passed_up,
    "silence_grants": lambda _session, asked: _where(grants_by_silence(asked.idea.policy), "silence_decides_nothing"),
    "silence_refuses": lambda _session, asked: _where(refuses_by_silence(asked.idea.policy), "silence_decides_nothing"),
    "silent": lambda session, asked: find_answer_awaited(session, asked.idea),
    "has_pilot": _has_pilot,
    "has_no_pilot": _has_no_pilot,
    "measured": lambda session, asked: find_unmeasured(session, asked.idea),
    "has_reading": lambda session, asked: find_no_reading(session, asked.idea),
    "answered": lambda _session, asked: find_waiting(asked.idea),
    "unanswered": lambda _session, asked: find_nobody_to_leave_out(asked.idea),
    "as_permitted": lambda session, asked: find_change(session, asked.idea),
    "not_as_permitted": lambda session, asked: find_no_change(session, asked.idea),
    "has_category": lambda session, asked: find_no_category(session, asked.idea),
    "pilot_days": _pilot_days,
    "free_to_join": _free_to_join,
    "not_below_owner": _not_below_owner,
    "quorum": _quorum,
    "no_quorum": _no_quorum,
    "unscored": _unscored,
    "reviewers_left": _reviewers_left,
    "not_superior": _not_superior,
    "earned": _earned,
    "no_award": lambda session, asked: _where(not has_award(session, asked.idea.idea.id), "award_stands"),
    "scored": lambda _session, asked: _where(asked.idea.idea.score is not None, "idea_not_scored"),
    "within_ceiling": lambda session, asked: find_excess(session, asked.award),
    "still_earned": lambda _session, asked: find_lost_stage(asked.of_award),
    "recomputes": lambda session, asked: find_difference(session, asked.of_award),
    "flawed": _flawed,
    "hour_struck": _hour_struck,
    "eligible": lambda session, asked: find_ineligible(session, asked.idea),
    "within_quota": lambda session, asked: find_full(session, asked.idea),
    "still_eligible": lambda session, asked: find_awarded_before(session, asked.idea),
    "other_hand": lambda session, asked: find_same_hand(session, asked.idea, asked.actor),
    "kept": lambda _session, asked: Conflict("retention_over") if is_overdue(asked.idea) else None,
    "unclaimed": lambda session, asked: find_claimed(session, asked.idea),
    "not_archived": lambda _session, asked: _where(asked.idea.call.archived_at is None, "call_archived"),
}
BY_POLICY: dict[str, Callable[[Policy], bool]] = {  # they hold or not from the day the idea enters
    "permission": asks_permission,
    "silence_grants": grants_by_silence,
    "silence_refuses": refuses_by_silence,
    "has_pilot": has_pilot,
    "has_no_pilot": has_no_pilot,
}
if set(GUARDS) != set(NAMES):
    raise ValueError(f"the tables and the guards name different guards: {sorted(set(GUARDS) ^ set(NAMES))}")


def is_in_policy(transition: Transition, policy: Policy) -> bool:
    """Whether a policy leaves a transition in the way: no guard that the policy alone decides stands against it."""
    return all(BY_POLICY[guard](policy) for guard in transition.guards if guard in BY_POLICY)


def find_refusal(session: Session, asked: Question) -> Refusal | None:
    """The refusal of the step's first guard that does not hold, None where all do."""
    return next((refusal for guard in asked.transition.guards if (refusal := GUARDS[guard](session, asked)) is not None), None)
