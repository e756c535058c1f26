"""Into which other call an idea may be handed, how it would stand there, and which offices say so."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from sqlmodel import Session, col, select

from models.calls import Call, CallState
from models.ideas import Gate
from models.merges import IdeaMerge
from models.people import Role
from models.replacements import Replacement
from models.stages import IdeaStage
from models.transfers import IdeaTransfer
from models.units import Unit
from workflows.calculations.ledger import write_canonical
from workflows.intake.hand_over import list_gone
from workflows.intake.merging import find_duty_beside_screening, is_wanted, may_screen, standing
from workflows.intake.office_holders import list_over
from workflows.process.actors import Actor
from workflows.process.categories import find_no_category, list_fitting
from workflows.process.closing import find_end, find_ends
from workflows.process.context import IdeaContext, read_policy
from workflows.process.eligibility import list_entry_faults
from workflows.process.gates import list_open_gates
from workflows.process.quota import find_full
from workflows.process.refusals import Conflict, Invalid, Refusal
from workflows.process.relations import has_part, is_in_team
from workflows.process.sealing import find_seal
from workflows.process.ways import IDEA
from workflows.region.calls import current_policy, get_call

SCREEN = IDEA.action("screen")
BEFORE_SCREENING = (IdeaStage.SUBMITTED, IdeaStage.AWAITING_PERMISSION)
SHORTEST_REASON = 20


def is_sender(session: Session, context: IdeaContext, actor: Actor) -> bool:
    """Whether somebody may hand the idea on: who screens it, and has no part in it."""
    return may_screen(session, context, actor)


def is_receiver(session: Session, context: IdeaContext, row: IdeaTransfer, actor: Actor) -> bool:
    """Whether somebody may take the idea in: the secretariat of the other call, who has no part in it and did not offer it themself."""
    if has_part(context, actor) or actor.person_id == row.offered_by or find_duty_beside_screening(session, context, actor):
        return False
    return actor.holds(Role.SECRETARIAT, get_call(session, row.to_call_id)[1].path)


def find_not_to_transfer(session: Session, context: IdeaContext, to_call: Call) -> Refusal | None:
    """Why an idea may not be handed to a call: it is not being screened, waits for something, or came in outside that call's time.

    A call that has ended takes it all the same where the idea was received before the end: it was in time, at the wrong door. Whether its
    awards are drafted is asked of the office that takes it in alone (`answer_transfer`): nobody else may know.
    """
    submitted = context.idea.submitted_at
    if context.idea.stage != IdeaStage.SCREENING or submitted is None:
        return Conflict("transfer_stage")
    if seal := find_seal(context.call) or find_seal(to_call):
        return seal
    if to_call.id == context.call.id:
        return Conflict("transfer_same_call")
    if to_call.state == CallState.PLANNED or to_call.archived_at is not None:
        return Conflict("transfer_call_over")
    end = find_end(session, to_call)
    if not to_call.opens_at <= submitted < end:
        return Conflict("transfer_outside_window", opens_at=to_call.opens_at.isoformat(), closes_at=end.isoformat())
    return _find_waiting(session, context)


def _find_waiting(session: Session, context: IdeaContext) -> Refusal | None:
    """Why an idea stays where it is for now: a gate, a change of its team, or another idea that is or is to be one with it."""
    gates = list_open_gates(session, context)
    if gates:
        return Conflict("gate_open", gate=gates[0].name, label=gates[0].label, label_en=gates[0].label_en)
    if is_wanted(session, context.idea.id):
        return Conflict("merge_waits")
    if session.exec(standing().where(IdeaMerge.into_id == context.idea.id)).first() is not None:
        return Conflict("transfer_has_joined")
    replaced = select(Replacement.id).where(Replacement.idea_id == context.idea.id, col(Replacement.settled_at).is_(None))
    return Conflict("replacement_waits") if session.exec(replaced).first() is not None else None


def enter_call(session: Session, context: IdeaContext, to_call: Call, category: str = "") -> IdeaContext:
    """The idea as it would stand in another call, under the policy that counts there; nothing is changed.

    Raises Invalid where several categories are for its unit and none of them is named.
    """
    call, unit = get_call(session, to_call.id)
    there = replace(context, call=call, call_path=unit.path, policy=read_policy(current_policy(session, call.id)))
    fitting = [each.name for each in list_fitting(session, there)]
    if category and category not in fitting:
        raise Invalid("category_unknown", "category", known=fitting)
    if len(fitting) > 1 and not category:
        raise Invalid("category_missing", "category", known=fitting)
    named = category or "".join(fitting)
    return replace(there, policy=there.policy.for_category(named)) if named else there


def name_category(session: Session, there: IdeaContext, category: str) -> str:
    """The category in which an idea enters a call: the one named, or the only one for its unit."""
    return category or "".join(each.name for each in list_fitting(session, there))


def find_not_to_enter(session: Session, there: IdeaContext) -> Refusal | None:
    """Why a call does not take an idea, judged by its original time of receipt: by category, eligibility, team, places or gates.

    What it lacks of that call's form is asked for there, in the screening.
    """
    refusal = find_no_category(session, there)
    if refusal is not None:
        return refusal
    if any(list_entry_faults(session, there)):
        return Conflict("transfer_not_eligible")
    if len(there.team) > there.policy.team_limit:
        return Conflict("transfer_team_too_large", count=len(there.team), maximum=there.policy.team_limit)
    if any(rule.stage in BEFORE_SCREENING for rule in there.policy.gates):
        return Conflict("transfer_gated")
    return _find_known_gate(session, there) or find_full(session, there)


def _find_known_gate(session: Session, there: IdeaContext) -> Refusal | None:
    """A gate of the other call that would count as put up or passed, as the idea came to one of that name in its own call."""
    known = set(session.exec(select(Gate.name).where(Gate.idea_id == there.idea.id))) if there.policy.gates else set()
    same = next((rule for rule in there.policy.gates if rule.name in known), None)
    return None if same is None else Conflict("transfer_gate_known", gate=same.name, label=same.label, label_en=same.label_en)


def list_calls_to_transfer_into(session: Session, context: IdeaContext, actor: Actor) -> Sequence[Call]:
    """The calls to which the actor may offer an idea, by title; none for who may not hand it on."""
    if context.idea.stage != IdeaStage.SCREENING or not is_sender(session, context, actor):
        return []
    offered = select(IdeaTransfer.id).where(IdeaTransfer.idea_id == context.idea.id, col(IdeaTransfer.settled_at).is_(None))
    submitted = context.idea.submitted_at
    if submitted is None or session.exec(offered).first() is not None or find_seal(context.call) or _find_waiting(session, context):
        return []
    open_then = (col(Call.opens_at) <= submitted, col(Call.closes_at) > submitted)
    calls = select(Call).join(Unit, col(Unit.id) == col(Call.unit_id)).where(*open_then, Call.id != context.call.id)
    calls = calls.where(Call.state != CallState.PLANNED, col(Call.archived_at).is_(None))
    found = session.exec(calls.where(col(Call.is_sealed).is_(False)).order_by(col(Call.title), col(Call.id))).all()
    ends = find_ends(session, [call for call in found if call.state != CallState.OPEN])
    return [call for call in found if call.id not in ends or submitted < ends[call.id]]


def hash_terms(session: Session, context: IdeaContext, to_call: Call) -> str:
    """What the other office and the team agree to: that call's rules, and the idea with its team as they are now."""
    team = sorted([each.person_id, each.share_hundredths, each.lead] for each in context.members)
    said = [context.idea.title, context.content.budget_rupiah, context.content.content_sha256]
    return sha256(write_canonical([current_policy(session, to_call.id).id, team, said])).hexdigest()


