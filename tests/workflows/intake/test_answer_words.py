"""What short answers say in words: by the names that people read, without figures and days, and without what a form never asked."""

import pytest

from models.policy import Policy
from tests.answers import CHANNELS, PEOPLE, REACHED, depends, named
from tests.building import POLICY
from tests.tables import COSTS, PHASES, ROWS, kept
from workflows.calculations.words import MOST_LETTERS
from workflows.intake.answer_words import list_answer_words, list_hosts
from workflows.intake.answers import FormContent
from workflows.intake.search_terms import MOST_ANSWERED, SearchedText, gather_all, gather_text, write_terms

FILMS = named("films", "Video", "Films", kind="links", is_required=False)
DAY = named("since", "Sejak", "Since", kind="day")
FORM = Policy.model_validate({**POLICY, "fields": [REACHED, CHANNELS, PEOPLE, DAY, COSTS, depends(FILMS, "reached", "applied")]})
SAID = {"reached": "applied", "channels": "counter,website", "people": "1200.5", "since": "2025-03-17", "costs": kept(*ROWS)}
LINKS = "https://www.youtube.com/watch?v=kenari\nhttps://layanan.contoh.go.id/a/b"


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (SAID, ["Penerapan", "Loket", "Situs web", "Tablet loket", "Persiapan", "Pelatihan", "Pelaksanaan"]),
        ({"costs": kept({"phase": PHASES[0]["name"]}), "films": LINKS}, ["Persiapan"]),
        ({"reached": "gone,trial", "people": "7", "since": "2025-03-17"}, ["Uji coba"]),
        ({"costs": "none", "reached": "", "other": "Lain", "channels": "https://a.example"}, []),
        ({}, []),
    ],
)
def test_chosen_options_count_by_their_names_and_cells_by_their_texts(answers: dict[str, str], words: list[str]) -> None:
    assert list(list_answer_words(FORM, answers)) == words


@pytest.mark.parametrize(
    ("links", "words"),
    [
        (LINKS, ["www", "youtube", "com", "layanan", "contoh", "go", "id"]),
        ("https://xn--e1ajeds9e.xn--p1ai/", ["xn--e1ajeds9e", "xn--p1ai"]),
        ("counter,website", []),
        ("https://[::1", []),
        ("", []),
    ],
)
def test_of_an_address_its_host_counts_as_it_is_typed(links: str, words: list[str]) -> None:
    assert list(list_hosts(FORM, {"films": links})) == words


def test_what_a_form_does_not_ask_for_is_not_searched_and_answers_are_no_part_of_the_text() -> None:
    asked, unasked = (FormContent({}, {"reached": reached, "films": LINKS}) for reached in ("applied", "trial"))
    told = gather_all(FORM, "Judul", "", asked)
    assert (told.answers, told.hosts) == ("Penerapan", "www\nyoutube\ncom\nlayanan\ncontoh\ngo\nid")
    assert gather_all(FORM, "Judul", "", unasked).hosts == ""
    without = gather_text(FORM, "Judul", "", asked)
    terms, bare = write_terms(told), write_terms(without)
    assert (terms["title"], terms["body"]) == (bare["title"], bare["body"])
    assert set(terms["words"].split()) - set(bare["words"].split()) == {
        *("_penerapan", "__terap"),
        *("___www", "___youtube", "___com", "___layanan", "___contoh", "___go", "___id"),
    }


def list_distinct(letters: int) -> str:
    """So many letters in words that all differ, each letter as long as any in a database."""
    return " ".join(chr(0x20000 + number % 4_000) * 3 + chr(0x20000 + number // 4_000) * 37 for number in range(letters // 40))


def test_no_more_of_an_idea_is_kept_than_postgresql_takes() -> None:
    """One `tsvector` holds a megabyte of words, without the spaces between them."""
    text = list_distinct(2 * MOST_LETTERS)
    terms = write_terms(SearchedText(text[:300], text, text[::-1], "\n".join(["contoh"] * 90_000)))
    held = {term for kept_text in terms.values() for term in kept_text.split()}
    assert len([term for term in held if term.startswith("__")]) >= MOST_ANSWERED // 41
    assert sum(len(term.encode()) for term in held) < 2**20
