"""A refused form, shown again: the catalogue's sentence beside the field, what was typed in its place."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi.responses import Response
from sqlalchemy.exc import IntegrityError

from api.pages.forms import OURS, Form, FormView, kept_fields
from api.pages.session import Landing, PageDoor, lead_to
from api.pages.texts import Words
from api.problems import STATUS, Stale, refuse_calculation
from api.signing_in import Unauthenticated
from models.database import LostRace
from workflows.calculations.refusals import CalculationRefusal
from workflows.process.refusals import Conflict, NotFound, Refusal


@dataclass(frozen=True)
class TurnedDown:
    """What came of a form that was refused."""

    name: str
    status: int
    form: Form
    errors: dict[str, str]

    def view(self, version: int | None = None) -> FormView:
        """The form with everything that was typed, and a fresh key."""
        return FormView(self.name, self.form.values, self.errors, version)

    def typed(self) -> list[tuple[str, str]]:
        """What the person wrote, for a page that cannot show the form any more."""
        return [(name, value) for name, value in kept_fields(self.form.fields) if value.strip() and name not in OURS]


def turn_down(name: str, form: Form, refusal: Refusal, words: Words) -> TurnedDown:
    """A refusal of a form, its sentence under the field at fault."""
    status = next(STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS)
    return TurnedDown(name, status, form, {refusal.field or "": words.refusal(refusal.code, refusal.parameters)})


def unreadable(name: str, form: Form, words: Words) -> TurnedDown:
    """A form with fields that nobody can read as what they should be."""
    return TurnedDown(name, 422, form, {field: words.refusal(code, {}) for field, code in form.wrong.items()})


class Unreadable(Exception):
    """Fields were found that nobody can read as what they should be; the form knows which."""


def require_readable(form: Form) -> None:
    """Raise Unreadable where a field could not be read."""
    if form.wrong:
        raise Unreadable


Show = Callable[[TurnedDown], Awaitable[Response]]
Arrive = Callable[[Landing], Awaitable[Response]]


async def go_on(landing: Landing) -> Response:
    """The usual arrival: by redirect."""
    return lead_to(landing)


async def attempt(name: str, door: PageDoor, act: Callable[[], Awaitable[Landing]], show: Show, arrive: Arrive = go_on) -> Response:
    """Go where a form's action leads; where it is refused, show the form again with what was typed.

    What concerns the whole page (nobody signed in, nothing there) is left to the problem pages.
    """
    words = Words(door.language)
    try:
        require_readable(door.form)
        return await arrive(await act())
    except Unreadable:
        return await show(unreadable(name, door.form, words))
    except (Unauthenticated, NotFound):
        raise
    except CalculationRefusal as refusal:
        return await show(turn_down(name, door.form, refuse_calculation(refusal), words))
    except Stale as stale:
        return await show(turn_down(name, door.form, Stale(stale.code), words))
    except Refusal as refusal:
        return await show(turn_down(name, door.form, refusal, words))
    except (LostRace, IntegrityError):
        return await show(turn_down(name, door.form, Conflict("lost_race"), words))
