"""My ideas; write, revise, submit and complete one; withdraw, permit and screen."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session, col, select

from api.pages.findings import read_findings
from api.pages.forms import Form
from api.pages.idea import IDEA, back_to_idea, idea_form
from api.pages.kept import read_page
from api.pages.progress import show_progress
from api.pages.proposal import TypedMember, list_nameable, read_proposal
from api.pages.reading import choose, reading_all
from api.pages.refused import RefusedForm, attempt
from api.pages.render import page, read_done
from api.pages.session import FormResult, Page, PageRequest, PostedForm
from api.pages.tables import lay_rows
from api.pages.writing import FORMS, NEW, Writing, find_writing, find_written, is_only_shown_anew, keep_asked_for, show_writing
from api.v1.shapes import Id
from models.awards import Award
from models.calls import Call, CallState
from models.ideas import Idea
from models.instants import now
from models.policy import Policy
from workflows.calculations.shares import WHOLE
from workflows.intake.agree import answer_invitation
from workflows.intake.answers import list_form_faults
from workflows.intake.copying import copy_idea
from workflows.intake.draft import Proposal, draft_idea, revise_idea
from workflows.intake.keep_writing import forget_writing, list_new
from workflows.intake.permit import permit_idea
from workflows.intake.required_files import list_file_faults, list_lacking, list_needed
from workflows.intake.screen import Screening, screen_idea
from workflows.intake.submit import submit_idea, supplement_idea
from workflows.intake.supplement import Part
from workflows.intake.team import MemberShare
from workflows.intake.withdraw import withdraw_idea
from workflows.process.actors import Actor
from workflows.process.browse import list_ideas
from workflows.process.closing import list_own_permits
from workflows.process.context import read_context, read_policy
from workflows.process.eligibility import list_field_faults
from workflows.process.keyset import Slice
from workflows.process.quota import lock_quota
from workflows.process.refusals import Faults, Invalid
from workflows.process.wanted import WantedIdeas
from workflows.region.call_changes import find_extensions
from workflows.region.calls import current_policy, get_call

router = APIRouter(include_in_schema=False)
HANDING_IN = ("submit", "submit_without")
SAVED_FIRST = {"attach": "lampiran", "preview": "pratinjau"}  # pages below an idea to which a button leads once it is saved


@router.get("/usulan")
async def show_mine(request: Page, after: str | None = None, ok: str = "") -> Response:
    """My ideas and where they stand."""

    def read_mine(session: Session, actor: Actor) -> dict[str, Any]:
        found = list_ideas(session, WantedIdeas(mine=True), Slice(after, 20), actor=actor)
        ids = [idea.id for idea in found.rows]
        honoured = set(
            session.exec(
                select(Award.idea_id).where(
                    col(Award.idea_id).in_(ids), col(Award.announced_at).is_not(None), col(Award.revoked_at).is_(None)
                )
            )
        )
        calls = {call.id: call for call in session.exec(select(Call).where(col(Call.id).in_({idea.call_id for idea in found.rows})))}
        lines = [
            (idea, calls[idea.call_id], show_progress(idea, honoured=idea.id in honoured), find_writing(session, idea, actor))
            for idea in found.rows
        ]
        permits = list_own_permits(session, actor.person_id) if after is None else []
        typed = list_new(session, actor=actor) if after is None else []
        return {"lines": lines, "after": found.after, "permits": permits, "typed": typed}

    visitor, values = await request.read_page(read_mine)
    return page(visitor, "intake/mine.html", done=read_done(ok), first=after is None, **values)


@router.get(NEW)
async def show_new(request: Page, call: str = "") -> Response:
    """Choose a call, then write."""
    if call:
        return await show_writing(request, Writing("draft", call_id=call[:26]))

    def list_open_calls(session: Session, actor: Actor) -> dict[str, Any]:
        taking = select(Call).where(Call.state == CallState.OPEN, Call.closes_at > now())
        calls = list(session.exec(taking.order_by(col(Call.closes_at))))
        known = {call.id for call in calls}
        permits = [(permit, call) for permit, call in list_own_permits(session, actor.person_id) if call.id not in known]
        return {"calls": calls, "extensions": find_extensions(session, calls), "permits": permits}

    visitor, values = await request.read_page(list_open_calls)
    return page(visitor, "intake/choose.html", **values)


@router.post(NEW)
async def write_new(request: PostedForm) -> Response:
    """Save a new draft, and submit it if that button was pressed."""
    call_id = request.form.text("call", 26)
    wanted = Writing("draft", call_id=call_id)
    if is_only_shown_anew(request.form):
        return await show_writing(request, wanted)

    def save(session: Session, actor: Actor) -> FormResult:
        people, call = list_nameable(session, None, request.form, actor), get_call(session, call_id)[0]
        policy = read_policy(current_policy(session, call_id))
        proposal = _read(request, policy, people)
        lacking = [*_list_word_faults(call, policy, proposal), *list_lacking(list_needed(policy.attachments))]
        with _saving_all(request, lacking):
            context = draft_idea(session, call_id, proposal, actor=actor)
        forget_writing(session, find_written(session, wanted, actor), read_page(request.form), actor=actor)
        return FormResult(to=f"/usulan/{context.idea.id}/ubah", done="draft_saved")

    return await _save(request, save, wanted)


@router.get(f"{IDEA}/ubah")
async def show_draft(idea_id: Id, request: Page, ok: str = "") -> Response:
    """A draft, to go on with."""
    return await show_writing(request, Writing("revise", idea_id), done=read_done(ok))


@router.post(f"{IDEA}/ubah")
async def write_draft(idea_id: Id, request: PostedForm) -> Response:
    """Save a draft, and submit it if that button was pressed."""
    return await _write(request, Writing("revise", idea_id))


@router.get(f"{IDEA}/lengkapi")
async def show_supplement(idea_id: Id, request: Page, ok: str = "") -> Response:
    """What the secretariat asks to be completed, beside each section."""
    return await show_writing(request, Writing("supplement", idea_id), done=read_done(ok))


@router.post(f"{IDEA}/lengkapi")
async def supplement(idea_id: Id, request: PostedForm) -> Response:
    """Put by what was completed, and hand it in if that button was pressed."""
    return await _write(request, Writing("supplement", idea_id))


@router.post(f"{IDEA}/persetujuan")
async def agree(idea_id: Id, request: PostedForm) -> Response:
    """Join the team, or stay out of it."""
    form = request.form

    def answer(session: Session, actor: Actor, outcome: str) -> FormResult:
        joins = outcome == "joined"
        context = answer_invitation(session, idea_id, joins=joins, reason=form.text("reason"), actor=actor)
        return back_to_idea(context, "joined") if joins else FormResult(to="/kotak-masuk", done="not_joined")

    return await idea_form(request, idea_id, "agree", choose(form, ("joined", "not_joined"), answer))


@router.post(f"{IDEA}/salin")
async def copy(idea_id: Id, request: PostedForm) -> Response:
    """Draft an own idea that is over once more, for an open call."""
    call_id = request.form.text("call_id", 26)

    def draft(session: Session, actor: Actor) -> FormResult:
        return FormResult(to=f"/usulan/{copy_idea(session, idea_id, call_id, actor=actor).idea.id}/ubah", done="copied")

    return await idea_form(request, idea_id, "copy", draft)


@router.post(f"{IDEA}/tarik")
async def withdraw(idea_id: Id, request: PostedForm) -> Response:
    """Take an idea back."""
    form = request.form
    return await idea_form(
        request, idea_id, "withdraw", lambda s, a: back_to_idea(withdraw_idea(s, idea_id, reason=form.text("reason"), actor=a), "withdrawn")
    )


@router.post(f"{IDEA}/izin")
async def permit(idea_id: Id, request: PostedForm) -> Response:
    """Grant or refuse the unit's permission."""
    form = request.form

    def answer(session: Session, actor: Actor, outcome: str) -> FormResult:
        context = permit_idea(session, idea_id, granted=outcome == "granted", reason=form.text("reason"), actor=actor)
        return back_to_idea(context, "decided")

    return await idea_form(request, idea_id, "permit", choose(form, ("granted", "refused"), answer))


