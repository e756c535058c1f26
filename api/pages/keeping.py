"""What somebody types into a writing form is kept while they write, for them alone; asked for by the form's script, and thrown away by a
button. The script is told in words what to say, and by the status whether it may try again."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from sqlmodel import Session

from api.lookups import Lookups
from api.pages.idea import IDEA
from api.pages.kept import read_page, read_typed
from api.pages.session import FormResult, PageRequest, PostedForm, redirect_to
from api.pages.texts import Words
from api.pages.writing import FORMS, NEW, Writing, find_written
from api.problems import STATUS
from api.signing_in import Unauthenticated
from api.v1.shapes import Id
from models.kept_writing import KeptWriting
from models.statements.answers import find_answer
from workflows.intake.keep_writing import Typed, forget_writing, keep_writing, name_writing
from workflows.process.actors import Actor
from workflows.process.refusals import Conflict, Forbidden, Refusal

router = APIRouter(include_in_schema=False)
LONGEST_KEY, LONGEST_NUMBER = 40, 9


@router.post(f"{NEW}/tulisan")
async def keep_new(request: PostedForm) -> Response:
    """Keep what is typed of a new idea."""
    return await _keep(request, Writing("draft", call_id=request.form.text("call", 26)), NEW)


@router.post(f"{IDEA}/ubah/tulisan")
async def keep_draft(idea_id: Id, request: PostedForm) -> Response:
    """Keep what is typed of a draft."""
    return await _keep(request, Writing("revise", idea_id), f"/usulan/{idea_id}/{FORMS['revise']}")


@router.post(f"{IDEA}/lengkapi/tulisan")
async def keep_supplement(idea_id: Id, request: PostedForm) -> Response:
    """Keep what is typed of what completes an idea."""
    return await _keep(request, Writing("supplement", idea_id), f"/usulan/{idea_id}/{FORMS['supplement']}")


@router.post(f"{NEW}/tulisan/buang")
async def discard_new(request: PostedForm) -> Response:
    """Throw away what was typed of a new idea."""
    call_id = request.form.text("call", 26)
    return await _discard(request, Writing("draft", call_id=call_id), f"{NEW}?call={call_id}")


@router.post(f"{IDEA}/ubah/tulisan/buang")
async def discard_draft(idea_id: Id, request: PostedForm) -> Response:
    """Throw away what was typed of a draft, which stays as it is."""
    return await _discard(request, Writing("revise", idea_id), f"/usulan/{idea_id}/{FORMS['revise']}")


@router.post(f"{IDEA}/lengkapi/tulisan/buang")
async def discard_supplement(idea_id: Id, request: PostedForm) -> Response:
    """Throw away what was typed of what completes an idea, which stays as it is."""
    return await _discard(request, Writing("supplement", idea_id), f"/usulan/{idea_id}/{FORMS['supplement']}")


async def _keep(request: PageRequest, wanted: Writing, path: str) -> Response:
    words = Words(request.language)

    def keep(session: Session) -> KeptWriting | None:
        actor = request.actor(session)
        request.require_own_form()
        _require_few(request.http.app.state.keeping, actor)
        if find_answer(session, actor.person_id, f"POST {path}", _read_key(request)) is not None:
            return None  # it came after its own form, which is saved
        context = find_written(session, wanted, actor)
        if wanted.idea_id and name_writing(context.idea.stage) != wanted.action:
            raise Conflict("writing_saved_elsewhere")
        form = request.form
        typed = Typed(
            _read_number(form.text("revision", LONGEST_NUMBER)), read_typed(form), _read_number(form.text("turn", LONGEST_NUMBER))
        )
        return keep_writing(session, context, typed, read_page(form), actor=actor)

    try:
        kept = await request.write_publicly(keep)
    except Refusal as refusal:
        return _say(_read_refusal(refusal, words), next(STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS))
    await request.note_visit()
    return _say({"at": words.hour(kept.kept_at)} if kept is not None else {}, 200)


def _read_refusal(refusal: Refusal, words: Words) -> dict[str, str]:
    """What the page is to say; whose session is over goes on by the form's button, which asks them to sign in and keeps what they typed."""
    is_over = isinstance(refusal, Unauthenticated) or refusal.code == "form_token_invalid"
    return {"said": words.text("keeping.signed_out") if is_over else words.refusal(refusal.code, refusal.parameters)}


def _say(content: dict[str, Any], status: int) -> JSONResponse:
    return JSONResponse(content, status, headers={"Cache-Control": "no-store"})


def _require_few(counted: Lookups, actor: Actor) -> None:
    place = f"person {actor.person_id}"
    counted.require_few(place)
    counted.count(place)


def _read_key(request: PageRequest) -> str:
    key = request.form.key
    if not key or len(key) > LONGEST_KEY or not key.isascii() or not key.isalnum():
        raise Forbidden("form_token_invalid")
    return key


def _read_number(typed: str) -> int:
    """A number that our own script counts; 0 for anything else."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= LONGEST_NUMBER else 0


async def _discard(request: PageRequest, wanted: Writing, to: str) -> Response:
    """Throw away the text that the page told of; a later one stays, and is shown."""

    def discard(session: Session, actor: Actor) -> FormResult:
        is_done = forget_writing(session, find_written(session, wanted, actor), read_page(request.form), actor=actor)
        return FormResult(to=to, done="writing_discarded" if is_done else "")

    return redirect_to(await request.act(discard))
