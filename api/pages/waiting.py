"""Lists of what waits for people's answers: each row carries its forms, and one that was refused stands as it was sent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi.responses import Response
from sqlmodel import Session

from api.pages.forms import FormView
from api.pages.refused import RefusedForm
from api.pages.refused import attempt as attempt_form
from api.pages.render import page
from api.pages.session import FormResult, PageRequest, PostedForm
from workflows.process.actors import Actor

SETTLE = "settle"


def always(_row: Any) -> bool:
    """That a row's form asks for words, whatever the row."""
    return True


@dataclass(frozen=True)
class WaitingList:
    """A list's page: its template, what a reader's rows are, and the forms that each row carries.

    The template gets `rows`: each a tuple of the row and its forms in their order. A form is named after its row: `settle-<id>`. With it
    stands of which rows its fields are shown; what was typed into one that is shown no more is given back as text.
    """

    template: str
    find: Callable[..., Sequence[Any]]
    forms: dict[str, Callable[[Any], bool]] = field(default_factory=lambda: {SETTLE: always})

    async def show(self, request: PageRequest, refused: RefusedForm | None = None, *, done: str = "") -> Response:
        """The list as the reader may see it."""

        def read(session: Session, actor: Actor) -> list[Any]:
            return [(each, *(self._view(form, each.row.id, refused) for form in self.forms)) for each in self.find(session, actor=actor)]

        visitor, rows = await request.read_page(read)
        shown = {f"{form}-{each.row.id}" for each, *_ in rows for form, is_shown in self.forms.items() if is_shown(each)}
        state: dict[str, Any] = {
            "wrong": refused if refused is not None and refused.errors else None,
            "lost": refused.typed() if refused is not None and refused.name not in shown else [],
            "posted": refused is not None,
            "resend": refused.resend if refused is not None else [],
            "done": done,
        }
        return page(visitor, self.template, status=refused.status if refused else 200, rows=rows, **state)

    async def attempt(self, form: str, row_id: str, request: PostedForm, act: Callable[[Session, Actor], FormResult]) -> Response:
        """What a row's form asks for; where it is refused, the list once more."""
        return await attempt_form(f"{form}-{row_id}", request, lambda: request.act(act), lambda refused: self.show(request, refused))

    @staticmethod
    def _view(form: str, row_id: str, refused: RefusedForm | None) -> FormView:
        name = f"{form}-{row_id}"
        return refused.view() if refused is not None and refused.name == name else FormView(name)
