"""A call's page, which anybody may read: its dates and what happened to it; and for its keepers the steps of its life."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from api.clock_lines import list_clock_lines
from api.pages.calls import list_grades
from api.pages.conditions import list_conditions
from api.pages.final import confirm_page, find_final, is_taken_back
from api.pages.forms import FormView
from api.pages.reading import reading_all, require_readable
from api.pages.refused import RefusedForm, attempt
from api.pages.render import page, read_done
from api.pages.session import FormResult, Page, PageRequest, PostedForm, Unconfirmed
from api.pages.texts import Words
from api.v1.shapes import Id, is_within_calendar
from models.calls import Call, CallState
from models.instants import now
from models.people import Role
from models.units import Unit
from workflows.process.actors import Actor
from workflows.process.closing import end_of_grace, find_end, last_entry, read_closing
from workflows.process.context import read_policy
from workflows.process.refusals import NotFound
from workflows.region.call_changes import list_changes
from workflows.region.call_life import REOPEN_DAYS, archive_call, count_ideas, extend_call, may_reopen, restore_call
from workflows.region.calls import close_call, current_policy, find_newest, get_call, open_call
from workflows.region.late_permits import NewPermit, count_permits, end_late_permit, give_late_permit, list_permits

router = APIRouter(include_in_schema=False)
CALL = "/periode-usulan/{call_id}"
FORMS = ("open_call", "extend_call", "close_call", "archive_call", "restore_call", "give_late")


@router.get(CALL)
async def show_call(call_id: Id, request: Page, ok: str = "") -> Response:
    """A call, for anybody once it opened; for those who keep it before that, too."""
    return await _call_page(request, call_id, done=read_done(ok))


@router.post(CALL + "/buka")
async def start(call_id: Id, request: PostedForm) -> Response:
    """Open the call."""
    return await _step(request, call_id, "open_call", lambda session, actor: open_call(session, call_id, actor=actor), "call_opened")


@router.post(CALL + "/perpanjang")
async def extend(call_id: Id, request: PostedForm) -> Response:
    """Move the end of the call."""
    form = request.form
    until, reason = form.instant("until"), form.text("reason", 2_000)
    if until is not None and not is_within_calendar(until):
        form.wrong["until"] = "date_out_of_range"

    def act(session: Session, actor: Actor) -> object:
        return extend_call(session, call_id, until or get_call(session, call_id)[0].closes_at, reason, actor=actor)

    return await _step(request, call_id, "extend_call", act, "call_extended")


@router.post(CALL + "/izin-terlambat")
async def let_in_late(call_id: Id, request: PostedForm) -> Response:
    """Let one named person come in after the end; a second person confirms it."""
    form = request.form
    until = form.instant("until")
    if until is not None and not is_within_calendar(until):
        form.wrong["until"] = "date_out_of_range"
    new = NewPermit(form.text("employee_number", 100), until or now(), form.text("reason", 2_000))

    def act(session: Session, actor: Actor) -> object:
        with reading_all(form):
            return give_late_permit(session, call_id, new, actor=actor)

    return await _step(request, call_id, "give_late", act, "late_given")


@router.post(CALL + "/izin-terlambat/{permit_id}")
async def take_permit_back(call_id: Id, permit_id: Id, request: PostedForm) -> Response:
    """Take a permit back that is not used."""

    def act(session: Session, actor: Actor) -> object:
        return end_late_permit(session, permit_id, call_id=call_id, actor=actor)

    return await _step(request, call_id, "end_late", act, "late_ended")


@router.post(CALL + "/tutup")
async def close(call_id: Id, request: PostedForm) -> Response:
    """Close the call before its end."""
    return await _step(request, call_id, "close_call", lambda session, actor: close_call(session, call_id, actor=actor), "call_closed")


@router.post(CALL + "/arsip")
async def archive(call_id: Id, request: PostedForm) -> Response:
    """Put the call away."""
    return await _step(
        request, call_id, "archive_call", lambda session, actor: archive_call(session, call_id, actor=actor), "call_archived"
    )


@router.post(CALL + "/kembalikan")
async def restore(call_id: Id, request: PostedForm) -> Response:
    """Bring the call back into the lists."""
    return await _step(
        request, call_id, "restore_call", lambda session, actor: restore_call(session, call_id, actor=actor), "call_restored"
    )


async def _step(request: PageRequest, call_id: str, name: str, act: Callable[[Session, Actor], object], done: str) -> Response:
    """Take a step of the call's life, which is confirmed first where it cannot be undone."""

    def take(session: Session, actor: Actor) -> FormResult:
        act(session, actor)
        require_readable(request.form)
        return FormResult(to=f"/periode-usulan/{call_id}", done=done)

    async def show(refused: RefusedForm) -> Response:
        return await _call_page(request, call_id, refused=refused)

    if is_taken_back(request):
        return await show(RefusedForm(name, 200, request.form, {}))
    final = find_final(request, name)
    request.is_trial = bool(final)
    try:
        return await attempt(name, request, lambda: request.act(take), show)
    except Unconfirmed:
        visitor, found = await request.read_page(lambda session, _actor: _read_counts(session, call_id))
        return confirm_page(request, visitor, final, found)


