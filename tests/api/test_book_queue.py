"""Books are made one at a time and sent in pieces: what goes wrong is a sentence, and nobody who asks often keeps the others out."""

import asyncio
import contextlib
import io
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

import pytest
from fastapi.testclient import TestClient

from api.books import Binding, BookAnswer
from api.hashing import Busy
from api.pages.book import read_book
from api.pages.texts import Words
from tests.asking import check_problem
from tests.books import ask_book, bind_plainly, bound_by
from tests.building import Town
from workflows.adapters.bookbinding import TooDemanding


def test_asking_only_for_the_head_makes_no_book(town: Town, client: TestClient) -> None:
    made = list[bytes]()

    def count(content: bytes, seconds: float) -> BinaryIO:
        made.append(content)
        return bind_plainly(content, seconds)

    idea = town.build_idea()
    with bound_by(client, Binding(count)):
        asked = client.head(f"/api/v1/ideas/{idea}/book", headers=town["lead"].headers)
        assert (asked.status_code, asked.headers["content-type"], made) == (200, "application/pdf", [])
        ask_book(client, town["lead"], idea)
    assert len(made) == 1


FAULTS = {TooDemanding: (409, "book_too_demanding"), TimeoutError: (503, "book_busy"), OSError: (503, "unavailable")}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_book_that_cannot_be_made_is_refused_in_a_sentence_and_leaves_its_place(
    town: Town, client: TestClient, fault: type[Exception]
) -> None:
    def fail(_content: bytes, _seconds: float) -> BinaryIO:
        raise fault

    idea = town.build_idea()
    with bound_by(client, Binding(fail, most_of_one=1)) as binding:
        for _ in range(3):
            check_problem(ask_book(client, town["lead"], idea), *FAULTS[fault], language="id")
        assert (binding.making, dict(binding.of_person)) == (0, {})


def test_who_asks_a_hundred_times_is_told_to_come_back_and_others_are_served(town: Town) -> None:
    idea = town.build_idea()
    with town.store.reading() as session:
        book = read_book(session, idea, Words("id"), actor=town.actor(session, "lead"))
    going, at_once, most = threading.Event(), 0, list[int]()

    def bind(content: bytes, seconds: float) -> BinaryIO:
        nonlocal at_once
        at_once += 1
        most.append(at_once)
        going.wait(20)
        at_once -= 1
        return bind_plainly(content, seconds)

    async def crowd() -> list[str]:
        binding = Binding(bind)

        async def ask(who: str) -> str:
            try:
                await binding.make(who, book)
            except Busy as busy:
                return busy.code
            return "made"

        greedy = [asyncio.create_task(ask("one")) for _ in range(100)]
        others = [asyncio.create_task(ask(f"other {number}")) for number in range(6)]
        await asyncio.sleep(0.2)
        going.set()
        told = await asyncio.gather(*greedy, *others)
        assert dict(binding.of_person)["one"] == 2  # until they are sent
        binding.leave("one")
        again = await ask("one")
        return [*told, again]

    told = asyncio.run(crowd())
    assert (told[:100].count("made"), told[:100].count("book_busy")) == (2, 98)
    assert told[100:] == ["made"] * 4 + ["book_busy"] * 2 + ["made"]
    assert max(most) == 1


def test_a_place_is_free_again_once_the_book_is_sent(town: Town, client: TestClient) -> None:
    idea = town.build_idea()
    with bound_by(client, Binding(bind_plainly, most_of_one=1)) as binding, ThreadPoolExecutor(2) as pool:
        told = [each.status_code for each in pool.map(lambda _: ask_book(client, town["lead"], idea), range(6))]
        assert set(told) <= {200, 503}
        assert dict(binding.of_person) == {}
        assert ask_book(client, town["lead"], idea).status_code == 200


def test_who_hangs_up_leaves_neither_file_nor_place_behind() -> None:
    file, left = io.BytesIO(b"x" * 200_000), list[str]()

    async def hang_up(_message: object) -> None:
        raise OSError("gone")

    async def listen() -> dict[str, str]:
        await asyncio.sleep(0)
        return {"type": "http.disconnect"}

    async def send() -> None:
        with contextlib.suppress(Exception):
            await BookAnswer(file, {}, lambda: left.append("left"))({"type": "http", "method": "GET"}, listen, hang_up)

    asyncio.run(send())
    assert (file.closed, left) == (True, ["left"])
