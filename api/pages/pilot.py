"""Plan a pilot, report its readings, conclude it, give the verdict."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session, col, select

from api.formats import show_count
from api.pages.forms import Form, FormView, show_figure
from api.pages.idea import IDEA, back_to_idea, idea_form, read_pilot
from api.pages.queue import find_following, read_asked_origin, read_way_on
from api.pages.reading import choose
from api.pages.refused import RefusedForm, attempt
from api.pages.render import page
from api.pages.session import FormResult, Page, PageRequest, PostedForm
from api.v1.shapes import Id, show_context
from models.ideas import Idea
from models.instants import today
from models.pilots import Direction
from models.units import Unit
from workflows.pilot.conclude import Verdict, conclude_pilot, verify_pilot
from workflows.pilot.measure import Correction, Reading, correct_measurement, report_measurement
from workflows.pilot.start import IndicatorPlan, PilotPlan, list_owners, plan_pilot
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_context
from workflows.process.offers import is_offered
from workflows.region.decrees import NamedDecree

router = APIRouter(include_in_schema=False)
LINES = 4  # indicators a plan's form has room for at first; more appear as they fill
PLAN = f"{IDEA}/rencana-uji-coba"


@router.get(PLAN)
async def show_plan(idea_id: Id, request: Page) -> Response:
    """The form in which a pilot is planned."""
    return await _plan_page(request, idea_id)


@router.post(PLAN)
async def plan(idea_id: Id, request: PostedForm) -> Response:
    """Plan the pilot; it starts by itself on its first day."""
    form = request.form
    wanted = _read_plan(form)
    way_on = await read_way_on(request, idea_id)

    def act(session: Session, actor: Actor) -> FormResult:
        plan_pilot(session, idea_id, wanted, actor=actor)
        result = FormResult(to=f"/usulan/{idea_id}", done="planned")
        return result if way_on is None else way_on.lead(result)

    async def show(refused: RefusedForm) -> Response:
        return await _plan_page(request, idea_id, refused)

    return await attempt("plan", request, lambda: request.act(act, match=(Idea, idea_id)), show)


@router.post(f"{IDEA}/ukur")
async def measure(idea_id: Id, request: PostedForm) -> Response:
    """Report a reading."""
    form = request.form
    reading = Reading(form.text("indicator_id", 26), form.day("measured_on") or today(), form.decimal("value"), form.text("note"))

    def act(session: Session, actor: Actor) -> FormResult:
        report_measurement(session, idea_id, reading, actor=actor)
        return FormResult(to=f"/usulan/{idea_id}", done="measured")

    return await idea_form(request, idea_id, "measure", act)


@router.post(f"{IDEA}/perbaiki-ukur")
async def correct(idea_id: Id, request: PostedForm) -> Response:
    """Correct a reading; what is left empty stays as it is."""
    form = request.form
    value = form.decimal("value") if form.text("value").strip() else None
    if not form.text("measurement_id", 26):
        form.wrong["measurement_id"] = "choice_missing"
    wanted = Correction(form.text("measurement_id", 26), value, form.day("measured_on", required=False), form.text("note") or None)

    def act(session: Session, actor: Actor) -> FormResult:
        correct_measurement(session, idea_id, wanted, reason=form.text("reason"), actor=actor)
        return FormResult(to=f"/usulan/{idea_id}", done="corrected")

    return await idea_form(request, idea_id, "correct", act)


@router.post(f"{IDEA}/laporan-uji-coba")
async def conclude(idea_id: Id, request: PostedForm) -> Response:
    """Hand in the pilot's report."""

    def act(session: Session, actor: Actor) -> FormResult:
        conclude_pilot(session, idea_id, summary=request.form.text("summary"), actor=actor)
        return FormResult(to=f"/usulan/{idea_id}", done="concluded")

    return await idea_form(request, idea_id, "conclude", act)


@router.post(f"{IDEA}/verifikasi")
async def verify(idea_id: Id, request: PostedForm) -> Response:
    """Roll out, extend or stop."""
    form = request.form
    until = form.day("until", required=form.text("outcome", 40) == Verdict.EXTEND)

    def answer(session: Session, actor: Actor, outcome: str) -> FormResult:
        verdict, reason = Verdict(outcome), form.text("reason")
        return back_to_idea(verify_pilot(session, idea_id, verdict, reason=reason, until=until, actor=actor), "decided")

    return await idea_form(request, idea_id, "verify", choose(form, tuple(Verdict), answer))


