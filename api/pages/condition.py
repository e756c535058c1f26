"""How the machinery stands: who is alive, what waits, what failed and can be tried again, when the last backup was made."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from api.email_addresses import mask_email
from api.pages.forms import FormView
from api.pages.refused import RefusedForm, attempt
from api.pages.render import CONDITION, page, read_done
from api.pages.session import FormResult, Page, PageRequest, PostedForm
from api.pages.texts import name_job, texts
from models.settings import settings
from workflows.process.actors import Actor
from workflows.process.condition import MOST_SHOWN, Trouble, list_troubles, read_condition
from workflows.process.records import require_region_admin
from workflows.process.retry import JobSubject, retry_dead

router = APIRouter(include_in_schema=False)
MEGABYTE, TENTH = 1_000_000, Decimal("0.1")


@dataclass(frozen=True)
class Line:
    """A trouble as the page shows it: the names of its texts, the masked address, and the form that tries again."""

    trouble: Trouble
    what: str
    advice: str
    to: str
    form: FormView


@router.get(CONDITION)
async def show_condition(request: Page, ok: str = "") -> Response:
    """How the machinery stands; for admins of the whole region."""
    return await _page(request, done=read_done(ok))


@router.post(CONDITION)
async def try_again(request: PostedForm) -> Response:
    """Take up again what was given up: one job about one subject, or all of it."""
    asked = JobSubject(request.form.text("job", 70), request.form.text("subject_id", 30)) if "job" in request.form.values else None

    def act(session: Session, actor: Actor) -> FormResult:
        require_region_admin(session, actor)
        retried = retry_dead(session, asked, actor=actor)
        return FormResult(to=CONDITION, done="retried" if retried or asked is None else "retried_before")

    return await attempt("retry", request, lambda: request.act(act), lambda refused: _page(request, refused=refused))


async def _page(request: PageRequest, *, refused: RefusedForm | None = None, done: str = "") -> Response:
    def read(session: Session, actor: Actor) -> dict[str, Any]:
        lines = [_describe(trouble, place) for place, trouble in enumerate(list_troubles(session, actor=actor))]
        found = read_condition(session, settings().data, actor=actor)
        size = (found.backup.size if found.backup else None) or 0
        hidden = found.dead + found.late + found.stuck > MOST_SHOWN
        return {"found": found, "lines": lines, "more": hidden, "megabytes": (Decimal(size) / MEGABYTE).quantize(TENTH)}

    visitor, values = await request.read_page(read)
    status = refused.status if refused else 200
    values |= {"all_again": FormView("retry-all"), "wrong": refused, "posted": refused is not None}
    return page(visitor, "region/condition.html", status=status, done=done, **values)


def _describe(trouble: Trouble, place: int) -> Line:
    what, advice = name_job(trouble.job), f"fault.{trouble.fault.partition(' ')[0]}"
    return Line(
        trouble,
        what if what in texts() else "job.unknown",
        advice if advice in texts() else f"fault.of_{trouble.kind}",
        mask_email(trouble.addressee.email) if trouble.addressee else "",
        FormView(f"retry-{place}"),
    )
