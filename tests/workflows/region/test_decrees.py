"""Decrees: plausible in number and day, recorded once, the same wherever they are named.

Who would err or cheat: somebody who types 1900 or 2099 for the year, a decree dated before the ideas it rewards, the number of one decree
under the day of another, a second PDF under a number that is known. An inspector takes the decree, finds its number, day and hash on the
award and in the chain.
"""

import hashlib
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.decrees import Decree, DecreeKind
from models.instants import today
from models.ledger import LedgerEntry
from models.pilots import Pilot
from models.stages import AwardStage, IdeaStage
from tests.api.pages.browsing import confirm, fields_of, open_browser, send
from tests.asking import ask, check_problem
from tests.building import Town
from tests.steps import REASON, plan
from tests.workflows.turns import Clock, clock
from workflows.pilot.start import plan_pilot
from workflows.process.refusals import Conflict, Invalid
from workflows.region.decrees import NamedDecree
from workflows.review.determine import Determination, determine_idea
from workflows.reward.approve import approve_award

__all__ = ["clock"]
PDF, OTHER_PDF = "ab" * 32, "cd" * 32
A_DAY = timedelta(days=1)


def approve(town: Town, award: str, number: str = "100.3/7/2026", on: date | None = None, sha256: str | None = None) -> Any:
    return town.do(approve_award, award, decree=NamedDecree(number, on or today(), sha256), by="leader")


def day_of(on: date | timedelta) -> date:
    """A day as the tests write it, or one counted from the day on which the test itself runs: midnight may pass after they are read."""
    return on if isinstance(on, date) else today() + on


def propose(town: Town) -> str:
    """A proposed award of an idea whose decree of adoption was issued today."""
    return town.build_award(AwardStage.PROPOSED)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "text_empty"),
        ("  ", "text_empty"),
        ("Keputusan Wali Kota", "decree_number_without_digit"),
        ("-", "decree_number_without_digit"),
        ("100.3/7\0", "control_characters"),
        ("100.3/7 🚀", "unprintable_characters"),
        ("1" * 101, "text_too_long"),
    ],
)
def test_a_number_that_no_decree_has_is_refused(town: Town, number: str, code: str) -> None:
    with pytest.raises(Invalid, match=code) as refused:
        approve(town, propose(town), number)
    assert refused.value.field == "decree_number"
    assert town.rows(select(Decree).where(Decree.kind == DecreeKind.AWARD)) == []


@pytest.mark.parametrize(
    ("on", "code"),
    [
        (date(2099, 1, 1), "decree_day_ahead"),
        (date(1900, 1, 1), "decree_before_call"),
        (A_DAY, "decree_day_ahead"),
        (-60 * A_DAY, "decree_before_call"),
        (-A_DAY, "decree_before_adoption"),
    ],
    ids=["2099", "1900", "tomorrow", "before the call", "before the adoption"],
)
def test_a_day_that_the_decree_cannot_have_is_refused(town: Town, on: date | timedelta, code: str) -> None:
    with pytest.raises(Invalid, match=code) as refused:
        approve(town, propose(town), on=day_of(on))
    assert refused.value.field == "decree_on"


def test_today_is_the_regions_day_and_not_that_of_greenwich(town: Town, clock: Clock) -> None:
    clock.set("2026-11-24T00:30:00+07:00")
    award = propose(town)
    approve(town, award, on=date(2026, 11, 24))
    with pytest.raises(Invalid, match="decree_day_ahead"):
        approve(town, propose(town), "100.3/8/2026", date(2026, 11, 25))


@pytest.mark.parametrize("on", [date(1900, 5, 1), date(2099, 1, 1)])
def test_no_idea_is_adopted_under_a_decree_of_1900_or_2099(town: Town, on: date) -> None:
    idea = town.build_idea(IdeaStage.RECOMMENDED)
    with pytest.raises(Invalid, match="decree_") as refused:
        town.do(determine_idea, idea, Determination.ADOPTED, reason=REASON, decree=NamedDecree("100.3/1", on), by="leader")
    assert refused.value.field == "decree_on"


