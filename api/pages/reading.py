"""What a posted form leaves unread or unsaid: its action is tried all the same, so that all that is wrong is told at once."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from sqlmodel import Session

from api.pages.forms import Form
from workflows.process.actors import Actor
from workflows.process.refusals import Conflict, Faults, Invalid, Refusal

T = TypeVar("T")
OF_TEXTS = (
    *("text_empty", "text_too_short", "text_too_long", "control_characters", "unprintable_characters"),
    *("answer_missing", "figure_too_low", "figure_too_high", "day_too_early", "day_too_late"),
    *("link_unreadable", "links_too_many", "cell_missing", "rows_too_few", "rows_too_many", "table_too_long"),
    *("section_too_short", "section_too_long", "decree_missing", "decree_number_without_digit", "requirement_unanswered"),
    *("requirement_reason_missing", "requirement_reason_misplaced"),
    *("employee_number_impossible", "person_unknown", "unit_unknown", "indicator_unknown", "indicator_missing", "email_invalid"),
    *("initiator_missing", "initiator_not_listed", "in_use_since_missing", "in_use_too_short", "earlier_unknown"),
    *("late_person_unknown", "link_unknown", "marks_piled", "mentor_unknown", "mentor_theme_without_word"),
    *("pause_cause_unknown", "pause_call_unknown", "share_of_nothing", "attachments_too_few", "attachment_to_remove"),
)  # what is wrong with a text or was left out, whatever the other fields say


class UnreadableForm(Exception):
    """A form has fields that cannot be read; its `wrong` says which, and `others` what else is wrong."""

    def __init__(self, others: Sequence[Refusal] = ()) -> None:
        super().__init__()
        self.others = others


def require_readable(form: Form) -> None:
    """Raise UnreadableForm where a field could not be read."""
    if form.wrong:
        raise UnreadableForm


@contextmanager
def reading_all(form: Form) -> Iterator[None]:
    """Around a form's action, which runs with a value of its own in place of each field that could not be read: nothing of it is kept.

    What it refuses of the texts is told with the unreadable fields. A refusal of another kind rests on a number, day or choice that was
    not read, and is told once it can be.
    """
    try:
        yield
    except Invalid as refusal:
        if not form.wrong:
            raise
        others = [each for each in refusal.parts or (refusal,) if each.code in OF_TEXTS and each.field not in form.wrong]
        raise UnreadableForm(others) from refusal
    except Conflict as refusal:
        if not form.wrong:
            raise
        raise UnreadableForm from refusal
    require_readable(form)


def choose(form: Form, outcomes: Sequence[str], act: Callable[[Session, Actor, str], T]) -> Callable[[Session, Actor], T]:
    """The action of a form that asks for an outcome; where none was picked, it tells what every outcome would ask for."""
    picked = form.choice("outcome", tuple(outcomes))

    def run(session: Session, actor: Actor) -> T:
        if picked:
            return act(session, actor, picked)
        raise UnreadableForm(_list_shared(session, outcomes, lambda outcome: act(session, actor, outcome)))

    return run


def _list_shared(session: Session, outcomes: Sequence[str], act: Callable[[str], object]) -> list[Refusal]:
    """What each of the outcomes that the stage has refuses; raises the Conflict where it has none of them. Nothing is kept."""
    tried: list[list[Refusal]] = []
    elsewhere: list[Conflict] = []
    for outcome in outcomes:
        faults, trial = Faults(), session.begin_nested()
        try:
            with faults.gather():
                act(outcome)
            tried.append(faults.found)
        except Conflict as refusal:
            elsewhere.append(refusal)
        finally:
            trial.rollback()
    if not tried:
        raise elsewhere[0]
    common = set.intersection(*({(each.field, each.code) for each in found} for found in tried))
    return [each for each in tried[0] if (each.field, each.code) in common]
