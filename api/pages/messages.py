"""What one was told, each with a short text to copy; when one is mailed; and one's calendar, for whoever has its secret address."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from api.access import LookUpApi
from api.pages.own_account import ACCOUNT, show_own_account
from api.pages.refused import RefusedForm, attempt
from api.pages.render import page
from api.pages.session import FormResult, Page, PageRequest, PostedForm
from api.v1.messages import CALENDAR, write_address
from models.messages import Pace
from models.settings import settings
from workflows.documents.calendar import TYPE
from workflows.process.actors import Actor
from workflows.recognition.calendar_feed import show_feed
from workflows.recognition.messages import list_messages
from workflows.region.message_choice import Wish, choose_messages, end_feed, make_feed

router = APIRouter(include_in_schema=False)
LANGUAGES = ("", "id", "en")


@router.get("/pesan")
async def show_messages(request: Page) -> Response:
    """What one was told last, each with the short text that one copies into a messenger."""

    def read(session: Session, actor: Actor) -> list[dict[str, Any]]:
        return [
            {"at": each.at, "subject": told.news, "short": told.short, "path": find_path(told.url)}
            for each in list_messages(session, actor=actor)
            for told in [each.told]
        ]

    visitor, told = await request.read_page(read)
    return page(visitor, "account/messages.html", told=told)


@router.post(f"{ACCOUNT}/pesan")
async def choose(request: PostedForm) -> Response:
    """Choose when and in which language one is mailed."""
    pace = request.form.choice("pace", tuple(Pace))
    language = request.form.choice("language", LANGUAGES)

    def act(session: Session, actor: Actor) -> FormResult:
        choose_messages(session, Wish(Pace(pace or Pace.AT_ONCE), language), actor=actor)
        return FormResult(to=f"{ACCOUNT}#surel", done="messages_chosen")

    return await attempt("messages", request, lambda: request.act(act), lambda refused: _own(request, refused))


@router.post(f"{ACCOUNT}/kalender")
async def make_calendar(request: PostedForm) -> Response:
    """Make the secret address of one's calendar, or another one in its place; shown this once."""

    def act(session: Session, actor: Actor) -> FormResult:
        return FormResult(to=ACCOUNT, calendar_url=write_address(make_feed(session, actor=actor)))

    async def show(result: FormResult) -> Response:
        visitor, _ = await request.read_page(lambda _session, _actor: None)
        return page(visitor, "account/calendar.html", posted=True, calendar_url=result.calendar_url)

    return await attempt("calendar", request, lambda: request.act(act), lambda refused: _own(request, refused), show)


@router.post(f"{ACCOUNT}/kalender/akhiri")
async def end_calendar(request: PostedForm) -> Response:
    """Let the address of one's calendar be worth nothing."""

    def act(session: Session, actor: Actor) -> FormResult:
        end_feed(session, actor=actor)
        return FormResult(to=f"{ACCOUNT}#surel", done="calendar_ended")

    return await attempt("end_calendar", request, lambda: request.act(act), lambda refused: _own(request, refused))


@router.get(f"{CALENDAR}/{{secret}}.ics")
async def read_calendar(secret: str, request: LookUpApi) -> Response:
    """The calendar that a secret opens, for programmes that cannot sign in; whoever guesses is counted, and refused after a while."""
    content = await request.look_up(lambda session: show_feed(session, secret), guessable=True)
    return Response(content, media_type=TYPE, headers={"Cache-Control": "no-store", "X-Robots-Tag": "noindex"})


def find_path(url: str) -> str:
    """The path of an address of ours, as a page links to it."""
    return url.removeprefix(settings().address) or "/"


async def _own(request: PageRequest, refused: RefusedForm) -> Response:
    return await show_own_account(request, refused=refused)