@router.post(f"{IDEA}/seleksi")
async def screen(idea_id: Id, request: PostedForm) -> Response:
    """Accept, return for completion, close as duplicate, or reject."""
    form = request.form
    findings = read_findings(form)

    def answer(session: Session, actor: Actor, outcome: str) -> FormResult:
        return back_to_idea(screen_idea(session, idea_id, Screening(outcome), findings, actor=actor), "decided")

    return await idea_form(request, idea_id, "screen", choose(form, tuple(Screening), answer))


async def _write(request: PageRequest, wanted: Writing) -> Response:
    """Save what was written of an idea that there is, and hand it in if asked."""
    if is_only_shown_anew(request.form):
        return await show_writing(request, wanted)
    done = "draft_saved" if wanted.action == "revise" else "completion_saved"

    def save(session: Session, actor: Actor) -> FormResult:
        context = read_context(session, wanted.idea_id, actor=actor)
        people, is_team_asked_for = list_nameable(session, context, request.form, actor), False
        sent_from = read_page(request.form)
        if wanted.action == "supplement":
            is_team_asked_for = Part.TEAM in keep_asked_for(session, request, context, actor)
        proposal = _read(request, context.policy, people)
        if is_team_asked_for and not proposal.team:  # the lead goes on alone; a team that is not named would stay
            proposal = replace(proposal, team=(MemberShare(people[context.idea.lead_id][1], WHOLE),))
        lacking = [*_list_word_faults(context.call, context.policy, proposal), *list_file_faults(session, context)]
        with _saving_all(request, lacking):
            revise_idea(session, wanted.idea_id, proposal, actor=actor)
        forget_writing(session, context, sent_from, actor=actor)
        return FormResult(to=f"/usulan/{wanted.idea_id}/{FORMS[wanted.action]}", done=done)

    return await _save(request, save, wanted)


