"""Put a named colleague in the place of a member who leaves, or let a member lead a draft in its lead's place.

Who would cheat takes a share: of somebody who is ill, or from a member against their will. Or a place: for a friend once there is money, or
to get out of the team and judge its idea. So who serves is replaced only if they agree; nobody else's share changes; the others agree, too;
whoever permitted the idea confirms; never once there is an award; and who left is apart from what the team is apart from.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Session, col, select

from models.ideas import Idea, TeamMember
from models.instants import now
from models.people import NoticeKind, Person, Role, write_full_name
from models.replacements import Replacement
from workflows.calculations.employee_number import mask_held_number
from workflows.calculations.ledger import commitment, write_canonical
from workflows.intake.hand_over import become_lead
from workflows.intake.replacing import (
    NewReplacement,
    find_judged,
    find_office,
    find_standing,
    hash_terms,
    is_concerned,
    list_asked,
    list_office_holders,
    name_newcomer,
)
from workflows.intake.team import TeamChange, read_memberships, record_team_change
from workflows.process.actors import Actor, flow_actor
from workflows.process.attest.commit import commit_rows
from workflows.process.context import IdeaContext, read_again, read_context
from workflows.process.duties import PROPOSE, list_barred
from workflows.process.eligibility import find_awarded_before
from workflows.process.journal import record
from workflows.process.refusals import Conflict, Forbidden, NotFound
from workflows.process.visibility import visible
from workflows.process.wording import read_text
from workflows.region.notices import send_notice, send_notices

SHORTEST_REASON = 10
MOST_LISTED = 100
READING = flow_actor("intake")


@dataclass(frozen=True)
class ListedReplacement:
    """A request with its idea, as somebody whom it concerns may read it: what they may do about it, and who has yet to agree."""

    row: Replacement
    context: IdeaContext
    leaver: str
    share_hundredths: int
    role: str
    masked: str  # the newcomer's number
    newcomer: str  # by name where the reader may know it, else empty
    has_newcomer_agreed: bool
    awaited: tuple[str, ...]  # the names of the members who have not agreed
    may_answer: bool
    may_confirm: bool
    may_take_back: bool


def ask_replacement(session: Session, idea_id: str, new: NewReplacement, *, actor: Actor) -> Replacement:
    """Ask that somebody take a leaver's place with the leaver's share; the lead may. Everybody whom it concerns is told.

    Of a draft only its lead is replaced so, by a member; its other members are named on its form. Raises Forbidden for all but the lead,
    Invalid, all faults at once, for who cannot leave or come and a missing reason; Conflict once there is an award, while a team is being
    agreed upon, and while another request waits.
    """
    context = read_context(session, idea_id, actor=actor)
    if context.idea.lead_id != actor.person_id:
        raise Forbidden("only_proposer")
    refusal = find_standing(context, is_of_lead=new.leaver_id == context.idea.lead_id)
    if refusal is not None:
        raise refusal
    newcomer, reason = name_newcomer(session, context, new)
    if session.exec(select(Replacement.id).where(Replacement.idea_id == idea_id, col(Replacement.settled_at).is_(None))).first():
        raise Conflict("replacement_waits")
    row = Replacement(
        idea_id=idea_id, leaver_id=new.leaver_id, reason=reason, asked_by=str(actor.person_id), terms=hash_terms(context), **newcomer
    )
    session.add(row)
    session.flush()
    said = commitment(write_canonical([row.leaver_id, row.newcomer_id, row.reason]).decode(), bytes.fromhex(row.salt))
    record(session, "idea.ask_replacement", idea_id, actor=actor, idea_id=idea_id, replacement=row.id, said=said, commits={})
    send_notices(session, sorted(list_asked(session, context, row)), NoticeKind.TEAM_ASKED)
    return row


def answer_replacement(session: Session, replacement_id: str, *, agrees: bool, reason: str = "", actor: Actor) -> Replacement:
    """Agree to a request, or refuse it, for oneself: the newcomer, the leaver who serves, and each other member; the lead takes it back.

    One refusal ends it. A draft has its new lead once that member agrees. Raises Forbidden for who is not asked and for a newcomer who has
    another duty on the idea; Conflict for a request that is settled.
    """
    row, context = _take(session, replacement_id, actor)
    awaited = list_asked(session, context, row) - row.agreed.keys()
    is_own = actor.person_id == row.asked_by
    if (agrees or not is_own) and actor.person_id not in awaited:
        raise Forbidden("only_asked")
    if not agrees:
        return _end(session, row, context, read_text("reason", reason, maximum=1_000, minimum=0), actor)
    if actor.person_id == row.newcomer_id and row.newcomer_id in list_barred(session, row.idea_id, PROPOSE, context.policy):
        raise Forbidden("team_member_has_duty")
    _require_same_terms(row, context)
    row.agreed = {**row.agreed, str(actor.person_id): now().isoformat()}
    session.add(row)
    session.flush()
    record(session, "idea.agree_replacement", row.idea_id, actor=actor, idea_id=row.idea_id, replacement=row.id, commits={})
    if row.leaver_id == context.idea.lead_id:
        refusal = find_standing(context, is_of_lead=True)
        if refusal is not None:
            raise refusal
        become_lead(session, context, actor=actor)
        _settle(session, row, actor)
    elif awaited == {actor.person_id}:
        send_notices(session, list_office_holders(session, context, row), NoticeKind.TEAM_ASKED)
    return row


def confirm_replacement(session: Session, replacement_id: str, *, confirms: bool, reason: str = "", actor: Actor) -> Replacement:
    """Let a request come about to which everybody agreed, or refuse it with a reason: whoever permits the idea may, who has no part in it.

    The newcomer has the leaver's place and share from now on; no other share changes. Raises Forbidden for anybody else; Conflict while
    somebody has not agreed, once there is an award, where the newcomer is near to who judges the idea, and where with them the idea has
    too many earlier awards behind it.
    """
    row, context = _take(session, replacement_id, actor)
    role, path = find_office(session, context)
    if not actor.holds(role, path) or actor.person_id in {*context.team, row.leaver_id, row.newcomer_id}:
        raise Forbidden(f"only_{role}")
    if not confirms:
        return _end(session, row, context, read_text("reason", reason, maximum=1_000, minimum=SHORTEST_REASON), actor)
    if list_asked(session, context, row) - row.agreed.keys() or row.newcomer_id is None:
        raise Conflict("replacement_unanswered")
    _require_same_terms(row, context)
    refusal = find_standing(context, is_of_lead=False) or find_judged(session, context, row.newcomer_id)
    if refusal is not None:
        raise refusal
    row.team = _put_in_place(session, context, row, actor).as_detail()["team"]
    _settle(session, row, actor)
    people = {*context.team, row.newcomer_id}
    send_notices(session, sorted(people), NoticeKind.TEAM_REPLACED)
    return row


def list_replacements(session: Session, *, actor: Actor) -> list[ListedReplacement]:
    """The requests that wait and concern somebody: who comes, who goes, whose team it is, and who may confirm; the oldest first."""
    own = select(TeamMember.idea_id).where(TeamMember.person_id == actor.person_id)
    mine = [col(Replacement.newcomer_id) == actor.person_id, col(Replacement.idea_id).in_(own)]
    if actor.holds(Role.UNIT_HEAD) or actor.holds(Role.SECRETARIAT):
        mine.append(col(Replacement.idea_id).in_(select(Idea.id).where(visible(actor))))
    waiting = select(Replacement).where(col(Replacement.settled_at).is_(None), sa.or_(*mine))
    rows = session.exec(waiting.order_by(col(Replacement.asked_at), col(Replacement.id)).limit(MOST_LISTED)).all()
    read = ((row, read_context(session, row.idea_id, actor=READING)) for row in rows)
    return [_show(session, row, context, actor) for row, context in read if is_concerned(session, context, row, actor)]


def count_replacements(session: Session, *, actor: Actor) -> int:
    """How many of the requests wait for somebody's answer or confirmation."""
    return sum(each.may_answer or each.may_confirm for each in list_replacements(session, actor=actor))


