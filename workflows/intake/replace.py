"""Put a named colleague in the place of a member who leaves, or let a member lead in the lead's place.

Who would cheat takes a share: of somebody who is ill, or from a member against their will. Or a place: for a friend once there is money, or
to get out of the team and judge its idea. So who serves is replaced only if they agree; nobody else's share changes; the others agree, too;
whoever permitted the idea confirms; never once an award was announced; and who left is apart from what the team is apart from.
"""

from typing import Any

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Session, col, select

from models.answer_times import AskedAbout
from models.ideas import Idea, TeamMember
from models.instants import now
from models.people import NoticeKind
from models.replacements import Replacement
from workflows.intake.answering import Asking, ask_from_now, is_of_office, lapse_if_over, require_open
from workflows.intake.hand_over import become_lead
from workflows.intake.merge import end_waiting, hold_waiting
from workflows.intake.merging import FLOW
from workflows.intake.new_lead import find_other_waiting, put_in_lead
from workflows.intake.replacing import (
    SHORTEST_REASON,
    NewReplacement,
    find_judged,
    find_office,
    find_standing,
    has_lead_agreed,
    hash_terms,
    is_concerned,
    is_of_submitted_lead,
    is_office_next,
    is_past,
    list_asked,
    list_missing,
    list_office_holders,
    may_ask_to_lead,
    name_asking,
    name_newcomer,
)
from workflows.intake.team import TeamChange, read_memberships, record_team_change
from workflows.process.actors import Actor
from workflows.process.attest.commit import commit_rows
from workflows.process.context import IdeaContext, read_again, read_context
from workflows.process.duties import PROPOSE, list_barred
from workflows.process.eligibility import find_awarded_before
from workflows.process.journal import record
from workflows.process.refusals import Conflict, Forbidden, NotFound
from workflows.process.wording import read_text
from workflows.region.notices import send_notice, send_notices

OFFICE = Asking(AskedAbout.REPLACEMENT, of_office=True)


def ask_replacement(session: Session, idea_id: str, new: NewReplacement, *, actor: Actor) -> Replacement:
    """Ask that somebody take a leaver's place with the leaver's share; the lead may. Everybody whom it concerns is told.

    Of a draft only its lead is replaced so, by a member; its other members are named on its form. Of what is handed in a member may ask for
    themself to lead it. Raises Forbidden for all others, Invalid, all faults at once, for who cannot leave or come and a missing reason;
    Conflict where the idea may be awarded, while a team is being agreed upon, and while another request waits.
    """
    context = read_context(session, idea_id, actor=actor)
    of_lead = new.leaver_id == context.idea.lead_id
    asks_to_lead = of_lead and new.person_id == actor.person_id and may_ask_to_lead(context, actor)
    if context.idea.lead_id != actor.person_id and not asks_to_lead:
        raise Forbidden("only_proposer")
    refusal = find_standing(context, is_of_lead=of_lead)
    if refusal is not None:
        raise refusal
    newcomer, reason = name_newcomer(session, context, new)
    _require_none_waits(session, context, is_of_lead=of_lead)
    said: dict[str, Any] = {"leaver_id": new.leaver_id, "of_lead": of_lead, "reason": reason, "terms": hash_terms(context)}
    row = Replacement(idea_id=idea_id, asked_by=str(actor.person_id), **said, **newcomer)
    session.add(row)
    session.flush()
    ask_from_now(session, row.id, context, OFFICE if is_office_next(session, context, row) else name_asking(session, context, row))
    _record(session, "idea.ask_replacement", row, actor)
    told = list_asked(session, context, row)
    if is_of_submitted_lead(context, row) and not has_lead_agreed(row):  # silence is told of to nobody: the office knows from the first day
        told |= set(list_office_holders(session, context, row))
    send_notices(session, sorted(told), NoticeKind.TEAM_ASKED)
    return row


