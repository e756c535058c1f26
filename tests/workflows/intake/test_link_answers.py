"""Addresses as a short answer: whole ones over TLS alone, each once; and none for who is not told who proposes."""

import pytest

from api.v1.shapes import show_idea
from models.form_rules import FormField
from models.stages import IdeaStage
from tests.api.pages.browsing import open_browser, send
from tests.building import SECTIONS, Town
from tests.steps import IDEA_STEPS
from workflows.intake.answers import LONGEST_LINK, MOST_LINKS, read_answer
from workflows.intake.submit import submit_idea
from workflows.process.refusals import Invalid

FIELD = {"name": "films", "label": "Video", "label_en": "Films", "kind": "links", "is_required": True}
FILM = "https://video.contoh.go.id/antrean?v=1"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (FILM, FILM),
        (f"  {FILM} \r\n\r\n{FILM}\nHTTPS://Video.Contoh.GO.ID/lain", f"{FILM}\nhttps://video.contoh.go.id/lain"),
        ("https://contoh.go.id:443/a", "https://contoh.go.id/a"),
        ("https://кремль.рф/", "https://xn--e1ajeds9e.xn--p1ai/"),  # what looks like other letters is shown as what it is
    ],
)
def test_addresses_are_kept_one_a_line_each_once(given: str, kept: str) -> None:
    field = FormField(**FIELD)
    assert read_answer(field, given) == kept
    assert read_answer(field, kept) == kept


@pytest.mark.parametrize(
    "given",
    [
        *(
            "http://contoh.go.id/",
            "javascript:alert(1)",
            "data:text/html,x",
            "//contoh.go.id",
            "contoh.go.id",
            "https://",
            "https://localhost",
        ),
        *(
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://a:b@contoh.go.id/",
            "https://contoh.go.id@jahat.example/",
            "https://contoh.go.id:x/",
        ),
        *(
            "https://contoh.go.id/a b",
            'https://contoh.go.id/"onclick=',
            "https://contoh.go.id/<script>",
            "https://contoh.go.id\\@jahat.example",
        ),
        *(f"https://contoh.go.id/{'a' * LONGEST_LINK}", "https://contoh.go.id/\u202e", "ftp://contoh.go.id/", "file:///etc/passwd"),
    ],
)
def test_what_is_no_whole_address_over_tls_is_refused(given: str) -> None:
    with pytest.raises(Invalid, match="link_unreadable"):
        read_answer(FormField(**FIELD), given)


def test_there_are_ten_at_most() -> None:
    many = [f"https://contoh.go.id/{number}" for number in range(MOST_LINKS + 1)]
    assert read_answer(FormField(**FIELD), "\n".join(many[:-1])).count("\n") == MOST_LINKS - 1
    with pytest.raises(Invalid, match="links_too_many"):
        read_answer(FormField(**FIELD), "\n".join(many))


def test_a_proposer_types_them_readers_follow_them_and_a_blind_reviewer_is_not_told(town: Town) -> None:
    for opened in (False, True):
        call = town.build_call(fields=[FIELD], attachments={"papers_to_blind": opened})
        idea = town.build_idea(call=call, team=())
        typed = {"title": "Antrean", "form": "other", "medium": "digital"} | {f"sections.{name}": text for name, text in SECTIONS.items()}
        with pytest.raises(Invalid, match="answer_missing"):
            town.do(submit_idea, idea, by="lead")
        browser, form = open_browser(town, "lead"), f"/usulan/{idea}/ubah"
        refused = send(browser, form, form, do="save", answers__films="http://contoh.go.id", **typed)
        assert (refused.status_code, "diawali https://" in refused.text) == (422, True)
        assert send(browser, form, form, do="save", answers__films=FILM, **typed).status_code == 303
        town.take(idea, *IDEA_STEPS[IdeaStage.IN_REVIEW])
        shown = open_browser(town, "secretary").get(f"/usulan/{idea}").text
        assert f'<a href="{FILM}" rel="noopener noreferrer nofollow">{FILM}</a>' in shown
        reviewer = town.reviewers(idea)[0]
        with town.store.reading() as session:
            answers = show_idea(session, idea, town.actor(session, reviewer)).answers
        assert answers == ({"films": FILM} if opened else {})
        assert (FILM in open_browser(town, reviewer).get(f"/usulan/{idea}").text) is opened
