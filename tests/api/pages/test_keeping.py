"""What is typed is kept while one writes: what the script asks for and is answered, and what the form shows of it afterwards.

The script itself runs in tests/browser/test_writing.py; here its requests are sent by hand.
"""

import html
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from api.lookups import MOST_KEPT, Lookups
from models.ideas import Idea, Revision
from models.kept_writing import KeptWriting
from models.stages import IdeaStage
from tests.api.pages.browsing import fields_of, open_browser, start_session
from tests.building import Town
from workflows.intake.draft import revise_idea
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.region.calls import close_call

pytestmark = pytest.mark.slow
HALF = {"title": "Papan antr", "form": "public_service", "medium": "digital", "sections.idea": "Warga", "team.0.share": "banyak"}


@pytest.fixture(autouse=True)
def counted_anew(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that another test had kept counts."""
    monkeypatch.setattr(town.app.state, "keeping", Lookups(most=MOST_KEPT, code="too_many_kept"))


class Written:
    """A writing page as a browser holds it: its form's fields, and what its script sends of them."""

    def __init__(self, browser: TestClient, page: str, path: str = "") -> None:
        self.browser, self.page, self.path = browser, page, path or page.partition("?")[0]
        self.text = browser.get(page).text
        self.fields, self.turn = fields_of(self.text, self.path), 0

    def keep(self, **typed: str) -> Any:
        """Send what stands in the form, as the script does."""
        self.turn += 1
        said = HALF | {name.replace("__", "."): value for name, value in typed.items()}
        revision = re.findall(r'data-revision="(\d+)"', self.text)[0]
        return self.browser.post(f"{self.path}/tulisan", data=self.fields | said | {"revision": revision, "turn": str(self.turn)})

    def press(self, do: str, **typed: str) -> Any:
        """Press a button of the form."""
        return self.browser.post(self.path, data=self.fields | HALF | typed | {"do": do})


def notice_of(page: str) -> str:
    """What a page says of what is not saved."""
    found = re.search(r'<div class="notice gold gap">\s*<p>((?:Formulir ini berisi|Yang Anda ketik).*?)</p>', page, re.S)
    return html.unescape(found[1]) if found else ""


def test_the_writing_page_alone_has_a_script_and_its_policy_opens_for_ours_alone(town: Town) -> None:
    idea, browser = town.build_idea(), open_browser(town, "lead")
    returned = town.build_idea(IdeaStage.SUPPLEMENT_ASKED)
    for path in (f"/usulan/baru?call={town.call}", f"/usulan/{idea}/ubah", f"/usulan/{returned}/lengkapi"):
        answer = browser.get(path)
        policy = dict(part.partition(" ")[::2] for part in answer.headers["content-security-policy"].split("; "))
        assert (policy["script-src"], policy["connect-src"], policy["default-src"]) == ("'self'", "'self'", "'none'")
        (address,) = re.findall(r'<script src="(/static/writing\.js\?v=\w+)" defer></script>', answer.text)
        assert answer.text.count("<script") == 1
        assert not re.search(r'\son\w+="', answer.text)
        script = browser.get(address)
        assert (script.status_code, script.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
        assert not re.search(r"innerHTML|eval|document\.write|https?:", script.text)
    for path in ("/usulan", "/usulan/baru", f"/usulan/{idea}", "/kotak-masuk", f"/usulan/{idea}/pratinjau"):
        answer = browser.get(path)
        assert ("<script" in answer.text, "script-src" in answer.headers["content-security-policy"]) == (False, False), path


def test_half_a_new_idea_is_kept_and_found_again_and_saved_by_the_button(town: Town) -> None:
    page, browser = f"/usulan/baru?call={town.call}", open_browser(town, "lead")
    written = Written(browser, page)
    assert notice_of(written.text) == ""
    first = written.keep()
    assert (first.status_code, bool(re.fullmatch(r"\d\d\.\d\d", first.json()["at"]))) == (200, True)
    assert first.headers["cache-control"] == "no-store"
    written.keep(sections__idea="Warga menunggu")
    assert town.rows(select(Idea)) == []
    assert f'href="{page}"' in browser.get("/usulan").text
    again = Written(browser, page)
    assert "Formulir ini berisi yang Anda ketik terakhir" in notice_of(again.text)
    assert all(typed in again.text for typed in ('value="Papan antr"', "Warga menunggu</textarea>", 'value="banyak"'))
    refused = again.press("save")
    assert (refused.status_code, town.rows(select(Idea))) == (422, [])
    assert len(town.rows(select(KeptWriting))) == 1
    saved = again.press("save", **{"team.0.share": ""})
    assert (saved.status_code, town.rows(select(KeptWriting))) == (303, [])
    assert notice_of(browser.get(page).text) == ""
    assert page not in browser.get("/usulan").text
    late = again.keep()
    assert (late.status_code, late.json(), town.rows(select(KeptWriting))) == (200, {}, []), "its form is saved already"


def test_the_forms_own_button_and_the_pages_it_answers_with_never_conflict_with_what_was_kept(town: Town) -> None:
    idea, browser = town.build_idea(), open_browser(town, "lead")
    path = f"/usulan/{idea}/ubah"
    written = Written(browser, path)
    assert [written.keep().status_code for _ in range(3)] == [200] * 3
    more = written.press("rows")
    assert more.status_code == 200
    answered = Written(browser, path)
    answered.text, answered.fields = more.text, fields_of(more.text, path)
    assert 'data-turn="' not in more.text, "a page that answers a form holds all that was typed"
    assert written.keep(title="Masih di jalan").status_code == 200, "the text that was under way arrives late"
    assert answered.keep(title="Dari halaman berikutnya").status_code == 200
    saved = answered.press(
        "save", title="Papan antrean", **{"sections.background": "Loket penuh sejak pagi.", "team.0.share": "60", "team.1.share": "40"}
    )
    assert saved.headers["location"] == f"{path}?ok=draft_saved", saved.text
    assert (town.rows(select(KeptWriting)), town.idea(idea).title) == ([], "Papan antrean")
    assert town.rows(select(Revision.number).where(Revision.idea_id == idea)) == [1, 2]


def test_what_is_saved_from_elsewhere_stops_the_page_and_nothing_is_replaced(town: Town) -> None:
    idea, browser = town.build_idea(), open_browser(town, "lead")
    path = f"/usulan/{idea}/ubah"
    phone, desk = Written(browser, path), Written(browser, path)
    assert phone.keep(title="Di ponsel").status_code == 200
    other = desk.keep(title="Di meja")
    assert (other.status_code, "tidak ditimpa" in other.json()["said"]) == (409, True)
    town.do(revise_idea, idea, town.proposal(title="Disimpan"), by="lead")
    stale = phone.keep(title="Di ponsel lagi")
    assert (stale.status_code, "muat ulang" in stale.json()["said"]) == (409, True)
    assert [row.fields["title"] for row in town.rows(select(KeptWriting))] == ["Di ponsel"]
    opened = Written(browser, path)
    assert "Yang Anda ketik" in notice_of(opened.text)
    assert 'value="Disimpan"' in opened.text
    assert f'href="{path}?tulisan=1"' in opened.text
    assert opened.keep(title="Ketiga").status_code == 409, "what is not shown is not replaced"
    older = Written(browser, f"{path}?tulisan=1")
    assert 'value="Di ponsel"' in older.text
    assert older.keep(title="Di ponsel, lalu di meja").status_code == 200
    assert 'value="Di ponsel, lalu di meja"' in browser.get(path).text


def test_what_was_typed_is_thrown_away_but_not_what_came_after_it(town: Town) -> None:
    idea, browser = town.build_idea(), open_browser(town, "lead")
    path = f"/usulan/{idea}/ubah"
    written = Written(browser, path)
    written.keep(title="Dibuang")
    shown = browser.get(path).text
    written.keep(title="Yang kemudian")
    kept = browser.post(f"{path}/tulisan/buang", data=fields_of(shown, f"{path}/tulisan/buang"))
    assert (kept.headers["location"], 'value="Yang kemudian"' in browser.get(path).text) == (path, True)
    last = Written(browser, path)
    last.keep(title="Dari halaman dengan tombol itu")
    thrown = browser.post(f"{path}/tulisan/buang", data=fields_of(last.text, f"{path}/tulisan/buang"))
    assert thrown.headers["location"] == f"{path}?ok=writing_discarded"
    assert 'value="Antrean daring kelurahan"' in browser.get(path).text
    new = Written(browser, f"/usulan/baru?call={town.call}")
    new.keep()
    gone = browser.post("/usulan/baru/tulisan/buang", data=fields_of(browser.get(new.page).text, "/usulan/baru/tulisan/buang"))
    assert gone.headers["location"] == f"{new.page}&ok=writing_discarded"
    assert town.rows(select(KeptWriting)) == []


def test_of_a_returned_idea_only_what_may_be_changed_is_taken_over(town: Town) -> None:
    idea, browser = town.build_idea(IdeaStage.SCREENING), open_browser(town, "lead")
    town.do(screen_idea, idea, Screening.RETURNED, Findings(notes={"idea": "Lengkapi."}, reason="Lengkapi isinya."), by="secretary")
    path = f"/usulan/{idea}/lengkapi"
    assert Written(browser, path).keep(sections__idea="Setengah perbaikan", sections__background="Diselipkan").status_code == 200
    again = Written(browser, path)
    assert ("Setengah perbaikan</textarea>" in again.text, "Diselipkan" in again.text, "Papan antr" in again.text) == (True, False, False)
    assert again.press("submit", **{"sections.idea": "Antrean daring dengan nomor yang sangat pasti."}).headers["location"] == (
        f"/usulan/{idea}?ok=supplemented"
    )
    assert (town.rows(select(KeptWriting)), town.idea(idea).title) == ([], "Antrean daring kelurahan")


def test_whoever_is_signed_out_foreign_or_not_the_lead_keeps_nothing_and_is_told_why(town: Town) -> None:
    idea, browser = town.build_idea(), open_browser(town, "lead")
    path = f"/usulan/{idea}/ubah"
    written = Written(browser, path)
    browser.cookies.delete("gagas_session")
    out = written.keep()
    assert (out.status_code, "masuk lagi" in out.json()["said"]) == (401, True)
    browser.cookies.set("gagas_session", start_session(town, "mate"), domain="testserver.local", path="/")
    other = written.keep()
    assert (other.status_code, "masuk lagi" in other.json()["said"]) == (403, True), "the form is of another session"
    mate = Written(browser, f"/usulan/baru?call={town.call}")
    mate.path = path
    assert mate.keep().status_code == 403
    stranger = Written(open_browser(town, "stranger"), f"/usulan/baru?call={town.call}")
    stranger.path = path
    assert stranger.keep().status_code == 404
    stranger.fields["call"] = "tidak-ada"
    stranger.path = "/usulan/baru"
    assert stranger.keep().status_code == 404
    foreign = stranger.browser.post("/usulan/baru/tulisan", data=stranger.fields | HALF, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    assert town.rows(select(KeptWriting)) == []


@pytest.mark.parametrize(
    "odd",
    [
        {"turn": "-1", "revision": "x"},
        {"turn": "9" * 400, "revision": "9" * 400},
        {"form_key": "x" * 41},
        {"form_key": ""},
        {"form_key": "a;b"},
        {"kept": "x" * 10_000, "kept_page": "\0" * 50},
        {"title": "\0\x1b\ufffe\ud7ff" * 50, "sections." + "n" * 500: "x"},
        {"sections.idea": "kata " * 150_000},
        {"file": "x", "declaration": "yes", "colleague": "Hesti", "password": "rahasia", "answers": "x", "form_token": ""},
    ],
    ids=["numbers", "long numbers", "long key", "no key", "odd key", "marks", "controls", "long", "foreign fields"],
)
def test_no_request_breaks_it_and_nothing_but_what_is_typed_of_an_idea_is_kept(town: Town, odd: dict[str, str]) -> None:
    written = Written(open_browser(town, "lead"), f"/usulan/baru?call={town.call}")
    answer = written.browser.post("/usulan/baru/tulisan", data=written.fields | HALF | {"revision": "0", "turn": "1"} | odd)
    assert answer.status_code in (200, 403, 409, 413), answer.text
    for row in town.rows(select(KeptWriting)):
        assert {name.partition(".")[0] for name in row.fields} <= {"title", "form", "medium", "sections", "answers", "team"}
        assert written.browser.get(written.page).status_code == 200


def test_one_person_has_a_bounded_number_of_texts_kept_a_minute(town: Town) -> None:
    town.app.state.keeping = Lookups(most=3, code="too_many_kept")
    written = Written(open_browser(town, "lead"), f"/usulan/baru?call={town.call}")
    answers = [written.keep() for _ in range(4)]
    assert {answer.status_code for answer in answers[:-1]} == {200}
    assert (answers[-1].status_code, "Tunggu" in answers[-1].json()["said"]) == (429, True)
    assert Written(open_browser(town, "stranger"), written.page).keep().status_code == 200


def test_what_was_typed_for_a_call_that_closed_meanwhile_is_still_shown(town: Town) -> None:
    call = town.build_call()
    page, browser = f"/usulan/baru?call={call}", open_browser(town, "lead")
    Written(browser, page).keep(title="Belum sempat diajukan")
    town.do(close_call, call, by="secretary")
    shown = browser.get(page)
    assert (shown.status_code, 'value="Belum sempat diajukan"' in shown.text, "<script" in shown.text) == (200, True, False)
    assert browser.get(f"/usulan/baru?call={call}").status_code == 200
    assert open_browser(town, "stranger").get(page).headers["location"] == "/usulan/baru"
