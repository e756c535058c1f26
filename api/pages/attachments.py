"""The files of an idea: the page on which its lead adds and removes them, and the files themselves for whoever may read the idea."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from api.pages.forms import Form, FormView, read_form
from api.pages.idea import IDEA
from api.pages.refused import RefusedForm, attempt
from api.pages.render import page, read_done
from api.pages.session import FormResult, Page, PageRequest, PostedForm, Unconfirmed, choose_language, refuse_foreign
from api.pages.streamed_form import read_streamed_form
from api.pages.writing import FORMS, find_writing
from api.uploads import Arrival
from api.v1.attachments import digest_sent, send_file
from api.v1.shapes import Id
from models.settings import settings
from workflows.adapters.inspection import OF_PHONES, SUFFIXES
from workflows.intake.attach import attach_file, read_rule, remove_attachment
from workflows.intake.attachments import Copy, find_file_to_open, list_files
from workflows.intake.required_files import list_refused, list_still_needed
from workflows.intake.supplement import read_asked_for
from workflows.process.actors import Actor
from workflows.process.context import read_context

router = APIRouter(include_in_schema=False)
PLACE = IDEA + "/lampiran"


@router.get(PLACE)
async def show_attachments(idea_id: Id, request: Page, ok: str = "") -> Response:
    """The files of an idea, for its lead to add to; everybody else is led to the idea."""
    return await show(request, idea_id, done=read_done(ok))


@router.post(PLACE)
async def take_file(idea_id: Id, request: Page) -> Response:
    """Take a file as it comes, and attach it."""
    refuse_foreign(request.http)
    rule = await request.read(lambda s, a: read_rule(s, idea_id, actor=a))
    async with Arrival(request, rule) as arrival:
        request.form, name = await _read(request, arrival)
        choose_language(request.http, request.form)
        request.body_sha256 = digest_sent(arrival.digest, name, *(f"{key}={value}" for key, value in request.form.fields))

        async def take() -> FormResult:
            if request.is_switch:
                raise Unconfirmed
            if not name:
                request.form.wrong["file"] = "field_missing"
                return await request.act(lambda _s, _a: FormResult(to=""))  # which tells that it is missing
            new = await arrival.settle(name)

            def act(session: Session, actor: Actor) -> FormResult:
                attach_file(session, idea_id, new, actor=actor)
                return FormResult(to=f"/usulan/{idea_id}/lampiran", done="attached")

            result = await request.act(act)
            arrival.is_taken = True
            return result

        return await attempt("attach", request, take, lambda refused: show(request, idea_id, refused=refused))


async def _read(request: PageRequest, arrival: Arrival) -> tuple[Form, str]:
    """The form and its file's name; one that is sent again to be shown in the other language has no file, and comes as any other form."""
    if request.http.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return await read_form(request.http), ""
    return await read_streamed_form(request.http, arrival)


@router.post(PLACE + "/hapus")
async def remove(idea_id: Id, request: PostedForm) -> Response:
    """Take a file out."""
    attachment_id = request.form.text("attachment", 26)

    def act(session: Session, actor: Actor) -> FormResult:
        remove_attachment(session, idea_id, attachment_id, actor=actor)
        return FormResult(to=f"/usulan/{idea_id}/lampiran", done="detached")

    return await attempt("detach", request, lambda: request.act(act), lambda refused: show(request, idea_id, refused=refused))


@router.get(PLACE + "/{attachment_id}")
async def open_file(idea_id: Id, attachment_id: Id, request: Page, salinan: str = "") -> Response:
    """A file to save; `salinan=asli` asks for the bytes as they were handed in, for who added it."""
    copy = Copy.ORIGINAL if salinan == "asli" else Copy.SHOWN
    return await send_file(request, lambda s, a: find_file_to_open(s, idea_id, attachment_id, copy, actor=a))


@router.get(PLACE + "/{attachment_id}/kecil")
async def open_thumbnail(idea_id: Id, attachment_id: Id, request: Page) -> Response:
    """The small picture of a photo, for a page."""
    return await send_file(request, lambda s, a: find_file_to_open(s, idea_id, attachment_id, Copy.THUMBNAIL, actor=a), inline=True)


async def show(request: PageRequest, idea_id: str, *, refused: RefusedForm | None = None, done: str = "") -> Response:
    """The page of an idea's files; a refused form stands in it with its reason."""

    def read(session: Session, actor: Actor) -> dict[str, Any]:
        context = read_context(session, idea_id, actor=actor)
        writing = find_writing(session, context.idea, actor)
        asked_for = read_asked_for(session, context) if writing == "supplement" else None
        rule = context.policy.attachments
        if not (writing and (asked_for is None or asked_for.takes_files) and rule.most) and refused is None:
            return {"away": f"/usulan/{idea_id}"}
        files = list_files(session, context, actor=actor)
        return {
            "idea": context.idea,
            "policy": context.policy,
            "rule": rule,
            "files": files,
            "needed": list_still_needed(session, context),
            "refused_files": list_refused(session, context),
            "is_full": len(files) >= rule.most,
            "is_taken": asked_for is not None and not asked_for.may_add(each.row for each in files),
            "asked_for": asked_for,
            "back": f"/usulan/{idea_id}/{FORMS[writing]}" if writing else f"/usulan/{idea_id}",
            "reader": actor.person_id,
        }

    visitor, values = await request.read_page(read)
    if "away" in values:
        return RedirectResponse(values["away"], 303)
    status = refused.status if refused else 200
    accepted = [each for kind in values["rule"].kinds for each in list_accepted(kind)]
    shown = refused.view() if refused else FormView("attach")
    views = {"form": shown, "camera": FormView("camera"), "accepted": ",".join(accepted), "is_scanned": bool(settings().scanner)}
    return page(
        visitor,
        "intake/attachments.html",
        status=status,
        done=done,
        wrong=refused if refused is not None and refused.errors else None,
        posted=refused is not None,
        detach=lambda: FormView("detach"),
        **values,
        **views,
    )


def list_accepted(kind: str) -> list[str]:
    """What a browser is told to choose from for a kind of file; told the other types of photos, a phone sends its own kind as JPEG, which
    is taken on every machine."""
    types = SUFFIXES[kind]
    return [media for media in types if media != OF_PHONES] if kind == "photo" else [f".{suffix}" for suffix in types.values()]
