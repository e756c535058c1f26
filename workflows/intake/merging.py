"""Which two ideas may become one, on what terms, and who says so."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlmodel import Session, col, select

from models.ideas import Idea
from models.merges import IdeaMerge, MergePart
from models.replacements import Replacement
from workflows.calculations.ledger import write_canonical
from workflows.calculations.shares import Share, join_shares
from workflows.intake.hand_over import list_gone
from workflows.intake.office_holders import list_over
from workflows.intake.team import Named, require_shares
from workflows.process.actors import Actor, flow_actor
from workflows.process.attest.commit import commit_rows
from workflows.process.context import IdeaContext, read_context
from workflows.process.duties import PROPOSE, find_duty, find_other_duty, list_barred
from workflows.process.eligibility import find_awarded_before
from workflows.process.journal import record
from workflows.process.refusals import Conflict, Invalid, NotFound, Refusal
from workflows.process.relations import has_part, may_act, office_path, role_for
from workflows.process.sealing import find_seal
from workflows.process.visibility import sees_idea
from workflows.process.ways import IDEA

MERGE = IDEA.action("merge")
SCREEN = IDEA.action("screen")
MERGING = sorted({str(each.stage) for each in IDEA.of_action(MERGE)})  # the stages in which two ideas may become one
MERGED = "merged"  # the reason for which an idea ends that has joined another
FLOW = flow_actor("intake")  # reads both ideas, of which somebody may see one alone, and takes the steps that follow from their word
SHORTEST_REASON = 10


@dataclass(frozen=True)
class Pair:
    """Two ideas of one call: the earlier, by its time of receipt, and the one that joins it."""

    earlier: IdeaContext
    later: IdeaContext

    @property
    def both(self) -> tuple[IdeaContext, IdeaContext]:
        """The earlier and the later."""
        return self.earlier, self.later

    @property
    def people(self) -> frozenset[str]:
        """Everybody in either team."""
        return self.earlier.team | self.later.team

    @property
    def leads(self) -> frozenset[str]:
        """Who leads either."""
        return frozenset(each.idea.lead_id for each in self.both)


def hold_pair(session: Session, one: str, other: str) -> Pair:
    """Two ideas, kept from others until the transaction ends, the earlier first: by the time of receipt, and its number.

    Their rows are held in one order, and before anything is written: whoever withdraws one meanwhile is waited for, or waits.
    """
    held = select(Idea).where(col(Idea.id).in_((one, other))).order_by(col(Idea.id)).with_for_update()
    ideas = session.exec(held.execution_options(populate_existing=True)).all()
    first, second = sorted(ideas, key=lambda each: (each.submitted_at or each.created_at, str(each.code)))
    return Pair(read_context(session, first.id, actor=FLOW), read_context(session, second.id, actor=FLOW))


def read_pair(session: Session, row: IdeaMerge) -> Pair:
    """The two ideas of a merge, to be shown."""
    return Pair(*(read_context(session, each, actor=FLOW) for each in (row.into_id, row.idea_id)))


def find_not_to_merge(session: Session, pair: Pair) -> Refusal | None:
    """Why two ideas may not become one: asked when it is proposed, and again when it comes about."""
    earlier, later = pair.both
    if earlier.call.id != later.call.id:
        return Conflict("merge_other_call")
    if seal := find_seal(earlier.call):
        return seal
    if {each.idea.stage for each in pair.both} - {*MERGING}:
        return Conflict("merge_stage")
    if earlier.idea.category != later.idea.category:
        return Conflict("merge_other_category")
    if earlier.invited or later.invited:
        return Conflict("merge_team_asked")
    if _has_joined(session, later):
        return Conflict("merge_has_joined")
    return _find_bad_team(session, pair) or find_awarded_before(session, later)


def _find_bad_team(session: Session, pair: Pair) -> Refusal | None:
    """Why two teams may not become one; nothing of whose duty stands in the way: a mentor or a head is not told on."""
    if len(pair.people) > pair.earlier.policy.team_limit:
        return Conflict("merge_team_too_large", count=len(pair.people), maximum=pair.earlier.policy.team_limit)
    if list_gone(session, pair.people):
        return Conflict("merge_member_gone")
    waiting = select(Replacement.id).where(col(Replacement.idea_id).in_([each.idea.id for each in pair.both]))
    if session.exec(waiting.where(col(Replacement.settled_at).is_(None))).first() is not None:
        return Conflict("replacement_waits")
    barred = {person_id for each in pair.both for person_id in list_barred(session, each.idea.id, PROPOSE, each.policy)}
    return Conflict("merge_not_free") if barred & pair.people else None


def _has_joined(session: Session, context: IdeaContext) -> bool:
    return session.exec(standing().where(IdeaMerge.into_id == context.idea.id)).first() is not None


def standing() -> Any:
    """The merges that came about and were not undone."""
    return select(IdeaMerge).where(col(IdeaMerge.is_done), col(IdeaMerge.undone_at).is_(None))


def waiting_for(ideas: Iterable[str]) -> Any:
    """The merges of some ideas that are not settled."""
    ids = [*ideas]
    among = col(IdeaMerge.idea_id).in_(ids) | col(IdeaMerge.into_id).in_(ids)
    return select(IdeaMerge).where(col(IdeaMerge.settled_at).is_(None), among)


def is_alive(pair: Pair) -> bool:
    """Whether neither idea has left the stages in which they may become one."""
    return all(each.idea.stage in MERGING for each in pair.both)


def is_wanted(session: Session, idea_id: str) -> bool:
    """Whether somebody proposed of an idea what may still come about; what waits with one that has gone on or is over holds nothing up."""
    return any(is_alive(read_pair(session, row)) for row in session.exec(waiting_for([idea_id])))


def find_other(session: Session, context: IdeaContext, code: str, actor: Actor) -> Idea:
    """The other idea, by its code; raises Invalid for one that there is not, or that the actor may not see."""
    found = session.exec(select(Idea).where(Idea.code == code)).first()
    if found is None or found.id == context.idea.id or not sees_idea(session, found.id, actor):
        raise Invalid("link_unknown", "other")
    return found


def is_office(session: Session, pair: Pair, actor: Actor) -> bool:
    """Whether somebody may say in office that both are one: who screens both, sees both, and has part in neither."""
    return all(sees_idea(session, each.idea.id, actor) and may_screen(session, each, actor) for each in pair.both)


def may_screen(session: Session, context: IdeaContext, actor: Actor) -> bool:
    """Whether somebody screens an idea, has no part in it and no duty on it that must be another's than the screening."""
    if has_part(context, actor) or not any(may_act(session, context, step, actor) for step in IDEA.of_action(SCREEN)):
        return False
    return find_duty_beside_screening(session, context, actor) is None


