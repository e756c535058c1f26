"""An idea's history as the API shows it: decisions with the names that the asker may read."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from api.v1.shapes import ResponseBody
from api.v1.team_history import MemberChangeOut, list_changed_people, show_team_change
from models.claims import ClaimState
from models.ideas import Answer, Decision, Idea
from models.people import Person
from models.replacements import Replacement
from models.transfers import IdeaTransfer
from workflows.intake.answering import list_lapsed
from workflows.intake.claim_lists import ListedClaim, Originator, read_watched
from workflows.intake.claim_records import DECIDE, FILE, LAPSE, ORIGINATE, TELL, WITHDRAW
from workflows.intake.join import JOINS
from workflows.intake.links import LINK, UNLINK, LinkLine, list_links
from workflows.intake.merge_lists import MergeLine, list_merges_of
from workflows.intake.separate import SEPARATE
from workflows.intake.transfer_lists import list_transfers_of
from workflows.process.actors import Actor
from workflows.process.context import read_context
from workflows.process.engine import DECIDING_UNIT
from workflows.process.history import list_history
from workflows.process.relations import is_blind, is_only_invited
from workflows.process.reopening import REOPEN
from workflows.process.visibility import sees_idea
from workflows.process.ways import GATE_ACTION, IDEA


class DecisionOut(ResponseBody):
    """A decision; `team_change` is null where the team stayed as it was, or the asker is not told who proposes."""

    action: str
    outcome: str
    reason: str
    detail: dict[str, Any]
    team_change: list[MemberChangeOut] | None
    at: datetime
    by: str | None


UNTOLD = {"team", DECIDING_UNIT}  # of a decision's detail: told in words elsewhere, or of use to papers only
OTHER_IDEAS = ("duplicate_of", "already_runs", JOINS)  # of a decision's detail: the idea for whose sake another goes no further
OF_INTAKE = {each.action for each in IDEA.transitions if each.stage is None or IDEA.stages[each.stage].step == "intake"} | {SEPARATE}
SUBMIT = IDEA.action("submit")
SHOWN_TO_BLIND_REVIEWERS = {SUBMIT, "screen"}  # of intake; that a member agreed or a head permitted tells something of who they are


def show_history(session: Session, idea_id: str, actor: Actor) -> list[DecisionOut]:
    """An idea's decisions as far as the table lets the actor read of them.

    A reviewer of a blind call reads no names, nothing of team and permission, and no words from before the review; of an idea that was
    reopened nothing from before that, but that it was submitted, and not why.
    Whoever is only asked to join reads nothing; and nobody but themself reads who did not want to join. What somebody said of the idea and
    another stands among the decisions for whoever may see both.
    """
    context = read_context(session, idea_id, actor=actor)
    if is_only_invited(context, actor):
        return []
    decisions = list_history(session, context, actor=actor)
    links = [step for line in list_links(session, context, actor=actor) for step in _show_link(line)]
    if is_blind(session, context, actor):
        told = [each for each in _leave_former_life_out(decisions) if each.action not in OF_INTAKE - SHOWN_TO_BLIND_REVIEWERS]
        return _in_order(list(map(_show_blindly, told)), links)
    replacements = list(session.exec(select(Replacement).where(Replacement.idea_id == idea_id)))
    merges = list_merges_of(session, context, actor=actor)
    transfers = list_transfers_of(session, idea_id)
    named = {decision.actor_id for decision in decisions if decision.actor_id}
    teams = [*(each.team for each in replacements), *(each.row.team for each in merges)]
    named |= list_changed_people([*(each.detail for each in decisions), *({"team": team} for team in teams)])
    named |= {str(each) for row in replacements for each in (row.asked_by, row.leaver_id, row.newcomer_id, row.settled_by) if each}
    named |= {str(each) for row, _ in transfers for each in (row.offered_by, row.accepted_by, row.settled_by) if each}
    people = {person.id: person.full_name for person in session.exec(select(Person).where(col(Person.id).in_(named)))}
    watched = read_watched(session, context, actor=actor)
    claims = [*(step for each in watched.claims for step in _show_claim(each)), *map(_show_originator, watched.originators)]
    lapsed = list_lapsed(session, [*(row.id for row in replacements), *(row.id for row, _ in transfers)])
    others = [*links, *(step for row in replacements for step in _show_replacement(row, people, is_lapsed=row.id in lapsed)), *claims]
    others += [step for line in merges for step in _show_merge(line, people)]
    others += [step for row, call in transfers for step in _show_transfer(row, call, people, is_lapsed=row.id in lapsed)]
    return _in_order([_name_others(session, _show_decision(decision, people, actor), actor) for decision in decisions], others)


def _leave_former_life_out(decisions: list[Decision]) -> list[Decision]:
    """The decisions since an idea was last reopened, and its submission: whoever judges it anew is not told how it was judged before."""
    last = max((place for place, each in enumerate(decisions) if each.action == REOPEN), default=-1)
    return [each for each in decisions[: last + 1] if each.action == SUBMIT] + decisions[last + 1 :]


def _in_order(decisions: list[DecisionOut], others: list[DecisionOut]) -> list[DecisionOut]:
    """Decisions, and among them by the time what was said of the idea and others, and what was asked about its team."""
    return sorted([*decisions, *others], key=lambda each: each.at) if others else decisions


def _show_replacement(row: Replacement, people: dict[str, str], *, is_lapsed: bool) -> Iterator[DecisionOut]:
    """That somebody's place was to be another's, and what came of it; who was to come is named once they have.

    Of an idea that was handed in it tells both leads, and the change as that of a team where it is one.
    """
    steps = [("ask_to_lead" if row.of_lead else "ask_replacement", row.reason, row.asked_at, row.asked_by)]
    if row.settled_at is not None:
        came_about = "replace_member" if row.team else "change_lead"
        settled_by = str(row.settled_by) if row.is_done or row.settled_by != row.newcomer_id else ""  # who would not come is not told
        ended = "lapse_replacement" if is_lapsed else "end_replacement"
        steps += [(came_about if row.is_done else ended, row.end_reason, row.settled_at, settled_by)]
    for action, reason, at, by in steps:
        change = show_team_change({"team": row.team}, people) if action == "replace_member" else None
        detail = {"leaver": people.get(row.leaver_id, "")} if change is None and not row.of_lead else {}
        if row.of_lead:
            leads = {"former_lead": row.leaver_id, "new_lead": row.newcomer_id if row.is_done else None}
            detail = {name: people.get(each, "") for name, each in leads.items() if each}
        yield DecisionOut(action=action, outcome="", reason=reason, detail=detail, team_change=change, at=at, by=people.get(by))


def _show_merge(line: MergeLine, people: dict[str, str]) -> Iterator[DecisionOut]:
    """That another idea was to become one with this, that it has joined, and that both are two again; what ended this is a decision."""
    row, other = line.row, line.other
    is_read = line.is_seen or (line.has_joined and line.is_standing)
    told = {"code": other.code, "id": other.id if line.is_seen else None, "title": other.title if is_read else None}
    steps: list[tuple[str, dict[str, Any], str, Any, str]] = [("ask_merge", {}, row.reason, row.asked_at, line.by)]
    if line.has_joined:
        steps += [("took_in", row.team, "", row.settled_at or row.asked_at, "")]
        undone = {"before": row.team["after"], "after": row.team["before"]}
        steps += [("let_go", undone, row.undo_reason, row.undone_at, line.undone_by)] if row.undone_at is not None else []
    for action, team, reason, at, by in steps:
        change = show_team_change({"team": team}, people) if team and team["before"] != team["after"] else None
        detail = {} if action == "ask_merge" else {action: told}
        yield DecisionOut(action=action, outcome="", reason=reason, detail=detail, team_change=change, at=at, by=by or None)


def _show_transfer(row: IdeaTransfer, call: str, people: dict[str, str], *, is_lapsed: bool) -> Iterator[DecisionOut]:
    """That an idea was offered to another call, accepted, and not handed on; that it was stands among the decisions."""
    steps = [("offer_transfer", row.reason, row.offered_at, row.offered_by)]
    steps += [("accept_transfer", "", row.accepted_at, str(row.accepted_by))] if row.accepted_at is not None else []
    if row.settled_at is not None and not row.is_done:
        steps += [("lapse_transfer" if is_lapsed else "end_transfer", row.end_reason, row.settled_at, str(row.settled_by))]
    for action, reason, at, by in steps:
        detail = {"to_call_title": call}
        yield DecisionOut(action=action, outcome="", reason=reason, detail=detail, team_change=None, at=at, by=people.get(by))


def _show_link(line: LinkLine) -> Iterator[DecisionOut]:
    """That an idea was linked with another, and that the link was taken back; the other idea is one that the reader may see."""
    link, other = line.link, line.other
    linked = {"code": other.code, "id": other.id, "title": other.title, "said_of_other": line.is_said_of_other}
    steps = [(LINK, link.reason, link.said_at, line.by)]
    steps += [(UNLINK, link.end_reason, link.ended_at, line.ended_by)] if link.ended_at is not None else []
    for action, reason, at, by in steps:
        said = reason if line.is_told else ""
        detail = {"linked": linked}
        yield DecisionOut(action=action, outcome=link.kind, reason=said, detail=detail, team_change=None, at=at, by=by or None)


SETTLING = {ClaimState.WITHDRAWN: WITHDRAW, ClaimState.LAPSED: LAPSE}  # a decision's step else


def _show_claim(each: ListedClaim) -> Iterator[DecisionOut]:
    """That a near idea was determined, and what came of it; which idea that was, for whoever may see it."""
    row, other = each.row, each.adopted
    linked = {} if other is None else {"linked": {"code": other.code, "id": other.id, "title": other.title, "said_of_other": False}}
    if linked and not each.is_seen:
        linked["linked"]["as_colleague"] = True  # its own page is not the reader's, the colleagues' page of it is
    steps: list[tuple[str, str, str, datetime | None, str]] = [
        (TELL, "", "", row.told_at, ""),
        (FILE, "", row.reason, row.filed_at, each.filed_by),
    ]
    decided = "" if row.state in SETTLING else str(row.state)
    steps.append((SETTLING.get(row.state, DECIDE), decided, row.end_reason, row.settled_at, each.settled_by))
    for action, outcome, reason, at, by in steps:
        if at is not None:
            yield DecisionOut(action=action, outcome=outcome, reason=reason, detail=linked, team_change=None, at=at, by=by or None)


def _show_originator(each: Originator) -> DecisionOut:
    """That somebody had a determined idea first."""
    said = {"name": each.name, "code": each.code, "id": each.idea_id, "received_at": each.received_at.isoformat()}
    detail = {"originator": said}
    return DecisionOut(
        action=ORIGINATE, outcome="", reason=each.reason, detail=detail, team_change=None, at=each.upheld_at, by=each.decided_by or None
    )


def _name_others(session: Session, shown: DecisionOut, actor: Actor) -> DecisionOut:
    """A decision for the sake of another idea, with that one's code; its id and title only for whoever may see it."""
    named = {name: session.get(Idea, shown.detail[name]) for name in OTHER_IDEAS if name in shown.detail}
    told = {name: _name_other(session, found, actor) for name, found in named.items() if found is not None}
    return shown.model_copy(update={"detail": {**shown.detail, **told}}) if told else shown


def _name_other(session: Session, other: Idea, actor: Actor) -> dict[str, str | None]:
    seen = sees_idea(session, other.id, actor)
    return {"code": other.code, "id": other.id if seen else None, "title": other.title if seen else None}


def _show_decision(decision: Decision, people: dict[str, str], actor: Actor) -> DecisionOut:
    unnamed = decision.outcome == Answer.NOT_JOINED and decision.actor_id != actor.person_id
    return DecisionOut(
        action=decision.action,
        outcome=decision.outcome,
        reason=decision.reason,
        detail={name: kept for name, kept in decision.detail.items() if name not in UNTOLD},
        team_change=show_team_change(decision.detail, people),
        at=decision.at,
        by=None if unnamed else people.get(decision.actor_id or "", decision.flow or None),
    )


def _show_blindly(decision: Decision) -> DecisionOut:
    told = decision.action not in OF_INTAKE | {GATE_ACTION, "correct"}  # of the pilot a reviewer learns no more than that it runs
    return DecisionOut(
        action=decision.action,
        outcome=decision.outcome,
        reason=decision.reason if told else "",
        detail={name: kept for name, kept in decision.detail.items() if told and name not in UNTOLD},
        team_change=None,
        at=decision.at,
        by=None,
    )
