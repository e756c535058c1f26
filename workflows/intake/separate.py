"""Take a merge back, until the review of the earlier idea begins: the later one stands again, with its own time of receipt and team.

Who would cheat lets a rival join and then withdraws both: so an office may take it back alone when the earlier idea has ended before its
review. Before that nobody changes alone what all agreed to: an office needs the word of one who leads, and has screened both by its own.
Whoever was in one team with others judges neither's idea afterwards. Whoever leads the joint team by now goes on leading the earlier idea,
where they are of its team.
"""

from dataclasses import replace

from sqlmodel import Session, col, select

from models.answer_times import AskedAbout
from models.calls import Call, CallState, PolicyVersion
from models.ideas import Decision, Idea
from models.instants import now
from models.merges import IdeaMerge, MergePart
from models.people import NoticeKind
from models.stages import IdeaStage
from workflows.intake.answering import Asking, ask_from_now, require_in_time
from workflows.intake.hand_over import list_gone
from workflows.intake.join import permit_regrouping, put_team, read_joint, take_regrouping
from workflows.intake.merging import FLOW, MERGING, SCREEN, SHORTEST_REASON, Pair, find_part, is_office, keep, take_merge
from workflows.intake.team import Membership, TeamChange, read_memberships, read_team_change
from workflows.process.actors import Actor
from workflows.process.closing import hold_call
from workflows.process.context import IdeaContext, read_policy_of
from workflows.process.engine import Grounds, permit, take
from workflows.process.refusals import Conflict, Forbidden, NotFound, Refusal
from workflows.process.relations import prepares_awards
from workflows.process.ways import IDEA
from workflows.process.wording import read_text
from workflows.region.calls import list_line
from workflows.region.notices import send_notices

SEPARATE = IDEA.action("separate")
NO_LEAD = "merge_no_lead_agreed"
BACK_TO = {
    IdeaStage.AWAITING_PERMISSION: "permission",
    IdeaStage.SCREENING: "screening",
    IdeaStage.SUPPLEMENT_ASKED: "supplement",
}  # by the stage that it left


def find_not_to_separate(session: Session, row: IdeaMerge, pair: Pair, parts: list[MergePart]) -> Refusal | None:
    """Why what was merged stays so: the review began, the joint team is another or led from the later one."""
    if not row.is_done or row.undone_at is not None:
        return Conflict("merge_not_standing")
    if IDEA.stages[pair.earlier.idea.stage].step == "review" or _was_accepted(session, row):
        return Conflict("merge_review_began")
    if pair.earlier.call.archived_at is not None:
        return Conflict("merge_call_over")
    lead_id = pair.earlier.idea.lead_id
    if pair.earlier.invited or read_memberships(pair.earlier.members) != _name_lead(read_joint(parts), lead_id):
        return Conflict("merge_team_changed")
    if not any(each.in_earlier and each.person_id == lead_id for each in parts):
        return Conflict("merge_lead_of_later")
    return None


def find_not_to_separate_in_office(session: Session, pair: Pair, parts: list[MergePart], actor: Actor) -> Refusal | None:
    """Why an office does not take back alone what was merged: places of the call are given, or neither lead has agreed to it yet.

    Places are given once no idea of the call is under way, so that only an office is ever refused for it: members separate what is. An
    office that may not know of awards is told the same of every call that is closed. No lead is waited for once the earlier idea has
    ended, and none who serves no more.
    """
    if pair.earlier.idea.stage not in MERGING:
        call = pair.earlier.call
        is_over = call.awards_drafted_at is not None if prepares_awards(pair.earlier, actor) else call.state == CallState.CLOSED
        return Conflict("merge_call_over") if is_over else None
    serving = pair.leads - list_gone(session, pair.leads)
    has_agreed = any(each.undo_agreed_at is not None for each in parts if each.person_id in pair.leads)
    return None if has_agreed or not serving else Conflict(NO_LEAD)


def undo_merge(session: Session, merge_id: str, *, reason: str, actor: Actor) -> IdeaMerge:
    """Let two ideas be two again: an office that screens both, once either lead has agreed; a member agrees to it for themself.

    Once everybody in both teams has agreed who still serves, it comes about. The first to agree says why. Raises NotFound for who may not
    know of it; Forbidden for anybody else; Conflict where what was merged stays so.
    """
    _hold_call(session, merge_id)
    row, pair, parts = take_merge(session, merge_id)
    office, mine = is_office(session, pair, actor), find_part(parts, actor)
    if not office and mine is None:
        raise NotFound("merge_not_found")
    refusal = find_not_to_separate(session, row, pair, parts)
    if refusal is not None:
        raise refusal
    if office or mine is None:
        refusal = find_not_to_separate_in_office(session, pair, parts, actor)
        if refusal is not None:
            raise refusal
        return _separate(session, row, pair, parts, read_text("reason", reason, maximum=1_000, minimum=SHORTEST_REASON), actor=actor)
    if pair.earlier.idea.stage not in MERGING:
        raise Forbidden("only_office_separates")
    _require_not_over(session, row, pair.earlier)
    said = row.undo_reason or read_text("reason", reason, maximum=1_000, minimum=SHORTEST_REASON)
    gone = list_gone(session, pair.people)
    if all(each.undo_agreed_at is not None for each in parts if each is not mine and each.person_id not in gone):
        return _separate(session, row, pair, parts, said, actor=actor)
    if mine.undo_agreed_at is None:
        told = {each.person_id for each in parts} - {actor.person_id} - gone if not row.undo_reason else set()
        if not row.undo_reason:
            ask_from_now(session, row.id, pair.earlier, Asking(AskedAbout.SEPARATION))
        row.undo_reason, mine.undo_agreed_at = said, now()
        keep(session, "idea.agree_separation", row, parts, actor)
        send_notices(session, sorted(told), NoticeKind.MERGE_ASKED)
    return row


