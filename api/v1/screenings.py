"""Screenings of many ideas at once: what would come of it first, and then for good."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlmodel import Session

from api.access import Api
from api.problems import language_of
from api.sentences import sentence
from api.v1 import PREFIX
from api.v1.shapes import Id, RequestBody, ResponseBody
from workflows.intake.screen_many import MOST, Accepted, accept_many
from workflows.process.actors import Actor

router = APIRouter(prefix=PREFIX + "/screenings", tags=["intake"])


class ManyIn(RequestBody):
    """Which ideas meet every requirement; with `dry_run` nothing is kept, and the answer says what would come of it."""

    idea_ids: Annotated[list[Id], Field(min_length=1, max_length=MOST)]
    dry_run: bool


class AcceptedOut(ResponseBody):
    """One idea: the stage in which it stands then, and how many people of its team are told by mail; or, with a `refusal`, why not.

    `answers` are what is recorded of each requirement of its call: yes, as if each had been looked at alone.
    """

    idea_id: str
    code: str
    title: str
    stage: str
    told: int
    answers: dict[str, bool]
    refusal: str | None
    detail: str | None


class ManyOut(ResponseBody):
    """How many were (or, of a dry run, would be) accepted, and each idea in the order asked for."""

    dry_run: bool
    accepted: int
    ideas: list[AcceptedOut]


@router.post("", response_model=ManyOut)
async def accept(body: ManyIn, request: Api) -> JSONResponse:
    """Accept many ideas at the screening, each of which meets every requirement of its call; what is refused of one keeps no other back."""
    language = language_of(request.http)

    def act(session: Session, actor: Actor) -> ManyOut:
        found = accept_many(session, body.idea_ids, is_tried=body.dry_run, actor=actor)
        return ManyOut(
            dry_run=body.dry_run,
            accepted=sum(each.refusal is None for each in found),
            ideas=[_show(each, language) for each in found],
        )

    return await request.write(act)


def _show(accepted: Accepted, language: str) -> AcceptedOut:
    refusal = accepted.refusal
    return AcceptedOut(
        idea_id=accepted.idea_id,
        code=accepted.code,
        title=accepted.title,
        stage=accepted.stage,
        told=accepted.told,
        answers=accepted.answers,
        refusal=refusal.code if refusal else None,
        detail=sentence(refusal.code, language, refusal.parameters) if refusal else None,
    )
