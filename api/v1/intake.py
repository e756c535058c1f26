"""Intake: draft, revise, submit, withdraw, permit, screen, supplement; and reading ideas."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlmodel import Session

from api.access import Api, ApiRequest, Head, Match, MatchingApi
from api.v1 import PREFIX
from api.v1.history import DecisionOut, show_history
from api.v1.proposals import ProposalIn
from api.v1.shapes import (
    Day,
    Id,
    IdeaOut,
    IdeaStageName,
    ListedIdea,
    Reason,
    ReasonIn,
    RequestBody,
    list_lines,
    show_context,
    show_idea,
)
from api.v1.totals import CountedPage, show_total
from models.ideas import Idea
from models.instants import region_zone
from workflows.intake.agree import answer_invitation
from workflows.intake.copying import copy_idea
from workflows.intake.draft import draft_idea, revise_idea
from workflows.intake.permit import permit_idea
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.submit import submit_idea, supplement_idea
from workflows.intake.withdraw import withdraw_idea
from workflows.process.actors import Actor
from workflows.process.browse import add_up, count_by_stage, list_ideas
from workflows.process.holding import list_holding_roles
from workflows.process.keyset import Slice
from workflows.process.wanted import Sort, WantedIdeas

router = APIRouter(prefix=PREFIX + "/ideas", tags=["intake"])
DraftingApi = Annotated[ApiRequest, Depends(Head(creates="/ideas/{id}"))]
CopyingApi = Annotated[ApiRequest, Depends(Head(match=Match.READ, creates="/ideas/{id}"))]
RevisingApi = Annotated[ApiRequest, Depends(Head(match=Match.REQUIRED))]


class DraftIn(ProposalIn):
    call_id: Id


class CopyIn(RequestBody):
    call_id: Id


class PermissionIn(RequestBody):
    outcome: Literal["granted", "refused"]
    reason: Reason = ""


class AgreementIn(RequestBody):
    outcome: Literal["joined", "not_joined"]
    reason: Reason = ""


class SubmissionIn(RequestBody):
    """Without those who have not answered, their shares go to the lead proposer.

    `declares_truth` says that whoever hands the idea in makes the declaration of the call's policy; where it is asked, it must be true.
    """

    without_unanswered: bool = False
    declares_truth: bool | None = None


class SupplementIn(ProposalIn):
    """The completed idea; without a team it stays as it is."""

    without_unanswered: bool = False


class ScreeningIn(RequestBody):
    """`parts` are what may be changed of a returned idea beside what has a note: `title`, `kind`, `budget`, `team`, `files` (all of them),
    `files.<id>` (that one, for which one may be put in its place), `sections.<name>`, `answers.<name>`. `notes` are by the name of a
    section or field, `part_notes` by the other parts.

    Nothing else may be changed; a return needs a note, or a part and a reason. A duplicate names the earlier idea by its code in
    `duplicate_of`, or says with `duplicate_not_registered` that the reason names it. `reasons` say by requirement why it is not met; where
    the policy says `screening.reason_for_each`, each that is answered with no has one. A rejection may name in `already_runs`, by its code,
    an innovation that is in use already: the two are linked, and the team reads the code.
    """

    outcome: Screening
    parts: tuple[Annotated[str, Field(max_length=100)], ...] = Field(default=(), max_length=80)
    answers: dict[str, bool] = Field(default_factory=dict, max_length=40)
    notes: dict[str, Annotated[str, Field(max_length=1_000)]] = Field(default_factory=dict, max_length=80)
    reason: Reason = ""
    duplicate_of: str = Field(default="", max_length=60)
    duplicate_not_registered: bool = False
    reasons: dict[str, Annotated[str, Field(max_length=1_000)]] | None = Field(default=None, max_length=40)
    part_notes: dict[str, Annotated[str, Field(max_length=1_000)]] | None = Field(default=None, max_length=40)
    already_runs: str | None = Field(default=None, max_length=60)

    def read(self) -> Findings:
        """What the secretariat found, as the action takes it."""
        return Findings(
            answers=self.answers,
            notes=self.notes,
            reason=self.reason,
            parts=self.parts,
            duplicate_of=self.duplicate_of,
            duplicate_not_registered=self.duplicate_not_registered,
            reasons=self.reasons or {},
            part_notes=self.part_notes or {},
            already_runs=self.already_runs or "",
        )


class IdeaPage(CountedPage):
    """`before` asks for the page before. `total` and `by_stage` are there where `count` asked for them: each number up to 1,000.

    `total_is_exact` is false where there are more; `by_stage` counts every stage, whichever one is asked for.
    """

    ideas: list[ListedIdea]
    before: str | None
    by_stage: dict[str, int] | None


class IdeasQuery(BaseModel):
    """Which ideas: `q` are words that text, short answers, code, unit or the names of the team hold, in any of their forms; `unit` is a
    code or part of a name, with the units below it. Whoever reviews blindly finds nothing by unit, names or addresses.

    `overdue` and `due_before` (the day does not count) are about ideas of which something is awaited. `sort`: `newest`, `due` (first due
    first), or `score` (highest first; an idea whose score the asker may not know comes last). `holders` asks who owes the next step.
    """

    call_id: str | None = Field(default=None, max_length=26)
    stage: IdeaStageName | None = None
    mine: bool = False
    q: str = Field(default="", max_length=200)
    unit: str = Field(default="", max_length=200)
    overdue: bool = False
    due_before: Day | None = None
    sort: Sort = Sort.NEWEST
    count: bool = False
    holders: bool = False
    after: str | None = Field(default=None, max_length=1_000)
    before: str | None = Field(default=None, max_length=1_000)
    limit: int = Field(default=50, ge=1, le=200)

    def read(self) -> WantedIdeas:
        """What is asked for, as the list takes it."""
        due_before = None if self.due_before is None else datetime.combine(self.due_before, time.min, region_zone())
        return WantedIdeas(self.call_id, self.stage, self.mine, self.q, self.unit, self.overdue, due_before, self.sort)


@router.get("")
async def find_ideas(request: Api, query: Annotated[IdeasQuery, Query()]) -> IdeaPage:
    """The ideas the asker may know of; `after` of one page asks for the next, `before` for the one before."""
    wanted = query.read()

    def read_ideas(session: Session, actor: Actor) -> IdeaPage:
        page = list_ideas(session, wanted, Slice(query.after, query.limit, query.before), actor=actor)
        counts = count_by_stage(session, wanted, actor=actor) if query.count else None
        total = None if counts is None else add_up(counts, wanted.stage)
        return IdeaPage(
            ideas=_list_lines(session, page.rows, actor, with_holders=query.holders),
            after=page.after,
            before=page.before,
            **show_total(total),
            by_stage=None if counts is None else {stage: count.number for stage, count in counts.items()},
        )

    return await request.read(read_ideas)


def _list_lines(session: Session, ideas: Sequence[Idea], actor: Actor, *, with_holders: bool) -> list[ListedIdea]:
    lines = list_lines(session, ideas, actor)
    if not with_holders:
        return lines
    holding = list_holding_roles(session, ideas, actor=actor)
    return [line.model_copy(update={"held_by": list(holding.get(line.id, ()))}) for line in lines]


@router.post("", status_code=201, response_model=IdeaOut, responses={404: {}})
async def add_draft(body: DraftIn, request: DraftingApi) -> JSONResponse:
    """Draft an idea; nobody but its team sees it."""
    return await request.write(lambda s, a: show_context(s, draft_idea(s, body.call_id, body.read(), actor=a), a), status=201)


@router.post("/{idea_id}/copy", status_code=201, response_model=IdeaOut)
async def copy_as_draft(idea_id: Id, body: CopyIn, request: CopyingApi) -> JSONResponse:
    """Draft an own idea that is over once more, for an open call: with what that call asks, and a team that is asked to join anew."""
    return await request.write(
        lambda s, a: show_context(s, copy_idea(s, idea_id, body.call_id, actor=a), a), status=201, match=(Idea, idea_id)
    )


@router.get("/{idea_id}", response_model=IdeaOut)
async def show(idea_id: Id, request: Api) -> JSONResponse:
    """An idea, with its version as ETag."""
    return await request.read_versioned(lambda s, a: show_idea(s, idea_id, a))


@router.get("/{idea_id}/history")
async def show_decisions(idea_id: Id, request: Api) -> list[DecisionOut]:
    """What was decided on an idea, oldest first, as far as the asker may know."""
    return await request.read(lambda s, a: show_history(s, idea_id, a))


@router.put("/{idea_id}", response_model=IdeaOut)
async def revise(idea_id: Id, body: ProposalIn, request: RevisingApi) -> JSONResponse:
    """Replace what a draft says, or put by what completes a returned idea; If-Match must name the version read."""
    return await request.write(
        lambda s, a: show_context(s, revise_idea(s, idea_id, body.read(), actor=a), a), match=(Idea, idea_id), must_match=True
    )


@router.post("/{idea_id}/submission", response_model=IdeaOut)
async def submit(idea_id: Id, request: MatchingApi, body: SubmissionIn | None = None) -> JSONResponse:
    """Hand a draft in, once everybody who was asked to join has answered, or without those who have not."""
    said = body or SubmissionIn()
    more = {"without_unanswered": said.without_unanswered, "declares_truth": said.declares_truth is True}
    return await request.write(lambda s, a: show_context(s, submit_idea(s, idea_id, **more, actor=a), a), match=(Idea, idea_id))


@router.post("/{idea_id}/agreement", response_model=IdeaOut)
async def answer_team_invitation(idea_id: Id, body: AgreementIn, request: MatchingApi) -> JSONResponse:
    """Join the team that one is asked to join, with the share and role that are offered, or stay out."""
    joins = body.outcome == "joined"
    return await request.write(
        lambda s, a: show_context(s, answer_invitation(s, idea_id, joins=joins, reason=body.reason, actor=a), a), match=(Idea, idea_id)
    )


@router.post("/{idea_id}/withdrawal", response_model=IdeaOut)
async def withdraw(idea_id: Id, body: ReasonIn, request: MatchingApi) -> JSONResponse:
    """Take an idea back."""
    return await request.write(
        lambda s, a: show_context(s, withdraw_idea(s, idea_id, reason=body.reason, actor=a), a), match=(Idea, idea_id)
    )


@router.post("/{idea_id}/permission", response_model=IdeaOut)
async def permit(idea_id: Id, body: PermissionIn, request: MatchingApi) -> JSONResponse:
    """Grant or refuse the unit's permission."""
    granted = body.outcome == "granted"
    return await request.write(
        lambda s, a: show_context(s, permit_idea(s, idea_id, granted=granted, reason=body.reason, actor=a), a), match=(Idea, idea_id)
    )


@router.post("/{idea_id}/screening", response_model=IdeaOut)
async def screen(idea_id: Id, body: ScreeningIn, request: MatchingApi) -> JSONResponse:
    """Accept, return for completion, close as duplicate, or reject."""
    return await request.write(
        lambda s, a: show_context(s, screen_idea(s, idea_id, body.outcome, body.read(), actor=a), a), match=(Idea, idea_id)
    )


@router.post("/{idea_id}/supplement", response_model=IdeaOut)
async def supplement(idea_id: Id, body: SupplementIn, request: MatchingApi) -> JSONResponse:
    """Answer a request for completion; where title, budget or team change, put it by first (PUT), and send it when the team has agreed."""
    without = body.without_unanswered
    return await request.write(
        lambda s, a: show_context(s, supplement_idea(s, idea_id, body.read(), without_unanswered=without, actor=a), a),
        match=(Idea, idea_id),
    )
