"""Numbers of documents and ideas: gap-free, whoever comes at once and whatever fails."""

import random
import threading
from collections.abc import Callable
from datetime import date

import pytest
from sqlmodel import col, select

from models.documents import Document, NumberSeries
from models.ideas import Idea
from models.stages import IdeaStage
from tests.building import Town
from workflows.intake.submit import submit_idea
from workflows.process.numbering import NumberFacts, check_template, fill_template, next_running
from workflows.process.refusals import Invalid
from workflows.recognition.letters import number_receipt

pytestmark = pytest.mark.slow

THREADS = 16


def at_once(work: Callable[[int], None]) -> None:
    """Sixteen threads that begin together; a fault in one fails the test."""
    faults: list[BaseException] = []
    gate = threading.Barrier(THREADS)

    def run(number: int) -> None:
        try:
            gate.wait(30)
            work(number)
        except BaseException as fault:  # told below, in the test's own thread
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []


def test_sixteen_that_submit_at_once_get_sixteen_numbers_in_a_row(either_town: Town) -> None:
    ideas = [either_town.build_idea() for _ in range(THREADS)]
    at_once(lambda number: either_town.do(submit_idea, ideas[number], by="lead"))
    codes = sorted(str(code) for code in either_town.rows(select(Idea.code)))
    assert [int(code[-6:]) for code in codes] == list(range(1, THREADS + 1))


def test_sixteen_documents_numbered_at_once_have_no_gap_and_no_double(either_town: Town) -> None:
    ideas = [either_town.build_idea(IdeaStage.SUBMITTED) for _ in range(THREADS)]
    at_once(lambda number: either_town.do(number_receipt, ideas[number], by="flow:recognition"))
    assert sorted(either_town.rows(select(Document.running))) == list(range(1, THREADS + 1))
    assert len(set(either_town.rows(select(Document.number)))) == THREADS


def test_numbers_of_failed_transactions_are_given_again(either_town: Town) -> None:
    luck = random.Random(5)

    def take(number: int) -> None:
        for _ in range(10):
            with either_town.store.unit_of_work() as session:
                taken.append(next_running(session, "x", 2026))
                if luck.random() < 0.4:
                    taken.pop()
                    session.rollback()
                    session.begin()

    taken: list[int] = []
    take(0)
    assert taken == list(range(1, len(taken) + 1))
    at_once(fail_or_take(either_town))
    assert either_town.rows(select(NumberSeries.last).where(NumberSeries.series == "y")) == [THREADS // 2 * 5]


def fail_or_take(town: Town) -> Callable[[int], None]:
    """Every second thread takes five numbers, the others take them and fail."""

    def work(number: int) -> None:
        for _ in range(5):
            try:
                with town.store.unit_of_work() as session:
                    next_running(session, "y", 2026)
                    if number % 2:
                        raise TimeoutError
            except TimeoutError:
                continue

    return work


def test_every_year_and_series_begins_anew(town: Town) -> None:
    with town.store.unit_of_work() as session:
        told = [next_running(session, series, year) for series, year in (("a", 2026), ("a", 2026), ("b", 2026), ("a", 2027), ("a", 2026))]
    assert told == [1, 2, 1, 1, 3]
    assert len(town.rows(select(NumberSeries).where(col(NumberSeries.series).in_(("a", "b"))))) == 3


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("400.10.11/{running:03}-{unit}/{roman_month}/{year}", "400.10.11/012-Kec.Andir/XI/2026"),
        ("{running}/{month}/{year}", "12/11/2026"),
        ("{year}-{running:06}", "2026-000012"),
    ],
)
def test_a_template_becomes_a_number(template: str, said: str) -> None:
    check_template("x", template)
    assert fill_template(template, NumberFacts(12, "Kec.Andir", date(2026, 11, 24))) == said


@pytest.mark.parametrize(
    "template", ["{running}", "{year}", "fixed", "{running}{year}{x}", "{running}{year}{", "{running!r}{year}", "{running.__class__}{year}"]
)
def test_a_template_that_could_repeat_or_knows_too_much_is_refused(template: str) -> None:
    with pytest.raises(Invalid):
        check_template("x", template)
