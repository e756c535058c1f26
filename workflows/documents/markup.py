"""Templates to HTML: strict, escaping, with the Indonesian ways of writing values as filters."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from workflows.calculations.employee_number import group_employee_number, label_employee_number
from workflows.documents import text
from workflows.documents.fonts import showable_text


def show(value: object) -> object:
    """What an expression prints: our own markup as it is, other text limited to what the fonts have."""
    return showable_text(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def write_employee_number(number: str) -> str:
    """A number with its name as papers show it, never parted over two lines: `NIP 19930303 201502 1 948`."""
    return f"{label_employee_number(number)} {group_employee_number(number)}".replace(" ", "\N{NO-BREAK SPACE}")


def paragraphs(value: str) -> list[str]:
    """The paragraphs of cleaned text, without empty ones."""
    return [line for line in value.split("\n") if line]


@cache
def environment() -> Environment:
    """The one template environment: every undefined name fails, every text is escaped."""
    folder = Path(str(files("templates")))
    made = Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, finalize=show, trim_blocks=True, lstrip_blocks=True
    )
    made.filters.update(
        day=text.format_date,
        instant=text.format_instant,
        number=text.format_number,
        rupiah=text.format_rupiah,
        share=text.format_share,
        employee_number=write_employee_number,
        percent_of=text.format_percent,
        paragraphs=paragraphs,
    )
    return made


def fill_template(name: str, values: Mapping[str, object]) -> str:
    """The HTML of a template, `folder/name.html`; UndefinedError when it names what it was not given."""
    return environment().get_template(name).render(values)
