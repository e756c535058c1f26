"""What the short answers of a form say in words: what people chose and typed there, as a search finds it.

Figures and days are left out: who searches for `12` or `2025` means a code or a text, and would find every form that counts something.
"""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from models.form_rules import Column, ColumnKind, FieldKind, FormField
from models.policy import Policy
from workflows.intake.table_answers import open_rows

CHOSEN = (FieldKind.CHOICE, FieldKind.CHOICES)


def list_answer_words(policy: Policy, answers: Mapping[str, str]) -> Iterator[str]:
    """The Indonesian names of the options that were chosen, and the texts of tables' cells, in the form's order; addresses are left out."""
    for field in policy.fields:
        answer = answers.get(field.name, "")
        if field.kind in CHOSEN:
            yield from _name_options(field, answer)
        elif field.kind == FieldKind.TABLE:
            for row in open_rows(answer):
                for column in field.columns:
                    yield from _read_cell(column, row.get(column.name, ""))


def list_hosts(policy: Policy, answers: Mapping[str, str]) -> Iterator[str]:
    """The words of the hosts to which addresses lead, as somebody types them: `www`, `youtube`, `com`."""
    for field in policy.fields:
        if field.kind == FieldKind.LINKS:
            for line in answers.get(field.name, "").splitlines():
                yield from filter(None, _read_host(line).split("."))


def _read_cell(column: Column, cell: str) -> Iterator[str]:
    if column.kind == ColumnKind.CHOICE:
        yield from _name_options(column, cell)
    elif column.kind == ColumnKind.TEXT and cell:
        yield cell


def _name_options(asked: Column | FormField, answer: str) -> Iterator[str]:
    chosen = answer.split(",")
    yield from (option.label for option in asked.options if option.name in chosen)


def _read_host(line: str) -> str:
    """The host of an address as it is kept; nothing of what is none, as where a form asked something else under its name before."""
    try:
        return urlsplit(line.strip()).hostname or ""
    except ValueError:
        return ""
