"""The forms of an idea's page by which somebody says how it stands to another idea, and takes that back."""

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from api.pages.idea import IDEA, back_to_idea, idea_form
from api.pages.reading import reading_all
from api.pages.session import FormResult, PostedForm
from api.v1.shapes import Id
from models.links import LinkKind
from workflows.intake.links import NewLink, link_ideas, list_kinds, unlink_ideas
from workflows.process.actors import Actor
from workflows.process.context import read_context

router = APIRouter(include_in_schema=False)


@router.post(f"{IDEA}/hubungan")
async def link(idea_id: Id, request: PostedForm) -> Response:
    """Say how the idea stands to another."""
    form = request.form
    form.require("other")
    picked = form.choice("kind", tuple(LinkKind))

    def act(session: Session, actor: Actor) -> FormResult:
        context = read_context(session, idea_id, actor=actor)
        kinds = [LinkKind(picked)] if picked else list_kinds(session, context, actor=actor) or [LinkKind.RELATED]
        with reading_all(form):
            link_ideas(session, idea_id, NewLink(kinds[0], form.text("other", 60), form.text("reason", 2_000)), actor=actor)
        return back_to_idea(context, "linked")

    return await idea_form(request, idea_id, "link", act)


@router.post(f"{IDEA}/hubungan/{{link_id}}")
async def unlink(idea_id: Id, link_id: Id, request: PostedForm) -> Response:
    """Take back what was said of the idea and another."""
    reason = request.form.text("reason", 2_000)

    def act(session: Session, actor: Actor) -> FormResult:
        unlink_ideas(session, idea_id, link_id, reason=reason, actor=actor)
        return back_to_idea(read_context(session, idea_id, actor=actor), "unlinked")

    return await idea_form(request, idea_id, f"unlink-{link_id}", act)
