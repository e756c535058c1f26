"""Dictated ideas: typed for a colleague, printed on a sheet with a code, confirmed by the colleague."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session, col, select

from api.pages.answers import MOST_RADIOS, show_form, stored_answers
from api.pages.conditions import read_asked
from api.pages.forms import FormView
from api.pages.proposal import read_proposal
from api.pages.refused import RefusedForm, attempt
from api.pages.render import page, read_done
from api.pages.session import FormResult, Page, PageRequest, PostedForm, redirect_to
from api.pages.tables import MORE, lay_rows
from api.pages.texts import Words
from api.v1.shapes import Id
from models.calls import Call, CallState
from models.instants import now
from models.policy import Policy
from workflows.intake.content import Proposal
from workflows.intake.dictate import (
    TYPING,
    Dictated,
    change_dictated,
    confirm_dictated,
    dictate_idea,
    end_dictated,
    list_dictated,
    may_print,
    print_dictated,
    read_dictated,
)
from workflows.process.actors import Actor
from workflows.process.asked import list_asked, list_form
from workflows.process.context import read_policy
from workflows.process.refusals import Forbidden
from workflows.region.calls import current_policy, get_call

router = APIRouter(include_in_schema=False)
LIST = "/usulan-titipan"
NEW, ONE = LIST + "/baru", LIST + "/{dictated_id}"


@dataclass(frozen=True)
class Typing:
    """What is typed with the form: a new idea for a call, or another text of one that waits."""

    call_id: str = ""
    dictated_id: str = ""


@router.get(LIST)
async def show_list(request: Page, ok: str = "") -> Response:
    """What was typed and waits, as far as the reader is concerned; an operator begins here."""

    def read(session: Session, actor: Actor) -> dict[str, Any]:
        taking = select(Call).where(Call.state == CallState.OPEN, Call.closes_at > now()).order_by(col(Call.closes_at))
        calls = session.exec(taking).all() if _types(actor) else []
        return {"found": list_dictated(session, actor=actor), "calls": calls, "types": _types(actor)}

    visitor, values = await request.read_page(read)
    return page(visitor, "intake/dictated_list.html", done=read_done(ok), **values)


@router.get(NEW)
async def show_new(request: Page, call: str = "") -> Response:
    """The form to type an idea in a colleague's name."""
    return await _show_form(request, Typing(call_id=call[:26]))


@router.post(NEW)
async def write_new(request: PostedForm) -> Response:
    """Keep what was typed; the colleague is told."""
    call_id = request.form.text("call", 26)

    def save(session: Session, actor: Actor) -> FormResult:
        proposal = _read_typed(request, _read_policy(session, call_id))
        row = dictate_idea(session, call_id, request.form.text("employee_number", 100), proposal, actor=actor)
        return FormResult(to=f"{LIST}/{row.id}", done="dictated")

    return await _write(request, save, Typing(call_id=call_id))


@router.get(ONE)
async def show_one(dictated_id: Id, request: Page, ok: str = "") -> Response:
    """What was typed, and what the reader may do with it."""
    return await _show_one(request, dictated_id, done=read_done(ok))


@router.get(ONE + "/ubah")
async def show_change(dictated_id: Id, request: Page) -> Response:
    """What was typed, to be changed by who typed it."""
    return await _show_form(request, Typing(dictated_id=dictated_id))


@router.post(ONE + "/ubah")
async def change(dictated_id: Id, request: PostedForm) -> Response:
    """Put another text in its place; a printed code is void."""

    def save(session: Session, actor: Actor) -> FormResult:
        found = read_dictated(session, dictated_id, actor=actor)
        proposal = _read_typed(request, _read_policy(session, found.call.id))
        change_dictated(session, dictated_id, _read_version(request), proposal, actor=actor)
        return FormResult(to=f"{LIST}/{dictated_id}", done="dictated_changed")

    return await _write(request, save, Typing(dictated_id=dictated_id))


@router.post(ONE + "/lembar")
async def print_sheet(dictated_id: Id, request: PostedForm) -> Response:
    """The whole text with a code, to be printed and handed over, this once."""

    def act(session: Session, actor: Actor) -> FormResult:
        return FormResult(to=f"{LIST}/{dictated_id}", activation_code=print_dictated(session, dictated_id, actor=actor).code)

    async def show_sheet(result: FormResult) -> Response:
        visitor, values = await request.read_page(lambda session, actor: _read_one(session, dictated_id, actor))
        return page(visitor, "intake/dictated_sheet.html", posted=True, code=result.activation_code, **values)

    return await _act(request, dictated_id, "print", act, show_sheet)


@router.post(ONE + "/konfirmasi")
async def confirm(dictated_id: Id, request: PostedForm) -> Response:
    """Let it be its person's own: a draft of theirs, or, with the code from their sheet, handed in."""

    def act(session: Session, actor: Actor) -> FormResult:
        code = request.form.text("code", 100)
        context = confirm_dictated(session, dictated_id, _read_version(request), code, actor=actor)
        if context.idea.lead_id == actor.person_id:
            return FormResult(to=f"/usulan/{context.idea.id}/ubah", done="dictated_yours")
        return FormResult(to=LIST, done="dictated_handed_in")

    return await _act(request, dictated_id, "confirm", act)


