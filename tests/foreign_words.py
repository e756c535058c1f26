"""Finds what a reader of Indonesian should not meet in a sentence: words of the English catalogue or of pydantic, and code words."""

import re
from functools import cache

from pydantic_core._pydantic_core import list_all_errors

from api.pages.texts import texts
from api.sentences import catalogue

WORD = re.compile(r"[A-Za-z]+")
CODE_WORD = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")


@cache
def vocabulary(language: str) -> frozenset[str]:
    """Every word that the catalogues use in a language, in lower case."""
    said = [sentence[language] for name in ("refusals", "words") for sentence in catalogue(name).values()]
    return frozenset(word.lower() for sentence in said for word in WORD.findall(re.sub(r"\{\w+\}", "", sentence)))


@cache
def words_of_pydantic() -> frozenset[str]:
    """Every word of pydantic's messages, in lower case."""
    messages = [error["message_template_python"] for error in list_all_errors()]
    return frozenset(word.lower() for message in messages for word in WORD.findall(re.sub(r"\{\w+\}", "", message)))


def find_foreign_words(sentence: str) -> list[str]:
    """The code words and English words in an Indonesian sentence; words that both languages use are not foreign."""
    return CODE_WORD.findall(sentence) + [word for word in WORD.findall(sentence) if word.lower() in _english()]


@cache
def _english() -> frozenset[str]:
    """The words of the English catalogue and of pydantic that no Indonesian sentence uses."""
    return (vocabulary("en") | words_of_pydantic()) - vocabulary("id")


@cache
def _english_of_pages() -> frozenset[str]:
    """The words that the English texts of pages, refusals and words use, and no Indonesian one."""
    said: dict[str, set[str]] = {"id": set(), "en": set()}
    for each in (*texts().values(), *catalogue().values(), *catalogue("words").values()):
        for language, words in said.items():
            words |= {word.lower() for word in WORD.findall(re.sub(r"\{\w+\}", "", each[language]))}
    return frozenset(said["en"] - said["id"])


def find_english(shown: str) -> list[str]:
    """The English words on an Indonesian page."""
    return sorted({word for word in WORD.findall(shown) if len(word) > 2 and word.lower() in _english_of_pages()})
