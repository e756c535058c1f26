"""Writing, deciding and reading ideas on pages: input kept, text escaped, nothing shown to those who may not see it."""

import re
from decimal import Decimal

import pytest
from sqlmodel import select

from api.pages import ideas
from api.pages.forms import Form
from api.sentences import catalogue
from models.ideas import Decision, Idea, Revision, TeamMember
from models.stages import IdeaStage
from tests.api.pages.browsing import SENTENCE, confirm, fields_of, open_browser, send, start_session
from tests.building import Town
from workflows.process.ways import AWARD, DOCUMENT, IDEA
from workflows.review.score import score_idea

pytestmark = pytest.mark.slow

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>{{ 7*7 }}'


@pytest.mark.parametrize(
    ("typed", "hundredths"), [("33,33", 3333), ("33.3", 3330), ("50", 5000), ("12,5 %", 1250), ("100%", 10000), (" 7 ", 700)]
)
def test_percents_are_read_as_people_write_them(typed: str, hundredths: int) -> None:
    assert Form([("share", typed)]).percent("share") == hundredths


@pytest.mark.parametrize("typed", ["", "33,333", "sepertiga", "-5", "1e2", "١٢", "1000"])
def test_a_percent_that_nobody_can_read_is_named(typed: str) -> None:
    form = Form([("share", typed)])
    assert form.percent("share") == 0
    assert "share" in form.wrong


@pytest.mark.parametrize(
    ("typed", "rupiah"),
    [
        ("", 0),
        ("Rp", 0),
        ("12500000", 12_500_000),
        ("Rp 12.500.000", 12_500_000),
        ("Rp12.500.000,00", 12_500_000),
        ("12,500,000", 12_500_000),
    ],
)
def test_rupiah_are_read_as_people_write_them(typed: str, rupiah: int) -> None:
    form = Form([("budget", typed)])
    assert (form.rupiah("budget"), form.wrong) == (rupiah, {})


@pytest.mark.parametrize("typed", ["12,5", "dua juta", "-5", "1.2.3", "12.50", "Rp x", "1e9", "١٢"])
def test_rupiah_that_nobody_can_read_are_named_and_count_as_nothing(typed: str) -> None:
    form = Form([("budget", typed)])
    assert (form.rupiah("budget"), form.wrong) == (0, {"budget": "rupiah_unreadable"})


def test_an_idea_is_written_saved_and_submitted_with_its_team(town: Town) -> None:
    browser = open_browser(town, "lead")
    page = f"/usulan/baru?call={town.call}"
    fields = {"title": "Bersama", "form": "governance", "medium": "digital", "budget_rupiah": "Rp 1.250.000", "do": "save"}
    fields |= {"team.0.share": "66,67", "team.1.employee_number": town["mate"].number, "team.1.share": "33,33", "team.1.role": "Kader"}
    saved = browser.post("/usulan/baru", data=fields_of(browser.get(page).text, "/usulan/baru") | fields)
    assert saved.status_code == 303, saved.text
    draft = saved.headers["location"].split("?")[0]
    shown = browser.get(draft).text
    assert "66,67" in shown
    assert town["mate"].name not in shown
    assert town["mate"].number not in shown
    assert "Belum menjawab" in shown
    town.join(draft.split("/")[2])
    shown = browser.get(draft).text
    assert town["mate"].name in shown
    again = fields_of(shown, draft) | fields | {"sections.background": SENTENCE, "sections.idea": SENTENCE, "do": "submit"}
    del again["team.1.employee_number"]
    sent = browser.post(draft, data=again)
    assert sent.headers["location"] == f"{draft.removesuffix('/ubah')}?ok=submitted"
    with town.store.reading() as session:
        assert session.exec(select(Revision.budget_rupiah)).all() == [1_250_000, 1_250_000]
        assert sorted(session.exec(select(TeamMember.share_hundredths))) == [3_333, 6_667]


def test_a_refused_idea_comes_back_with_every_word(town: Town) -> None:
    browser = open_browser(town, "lead")
    typed = {"title": "Judul", "form": "other", "medium": "digital", "theme": "Tema saya", "budget_rupiah": "banyak", "do": "save"}
    typed |= {"team.0.share": "50", "team.1.employee_number": "123", "team.1.share": "separuh", "sections.background": HOSTILE}
    answer = send(browser, f"/usulan/baru?call={town.call}", "/usulan/baru", **typed)
    assert answer.status_code == 422
    for words in ("Judul", "Tema saya", 'value="banyak"', 'value="separuh"', 'value="123"', "&lt;script&gt;alert(1)&lt;/script&gt;"):
        assert words in answer.text
    assert answer.text.count("<script") == answer.text.count('<script src="/static/writing.js?') == 1
    assert 'aria-invalid="true"' in answer.text
    assert 'href="#writing-budget_rupiah"' in answer.text
    with town.store.reading() as session:
        assert session.exec(select(Idea)).first() is None