def find_duty_beside_screening(session: Session, context: IdeaContext, actor: Actor) -> str | None:
    """The duty on an idea for which somebody may not screen it."""
    return find_other_duty(session, context.idea.id, str(find_duty(IDEA.name, SCREEN)), str(actor.person_id), context.policy)


def list_office_holders(session: Session, pair: Pair, *, nearest: bool = False) -> Sequence[str]:
    """Who holds the office that says so, to be told, or the nearest of them; nobody of either team."""
    role = role_for(pair.earlier, IDEA.of_action(SCREEN)[0])
    return list_over(session, role, office_path(pair.earlier, role), left_out=pair.people, nearest=nearest)


def make_parts(row: IdeaMerge, pair: Pair) -> list[MergePart]:
    """A part for everybody in either team, the earlier team first; of the shares half of each person's in either idea."""
    teams = [sorted(each.members, key=lambda member: member.position) for each in pair.both]
    known = [tuple(Share(person=each.person_id, hundredths=each.share_hundredths, lead=each.lead) for each in team) for team in teams]
    roles = {each.person_id: each.role for team in reversed(teams) for each in team}
    return [
        MergePart(
            merge_id=row.id,
            idea_id=row.idea_id,
            person_id=share.person,
            position=position,
            in_earlier=share.person in pair.earlier.team,
            in_later=share.person in pair.later.team,
            leads_earlier=share.person == pair.earlier.idea.lead_id,
            leads_later=share.person == pair.later.idea.lead_id,
            role=roles[share.person],
            share_hundredths=share.hundredths,
        )
        for position, share in enumerate(join_shares(*known))
    ]


def read_shares(parts: Sequence[MergePart], wanted: Mapping[str, int]) -> None:
    """Raise Invalid unless shares are named for exactly the people of both teams, and are the whole."""
    if wanted.keys() != {each.person_id for each in parts}:
        raise Invalid("merge_shares_unknown", "shares")
    try:
        require_shares([Named("", each.person_id, wanted[each.person_id], lead=each.leads_earlier) for each in parts])
    except Invalid as refused:
        raise Invalid(refused.code, "shares", **refused.parameters) from refused


def hash_terms(pair: Pair, parts: Sequence[MergePart]) -> str:
    """What those agree to who are asked: the joint team with its shares, both teams and who leads them, and what both ideas say."""
    shares = sorted([each.person_id, each.share_hundredths, each.role] for each in parts)
    teams = [sorted([each.person_id, each.share_hundredths, each.lead] for each in context.members) for context in pair.both]
    said = [[each.idea.title, each.content.budget_rupiah, each.content.content_sha256] for each in pair.both]
    return sha256(write_canonical([shares, teams, said])).hexdigest()


def list_parts(session: Session, row: IdeaMerge) -> list[MergePart]:
    """The parts of a merge in the joint team's order."""
    return list(session.exec(select(MergePart).where(MergePart.merge_id == row.id).order_by(col(MergePart.position))))


def is_opened(parts: Iterable[MergePart]) -> bool:
    """Whether both leads let the other team read their idea."""
    return all(each.opened_at is not None for each in parts if each.leads_earlier or each.leads_later)


def find_part(parts: Iterable[MergePart], actor: Actor) -> MergePart | None:
    """The actor's own part, once they may know of the merge: a lead at once, everybody else when both leads have opened their ideas."""
    known = [*parts]
    mine = next((each for each in known if each.person_id == actor.person_id), None)
    return mine if mine is not None and (mine.leads_earlier or mine.leads_later or is_opened(known)) else None


def take_merge(session: Session, merge_id: str) -> tuple[IdeaMerge, Pair, list[MergePart]]:
    """A merge with its ideas and parts, all held; NotFound where there is none.

    The ideas are held first, in one order, then the merge: whoever proposes another holds the ideas as well.
    """
    known = session.get(IdeaMerge, merge_id)
    if known is None:
        raise NotFound("merge_not_found")
    pair = hold_pair(session, known.into_id, known.idea_id)
    row = session.get_one(IdeaMerge, merge_id, with_for_update=True, populate_existing=True)
    held = select(MergePart).where(MergePart.merge_id == row.id).order_by(col(MergePart.position))
    return row, pair, list(session.exec(held.execution_options(populate_existing=True)))


def keep(session: Session, kind: str, row: IdeaMerge, parts: list[MergePart], actor: Actor) -> None:
    """Write a merge down, and commit to it in the ledger, which names the later idea and not the other before both are one."""
    session.add_all([row, *parts])
    session.flush()
    rows = [("ideamerge", row), *(("mergepart", each) for each in parts)]
    record(session, kind, row.idea_id, actor=actor, idea_id=row.idea_id, merge=row.id, commits=commit_rows(kind, rows))
