"""What falls due: found in the database and put into the outbox once, however often the clock looks."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from sqlmodel import Session, col, delete, func, select, update

from models.attachments import Attachment
from models.awards import Award
from models.calls import Call, CallState, PolicyVersion
from models.database import Database
from models.ideas import Idea
from models.idempotency import KeptAnswer
from models.inbox import InboxItem
from models.instants import now, region_zone, today, wall_now
from models.outbox import ClockTick, Message, MessageState
from models.people import SignIn
from models.settings import settings
from models.stages import IdeaStage
from workflows.intake.claims import lapse_claims, remind_deciders
from workflows.intake.keep_writing import forget_old
from workflows.intake.mentor_silence import end_unanswered
from workflows.intake.older_invitations import keep_older
from workflows.intake.reminders import remind_unanswered
from workflows.intake.unanswered import ask_to_see
from workflows.process import ways
from workflows.process.actors import Actor, flow_actor
from workflows.process.closing import end_of_grace, may_still_enter, read_closing
from workflows.process.inbox import find_overdue
from workflows.process.journal import record, send, send_each_once
from workflows.process.late_notice import list_late, name_late
from workflows.process.recounting import recount_some
from workflows.process.reminding import take_steps
from workflows.process.silence import is_of_silence
from workflows.process.ways import Way
from workflows.recognition.digest import list_addressees
from workflows.recognition.late import ASK
from workflows.recognition.paces import DIGEST_HOUR
from workflows.recognition.pauses import wake_digests
from workflows.recognition.reminders import REMIND
from workflows.recognition.tell_followers import TELL as TELL_FOLLOWER
from workflows.recognition.tell_followers import note_moved
from workflows.recognition.tell_moved import TELL, list_told
from workflows.recognition.tell_steps import REMIND_OF_TASK, list_reminded
from workflows.region.calls import close_call, lock_call
from workflows.region.grants import end_lapsed
from workflows.reward.propose import list_undecided

AT_ONCE = 500
KEPT_ANSWER_DAYS = 30


def find_due(session: Session) -> None:
    """Close calls, and ask the flows for everything whose hour has struck since the last time."""
    actor = flow_actor("clock")
    for check in CHECKS:
        check(session, actor)
    tick = session.get(ClockTick, 1)
    if tick is not None:
        tick.caught_up_to, tick.ticked_at = now(), wall_now()
    session.flush()


def recount_dates(session: Session) -> bool:
    """Count open dates anew where the calendar changed, some ideas at a time; once all were looked at, have those told whom it concerns.

    Answers whether some are left. It has a transaction of its own, before dates are passed: it locks ideas, and then the ledger.
    """
    counted = recount_some(session, AT_ONCE, actor=flow_actor("clock"))
    for ended in counted.ended:
        send_each_once(session, TELL, list_told(session, ended))
    return counted.is_left


def has_ticked_lately(store: Database) -> bool:
    """Whether somebody looked within half an interval; a look that lies ahead was made before the clock was set back."""
    with store.reading() as session:
        ticked_at = session.exec(select(ClockTick.ticked_at)).first()
    return ticked_at is not None and timedelta(0) <= wall_now() - ticked_at < timedelta(seconds=settings().tick_seconds / 2)


def close_calls(session: Session, actor: Actor) -> None:
    """Close every open call whose last instant, its grace included, is past.

    All of them are locked before the first is closed: whoever submits at that moment holds their call, and then waits for the ledger. One
    that was extended meanwhile stays open.
    """
    over = session.exec(select(Call).where(Call.state == CallState.OPEN, Call.closes_at <= now()).order_by(col(Call.id))).all()
    due = [call.id for call in over if end_of_grace(call, read_closing(session, call.id)) <= now()]
    for call in [lock_call(session, call_id)[0] for call_id in due]:
        if end_of_grace(call, read_closing(session, call.id)) <= now():
            close_call(session, call.id, actor=actor)


def pass_due_dates(session: Session, _actor: Actor) -> None:
    """Ask for the job of each stage whose date is past: an expiry, the end of a review, a pilot's start, an announcement.

    Where a head is late, only in a call whose rule says what their silence means.
    """
    left_to_rule = (col(Idea.stage) != IdeaStage.AWAITING_PERMISSION) | is_of_silence(col(Idea.policy_id))
    idea = select(Idea.id, Idea.id, col(Idea.stage), col(Idea.due_at)).where(col(Idea.due_at) < now(), left_to_rule)
    award = select(Award.id, Award.idea_id, col(Award.stage), col(Award.announce_at)).where(col(Award.announce_at) <= now())
    _ask_late(session, ways.IDEA, idea)
    _ask_late(session, ways.AWARD, award)


def _ask_late(session: Session, way: Way, late: Any) -> None:
    """Ask once for the job of what is late in a way; `late` gives subject, idea, stage and date."""
    subject, _, stage_column, date_column = late.selected_columns
    jobs = {stage.name: stage.late_job for stage in way.stages.values() if stage.late_job}
    asked = select(Message.id).where(col(Message.subject_id) == subject, col(Message.created_at) >= date_column)
    asked = asked.where(col(Message.dedupe_key).is_not(None), col(Message.job).in_([job.partition(".")[2] for job in jobs.values()]))
    unasked = late.where(stage_column.in_(list(jobs)), ~asked.exists()).order_by(date_column)
    for subject_id, idea_id, stage, due_at in session.exec(unasked.limit(AT_ONCE)).all():
        send(session, jobs[stage], subject_id, idea_id=idea_id, once=f"{jobs[stage]}:{subject_id}:{due_at:%Y%m%d%H%M%S}")


def rank_calls(session: Session, _actor: Actor) -> None:
    """Rank closed calls once nobody may come in late and every idea in them is decided; asked again only when an idea moved since, as it
    may have come back."""
    for call in session.exec(select(Call).where(Call.state == CallState.CLOSED, col(Call.awards_drafted_at).is_(None))).all():
        call_id = call.id
        if not list_undecided(session, call_id) and not may_still_enter(session, call):
            last = session.exec(select(func.max(Idea.stage_since)).where(Idea.call_id == call_id)).one()
            send(session, "reward.draft_ranked_awards", call_id, once=f"rank:{call_id}:{last}")


def print_specimens(session: Session, _actor: Actor) -> None:
    """Have the specimens printed of each policy that waits for its signature and was written before specimens were asked for."""
    asked = select(Message.id).where(Message.job == "print_specimens", col(Message.subject_id) == col(PolicyVersion.id))
    unasked = select(PolicyVersion.id).where(col(PolicyVersion.signed_at).is_(None), ~asked.exists()).limit(AT_ONCE)
    for version_id in session.exec(unasked).all():
        send(session, "recognition.print_specimens", version_id, once=f"specimens:{version_id}")


def end_roles(session: Session, actor: Actor) -> None:
    """Write the end of roles whose last day is past, and tell their holders; nobody could act in them since that day."""
    end_lapsed(session, actor=actor, limit=AT_ONCE)


def ask_digests(session: Session, _actor: Actor) -> None:
    """Once a day, in the morning of the region's day: ask for the digest of everybody for whom something may wait."""
    morning = datetime.combine(today(), time(DIGEST_HOUR), region_zone())
    tick = session.get(ClockTick, 1)
    if now() < morning or (tick is not None and tick.caught_up_to is not None and tick.caught_up_to >= morning):
        return
    send_each_once(session, ways.JOBS["asked_in_person"], {each: f"digest:{each}:{morning:%Y%m%d}" for each in list_addressees(session)})


