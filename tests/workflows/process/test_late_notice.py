"""The clock asks every half minute which tasks are late: at a cost that does not grow with what was ever asked and told."""

from typing import Any

import sqlalchemy as sa

from models.stages import IdeaStage
from tests.building import Town
from workflows.process.late_notice import list_late


def test_late_tasks_are_found_by_their_date_and_what_was_told_by_its_key(town: Town) -> None:
    town.build_idea(IdeaStage.SCREENING)
    asked: list[tuple[str, Any]] = []
    with town.store.reading() as session:
        sa.event.listen(
            session.connection(), "before_cursor_execute", lambda _c, _u, statement, given, *_: asked.append((statement, given))
        )
        list_late(session, 10)
        [(question, given)] = [each for each in asked if "inboxitem" in each[0]]
        plan = [str(step[3]) for step in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {question}", given)]
    assert any("ix_inboxitem_open" in step for step in plan), plan
    assert any("ix_message_asked_once" in step for step in plan), plan
    assert not any(step.startswith("SCAN") for step in plan), plan