def _show(session: Session, row: Replacement, context: IdeaContext, actor: Actor) -> ListedReplacement:
    left = list_asked(session, context, row) - row.agreed.keys()
    role, path = find_office(session, context)
    confirms = actor.holds(role, path) and actor.person_id not in {*context.team, row.leaver_id, row.newcomer_id}
    newcomer = session.get(Person, row.newcomer_id) if row.newcomer_id else None
    is_told = newcomer is not None and (newcomer.unit_id == actor.unit_id or newcomer.id in {actor.person_id, *row.agreed, *context.team})
    names = {each.person_id: write_full_name(each.front_title, each.name, each.back_title) for each in context.members}
    part = next((each for each in context.members if each.person_id == row.leaver_id), None)
    return ListedReplacement(
        row,
        context,
        leaver=session.get_one(Person, row.leaver_id).full_name,
        share_hundredths=part.share_hundredths if part is not None else 0,
        role=part.role if part is not None else "",
        masked=mask_held_number(row.number),
        newcomer=newcomer.full_name if newcomer is not None and is_told else "",
        has_newcomer_agreed=row.newcomer_id in row.agreed,
        awaited=tuple(names[each] for each in sorted(left & names.keys()) if each != row.newcomer_id),
        may_answer=actor.person_id in left,
        may_confirm=confirms and not left and row.newcomer_id is not None,
        may_take_back=actor.person_id == row.asked_by,
    )


def _take(session: Session, replacement_id: str, actor: Actor) -> tuple[Replacement, IdeaContext]:
    """A request that concerns the actor, locked, with its idea; NotFound for anybody else, Conflict once it is settled."""
    row = session.get(Replacement, replacement_id, with_for_update=True, populate_existing=True)
    context = read_context(session, row.idea_id, actor=READING) if row is not None else None
    if row is None or context is None or not is_concerned(session, context, row, actor):
        raise NotFound("replacement_not_found")
    if row.settled_at is not None:
        raise Conflict("replacement_settled")
    return row, context


def _require_same_terms(row: Replacement, context: IdeaContext) -> None:
    """Raise Conflict where team, title or budget changed since the request: nobody is held to what they did not agree to."""
    if row.terms != hash_terms(context):
        raise Conflict("team_changed_since")


def _put_in_place(session: Session, context: IdeaContext, row: Replacement, actor: Actor) -> TeamChange:
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
    team = [("teammember", each) for each in (*(each for each in rows if each is not gone), new)]
    said = {"replacement": row.id, "commits": commit_rows("idea.draft", team)}
    record(session, "idea.replace_member", row.idea_id, actor=actor, idea_id=row.idea_id, **said)
    return change


def _settle(session: Session, row: Replacement, actor: Actor) -> None:
    row.is_done = True
    row.settled_by, row.settled_at = actor.person_id, now()
    session.add(row)
    session.flush()


def _end(session: Session, row: Replacement, context: IdeaContext, reason: str, actor: Actor) -> Replacement:
    row.settled_by, row.settled_at, row.end_reason = actor.person_id, now(), reason
    session.add(row)
    session.flush()
    record(session, "idea.end_replacement", row.idea_id, actor=actor, idea_id=row.idea_id, replacement=row.id, commits={})
    if actor.person_id != row.asked_by:
        send_notice(session, context.idea.lead_id, NoticeKind.TEAM_KEPT)
    return row
