"""Messages: what one was told, with a short text to pass on; when and in which language one is mailed; one's calendar."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from sqlmodel import Session

from api.access import Api
from api.v1 import PREFIX
from api.v1.shapes import RequestBody, ResponseBody
from models.messages import MessageChoice, Pace
from models.settings import settings
from workflows.process.actors import Actor
from workflows.recognition.messages import list_messages
from workflows.region.message_choice import Wish, choose_messages, end_feed, has_feed, make_feed, read_choice

router = APIRouter(prefix=PREFIX + "/me", tags=["accounts"])
CALENDAR = "/kalender"
Language = Literal["", "id", "en"]


class ToldOut(ResponseBody):
    """A message: what it is about (`kind`), since when it stands, and `short_text`, at most 600 characters with its link, to pass on."""

    kind: str
    at: datetime
    subject: str
    short_text: str
    url: str


class MessageChoiceIn(RequestBody):
    """When mails come, and in which language; an empty one is the region's."""

    pace: Pace
    language: Language = ""


class MessageChoiceOut(ResponseBody):
    """What one chose; `calendar` says whether one's calendar has an address."""

    pace: Pace
    language: str
    calendar: bool


class CalendarOut(ResponseBody):
    """The address of one's calendar; whoever has it reads it. It is shown once: a repeated request is answered without it."""

    calendar_url: str | None


@router.get("/messages")
async def show_messages(request: Api) -> list[ToldOut]:
    """What one was told last, the newest first, and what waits at the top; codes are not among it."""

    def read(session: Session, actor: Actor) -> list[ToldOut]:
        found = list_messages(session, actor=actor)
        return [
            ToldOut(kind=told.folder, at=each.at, subject=told.subject, short_text=told.short, url=told.url)
            for each in found
            for told in [each.told]
        ]

    return await request.read(read)


@router.get("/message-choice")
async def show_choice(request: Api) -> MessageChoiceOut:
    """When and in which language one is mailed."""
    return await request.read(lambda session, actor: _show(session, read_choice(session, str(actor.person_id))))


@router.put("/message-choice", response_model=MessageChoiceOut)
async def put_choice(body: MessageChoiceIn, request: Api) -> JSONResponse:
    """Choose when and in which language one is mailed; codes, and what happens to one's account, are mailed at once all the same."""
    wish = Wish(body.pace, body.language)
    return await request.write(lambda session, actor: _show(session, choose_messages(session, wish, actor=actor)))


@router.post("/calendar", status_code=201, response_model=CalendarOut)
async def make_calendar(request: Api) -> JSONResponse:
    """A secret address for one's calendar (iCalendar); the one before is worth nothing from now on."""
    return await request.write(lambda s, a: CalendarOut(calendar_url=write_address(make_feed(s, actor=a))), status=201)


@router.delete("/calendar", status_code=204)
async def end_calendar(request: Api) -> Response:
    """Let the address of one's calendar be worth nothing."""
    await request.write(lambda session, actor: end_feed(session, actor=actor))
    return Response(status_code=204)


def write_address(secret: str) -> str:
    """The address under which a secret opens a calendar."""
    return f"{settings().address}{CALENDAR}/{secret}.ics"


def _show(session: Session, choice: MessageChoice) -> MessageChoiceOut:
    return MessageChoiceOut(pace=choice.pace, language=choice.language, calendar=has_feed(session, choice.person_id))
