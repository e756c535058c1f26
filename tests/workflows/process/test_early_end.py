"""Days that begin with a call's end begin on the day on which it was closed, where that was before its announced end."""

from datetime import timedelta

from sqlmodel import select

from models.calendars import MovedDate
from models.calls import Call
from models.instants import local_day, today
from models.stages import IdeaStage
from tests.building import Town
from tests.workflows.region.declaring import recount
from workflows.region.calls import close_call

FROM_END = [{"wait": "screening", "begins": "call_closed"}]
DAYS = {"screening": 5}


def test_a_call_that_was_closed_early_lets_its_days_begin_on_that_day(town: Town) -> None:
    call = town.build_call(clocks=FROM_END, days=DAYS)
    [announced] = town.rows(select(Call.closes_at).where(Call.id == call))
    earlier, later = (town.build_idea(stage, call=call) for stage in (IdeaStage.SCREENING, IdeaStage.AWAITING_PERMISSION))
    due_at = town.idea(earlier).due_at
    assert due_at is not None
    assert local_day(due_at) == local_day(announced) + timedelta(days=5)
    town.do(close_call, call, by="secretary")
    town.take(later, "permit granted")
    soon = town.idea(later).due_at
    assert soon is not None
    assert local_day(soon) == today() + timedelta(days=5)
    recount(town)
    assert (town.idea(earlier).due_at, town.idea(later).due_at) == (due_at, soon), (
        "what was told stays, and nothing counts from the announced end"
    )
    assert town.rows(select(MovedDate.id)) == []