async def _plan_page(request: PageRequest, idea_id: str, refused: RefusedForm | None = None) -> Response:
    origin = read_asked_origin(request)

    def read_plan(session: Session, actor: Actor) -> dict[str, Any]:
        context = read_context(session, idea_id, actor=actor)
        if refused is None and not is_offered(session, context, "plan_pilot", actor=actor):
            return {"away": f"/usulan/{idea_id}"}
        owners = [(person.id, f"{person.full_name}, {person.position}".rstrip(", ")) for person in list_owners(session, context)]
        values = _stored_plan(session, context, request.language)
        units = session.exec(
            select(Unit.code, Unit.name).where(col(Unit.path).startswith(context.call_path)).order_by(col(Unit.name))
        ).all()
        shown: dict[str, Any] = {"idea": context.idea, "rule": context.policy.pilot, "owners": owners, "units": list(units)}
        version = show_context(session, context, actor).version
        shown["following"] = find_following(session, origin, idea_id, actor=actor)
        return shown | {"form": refused.view(version) if refused else FormView("plan", values, {}, version)}

    visitor, shown = await request.read_page(read_plan)
    if "away" in shown:
        return RedirectResponse(shown["away"], 303)
    filled = 1 + max(
        (int(name.split(".")[1]) for name, value in shown["form"].values.items() if _is_line(name) and value.strip()), default=-1
    )
    return page(
        visitor,
        "pilot/plan.html",
        status=refused.status if refused else 200,
        wrong=refused,
        posted=refused is not None,
        origin=origin,
        lines=range(max(LINES, min(filled + 1, 30))),
        **shown,
    )


def _is_line(name: str) -> bool:
    parts = name.split(".")
    return len(parts) == 3 and parts[0] == "indicators" and parts[1].isdecimal() and len(parts[1]) <= 2


def _read_plan(form: Form) -> PilotPlan:
    return PilotPlan(
        unit_code=form.text("unit_code", 60),
        owner_id=form.text("owner_id", 26),
        site=form.text("site"),
        starts_on=form.day("starts_on") or today(),
        ends_on=form.day("ends_on") or today(),
        indicators=_read_indicators(form),
        decree=NamedDecree(form.text("decree_number", 2_000), form.day("decree_on", required=False)),
        budget_rupiah=form.rupiah("budget_rupiah"),
    )


def _read_indicators(form: Form) -> tuple[IndicatorPlan, ...]:
    """The lines that say anything; they must stand at the top, so that a refusal finds its line."""
    lines = []
    for place in range(30):
        name = f"indicators.{place}"
        if not any(form.text(f"{name}.{part}").strip() for part in ("name", "baseline", "target", "unit_label")):
            continue
        baseline, target = form.decimal(f"{name}.baseline"), form.decimal(f"{name}.target")
        direction = Direction.UP if target > baseline else Direction.DOWN
        lines.append(IndicatorPlan(form.text(f"{name}.name"), baseline, target, direction, form.text(f"{name}.unit_label")))
    return tuple(lines)


def _stored_plan(session: Session, context: IdeaContext, language: str) -> dict[str, str]:
    """The plan there is already, or where the idea comes from."""
    found = read_pilot(session, context.idea.id)
    if found is None:
        unit = session.get(Unit, context.idea.unit_id)
        return {"unit_code": unit.code if unit else ""}
    row = found["row"]
    values = {"unit_code": found["unit_code"], "owner_id": row.owner_id, "site": row.site, "decree_number": row.decree_number}
    values |= {"starts_on": row.starts_on.isoformat(), "ends_on": row.ends_on.isoformat()}
    values["decree_on"] = row.decree_on.isoformat() if row.decree_on else ""
    values["budget_rupiah"] = show_count(row.budget_rupiah, language) if row.budget_rupiah else ""
    for place, (indicator, _readings) in enumerate(found["indicators"]):
        values |= {f"indicators.{place}.name": indicator.name, f"indicators.{place}.unit_label": indicator.unit_label}
        for part, figure in (("baseline", indicator.baseline), ("target", indicator.target)):
            values |= show_figure(f"indicators.{place}.{part}", figure, language)
    return values
