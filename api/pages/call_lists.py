"""The pages of what a call lists for its ideas (mentors, clinics, courses): a form that adds to the list, and one at each line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi.responses import Response
from sqlmodel import Session

from api.pages.call_life import keeps_call
from api.pages.forms import FormView
from api.pages.refused import RefusedForm, attempt
from api.pages.render import page
from api.pages.session import FormResult, PageRequest
from workflows.process.actors import Actor
from workflows.region.calls import get_call


@dataclass(frozen=True)
class CallList:
    """A list of a call: its template, the end of its address, the form that adds to it, its lines and the names of their forms."""

    template: str
    path: str
    form: str
    read_lines: Callable[[Session, str, Actor], Sequence[Any]]
    name_form: Callable[[Any], str]

    async def show(self, request: PageRequest, call_id: str, *, refused: RefusedForm | None = None, done: str = "") -> Response:
        """The page; its forms are for those who keep the call. A refused form stands in it with what was typed."""

        def read(session: Session, actor: Actor) -> dict[str, Any]:
            call, unit = get_call(session, call_id)
            lines = [(line, FormView(self.name_form(line))) for line in self.read_lines(session, call_id, actor)]
            return {"call": call, "lines": lines, "keeps": keeps_call(actor, unit) and call.archived_at is None}

        visitor, values = await request.read_page(read)
        form = FormView(self.form)
        if refused is not None:
            form = refused.view() if refused.name == form.name else form
            values["lines"] = [(line, refused.view() if view.name == refused.name else view) for line, view in values["lines"]]
        wrong = refused if refused is not None and refused.errors else None
        told: dict[str, Any] = {"wrong": wrong, "done": done, "posted": refused is not None, "form": form}
        return page(visitor, self.template, status=refused.status if refused is not None else 200, **values, **told)

    async def change(self, request: PageRequest, call_id: str, form: str, act: Callable[[Session, Actor], object], done: str) -> Response:
        """Do what a form asks for and lead back to the page, or show it with the refusal."""

        def change(session: Session, actor: Actor) -> FormResult:
            act(session, actor)
            return FormResult(to=f"/periode-usulan/{call_id}/{self.path}", done=done)

        return await attempt(form, request, lambda: request.act(change), lambda refused: self.show(request, call_id, refused=refused))
