"""Let an idea join an earlier one of its call: proposed by an office or a lead, agreed to by everybody in both teams.

Who would cheat reads a rival's text (so nothing is shown to the other team before both leads opened theirs), takes a share (so every member
agrees to the shares they saw), brings friends into a team after the submission (so an office says that both are one, and the head permits
the new team), or an idea that won too often (so both are counted). The earlier receipt wins, whoever proposes it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, select

from models.answer_times import AskedAbout
from models.ideas import Idea
from models.instants import now
from models.merges import IdeaMerge, MergePart
from models.people import NoticeKind
from workflows.intake.answering import Asking, ask_from_now, lapse_if_over, require_open
from workflows.intake.join import join_ideas
from workflows.intake.merging import (
    FLOW,
    SCREEN,
    SHORTEST_REASON,
    Pair,
    find_not_to_merge,
    find_other,
    find_part,
    hash_terms,
    hold_pair,
    is_alive,
    is_office,
    is_opened,
    keep,
    list_office_holders,
    list_parts,
    make_parts,
    read_shares,
    take_merge,
    waiting_for,
)
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_context
from workflows.process.refusals import Conflict, Faults, Forbidden, Invalid, NotFound
from workflows.process.relations import has_part, role_for
from workflows.process.ways import IDEA
from workflows.process.wording import read_line, read_text
from workflows.region.notices import send_notices

BOTH_TEAMS, OFFICE = Asking(AskedAbout.MERGE), Asking(AskedAbout.MERGE, of_office=True)


@dataclass(frozen=True)
class NewMerge:
    """What is proposed: the other idea, by its code, and why both are one."""

    other: str
    reason: str


def ask_merge(session: Session, idea_id: str, new: NewMerge, *, actor: Actor) -> IdeaMerge:
    """Propose that the later of two ideas join the earlier one: who screens both, or who leads one and sees the other.

    A proposal of the office is its word that both are one. Raises Forbidden for anybody else; Invalid, all faults at once, for a code that
    no other idea has which the actor may see, and for a reason that is too short; Conflict where they may not become one, or one of them
    waits for another proposal.
    """
    context = read_context(session, idea_id, actor=actor)
    _require_may_ask(context, actor)
    code, reason, faults = "", "", Faults()
    with faults.gather():
        code = read_line("other", new.other, maximum=30).upper()
    with faults.gather():
        reason = read_text("reason", new.reason, maximum=1_000, minimum=SHORTEST_REASON)
    faults.settle()
    pair = hold_pair(session, idea_id, find_other(session, context, code, actor).id)
    by_office = is_office(session, pair, actor)
    if not by_office and actor.person_id not in pair.leads:
        raise Forbidden("conflict_of_interest" if any(has_part(each, actor) for each in pair.both) else "only_proposer")
    _end_dead(session, pair, actor)
    if session.exec(waiting_for(each.idea.id for each in pair.both)).first() is not None:
        raise Conflict("merge_waits")
    refusal = find_not_to_merge(session, pair)
    if refusal is not None:
        raise refusal
    row = IdeaMerge(idea_id=pair.later.idea.id, into_id=pair.earlier.idea.id, reason=reason, asked_by=str(actor.person_id), terms="")
    session.add(row)
    session.flush()
    parts = make_parts(row, pair)
    for each in parts:
        each.opened_at = row.asked_at if each.person_id == actor.person_id else None
    row.terms = hash_terms(pair, parts)
    if by_office:
        row.confirmed_by, row.confirmed_at = actor.person_id, row.asked_at
    ask_from_now(session, row.id, pair.earlier, BOTH_TEAMS)
    keep(session, "idea.ask_merge", row, parts, actor)
    _tell_next(session, row, parts, actor)
    return row


def open_merge(session: Session, merge_id: str, *, actor: Actor) -> IdeaMerge:
    """Let the other team read one's idea, so that they can agree or refuse; each lead may. Once both did, everybody is asked.

    Raises Forbidden for who leads neither; Conflict for a proposal that is settled, and past its last day.
    """
    row, pair, parts = _take(session, merge_id, actor)
    mine = find_part(parts, actor)
    if mine is None or not (mine.leads_earlier or mine.leads_later):
        raise Forbidden("only_proposer")
    _require_alive(pair)
    if mine.opened_at is None:
        mine.opened_at = now()
        if is_opened(parts):
            ask_from_now(session, row.id, pair.earlier, BOTH_TEAMS)
        keep(session, "idea.open_merge", row, parts, actor)
        _tell_next(session, row, parts, actor)
    return row


def share_merge(session: Session, merge_id: str, shares: Mapping[str, int], *, actor: Actor) -> IdeaMerge:
    """Divide the joint team's whole anew, in hundredths of a percent by person; either lead may, once both ideas are opened.

    Whoever had agreed is asked again, unless nothing changed. Raises Invalid for shares of other people or that are no whole; Conflict
    where a team changed since the proposal.
    """
    row, pair, parts = _take(session, merge_id, actor)
    if actor.person_id not in pair.leads:
        raise Forbidden("only_proposer")
    _require_alive(pair)
    if not is_opened(parts):
        raise Conflict("merge_not_opened")
    if {each.person_id for each in parts} != pair.people:
        raise Conflict("merge_changed_since")
    read_shares(parts, shares)
    for each in parts:
        each.share_hundredths = shares[each.person_id]
    terms = hash_terms(pair, parts)
    if terms != row.terms:
        row.terms = terms
        for each in parts:
            each.agreed_at = None
        ask_from_now(session, row.id, pair.earlier, BOTH_TEAMS)
        keep(session, "idea.share_merge", row, parts, actor)
        _tell_next(session, row, parts, actor)
    return row


def answer_merge(session: Session, merge_id: str, *, agrees: bool, terms: str = "", reason: str = "", actor: Actor) -> IdeaMerge:
    """Agree for oneself to the terms that one saw, or refuse, which ends it; who proposed it takes it back so.

    With the last word it comes about, where the office has given its own. Raises Forbidden for who is not asked; Invalid where no terms
    are named; Conflict for terms that are no more what is proposed, before both ideas are opened, and where the two may not become one.
    """
    row, pair, parts = _take(session, merge_id, actor)
    mine = find_part(parts, actor)
    if mine is None and (agrees or actor.person_id != row.asked_by):
        raise Forbidden("only_asked")
    if not agrees or mine is None:
        return _end(session, row, pair, read_text("reason", reason, maximum=1_000, minimum=0), actor)
    if not is_opened(parts):
        raise Conflict("merge_not_opened")
    if not terms:
        raise Invalid("terms_missing", "terms")
    if terms != row.terms or row.terms != hash_terms(pair, parts):
        raise Conflict("merge_changed_since")
    if mine.agreed_at is not None:
        return row
    is_last = all(each.agreed_at is not None for each in parts if each is not mine)
    if is_last and row.confirmed_by is not None:
        join_ideas(session, row, pair, parts, actor=actor)
        return row
    refusal = find_not_to_merge(session, pair)
    if refusal is not None:
        raise refusal
    mine.agreed_at = now()
    _take_word(session, row, pair, parts, actor)
    return row


def confirm_merge(session: Session, merge_id: str, *, confirms: bool, reason: str = "", actor: Actor) -> IdeaMerge:
    """Say in office that both ideas are one, once everybody agreed, and it comes about; or refuse it with a reason.

    Raises Forbidden for who does not screen both or has part in one; Conflict while somebody has not agreed, and as `answer_merge`.
    """
    row, pair, parts = _take(session, merge_id, actor)
    if not is_office(session, pair, actor):
        raise Forbidden(f"only_{role_for(pair.earlier, IDEA.of_action(SCREEN)[0])}")
    if not confirms:
        return _end(session, row, pair, read_text("reason", reason, maximum=1_000, minimum=SHORTEST_REASON), actor)
    if any(each.agreed_at is None for each in parts):
        raise Conflict("merge_unanswered")
    if row.terms != hash_terms(pair, parts):
        raise Conflict("merge_changed_since")
    join_ideas(session, row, pair, parts, actor=actor)
    return row


def hold_waiting(session: Session, idea_id: str) -> Sequence[IdeaMerge]:
    """What is proposed of an idea, kept from others with the idea itself, which comes first as in `hold_pair`; before anything is written.

    The idea stays as it was read: whoever changed it meanwhile shows as a stale version.
    """
    session.exec(select(Idea.id).where(Idea.id == idea_id).with_for_update()).one()
    found: Sequence[IdeaMerge] = session.exec(waiting_for([idea_id]).with_for_update()).all()
    return found


def end_waiting(session: Session, waiting: Sequence[IdeaMerge], *, actor: Actor) -> None:
    """End what was proposed of an idea whose team or lead is another by now, or that was over meanwhile: nobody agreed to that.

    Whoever knew of it is told, and it may be proposed anew; nobody has refused it.
    """
    for row in waiting:
        end_unsettled(session, "idea.end_merge", row, actor=actor)


def end_unsettled(session: Session, kind: str, row: IdeaMerge, *, actor: Actor) -> None:
    """End what was proposed and nobody has refused, under the fact's kind; whoever knew of it is told."""
    parts = list_parts(session, row)
    row.settled_at = now()
    keep(session, kind, row, parts, actor)
    opened = is_opened(parts)
    told = {each.person_id for each in parts if opened or each.leads_earlier or each.leads_later} | {row.asked_by}
    send_notices(session, sorted(told - {str(actor.person_id)}), NoticeKind.MERGE_ENDED)


