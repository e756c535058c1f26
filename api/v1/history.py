"""An idea's history as the API shows it: decisions with the names that the asker may read."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from api.v1.shapes import ResponseBody
from api.v1.team_history import MemberChangeOut, list_changed_people, show_team_change
from models.ideas import Answer, Decision
from models.people import Person
from workflows.process.actors import Actor
from workflows.process.context import read_context
from workflows.process.history import list_history
from workflows.process.relations import has_part, is_only_invited, only_reviews

OF_TEAM = ("team", "asked", "left_out")  # what a decision keeps that tells of the proposers


class DecisionOut(ResponseBody):
    """A decision; `team_change` is null where the team stayed as it was, or the asker is not told who proposes."""

    action: str
    outcome: str
    reason: str
    detail: dict[str, Any]
    team_change: list[MemberChangeOut] | None
    at: datetime
    by: str | None


def show_history(session: Session, idea_id: str, actor: Actor) -> list[DecisionOut]:
    """An idea's decisions as far as the table lets the actor read of them; a reviewer reads no names at all.

    Whoever is only asked to join reads none; and nobody but themself reads who did not want to join.
    """
    context = read_context(session, idea_id, actor=actor)
    if is_only_invited(context, actor):
        return []
    decisions = list_history(session, context, actor=actor)
    named = {decision.actor_id for decision in decisions if decision.actor_id} | list_changed_people(decisions)
    people = {person.id: person.full_name for person in session.exec(select(Person).where(col(Person.id).in_(named)))}
    blind = not has_part(context, actor) and only_reviews(session, context, actor)
    return [
        DecisionOut(
            action=decision.action,
            outcome=decision.outcome,
            reason=decision.reason,
            detail={name: kept for name, kept in decision.detail.items() if name not in (OF_TEAM if blind else ("team",))},
            team_change=None if blind else show_team_change(decision, people),
            at=decision.at,
            by=None if blind or _stays_unnamed(decision, actor) else people.get(decision.actor_id or "", decision.flow or None),
        )
        for decision in decisions
    ]


def _stays_unnamed(decision: Decision, actor: Actor) -> bool:
    return decision.outcome == Answer.NOT_JOINED and decision.actor_id != actor.person_id
