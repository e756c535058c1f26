"""The writer queue and `unit_of_work()`: nothing committed is lost, nothing failed is answered, reading cannot write."""

import multiprocessing
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlmodel import select

from api.app import create_app
from models.awards import Award
from models.database import Database, LostRace
from models.documents import NumberSeries
from models.ideas import Idea
from models.people import SignIn
from models.stages import IdeaStage
from tests.asking import ask, check_problem
from tests.building import Town

pytestmark = pytest.mark.slow


def raise_last(url: str, times: int) -> None:
    """Read, add one, write back; what a default engine loses on SQLite, as it begins no transaction before the reading."""
    store = Database(url)
    for _ in range(times):
        with store.unit_of_work() as session:
            row = session.exec(select(NumberSeries).where(NumberSeries.series == "count").with_for_update()).one()
            row.last += 1
    store.close()


@pytest.mark.timeout(300)
def test_two_processes_that_read_change_and_write_lose_nothing(either_town: Town, share: Callable[[int], int]) -> None:
    times, url = share(1_000), either_town.store.url.render_as_string(hide_password=False)
    with either_town.store.unit_of_work() as session:
        session.add(NumberSeries(series="count", year=2026, last=0))
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=raise_last, args=(url, times)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(250)
    assert [process.exitcode for process in processes] == [0, 0]
    assert either_town.rows(select(NumberSeries.last).where(NumberSeries.series == "count")) == [2 * times]


def test_many_threads_that_read_change_and_write_lose_nothing(either_town: Town) -> None:
    with either_town.store.unit_of_work() as session:
        session.add(NumberSeries(series="count", year=2026, last=0))

    def work() -> None:
        for _ in range(10):
            with either_town.store.unit_of_work() as session:
                row = session.exec(select(NumberSeries).where(NumberSeries.series == "count").with_for_update()).one()
                row.last += 1

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert either_town.rows(select(NumberSeries.last).where(NumberSeries.series == "count")) == [160]


def test_reading_cannot_write(either_town: Town) -> None:
    for statement in (
        "UPDATE idea SET title = 'x'",
        "DELETE FROM signin",
        "INSERT INTO numberseries (series, year, last) VALUES ('x', 1, 1)",
    ):
        with pytest.raises((OperationalError, DBAPIError)), either_town.store.reading() as session:
            session.execute(sa.text(statement))
    assert either_town.rows(select(SignIn))


def test_a_connection_that_read_can_write_again(town: Town) -> None:
    for _ in range(20):
        with town.store.reading() as session:
            session.execute(sa.text("SELECT 1"))
        town.build_idea()


def test_reading_sees_one_moment(either_town: Town) -> None:
    with either_town.store.reading() as session:
        before = len(session.exec(select(Idea.id)).all())
        either_town.build_idea()
        assert len(session.exec(select(Idea.id)).all()) == before
    assert len(either_town.rows(select(Idea.id))) == before + 1


def test_an_error_inside_takes_everything_back(either_town: Town) -> None:
    idea = either_town.build_idea()

    def fail() -> None:
        with either_town.store.unit_of_work() as session:
            session.exec(select(Idea).where(Idea.id == idea)).one().title = "Judul lain"
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert either_town.idea(idea).title == "Antrean daring kelurahan"


@pytest.mark.parametrize("flushed", [False, True], ids=["at the commit", "at a flush"])
def test_who_comes_second_has_lost_the_race(either_town: Town, flushed: bool) -> None:
    idea = either_town.build_idea()
    with either_town.store.reading() as session:
        stale = session.exec(select(Idea).where(Idea.id == idea)).one()
        session.expunge(stale)
    with either_town.store.unit_of_work() as session:
        session.exec(select(Idea).where(Idea.id == idea)).one().title = "Yang pertama"

    def come_second() -> None:
        with either_town.store.unit_of_work() as session:
            session.add(stale)
            stale.title = "Yang kedua"
            if flushed:
                session.flush()

    with pytest.raises(LostRace):
        come_second()
    assert either_town.idea(idea).title == "Yang pertama"


def test_a_second_standing_award_is_refused_by_the_database_itself(either_town: Town) -> None:
    award = either_town.award(either_town.build_award())
    second = Award(idea_id=award.idea_id, call_id=award.call_id, tier="gold", distinction="Emas")
    with pytest.raises(IntegrityError), either_town.store.unit_of_work() as session:
        session.add(second)


def test_a_commit_that_fails_is_never_answered_with_success(town: Town, client: TestClient) -> None:
    idea = town.build_idea(IdeaStage.DRAFT)

    def fail(_session: object) -> None:
        raise OperationalError("COMMIT", {}, OSError("disk full"))

    sa.event.listen(sa.orm.Session, "before_commit", fail)
    try:
        told = ask(client, town["lead"], f"POST /ideas/{idea}/submission", accept_language="en")
    finally:
        sa.event.remove(sa.orm.Session, "before_commit", fail)
    check_problem(told, 503, "unavailable", language="en")
    assert int(told.headers["retry-after"]) > 0
    assert town.idea(idea).stage == IdeaStage.DRAFT
    assert ask(client, town["lead"], f"POST /ideas/{idea}/submission").status_code == 200


def test_a_database_that_is_gone_is_told_as_unavailable(town: Town) -> None:
    nowhere = Database("postgresql+psycopg://nobody@/none?host=/nonexistent")
    app = create_app(nowhere)
    client = TestClient(app, raise_server_exceptions=False)
    check_problem(ask(client, town["lead"], "GET /ideas"), 503, "unavailable", language="id")


def test_an_instant_without_a_zone_is_never_stored(town: Town) -> None:
    with pytest.raises(sa.exc.StatementError, match="without a zone"), town.store.unit_of_work() as session:
        session.add(SignIn(token_hash="x", person_id=town["lead"].id, form_token="x", until=datetime(2026, 1, 1) + timedelta(1)))  # noqa: DTZ001