def _require_may_ask(context: IdeaContext, actor: Actor) -> None:
    """Raise Forbidden at once for whoever is a member and no lead: nothing about other ideas is asked for them."""
    if has_part(context, actor) and context.idea.lead_id != actor.person_id:
        raise Forbidden("only_proposer")


def _take(session: Session, merge_id: str, actor: Actor) -> tuple[IdeaMerge, Pair, list[MergePart]]:
    """A waiting merge that the actor may know of, held; NotFound for anybody else, Conflict once it is settled."""
    row, pair, parts = take_merge(session, merge_id)
    if find_part(parts, actor) is None and not is_office(session, pair, actor):
        raise NotFound("merge_not_found")
    require_open(session, row, pair.earlier, "merge_settled")
    return row, pair, parts


def _require_alive(pair: Pair) -> None:
    if not is_alive(pair):
        raise Conflict("merge_stage")


def _end_dead(session: Session, pair: Pair, actor: Actor) -> None:
    """End what was proposed of either idea and cannot come about any more, as an idea has gone on or is over, or its time is."""
    for row in session.exec(waiting_for(each.idea.id for each in pair.both).with_for_update()).all():
        other = Pair(*(read_context(session, each, actor=FLOW) for each in (row.into_id, row.idea_id)))
        if not is_alive(other):
            row.settled_at = now()
            keep(session, "idea.end_merge", row, list_parts(session, row), actor)
        elif lapse_if_over(session, row.id, other.earlier):
            end_unsettled(session, "idea.lapse_merge", row, actor=FLOW)


