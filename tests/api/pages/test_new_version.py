"""The page of a new version of a call's policy: before it is saved it says what differs and which ideas and drafts stay on theirs.

Who errs: a secretary who believes that ideas under way are judged by what they write today, or who changes the call's end in its file and
waits for it. Who looks: an admin who counts ideas to learn whether an award was declined.
"""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from models.calls import Call, PolicyVersion
from models.ledger import LedgerEntry
from models.stages import AwardStage, IdeaStage
from tests.api.pages.browsing import confirm, fields_of, open_browser
from tests.api.pages.test_call_form import text_of
from tests.api.pages.test_calls import read
from tests.building import POLICY, Town
from tests.specimens import take_as_printed
from workflows.region.call_life import extend_call
from workflows.region.calls import close_call
from workflows.region.new_versions import count_held
from workflows.region.soundness import validate_policy

FIRST = "pass_mark: 60"


def page_of(call: str) -> str:
    return f"/periode-usulan/{call}/versi-baru"


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def begin(town: Town, call: str, who: str = "secretary") -> tuple[TestClient, str]:
    """A browser, and the file as the page begins it."""
    browser = open_browser(town, who)
    shown = browser.get(page_of(call))
    assert shown.status_code == 200, shown.text
    return browser, text_of(shown.text)


def press(browser: TestClient, call: str, text: str, act: str = "plan", **typed: str) -> Any:
    hidden = fields_of(browser.get(page_of(call)).text, page_of(call))
    return browser.post(page_of(call), data=hidden | {"file": text, "act": act} | typed)


def numbers(town: Town, call: str) -> list[int]:
    return sorted(town.rows(select(PolicyVersion.number).where(PolicyVersion.call_id == call)))


def test_before_it_is_saved_it_says_who_stays_and_what_differs(town: Town) -> None:
    call = town.call
    town.build_idea()
    town.build_idea(IdeaStage.SCREENING, title="Loket keliling")
    town.build_idea(IdeaStage.IN_REVIEW, title="Antrean puskesmas")
    browser, text = begin(town, call)
    assert FIRST in text
    asked = press(browser, call, text.replace(FIRST, "pass_mark: 72.5"))
    said = plain(asked.text)
    for part in ("Usulan berjalan yang tetap memakai versi 1: 2", "Draf yang tetap memakai versi 1: 1", "Semula: 60", "Menjadi: 72,5"):
        assert part in said, part
    assert re.search(r"Seleksi administrasi\s+1", said)
    assert numbers(town, call) == [1], "nothing is kept before it is confirmed"
    saved = confirm(browser, asked)
    assert (saved.status_code, saved.headers["location"]) == (303, f"/ketentuan/{call}/2?ok=version_written")
    assert numbers(town, call) == [1, 2]
    assert "Usulan berjalan yang tetap memakai versi 1: 2" in read(town, "chair", f"/ketentuan/{call}/2")


def test_looking_at_the_file_shows_the_same_and_keeps_nothing(town: Town) -> None:
    call = town.call
    town.build_idea(IdeaStage.SCREENING)
    facts = len(town.rows(select(LedgerEntry.seq)))
    browser, text = begin(town, call)
    said = plain(press(browser, call, text.replace(FIRST, "pass_mark: 65"), "check").text)
    assert "Usulan berjalan yang tetap memakai versi 1: 1" in said
    assert "Menjadi: 65" in said
    assert numbers(town, call) == [1]
    assert len(town.rows(select(LedgerEntry.seq))) == facts


def test_going_back_keeps_the_file_as_it_was_written(town: Town) -> None:
    browser, text = begin(town, town.call)
    written = text.replace(FIRST, "pass_mark: 65  # as the mayor wishes")
    asked = press(browser, town.call, written)
    back = browser.post(page_of(town.call), data=fields_of(asked.text, page_of(town.call)) | {"confirmed": "no"})
    assert (back.status_code, text_of(back.text)) == (200, written)
    assert numbers(town, town.call) == [1]


def test_fields_are_applied_to_the_file_and_the_calls_own_are_not_offered(town: Town) -> None:
    browser, text = begin(town, town.call)
    page = browser.get(page_of(town.call)).text
    assert 'name="v.policy.pass_mark"' in page
    assert 'name="v.closes_at"' not in page
    applied = press(browser, town.call, text, "apply", **{"v.policy.pass_mark": "72,5"})
    assert "pass_mark: 72.5" in text_of(applied.text)


