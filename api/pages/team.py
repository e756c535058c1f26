"""The forms of an idea's page by which members do something about its team by themselves."""

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from api.pages.idea import IDEA, idea_form
from api.pages.session import FormResult, PostedForm
from api.v1.shapes import Id
from workflows.intake.leaving import leave_team
from workflows.process.actors import Actor

router = APIRouter(include_in_schema=False)


@router.post(f"{IDEA}/keluar")
async def leave(idea_id: Id, request: PostedForm) -> Response:
    """Leave the draft's team."""
    reason = request.form.text("reason")

    def act(session: Session, actor: Actor) -> FormResult:
        leave_team(session, idea_id, reason=reason, actor=actor)
        return FormResult(to="/usulan", done="team_left")

    return await idea_form(request, idea_id, "leave", act)
