"""The inbox: what waits for the reader, the most urgent first."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from api.pages.listed import list_rows
from api.pages.queue import address_of
from api.pages.render import page, read_done
from api.pages.session import Page
from models.instants import now
from workflows.intake.claim_lists import ListedClaim, list_claims
from workflows.intake.dictate import list_dictated_since
from workflows.intake.merge_lists import list_waiting_merges
from workflows.intake.replace_lists import ListedReplacement, list_replacements
from workflows.intake.transfer_lists import ListedTransfer, list_transfers
from workflows.process.actors import Actor
from workflows.process.context import read_policy_of
from workflows.process.keyset import Slice
from workflows.process.reminding import find_next, list_told
from workflows.process.stranded import list_stranded
from workflows.process.waiting import Awaited, count_waiting, list_waiting
from workflows.process.waits import list_days_left
from workflows.region.confirmations import count_to_confirm
from workflows.region.signatures import list_unsigned

router = APIRouter(include_in_schema=False)
ON_A_PAGE = 100
MOST_COUNTED = 500  # of a longer list it is said that there are more: nobody works through it by its number


@router.get("/kotak-masuk")
async def show_inbox(request: Page, after: str | None = None, before: str | None = None, ok: str = "") -> Response:
    """What waits for the reader; on the first page also what else concerns them."""
    is_first = not (after or before)

    def read_lines(session: Session, actor: Actor) -> dict[str, Any]:
        found = list_waiting(session, Slice(after, ON_A_PAGE, before), actor=actor)
        return {
            "lines": _lines(session, found.rows, actor),
            "after": found.after,
            "before": found.before,
            "waiting": count_waiting(session, actor=actor, most=MOST_COUNTED) if found.after or found.before else None,
            "stranded": _lines(session, list_stranded(session, actor=actor).rows, actor) if is_first else [],
            "to_confirm": count_to_confirm(session, actor=actor) if is_first else 0,
            "dictated": list_dictated_since(session, actor.person_id) if is_first else (),
            "lists": _count_lists(session, actor) if is_first else [],
            "unsigned": list_unsigned(session, actor=actor) if is_first else [],
        }

    visitor, values = await request.read_page(read_lines)
    return page(visitor, "inbox.html", **values, done=read_done(ok))


Dates = Callable[[Any], tuple[datetime, datetime | None]]  # since when a row of a list waits, and until when where it has a date


def _count_lists(session: Session, actor: Actor) -> list[dict[str, Any]]:
    """Of each list of what people answer: its address, its words, how many await the reader, since when and until when, and how many
    concern them at all."""
    lists: list[tuple[str, str, Sequence[Any], Dates]] = [
        (
            "/pergantian",
            "replace",
            list_replacements(session, actor=actor),
            _date_replacement,
        ),
        ("/klaim", "claim", [each for each in list_claims(session, actor=actor) if each.is_open], _date_claim),
        (
            "/penggabungan",
            "merge",
            list_waiting_merges(session, only_agreed=True, actor=actor),
            lambda each: (each.since, _find_until(each)),
        ),
        ("/pengalihan", "transfer", list_transfers(session, actor=actor), _date_transfer),
    ]
    return [{"to": to, "words": words, "concerning": len(rows), **_count(rows, dates)} for to, words, rows, dates in lists if rows]


def _count(rows: Sequence[Any], dates: Dates) -> dict[str, Any]:
    """How many rows await the reader, since when the first does, and which of their dates comes first."""
    awaiting = [dates(each) for each in rows if each.awaits_reader]
    due = [until for _, until in awaiting if until is not None]
    return {"awaiting": len(awaiting), "since": min((since for since, _ in awaiting), default=None), "due_at": min(due, default=None)}


def _date_claim(each: ListedClaim) -> tuple[datetime, datetime | None]:
    return each.row.filed_at or each.row.told_at or each.row.created_at, each.due_at


def _date_replacement(each: ListedReplacement) -> tuple[datetime, datetime | None]:
    """As the page of it says: the day of those who are asked, or of the office; else that until which a lead's silence is waited for."""
    is_dated = each.time is not None and (each.time.is_binding or each.time.of_office)
    return each.row.asked_at, _find_until(each) if is_dated else each.silent_until


def _date_transfer(each: ListedTransfer) -> tuple[datetime, datetime | None]:
    return each.row.accepted_at or each.row.offered_at, _find_until(each)


def _find_until(each: Any) -> datetime | None:
    """Until when a request may be answered."""
    return each.time.until if each.time else None


def _lines(session: Session, waiting: Sequence[Awaited], actor: Actor) -> list[dict[str, Any]]:
    rows = list_rows(session, [each.idea for each in waiting], actor)
    left = list_days_left(session, [(each.item, each.idea) for each in waiting])
    return [
        {
            "task": each.item.task,
            "row": replace(row, due_at=each.item.due_at, since=each.item.asked_at, days_left=left.get(each.item.id)),
            "to": address_of(each),
            "gate": read_policy_of(session, each.idea).find_gate(each.item.task),
            "reminded": list(list_told(each.item)),
            "remind_at": find_next(each.item),
            "told_until": each.item.told_until if each.item.due_at and each.item.due_at < now() else None,
        }
        for each, row in zip(waiting, rows, strict=True)
    ]
