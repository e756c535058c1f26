"""A book is made apart, knowing nothing of our surroundings: what goes wrong is told in one of three ways, and leaves nothing behind."""

import tempfile
from pathlib import Path

import pytest

from workflows.adapters.bookbinding import TooDemanding, bind_book

PROGRAM = "tests.workflows.adapters.binders"


def bind(told: str, seconds: float = 30) -> str:
    with bind_book(told.encode(), seconds, PROGRAM) as book:
        return book.read().decode()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where files for a while are put."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_what_it_writes_comes_back_from_the_beginning(folder: Path) -> None:
    assert bind("Sebuah buku") == "Sebuah buku"
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("told", "fault"), [("fail", OSError), ("eat", TooDemanding), ("killed", TooDemanding), ("hang", TimeoutError)], ids=str
)
def test_what_goes_wrong_is_told_and_leaves_nothing(folder: Path, told: str, fault: type[Exception]) -> None:
    with pytest.raises(fault):
        bind(told, 0.5 if told == "hang" else 30)
    assert list(folder.iterdir()) == []


def test_it_knows_no_setting_of_ours(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAGAS_MAIL_PASSWORD", "rahasia")
    known = set(bind("surroundings").split()) - {"PWD", "LC_CTYPE", "__CF_USER_TEXT_ENCODING"}
    assert known == {"PYTHONPATH", "TMPDIR", "HOME", "LC_ALL"}


@pytest.mark.slow
def test_the_program_itself_refuses_what_is_no_content_and_ends_within_its_memory(folder: Path) -> None:
    with pytest.raises(OSError, match="book_process ended with 1"):
        bind_book(b"{}", 60)
    assert list(folder.iterdir()) == []