def tell_followers(session: Session, _actor: Actor) -> None:
    """Have those told who follow a colleague's idea that came to another of the five steps."""
    for each in note_moved(session, AT_ONCE):
        send(session, TELL_FOLLOWER, each.person_id, idea_id=each.idea_id, once=each.key)


def wake_scans(session: Session, _actor: Actor) -> None:
    """Let those files be shown to the scanner again that waited for it."""
    held = update(Message).where(col(Message.state) == MessageState.HELD, col(Message.job) == "scan_attachment")
    session.execute(held.values(state=MessageState.WAITING, not_before=wall_now()).execution_options(synchronize_session=False))


def ask_sweep(session: Session, _actor: Actor) -> None:
    """Once a day, where ideas have files: ask that what no idea needs is taken from their store."""
    if session.exec(select(Attachment.id).limit(1)).first() is not None:
        send(session, "intake.sweep_attachments", f"{today():%Y%m%d}", once=f"sweep:{today():%Y%m%d}")


def keep_older_invitations(session: Session, actor: Actor) -> None:
    """Have those reminded, too, whom an earlier release asked to join a team, and the ledger commit to them."""
    keep_older(session, AT_ONCE, actor=actor)


def remind_asked(session: Session, _actor: Actor) -> None:
    """Have those told again who were asked to join a team and have not answered, on their days."""
    for each in remind_unanswered(session, AT_ONCE):
        send(session, REMIND, each.person_id, idea_id=each.idea_id, once=each.key)


