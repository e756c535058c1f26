"""A call's policy as chair and leader read it before they sign: what it changes, what it pays, who may do what."""

import json
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session, col, select

from api.formats import show_rupiah
from api.pages.forms import FormView
from api.pages.refused import RefusedForm, attempt
from api.pages.render import page, read_done
from api.pages.session import FormResult, Page, PageRequest, PostedForm
from api.pages.texts import Words, texts
from api.pages.touched import show_touched
from api.v1.calls import Number
from api.v1.shapes import Id
from models.calls import CallState, PolicyVersion
from models.people import Person, Role
from models.policy import Policy
from models.waits import Span
from workflows.calculations.rule_books import read_rule_book
from workflows.process.actors import Actor
from workflows.process.ceilings import most_of_tier, read_ceiling
from workflows.process.context import read_policy
from workflows.process.duties import STEPS
from workflows.process.keyset import Slice
from workflows.process.refusals import NotFound, Refusal
from workflows.region.amendments import preview_amendment
from workflows.region.calls import current_policy, get_call
from workflows.region.differences import Difference, Leaf, list_differences
from workflows.region.new_versions import count_held
from workflows.region.signatures import list_newest, list_unsigned, list_versions, may_sign, sign_policy
from workflows.region.soundness import require_ready

router = APIRouter(include_in_schema=False)
LIST = "/ketentuan"
VERSION = LIST + "/{call_id}/{number}"
# fields whose values are shown by their words
CODES = ("name", "kind", "entry", "role", "stage", "award_from", "after", "loosened", "initiators", "quota_per")
FIGURES = ("pass_mark", "weight", "minimum", "maximum", "minimum_score")  # those that may have decimals
MOST_DIFFERENCES = 100
CALLS = 25  # on a page


@router.get(LIST)
async def show_calls(request: Page, after: str | None = None, arsip: str = "") -> Response:
    """The calls that the reader prepares or oversees, those that wait for the reader's signature first; `arsip` asks for the archive."""
    archived = bool(arsip)

    def read_calls(session: Session, actor: Actor) -> dict[str, Any]:
        found = list_newest(session, Slice(after, CALLS), actor=actor, archived=archived)
        waiting = [] if archived else list_unsigned(session, actor=actor)
        plans = actor.holds(Role.ADMIN) or actor.holds(Role.SECRETARIAT)
        return {"waiting": waiting, "calls": found.rows, "after": found.after, "archived": archived, "plans": plans}

    visitor, values = await request.read_page(read_calls)
    return page(visitor, "calls/list.html", **values)


@router.get(VERSION)
async def show_version(call_id: Id, number: Number, request: Page, ok: str = "") -> Response:
    """A version of a policy, for those who may read it."""
    return await _version_page(request, call_id, number, done=read_done(ok))


@router.post(VERSION)
async def sign(call_id: Id, number: Number, request: PostedForm) -> Response:
    """Sign a version."""

    def act(session: Session, actor: Actor) -> FormResult:
        version = sign_policy(session, call_id, number, actor=actor)
        return FormResult(to=f"{LIST}/{call_id}/{number}", done="amendment_signed" if version.amends else "policy_signed")

    async def show(refused: RefusedForm) -> Response:
        return await _version_page(request, call_id, number, refused=refused)

    return await attempt("sign", request, lambda: request.act(act), show)


