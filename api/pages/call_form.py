"""A new call: begun from a sample or a copy, written as fields or as the file itself, looked at, and planned."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from api.call_samples import SAMPLES, read_sample, write_explained
from api.pages.call_entries import move_comments
from api.pages.call_fields import ADD, DOWN, UP, count_fields, list_groups, list_orders, name_path, read_fields
from api.pages.calls import LIST
from api.pages.conditions import list_conditions
from api.pages.forms import MOST_FIELDS, FormView, fields_to_keep
from api.pages.refused import RefusedForm, attempt
from api.pages.render import page
from api.pages.session import FormResult, Page, PageRequest, PostedForm, remember_language
from api.pages.texts import Words, texts
from api.picture import Drawing, draw_process, list_lines
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
CHANGES = (f"{ADD}.", f"{UP}.", f"{DOWN}.")  # presses that change a list beside what was typed


class LookedAt(Exception):
    """A file was looked at and nothing was planned."""

    def __init__(self, faults: Sequence[FileFault] = ()) -> None:
        super().__init__("looked at")
        self.faults = list(faults)


@dataclass(frozen=True)
class Purpose:
    """What a file is written for: where its form is sent, whether the call's own fields may be changed, and what stands beside the file.

    `read` raises for whoever may not, and answers what the page shows beside a file as it was checked.
    """

    action: str
    read: Callable[[Session, Actor, CheckedFile], dict[str, Any]]
    is_new_call: bool = True


@router.get(NEW)
async def begin(request: Page, dari: str = "") -> Response:
    """What a new call may begin with; the form of what was chosen."""

    def read_start(session: Session, actor: Actor) -> Any:
        require_planner(actor)
        if dari in SAMPLES:
            return read_sample(dari)
        if dari:
            return write_explained(copy_call(session, dari[:60], actor=actor), request.language)
        return list_newest(session, Slice(None, COPIES), actor=actor).rows

    visitor, start = await request.read_page(read_start)
    if isinstance(start, str):
        return await show_form(request, NEW_CALL, start)
    return page(visitor, "calls/begin.html", samples=SAMPLES, calls=start)


@router.post(NEW)
async def take(request: PostedForm) -> Response:
    """Look at a call's file, change it by its fields, give it as a file, or plan the call."""
    act, checked = read_sent(request)

    async def show(refused: RefusedForm) -> Response:
        return await show_form(request, NEW_CALL, checked.read.text, checked, refused=refused)

    try:
        return await attempt("call", request, lambda: _plan(request, checked, is_wanted=act == SAVE), show)
    except LookedAt as looked:
        return await show_looked_at(request, NEW_CALL, checked, looked)


def read_sent(request: PageRequest) -> tuple[str, CheckedFile]:
    """What was pressed, and the file as it was sent, with what was typed into its fields where that is to be applied."""
    act, text = request.form.text("act", 60), request.form.text("file", LARGEST)
    if act == APPLY or act.startswith(CHANGES):
        text = _apply(text, request, act)
    return act, _check(text)


def _check(text: str) -> CheckedFile:
    """A file as it is checked; of one that cannot be read at all the text is kept."""
    checked = check_file(text.encode("utf-8", "surrogatepass"))
    checked.read.text = text
    return checked


async def show_looked_at(request: PageRequest, purpose: Purpose, checked: CheckedFile, looked: LookedAt) -> Response:
    """The answer to a file that was looked at: the form with what is wrong, or the file itself."""
    if request.form.text("act", 60) == DOWNLOAD:
        return _give_file(checked.read.text)
    checked.faults = sorted([*checked.faults, *looked.faults], key=lambda fault: fault.place)
    answer = await show_form(request, purpose, checked.read.text, checked)
    if request.is_switch:
        remember_language(answer, request.http, request.language)
    return answer