async def _save(request: PageRequest, save: Callable[[Session, Actor], FormResult], wanted: Writing) -> Response:
    """Save first, so that what cannot be handed in is not lost; then hand it in if asked, with or without who has not answered."""
    saved, kept = wanted, False
    do = request.form.text("do", 20)

    async def run() -> FormResult:
        nonlocal saved, kept
        if request.is_switch:
            return await request.act(try_all)
        result = await request.act(save, match=(Idea, wanted.idea_id) if wanted.idea_id else None)
        if not wanted.idea_id:
            saved = Writing("revise", result.to.split("/")[2])
        kept = True
        if do in SAVED_FIRST:
            return FormResult(to=f"{result.to.rpartition('/')[0]}/{SAVED_FIRST[do]}", done=result.done)
        if do not in HANDING_IN:
            return result
        return await request.act(lambda s, a: _hand_in(s, a, saved, request.form), part="s")

    def try_all(session: Session, actor: Actor) -> FormResult:
        if do in HANDING_IN:
            lock_quota(session, find_written(session, wanted, actor))  # before anything is written, as where it is handed in for good
        result = save(session, actor)
        written = wanted if wanted.idea_id else Writing("revise", result.to.split("/")[2])
        return _hand_in(session, actor, written, request.form) if do in HANDING_IN else result

    async def show(refused: RefusedForm) -> Response:
        return await show_writing(request, saved, refused=refused, kept=kept)

    return await attempt("writing", request, run, show)


def _list_word_faults(call: Call, policy: Policy, proposal: Proposal) -> Iterator[Invalid]:
    """What a proposal lacks by its own words to be handed in."""
    yield from list_field_faults(policy, call, proposal)
    yield from list_form_faults(policy, proposal.form_content)


@contextmanager
def _saving_all(request: PageRequest, found: list[Invalid]) -> Iterator[None]:
    """Around what saves a proposal: where it cannot be saved but was to be handed in, what was found to lack is told of as well."""
    lacking = found if request.form.text("do", 20) in HANDING_IN else []
    with reading_all(request.form):
        faults = Faults()
        with faults.gather():
            yield
        if faults.found or request.form.wrong:
            Faults([*faults.found, *lacking]).settle()


def _hand_in(session: Session, actor: Actor, written: Writing, form: Form) -> FormResult:
    without, declares = form.text("do", 20) == "submit_without", form.text("declaration", 3) == "yes"
    if written.action == "supplement":
        return back_to_idea(supplement_idea(session, written.idea_id, without_unanswered=without, actor=actor), "supplemented")
    context = submit_idea(session, written.idea_id, without_unanswered=without, declares_truth=declares, actor=actor)
    return back_to_idea(context, "submitted")


def _read(request: PageRequest, policy: Policy, people: dict[str, tuple[TypedMember, str]]) -> Proposal:
    request.form = lay_rows(request.form, policy)
    return read_proposal(request.form, policy, {person_id: number for person_id, (_row, number) in people.items()})
