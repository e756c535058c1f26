"""Bring about that one idea joins another, in one transaction: the later one ends, its people are of the earlier one's team."""

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Session, select

from models.ideas import TeamMember
from models.instants import now
from models.merges import IdeaMerge, MergePart
from models.people import NoticeKind
from models.stages import IdeaStage
from workflows.intake.merging import FLOW, MERGE, Pair, find_not_to_merge
from workflows.intake.team import Membership, TeamChange, read_memberships, record_team_change
from workflows.process.actors import Actor
from workflows.process.attest.commit import commit_rows
from workflows.process.context import IdeaContext, read_again
from workflows.process.eligibility import find_awarded_before
from workflows.process.engine import Grounds, Permitted, permit, take
from workflows.process.journal import record
from workflows.process.permission import has_unpermitted_merge, needs_permission
from workflows.process.ways import IDEA
from workflows.region.notices import send_notices

REGROUP = IDEA.action("regroup")
JOINS = "joins"  # in the decision by which an idea ends: the one that it has joined


def join_ideas(session: Session, row: IdeaMerge, pair: Pair, parts: list[MergePart], *, actor: Actor) -> None:
    """Let the later idea end and its people be of the earlier one's team, with the shares agreed to; the actor's word is the last.

    Where a head permitted the team as it was, the head is asked again. Everything is held already. Raises Conflict where the two may not
    become one, and where with its new team the earlier one has too many awards behind it.
    """
    refusal = find_not_to_merge(session, pair)
    if refusal is not None:
        raise refusal
    merging = permit(session, pair.later, MERGE, actor=FLOW)
    change = TeamChange(read_memberships(pair.earlier.members), read_joint(parts))
    regrouping = permit_regrouping(session, pair.earlier, change, is_permitted=False)
    was_permitted = pair.earlier.idea.stage != IdeaStage.AWAITING_PERMISSION and not has_unpermitted_merge(session, pair.earlier)
    at = now()
    for each in parts:
        each.agreed_at = each.agreed_at or at
        each.apart_id = None if each.in_later else row.idea_id
    row.confirmed_by, row.confirmed_at = row.confirmed_by or actor.person_id, row.confirmed_at or at
    row.settled_by, row.settled_at, row.is_done = actor.person_id, at, True
    row.stage_before, row.was_permitted = pair.later.idea.stage, was_permitted
    row.team = change.as_detail()["team"]
    session.add_all([row, *parts])
    put_team(session, pair.earlier, change, actor=actor, said={"merge": row.id, "took_in": row.idea_id})
    refusal = find_awarded_before(session, read_again(session, pair.earlier))
    if refusal is not None:
        raise refusal
    send_notices(session, sorted(each.person_id for each in parts), NoticeKind.MERGE_DONE)
    take_regrouping(session, pair.earlier, regrouping)
    grounds = Grounds(row.reason, {JOINS: row.into_id, "merge": row.id}, {JOINS: row.into_id, "merge": row.id}, (row, *parts))
    take(session, pair.later, merging, grounds, actor=FLOW)


def permit_regrouping(session: Session, context: IdeaContext, change: TeamChange, *, is_permitted: bool) -> Permitted | None:
    """The step by which an idea with another team goes to its head, or past them where they permitted that team; None where it stays.

    One that is being completed stays, and goes to the head with what completes it (`must_be_permitted_again`).
    """
    stage = context.idea.stage
    if change.before == change.after:
        return None
    if stage == IdeaStage.SCREENING and not is_permitted and needs_permission(session, context):
        return permit(session, context, REGROUP, "permission", actor=FLOW)
    if stage == IdeaStage.AWAITING_PERMISSION and is_permitted:
        return permit(session, context, REGROUP, "screening", actor=FLOW)
    return None


def take_regrouping(session: Session, context: IdeaContext, step: Permitted | None) -> None:
    """Take the step where there is one."""
    if step is not None:
        take(session, context, step, actor=FLOW)


def put_team(session: Session, context: IdeaContext, change: TeamChange, *, actor: Actor, said: dict[str, str]) -> None:
    """A team in the place of another, in an idea that was handed in; the ledger tells the change, and commits to the team as it is now."""
    if change.before == change.after:
        return
    rows = {each.person_id: each for each in session.exec(select(TeamMember).where(TeamMember.idea_id == context.idea.id))}
    for gone in rows.keys() - {each.person_id for each in change.after}:
        session.delete(rows.pop(gone))
    for position, each in enumerate(change.after):
        row = rows.setdefault(each.person_id, TeamMember(idea_id=context.idea.id, person_id=each.person_id, position=0, share_hundredths=1))
        row.position, row.lead, row.role, row.share_hundredths = position, each.lead, each.role, each.share_hundredths
        session.add(row)
    flag_modified(context.idea, "revision")  # raises the version, so that two changes at once never both hold
    session.flush()
    record_team_change(session, context.idea, change, actor=actor)
    team = [("teammember", row) for row in rows.values()]
    commits = commit_rows("idea.draft", team)
    record(session, "idea.regroup_team", context.idea.id, actor=actor, idea_id=context.idea.id, **said, commits=commits)


def read_joint(parts: list[MergePart]) -> tuple[Membership, ...]:
    """The team of both, in its order."""
    return tuple(Membership(each.person_id, each.share_hundredths, each.role, each.leads_earlier) for each in parts)