@router.post(ONE + "/akhiri")
async def end(dictated_id: Id, request: PostedForm) -> Response:
    """Give it up; its text is forgotten."""

    def act(session: Session, actor: Actor) -> FormResult:
        end_dictated(session, dictated_id, actor=actor)
        return FormResult(to=LIST, done="dictated_ended")

    return await _act(request, dictated_id, "end", act)


async def _act(
    request: PageRequest, dictated_id: str, name: str, act: Callable[[Session, Actor], FormResult], show_result: Any = None
) -> Response:
    async def show(refused: RefusedForm) -> Response:
        return await _show_one(request, dictated_id, refused=refused)

    async def redirect(result: FormResult) -> Response:
        return redirect_to(result)

    return await attempt(name, request, lambda: request.act(act), show, show_result or redirect)


async def _write(request: PageRequest, save: Callable[[Session, Actor], FormResult], wanted: Typing) -> Response:
    if request.form.text("do", 10) == "refresh" or request.form.text(MORE, 40):
        return await _show_form(request, wanted)
    return await attempt("dictate", request, lambda: request.act(save), lambda refused: _show_form(request, wanted, refused=refused))


async def _show_one(request: PageRequest, dictated_id: str, *, refused: RefusedForm | None = None, done: str = "") -> Response:
    visitor, values = await request.read_page(lambda session, actor: _read_one(session, dictated_id, actor))
    forms = {name: FormView(name) for name in ("print", "confirm", "end")}
    if refused is not None:
        forms[refused.name] = refused.view()
    shown = {"forms": forms, "wrong": refused if refused is not None and refused.errors else None, "posted": refused is not None}
    return page(visitor, "intake/dictated.html", status=refused.status if refused else 200, done=done, **values, **shown)


async def _show_form(request: PageRequest, wanted: Typing, *, refused: RefusedForm | None = None) -> Response:
    words, dictated_id = Words(request.language), wanted.dictated_id

    def read(session: Session, actor: Actor) -> dict[str, Any]:
        found = read_dictated(session, dictated_id, actor=actor) if dictated_id else None
        if found is not None and (found.proposal is None or found.row.typed_by != actor.person_id):
            return {"away": f"{LIST}/{dictated_id}"}
        if not _types(actor):
            raise Forbidden("only_operator")
        call = found.call if found is not None else get_call(session, wanted.call_id)[0]
        policy = _read_policy(session, call.id)
        typed = lay_rows(request.form, policy)
        values = typed.values if typed.fields else _write_values(found, policy, words) if found is not None else {}
        meanings = request.form.meanings if request.form.fields else {}
        form = FormView("dictate", values, refused.errors if refused else {}, meanings=meanings)
        target, version = (f"{LIST}/{dictated_id}/ubah", found.row.version) if found is not None else (NEW, 1)
        about = {"found": found, "call": call, "policy": policy, "form": form, "target": target, "version": version}
        asked = {"entry": read_asked(policy, call), "asks_earlier": False, "asked_for": None, "said": {}, "most_radios": MOST_RADIOS}
        return about | asked | show_form(policy, form, None)

    visitor, values = await request.read_page(read)
    if "away" in values:
        return RedirectResponse(values["away"], 303)
    wrong = refused if refused is not None and refused.errors else None
    posted = request.http.method == "POST"
    return page(visitor, "intake/dictate.html", status=refused.status if refused else 200, wrong=wrong, posted=posted, **values)


def _read_one(session: Session, dictated_id: str, actor: Actor) -> dict[str, Any]:
    """What the pages of one dictated idea show."""
    found = read_dictated(session, dictated_id, actor=actor)
    policy = _read_policy(session, found.call.id)
    asked = list_asked(policy, found.proposal.answers) if found.proposal is not None else set()
    return {
        "found": found,
        "policy": policy,
        "form_parts": [part for part in list_form(policy) if part.name in asked],
        "is_person": found.row.person_id == actor.person_id,
        "is_typist": found.row.typed_by == actor.person_id,
        "prints": may_print(session, found, actor),
    }


def _read_typed(request: PageRequest, policy: Policy) -> Proposal:
    request.form = lay_rows(request.form, policy)
    return read_proposal(request.form, policy, {})


def _types(actor: Actor) -> bool:
    return any(actor.holds(role) for role in TYPING)


def _read_policy(session: Session, call_id: str) -> Policy:
    return read_policy(current_policy(session, call_id))


def _read_version(request: PageRequest) -> int:
    """The version of the text that the form was shown with; 0, which no text has, for anything else."""
    typed = request.form.text("version", 6)
    return int(typed) if typed.isascii() and typed.isdecimal() else 0


def _write_values(found: Dictated, policy: Policy, words: Words) -> dict[str, str]:
    """What was typed before, as the form's fields."""
    said = found.proposal
    if said is None:
        return {}
    values = {"title": said.title, "form": said.form, "medium": said.medium, "theme": said.theme, "category": said.category}
    values["budget_rupiah"] = words.count(said.budget_rupiah) if said.budget_rupiah else ""
    values |= {"initiator": said.initiator or "", "in_use_since": said.in_use_since.isoformat() if said.in_use_since else ""}
    values |= stored_answers(policy, said.answers, words.language)
    return values | {f"sections.{name}": text for name, text in said.sections.items()}