def _end(session: Session, row: IdeaMerge, pair: Pair, reason: str, actor: Actor) -> IdeaMerge:
    parts = list_parts(session, row)
    row.settled_by, row.settled_at, row.end_reason = actor.person_id, now(), reason
    keep(session, "idea.end_merge", row, parts, actor)
    told = pair.people if is_opened(parts) else pair.leads
    send_notices(session, sorted({*told, row.asked_by} - {actor.person_id}), NoticeKind.MERGE_ENDED)
    return row


def _take_word(session: Session, row: IdeaMerge, pair: Pair, parts: list[MergePart], actor: Actor) -> None:
    """Write down that somebody agreed; with the last of them the office is asked."""
    is_last = all(each.agreed_at is not None for each in parts)
    if is_last:
        ask_from_now(session, row.id, pair.earlier, OFFICE)
    keep(session, "idea.agree_merge", row, parts, actor)
    if is_last:
        send_notices(session, list_office_holders(session, pair), NoticeKind.MERGE_ASKED)


def _tell_next(session: Session, row: IdeaMerge, parts: list[MergePart], actor: Actor) -> None:
    """Tell whoever is asked now: the leads to open their ideas, then everybody."""
    opened = is_opened(parts)
    asked = {each.person_id for each in parts if opened or ((each.leads_earlier or each.leads_later) and each.opened_at is None)}
    send_notices(session, sorted(asked - {actor.person_id}), NoticeKind.MERGE_ASKED)
