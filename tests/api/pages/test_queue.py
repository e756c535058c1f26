"""One idea after another: from a decision to the next, by the inbox's or the list's order, and back to where one came from."""

import re
from datetime import timedelta
from html import unescape

import pytest

from api.pages.queue import read_origin
from models.ideas import Idea
from models.instants import today
from models.stages import IdeaStage
from tests.api.pages.browsing import confirm, fields_of, open_browser
from tests.api.pages.test_desk import ACCEPTED, address_of, rows_of
from tests.building import Town
from workflows.process.browse import find_next
from workflows.process.inbox import end_of_day
from workflows.process.wanted import WantedIdeas


@pytest.mark.parametrize("start", ["/kotak-masuk", "/daftar?stage=screening&sort=due", "/daftar?q=usulan"])
def test_after_a_decision_comes_the_next_idea_in_the_order_one_came_by(town: Town, start: str) -> None:
    for number in range(3):
        town.build_idea(IdeaStage.SCREENING, title=f"Usulan {number}")
    browser = open_browser(town, "secretary")
    listed = browser.get(start).text
    first, second, third = rows_of(listed)
    to = address_of(listed, first)
    decided = []
    for title, following in ((first, second), (second, third)):
        page = browser.get(to).text
        assert f"<h1>{title}</h1>" in page
        assert page.index("Simpan dan berikutnya") < page.index("Simpan keputusan")
        action = f"{to.split('?')[0]}/seleksi"
        answer = browser.post(action, data=fields_of(page, action) | ACCEPTED | {"do": "next"})
        assert answer.status_code == 303
        decided.append(to.split("?")[0].rsplit("/", 1)[-1])
        to = answer.headers["location"]
        assert to.endswith("&ok=decided#tugas"), to
        assert f"<h1>{following}</h1>" in browser.get(to).text
    assert {town.idea(idea).stage for idea in decided} == {IdeaStage.IN_REVIEW}
    page = browser.get(to).text
    assert "Simpan dan berikutnya" not in page
    action = f"{to.split('?')[0]}/seleksi"
    answer = browser.post(action, data=fields_of(page, action) | ACCEPTED | {"do": "next"})
    assert answer.headers["location"].startswith(start.split("?")[0])
    assert "Tidak ada lagi usulan berikutnya" in browser.get(answer.headers["location"]).text


def test_the_next_idea_is_found_behind_twenty_five_that_wait_for_others(town: Town) -> None:
    """Who errs: a page that looks at twenty ideas, finds each behind a gate, and says that there is no further one."""
    gate = {"name": "visit", "label": "Peninjauan", "label_en": "Visit", "stage": "screening", "role": "chair"}
    gated = town.build_call(gates=[gate])
    last = town.build_idea(IdeaStage.SCREENING, title="Usulan terakhir")
    for _ in range(25):
        town.build_idea(IdeaStage.SCREENING, call=gated)
    first = town.build_idea(IdeaStage.SCREENING, title="Usulan pertama")
    with town.store.reading() as session:
        secretary, wanted = town.actor(session, "secretary"), WantedIdeas(stage="screening")
        assert find_next(session, wanted, first, actor=secretary) == last
        assert find_next(session, wanted, last, actor=secretary) is None


def test_the_next_idea_is_one_that_one_has_not_scored_yet(town: Town) -> None:
    ideas = [town.build_idea(IdeaStage.IN_REVIEW) for _ in range(8)]
    reviewer = town.reviewers(ideas[0])[0]
    mine = [idea for idea in ideas if reviewer in town.reviewers(idea)]
    with town.store.reading() as session:
        actor = town.actor(session, reviewer)
        assert find_next(session, WantedIdeas(), mine[-1], actor=actor) == mine[-2]
    town.take(mine[-2], "score")
    with town.store.reading() as session:
        actor = town.actor(session, reviewer)
        following = find_next(session, WantedIdeas(), mine[-1], actor=actor)
        assert following == (mine[-3] if len(mine) > 2 else None)


def test_a_secretary_goes_from_one_pilot_to_plan_to_the_next(town: Town) -> None:
    for number in range(2):
        town.build_idea(IdeaStage.DETERMINED, title=f"Usulan {number}")
    browser, first_day = open_browser(town, "secretary"), today()
    listed = browser.get("/kotak-masuk").text
    first, second = (address_of(listed, title) for title in rows_of(listed))
    page, action = browser.get(first).text, first.split("?")[0]
    assert second in unescape(page), "it can be skipped"
    typed = {
        "unit_code": "MALEBER",
        "site": "Aula kelurahan",
        "owner_id": town["owner"].id,
        "starts_on": first_day.isoformat(),
        "do": "next",
    }
    typed |= {"ends_on": (first_day + timedelta(days=90)).isoformat(), "indicators.0.name": "Warga yang terlayani"}
    planned = browser.post(action, data=fields_of(page, action) | typed | {"indicators.0.baseline": "10", "indicators.0.target": "20"})
    assert planned.headers["location"] == f"{second}&ok=planned", planned.text
    assert "Simpan dan berikutnya" not in browser.get(second).text


