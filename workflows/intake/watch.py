"""The adoption watch: once an idea is determined, whoever had a near one that was rejected, and is still kept, is told.

Which ideas are near is computed from the two texts alone, each word counting the same: how rare a word is would be read off what others
wrote, a sealed or another unit's text among it, and whoever is told, or not, would learn of that. Why so: docs/decisions/0031.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.claims import AdoptionClaim
from models.ideas import Idea, TeamMember
from models.instants import now
from models.stages import IdeaStage
from models.statements.search import prepare_holding, read_kept_terms, read_newest_terms
from workflows.calculations.similar import Frequencies, Match, Terms, rank, read_terms, weigh_all
from workflows.intake.claim_records import TELL, find_adopted_at, keep_claim, keep_idea, tell_lead
from workflows.intake.content import list_said
from workflows.intake.search_terms import gather_text
from workflows.intake.similar import read_entries
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_context, read_policy_of
from workflows.process.deadlines import due_in
from workflows.process.visibility import is_unsealed

NEAR = Decimal(35)  # percent of what the determined idea says: a quarter of its paraphrases reach it, of 34,000 other pairs one
MOST_TOLD = 10  # the nearest: more would be a theme of the year, and no claim
COMPARED = 300  # watched ideas that are all compared; of more, as many as the index finds most promising
PROBES = 48  # words by which the index is asked then, the heaviest of the determined idea
HELD = 100  # ideas that are found by each
ALIKE = Frequencies(texts=1, holding={})  # each word says as much as any other


def watch_adopted(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Have the lead told of each idea under watch that is near one which was determined, once, with the days that they have for a claim.

    Of the idea itself nothing is written. Done again it finds the same, and tells nobody twice. The ideas are held in their order, and all
    is written before the first fact: whoever changes one of them waits for it, or for the chain, and never this for them with the chain.
    """
    adopted = read_context(session, idea_id, actor=actor)
    adopted_at = find_adopted_at(session, idea_id)
    if adopted_at is None:
        return
    known = set(session.exec(select(AdoptionClaim.idea_id).where(AdoptionClaim.adopted_id == idea_id)))
    near = [match for match in find_near(session, adopted) if match.id not in known]
    held = select(Idea).where(col(Idea.id).in_([match.id for match in near]), Idea.stage == IdeaStage.REJECTED).order_by(col(Idea.id))
    ideas = {each.id: each for each in session.exec(held.with_for_update().execution_options(populate_existing=True))}
    claims = [_offer_claim(session, ideas[match.id], match, idea_id, adopted_at) for match in near if match.id in ideas]
    session.flush()
    for claim in claims:
        keep_claim(session, TELL, claim, actor=actor)
        tell_lead(session, claim, ideas[claim.idea_id])


def _offer_claim(session: Session, idea: Idea, match: Match, adopted_id: str, adopted_at: datetime) -> AdoptionClaim:
    """The claim of which the lead of an idea is told, and the idea kept for its days."""
    claim = AdoptionClaim(
        idea_id=idea.id,
        adopted_id=adopted_id,
        adopted_at=adopted_at,
        matching=match.model_dump(mode="json"),
        told_at=now(),
        due_at=due_in(session, read_policy_of(session, idea).days.claim),
    )
    keep_idea(session, idea, claim.due_at)
    session.add(claim)
    return claim


def find_near(session: Session, adopted: IdeaContext) -> list[Match]:
    """The ideas under watch that are near a determined one, the nearest first."""
    text = gather_text(adopted.policy, adopted.idea.title, adopted.content.theme, list_said(adopted))
    asked, watched = read_terms(text.title, text.body), is_watched(adopted)
    if not asked.counts:
        return []
    entries = read_entries(read_newest_terms(session, watched, COMPARED))
    if len(entries) == COMPARED:
        entries = read_entries(list(read_kept_terms(session, _find_promising(session, asked, watched))))
    return [match for match in rank(asked, entries, ALIKE, MOST_TOLD) if match.likeness >= NEAR]


def is_watched(adopted: IdeaContext) -> sa.ColumnElement[bool]:
    """The condition on ideas that they are under watch when one is determined.

    They are rejected, kept and open to their offices, were received before it, and are led by nobody of its team: in whichever call, as one
    region is one employer, and what one of its agencies determines another may have read.
    """
    team = select(TeamMember.person_id).where(TeamMember.idea_id == adopted.idea.id)
    conditions: tuple[Any, ...] = (
        col(Idea.stage) == IdeaStage.REJECTED,
        col(Idea.due_at) >= now(),
        col(Idea.submitted_at) < adopted.idea.submitted_at,
        col(Idea.lead_id).not_in(team),
        is_unsealed(),
    )
    return sa.and_(*conditions)


def _find_promising(session: Session, asked: Terms, watched: sa.ColumnElement[bool]) -> Sequence[str]:
    """Of many watched ideas those that share most of what weighs in a text; a word that fills its share of the answer says little."""
    weights, ask = weigh_all(asked, ALIKE), prepare_holding(session, watched, HELD)
    promise = dict[str, float]()
    for term in sorted(weights, key=lambda each: (-weights[each], each))[:PROBES]:
        held = ask([[term]])
        for idea_id in held:
            promise[idea_id] = promise.get(idea_id, 0.0) + weights[term] / len(held)
    return sorted(promise, key=lambda each: (-promise[each], each))[:COMPARED]