def answer_replacement(session: Session, replacement_id: str, *, agrees: bool, reason: str = "", actor: Actor) -> Replacement:
    """Agree to a request, or refuse it, for oneself: the newcomer, the leaver who serves, and each other member; who made it takes it back.

    One refusal ends it. A draft has its new lead once that member agrees. Raises Forbidden for who is not asked and for a newcomer who has
    another duty on the idea; Conflict for a request that is settled.
    """
    row, context = _take(session, replacement_id, actor)
    awaited = list_asked(session, context, row) - row.agreed.keys()
    is_own = actor.person_id == row.asked_by
    if (agrees or not is_own) and actor.person_id not in awaited:
        raise Forbidden("only_asked")
    if not agrees:
        return _end(session, row, read_text("reason", reason, maximum=1_000, minimum=0), actor)
    if actor.person_id == row.newcomer_id and row.newcomer_id in list_barred(session, row.idea_id, PROPOSE, context.policy):
        raise Forbidden("team_member_has_duty")
    _require_same_terms(row, context)
    row.agreed = {**row.agreed, str(actor.person_id): now().isoformat()}
    if row.of_lead:
        refusal = find_standing(context, is_of_lead=True)
        if refusal is not None:
            raise refusal
    if row.of_lead and not is_of_submitted_lead(context, row):
        become_lead(session, context, actor=actor)
        _settle(row, actor)
    elif is_office_next(session, context, row) and not is_of_office(session, row.id) and not is_past(context, row):
        _ask_office(session, context, row)
    _record(session, "idea.agree_replacement", row, actor)
    return row


def confirm_replacement(session: Session, replacement_id: str, *, confirms: bool, reason: str = "", actor: Actor) -> Replacement:
    """Let a request come about to which everybody agreed, or refuse it with a reason: whoever permits the idea may, who has no part in it.

    The newcomer has the leaver's place and share from now on; no other share changes. Of a lead who did not answer or left the service a
    reason says why it is confirmed. What was proposed to become of the former team ends.

    Raises Forbidden for anybody else; Invalid for a missing reason; Conflict while somebody is waited for, once an award was announced,
    where the newcomer is near to who judges the idea, and where with them the idea has too many awards behind it.
    """
    row, context = _take(session, replacement_id, actor)
    role, path = find_office(session, context)
    if not actor.holds(role, path) or actor.person_id in {*context.team, row.leaver_id, row.newcomer_id}:
        raise Forbidden(f"only_{role}")
    if not confirms:
        return _end(session, row, read_text("reason", reason, maximum=1_000, minimum=SHORTEST_REASON), actor)
    if row.newcomer_id is None or list_missing(session, context, row):
        raise Conflict("replacement_unanswered")
    _require_same_terms(row, context)
    of_lead = is_of_submitted_lead(context, row)
    said = read_text("reason", reason, maximum=1_000, minimum=SHORTEST_REASON if of_lead and not has_lead_agreed(row) else 0)
    merges = hold_waiting(session, row.idea_id)
    if of_lead:
        _settle(row, actor, said)
        put_in_lead(session, context, row, actor=actor)
        other = find_other_waiting(session, row)
        if other is not None:
            _end(session, other, "", actor)
        end_waiting(session, merges, actor=actor)
        return row
    refusal = find_standing(context, is_of_lead=False) or find_judged(session, context, row.newcomer_id)
    if refusal is not None:
        raise refusal
    _put_in_place(session, context, row, said, actor)
    end_waiting(session, merges, actor=actor)
    people = {*context.team, row.newcomer_id}
    send_notices(session, sorted(people), NoticeKind.TEAM_REPLACED)
    return row


def _ask_office(session: Session, context: IdeaContext, row: Replacement) -> None:
    """Let a request wait for the office that confirms, as nobody else is waited for; it is told."""
    ask_from_now(session, row.id, context, OFFICE)
    send_notices(session, list_office_holders(session, context, row), NoticeKind.TEAM_ASKED)


def lapse_replacement(session: Session, context: IdeaContext, row: Replacement, *, is_told: bool = True, actor: Actor) -> None:
    """End a request that was not answered by everybody in time; the team stays. Who made it and all who were asked are told, or nobody."""
    row.settled_at = now()
    _record(session, "idea.lapse_replacement", row, actor)
    if not is_told:
        return
    send_notices(session, sorted({row.asked_by, *list_asked(session, context, row)}), NoticeKind.TEAM_KEPT)