def end_requests(session: Session, actor: Actor) -> None:
    """End the requests for a mentor that nobody answered in time, and tell those who asked."""
    end_unanswered(session, AT_ONCE, actor=actor)


def see_to_requests(session: Session, _actor: Actor) -> None:
    """Have looked at what was asked about the teams of ideas: those who have not answered are reminded, and at its end it is over."""
    ask_to_see(session, AT_ONCE)


def end_claims(session: Session, actor: Actor) -> None:
    """Let claims lapse that nobody filed in time, so that the ideas they kept may be closed; and tell of those not decided in time."""
    lapse_claims(session, AT_ONCE, actor=actor)
    remind_deciders(session, AT_ONCE)


def remind_of_tasks(session: Session, actor: Actor) -> None:
    """Have those told who are asked for a task, on the days before and after its last one that their call's policy names."""
    for each in take_steps(session, AT_ONCE):
        for person_id, key in list_reminded(session, each).items():
            send(session, REMIND_OF_TASK, person_id, idea_id=each.item.idea_id, once=key)
        if each.is_passed_up:
            record(
                session, "inbox.escalate", each.item.id, actor=actor, idea_id=each.item.idea_id, task=each.item.task, role=each.item.role
            )
            _ask_to_tell(session, each.item)


def end_pauses(session: Session, _actor: Actor) -> None:
    """Let those be told of further tasks who were last told of some hours ago."""
    wake_digests(session)


def escalate(session: Session, actor: Actor) -> None:
    """Record overdue tasks once; where the table says so, the head above is asked. Whoever is late reads of it in each morning's digest."""
    for item in find_overdue(session, AT_ONCE):
        record(session, "inbox.escalate", item.id, actor=actor, idea_id=item.idea_id, task=item.task, role=item.role)
        if item.passed_at is not None and item.due_at is not None and item.due_at > now():
            _ask_to_tell(session, item)


def tell_late(session: Session, _actor: Actor) -> None:
    """Have the teams told until when it takes whose idea waits for an office that is late."""
    for item in list_late(session, AT_ONCE):
        _ask_to_tell(session, item)


def _ask_to_tell(session: Session, item: InboxItem) -> None:
    send(session, ASK, item.idea_id, idea_id=item.idea_id, once=name_late(item))


def forget(session: Session, _actor: Actor) -> None:
    """Delete kept answers after 30 days, what was typed and not gone on with for long, and sign-ins that are over."""
    session.execute(delete(KeptAnswer).where(col(KeptAnswer.created_at) < wall_now() - timedelta(days=KEPT_ANSWER_DAYS)))
    session.execute(delete(SignIn).where(col(SignIn.until) < wall_now()))
    forget_old(session)


CHECKS: tuple[Callable[[Session, Actor], None], ...] = (
    close_calls,
    end_roles,
    end_claims,
    pass_due_dates,
    rank_calls,
    print_specimens,
    escalate,
    ask_digests,
    keep_older_invitations,
    remind_asked,
    end_requests,
    see_to_requests,
    remind_of_tasks,
    tell_late,
    end_pauses,
    tell_followers,
    wake_scans,
    ask_sweep,
    forget,
)
