"""One idea on one page: what it says, where it stands, what was decided, and what the reader may do now."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session, col, select

from api.pages.final import confirm_page, find_final, is_taken_back
from api.pages.forms import FormView
from api.pages.idea_around import list_forms_around, read_around
from api.pages.progress import show_progress
from api.pages.queue import find_beside, read_asked_origin, read_way_on
from api.pages.refused import RefusedForm, attempt
from api.pages.render import page, read_done
from api.pages.session import FormResult, Page, PageRequest, Unconfirmed, redirect_to
from api.v1.history import DecisionOut, show_history
from api.v1.recognition import DocumentOut, show_document
from api.v1.shapes import Id, show_context
from models.awards import Award
from models.ideas import Idea
from models.people import Person
from models.pilots import Indicator, Measurement, Pilot
from models.reviews import Review, ReviewState
from models.units import Unit
from workflows.intake.attachments import list_files
from workflows.intake.copying import list_calls_to_copy_into
from workflows.intake.past_ideas import find_similar_past
from workflows.intake.similar import find_similar
from workflows.intake.supplement import read_asked_for
from workflows.intake.telling import list_telling_words
from workflows.process.actors import Actor
from workflows.process.asked import list_asked, list_form
from workflows.process.context import AwardContext, IdeaContext, read_context
from workflows.process.eligibility import list_team_awards
from workflows.process.gates import list_open_gates
from workflows.process.holding import list_holders
from workflows.process.keyset import Slice
from workflows.process.known_scores import NOTHING_KNOWN, list_known_scores
from workflows.process.offers import Offer, find_kept_out, is_offered, list_offers
from workflows.process.relations import is_blind, knows_award, reads_reviews
from workflows.process.reopening import REOPEN
from workflows.process.underway import first_report_day
from workflows.process.ways import AWARD, GATE_ACTION
from workflows.recognition.opening import WantedDocuments, list_documents
from workflows.review.assign import list_eligible
from workflows.reward.propose import new_award

PROPOSE = AWARD.action("propose")

router = APIRouter(include_in_schema=False)  # comes last: it answers whatever lies below an idea
IDEA = "/usulan/{idea_id}"
QUIET = ("withdraw", "recuse", "assign", "leave_out", "correct", "reopen")  # possible, but not awaited: folded below the rest

COMPARING = ("screen", "score", "recommend", "determine")  # whoever decides so is shown similar ideas


@router.get(IDEA)
async def show(idea_id: Id, request: Page, ok: str = "") -> Response:
    """The page of an idea; opened from the inbox or the list it leads on to the next idea there."""
    return await idea_page(request, idea_id, done=read_done(ok))


@router.get(IDEA + "/{rest:path}")
async def go_to_idea(idea_id: Id, rest: str) -> Response:
    """Back to the idea, for somebody who reloads the address of a form."""
    return redirect_to(FormResult(to=f"/usulan/{idea_id}"))


async def idea_page(request: PageRequest, idea_id: str, *, refused: RefusedForm | None = None, done: str = "") -> Response:
    """The page of an idea as the reader may see it; a refused form stands in it with what was typed."""
    origin = read_asked_origin(request)

    def read(session: Session, actor: Actor) -> dict[str, Any]:
        return read_idea(session, idea_id, actor) | find_beside(session, origin, idea_id, actor=actor)

    visitor, values = await request.read_page(read)
    version = values["idea"].version
    forms = {name: FormView(name, version=version) for name in _form_names(values)}
    lost: list[tuple[str, str]] = []
    if refused is not None:
        offered = {offer.action for offer in (*values["offers"], *values["quiet_offers"])} | {
            f"gate-{rule.name}" for rule in values["gates_to_pass"]
        }
        offered |= {"propose"} if values["proposable"] else set()
        offered |= set(list_forms_around(values))
        offered |= {"copy"} if values["calls_to_copy_into"] else set()
        forms[refused.name] = refused.view(version)
        lost = [] if refused.name in offered else refused.typed()
    status = refused.status if refused else 200
    wrong = refused if refused is not None and refused.errors else None
    resend = refused.resend if refused is not None else []
    shown = {"resend": resend, "forms": forms, "lost": lost, "wrong": wrong, "done": done, "posted": refused is not None, "origin": origin}
    return page(visitor, "idea.html", status=status, **values | shown)


async def idea_form(request: PageRequest, idea_id: str, name: str, action: Callable[[Session, Actor], FormResult]) -> Response:
    """Run the action behind one of the idea's forms, or show the idea again with the refusal; a final act is confirmed first."""
    if is_taken_back(request):
        return await idea_page(request, idea_id, refused=RefusedForm(name, 200, request.form, {}, is_resent=True))
    way_on = await read_way_on(request, idea_id)

    def act(session: Session, actor: Actor) -> FormResult:
        result = action(session, actor)
        return result if way_on is None else way_on.lead(result)

    async def show(refused: RefusedForm) -> Response:
        return await idea_page(request, idea_id, refused=refused)

    final = find_final(request, name)
    request.is_trial = bool(final)
    try:
        return await attempt(name, request, lambda: request.act(act, match=(Idea, idea_id)), show)
    except Unconfirmed:
        visitor, values = await request.read_page(lambda session, actor: read_idea(session, idea_id, actor))
        return confirm_page(request, visitor, final, values)


