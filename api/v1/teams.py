"""What members do about an idea's team by themselves."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.access import MatchingApi
from api.v1 import PREFIX
from api.v1.shapes import Id, IdeaOut, Reason, RequestBody, show_context
from models.ideas import Idea
from workflows.intake.leaving import leave_team

router = APIRouter(prefix=PREFIX + "/ideas/{idea_id}", tags=["intake"])


class LeavingIn(RequestBody):
    """Why one leaves; it may be left out."""

    reason: Reason = ""


@router.post("/leaving", response_model=IdeaOut)
async def leave_idea(idea_id: Id, body: LeavingIn, request: MatchingApi) -> JSONResponse:
    """Leave the team of a draft that one has joined; the share is the lead's again, who is asked to look at the draft."""
    return await request.write(lambda s, a: show_context(s, leave_team(s, idea_id, reason=body.reason, actor=a), a), match=(Idea, idea_id))
