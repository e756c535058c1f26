"""Let a request for a mentor end that nobody answers, so that its place is free again: after the policy's days for an agreement."""

from datetime import datetime

from sqlmodel import Session, col, select

from models.ideas import Idea
from models.instants import local_day, now
from models.mentors import Mentorship, MentorshipState
from models.people import NoticeKind
from workflows.process.actors import Actor
from workflows.process.context import read_policy_of
from workflows.process.deadlines import due_from
from workflows.process.mentoring import LAPSE, OVER, keep_mentorship
from workflows.region.notices import send_notice


def find_answer_until(session: Session, mentorship: Mentorship, idea: Idea) -> datetime | None:
    """Until when a request waits for its answer; None for one that waits no more.

    By the calendar as it stands, so that a day that becomes free gives the mentor one more.
    """
    if mentorship.state != MentorshipState.REQUESTED or idea.stage in OVER:
        return None
    asked_on = local_day(mentorship.counted_from or mentorship.asked_at)
    return due_from(session, asked_on, read_policy_of(session, idea).days.agreement)


def end_unanswered(session: Session, limit: int, *, actor: Actor) -> None:
    """End the requests whose time is over, the oldest first; the lead is told of each once, and may ask for somebody else.

    An idea whose way is over takes no place, so nothing is to be ended there.
    """
    waiting = select(Mentorship, Idea).join(Idea, col(Idea.id) == col(Mentorship.idea_id))
    waiting = waiting.where(Mentorship.state == MentorshipState.REQUESTED, col(Idea.stage).not_in(OVER))
    found = session.exec(waiting.order_by(col(Mentorship.asked_at), col(Mentorship.id))).all()  # as many as mentors have places
    leads = {each.id: idea.lead_id for each, idea in found if (until := find_answer_until(session, each, idea)) and until < now()}
    due = select(Mentorship).where(col(Mentorship.id).in_(list(leads)[:limit]), Mentorship.state == MentorshipState.REQUESTED)
    for each in session.exec(due.with_for_update(skip_locked=True).execution_options(populate_existing=True)).all():
        each.state, each.ended_at = MentorshipState.NOT_ANSWERED, now()
        keep_mentorship(session, LAPSE, each, actor)
        send_notice(session, leads[each.id], NoticeKind.MENTOR_SILENT)