def test_whoever_passes_gates_goes_from_one_to_the_next(town: Town) -> None:
    call = town.build_call(gates=[{"name": "paparan", "label": "Paparan", "label_en": "Talk", "stage": "screening", "role": "chair"}])
    for number in range(2):
        town.build_idea(IdeaStage.SCREENING, title=f"Usulan {number}", call=call)
    browser = open_browser(town, "chair")
    listed = browser.get("/kotak-masuk").text
    first, second = (address_of(listed, title) for title in rows_of(listed))
    page, action = browser.get(first).text, f"{first.split('?')[0]}/tahapan/paparan"
    assert ("Giliran Anda" in page, 'aria-labelledby="holder"' in page) == (True, False), "whoever passes it is not told that they hold it"
    passed = browser.post(action, data=fields_of(page, action) | {"do": "next"})
    assert passed.headers["location"].replace("&ok=decided", "") == second


def test_a_leader_goes_from_one_award_to_the_next(town: Town) -> None:
    awards = {
        f"/penghargaan/{town.build_award(idea=town.build_idea(IdeaStage.ROLLED_OUT, title=f'Usulan {number}'))}" for number in range(2)
    }
    browser = open_browser(town, "leader")
    listed = browser.get("/kotak-masuk").text
    first, second = (address_of(listed, title) for title in rows_of(listed))
    assert {each.split("?")[0] for each in (first, second)} == awards
    page, action = browser.get(first).text, f"{first.split('?')[0]}/persetujuan"
    asked = browser.post(action, data=fields_of(page, action) | {"outcome": "declined", "reason": "Capaian belum cukup kuat", "do": "next"})
    assert confirm(browser, asked).headers["location"] == f"{second}&ok=decided"
    assert "Simpan dan berikutnya" not in browser.get(second).text


def test_an_idea_is_skipped_and_one_that_somebody_else_decides_does_not_come(town: Town) -> None:
    for number in range(3):
        town.build_idea(IdeaStage.SCREENING, title=f"Usulan {number}")
    browser = open_browser(town, "secretary")
    listed = browser.get("/kotak-masuk").text
    first, second, third = rows_of(listed)
    to = address_of(listed, first)
    skipped = unescape(re.findall(r'href="([^"]*)">Lewati, buka usulan berikutnya', browser.get(to).text)[0])
    assert skipped == address_of(listed, second)
    town.take(address_of(listed, second).split("?")[0].rsplit("/", 1)[-1], "screen accepted")
    assert address_of(listed, third) in unescape(browser.get(to).text)


@pytest.mark.parametrize(
    "typed", ["//evil.example", "javascript:alert(1)", "daftar?x=1", "kotak-masuk?x", "../keluar", "daftar?q=<script>"]
)
def test_where_one_came_from_is_one_of_our_pages_or_nothing(town: Town, typed: str) -> None:
    assert read_origin(typed).text in ("", "daftar", "kotak-masuk", "daftar?q=%3Cscript%3E")
    idea = town.build_idea(IdeaStage.SCREENING)
    page = open_browser(town, "secretary").get(f"/usulan/{idea}", params={"dari": typed})
    assert page.status_code == 200
    assert not re.search(r'(href|action)="[^"]*(evil|javascript|keluar/)', page.text)
    assert "<script" not in page.text


@pytest.mark.parametrize("start", ["/kotak-masuk", "/daftar?stage=screening&sort=due"])
def test_one_goes_back_to_the_idea_before_without_going_to_the_list(town: Town, start: str) -> None:
    for number in range(3):
        town.build_idea(IdeaStage.SCREENING, title=f"Usulan {number}")
    browser = open_browser(town, "secretary")
    listed = browser.get(start).text
    first, second, third = rows_of(listed)
    titles, to = [], address_of(listed, third)
    while True:
        page = browser.get(to).text
        titles.append(re.findall(r"<h1>(.*?)</h1>", page)[0])
        before = re.search(r'<a href="([^"]*)">Usulan sebelumnya</a>', page)
        if before is None:
            break
        to = unescape(before[1])
    assert titles == [third, second, first]


def test_what_is_due_today_is_a_filter_of_its_own(town: Town) -> None:
    ideas = {name: town.build_idea(IdeaStage.SCREENING, title=f"Usulan {name}") for name in ("lusa", "kini", "lewat")}
    with town.store.unit_of_work() as session:
        for name, days in (("lusa", 2), ("kini", 0), ("lewat", -2)):
            session.get_one(Idea, ideas[name]).due_at = end_of_day(today() + timedelta(days=days))
    browser = open_browser(town, "secretary")
    assert set(rows_of(browser.get("/daftar?due=today").text)) == {"Usulan kini", "Usulan lewat"}
    assert set(rows_of(browser.get("/daftar?due=soon").text)) == {"Usulan lusa", "Usulan kini", "Usulan lewat"}
    assert rows_of(browser.get("/daftar?due=overdue").text) == ["Usulan lewat"]
