"""Awards: how each was computed and shared; propose, approve or decline, schedule, revoke."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from api.pages.final import confirm_page, find_final, is_taken_back
from api.pages.forms import FormView
from api.pages.idea import IDEA, idea_form, read_scores
from api.pages.queue import INBOX, find_following, read_asked_origin, read_way_on
from api.pages.reading import choose
from api.pages.refused import RefusedForm, attempt
from api.pages.render import page, read_done
from api.pages.session import FormResult, Page, PageRequest, PostedForm, PostedFormWithFile, Unconfirmed
from api.v1.awards import show_award
from api.v1.history import show_history
from api.v1.shapes import Id, show_context
from models.awards import Award
from models.instants import now
from models.units import Unit
from workflows.intake.claim_lists import read_watched
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.earning import find_flaw
from workflows.process.keyset import Slice
from workflows.process.offers import find_kept_out, list_offers
from workflows.process.refusals import Faults
from workflows.region.decrees import NamedDecree, hash_pdf
from workflows.reward.announce import schedule_award
from workflows.reward.approve import approve_award, decline_award
from workflows.reward.browse import WantedAwards, find_decline, list_awards, read_award
from workflows.reward.decide import decide_award
from workflows.reward.propose import propose_award
from workflows.reward.revoke import revoke_award

router = APIRouter(include_in_schema=False)
AWARD = "/penghargaan/{award_id}"
FORMS = ("approve", "schedule", "revoke")
ON_A_PAGE = 20


@router.get("/penghargaan")
async def show_awards(request: Page, stage: str = "", after: str | None = None, ok: str = "") -> Response:
    """The awards the reader may know of, newest first."""
    picked = stage if stage in ways.AWARD.stages else None
    wanted, piece = WantedAwards(stage=picked), Slice(after, ON_A_PAGE)
    visitor, found = await request.read_page(lambda session, actor: list_awards(session, wanted, piece, actor=actor))
    values: dict[str, Any] = {"lines": found.rows, "after": found.after, "done": read_done(ok)}
    return page(visitor, "reward/list.html", stages=tuple(ways.AWARD.stages), stage=picked or "", **values)


@router.get(AWARD)
async def show(award_id: Id, request: Page, ok: str = "") -> Response:
    """An award, its computation step by step, its shares."""
    return await _award_page(request, award_id, done=read_done(ok))


@router.post(f"{IDEA}/penghargaan")
async def propose(idea_id: Id, request: PostedForm) -> Response:
    """Compute and propose an idea's award."""

    def act(session: Session, actor: Actor) -> FormResult:
        return FormResult(to=f"/penghargaan/{propose_award(session, idea_id, actor=actor).award.id}", done="proposed")

    return await idea_form(request, idea_id, "propose", act)


@router.post(f"{AWARD}/persetujuan")
async def decide(award_id: Id, request: PostedFormWithFile) -> Response:
    """Approve under a decree, or decline with a reason; of the decree's PDF only its SHA-256 is kept."""
    form = request.form
    number, on = form.text("decree_number", 2_000), form.day("decree_on", required=False)

    def act(session: Session, actor: Actor, outcome: str) -> FormResult:
        faults = Faults()
        with faults.gather():
            if (pdf := form.files.get("decree_file")) and not form.wrong:
                form.replace("decree_sha256", hash_pdf(pdf))  # a file is not sent again from the page that confirms; its digest is
        with faults.gather():
            if outcome == "approved":
                approve_award(session, award_id, decree=NamedDecree(number, on, form.text("decree_sha256", 200)), actor=actor)
            else:
                decline_award(session, award_id, reason=form.text("reason"), actor=actor)
        faults.settle()
        return FormResult(to=f"/penghargaan/{award_id}", done="decided")

    return await _attempt(request, award_id, "approve", choose(form, ("approved", "declined"), act))


@router.post(f"{AWARD}/jadwal")
async def schedule(award_id: Id, request: PostedForm) -> Response:
    """Fix the hour of the announcement."""
    announce_at = request.form.instant("announce_at") or now()

    def act(session: Session, actor: Actor) -> FormResult:
        schedule_award(session, award_id, announce_at=announce_at, actor=actor)
        return FormResult(to=f"/penghargaan/{award_id}", done="scheduled")

    return await _attempt(request, award_id, "schedule", act)


