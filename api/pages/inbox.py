"""The inbox: what waits for the reader, the most urgent first; and the committee's lists."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session, col, select

from api.pages.render import page, read_done
from api.pages.session import Page
from models.calls import Call, PolicyVersion
from models.ideas import Idea
from models.instants import now
from models.policy import Policy
from models.stages import IdeaStage
from models.units import Unit
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.browse import list_ideas
from workflows.process.context import read_policy
from workflows.process.inbox import Awaited, find_gate, list_inbox
from workflows.process.keyset import Slice
from workflows.process.relations import list_blind
from workflows.process.stranded import list_stranded
from workflows.process.wanted import WantedIdeas
from workflows.region.confirmations import count_to_confirm
from workflows.region.signatures import list_unsigned

router = APIRouter(include_in_schema=False)


@router.get("/kotak-masuk")
async def show_inbox(request: Page, ok: str = "") -> Response:
    """What waits for the reader."""

    def read_lines(session: Session, actor: Actor) -> dict[str, Any]:
        return {
            "lines": _lines(session, list_inbox(session, actor=actor), actor),
            "stranded": _lines(session, list_stranded(session, actor=actor), actor),
            "to_confirm": count_to_confirm(session, actor=actor),
            "unsigned": list_unsigned(session, actor=actor),
        }

    visitor, values = await request.read_page(read_lines)
    return page(visitor, "inbox.html", **values, done=read_done(ok))


@router.get("/daftar")
async def show_list(request: Page, stage: str = "", call: str = "", after: str | None = None) -> Response:
    """The ideas that the reader may know of, by stage and call."""
    picked = stage if stage in ways.IDEA.stages else None

    def read_list(session: Session, actor: Actor) -> dict[str, Any]:
        found = list_ideas(session, WantedIdeas(call_id=call[:26] or None, stage=picked), Slice(after, 25), actor=actor)
        calls = list(session.exec(select(Call).order_by(col(Call.opens_at).desc()).limit(200)))
        return {"ideas": found.rows, "after": found.after, "calls": calls, "units": _units(session, found.rows, actor)}

    visitor, values = await request.read_page(read_list)
    names = {each.id: each.title for each in values["calls"]}
    return page(
        visitor,
        "list.html",
        stages=[name for name in ways.IDEA.stages if name != IdeaStage.DRAFT],
        stage=picked or "",
        call=call,
        names=names,
        present=now(),
        **values,
    )


def _lines(session: Session, waiting: list[Awaited], actor: Actor) -> list[dict[str, Any]]:
    units = _units(session, [each.idea for each in waiting], actor)
    policies = {idea.policy_id: _read_policy(session, idea) for idea in (each.idea for each in waiting)}
    return [_line(each, units) | {"gate": find_gate(each.item.task, policies[each.idea.policy_id])} for each in waiting]


def _line(awaited: Awaited, units: dict[str, str]) -> dict[str, Any]:
    item, idea = awaited.item, awaited.idea
    to = f"/penghargaan/{item.award_id}" if item.award_id else f"/usulan/{idea.id}#tugas"
    pages = {
        "revise": f"/usulan/{idea.id}/ubah",
        "supplement": f"/usulan/{idea.id}/lengkapi",
        "plan_pilot": f"/usulan/{idea.id}/rencana-uji-coba",
    }
    late = item.due_at is not None and item.due_at < now()
    return {
        "task": item.task,
        "idea": idea,
        "to": pages.get(item.task, to),
        "due_at": item.due_at,
        "late": late,
        "unit": units.get(idea.id, ""),
    }


def _read_policy(session: Session, idea: Idea) -> Policy:
    return read_policy(session.get_one(PolicyVersion, idea.policy_id))


def _units(session: Session, ideas: list[Idea], actor: Actor) -> dict[str, str]:
    """The name of the unit of each idea, by the idea's id, where the reader may know it."""
    blind = list_blind(session, ideas, actor)
    shown = {idea.id: idea.unit_id for idea in ideas if idea.id not in blind}
    names = dict(session.exec(select(Unit.id, Unit.name).where(col(Unit.id).in_(set(shown.values())))).all()) if shown else {}
    return {idea_id: names[unit_id] for idea_id, unit_id in shown.items()}