def is_accepted(row: IdeaTransfer, terms: str) -> bool:
    """Whether the other office accepted the idea as it is, under the rules as they are."""
    return row.accepted_at is not None and row.accepted_terms == terms


def list_awaited(session: Session, row: IdeaTransfer, context: IdeaContext, terms: str) -> list[str]:
    """Who of the team beside its lead serves and has not agreed to these terms, in the team's order; the lead agrees last."""
    gone = list_gone(session, context.team)
    others = sorted((each for each in context.members if not each.lead), key=lambda each: each.position)
    return [each.person_id for each in others if each.person_id not in gone and row.agreed.get(each.person_id) != terms]


def list_receivers(session: Session, call_id: str, *, left_out: Collection[str] = (), nearest: bool = False) -> set[str]:
    """Who holds the secretariat over a call, to be told of what is offered to it, or the nearest of them; but for some people."""
    path = get_call(session, call_id)[1].path
    return {*list_over(session, Role.SECRETARIAT, path, left_out=left_out, nearest=nearest)}


def waiting_for(idea_id: str) -> Any:
    """The offers of an idea that are not settled, held; whoever asks holds the idea."""
    waiting = select(IdeaTransfer).where(IdeaTransfer.idea_id == idea_id, col(IdeaTransfer.settled_at).is_(None))
    return waiting.with_for_update()


def first_category(session: Session, context: IdeaContext, to_call: Call) -> str:
    """Any category that would do, for whoever offers: the lead names theirs."""
    try:
        enter_call(session, context, to_call)
    except Invalid as refused:
        return str(next(iter(refused.parameters["known"])))
    return ""


def is_concerned(session: Session, row: IdeaTransfer, context: IdeaContext, actor: Actor) -> bool:
    """Whether somebody may know of an offer: the team, and while it may still come about both offices."""
    if is_in_team(context, actor):
        return True
    is_waiting = context.idea.stage == IdeaStage.SCREENING and context.idea.call_id == row.from_call_id
    return is_waiting and (is_sender(session, context, actor) or is_receiver(session, context, row, actor))
