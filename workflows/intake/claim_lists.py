"""Claims as people read them: on the page of their own, beside either idea, and beside the award of the determined one.

Of the determined idea whoever may not see it reads that it was determined, and when; of the rejected one, once a claim was upheld, whoever
sees the determined idea reads who had it first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.calls import Call
from models.claims import OPEN, AdoptionClaim, ClaimState
from models.entry_rules import Circle
from models.ideas import Idea, TeamMember
from models.instants import now
from models.people import Person
from models.stages import IdeaStage
from workflows.intake.claim_facts import ClaimFacts, read_facts
from workflows.intake.claim_records import find_due
from workflows.intake.claims import READING
from workflows.intake.shared import find_shared
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_context, read_policy_of
from workflows.process.guards import is_overdue
from workflows.process.relations import is_blind, is_only_invited, prepares_awards
from workflows.process.visibility import BY_CALL, sees_idea, units_of

MOST_LISTED = 100
_FIRST: Any = sa.orm.aliased(Idea)
_ADOPTED: Any = sa.orm.aliased(Idea)


@dataclass(frozen=True)
class ListedClaim:
    """A claim as its reader may know of it: `adopted` is None where they may not know which idea was determined.

    `due_at` is until when it may be filed or is to be decided; None once it is settled. `words` are what the two texts share, for who
    decides alone, `is_changed` whether the first idea says something else than when it was received, and `has_decider` whether anybody may.
    """

    row: AdoptionClaim
    idea: Idea
    adopted: Idea | None
    is_seen: bool  # whether the reader may open the determined idea's own page; else they know it as its colleague
    unit: str  # of the determined idea; empty where it is not known
    filed_by: str
    settled_by: str
    due_at: datetime | None
    words: Sequence[str]
    likeness: str
    is_changed: bool
    has_decider: bool
    may_file: bool
    may_withdraw: bool
    may_decide: bool

    @property
    def is_open(self) -> bool:
        """Whether it waits for somebody."""
        return self.row.state in OPEN

    @property
    def awaits_reader(self) -> bool:
        """Whether it waits for the reader: to be filed, or to be decided."""
        return self.may_file or self.may_decide

    @property
    def is_late(self) -> bool:
        """Whether its date is past."""
        return self.due_at is not None and self.due_at < now()


@dataclass(frozen=True)
class Originator:
    """Who had a determined idea first: the lead of the rejected one, its code and when it was received."""

    name: str
    code: str
    idea_id: str | None  # where the reader may see that idea
    received_at: datetime
    upheld_at: datetime
    decided_by: str
    reason: str


@dataclass(frozen=True)
class Watched:
    """What stands beside an idea of the watch and of claims.

    `until` is until when a rejected idea is kept, None for any other; `may_claim` whether the reader may claim a determined idea by its
    code; `claims` are those for it, `originators` who had it first, `waiting` how many claims on it are open, for who prepares its award.
    """

    until: datetime | None
    may_claim: bool
    claims: Sequence[ListedClaim]
    originators: Sequence[Originator]
    waiting: int


def list_claims(session: Session, *, actor: Actor) -> list[ListedClaim]:
    """The claims that concern somebody, what waits for them first: of ideas that they propose, and as leader or chair those to decide.

    Of what is open the one with the earliest date comes first, and of their own. Who oversees both ideas' calls reads those, too, that wait
    for others.
    """
    own = select(TeamMember.idea_id).where(TeamMember.person_id == actor.person_id)
    mine: list[sa.ColumnElement[bool]] = [col(AdoptionClaim.idea_id).in_(own)]
    if any(actor.holds(role) for role in BY_CALL):
        calls = select(Call.id).where(col(Call.unit_id).in_(units_of(actor, BY_CALL)), col(Call.is_sealed).is_(False))
        over = col(_FIRST.call_id).in_(calls) & col(_ADOPTED.call_id).in_(calls)
        mine.append((col(AdoptionClaim.state) == ClaimState.FILED) & over & col(AdoptionClaim.adopted_id).not_in(own))
    found = select(AdoptionClaim).join(_FIRST, _FIRST.id == AdoptionClaim.idea_id).join(_ADOPTED, _ADOPTED.id == AdoptionClaim.adopted_id)
    open_until = sa.case((col(AdoptionClaim.settled_at).is_(None), col(AdoptionClaim.due_at)))
    found = found.where(sa.or_(*mine)).order_by(col(AdoptionClaim.settled_at).is_not(None), col(AdoptionClaim.idea_id).not_in(own))
    found = found.order_by(open_until, col(AdoptionClaim.created_at).desc(), col(AdoptionClaim.id))
    listed = _show_all(session, session.exec(found.limit(MOST_LISTED)).all(), actor)
    return sorted(listed, key=lambda each: not each.awaits_reader)


def read_watched(session: Session, context: IdeaContext, *, actor: Actor) -> Watched:
    """What stands beside an idea; nothing for who is only asked to join, or knows it as its blind reviewer.

    That a near idea was determined is told to the team, and else only to whoever may know which: it tells something of that one's text.
    """
    if context.idea.code is None or is_only_invited(context, actor) or is_blind(session, context, actor):
        return Watched(None, may_claim=False, claims=(), originators=(), waiting=0)
    found = select(AdoptionClaim).where(AdoptionClaim.idea_id == context.idea.id).order_by(col(AdoptionClaim.created_at))
    listed = _show_all(session, session.exec(found).all(), actor)
    is_kept = context.idea.stage == IdeaStage.REJECTED and not is_overdue(context)
    return Watched(
        until=context.idea.due_at if is_kept else None,
        may_claim=is_kept and context.idea.lead_id == actor.person_id,
        claims=[each for each in listed if actor.person_id in context.team or each.adopted is not None],
        originators=list_originators(session, context.idea.id, actor),
        waiting=count_waiting_on(session, context) if prepares_awards(context, actor) else 0,
    )


def list_originators(session: Session, adopted_id: str, actor: Actor) -> list[Originator]:
    """Who had a determined idea first, by the claims on it that were upheld, the first received first."""
    upheld = select(AdoptionClaim, Idea, Person).join(Idea, col(Idea.id) == col(AdoptionClaim.idea_id))
    upheld = upheld.join(Person, col(Person.id) == col(Idea.lead_id)).where(AdoptionClaim.adopted_id == adopted_id)
    rows = session.exec(upheld.where(AdoptionClaim.state == ClaimState.UPHELD).order_by(col(Idea.submitted_at), col(Idea.id))).all()
    names = _read_names(session, [claim for claim, *_ in rows])
    return [
        Originator(
            person.full_name,
            str(idea.code),
            idea.id if sees_idea(session, idea.id, actor) else None,
            idea.submitted_at or idea.created_at,
            claim.settled_at or claim.created_at,
            names.get(claim.settled_by or "", ""),
            claim.end_reason,
        )
        for claim, idea, person in rows
    ]


def count_waiting_on(session: Session, adopted: IdeaContext) -> int:
    """How many claims on a determined idea were filed and wait for their decision."""
    filed = select(AdoptionClaim.id).where(AdoptionClaim.adopted_id == adopted.idea.id, AdoptionClaim.state == ClaimState.FILED)
    return len(session.exec(filed).all())


def _show_all(session: Session, claims: Sequence[AdoptionClaim], actor: Actor) -> list[ListedClaim]:
    if not claims:
        return []
    names, facts = _read_names(session, claims), read_facts(session, claims, actor=actor)
    return [_show(session, claim, names, facts, actor) for claim in claims]


def _show(session: Session, claim: AdoptionClaim, names: dict[str, str], facts: ClaimFacts, actor: Actor) -> ListedClaim:
    first, adopted = facts.read_sides(claim)
    is_seen = claim.adopted_id in facts.seen
    knows = is_seen or _is_colleague(session, adopted.idea, actor)
    leads = first.idea.lead_id == actor.person_id
    decides = claim.state == ClaimState.FILED and facts.may_decide(claim, actor)
    is_open = claim.state in OPEN
    due_at = find_due(session, claim, first.idea, facts.calendar) if is_open else None
    shared = claim.matching.get("shared", ()) if decides else ()
    return ListedClaim(
        claim,
        first.idea,
        adopted.idea if knows else None,
        is_seen=is_seen,
        unit=adopted.unit if knows else "",
        filed_by=names.get(claim.filed_by or "", ""),
        settled_by=names.get(claim.settled_by or "", ""),
        due_at=due_at,
        words=[str(each["word"]) for each in shared],
        likeness=str(claim.matching.get("likeness", "")) if decides else "",
        is_changed=first.idea.id in facts.changed,
        has_decider=claim.state != ClaimState.FILED or decides or bool(facts.list_deciders(claim)),
        may_file=leads and claim.state == ClaimState.TOLD and due_at is not None and due_at >= now(),
        may_withdraw=leads and is_open,
        may_decide=decides,
    )


def _is_colleague(session: Session, adopted: Idea, actor: Actor) -> bool:
    """Whether somebody who does not see a determined idea has it before them as its colleague."""
    if read_policy_of(session, adopted).colleagues.open_to == Circle.NOBODY:
        return False
    return find_shared(session, read_context(session, adopted.id, actor=READING), actor=actor) is not None


def _read_names(session: Session, claims: Iterable[AdoptionClaim]) -> dict[str, str]:
    ids = {each for claim in claims for each in (claim.filed_by, claim.settled_by) if each}
    return {person.id: person.full_name for person in session.exec(select(Person).where(col(Person.id).in_(ids)))}
