"""A refused form as it is shown again: the refusal's sentence beside its field, and everything that was typed."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from fastapi.responses import Response
from sqlalchemy.exc import IntegrityError

from api.pages.forms import OWN_FIELDS, Form, FormView, fields_to_keep
from api.pages.reading import UnreadableForm
from api.pages.session import FormResult, PageRequest, Unconfirmed, redirect_to, remember_language
from api.pages.texts import Words
from api.problems import STATUS, Stale, refuse_calculation
from api.request_log import known_of
from api.signing_in import Unauthenticated
from models.database import LostRace
from workflows.calculations.refusals import CalculationRefusal
from workflows.process.refusals import Conflict, NotFound, Refusal

RENEWED = ("form_key", "form_version")


@dataclass(frozen=True)
class RefusedForm:
    """A form that was refused: the status, what was typed, and a sentence for each wrong field."""

    name: str
    status: int
    form: Form
    errors: dict[str, str]
    is_resent: bool = False  # whether it may be sent again only to be shown in the other language

    @property
    def resend(self) -> list[tuple[str, str]]:
        """What to send again to see this form in the other language; nothing where it holds a password, which no page gives back."""
        sendable = self.is_resent and not any("password" in name for name in self.form.values)
        return [(name, value) for name, value in fields_to_keep(self.form.fields) if name not in RENEWED] if sendable else []

    def view(self, version: str | int | None = None) -> FormView:
        """The form with everything that was typed, and a fresh key."""
        return FormView(self.name, self.form.values, self.errors, version, meanings=self.form.meanings)

    def typed(self) -> list[tuple[str, str]]:
        """What the person wrote, for a page that cannot show the form any more."""
        return [(name, value) for name, value in fields_to_keep(self.form.fields) if value.strip() and name not in OWN_FIELDS]


def refuse_form(name: str, form: Form, refusal: Refusal, words: Words) -> RefusedForm:
    """The form as refused, with a sentence under each field at fault."""
    status = next(STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS)
    return RefusedForm(name, status, form, _in_order(form, _read_sentences(refusal.parts or (refusal,), words)))


def refuse_unreadable(name: str, form: Form, words: Words, others: Sequence[Refusal] = ()) -> RefusedForm:
    """The form as refused for fields that cannot be read as the numbers, days or choices they should be, and for its other fields."""
    unreadable = {field: words.refusal(code, _read_meanings(form, field, words)) for field, code in form.wrong.items()}
    return RefusedForm(name, 422, form, _in_order(form, _read_sentences(others, words) | unreadable))


def _read_sentences(refusals: Sequence[Refusal], words: Words) -> dict[str, str]:
    """Of each field the first sentence."""
    read: dict[str, str] = {}
    for each in refusals:
        read.setdefault(each.field or "", words.refusal(each.code, each.parameters))
    return read


def _in_order(form: Form, errors: dict[str, str]) -> dict[str, str]:
    """Errors in the order in which their fields stand in the form, those of none last."""
    places = {name: place for place, (name, _value) in enumerate(form.fields)}
    return {field: errors[field] for field in sorted(errors, key=lambda field: places.get(field, len(places)))}


def _read_meanings(form: Form, field: str, words: Words) -> dict[str, str]:
    """What was typed and the two numbers that it may mean, the larger first."""
    shown = [words.plain(number) for number in sorted(form.meanings.get(field, ()), reverse=True)]
    return {"typed": form.text(field, 60).strip(), "more": shown[0], "less": shown[1]} if shown else {}


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

    What concerns the whole page (nobody signed in, nothing there) is left to the problem pages. A form that was sent to be shown in the
    other language is only tried out.
    """
    words, request.is_switch = Words(request.language), bool(request.http.state.language)

    async def show(refused: RefusedForm) -> Response:
        answer = await show_refused(replace(refused, is_resent=True))
        if request.is_switch:
            remember_language(answer, request.http, request.language)
        return answer

    try:
        return await show_result(await act())
    except UnreadableForm as unreadable:
        return await show(refuse_unreadable(name, request.form, words, unreadable.others))
    except Unconfirmed:
        if request.is_trial:
            raise
        return await show(RefusedForm(name, 200, request.form, {}))  # nothing is wrong with it, and nothing was done
    except (Unauthenticated, NotFound):
        raise
    except (CalculationRefusal, Refusal, LostRace, IntegrityError) as fault:
        return await show(refuse_form(name, request.form, _read_refusal(request, fault), words))


def _read_refusal(request: PageRequest, fault: Exception) -> Refusal:
    """A fault of an action as the refusal that people read."""
    if isinstance(fault, CalculationRefusal):
        return refuse_calculation(fault)
    if not isinstance(fault, Refusal):
        return Conflict("lost_race")
    known_of(request.http).code = fault.code
    return Stale(fault.code) if isinstance(fault, Stale) else fault
