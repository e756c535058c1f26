"""What a writing page reads and shows of what was typed and not saved: which fields that are, and which page holds which text."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from api.pages.forms import MEANT, Form
from api.pages.session import PageRequest
from models.kept_writing import KeptWriting
from workflows.intake.answers import ANSWERS
from workflows.intake.keep_writing import WritingPage, find_kept, find_revision, mark
from workflows.intake.supplement import SECTION
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext

SHOWS, FORMER = "kept", "kept_page"  # the fields that say which kept text a page shows, and which page's text it took over
SHOW_OLDER = "tulisan"  # asks for what was typed before the idea was saved last
ALONE = ("title", "form", "medium", "theme", "category", "budget_rupiah", "initiator", "in_use_since", "earlier_code")
BELOW = (SECTION, ANSWERS, "team.", MEANT)  # no file, no search for a colleague, and no declaration: that is made at each submission


@dataclass(frozen=True)
class KeptView:
    """What a page tells its script and its reader: the revision that is written over, what it shows of what was kept, since when, and from
    which of whose texts."""

    revision: int
    shows: str = ""
    former: str = ""
    kept: KeptWriting | None = None
    is_shown: bool = False

    @property
    def mark(self) -> str:
        """The mark of what is kept, shown or not; empty for nothing."""
        return mark(self.kept) if self.kept is not None else ""

    @property
    def kept_at(self) -> datetime | None:
        """When what is not saved was kept."""
        return self.kept.kept_at if self.kept is not None else None

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The fields by which the form says what it shows."""
        return [(SHOWS, self.shows), (FORMER, self.former)]


def read_page(form: Form) -> WritingPage:
    """The page that sent a form."""
    return WritingPage(form.key, form.text(FORMER, 40), form.text(SHOWS, 60))


def read_typed(form: Form) -> dict[str, str]:
    """The fields of a form that are kept: what somebody types of an idea, and nothing else that is sent."""
    return {name: value for name, value in form.values.items() if name in ALONE or name.startswith(BELOW)}


def take_kept(session: Session, request: PageRequest, shown: IdeaContext, actor: Actor) -> KeptView:
    """What was kept of what is written, taken over into a form that was not sent, unless the idea was saved since it was typed.

    A page that answers a sent form goes on from what that form's page kept.
    """
    revision, kept, form = find_revision(shown), find_kept(session, shown, actor=actor), request.form
    if form.fields:
        shows = mark(kept) if kept is not None and read_page(form).holds(kept) else ""
        return KeptView(revision, shows, form.key)
    if kept is None:
        return KeptView(revision)
    if kept.revision != revision and SHOW_OLDER not in request.http.query_params:
        return KeptView(revision, kept=kept)
    request.form = Form(list(kept.fields.items()), language=request.language)
    return KeptView(revision, mark(kept), kept=kept, is_shown=True)


def without_marks(fields: list[tuple[str, str]], view: KeptView | None) -> list[tuple[str, str]]:
    """Fields that are sent again, with what this page says of what it shows in place of what an earlier one said."""
    others = [(name, value) for name, value in fields if name not in (SHOWS, FORMER)]
    return [*others, *view.fields] if others and view is not None else others