def keep_merge(session: Session, merge_id: str, *, actor: Actor) -> IdeaMerge:
    """Stay with a merge that others would take back: whoever had agreed to that is asked anew, where somebody proposes it again."""
    row, _pair, parts = take_merge(session, merge_id)
    if find_part(parts, actor) is None:
        raise NotFound("merge_not_found")
    if not row.is_done or row.undone_at is not None or not row.undo_reason:
        raise Conflict("merge_not_standing")
    stay_one(session, "idea.keep_merge", row, parts, actor=actor)
    return row


def stay_one(session: Session, kind: str, row: IdeaMerge, parts: list[MergePart], *, actor: Actor) -> None:
    """Let what members would take back stand, as `let_stand`; they are told."""
    let_stand(session, kind, row, parts, actor=actor)
    send_notices(session, sorted({each.person_id for each in parts} - {actor.person_id}), NoticeKind.MERGE_ENDED)


def let_stand(session: Session, kind: str, row: IdeaMerge, parts: list[MergePart], *, actor: Actor) -> None:
    """Let what members would take back stand, under the fact's kind: whoever had agreed to two again is asked anew, should somebody ask."""
    row.undo_reason = ""
    for each in parts:
        each.undo_agreed_at = None
    keep(session, kind, row, parts, actor)


def _name_lead(team: tuple[Membership, ...], lead_id: str) -> tuple[Membership, ...]:
    """A team as it is under whoever leads the idea now: another lead alone changes neither the team nor its shares."""
    return tuple(replace(each, lead=each.person_id == lead_id) for each in team)


def _was_accepted(session: Session, row: IdeaMerge) -> bool:
    """Whether the earlier idea was sent into its review since both are one; one that was reopened was so before, too."""
    accepted = select(Decision.id).where(Decision.idea_id == row.into_id, Decision.action == SCREEN, Decision.outcome == "accepted")
    since = row.settled_at or row.asked_at
    return session.exec(accepted.where(col(Decision.at) > since).limit(1)).first() is not None


def _separate(session: Session, row: IdeaMerge, pair: Pair, parts: list[MergePart], reason: str, *, actor: Actor) -> IdeaMerge:
    change = read_team_change({"team": {"before": row.team["after"], "after": row.team["before"]}})
    if change is None:
        raise NotFound("merge_not_found")
    lead_id = pair.earlier.idea.lead_id
    change = TeamChange(_name_lead(change.before, lead_id), _name_lead(change.after, lead_id))
    regrouping = permit_regrouping(session, pair.earlier, change, is_permitted=row.was_permitted)
    standing = permit(session, pair.later, SEPARATE, BACK_TO[IdeaStage(row.stage_before)], actor=FLOW)
    later = _hold_to_newest(session, pair.later)
    row.undo_reason, row.undone_by, row.undone_at = reason, actor.person_id, now()
    for each in parts:
        each.apart_id = each.apart_id if each.in_earlier else row.into_id
    session.add_all([row, *parts])
    put_team(session, pair.earlier, change, actor=actor, said={"merge": row.id, "let_go": row.idea_id})
    send_notices(session, sorted(each.person_id for each in parts), NoticeKind.MERGE_UNDONE)
    take_regrouping(session, pair.earlier, regrouping)
    grounds = Grounds(reason, {"merge": row.id}, {"merge": row.id}, (row, *parts))
    take(session, later, standing, grounds, actor=FLOW)
    return row


def _require_not_over(session: Session, row: IdeaMerge, earlier: IdeaContext) -> None:
    """Raise Conflict for two ideas to be two again where not everybody agreed to it in time; the clock is about to let it be."""
    if row.undo_reason:
        require_in_time(session, row.id, earlier)


def _hold_to_newest(session: Session, context: IdeaContext) -> IdeaContext:
    """An idea that comes back, held to what its call's policy was amended to meanwhile, as every other of its line."""
    version = session.get_one(PolicyVersion, context.idea.policy_id)
    newest = next(iter(list_line(session, context.call.id, version.root)), version)
    context.idea.policy_id = newest.id
    return replace(context, policy=read_policy_of(session, context.idea))


def _hold_call(session: Session, merge_id: str) -> None:
    """Let nobody amend the policy of the call meanwhile, who would not know of the idea that comes back: held before both ideas."""
    of_merge = select(Call).join(Idea, col(Idea.call_id) == col(Call.id)).join(IdeaMerge, col(IdeaMerge.idea_id) == col(Idea.id))
    call = session.exec(of_merge.where(IdeaMerge.id == merge_id)).first()
    if call is not None:
        hold_call(session, call)
