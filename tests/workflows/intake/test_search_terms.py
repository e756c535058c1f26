"""The index of texts follows each revision in its transaction; what lags behind is told of and mended."""

from contextlib import suppress

import pytest
import sqlalchemy as sa
from sqlmodel import select
from typer.testing import CliRunner

from api.cli import reindex
from api.cli.doctor.finding import State
from api.cli.doctor.search import check_index
from api.cli.main import app
from models.database import Database, table_of
from models.migrations import migrate
from models.search import SearchText
from models.settings import settings
from models.stages import IdeaStage
from models.statements.search import count_lagging
from tests.building import Town
from tests.workflows.process.test_search import found
from workflows.calculations.words import EDITION
from workflows.intake.search_terms import index_lagging

pytestmark = pytest.mark.slow
_TEXT = table_of(SearchText)


def lagging(store: Database) -> int:
    with store.reading() as session:
        return count_lagging(session, EDITION)


def alter(town: Town, statement: sa.Executable) -> None:
    with town.store.unit_of_work() as session:
        session.execute(statement)


def test_every_revision_is_indexed_with_it(either_town: Town) -> None:
    for stage in (IdeaStage.DRAFT, IdeaStage.SUPPLEMENT_ASKED, IdeaStage.SCREENING):
        idea = either_town.build_idea(stage)
        if stage in (IdeaStage.DRAFT, IdeaStage.SUPPLEMENT_ASKED):
            either_town.take(idea, "revise" if stage == IdeaStage.DRAFT else "supplement")
        [row] = either_town.rows(select(SearchText).where(SearchText.idea_id == idea))
        assert (row.revision, row.edition) == (either_town.idea(idea).revision, EDITION)
    assert lagging(either_town.store) == 0
    with suppress(ZeroDivisionError), either_town.store.unit_of_work() as session:
        session.execute(sa.update(_TEXT).values(words="_lain"))
        raise ZeroDivisionError
    assert found(either_town, "lead", "lain") == []


def test_what_lags_is_counted_and_mended_once(either_town: Town) -> None:
    ideas = [either_town.build_idea(IdeaStage.SCREENING, title=title) for title in ("Zamrud khatulistiwa", "Bank sampah", "Lampu gang")]
    alter(either_town, sa.delete(_TEXT).where(_TEXT.c.idea_id == ideas[0]))
    alter(either_town, sa.update(_TEXT).where(_TEXT.c.idea_id == ideas[1]).values(edition=0, title="lain", words="_lain"))
    alter(either_town, sa.update(_TEXT).where(_TEXT.c.idea_id == ideas[2]).values(revision=0, title="lain", words="_lain"))
    assert (lagging(either_town.store), found(either_town, "secretary", "sampah")) == (3, [])
    with either_town.store.unit_of_work() as session:
        first = index_lagging(session, 2)
        rest = index_lagging(session, 2, first[-1])
        assert [each.idea_id for each in (*first, *rest)] == ideas
        assert index_lagging(session, 2, rest[-1]) == []
    assert lagging(either_town.store) == 0
    assert [found(either_town, "secretary", word) for word in ("zamrud", "sampah", "lampu", "lain")] == [*([idea] for idea in ideas), []]


def test_the_doctor_tells_of_an_index_that_lags_and_a_command_mends_it(either_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    either_town.build_idea(IdeaStage.SCREENING)
    monkeypatch.setattr(reindex, "AT_ONCE", 1)
    [well] = check_index(settings())
    alter(either_town, sa.delete(_TEXT))
    [ill] = check_index(settings())
    assert (well.state, ill.state, ill.sentence.endswith(": 1."), ill.mend) == (State.OK, State.WARN, True, "gagas reindex")
    done = CliRunner().invoke(app, ["reindex"])
    assert (done.exit_code, check_index(settings())[0].state) == (0, State.OK), done.output


def test_nothing_is_said_of_a_database_without_tables_and_an_empty_one_is_up_to_date(database_url: str) -> None:
    assert check_index(settings()) == []
    store = Database(database_url)
    migrate(store)
    assert (reindex.index_ideas(store), [each.state for each in check_index(settings())]) == (0, [State.OK])
    store.close()
