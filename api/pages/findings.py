"""What the secretariat finds at the screening, read from its form."""

from api.pages.forms import Form
from workflows.intake.screen import Findings


def read_findings(form: Form) -> Findings:
    """The answers, notes and reasons of a posted form.

    Why a requirement is not met counts only beside a no: what was typed before the answer was changed is dropped.
    """
    answers = {name: value == "yes" for name, value in form.under("answers").items() if value in ("yes", "no")}
    return Findings(
        answers=answers,
        notes=_list_written(form, "notes"),
        reason=form.text("reason"),
        parts=tuple(name for name, value in form.under("parts").items() if value == "yes"),
        duplicate_of=form.text("duplicate_of", 60),
        duplicate_not_registered=form.text("duplicate_not_registered", 3) == "yes",
        reasons={name: text for name, text in _list_written(form, "reasons").items() if answers.get(name) is False},
        part_notes=_list_written(form, "part_notes"),
        already_runs=form.text("already_runs", 60),
    )


def _list_written(form: Form, prefix: str) -> dict[str, str]:
    """The texts below a prefix in which something was written."""
    return {name: text for name, text in form.under(prefix).items() if text.strip()}