@pytest.mark.parametrize(
    ("number", "on", "code"),
    [
        ("Tanpa nomor", 0 * A_DAY, "decree_number_without_digit"),
        ("100.3/5", None, "decree_day_missing"),
        ("", 0 * A_DAY, "text_empty"),
        ("100.3/5", A_DAY, "decree_day_ahead"),
        ("100.3/5", -A_DAY, "decree_before_adoption"),
        ("100.3/5", date(1900, 1, 1), "decree_before_call"),
    ],
)
def test_a_pilots_decree_is_as_plausible(town: Town, number: str, on: date | timedelta | None, code: str) -> None:
    idea = town.build_idea(IdeaStage.DETERMINED)
    named = NamedDecree(number, None if on is None else day_of(on))
    with pytest.raises(Invalid, match=code):
        town.do(plan_pilot, idea, plan(town["owner"].id, decree=named), by="secretary")


def test_a_pilot_has_its_decrees_number_and_day_or_none(town: Town) -> None:
    idea = town.build_idea(IdeaStage.DETERMINED)
    town.do(plan_pilot, idea, plan(town["owner"].id, decree=NamedDecree("100.3/5", today())), by="secretary")
    assert town.rows(select(Pilot.decree_number, Pilot.decree_on)) == [("100.3/5", today())]
    town.do(plan_pilot, idea, plan(town["owner"].id), by="secretary")
    assert town.rows(select(Pilot.decree_number, Pilot.decree_on)) == [("", None)]


# Recorded once


def test_the_awards_of_one_ceremony_share_one_decree(either_town: Town) -> None:
    town = either_town
    for award in (propose(town) for _ in range(3)):
        approve(town, award, "100.3.3.3/Kep.7/2026", sha256=PDF)
    (decree,) = town.rows(select(Decree).where(Decree.kind == DecreeKind.AWARD))
    assert (decree.number, decree.issued_on, decree.sha256, decree.recorded_by) == (
        "100.3.3.3/Kep.7/2026",
        today(),
        PDF,
        town["leader"].id,
    )
    assert decree.unit_id == town.units["BAPPEDA"][0]


@pytest.mark.parametrize("written", ["100.3/Kep.7/2026", "100.3/KEP.7/2026", "100.3 / Kep. 7 / 2026"])
def test_a_number_that_is_known_by_another_day_is_refused_however_it_is_written(town: Town, clock: Clock, written: str) -> None:
    first, second = propose(town), propose(town)
    approve(town, first, "100.3/Kep.7/2026")
    clock.set("2026-11-25T10:00:00+07:00")
    with pytest.raises(Conflict, match="decree_known_by_day") as refused:
        approve(town, second, written, date(2026, 11, 25))
    assert (refused.value.field, refused.value.parameters) == ("decree_on", {"day": "2026-11-24"})


def test_a_number_that_is_known_by_another_pdf_is_refused(town: Town) -> None:
    first, second = propose(town), propose(town)
    approve(town, first, sha256=PDF)
    with pytest.raises(Conflict, match="decree_known_by_file") as refused:
        approve(town, second, sha256=OTHER_PDF)
    assert refused.value.field == "decree_sha256"


def test_a_pdf_may_come_later_and_then_holds_for_all_that_follow(town: Town) -> None:
    first, second, third = (propose(town) for _ in range(3))
    approve(town, first)
    approve(town, second, sha256=PDF.upper())
    approve(town, third)
    assert [town.award(award).decree_sha256 for award in (first, second, third)] == [None, PDF, PDF]


def test_an_awards_decree_is_held_against_that_of_the_adoption_but_not_the_other_way_round(town: Town, clock: Clock) -> None:
    """An award is secret before its hour: whoever determines or plans is not told that its decree is there."""
    award, recommended = propose(town), town.build_idea(IdeaStage.RECOMMENDED)
    approve(town, award, "100.3/9")
    clock.set("2026-11-25T10:00:00+07:00")
    adopting = {"reason": REASON, "decree": NamedDecree("100.3/9", today()), "by": "leader"}
    town.do(determine_idea, recommended, Determination.ADOPTED, **adopting)
    other = propose(town)
    with pytest.raises(Conflict, match="decree_known_by_day"):
        approve(town, other, "100.3/1/20261124", today())