async def _version_page(request: PageRequest, call_id: str, number: int, *, refused: RefusedForm | None = None, done: str = "") -> Response:
    words = Words(request.language)

    def read_version(session: Session, actor: Actor) -> dict[str, Any]:
        call, unit = get_call(session, call_id)
        versions = {each.number: each for each in list_versions(session, call_id, actor=actor)}
        if number not in versions:
            raise NotFound("version_not_found")
        version, policy = versions[number], read_policy(versions[number])
        waits = version.signed_at is None and number == max(versions)
        return {
            "call": call,
            "version": version,
            "names": _read_names(session, version),
            "is_in_force": version.signed_at is not None and current_policy(session, call_id).id == version.id,
            "grades": list_grades(policy),
            "ceiling": read_ceiling(session),
            "movers": list(policy.movers.items()),
            "loosened": [[STEPS[duty][0] for duty in pair] for pair in policy.loosened],  # a duty is named after its first step
            "problems": _list_problems(session, policy, words) if waits else [],
            "signs": waits and (call.state != CallState.CLOSED or version.amends is not None) and may_sign(actor, unit, version),
            "own": waits and version.author_id == actor.person_id,
            "others": sorted(versions, reverse=True),
            "amended": show_touched(preview_amendment(session, call_id, version)) if version.amends is not None else None,
            "held": count_held(session, call) if waits and version.amends is None else None,
            **_compare(versions, number, words),
        }

    visitor, values = await request.read_page(read_version)
    form = refused.view() if refused else FormView("sign")
    shown: dict[str, Any] = {"form": form, "wrong": refused, "done": done, "posted": refused is not None}
    return page(visitor, "calls/version.html", status=refused.status if refused else 200, **values, **shown)


def _read_names(session: Session, version: PolicyVersion) -> dict[str, str]:
    ids = [each for each in (version.author_id, version.signed_by) if each]
    return {person.id: person.full_name for person in session.exec(select(Person).where(col(Person.id).in_(ids)))}


def list_grades(policy: Policy) -> list[dict[str, Any]]:
    """The tiers of each category with what they pay at most, and its pass mark; those of the call where it has no categories."""
    books = [(category, each.pass_mark, read_rule_book(each.rule_book)) for category, each in policy.list_by_category()]
    return [
        {
            "category": category,
            "pass_mark": pass_mark,
            "tiers": [{"tier": tier, "most": most_of_tier(book, tier, policy)} for tier in book.tiers],
        }
        for category, pass_mark, book in books
    ]


def _list_problems(session: Session, policy: Policy, words: Words) -> list[str]:
    try:
        require_ready(session, policy)
    except Refusal as refusal:
        return [words.refusal(each.code, each.parameters) for each in refusal.parts or (refusal,)]
    return []


def _compare(versions: dict[int, PolicyVersion], number: int, words: Words) -> dict[str, Any]:
    """What a version changes against the one before it that the reader may see, in words."""
    earlier = (each for each in sorted(versions, reverse=True) if each < number)
    before = versions[number].amends or next(earlier, None)
    found = [] if before is None else list_differences(versions[before].body, versions[number].body)
    whole = json.dumps(versions[number].body, ensure_ascii=False, indent=1)
    return {"before": before, "whole": whole, **show_differences(found, words)}


def show_differences(found: Sequence[Difference], words: Words) -> dict[str, Any]:
    """What differs, in words, as far as a page shows it, and how much more there is."""
    lines = [
        {"part": _name_place(each, words), "before": _show(each, each.before, words), "after": _show(each, each.after, words)}
        for each in found[:MOST_DIFFERENCES]
    ]
    return {"differences": lines, "more": max(0, len(found) - MOST_DIFFERENCES)}


def _name_place(difference: Difference, words: Words) -> str:
    named = (words.text(f"part.{step.name}") if f"part.{step.name}" in texts() else words.word(step.name) for step in difference.place)
    return ", ".join(named)


def _show(difference: Difference, value: Leaf, words: Words) -> str:
    if value is None or value == "":
        return words.text("policy.absent")
    if isinstance(value, bool):
        return words.text("policy.yes" if value else "policy.no")
    if isinstance(value, Span) or (difference.is_wait and isinstance(value, int)):
        return words.wait(value)
    if difference.field == "amount_rupiah" and isinstance(value, int):
        return show_rupiah(value, words.language)
    if difference.field in FIGURES:
        return words.number(str(value))
    return words.word(str(value)) if difference.field in CODES or "movers" in {step.name for step in difference.place} else str(value)
