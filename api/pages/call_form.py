"""A new call: begun from a sample or a copy, written as fields or as the file itself, looked at, and planned."""

from base64 import b64encode
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from api.call_samples import SAMPLES, read_sample, write_explained
from api.pages.call_fields import count_fields, list_groups, name_path, read_fields
from api.pages.calls import LIST
from api.pages.conditions import list_conditions
from api.pages.forms import MOST_FIELDS, FormView, fields_to_keep
from api.pages.refused import RefusedForm, attempt
from api.pages.render import page
from api.pages.session import FormResult, Page, PageRequest, PostedForm, remember_language
from api.pages.texts import Words, texts
from api.picture import Drawing, draw_process
from models.calls import Call
from models.people import Role
from models.policy import Policy
from workflows.process.actors import Actor
from workflows.process.keyset import Slice
from workflows.process.refusals import Conflict, Invalid
from workflows.region.call_files.call import CheckedFile, check_file
from workflows.region.call_files.faults import FileFault
from workflows.region.call_files.planned import copy_call
from workflows.region.call_files.reading import LARGEST
from workflows.region.calls import plan_call
from workflows.region.signatures import list_newest

router = APIRouter(include_in_schema=False)
NEW = LIST + "/baru"
COPIES = 25
MOST_SHOWN = 100  # faults
OWN = 20  # fields of a form beside those of the call
SAVE, CHECK, APPLY, DOWNLOAD = "plan", "check", "apply", "download"


class _LookedAt(Exception):
    """A file was looked at and no call was planned."""

    def __init__(self, faults: Sequence[FileFault] = ()) -> None:
        super().__init__("looked at")
        self.faults = list(faults)


@router.get(NEW)
async def begin(request: Page, dari: str = "") -> Response:
    """What a new call may begin with; the form of what was chosen."""

    def read_start(session: Session, actor: Actor) -> Any:
        _require_planner(actor)
        if dari in SAMPLES:
            return read_sample(dari)
        if dari:
            return write_explained(copy_call(session, dari[:60], actor=actor), request.language)
        return list_newest(session, Slice(None, COPIES), actor=actor).rows

    visitor, start = await request.read_page(read_start)
    if isinstance(start, str):
        return await _show(request, start)
    return page(visitor, "calls/begin.html", samples=SAMPLES, calls=start)


@router.post(NEW)
async def take(request: PostedForm) -> Response:
    """Look at a call's file, change it by its fields, give it as a file, or plan the call."""
    act, text = request.form.text("act", 60), request.form.text("file", LARGEST)
    if act == APPLY or act.startswith("add."):
        text = _apply(text, request, act)
    checked = check_file(text.encode("utf-8", "surrogatepass"))

    async def show(refused: RefusedForm) -> Response:
        return await _show(request, text, checked, refused=refused)

    try:
        return await attempt("call", request, lambda: _plan(request, checked, is_wanted=act == SAVE), show)
    except _LookedAt as looked:
        if act == DOWNLOAD:
            return _give_file(text)
        checked.faults = sorted([*checked.faults, *looked.faults], key=lambda fault: fault.place)
        answer = await _show(request, text, checked)
        if request.is_switch:
            remember_language(answer, request.http, request.language)
        return answer


async def _plan(request: PageRequest, checked: CheckedFile, *, is_wanted: bool) -> FormResult:
    """Plan the call of a file; raises _LookedAt where that is not wanted, and with what is wrong where it is refused."""
    new = checked.call if is_wanted and not checked.faults else None

    def look(_session: Session, actor: Actor) -> None:
        request.require_own_form()
        _require_planner(actor)

    await request.read(look)
    if new is None:
        raise _LookedAt
    try:
        return await request.act(lambda session, actor: _planned(plan_call(session, new, actor=actor)))
    except (Invalid, Conflict) as refusal:
        raise _LookedAt([checked.tell(each.code, each.field, each.parameters) for each in refusal.parts or (refusal,)]) from refusal


def _planned(call: Call) -> FormResult:
    return FormResult(to=f"{LIST}/{call.id}/1", done="call_planned")


def _require_planner(actor: Actor) -> None:
    if not actor.holds(Role.ADMIN):
        actor.require(Role.SECRETARIAT)


def _apply(text: str, request: PageRequest, act: str) -> str:
    """The file with what was typed into its fields, its comments kept; as it is where its fields cannot be shown."""
    checked = check_file(text.encode("utf-8", "surrogatepass"))
    if not _has_fields(checked):
        return text
    return write_explained(read_fields(deepcopy(checked.read.body), request.form, act), request.language, checked.read)


def _has_fields(checked: CheckedFile) -> bool:
    """Whether a file can be shown as fields: it has the shape of a call."""
    body = checked.read.body
    return isinstance(body, dict) and isinstance(body.get("policy"), dict)


def _give_file(text: str) -> Response:
    headers = {"Content-Disposition": 'attachment; filename="periode-usulan.yaml"', "Cache-Control": "no-store"}
    return Response(text, media_type="application/yaml; charset=utf-8", headers=headers)


async def _show(request: PageRequest, text: str, checked: CheckedFile | None = None, *, refused: RefusedForm | None = None) -> Response:
    visitor, _ = await request.read_page(lambda _session, actor: _require_planner(actor))
    words, is_new = Words(request.language), checked is None
    checked = checked or check_file(text.encode("utf-8", "surrogatepass"))
    groups = list_groups(checked.read.body, words) if _has_fields(checked) else ()
    shown = [(fault, name_path(fault.path, words), words.refusal(fault.code, fault.parameters)) for fault in checked.faults[:MOST_SHOWN]]
    sound = checked.policy if not checked.faults else None
    return page(
        visitor,
        "calls/form.html",
        status=refused.status if refused else 422 if shown and not is_new else 200,
        form=FormView("fields"),
        plain_form=FormView("call"),
        text=text,
        faults=shown,
        is_new=is_new,
        groups=groups if count_fields(groups) + OWN <= MOST_FIELDS else (),
        policy=sound,
        conditions=list_conditions(sound, checked.call.closes_at, words) if sound and checked.call else [],
        picture=_draw(sound, words) if sound else "",
        wrong=refused,
        posted=not is_new,
        resend=[(name, value) for name, value in fields_to_keep(request.form.fields) if name != "form_key"],
    )


def _draw(policy: Policy, words: Words) -> str:
    """The process under a policy, as an image's address."""
    said = {name.removeprefix("picture."): text[words.language] for name, text in texts().items() if name.startswith("picture.")}
    drawing = Drawing(
        policy,
        lambda code: words.word(str(code)),
        said,
        lambda days: words.text("callform.days", days=days),
        lambda gate: words.label(gate),
    )
    return "data:image/svg+xml;base64," + b64encode(draw_process(drawing).encode()).decode()
