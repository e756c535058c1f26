"""What is known of words beyond their letters: stop words, words without affixes, spellings and acronyms, as lists that people edit."""

from functools import lru_cache
from importlib.resources import files

Phrase = tuple[str, ...]


@lru_cache
def read_list(name: str) -> frozenset[str]:
    """The words of a list."""
    return frozenset(word for line in _read_lines(name) for word in line.split())


@lru_cache
def read_same_words() -> dict[str, str]:
    """What a written word counts as, where that is another word."""
    read: dict[str, str] = {}
    for line in _read_lines("same_words"):
        word, _, others = line.partition(":")
        read |= dict.fromkeys(others.split(), word.strip())
    return read


@lru_cache
def read_acronyms() -> tuple[tuple[str, Phrase], ...]:
    """Each acronym with the written words of what it stands for; one that may mean several things stands there several times."""
    pairs = (line.partition("=") for line in _read_lines("acronyms"))
    return tuple((acronym.strip(), tuple(words.split())) for acronym, _, words in pairs)


def _read_lines(name: str) -> list[str]:
    lines = files(__name__).joinpath(f"{name}.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]