def _require_none_waits(session: Session, context: IdeaContext, *, is_of_lead: bool) -> None:
    """Raise Conflict while another request waits; one that was not answered in time is over, also where the clock has not looked yet."""
    same = Replacement.idea_id == context.idea.id, Replacement.of_lead == is_of_lead, col(Replacement.settled_at).is_(None)
    if session.exec(select(Replacement.id).where(*same)).first() is None:
        return
    session.exec(select(Idea.id).where(Idea.id == context.idea.id).with_for_update()).one()
    for row in session.exec(select(Replacement).where(*same).with_for_update().execution_options(populate_existing=True)).all():
        if not lapse_if_over(session, row.id, context):
            raise Conflict("replacement_waits")
        lapse_replacement(session, context, row, actor=FLOW)


def _take(session: Session, replacement_id: str, actor: Actor) -> tuple[Replacement, IdeaContext]:
    """A request that concerns the actor, held, with its idea; NotFound for anybody else, Conflict once it is settled.

    The idea is held first, then the request: of a team's two requests each may end the other.
    """
    known = session.get(Replacement, replacement_id)
    if known is None:
        raise NotFound("replacement_not_found")
    session.exec(select(Idea).where(Idea.id == known.idea_id).with_for_update().execution_options(populate_existing=True)).one()
    row = session.get_one(Replacement, replacement_id, with_for_update=True, populate_existing=True)
    context = read_context(session, row.idea_id, actor=FLOW)
    if not is_concerned(session, context, row, actor):
        raise NotFound("replacement_not_found")
    require_open(session, row, context, "replacement_settled")
    return row, context


def _require_same_terms(row: Replacement, context: IdeaContext) -> None:
    """Raise Conflict where team, title or budget changed since the request: nobody is held to what they did not agree to."""
    if row.terms != hash_terms(context):
        raise Conflict("team_changed_since")


def _put_in_place(session: Session, context: IdeaContext, row: Replacement, said: str, actor: Actor) -> None:
    """The newcomer in the leaver's place; the ledger commits to the team as it is now, and tells the change as that of a supplement."""
    before = read_memberships(context.members)
    rows = session.exec(select(TeamMember).where(TeamMember.idea_id == row.idea_id).order_by(col(TeamMember.position))).all()
    gone = next(each for each in rows if each.person_id == row.leaver_id)
    place: dict[str, Any] = {"position": gone.position, "role": gone.role, "share_hundredths": gone.share_hundredths}
    session.delete(gone)
    new = TeamMember(idea_id=row.idea_id, person_id=str(row.newcomer_id), **place)
    session.add(new)
    flag_modified(context.idea, "revision")  # raises the version, so that two changes at once never both hold
    session.flush()
    now_read = read_again(session, context)
    refusal = find_awarded_before(session, now_read)
    if refusal is not None:
        raise refusal
    change = TeamChange(before, read_memberships(now_read.members))
    record_team_change(session, context.idea, change, actor=actor)
    row.team = change.as_detail()["team"]
    _settle(row, actor, said)
    _record(session, "idea.replace_member", row, actor, *(each for each in rows if each is not gone), new)


def _settle(row: Replacement, actor: Actor, reason: str = "") -> None:
    row.is_done, row.end_reason = True, reason
    row.settled_by, row.settled_at = actor.person_id, now()


def _end(session: Session, row: Replacement, reason: str, actor: Actor) -> Replacement:
    row.settled_by, row.settled_at, row.end_reason = actor.person_id, now(), reason
    _record(session, "idea.end_replacement", row, actor)
    if actor.person_id != row.asked_by:
        send_notice(session, row.asked_by, NoticeKind.TEAM_KEPT)
    return row


def _record(session: Session, kind: str, row: Replacement, actor: Actor, *team: TeamMember) -> None:
    """Write a request, and its fact into the ledger, which commits to it and to the team where it is another one now, and tells neither."""
    session.add(row)
    session.flush()
    commits = commit_rows(kind, [("replacement", row), *(("teammember", each) for each in team)])
    record(session, kind, row.idea_id, actor=actor, idea_id=row.idea_id, replacement=row.id, commits=commits)
