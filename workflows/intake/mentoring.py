"""Ask for a mentor, answer the request, end the mentorship: the lead asks, the calculation finds whom, the mentor accepts or declines.

Nobody picks a mentor, and no mentor picks an idea: theme and free places decide, and the lead reads why. Until they accept, a mentor reads
who asks and for what, and nothing of the idea.
"""

from collections.abc import Sequence

from sqlmodel import Session, col, func, select

from models.ideas import Idea
from models.instants import now
from models.may_hold import MAY_ADVISE
from models.mentors import OPEN, Mentor, Mentorship, MentorshipState
from models.people import NoticeKind, Person, Role
from models.statements.ideas import FoundIdea, find_idea
from workflows.calculations.mentors import MentorPlaces, MentorsQuestion, MentorsResult, calculate_mentors
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_context
from workflows.process.duties import list_borne
from workflows.process.mentoring import ADVISED, ANSWER, ASK, OVER, end_by, keep_mentorship
from workflows.process.refusals import Conflict, Forbidden, NotFound
from workflows.process.visibility import sees_idea
from workflows.process.wording import read_text
from workflows.region.mentors import count_load, is_there, list_in_office
from workflows.region.notices import send_notice

SHORTEST_WISH = 10
MOST_OF_IDEA = 10  # requests about one idea: each is a mail to somebody
MOST_UNANSWERED = 3  # requests of one lead in one call that wait for their answer: nobody fills all places with drafts


def ask_mentor(session: Session, idea_id: str, wish: str, *, actor: Actor) -> Mentorship:
    """Ask for a mentor of one's idea: of those with a free place the first by theme, free places and id is asked, and told.

    Raises Forbidden for who does not lead the team; Conflict while others judge the idea, where a mentor is asked or advises already,
    for too many requests, and where no mentor of the call has a free place who was not asked before.
    """
    context = read_context(session, idea_id, actor=actor)
    if context.idea.lead_id != actor.person_id:
        raise Forbidden("only_proposer")
    require_worked_on(context.idea)
    wish = read_text("wish", wish, maximum=1_000, minimum=SHORTEST_WISH)
    mentors = _lock_mentors(session, context)  # whoever asks in the call at the same time waits here
    if find_open(session, idea_id) is not None:
        raise Conflict("mentor_asked")
    _require_few(session, context)
    found = _match(session, context, mentors)
    if not found.ranked:
        raise Conflict("no_mentor_free")
    mentor = next(each for each in mentors if each.id == found.ranked[0].id)
    mentorship = Mentorship(
        idea_id=idea_id,
        mentor_id=mentor.id,
        person_id=mentor.person_id,
        wish=wish,
        theme=context.content.theme,
        matching=found.model_dump(mode="json", by_alias=True),
        asked_by=str(actor.person_id),
    )
    keep_mentorship(session, ASK, mentorship, actor)
    send_notice(session, mentor.person_id, NoticeKind.MENTOR_ASKED)
    return mentorship


def answer_request(session: Session, mentorship_id: str, *, accepts: bool, reason: str = "", actor: Actor) -> Mentorship:
    """Accept a request, or decline it, with a reason where one likes; the lead is told. Who accepts sees the idea from then on.

    Raises NotFound for a request to somebody else; Conflict for one that was answered or taken back, and for accepting while others judge
    the idea or once off the call's list; Forbidden for who has another duty on the idea.
    """
    mentorship = _read_own(session, mentorship_id, actor)
    reason = read_text("reason", reason, maximum=1_000)
    if mentorship.state != MentorshipState.REQUESTED:
        raise Conflict("mentorship_settled")
    if accepts:
        _require_free_to_advise(session, mentorship, actor)
    at = now()
    mentorship.state = MentorshipState.ADVISING if accepts else MentorshipState.TURNED_DOWN
    mentorship.answered_at, mentorship.accepted_at = at, at if accepts else None
    if not accepts:
        mentorship.ended_at, mentorship.ended_by, mentorship.end_reason = at, actor.person_id, reason
    keep_mentorship(session, ANSWER, mentorship, actor)
    lead_id = session.get_one(Idea, mentorship.idea_id).lead_id
    send_notice(session, lead_id, NoticeKind.MENTOR_ACCEPTED if accepts else NoticeKind.MENTOR_DECLINED)
    return mentorship


def end_mentorship(session: Session, mentorship_id: str, reason: str = "", *, actor: Actor) -> Mentorship:
    """End a mentorship, or take a request back: the idea's lead may, the mentor who advises, and the secretariat of the call.

    The others of the two are told. Raises NotFound for whoever may see neither idea nor request, Forbidden for who may not end it.
    """
    mentorship = _lock(session, mentorship_id)
    if mentorship is None:
        raise NotFound("mentorship_not_found")
    is_mentor = mentorship.person_id == actor.person_id
    if not is_mentor and not sees_idea(session, mentorship.idea_id, actor):
        raise NotFound("mentorship_not_found")
    if not may_end(_find(session, mentorship), mentorship, actor):
        raise Forbidden("only_mentorship_parties")
    reason = read_text("reason", reason, maximum=1_000)
    if mentorship.state not in OPEN:
        raise Conflict("mentorship_settled")
    end_by(session, mentorship, reason, actor=actor)
    told = {mentorship.person_id, session.get_one(Idea, mentorship.idea_id).lead_id} - {str(actor.person_id)}
    for person_id in sorted(told):
        send_notice(session, person_id, NoticeKind.MENTOR_ENDED)
    return mentorship


