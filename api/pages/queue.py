"""Going through ideas one after another: where somebody came from, inbox or list, and which idea comes next there."""

from dataclasses import dataclass
from urllib.parse import quote

from sqlmodel import Session

from api.pages.listed import parse_filter
from workflows.process.actors import Actor
from workflows.process.browse import find_next
from workflows.process.inbox import list_inbox

INBOX, LIST = "kotak-masuk", "daftar"
NEXT = "next"  # the button that saves and goes on
LONGEST = 600
MOST_WAITING = 1_000


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
        query = f"?dari={quote(self.text, safe='')}" if self.text else ""
        return f"/usulan/{idea_id}{query}#tugas"


def read_origin(text: str) -> Origin:
    """An origin as an address or a form carries it; what is none of ours is unknown."""
    page, _, query = text[:LONGEST].partition("?")
    if page == INBOX:
        return Origin(INBOX)
    if page != LIST:
        return Origin()
    written = parse_filter(query).write()
    return Origin(f"{LIST}?{written}" if written else LIST)


def find_following(session: Session, origin: Origin, idea_id: str, *, actor: Actor) -> str | None:
    """The idea that comes after this one where the reader came from, for the same task; to be asked before it is decided."""
    if origin.text == INBOX:
        waiting = list_inbox(session, actor=actor, limit=MOST_WAITING)
        place = next((place for place, each in enumerate(waiting) if each.idea.id == idea_id), None)
        if place is None:
            return None
        task = waiting[place].item.task
        return next((each.idea.id for each in waiting[place + 1 :] if each.item.task == task and each.idea.id != idea_id), None)
    return find_next(session, parse_filter(origin.text.partition("?")[2]).read(), idea_id, actor=actor) if origin.text else None