def test_adding_lines_and_splitting_evenly_saves_nothing_and_keeps_everything(town: Town) -> None:
    browser = open_browser(town, "lead")
    page = f"/usulan/baru?call={town.call}"
    typed = {"title": "Bertiga", "team.1.employee_number": "1", "team.2.employee_number": "2"}
    split = send(browser, page, "/usulan/baru", **typed, do="split")
    assert split.status_code == 200
    assert "33,34" in split.text
    assert split.text.count('value="33,33') == 2
    more = send(browser, page, "/usulan/baru", **typed, do="rows")
    assert 'name="team.4.employee_number"' in more.text
    assert 'value="Bertiga"' in more.text


def test_a_draft_that_changed_meanwhile_is_not_overwritten(town: Town) -> None:
    idea, browser = town.build_idea(), open_browser(town, "lead")
    path = f"/usulan/{idea}/ubah"
    old = fields_of(browser.get(path).text, path)
    fields = {"form": "public_service", "medium": "digital", "team.0.share": "60", "team.1.share": "40", "do": "save"}
    assert browser.post(path, data=fields_of(browser.get(path).text, path) | fields | {"title": "Dari ponsel"}).status_code == 303
    answer = browser.post(path, data=old | fields | {"title": "Dari komputer"})
    assert answer.status_code == 412
    assert 'value="Dari komputer"' in answer.text
    assert browser.post(path, data=fields_of(answer.text, path) | fields | {"title": "Dari komputer"}).status_code == 303


def test_hostile_text_is_shown_as_text(town: Town) -> None:
    idea = town.build_idea(IdeaStage.AWAITING_PERMISSION, title=HOSTILE, sections={"background": f"{HOSTILE} a b c d", "idea": SENTENCE})
    for who, page in (("head", f"/usulan/{idea}"), ("head", "/kotak-masuk"), ("lead", "/usulan"), ("secretary", "/daftar")):
        text = open_browser(town, who).get(page).text
        assert "&lt;script&gt;" in text
        assert "<script" not in text
        assert "<img src=x" not in text
        assert "49" not in text.split("</h1>")[0].split("<h1>")[-1]


def test_no_page_shows_a_whole_employee_number_or_a_score_before_its_time(town: Town) -> None:
    idea = town.build_idea(IdeaStage.IN_REVIEW)
    scorer = town.reviewers(idea)[0]
    points = {"novelty": Decimal("71.37"), "impact": Decimal("71.37")}
    town.do(score_idea, idea, points, by=scorer, comment="Rahasia panitia")
    told: set[str] = set()
    for who in town.people:
        browser = open_browser(town, who)
        for page in (f"/usulan/{idea}", "/usulan", "/daftar", "/kotak-masuk", "/penghargaan", "/dokumen"):
            text = browser.get(page).text
            assert [one.who for one in town.people.values() if one.number in text] == [], (who, page)
            if any(word in text for word in ("71.37", "71,37", "Rahasia panitia")):
                told.add(who)
                assert page == f"/usulan/{idea}"
    assert told == {scorer, "secretary", "chair", "leader", "deputy", "verifier", "auditor", "admin", "second_admin"}


def test_a_reviewer_is_not_told_who_proposes(town: Town) -> None:
    idea = town.build_idea(IdeaStage.IN_REVIEW)
    shown = open_browser(town, town.reviewers(idea)[0]).get(f"/usulan/{idea}")
    assert (shown.status_code, town.idea(idea).title in shown.text) == (200, True)
    assert [one.who for one in (town["lead"], town["mate"]) if one.name in shown.text] == []


def test_what_may_not_be_seen_is_not_there(town: Town) -> None:
    idea = town.build_idea(IdeaStage.AWAITING_PERMISSION)
    browser = open_browser(town, "stranger")
    for page in (f"/usulan/{idea}", f"/usulan/{idea}/ubah", f"/usulan/{idea}/rencana-uji-coba"):
        assert browser.get(page).status_code == 404
    assert idea not in browser.get("/daftar").text