def may_end(found: FoundIdea | IdeaContext, mentorship: Mentorship, actor: Actor) -> bool:
    """Whether somebody may end a mentorship: the lead, the mentor once they accepted, the secretariat over the idea's call."""
    if actor.person_id is None:
        return False
    is_mentor = mentorship.person_id == actor.person_id and mentorship.accepted_at is not None
    return is_mentor or found.idea.lead_id == actor.person_id or actor.holds(Role.SECRETARIAT, found.call_path)


def find_open(session: Session, idea_id: str) -> Mentorship | None:
    """The mentorship of an idea that waits for its answer or goes on."""
    return session.exec(select(Mentorship).where(Mentorship.idea_id == idea_id, col(Mentorship.state).in_(OPEN))).first()


def require_worked_on(idea: Idea) -> None:
    """Raise Conflict while the team does not work on its idea, since others judge it or its way is over."""
    if idea.stage not in ADVISED:
        raise Conflict("idea_not_advised", stage=idea.stage)


def _lock_mentors(session: Session, context: IdeaContext) -> Sequence[Mentor]:
    """The call's mentors who are on its list, locked in one order, so that two requests never count the same place."""
    listed = select(Mentor).where(Mentor.call_id == context.call.id, col(Mentor.ended_at).is_(None)).order_by(col(Mentor.id))
    return session.exec(listed.with_for_update().execution_options(populate_existing=True)).all()


def _match(session: Session, context: IdeaContext, mentors: Sequence[Mentor]) -> MentorsResult:
    """What the calculation says of the mentors who may be asked: there, without a role over the call, and not done with the idea."""
    by_mentor = (col(Mentorship.ended_by) == col(Mentorship.person_id)) | (col(Mentorship.state) == MentorshipState.NOT_ANSWERED)
    done = select(Mentorship.mentor_id).where(Mentorship.idea_id == context.idea.id, by_mentor)
    tried, ids = set(session.exec(done)), {mentor.person_id for mentor in mentors}
    in_office = list_in_office(session, ids, context.call_path)
    there = set(session.exec(select(Person.id).where(col(Person.id).in_(ids), col(Person.kind).in_(MAY_ADVISE), is_there())))
    load = count_load(session, [mentor.id for mentor in mentors])
    places = tuple(
        MentorPlaces(id=mentor.id, themes=tuple(mentor.themes), capacity=mentor.capacity, load=load.get(mentor.id, 0))
        for mentor in mentors
        if mentor.id not in tried and mentor.person_id in there - in_office
    )
    return calculate_mentors(MentorsQuestion(theme=context.content.theme, mentors=places))


def _require_few(session: Session, context: IdeaContext) -> None:
    """Raise Conflict where a lead has too many requests that wait, or asked too often about one idea."""
    asked = select(func.count()).select_from(Mentorship).where(Mentorship.idea_id == context.idea.id)
    if session.exec(asked).one() >= MOST_OF_IDEA:
        raise Conflict("mentor_requests_used_up", maximum=MOST_OF_IDEA)
    waiting = select(func.count()).select_from(Mentorship).join(Idea, col(Idea.id) == col(Mentorship.idea_id))
    waiting = waiting.where(Idea.call_id == context.call.id, Idea.lead_id == context.idea.lead_id, col(Idea.stage).not_in(OVER))
    if session.exec(waiting.where(Mentorship.state == MentorshipState.REQUESTED)).one() >= MOST_UNANSWERED:
        raise Conflict("mentor_requests_wait", maximum=MOST_UNANSWERED)


def _lock(session: Session, mentorship_id: str) -> Mentorship | None:
    return session.get(Mentorship, mentorship_id, with_for_update=True, populate_existing=True)


def _read_own(session: Session, mentorship_id: str, actor: Actor) -> Mentorship:
    mentorship = _lock(session, mentorship_id)
    if mentorship is None or mentorship.person_id != actor.person_id:
        raise NotFound("mentorship_not_found")
    return mentorship


def _find(session: Session, mentorship: Mentorship) -> FoundIdea:
    found = find_idea(session, mentorship.idea_id)
    if found is None:
        raise NotFound("mentorship_not_found")
    return found


def _require_free_to_advise(session: Session, mentorship: Mentorship, actor: Actor) -> None:
    """Raise what stands against accepting; the idea is locked, so that nobody is asked to judge it meanwhile."""
    idea = session.get_one(Idea, mentorship.idea_id, with_for_update={"key_share": True}, populate_existing=True)
    require_worked_on(idea)
    mentor = session.get_one(Mentor, mentorship.mentor_id)
    if mentor.ended_at is not None or actor.kind not in MAY_ADVISE:
        raise Conflict("mentor_off_list")
    if list_in_office(session, [mentorship.person_id], _find(session, mentorship).call_path):
        raise Conflict("mentor_holds_role")
    borne = list_borne(session, idea.id, mentorship.person_id)
    if borne:
        raise Forbidden("has_other_duty", duty=borne[0])
