"""Which fields and sections of a call's form are asked: some of those alone who gave a certain answer to a choice before."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from models.form_rules import Asked, Column, FieldKind, FormField
from models.policy import Policy

CHOICES = (FieldKind.CHOICE, FieldKind.CHOICES)
YEARS = range(1900, 3000)  # of the days that people mean
MOST_CELLS = 500  # of all tables of a form: what one page can send, and one person fill in
Found = tuple[str, str, dict[str, Any]]  # a contradiction's code, its place in the policy, and what its sentence says


def list_form(policy: Policy) -> tuple[Asked, ...]:
    """The parts of a call's form in its order: the short answers, then the sections; no two have one name."""
    return (*policy.fields, *policy.sections)


def list_asked(policy: Policy, answers: Mapping[str, str]) -> frozenset[str]:
    """The names of the parts that are asked of whoever gave these answers; what hangs on a part that is not asked is not asked either."""
    asked = set[str]()
    for part in list_form(policy):
        if part.depends_on is None or (part.depends_on in asked and _is_met(part, answers)):
            asked.add(part.name)
    return frozenset(asked)


def _is_met(part: Asked, answers: Mapping[str, str]) -> bool:
    return not set(part.answers_needed).isdisjoint(answers.get(str(part.depends_on), "").split(","))


def list_steering(policy: Policy) -> frozenset[str]:
    """The names of the choices on which other parts of the form depend."""
    return frozenset(part.depends_on for part in list_form(policy) if part.depends_on is not None)


def list_form_contradictions(policy: Policy) -> Iterator[Found]:
    """What in a form could never be asked or answered: conditions that name no choice before them, days of no year that people mean.

    A condition looks back alone, so none can turn in a circle.
    """
    never = set[str]()  # the parts that nobody is ever asked
    places: list[tuple[str, Asked, Sequence[FormField]]] = []
    places += [(f"policy.fields.{number}", field, policy.fields[:number]) for number, field in enumerate(policy.fields)]
    places += [(f"policy.sections.{number}", section, policy.fields) for number, section in enumerate(policy.sections)]
    for path, part, before in places:
        if part.depends_on is not None:
            yield from _check_condition(policy, path, part, before, never)
        if isinstance(part, FormField):
            yield from _check_days(path, part)
            yield from _check_columns(path, part)
    yield from _check_cells(policy)


def _check_condition(policy: Policy, path: str, part: Asked, before: Sequence[FormField], never: set[str]) -> Iterator[Found]:
    named = {"given": part.depends_on}
    field = next((each for each in before if each.name == part.depends_on), None)
    if field is None or field.kind not in CHOICES:
        never.add(part.name)
        known = {each.name: each for each in list_form(policy)}.get(str(part.depends_on))
        code = "policy_choice_unknown" if known is None else "policy_not_a_choice"
        is_later = isinstance(known, FormField) and known.kind in CHOICES
        yield "policy_choice_not_before" if is_later else code, f"{path}.depends_on", named
        return
    options = {option.name for option in field.options}
    if options.isdisjoint(part.answers_needed):
        never.add(part.name)
    for place, answer in enumerate(part.answers_needed):
        if answer not in options:
            yield "policy_option_unknown", f"{path}.answers_needed.{place}", {"given": answer}
    if field.name in never:
        never.add(part.name)
        yield "policy_never_asked", f"{path}.depends_on", named


def _check_columns(path: str, field: FormField) -> Iterator[Found]:
    """Each column of a table has a head of its own, and days that people mean."""
    heads = [" ".join(column.label.split()).casefold() for column in field.columns]
    for number, column in enumerate(field.columns):
        yield from _check_days(f"{path}.columns.{number}", column)
        if heads[number] in heads[:number]:
            yield "policy_column_named_twice", f"{path}.columns.{number}.label", {"given": column.label}


def _check_cells(policy: Policy) -> Iterator[Found]:
    """All tables together have no more cells than a page can send; told of at the first table that is too much."""
    cells = 0
    for number, field in enumerate(policy.fields):
        cells += len(field.columns) * field.most_rows
        if cells > MOST_CELLS:
            yield "policy_cells_too_many", f"policy.fields.{number}.most_rows", {"maximum": MOST_CELLS}
            return


def _check_days(path: str, field: FormField | Column) -> Iterator[Found]:
    for name in ("earliest", "latest"):
        day = getattr(field, name)
        if day is not None and day.year not in YEARS:
            yield "date_out_of_range", f"{path}.{name}", {}
