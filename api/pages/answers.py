"""The short answers of the writing form: as fields, from what was typed back to answers, and which parts of the form are shown."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from api.pages.forms import MEANT, Form, FormView, show_figure
from api.pages.tables import count_rows, read_rows, stored_rows
from models.form_rules import FieldKind, FormField
from models.policy import Policy
from workflows.intake.answers import ANSWERS
from workflows.intake.supplement import AskedFor, list_parts, name_form_parts
from workflows.process.asked import CHOICES, list_asked, list_steering

TICKED = "yes"
LONGEST_LINKS = 2_500  # characters of a list of addresses
MOST_RADIOS = 7  # options that stand one below the other; more are a list to open


def read_answers(form: Form, policy: Policy) -> dict[str, str]:
    """What was typed as answers; what cannot be read is noted in the form, but for parts that are not asked: such an answer is dropped.

    The rows of the form's tables are laid already.
    """
    asked = list_asked(policy, read_choices(policy, form.values))
    answers = {field.name: _read_answer(form, field, is_asked=field.name in asked) for field in policy.fields}
    typed = {name.partition(".")[0]: text for name, text in form.under(ANSWERS[:-1]).items() if text.strip()}
    unknown = {name: text for name, text in typed.items() if name not in answers}  # the form was another one; the action says so
    return {name: answer for name, answer in answers.items() if answer} | unknown


def read_choices(policy: Policy, values: Mapping[str, str]) -> dict[str, str]:
    """The answers to the choices of a form, by its fields' values."""
    return {field.name: _read_choice(field, values) for field in policy.fields if field.kind in CHOICES}


def read_sent_choices(policy: Policy, form: Form) -> dict[str, str]:
    """The answers to those choices that a form sent, be it with nothing picked."""
    return {name: answer for name, answer in read_choices(policy, form.values).items() if ANSWERS + name in form.values}


def stored_answers(policy: Policy, answers: Mapping[str, str], language: str) -> dict[str, str]:
    """Answers as the values of their fields; of several options each has a field of its own."""
    values: dict[str, str] = {}
    for field in (field for field in policy.fields if field.name in answers):
        name, answer = ANSWERS + field.name, answers[field.name]
        if field.kind == FieldKind.CHOICES:
            values |= {f"{name}.{option}": TICKED for option in answer.split(",")}
        elif field.kind == FieldKind.TABLE:
            values |= stored_rows(field, answer, language)
        else:
            values |= show_figure(name, Decimal(answer), language) if field.kind == FieldKind.FIGURE else {name: answer}
    return values


def drop_sent(policy: Policy, stored: Mapping[str, str], form: Form) -> dict[str, str]:
    """Stored values without the options and rows of what the form sent: one that is ticked or there no more would not be overwritten."""
    sent = {ANSWERS + field.name for field in policy.fields if field.kind == FieldKind.CHOICES and ANSWERS + field.name in form.values}
    tables = {ANSWERS + field.name for field in policy.fields if field.kind == FieldKind.TABLE}
    sent |= tables.intersection(part_of(name) for name in form.values)
    return {name: value for name, value in stored.items() if part_of(name) not in sent}


def part_of(name: str) -> str:
    """The part of the form to which a field belongs: `answers.channels` of `answers.channels.website`, and of `meant.answers.channels`."""
    return ".".join(name.removeprefix(MEANT).split(".")[:2])


def show_form(policy: Policy, view: FormView, asked_for: AskedFor | None) -> dict[str, Any]:
    """What the writing page shows of a call's form, by what was typed or is stored: `asked_parts` names those that stand there, `parts` are
    those that may be changed, `hidden` the fields of parts that are not asked now, so that changing a choice back loses nothing;
    `table_rows` says how many rows of each table."""
    typed, form = read_choices(policy, view.values), name_form_parts(policy)
    parts: Collection[str] = list_parts(policy) if asked_for is None else asked_for.list_open(policy, typed)
    wrong = {name for name, part in form.items() if any(part_of(field) == part for field in view.errors)}
    asked = list_asked(policy, typed) | wrong
    away = {part for name, part in form.items() if name not in asked and part in parts}
    rows = {"table_rows": count_rows(policy, view.values)}
    return {"asked_parts": asked, "parts": parts, "hidden": _list_hidden(view, away), "steering": list_steering(policy), **rows}


def _list_hidden(view: FormView, away: Collection[str]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in view.values.items() if part_of(name) in away and value]


def _read_answer(form: Form, field: FormField, *, is_asked: bool) -> str:
    name = ANSWERS + field.name
    if field.kind in CHOICES:
        return _read_choice(field, form.values)
    answer = ""
    if field.kind == FieldKind.DAY:
        day = form.day(name, required=False)
        answer = day.isoformat() if day else ""
    elif field.kind == FieldKind.LINKS:
        answer = form.text(name, LONGEST_LINKS)
    elif field.kind == FieldKind.TABLE:
        answer = read_rows(form, field)
    elif form.text(name, 60).strip():
        answer = format(form.decimal(name), "f")
    wrong = [each for each in form.wrong if part_of(each) == name]
    if not wrong or (field.kind == FieldKind.TABLE and is_asked):
        return answer
    for each in () if is_asked else wrong:
        del form.wrong[each]
        form.meanings.pop(each, None)
    return ""


def _read_choice(field: FormField, values: Mapping[str, str]) -> str:
    name = ANSWERS + field.name
    if field.kind == FieldKind.CHOICE:
        return values.get(name, "")[:60].strip()
    return ",".join(option.name for option in field.options if values.get(f"{name}.{option.name}") == TICKED)