@pytest.mark.parametrize("digest", ["ab", "zz" * 32, PDF + "a"])
def test_what_is_no_sha256_is_refused(town: Town, digest: str) -> None:
    with pytest.raises(Invalid, match="digest_invalid"):
        approve(town, propose(town), sha256=digest)


def test_number_day_and_hash_stand_in_the_entry_of_the_step(town: Town) -> None:
    award = propose(town)
    approve(town, award, sha256=PDF)
    (entry,) = town.rows(select(LedgerEntry).where(LedgerEntry.kind == "award.approve.approved"))
    said = {name: entry.payload["detail"][name] for name in ("decree_number", "decree_on", "decree_sha256")}
    assert said == {"decree_number": "100.3/7/2026", "decree_on": today().isoformat(), "decree_sha256": PDF}


def test_over_http_a_decree_of_2099_is_refused_in_words(town: Town, client: TestClient) -> None:
    body = {"decree_number": "100.3/7/2026", "decree_on": "2099-01-01", "decree_sha256": PDF}
    path = f"/awards/{propose(town)}"
    told = ask(client, town["leader"], f"POST {path}/approval", body, accept_language="id")
    assert "belum tiba" in check_problem(told, 422, "decree_day_ahead", language="id")["detail"]
    approved = ask(client, town["leader"], f"POST {path}/approval", {**body, "decree_on": today().isoformat()})
    assert (approved.status_code, approved.json()["decree_sha256"]) == (200, PDF)


def upload(town: Town, award: str, content: bytes) -> Any:
    """The leader approves on the page, with a file."""
    path, browser = f"/penghargaan/{award}", open_browser(town, "leader")
    shown = browser.get(path).text
    typed = {"outcome": "approved", "decree_number": "100.3/7/2026", "decree_on": today().isoformat()}
    data = fields_of(shown, f"{path}/persetujuan") | typed
    asked = browser.post(f"{path}/persetujuan", data=data, files={"decree_file": ("keputusan.pdf", content, "application/pdf")})
    return confirm(browser, asked) if asked.status_code == 200 else asked


def test_of_an_uploaded_pdf_the_hash_is_recorded(town: Town) -> None:
    award, content = propose(town), b"%PDF-1.7\n...\nstartxref\n9\n%%EOF\n"
    assert upload(town, award, content).status_code == 303
    assert town.award(award).decree_sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("content", [b"\x89PNG", b"%PDF-1.7 cut off", b"x%PDF-1.7\nstartxref\n9\n%%EOF"])
def test_what_is_no_whole_pdf_is_refused_beside_the_field(town: Town, content: bytes) -> None:
    award = propose(town)
    answer = upload(town, award, content)
    assert (answer.status_code, town.award(award).stage) == (422, AwardStage.PROPOSED)
    assert 'id="approve-decree_file-error"' in answer.text
    assert "100.3/7/2026" in answer.text


def test_a_pdf_beyond_what_a_request_may_carry_is_refused(town: Town) -> None:
    assert upload(town, propose(town), b"%PDF-1.7" + b"0" * 1_000_000).status_code == 413


def test_without_a_file_the_page_takes_the_approval_as_before(town: Town) -> None:
    award = propose(town)
    assert upload(town, award, b"").status_code == 303
    assert town.award(award).decree_sha256 is None


def test_the_page_shows_the_hash_of_the_decree(town: Town) -> None:
    award = propose(town)
    path, browser = f"/penghargaan/{award}", open_browser(town, "leader")
    typed = {"outcome": "approved", "decree_number": "100.3/7/2026", "decree_on": today().isoformat(), "decree_sha256": PDF}
    assert confirm(browser, send(browser, path, f"{path}/persetujuan", **typed)).status_code == 303
    assert PDF in browser.get(path).text