async def _plan(request: PageRequest, checked: CheckedFile, *, is_wanted: bool) -> FormResult:
    """Plan the call of a file; raises LookedAt where that is not wanted, and with what is wrong where it is refused."""
    new = checked.call if is_wanted and not checked.faults else None

    def require_own_planner(_session: Session, actor: Actor) -> None:
        request.require_own_form()
        require_planner(actor)

    await request.read(require_own_planner)
    if new is None:
        raise LookedAt
    try:
        return await request.act(lambda session, actor: _planned(plan_call(session, new, actor=actor)))
    except (Invalid, Conflict) as refusal:
        raise LookedAt([checked.locate_fault(each.code, each.field, each.parameters) for each in refusal.parts or (refusal,)]) from refusal


def _planned(call: Call) -> FormResult:
    return FormResult(to=f"{LIST}/{call.id}/1", done="call_planned")


def require_planner(actor: Actor) -> None:
    """Refuse whoever plans no call anywhere."""
    if not actor.holds(Role.ADMIN):
        actor.require(Role.SECRETARIAT)


def _begin_call(_session: Session, actor: Actor, _checked: CheckedFile) -> dict[str, Any]:
    require_planner(actor)
    return {}


NEW_CALL = Purpose(NEW, _begin_call)


def _apply(text: str, request: PageRequest, act: str) -> str:
    """The file with what was typed into its fields, its comments kept; as it is where its fields cannot be shown."""
    checked = _check(text)
    if not _has_fields(checked):
        return text
    kept = move_comments(checked.read, list_orders(checked.read.body, request.form, act))
    return write_explained(read_fields(deepcopy(checked.read.body), request.form, act), request.language, kept)


def _has_fields(checked: CheckedFile) -> bool:
    """Whether a file can be shown as fields: it has the shape of a call."""
    body = checked.read.body
    return isinstance(body, dict) and isinstance(body.get("policy"), dict)


def _give_file(text: str) -> Response:
    headers = {"Content-Disposition": 'attachment; filename="periode-usulan.yaml"', "Cache-Control": "no-store"}
    return Response(text, media_type="application/yaml; charset=utf-8", headers=headers)


async def show_form(
    request: PageRequest, purpose: Purpose, text: str, checked: CheckedFile | None = None, *, refused: RefusedForm | None = None
) -> Response:
    """The page on which a file is written; without `checked` it was just begun."""
    file, is_new = checked or _check(text), checked is None
    visitor, beside = await request.read_page(lambda session, actor: purpose.read(session, actor, file))
    words = Words(request.language)
    groups = list_groups(file.read.body, words) if _has_fields(file) else ()
    groups = groups if purpose.is_new_call else groups[1:]  # the first is the call's own
    shown = [(fault, name_path(fault.path, words), words.refusal(fault.code, fault.parameters)) for fault in file.faults[:MOST_SHOWN]]
    sound = file.policy if not file.faults else None
    return page(
        visitor,
        "calls/form.html",
        status=refused.status if refused else 422 if shown and not is_new else 200,
        purpose=purpose,
        form=FormView("fields"),
        plain_form=FormView("call"),
        text=text,
        faults=shown,
        is_new=is_new,
        opened=request.form.text("act", 60).partition(".")[2],
        groups=groups if count_fields(groups) + OWN <= MOST_FIELDS else (),
        policy=sound,
        conditions=list_conditions(sound, file.call.closes_at, words) if sound and file.call else [],
        **(_draw(sound, words) if sound else {}),
        wrong=refused if refused and refused.errors else None,
        posted=not is_new,
        resend=[(name, value) for name, value in fields_to_keep(request.form.fields) if name != "form_key"],
        **beside,
    )


def _draw(policy: Policy, words: Words) -> dict[str, Any]:
    """The process under a policy, as an image's address and as lines of text."""
    said = {name.removeprefix("picture."): text[words.language] for name, text in texts().items() if name.startswith("picture.")}
    drawing = Drawing(
        policy,
        lambda code: words.word(str(code)),
        said,
        words.wait,
        lambda gate: words.label(gate),
    )
    image = "data:image/svg+xml;base64," + b64encode(draw_process(drawing).encode()).decode()
    return {"picture": image, "picture_lines": list_lines(drawing)}
