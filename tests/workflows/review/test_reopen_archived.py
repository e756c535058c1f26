"""No idea comes back into a call that was put away; once that is restored it may."""

from datetime import timedelta

import pytest

from models.stages import IdeaStage
from tests.building import Town
from tests.clock import stopped_clock
from tests.steps import REASON
from workflows.process.refusals import Conflict
from workflows.region.call_life import archive_call, restore_call
from workflows.region.calls import close_call
from workflows.review.reopen import reopen_idea


def test_an_idea_of_an_archived_call_is_reopened_once_the_call_is_restored(town: Town) -> None:
    idea = town.build_idea(IdeaStage.REJECTED)
    town.do(close_call, town.call, by="secretary")
    with stopped_clock(timedelta(days=40)):
        town.do(archive_call, town.call, by="secretary")
        with pytest.raises(Conflict, match="call_archived"):
            town.do(reopen_idea, idea, reason=REASON, by="secretary")
        town.do(restore_call, town.call, by="secretary")
        town.do(reopen_idea, idea, reason=REASON, by="secretary")
        assert town.idea(idea).stage == IdeaStage.SCREENING