@pytest.mark.parametrize("part", ["title: ", "closes_at: ", "code: "])
def test_what_is_not_of_the_policy_is_refused_and_not_forgotten(town: Town, part: str) -> None:
    browser, text = begin(town, town.call)
    line = next(line for line in text.splitlines() if line.startswith(part))
    other = {"title: ": "title: Judul lain", "closes_at: ": "closes_at: 2099-12-31", "code: ": "code: LAIN-1"}[part]
    refused = press(browser, town.call, text.replace(line, other))
    assert refused.status_code == 422
    assert "Versi baru hanya mengubah ketentuan" in refused.text
    assert numbers(town, town.call) == [1]


def test_a_policy_that_contradicts_itself_or_moves_places_is_told_with_its_line(town: Town) -> None:
    tiers = [{**POLICY["rule_book"]["tiers"][0], "places": 1}, *POLICY["rule_book"]["tiers"][1:]]
    ranked = town.build_call(code="RANKED", rule_book={**POLICY["rule_book"], "tiers": tiers})
    browser, text = begin(town, ranked)
    for wrong, said in (("places: 2", "nama, urutan, dan jumlah tempat"), ("places: many", "Baris")):
        refused = press(browser, ranked, text.replace("places: 1", wrong, 1))
        assert (refused.status_code, said in refused.text) == (422, True), refused.text
    assert numbers(town, ranked) == [1]


def test_the_file_of_a_policy_alone_is_taken_too(town: Town) -> None:
    browser, text = begin(town, town.call)
    alone = text[text.index("\npolicy:\n") + len("\npolicy:\n") :].replace(FIRST, "pass_mark: 64")
    alone = "\n".join(line.removeprefix("  ") for line in alone.splitlines())
    assert confirm(browser, press(browser, town.call, alone)).status_code == 303
    (body,) = town.rows(select(PolicyVersion.body).where(PolicyVersion.call_id == town.call, PolicyVersion.number == 2))
    assert str(body["pass_mark"]) == "64"


def test_nobody_but_the_keepers_finds_it_and_a_closed_call_gets_none(town: Town) -> None:
    call = town.call
    for who, status in (("secretary", 200), ("admin", 200), ("chair", 404), ("leader", 404), ("lead", 404), ("auditor", 404)):
        assert open_browser(town, who).get(page_of(call)).status_code == status, who
    stolen = fields_of(open_browser(town, "lead").get("/akun").text, "/akun/kata-sandi") | {"file": "policy: {}", "act": "plan"}
    assert open_browser(town, "lead").post(page_of(call), data=stolen).status_code in (403, 404)
    town.do(close_call, call, by="secretary")
    assert open_browser(town, "secretary").get(page_of(call)).status_code == 409
    assert numbers(town, call) == [1]


def test_a_version_that_was_signed_meanwhile_is_what_the_preview_compares_with(town: Town) -> None:
    browser, text = begin(town, town.call)
    town.amend(town.call, pass_mark=70)
    asked = press(browser, town.call, text.replace(FIRST, "pass_mark: 65"))
    assert "Semula: 70" in plain(asked.text)


def test_a_call_that_was_extended_meanwhile_is_told_so(town: Town) -> None:
    browser, text = begin(town, town.call)
    (call,) = town.rows(select(Call).where(Call.id == town.call))
    town.do(extend_call, call.id, call.closes_at.replace(year=call.closes_at.year + 1, month=1, day=5), "Menunggu bahan", by="secretary")
    refused = press(browser, town.call, text)
    assert "Versi baru hanya mengubah ketentuan" in refused.text


@pytest.mark.parametrize("stage", [None, *(AwardStage.PROPOSED, AwardStage.APPROVED, AwardStage.SCHEDULED, AwardStage.DECLINED)])
def test_no_number_tells_whether_an_award_was_proposed_declined_or_waits(town: Town, stage: AwardStage | None) -> None:
    idea = town.build_idea(IdeaStage.ROLLED_OUT)
    if stage is not None:
        town.build_award(stage, idea=idea)
    with town.store.reading() as session:
        (held,) = count_held(session, session.get_one(Call, town.call))
    assert (held.number, dict(held.by_stage), held.drafts, held.under_way) == (1, {"rolled_out": 1}, 0, 1)


def test_each_version_is_told_with_its_own_ideas(town: Town) -> None:
    town.build_idea(IdeaStage.SCREENING)
    with town.store.unit_of_work() as session:
        take_as_printed(session, validate_policy({**POLICY, "pass_mark": 70}))
    town.amend(town.call, pass_mark=70)
    town.build_idea(title="Loket keliling")
    town.build_idea(IdeaStage.REJECTED, title="Antrean puskesmas")
    with town.store.reading() as session:
        held = count_held(session, session.get_one(Call, town.call))
    assert [(each.number, dict(each.by_stage)) for each in held] == [(1, {"screening": 1}), (2, {"draft": 1, "rejected": 1})]
    assert town.rows(select(PolicyVersion.number).where(col(PolicyVersion.signed_at).is_(None))) == []
