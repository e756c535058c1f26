"""Awards: how each was computed and shared; propose, approve or decline, schedule, revoke."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from api.pages.forms import FormView
from api.pages.idea import IDEA, idea_form
from api.pages.offers import list_award_offers
from api.pages.refused import TurnedDown, attempt, require_readable
from api.pages.render import page, read_done
from api.pages.session import Landing, PageDoor, TheForm, ThePage
from api.v1.shapes import Id, show_award
from models.awards import Award
from models.instants import now, today
from models.stages import AwardStage
from models.units import Unit
from workflows.process.actors import Actor
from workflows.process.keyset import Slice
from workflows.reward.announce import schedule_award
from workflows.reward.approve import approve_award, decline_award
from workflows.reward.browse import WantedAwards, list_awards
from workflows.reward.propose import propose_award
from workflows.reward.revoke import revoke_award
from workflows.reward.steps import find_award

router = APIRouter(include_in_schema=False)
AWARD = "/penghargaan/{award_id}"
FORMS = ("approve", "schedule", "revoke")
ON_A_PAGE = 20


@router.get("/penghargaan")
async def show_awards(door: ThePage, stage: str = "", after: str | None = None, ok: str = "") -> Response:
    """The awards the reader may know of, newest first."""
    picked = AwardStage(stage) if stage in set(AwardStage) else None
    wanted, piece = WantedAwards(stage=picked), Slice(after, ON_A_PAGE)
    visitor, found = await door.look(lambda session, actor: list_awards(session, wanted, piece, actor=actor))
    told: dict[str, Any] = {"lines": found.rows, "after": found.after, "done": read_done(ok)}
    return page(visitor, "reward/list.html", stages=tuple(AwardStage), stage=picked or "", **told)


@router.get(AWARD)
async def show(award_id: Id, door: ThePage, ok: str = "") -> Response:
    """An award, its computation step by step, its shares."""
    return await _award_page(door, award_id, done=read_done(ok))


@router.post(f"{IDEA}/penghargaan")
async def propose(idea_id: Id, door: TheForm) -> Response:
    """Compute and propose an idea's award."""
    return await idea_form(
        door, idea_id, "propose", lambda s, a: Landing(to=f"/penghargaan/{propose_award(s, idea_id, actor=a).id}", done="proposed")
    )


@router.post(f"{AWARD}/persetujuan")
async def decide(award_id: Id, door: TheForm) -> Response:
    """Approve under a decree, or decline with a reason."""
    form = door.form
    approved = form.choice("outcome", ("approved", "declined")) == "approved"
    decree_on = form.day("decree_on", required=approved) or today()

    def act(session: Session, actor: Actor) -> Landing:
        require_readable(form)
        if approved:
            approve_award(session, award_id, decree_number=form.text("decree_number", 2_000), decree_on=decree_on, actor=actor)
        else:
            decline_award(session, award_id, reason=form.text("reason"), actor=actor)
        return Landing(to=f"/penghargaan/{award_id}", done="decided")

    return await _attempt(door, award_id, "approve", act)


@router.post(f"{AWARD}/jadwal")
async def schedule(award_id: Id, door: TheForm) -> Response:
    """Fix the hour of the announcement."""
    announce_at = door.form.instant("announce_at") or now()

    def act(session: Session, actor: Actor) -> Landing:
        schedule_award(session, award_id, announce_at=announce_at, actor=actor)
        return Landing(to=f"/penghargaan/{award_id}", done="scheduled")

    return await _attempt(door, award_id, "schedule", act)


@router.post(f"{AWARD}/pencabutan")
async def revoke(award_id: Id, door: TheForm) -> Response:
    """Take an award back."""

    def act(session: Session, actor: Actor) -> Landing:
        revoke_award(session, award_id, reason=door.form.text("reason"), actor=actor)
        return Landing(to=f"/penghargaan/{award_id}", done="revoked")

    return await _attempt(door, award_id, "revoke", act)


@router.get(AWARD + "/{rest}")
async def go_to_award(award_id: Id, rest: str, door: ThePage) -> Response:
    """Where somebody lands who reloads the address of a form."""
    return await _award_page(door, award_id)


async def _attempt(door: PageDoor, award_id: str, name: str, act: Callable[[Session, Actor], Landing]) -> Response:
    async def show_again(down: TurnedDown) -> Response:
        return await _award_page(door, award_id, down=down)

    return await attempt(name, door, lambda: door.act(act, match=(Award, award_id)), show_again)


async def _award_page(door: PageDoor, award_id: str, *, down: TurnedDown | None = None, done: str = "") -> Response:
    def tell(session: Session, actor: Actor) -> dict[str, Any]:
        award, context = find_award(session, award_id, actor=actor)
        unit = session.get(Unit, context.idea.unit_id)
        offers = list_award_offers(session, award, context, actor=actor)
        told = {"award": show_award(session, award), "idea": context.idea, "call": context.call, "unit": unit.name if unit else ""}
        return told | {"offers": offers, "own": award.proposed_by is not None and award.proposed_by == actor.person_id}

    visitor, told = await door.look(tell)
    version = told["award"].version
    forms = {name: FormView(name, version=version) for name in FORMS}
    lost: list[tuple[str, str]] = []
    if down is not None:
        forms[down.name] = down.view(version)
        lost = [] if any(offer.action == down.name for offer in told["offers"]) else down.typed()
    shown: dict[str, Any] = {"forms": forms, "lost": lost, "wrong": down, "done": done, "posted": down is not None}
    return page(visitor, "reward/award.html", status=down.status if down else 200, **told, **shown)