def test_only_the_actions_of_the_moment_are_offered(town: Town) -> None:
    idea = town.build_idea(IdeaStage.AWAITING_PERMISSION)
    head, proposer = (
        open_browser(town, "head").get(f"/usulan/{idea}").text,
        open_browser(town, "lead").get(f"/usulan/{idea}").text,
    )
    assert f"/usulan/{idea}/izin" in head
    assert f"/usulan/{idea}/tarik" not in head
    assert f"/usulan/{idea}/tarik" in proposer
    assert f"/usulan/{idea}/izin" not in proposer
    assert f"/usulan/{idea}/seleksi" not in head + proposer


def test_words_sent_too_late_are_given_back_to_be_copied(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SHORTLISTED)
    browser = open_browser(town, "chair")
    path = f"/usulan/{idea}/rekomendasi"
    fields = fields_of(browser.get(f"/usulan/{idea}").text, path) | {"outcome": "feasible", "reason": "Sangat layak diterapkan sekarang"}
    first = send(open_browser(town, "chair"), f"/usulan/{idea}", path, outcome="deferred", reason="Belum waktunya diterapkan")
    assert (first.status_code, town.idea(idea).stage) == (303, IdeaStage.RECOMMENDED)
    answer = browser.post(path, data=fields)
    assert answer.status_code == 412
    assert "Sangat layak diterapkan sekarang" in answer.text
    assert [made.outcome for made in decisions(town, idea, "recommend")] == ["deferred"]


def decisions(town: Town, idea: str, action: str) -> list[Decision]:
    return town.rows(select(Decision).where(Decision.idea_id == idea, Decision.action == action))


@pytest.mark.parametrize(("reason", "code"), [("Tidak", "text_too_short"), ("", "text_empty")])
def test_a_reason_that_is_too_short_stands_beside_its_field(town: Town, reason: str, code: str) -> None:
    idea, browser = town.build_idea(IdeaStage.RECOMMENDED), open_browser(town, "leader")
    answer = send(browser, f"/usulan/{idea}", f"/usulan/{idea}/penetapan", outcome="rejected", reason=reason)
    assert answer.status_code == 422
    assert re.findall(r'<p class="error" id="([^"]+)">([^<]+)</p>', answer.text) == [
        ("determine-reason-error", catalogue()[code]["id"].format(minimum=10))
    ]
    assert f"{reason}</textarea>" in answer.text
    assert 'value="rejected" checked' in answer.text
    assert town.idea(idea).stage == IdeaStage.RECOMMENDED
    sent = send(browser, f"/usulan/{idea}", f"/usulan/{idea}/penetapan", outcome="rejected", reason="Sudah dikerjakan unit lain")
    assert (confirm(browser, sent).status_code, town.idea(idea).stage) == (303, IdeaStage.REJECTED)


def test_an_award_not_yet_announced_is_known_to_those_who_prepare_it(town: Town) -> None:
    award = town.build_award()
    for who, status in (("leader", 200), ("secretary", 200), ("lead", 404), ("mate", 404), ("reviewer1", 404), ("head", 404)):
        browser = open_browser(town, who)
        assert browser.get(f"/penghargaan/{award}").status_code == status, who
        assert (award in browser.get("/penghargaan").text) is (status == 200), who


def test_lists_go_on_from_page_to_page(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ideas, "ON_A_PAGE", 4)
    for number in range(5):
        town.build_idea(IdeaStage.AWAITING_PERMISSION, title=f"Usulan ke-{number}")
    browser = open_browser(town, "secretary")
    first = browser.get("/daftar?sort=due&stage=awaiting_permission")
    (after,) = re.findall(r'href="(/daftar\?[^"]*after=[^"]*)"', first.text)
    second = browser.get(after.replace("&amp;", "&"))
    (before,) = re.findall(r'href="(/daftar\?[^"]*before=[^"]*)"', second.text)
    again = browser.get(before.replace("&amp;", "&"))
    assert [page.text.count("IDE-") for page in (first, second, again)] == [4, 1, 4]
    assert browser.get("/daftar?stage=draft").text.count("IDE-") == 0
    assert browser.get("/daftar?after=xyz").status_code == 422


def test_the_process_page_shows_every_transition(town: Town) -> None:
    assert open_browser(town).get("/proses").text.count("<li>\n        <p>") == sum(len(way.transitions) for way in (IDEA, AWARD, DOCUMENT))


def test_the_page_lists_the_documents_that_the_api_lists(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SHORTLISTED)
    for who in town.people:
        browser = open_browser(town, who)
        listed = browser.get(
            "/api/v1/documents", params={"idea_id": idea}, headers={"Authorization": f"Bearer {start_session(town, who)}"}
        ).json()["documents"]
        shown = browser.get(f"/usulan/{idea}")
        assert (shown.status_code == 200 and "TT-00001" in shown.text) is bool(listed), who