def back_to_idea(context: IdeaContext, done: str) -> FormResult:
    """A form's result that leads to the idea's page and says what was done."""
    return FormResult(to=f"/usulan/{context.idea.id}", done=done)


def read_idea(session: Session, idea_id: str, actor: Actor) -> dict[str, Any]:
    """Everything the page shows, read in one transaction."""
    context = read_context(session, idea_id, actor=actor)
    blind = is_blind(session, context, actor)
    unit = None if blind else session.get(Unit, context.idea.unit_id)
    awards = _known_awards(session, context, actor)
    offers = list_offers(session, context, actor=actor)
    gates = list_open_gates(session, context)
    passable = {outcome for offer in offers if offer.action == GATE_ACTION for outcome in offer.outcomes}
    hidden = {GATE_ACTION, *(["revise"] if any(offer.action == "supplement" for offer in offers) else [])}
    offers = [offer for offer in offers if offer.action not in hidden]
    history = show_history(session, idea_id, actor)
    own_review = _own_review(session, idea_id, actor)
    quiet = {*QUIET, *(["score"] if own_review is not None and own_review.state == ReviewState.SCORED else [])}
    return {
        "idea": show_context(session, context, actor),
        "call": context.call,
        "policy": context.policy,
        **_form(context),
        "unit": unit.name if unit else "",
        "steps": show_progress(context.idea, honoured=any(award.announced_at and not award.revoked_at for award in awards)),
        "history": history,
        "is_late": any("late" in entry.detail for entry in history),
        "offers": [offer for offer in offers if offer.action not in quiet],
        "quiet_offers": [offer for offer in offers if offer.action in quiet],
        "awaits": context.way.stages[context.idea.stage].awaits,
        "kept_out": None if any(offer.awaited for offer in offers) else find_kept_out(session, context, actor=actor),
        "gates": gates,
        "gates_to_pass": [rule for rule in gates if rule.name in passable],
        "awards": awards,
        "telling": list_telling_words(context, unit.name if unit else "") if any(offer.action == "screen" for offer in offers) else [],
        "team_awards": list_team_awards(session, context) if _asks_of_awards(context, offers) else None,
        **_wanted(session, context, offers),
        "report_from": first_report_day(session, context) if context.way.stages[context.idea.stage].awaits == "measure" else None,
        "proposable": is_offered(session, new_award(context, proposed_by=actor.person_id), PROPOSE, actor=actor),
        "pilot": None if blind else read_pilot(session, idea_id),
        "documents": _documents(session, idea_id, actor),
        "files": list_files(session, context, actor=actor),
        "own_review": own_review,
        **read_scores(session, context, history, actor),
        "holders": [] if blind else list_holders(session, context, actor=actor),
        "eligible": _eligible(session, context, offers, actor),
        "similar": find_similar(session, context, actor=actor) if _compares(offers) else [],
        "similar_past": find_similar_past(session, context, actor=actor) if _compares(offers) else [],
        "writes": False,
        **read_around(session, context, actor),
        "calls_to_copy_into": list_calls_to_copy_into(session, context, actor),
    }


def read_scores(session: Session, context: IdeaContext, history: list[DecisionOut], actor: Actor) -> dict[str, Any]:
    """What the reader may know of how an idea was judged: its reviews, how far they differ, and the committee's recommendation."""
    return {
        "reviews": _reviews(session, context, actor),
        "recommendation": find_recommendation(history),
        "spread": list_known_scores(session, [context.idea], actor).get(context.idea.id, NOTHING_KNOWN).spread,
    }


