"""Which ideas that somebody may see are like a text, and by which words.

Nothing but what the asker may see has a part in the answer: an idea is looked at only where the one filter shows it, and how rare a word is
was counted among ideas that they may see. So two worlds that differ in a draft, a sealed or another unit's text answer alike. Who may see
few ideas has them all compared. For who may see many, the newest are a sample that tells how rare words are, and the index finds what else
is worth comparing (`candidates.py`): so it takes about as long among a hundred thousand ideas as among a thousand.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlmodel import Session, col, select

from models.ideas import Idea
from models.stages import IdeaStage
from models.statements.search import KeptTerms, prepare_holding, read_kept_terms, read_newest_terms
from workflows.calculations.similar import IndexedText, Match, Terms, count_frequencies, rank, read_terms
from workflows.intake.candidates import HELD, find_candidates
from workflows.intake.content import list_said
from workflows.intake.opened import list_newest_opened, list_openings, opened_by
from workflows.intake.search_terms import SearchedText, gather_text
from workflows.process.actors import Actor
from workflows.process.browse import reads_in_order
from workflows.process.context import IdeaContext
from workflows.process.visibility import visible

MOST_SHOWN = 5
LEAST_LIKENESS = Decimal(5)  # percent; below it two texts share little but the words of every office
SAMPLE = 300  # ideas, the newest that the asker may see; fewer are all compared


@dataclass(frozen=True)
class SimilarIdea:
    """An idea that is like a text: how much, by which words, and whether it was received before the idea that was asked about.

    `is_shared` is one that the reader meets only as a colleague, and knows no stage of.
    """

    idea: Idea
    match: Match
    is_earlier: bool
    is_shared: bool = False


def find_similar(session: Session, context: IdeaContext, *, actor: Actor) -> list[SimilarIdea]:
    """The ideas most like one that the actor sees, the most similar first; drafts are never among them."""
    text = gather_text(context.policy, context.idea.title, context.content.theme, list_said(context))
    return find_similar_to(session, text, about=context.idea, actor=actor)


def find_similar_to(
    session: Session, text: SearchedText, *, about: Idea | None = None, among_opened: bool = False, actor: Actor
) -> list[SimilarIdea]:
    """The ideas most like a text, of those that the actor may see; `about` is the idea that the text is of, which is none of them.

    With `among_opened` also of those that calls open to the actor as a colleague: whoever writes learns that their idea is known already.
    """
    asked = read_terms(text.title, text.body)
    if not asked.counts:
        return []
    seen = visible(actor, in_order=reads_in_order(session, actor)) & (col(Idea.stage) != IdeaStage.DRAFT)
    if about is not None:
        seen &= col(Idea.id) != about.id
    openings = list_openings(session, actor) if among_opened else []
    opened = opened_by(openings, actor)
    shown = seen if opened is None else seen | opened
    kept = read_newest_terms(session, seen, SAMPLE)
    is_sample = len(kept) == SAMPLE
    if opened is not None:
        newest = list_newest_opened(session, openings, actor, SAMPLE)
        is_sample |= len(newest) == SAMPLE
        known = {each.idea_id for each in kept}
        kept += read_kept_terms(session, [each for each in newest if each not in known])
    entries = read_entries(kept)
    frequencies = count_frequencies(entries)
    if is_sample:
        candidates = find_candidates(asked, frequencies, prepare_holding(session, shown, HELD))
        frequencies, sampled = candidates.frequencies, {entry.id for entry in entries}
        entries += read_entries(list(read_kept_terms(session, [each for each in candidates.ids if each not in sampled])))
    matches = [match for match in rank(asked, entries, frequencies, MOST_SHOWN) if match.likeness >= LEAST_LIKENESS]
    ids = [match.id for match in matches]
    ideas = {idea.id: idea for idea in session.exec(select(Idea).where(col(Idea.id).in_(ids)))}
    own = {*ids} if opened is None else {*session.exec(select(Idea.id).where(col(Idea.id).in_(ids), visible(actor)))}
    return [SimilarIdea(ideas[match.id], match, _is_earlier(ideas[match.id], about), match.id not in own) for match in matches]


def read_entries(kept: Sequence[KeptTerms]) -> list[IndexedText]:
    """Kept terms as the calculation takes them."""
    return [
        IndexedText(
            each.idea_id,
            each.submitted_at.isoformat() if each.submitted_at else "",
            Terms(Counter(each.title.split()) + Counter(each.body.split())),
        )
        for each in kept
    ]


def _is_earlier(idea: Idea, about: Idea | None) -> bool:
    """Whether an idea was received before another, which may not be received yet."""
    received = about.submitted_at if about is not None else None
    return received is None or (idea.submitted_at is not None and idea.submitted_at < received)
