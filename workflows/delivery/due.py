"""What falls due: found in the database and put into the outbox once, however often the clock looks."""

from collections.abc import Callable
from datetime import timedelta

from sqlmodel import Session, col, delete, func, select
from sqlmodel.sql.expression import SelectOfScalar

from models.awards import Award
from models.calls import Call, CallState
from models.ideas import Idea
from models.idempotency import KeptAnswer
from models.inbox import InboxItem
from models.instants import now, today, wall_now
from models.outbox import ClockTick, Message
from models.people import Role, SignIn
from models.pilots import Pilot
from models.stages import AwardStage, IdeaStage
from models.units import Unit
from workflows.process.actors import Actor, flow_actor
from workflows.process.journal import record, send
from workflows.region.calls import close_call
from workflows.reward.propose import list_undecided

AT_ONCE = 500
REMIND_DAYS = 2
KEPT_ANSWER_DAYS = 30

# stage -> the errand once the idea's due date is past
PAST_DUE: dict[IdeaStage, str] = {
    IdeaStage.SUPPLEMENT_ASKED: "intake.expire_supplement",
    IdeaStage.IN_REVIEW: "review.close_review",
    IdeaStage.DEFERRED: "review.expire_deferral",
    IdeaStage.REJECTED: "review.close_rejected",
}


def find_due(session: Session) -> None:
    """Close calls, and ask the flows for everything whose hour has struck since anybody last looked."""
    actor = flow_actor("clock")
    for look in CHECKS:
        look(session, actor)
    tick = session.get(ClockTick, 1)
    if tick is not None:
        tick.caught_up_to, tick.ticked_at = now(), wall_now()
    session.flush()


def close_calls(session: Session, actor: Actor) -> None:
    """Close every open call whose last instant is past."""
    for call_id in session.exec(select(Call.id).where(Call.state == CallState.OPEN, Call.closes_at <= now())):
        close_call(session, call_id, actor=actor)


def pass_due_dates(session: Session, _actor: Actor) -> None:
    """Expire, close, or end the review of ideas whose due date is past."""
    asked = select(Message.id).where(col(Message.subject_id) == col(Idea.id), col(Message.created_at) > col(Idea.due_at))
    asked = asked.where(col(Message.dedupe_key).is_not(None), col(Message.job).in_([errand.split(".")[1] for errand in PAST_DUE.values()]))
    late = select(Idea.id, Idea.stage, Idea.due_at).where(col(Idea.due_at) < now(), col(Idea.stage).in_(list(PAST_DUE)), ~asked.exists())
    for idea_id, stage, due_at in session.exec(late.order_by(col(Idea.due_at)).limit(AT_ONCE)).all():
        errand = PAST_DUE[IdeaStage(stage)]
        send(session, errand, idea_id, idea_id=idea_id, once=f"{errand}:{idea_id}:{due_at:%Y%m%d%H%M%S}")


def start_pilots(session: Session, _actor: Actor) -> None:
    """Start planned pilots on their first day."""
    planned = select(Pilot.idea_id, col(Pilot.starts_on)).join(Idea, col(Idea.id) == col(Pilot.idea_id))
    ready = planned.where(Idea.stage == IdeaStage.DETERMINED, Pilot.starts_on <= today())
    for idea_id, starts_on in session.exec(ready.limit(AT_ONCE)).all():
        send(session, "pilot.start_pilot", idea_id, idea_id=idea_id, once=f"start_pilot:{idea_id}:{starts_on}")


def announce_awards(session: Session, _actor: Actor) -> None:
    """Announce scheduled awards at their hour."""
    struck = select(Award.id, Award.idea_id, Award.announce_at).where(Award.stage == AwardStage.SCHEDULED, col(Award.announce_at) <= now())
    for award_id, idea_id, announce_at in session.exec(struck.limit(AT_ONCE)).all():
        send(session, "reward.announce", award_id, idea_id=idea_id, once=f"announce:{award_id}:{announce_at:%Y%m%d%H%M%S}")


def rank_calls(session: Session, _actor: Actor) -> None:
    """Rank closed calls once every idea in them is decided; asked again only when an idea moved since, as it may have come back."""
    for call_id in session.exec(select(Call.id).where(Call.state == CallState.CLOSED, col(Call.awards_drafted_at).is_(None))).all():
        if not list_undecided(session, call_id):
            last = session.exec(select(func.max(Idea.stage_since)).where(Idea.call_id == call_id)).one()
            send(session, "reward.draft_ranked_awards", call_id, once=f"rank:{call_id}:{last}")


def remind(session: Session, _actor: Actor) -> None:
    """Remind of open tasks shortly before they are due; of what is overdue already, `escalate` tells."""
    soon = select(InboxItem).where(col(InboxItem.done_at).is_(None), col(InboxItem.reminded_at).is_(None), col(InboxItem.due_at) >= now())
    for item in _some(session, soon.where(col(InboxItem.due_at) < now() + timedelta(days=REMIND_DAYS))):
        item.reminded_at = now()
        send(session, "recognition.send_reminder", item.id, idea_id=item.idea_id)


def escalate(session: Session, actor: Actor) -> None:
    """Tell of overdue tasks again; a unit head's silence passes the permission to the head above."""
    late = select(InboxItem).where(col(InboxItem.done_at).is_(None), col(InboxItem.escalated_at).is_(None), col(InboxItem.due_at) < now())
    for item in _some(session, late):
        item.escalated_at = now()
        parent = _path_above(session, item.unit_path)
        if item.role == Role.UNIT_HEAD and parent is not None:
            item.unit_path = parent
        record(session, "inbox.escalate", item.id, actor=actor, idea_id=item.idea_id, task=item.task)
        send(session, "recognition.send_reminder", item.id, idea_id=item.idea_id)


def forget(session: Session, _actor: Actor) -> None:
    """Delete kept answers after 30 days and sign-ins that are over."""
    session.execute(delete(KeptAnswer).where(col(KeptAnswer.created_at) < wall_now() - timedelta(days=KEPT_ANSWER_DAYS)))
    session.execute(delete(SignIn).where(col(SignIn.until) < wall_now()))


CHECKS: tuple[Callable[[Session, Actor], None], ...] = (
    close_calls,
    pass_due_dates,
    start_pilots,
    announce_awards,
    rank_calls,
    remind,
    escalate,
    forget,
)


def _some(session: Session, query: SelectOfScalar[InboxItem]) -> list[InboxItem]:
    return list(session.exec(query.order_by(col(InboxItem.due_at)).limit(AT_ONCE)))


def _path_above(session: Session, path: str) -> str | None:
    above = path.rstrip("/").rpartition("/")[0]
    return f"{above}/" if above and session.exec(select(Unit.id).where(Unit.path == f"{above}/")).first() else None