def read_pilot(session: Session, idea_id: str) -> dict[str, Any] | None:
    """An idea's pilot with its owner, its unit and each indicator's readings."""
    row = session.exec(
        select(Pilot, Person, Unit.name, Unit.code)
        .join(Person, col(Person.id) == col(Pilot.owner_id))
        .join(Unit, col(Unit.id) == col(Pilot.unit_id))
        .where(Pilot.idea_id == idea_id)
    ).first()
    if row is None:
        return None
    pilot, owner, unit, code = row
    indicators = session.exec(select(Indicator).where(Indicator.pilot_id == pilot.id).order_by(col(Indicator.name))).all()
    readings = session.exec(
        select(Measurement)
        .where(col(Measurement.indicator_id).in_([indicator.id for indicator in indicators]))
        .order_by(col(Measurement.measured_on), col(Measurement.at))
    ).all()
    lines = [(indicator, [reading for reading in readings if reading.indicator_id == indicator.id]) for indicator in indicators]
    reached = {line["indicator"]: line["reached_percent"] for line in (pilot.result or {}).get("indicators", [])}
    return {"row": pilot, "owner": owner.full_name, "unit": unit, "unit_code": code, "indicators": lines, "reached": reached}


def _asks_of_awards(context: IdeaContext, offers: list[Offer]) -> bool:
    """Whether the reader screens the idea in a call that excludes who won before."""
    return context.policy.eligibility.earlier_awards is not None and any(offer.action == "screen" for offer in offers)


def _form(context: IdeaContext) -> dict[str, Any]:
    """The parts of the call's form that the idea's answers ask for."""
    asked = list_asked(context.policy, context.content.answers)
    return {"asked_parts": asked, "form_parts": [part for part in list_form(context.policy) if part.name in asked]}


def _wanted(session: Session, context: IdeaContext, offers: list[Offer]) -> dict[str, Any]:
    """What the secretariat wants of a returned idea, for whoever completes it."""
    if not any(offer.action == "supplement" for offer in offers):
        return {}
    asked_for = read_asked_for(session, context)
    return {"asked_for": asked_for, "wanted": dict(asked_for.list_wanted(context.policy))}


def find_recommendation(history: list[DecisionOut]) -> DecisionOut | None:
    """The committee's last word on an idea, as far as the reader may know of it; what it said before a reopening is history alone."""
    last = next((decision for decision in reversed(history) if decision.action in ("recommend", REOPEN)), None)
    return None if last is None or last.action == REOPEN else last


def _form_names(values: dict[str, Any]) -> list[str]:
    plain = (offer.action for offer in (*values["offers"], *values["quiet_offers"]))
    gates = (f"gate-{rule.name}" for rule in values["gates_to_pass"])
    return [*plain, "propose", "copy", *gates, *list_forms_around(values)]


def _compares(offers: list[Offer]) -> bool:
    """Whether the reader judges the idea now, and so is shown which others are like it."""
    return any(offer.action in COMPARING for offer in offers)


def _known_awards(session: Session, context: IdeaContext, actor: Actor) -> list[Award]:
    awards = session.exec(select(Award).where(Award.idea_id == context.idea.id).order_by(col(Award.created_at)))
    return [award for award in awards if knows_award(AwardContext(award, context), actor)]


def _documents(session: Session, idea_id: str, actor: Actor) -> list[DocumentOut]:
    """The idea's documents that the reader may open, oldest first."""
    page = list_documents(session, WantedDocuments(idea_id=idea_id), Slice(limit=100), actor=actor)
    return [show_document(document) for document in reversed(page.rows)]


def _reviews(session: Session, context: IdeaContext, actor: Actor) -> list[tuple[Review, str]]:
    """All reviews with their reviewers' names, for the committee alone; those of it who review too see them once the review is over."""
    if not reads_reviews(session, context, actor):
        return []
    rows = session.exec(
        select(Review, Person)
        .join(Person, col(Person.id) == col(Review.reviewer_id))
        .where(Review.idea_id == context.idea.id)
        .order_by(col(Review.assigned_at), col(Review.id))
    )
    return [(review, person.full_name) for review, person in rows]


def _own_review(session: Session, idea_id: str, actor: Actor) -> Review | None:
    return session.exec(select(Review).where(Review.idea_id == idea_id, Review.reviewer_id == actor.person_id)).first()


def _eligible(session: Session, context: IdeaContext, offers: list[Offer], actor: Actor) -> list[Person]:
    if not any(offer.action == "assign" for offer in offers):
        return []
    ids = [person_id for person_id in list_eligible(session, context) if person_id != actor.person_id][:100]
    people = {person.id: person for person in session.exec(select(Person).where(col(Person.id).in_(ids)))}
    return [people[person_id] for person_id in ids]
