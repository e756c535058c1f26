"""Going through ideas one after another: where somebody came from, inbox or list, and which idea comes next there."""

from dataclasses import dataclass
from urllib.parse import quote

import sqlalchemy as sa
from sqlmodel import Session, col

from api.pages.listed import parse_filter
from api.pages.session import FormResult, PageRequest
from models.inbox import InboxItem
from workflows.process.actors import Actor
from workflows.process.browse import find_next
from workflows.process.keyset import Slice
from workflows.process.waiting import Awaited, list_inbox, list_waiting

INBOX, LIST = "kotak-masuk", "daftar"
NEXT = "next"  # the button that saves and goes on
LONGEST = 600


@dataclass(frozen=True)
class Origin:
    """Where an idea was opened from, as it stands in an address: the inbox, or the list with its filter; empty where it is unknown."""

    text: str = ""

    @property
    def to(self) -> str:
        """The page to go back to."""
        return f"/{self.text or INBOX}"

    def open(self, idea_id: str) -> str:
        """The address of an idea opened from here, at the form."""
        return self.at(f"/usulan/{idea_id}") + "#tugas"

    def at(self, page: str) -> str:
        """The address of a page opened from here."""
        return f"{page}?dari={quote(self.text, safe='')}" if self.text else page


@dataclass(frozen=True)
class WayOn:
    """What comes after a decision: the address of the next, or None behind the last."""

    origin: Origin
    following: str | None

    def lead(self, result: FormResult) -> FormResult:
        """Where a form leads instead: to the next, or back to where the last one came from."""
        if self.following is None:
            return FormResult(to=self.origin.to, done="last_decided")
        return FormResult(to=self.following, done=result.done)


def read_asked_origin(request: PageRequest) -> Origin:
    """Where a page was opened from, by its address or by the form that was posted from it."""
    return read_origin(request.form.text("origin") or request.http.query_params.get("dari", ""))


def read_origin(text: str) -> Origin:
    """An origin as an address or a form carries it; what is none of ours is unknown."""
    page, _, query = text[:LONGEST].partition("?")
    if page == INBOX:
        return Origin(INBOX)
    if page != LIST:
        return Origin()
    written = parse_filter(query).write()
    return Origin(f"{LIST}?{written}" if written else LIST)


def find_following(session: Session, origin: Origin, about: str, *, is_backward: bool = False, actor: Actor) -> str | None:
    """The address of what comes after this idea or award, or before it, where the reader came from, for the same task; asked before it
    is decided."""
    if origin.text == INBOX:
        return _find_following_task(session, about, is_backward, actor)
    if not origin.text:
        return None
    wanted = parse_filter(origin.text.partition("?")[2]).read()
    following = find_next(session, wanted, about, is_backward=is_backward, actor=actor)
    return following and origin.open(following)


def find_beside(session: Session, origin: Origin, about: str, *, actor: Actor) -> dict[str, str | None]:
    """The addresses of what comes before and after, as a page shows them."""
    directions = {"preceding": True, "following": False}
    return {name: find_following(session, origin, about, is_backward=back, actor=actor) for name, back in directions.items()}


def address_of(awaited: Awaited) -> str:
    """Where a task of the inbox is done."""
    item, idea, inbox = awaited.item, awaited.idea, Origin(INBOX)
    pages = {
        "revise": f"/usulan/{idea.id}/ubah",
        "supplement": f"/usulan/{idea.id}/lengkapi",
        "plan_pilot": inbox.at(f"/usulan/{idea.id}/rencana-uji-coba"),
    }
    to = inbox.at(f"/penghargaan/{item.award_id}") if item.award_id else inbox.open(idea.id)
    return pages.get(item.task, to)


async def read_way_on(request: PageRequest, about: str) -> WayOn | None:
    """Where a posted form leads on to; None where it was not sent by the button that goes on, or came from nowhere."""
    origin = read_origin(request.form.text("origin"))
    if not origin.text or request.form.text("do", 20) != NEXT:
        return None
    return WayOn(origin, await request.read(lambda session, actor: find_following(session, origin, about, actor=actor)))


def _find_following_task(session: Session, about: str, is_backward: bool, actor: Actor) -> str | None:
    """The address of the reader's next like task behind the one about an idea or award, or before it, however far away it lies."""
    subject = sa.func.coalesce(col(InboxItem.award_id), col(InboxItem.idea_id))
    for present in list_inbox(session, actor=actor, limit=1, about=subject == about):
        alike = (col(InboxItem.task) == present.item.task) & (subject != about)
        piece = Slice(None, 1, present.cursor) if is_backward else Slice(present.cursor, 1)
        for following in list_waiting(session, piece, actor=actor, about=alike).rows:
            return address_of(following)
    return None
