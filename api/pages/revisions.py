"""What was changed in an idea, word by word; and an idea as the committee will read it, for its team."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from markupsafe import Markup, escape
from sqlmodel import Session

from api.pages.idea import IDEA
from api.pages.render import page, read_done
from api.pages.session import Page
from api.pages.texts import Words
from api.sentences import show_word
from api.v1.shapes import Id, preview_context
from api.v1.team_history import show_members
from models.form_rules import FieldKind, FormField
from models.policy import Policy
from models.stages import IdeaStage
from models.units import Unit
from workflows.calculations.ledger import write_canonical
from workflows.calculations.text_changes import Change, Piece, compare_lists
from workflows.intake.answers import ANSWERS
from workflows.intake.attachments import preview_files
from workflows.intake.required_files import list_file_faults
from workflows.intake.revisions import FILES, Comparison, PartChange, compare_revisions, list_revisions
from workflows.intake.supplement import SECTION
from workflows.intake.table_answers import open_rows
from workflows.intake.telling import list_telling_words
from workflows.process.actors import Actor
from workflows.process.asked import list_asked, list_form
from workflows.process.context import read_context
from workflows.process.refusals import NotFound
from workflows.process.relations import has_part

router = APIRouter(include_in_schema=False)
MARKS = {Change.SAME: "{}", Change.REMOVED: "<del>{}</del>", Change.ADDED: "<ins>{}</ins>"}
Number = Annotated[int | None, Query(ge=1, le=10**6)]


@router.get(f"{IDEA}/perubahan")
async def show_changes(idea_id: Id, request: Page, dari: Number = None, ke: Number = None) -> Response:
    """What a revision says otherwise than an earlier one; by default the last, and the one before it."""
    words = Words(request.language)

    def read(session: Session, actor: Actor) -> dict[str, Any]:
        context = read_context(session, idea_id, actor=actor)
        found = compare_revisions(session, idea_id, ke, dari, actor=actor)
        revisions = list_revisions(session, idea_id, actor=actor)
        lines = [_show_change(each, context.policy, words) for each in found.changes]
        shown = {"found": found, "revisions": revisions, "lines": lines, "team": show_members(session, found.team)}
        return {"idea": context.idea, "call": context.call, **shown, **_count(found)}

    visitor, values = await request.read_page(read)
    return page(visitor, "intake/changes.html", **values)


@router.get(f"{IDEA}/pratinjau")
async def show_preview(idea_id: Id, request: Page, ok: str = "") -> Response:
    """The idea as its reviewers will read it; for its team alone."""

    def read(session: Session, actor: Actor) -> dict[str, Any]:
        context = read_context(session, idea_id, actor=actor)
        if not has_part(context, actor):
            raise NotFound("idea_not_found")
        unit = session.get(Unit, context.idea.unit_id)
        shown, asked = preview_context(session, context), list_asked(context.policy, context.content.answers)
        return {
            "idea": shown,
            "call": context.call,
            "policy": context.policy,
            "asked_parts": asked,
            "form_parts": [part for part in list_form(context.policy) if part.name in asked],
            "files": preview_files(session, context),
            "telling": list_telling_words(context, unit.name if unit else ""),
            "lacking": list(list_file_faults(session, context)),
            "writes_on": context.idea.lead_id == actor.person_id and context.idea.stage == IdeaStage.DRAFT,
        }

    visitor, values = await request.read_page(read)
    return page(visitor, "intake/preview.html", done=read_done(ok), **values)


def _count(found: Comparison) -> dict[str, int]:
    """How many words were added and removed in all."""
    pieces = [piece for each in found.changes if each.part != FILES for piece in each.pieces]
    return {change.value: sum(len(piece.text.split()) for piece in pieces if piece.change == change) for change in Change}


def _show_change(change: PartChange, policy: Policy, words: Words) -> dict[str, Any]:
    """A changed part with its name for people and, of a text, its words with what became of them."""
    parts = {(ANSWERS if isinstance(part, FormField) else SECTION) + part.name: part for part in list_form(policy)}
    part = parts.get(change.part)
    before, after = (_write_value(change.part, part, value, words) if value else "" for value in (change.before, change.after))
    name = "" if part is None else part.label if words.language == "id" else part.label_en
    if isinstance(part, FormField) and part.kind == FieldKind.TABLE:
        return {"part": change.part, "name": name, "field": part, "rows": _mark_rows(part, change, words)}
    return {"part": change.part, "name": name, "before": before, "after": after, "marked": _mark(change.pieces)}


def _mark_rows(field: FormField, change: PartChange, words: Words) -> list[tuple[Change, list[str]]]:
    """The rows of two tables, each with whether it was removed or added; of a row that was changed first what it said before."""
    before, after = ([write_canonical(row).decode() for row in open_rows(answer)] for answer in (change.before, change.after))
    return [marked for mark, row in compare_lists(before, after) for marked in words.rows(field, f"[{row}]", mark)]


def _write_value(name: str, part: object, value: str, words: Words) -> str:
    """A value that is no text of somebody's, as people read it."""
    if isinstance(part, FormField):
        return words.answer(part, value)
    match name:
        case "form" | "medium":
            return words.text(f"write.{name}_{value}")
        case "initiator":
            return show_word(value, words.language)
        case "in_use_since":
            return words.day(date.fromisoformat(value))
        case "budget_rupiah":
            return words.rupiah(int(value))
        case _:
            return value


def _mark(pieces: tuple[Piece, ...]) -> Markup:
    """Words as they stand on a page: what was typed escaped, its lines kept, what was removed or added marked so."""
    return Markup("").join(Markup(MARKS[piece.change]).format(_keep_lines(piece.text)) for piece in pieces)  # noqa: S704 - escaped parts


def _keep_lines(text: str) -> Markup:
    return escape(text).replace("\n", Markup("<br>"))