def _read_counts(session: Session, call_id: str) -> dict[str, Any]:
    call, _unit = get_call(session, call_id)
    counts = count_ideas(session, call)
    return {"call": call} | ({"counts": counts} if counts.is_known else {})


async def _call_page(request: PageRequest, call_id: str, *, refused: RefusedForm | None = None, done: str = "") -> Response:
    def read(session: Session) -> dict[str, Any]:
        call, unit = get_call(session, call_id)
        actor = request.signed_in.actor if request.signed_in else None
        keeps = actor is not None and keeps_call(actor, unit)
        if call.state == CallState.PLANNED and actor is None:
            raise NotFound("call_not_found")
        policy = read_policy(current_policy(session, call.id))
        ranked = [group for group in list_grades(policy) if group["category"]]
        conditions = list_conditions(policy, call.closes_at, Words(request.language))
        about = {"call": call, "unit": unit, "keeps": keeps, "changes": list_changes(session, call.id)}
        clocks = list_clock_lines(policy, Words(request.language))
        return (
            about
            | {"grades": ranked, "conditions": conditions, "clocks": clocks}
            | _read_steps(session, call)
            | _read_end(session, call, actor)
        )

    visitor, values = await request.read_page_publicly(read)
    forms = {name: FormView(name) for name in FORMS}
    if refused is not None and refused.name in forms:
        forms[refused.name] = refused.view()
    wrong = refused if refused is not None and refused.errors else None
    shown: dict[str, Any] = {"forms": forms, "wrong": wrong, "done": done, "posted": refused is not None, "reopen_days": REOPEN_DAYS}
    return page(visitor, "calls/call.html", status=refused.status if refused else 200, **values, **shown)


def keeps_call(actor: Actor, unit: Unit) -> bool:
    """Whether a person keeps the calls of a unit."""
    return actor.holds(Role.ADMIN, unit.path) or actor.holds(Role.SECRETARIAT, unit.path)


def _read_end(session: Session, call: Call, actor: Actor | None) -> dict[str, Any]:
    """What happens around the call's end: its grace, its seal, and who was let in after it, as far as the reader may know."""
    rule, end = read_closing(session, call.id), find_end(session, call)
    has_grace = bool(rule.grace_minutes) and end == call.closes_at  # a call that was closed early had none
    told = {"closing": rule, "grace_until": end_of_grace(call, rule) if has_grace else None}
    if not rule.late_days:
        return told
    ended, last = end <= now(), last_entry(session, call, rule)
    return told | {
        "late_counts": count_permits(session, call.id),
        "late_until": last,
        "gives_late": ended and now() < last and call.state != CallState.PLANNED and call.archived_at is None,
        "late_permits": [(line, FormView("end_late")) for line in list_permits(session, call.id, actor=actor)] if actor else [],
    }


def _read_steps(session: Session, call: Call) -> dict[str, Any]:
    """What may be done with a call, and how many ideas it is about."""
    is_over = call.state == CallState.CLOSED or (call.state == CallState.OPEN and call.closes_at <= now())
    newest = find_newest(session, call.id)
    return {
        "counts": count_ideas(session, call),
        "number": current_policy(session, call.id).number,
        "newest": newest.number,
        "is_signed": newest.signed_at is not None,
        "is_over": is_over,
        "extendable": not is_over or may_reopen(session, call),
    }
