"""Mentors: those of a call, the requests and advice of an idea, and what a mentor was asked for."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlmodel import Session

from api.access import Api
from api.v1 import PREFIX
from api.v1.shapes import Id, RequestBody, ResponseBody
from api.v1.shown import show_as
from models.mentors import MentorshipState
from workflows.intake.advice import MentorshipLine, OwnMentorship, give_advice, list_own, read_mentoring
from workflows.intake.mentoring import answer_request, ask_mentor, end_mentorship
from workflows.process.actors import Actor
from workflows.process.context import read_context
from workflows.region.mentors import MentorLine, NewMentor, end_mentor, list_mentors, set_mentor

router = APIRouter(prefix=PREFIX, tags=["mentoring"])


class MentorIn(RequestBody):
    """Somebody without employee number by sign-in name, the themes they advise on, and how many ideas they take at a time."""

    identifier: str = Field(max_length=100)
    themes: list[str] = Field(max_length=50)
    capacity: int = Field(ge=1, le=50)


class MentorOut(ResponseBody):
    """A mentor of a call; `ended_at` says when they were taken off its list."""

    id: str
    person_id: str
    themes: list[str]
    capacity: int
    set_at: datetime
    ended_at: datetime | None


class ListedMentor(MentorOut):
    """A mentor with name and position; `load` is how many ideas wait for them or are advised by them; null while the call is sealed."""

    name: str
    position: str
    load: int | None


class MentorshipIn(RequestBody):
    """What the team would like to be advised on; the mentor reads it before they accept."""

    wish: str = Field(max_length=2_000)


class MentorshipAnswerIn(RequestBody):
    outcome: Literal["accepted", "declined"]
    reason: str = Field("", max_length=2_000)


class MentorshipEndIn(RequestBody):
    reason: str = Field("", max_length=2_000)


class AdviceIn(RequestBody):
    text: str = Field(max_length=8_000)


class AdviceOut(ResponseBody):
    id: str
    text: str
    at: datetime


class MentorshipOut(ResponseBody):
    """A request for a mentor and what came of it."""

    id: str
    state: MentorshipState
    wish: str
    theme: str
    asked_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    end_reason: str


class IdeaMentorship(MentorshipOut):
    """A mentorship as it is read beside the idea: who was asked, and why they: the theme of theirs that fits, and how many of their places
    were free. A request that is not answered until `answer_until` ends."""

    mentor: str
    position: str
    fitting_theme: str | None
    free_places: int
    places: int
    answer_until: datetime | None
    advice: list[AdviceOut]


class OwnMentorshipOut(MentorshipOut):
    """A mentorship as the mentor finds it: who asks, of which unit and call; the idea is null until they accepted. A request that they do
    not answer until `answer_until` ends."""

    call: str
    lead: str
    unit: str
    idea_id: str | None
    idea_title: str | None
    answer_until: datetime | None


@router.get("/calls/{call_id}/mentors")
async def show_mentors(call_id: Id, request: Api) -> list[ListedMentor]:
    """A call's mentors, for its secretariat, admins and auditors."""
    return await request.read(lambda s, a: [_show_listed(line) for line in list_mentors(s, call_id, actor=a)])


@router.post("/calls/{call_id}/mentors", status_code=201, response_model=MentorOut)
async def put_mentor(call_id: Id, body: MentorIn, request: Api) -> JSONResponse:
    """Put somebody on a call's list of mentors, or change themes and places of one who is on it."""
    new = NewMentor(body.identifier, tuple(body.themes), body.capacity)
    return await request.write(lambda s, a: show_as(MentorOut, set_mentor(s, call_id, new, actor=a)), status=201)


@router.post("/calls/{call_id}/mentors/{mentor_id}/ending", response_model=MentorOut)
async def take_mentor_off(call_id: Id, mentor_id: Id, request: Api) -> JSONResponse:
    """Take somebody off a call's list; what waits for them or is advised by them ends."""
    return await request.write(lambda s, a: show_as(MentorOut, end_mentor(s, call_id, mentor_id, actor=a)))


@router.get("/ideas/{idea_id}/mentorships")
async def show_mentorships(idea_id: Id, request: Api) -> list[IdeaMentorship]:
    """An idea's mentorships with what was advised, for its team, the mentor, the secretariat and auditors; for others none."""

    def read(session: Session, actor: Actor) -> list[IdeaMentorship]:
        found = read_mentoring(session, read_context(session, idea_id, actor=actor), actor=actor)
        return [_show_line(line) for line in found.lines]

    return await request.read(read)


@router.post("/ideas/{idea_id}/mentorships", status_code=201, response_model=MentorshipOut)
async def ask(idea_id: Id, body: MentorshipIn, request: Api) -> JSONResponse:
    """Ask for a mentor: the one whose theme fits and who has most free places is asked."""
    return await request.write(lambda s, a: show_as(MentorshipOut, ask_mentor(s, idea_id, body.wish, actor=a)), status=201)


@router.post("/ideas/{idea_id}/advice", status_code=201, response_model=AdviceOut)
async def advise(idea_id: Id, body: AdviceIn, request: Api) -> JSONResponse:
    """Advise the team of an idea; the words stay as they are."""
    return await request.write(lambda s, a: show_as(AdviceOut, give_advice(s, idea_id, body.text, actor=a)), status=201)


@router.get("/me/mentorships")
async def show_own_mentorships(request: Api) -> list[OwnMentorshipOut]:
    """What one was asked for as a mentor, and whom one advises."""
    return await request.read(lambda s, a: [_show_own(each) for each in list_own(s, actor=a)])


@router.post("/mentorships/{mentorship_id}/answer", response_model=MentorshipOut)
async def answer(mentorship_id: Id, body: MentorshipAnswerIn, request: Api) -> JSONResponse:
    """Accept a request to oneself, or decline it."""
    accepts = body.outcome == "accepted"
    return await request.write(
        lambda s, a: show_as(MentorshipOut, answer_request(s, mentorship_id, accepts=accepts, reason=body.reason, actor=a))
    )


@router.post("/mentorships/{mentorship_id}/ending", response_model=MentorshipOut)
async def end(mentorship_id: Id, body: MentorshipEndIn, request: Api) -> JSONResponse:
    """End a mentorship, or take a request back."""
    return await request.write(lambda s, a: show_as(MentorshipOut, end_mentorship(s, mentorship_id, body.reason, actor=a)))


def _show_listed(line: MentorLine) -> ListedMentor:
    return show_as(ListedMentor, line.mentor, name=line.person.full_name, position=line.person.position, load=line.load)


def _show_line(line: MentorshipLine) -> IdeaMentorship:
    return show_as(
        IdeaMentorship,
        line.mentorship,
        mentor=line.mentor.full_name,
        position=line.mentor.position,
        fitting_theme=line.found_by.get("theme"),
        free_places=line.found_by.get("free", 0),
        places=line.found_by.get("capacity", 0),
        answer_until=line.answer_until,
        advice=[show_as(AdviceOut, each) for each in line.advice],
    )


def _show_own(own: OwnMentorship) -> OwnMentorshipOut:
    idea = {"idea_id": own.idea.id, "idea_title": own.idea.title} if own.sees_idea else {"idea_id": None, "idea_title": None}
    asked = {"call": own.call.title, "lead": own.lead.full_name, "unit": own.unit.name, "answer_until": own.answer_until}
    return show_as(OwnMentorshipOut, own.mentorship, **asked, **idea)
