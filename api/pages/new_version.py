"""A new version of a call's policy: written as the call's file, and shown with whom it touches and what it changes before it is saved."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from api.call_samples import write_explained
from api.pages.call_form import SAVE, LookedAt, Purpose, read_sent, show_form, show_looked_at
from api.pages.call_life import CALL, keeps_call
from api.pages.calls import LIST, show_differences
from api.pages.final import confirm_page, find_final, is_taken_back
from api.pages.refused import RefusedForm, attempt
from api.pages.session import FormResult, Page, PageRequest, PostedForm, Unconfirmed
from api.pages.texts import Words
from api.v1.shapes import Id
from models.calls import Call, CallState
from workflows.process.actors import Actor
from workflows.process.refusals import Conflict, Invalid, NotFound, Refusal
from workflows.region.call_files.call import CheckedFile, check_file
from workflows.region.call_files.faults import FileFault
from workflows.region.call_files.planned import describe_call
from workflows.region.calls import amend_policy, get_call
from workflows.region.new_versions import NewVersionPreview, preview_new_version

router = APIRouter(include_in_schema=False)
RENEWED = CALL + "/versi-baru"
NAME = "new_version"


@router.get(RENEWED)
async def begin(call_id: Id, request: Page) -> Response:
    """The call's file with the newest version of its policy, to be changed."""
    text = await request.read(lambda session, actor: _write(session, call_id, actor, request.language))
    return await show_form(request, _purpose(request, call_id), text)


@router.post(RENEWED)
async def take(call_id: Id, request: PostedForm) -> Response:
    """Look at the file, change it by its fields, give it as a file, or save it as a new version, once what it brings was shown."""
    act, checked = read_sent(request)
    purpose, confirming = _purpose(request, call_id), dict[str, Any]()

    async def show(refused: RefusedForm) -> Response:
        return await show_form(request, purpose, checked.read.text, checked, refused=refused)

    async def save() -> FormResult:
        await request.read(lambda session, actor: _check_kept(request, session, call_id, checked, actor))
        if act != SAVE or checked.faults:
            raise LookedAt

        def write(session: Session, actor: Actor) -> FormResult:
            preview = preview_new_version(session, call_id, _read_policy(checked), actor=actor)
            confirming.update(call=get_call(session, call_id)[0], **_show_preview(preview, Words(request.language)))
            version = amend_policy(session, call_id, _read_policy(checked), actor=actor)
            return FormResult(to=f"{LIST}/{call_id}/{version.number}", done="version_written")

        try:
            return await request.act(write)
        except (Invalid, Conflict) as refusal:
            raise LookedAt(_locate_faults(checked, refusal)) from refusal

    if is_taken_back(request):
        return await show(RefusedForm(NAME, 200, request.form, {}))
    final = find_final(request, NAME)
    request.is_trial = bool(final)
    try:
        return await attempt(NAME, request, save, show)
    except Unconfirmed:
        visitor, _ = await request.read_page(lambda session, actor: _require_kept(session, call_id, actor))
        return confirm_page(request, visitor, final, confirming)
    except LookedAt as looked:
        return await show_looked_at(request, purpose, checked, looked)


def _purpose(request: PageRequest, call_id: str) -> Purpose:
    """The form of a new version, with what it would bring beside a file in which nothing is wrong."""

    def read(session: Session, actor: Actor, checked: CheckedFile) -> dict[str, Any]:
        call = _require_kept(session, call_id, actor)
        if checked.faults or checked.policy is None:
            return {"call": call}
        try:
            preview = preview_new_version(session, call_id, _read_policy(checked), actor=actor)
        except (Invalid, Conflict):
            return {"call": call}  # it is told with what is wrong, once the file was looked at
        return {"call": call, **_show_preview(preview, Words(request.language))}

    return Purpose(CALL.format(call_id=call_id) + "/versi-baru", read, is_new_call=False)


def _show_preview(preview: NewVersionPreview, words: Words) -> dict[str, Any]:
    return {"held": preview.held, "before": preview.before, **show_differences(preview.differences, words)}


def _require_kept(session: Session, call_id: str, actor: Actor) -> Call:
    """The call, for who keeps it; nobody else finds the page, and a call that is closed gets no new version."""
    call, unit = get_call(session, call_id)
    if not keeps_call(actor, unit):
        raise NotFound("call_not_found")
    if call.state == CallState.CLOSED:
        raise Conflict("call_takes_no_drafts")
    return call


def _write(session: Session, call_id: str, actor: Actor, language: str) -> str:
    return write_explained(describe_call(session, _require_kept(session, call_id, actor).code), language)


def _check_kept(request: PageRequest, session: Session, call_id: str, checked: CheckedFile, actor: Actor) -> None:
    """Hold a file against its call: only the policy may differ; raises LookedAt with what else does."""
    request.require_own_form()
    call = _require_kept(session, call_id, actor)
    if checked.faults:
        return
    if not checked.is_alone:
        present = check_file(write_explained(describe_call(session, call.code), "id").encode()).call
        for name in ("code", "title", "unit_code", "opens_at", "closes_at"):
            if getattr(checked.call, name, None) != getattr(present, name, None):
                checked.faults.append(checked.locate_fault("call_part_not_of_policy", name, {}))
    if checked.faults:
        raise LookedAt
    try:
        preview_new_version(session, call_id, _read_policy(checked), actor=actor)
    except (Invalid, Conflict) as refusal:
        raise LookedAt(_locate_faults(checked, refusal)) from refusal


def _read_policy(checked: CheckedFile) -> dict[str, Any]:
    """The policy of a file that holds a call with its policy, or a policy alone."""
    policy: dict[str, Any] = checked.read.body if checked.is_alone else checked.read.body["policy"]
    return policy


def _locate_faults(checked: CheckedFile, refusal: Refusal) -> list[FileFault]:
    return [checked.locate_fault(each.code, each.field, each.parameters) for each in refusal.parts or (refusal,)]
