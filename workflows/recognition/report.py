"""The recognition report of a call: what came in, what became of it, who was honoured."""

from datetime import date, timedelta
from statistics import median
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from models.awards import Award
from models.calls import Call
from models.documents import Document, DocumentKind
from models.ideas import Decision, Idea
from models.ids import new_id
from models.instants import local_day, today
from models.ledger import LedgerHead
from models.pilots import Pilot
from models.units import Unit
from workflows.documents.mail import write_word
from workflows.documents.text import format_month
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.context import read_policy
from workflows.process.sealing import find_seal
from workflows.process.ways import Reached, Transition
from workflows.recognition.award_lines import list_award_lines
from workflows.recognition.number import DocumentSubject, Issuer, number_document
from workflows.recognition.savings import sum_savings
from workflows.region.calls import current_policy, get_call
from workflows.region.offices import read_office

ADOPTED = "adopted"  # the milestone of the determination: what a report counts and how long it took


def ask_report(session: Session, call_id: str, *, actor: Actor) -> Document:
    """Number a report of the call as it stands now; secretariat, leader, auditor or admin over the call may. A flow renders it.

    Raises Conflict while the call is sealed.
    """
    call, unit = get_call(session, call_id)
    if (sealed := find_seal(call)) is not None:
        raise sealed
    policy = read_policy(current_policy(session, call.id))
    issuer = Issuer(read_office(session, call.unit_id, today(), otherwise=policy.documents), policy.documents)
    subject = DocumentSubject(DocumentKind.REPORT, new_id(), call_id=call.id, call_path=unit.path)
    return number_document(session, subject, issuer, _content(session, call), actor=actor)


def _content(session: Session, call: Call) -> dict[str, Any]:
    decided, adopting = _decided(session, call.id), {each.outcome for each in _list_adopting()}
    awards = list_award_lines(session, call.id)
    first = local_day(call.opens_at)
    submitted = _count(session, _submitted(select(col(Idea.id)), call.id))
    awarded = sum(line["stands"] for line in awards)
    savings, measured = sum_savings(session, call.id)
    return {
        "call_title": call.title,
        "period_from": first,
        "period_until": max(first, today()),
        "submitted": submitted,
        "adopted": sum(1 for outcome, _ in decided if outcome in adopting),
        "piloted": _count_pilots(session, call.id),
        "awarded": awarded,
        "stages": _milestones(session, call.id, submitted, awarded),
        "units": _units(session, call.id),
        "region_units": session.exec(select(func.count()).select_from(Unit)).one(),
        "months": _months(session, call),
        "awards": awards,
        "savings_rupiah": savings,
        "savings_pilots": measured,
        "median_days_to_decision": round(median(days for _, days in decided)) if decided else None,
        "chain_head": session.exec(select(LedgerHead.hash)).one(),
    }


def _submitted(query: Any, call_id: str) -> Any:
    return query.where(Idea.call_id == call_id, col(Idea.submitted_at).is_not(None))


def _milestones(session: Session, call_id: str, submitted: int, awarded: int) -> list[dict[str, Any]]:
    """How many ideas reached each milestone; each counts once, however often it was decided on."""
    reached: list[dict[str, Any]] = [{"label": "Diajukan", "count": submitted}]
    for milestone, steps in ways.IDEA.list_milestones().items():
        done = _submitted(select(col(Idea.id)), call_id).where(col(Idea.id).in_(_select_reached(steps)))
        reached.append({"label": write_word(f"milestone_{milestone}"), "count": _count(session, done)})
    return [*reached, {"label": "Diberi penghargaan", "count": awarded}]


def _list_adopting() -> list[Transition]:
    return ways.IDEA.list_milestones()[ADOPTED]


def _select_reached(steps: list[Transition]) -> Any:
    """The ideas on which one of these steps was decided."""
    taken = (sa.and_(col(Decision.action) == each.action, col(Decision.outcome) == (each.outcome or "")) for each in steps)
    return select(Decision.idea_id).where(sa.or_(*taken))


def _count(session: Session, query: Any) -> int:
    return int(session.exec(select(func.count()).select_from(query.subquery())).one())


def _decided(session: Session, call_id: str) -> list[tuple[str, int]]:
    query = select(Decision.outcome, Decision.at, Idea.submitted_at).join(Idea, col(Idea.id) == col(Decision.idea_id))
    rows = session.exec(_submitted(query, call_id).where(col(Decision.action).in_({each.action for each in _list_adopting()}))).all()
    return [(outcome, (at - submitted_at).days) for outcome, at, submitted_at in rows]


def _count_pilots(session: Session, call_id: str) -> int:
    pilots = select(func.count()).select_from(Pilot).join(Idea, col(Idea.id) == col(Pilot.idea_id)).where(Idea.call_id == call_id)
    return int(session.exec(pilots).one())


def _units(session: Session, call_id: str) -> list[dict[str, Any]]:
    adopted = _select_reached(_list_adopting())
    awarded = select(Award.idea_id).where(col(Award.stage).in_(ways.AWARD.list_reached(Reached.GIVEN)))
    query = select(
        Unit.name,
        func.count(),
        func.count().filter(col(Idea.id).in_(adopted)),
        func.count().filter(col(Idea.id).in_(awarded)),
    ).join(Idea, col(Idea.unit_id) == col(Unit.id))
    rows = session.exec(_submitted(query, call_id).group_by(col(Unit.id), col(Unit.name)).order_by(func.count().desc(), col(Unit.name)))
    return [{"name": name, "submitted": submitted, "adopted": adopted, "awarded": awarded} for name, submitted, adopted, awarded in rows]


def _months(session: Session, call: Call) -> list[dict[str, Any]]:
    counts: dict[tuple[int, int], int] = {}
    for submitted_at in session.exec(_submitted(select(Idea.submitted_at), call.id)):
        day = local_day(submitted_at)
        counts[day.year, day.month] = counts.get((day.year, day.month), 0) + 1
    if not counts:
        return []
    months, last = [min(counts)], max(counts)
    while months[-1] < last:
        following = date(months[-1][0], months[-1][1], 28) + timedelta(days=4)
        months.append((following.year, following.month))
    return [{"label": format_month(date(year, month, 1)), "count": counts.get((year, month), 0)} for year, month in months]