@router.post(f"{AWARD}/pencabutan")
async def revoke(award_id: Id, request: PostedForm) -> Response:
    """Take an award back."""

    def act(session: Session, actor: Actor) -> FormResult:
        revoke_award(session, award_id, reason=request.form.text("reason"), actor=actor)
        return FormResult(to=f"/penghargaan/{award_id}", done="revoked")

    return await _attempt(request, award_id, "revoke", act)


@router.post(f"{AWARD}/langkah/{{action}}")
async def take_plain_step(award_id: Id, action: str, request: PostedForm) -> Response:
    """Take a step that needs no more than a reason and has no form of its own."""
    outcome, reason = request.form.text("outcome", 40) or None, request.form.text("reason")

    def act(session: Session, actor: Actor) -> FormResult:
        decide_award(session, award_id, action[:40], outcome, reason=reason, actor=actor)
        return FormResult(to=f"/penghargaan/{award_id}", done="decided")

    return await _attempt(request, award_id, action[:40], act)


@router.get(AWARD + "/{rest}")
async def go_to_award(award_id: Id, rest: str, request: Page) -> Response:
    """The award's page, for somebody who reloads the address of a form."""
    return await _award_page(request, award_id)


async def _attempt(request: PageRequest, award_id: str, name: str, act: Callable[[Session, Actor], FormResult]) -> Response:
    """Run the action behind one of the award's forms, each of them final and so confirmed first."""

    way_on = await read_way_on(request, award_id)

    def go_on(session: Session, actor: Actor) -> FormResult:
        result = act(session, actor)
        return result if way_on is None else way_on.lead(result)

    async def show(refused: RefusedForm) -> Response:
        return await _award_page(request, award_id, refused=refused)

    if is_taken_back(request):
        return await show(RefusedForm(name, 200, request.form, {}))
    final = find_final(request, name)
    request.is_trial = bool(final)
    try:
        return await attempt(name, request, lambda: request.act(go_on, match=(Award, award_id)), show)
    except Unconfirmed:
        visitor, context = await request.read_page(lambda session, actor: read_award(session, award_id, actor=actor))
        return confirm_page(request, visitor, final, {"idea": context.about.idea})


async def _award_page(request: PageRequest, award_id: str, *, refused: RefusedForm | None = None, done: str = "") -> Response:
    origin = read_asked_origin(request)

    def read_page(session: Session, actor: Actor) -> dict[str, Any]:
        following = find_following(session, origin, award_id, actor=actor) if origin.text == INBOX else None
        context = read_award(session, award_id, actor=actor)
        idea = context.about.idea
        unit = session.get(Unit, idea.unit_id)
        offers = list_offers(session, context, actor=actor)
        values: dict[str, Any] = {"award": show_award(session, context), "call": context.about.call, "unit": unit.name if unit else ""}
        values |= {"idea": show_context(session, context.about, actor), "policy": context.about.policy}
        if any(offer.awaited for offer in offers):
            values |= read_scores(session, context.about, show_history(session, idea.id, actor), actor)
        values["declined"] = find_decline(session, context.award)
        values["watched"] = read_watched(session, context.about, actor=actor)
        is_open = ways.AWARD.stages[context.award.stage].kind == ways.Kind.OPEN
        values["flaw"] = find_flaw(session, context) if is_open else None
        return values | {
            "offers": offers,
            "origin": origin,
            "following": following,
            "kept_out": find_kept_out(session, context, actor=actor),
        }

    visitor, values = await request.read_page(read_page)
    version = values["award"].version
    forms = {name: FormView(name, version=version) for name in (*FORMS, *(offer.action for offer in values["offers"]))}
    lost: list[tuple[str, str]] = []
    if refused is not None:
        forms[refused.name] = refused.view(version)
        lost = [] if any(offer.action == refused.name for offer in values["offers"]) else refused.typed()
    wrong = refused if refused is not None and refused.errors else None
    shown: dict[str, Any] = {"forms": forms, "lost": lost, "wrong": wrong, "done": done, "posted": refused is not None}
    return page(visitor, "reward/award.html", status=refused.status if refused else 200, **values, **shown)
