"""A refused form as it is shown again: the refusal's sentence beside its field, and everything that was typed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi.responses import Response
from sqlalchemy.exc import IntegrityError

from api.pages.forms import OWN_FIELDS, Form, FormView, fields_to_keep
from api.pages.session import FormResult, PageRequest, redirect_to
from api.pages.texts import Words
from api.problems import STATUS, Stale, refuse_calculation
from api.request_log import known_of
from api.signing_in import Unauthenticated
from models.database import LostRace
from workflows.calculations.refusals import CalculationRefusal
from workflows.process.refusals import Conflict, NotFound, Refusal


@dataclass(frozen=True)
class RefusedForm:
    """A form that was refused: the status, what was typed, and a sentence for each wrong field."""

    name: str
    status: int
    form: Form
    errors: dict[str, str]

    def view(self, version: str | int | None = None) -> FormView:
        """The form with everything that was typed, and a fresh key."""
        return FormView(self.name, self.form.values, self.errors, version, meanings=self.form.meanings)

    def typed(self) -> list[tuple[str, str]]:
        """What the person wrote, for a page that cannot show the form any more."""
        return [(name, value) for name, value in fields_to_keep(self.form.fields) if value.strip() and name not in OWN_FIELDS]


def refuse_form(name: str, form: Form, refusal: Refusal, words: Words) -> RefusedForm:
    """The form as refused, with the refusal's sentence under the field at fault."""
    status = next(STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS)
    return RefusedForm(name, status, form, {refusal.field or "": words.refusal(refusal.code, refusal.parameters)})


def refuse_unreadable(name: str, form: Form, words: Words) -> RefusedForm:
    """The form as refused for fields that cannot be read as the numbers, days or choices they should be."""
    return RefusedForm(
        name, 422, form, {field: words.refusal(code, _read_meanings(form, field, words)) for field, code in form.wrong.items()}
    )


def _read_meanings(form: Form, field: str, words: Words) -> dict[str, str]:
    """What was typed and the two numbers that it may mean, the larger first."""
    shown = [words.plain(number) for number in sorted(form.meanings.get(field, ()), reverse=True)]
    return {"typed": form.text(field, 60).strip(), "more": shown[0], "less": shown[1]} if shown else {}


class Unreadable(Exception):
    """A form has fields that cannot be read; its `wrong` says which."""


def require_readable(form: Form) -> None:
    """Raise Unreadable where a field could not be read."""
    if form.wrong:
        raise Unreadable


ShowRefused = Callable[[RefusedForm], Awaitable[Response]]
ShowResult = Callable[[FormResult], Awaitable[Response]]


async def redirect(result: FormResult) -> Response:
    """The usual answer to a form that was accepted: 303 to where it leads."""
    return redirect_to(result)


async def attempt(
    name: str,
    request: PageRequest,
    act: Callable[[], Awaitable[FormResult]],
    show_refused: ShowRefused,
    show_result: ShowResult = redirect,
) -> Response:
    """Run a posted form's action and answer with its result; where it is refused, show the form again with what was typed.

    What concerns the whole page (nobody signed in, nothing there) is left to the problem pages.
    """
    words = Words(request.language)
    try:
        require_readable(request.form)
        return await show_result(await act())
    except Unreadable:
        return await show_refused(refuse_unreadable(name, request.form, words))
    except (Unauthenticated, NotFound):
        raise
    except CalculationRefusal as refusal:
        return await show_refused(refuse_form(name, request.form, refuse_calculation(refusal), words))
    except Stale as stale:
        known_of(request.http).code = stale.code
        return await show_refused(refuse_form(name, request.form, Stale(stale.code), words))
    except Refusal as refusal:
        known_of(request.http).code = refusal.code
        return await show_refused(refuse_form(name, request.form, refusal, words))
    except (LostRace, IntegrityError):
        return await show_refused(refuse_form(name, request.form, Conflict("lost_race"), words))
