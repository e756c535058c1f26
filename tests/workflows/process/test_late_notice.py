"""The clock asks every half minute which tasks are late: at a cost that does not grow with what was ever asked and told."""

from models.stages import IdeaStage
from tests.building import Town
from tests.statements import explain, watch
from workflows.process.late_notice import list_late


def test_late_tasks_are_found_by_their_date_and_what_was_told_by_its_key(town: Town) -> None:
    town.build_idea(IdeaStage.SCREENING)
    with town.store.reading() as session:
        asked = watch(session)
        list_late(session, 10)
        [plan] = explain(session, [each for each in asked if "inboxitem" in each[0]])
    assert "ix_inboxitem_open" in plan, plan
    assert "ix_message_asked_once" in plan, plan
    assert "SCAN" not in plan, plan
