"""The pages of a call's end: its keepers let somebody in late, a second person confirms, the person finds it, everybody reads why."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from models.ideas import Idea
from models.instants import now
from models.late_permits import LatePermit
from models.stages import IdeaStage
from tests.api.pages.browsing import SENTENCE, open_browser, send
from tests.api.pages.test_call_life import page_of, typed
from tests.api.pages.test_calls import read
from tests.building import Town
from tests.clock import set_clock
from tests.workflows.region.test_call_life import WHY, call_of
from workflows.region.calls import close_call
from workflows.region.confirmations import confirm
from workflows.region.late_permits import NewPermit, give_late_permit


def ended(town: Town, **closing: object) -> str:
    call = town.build_call(closing={"late_days": 7, **closing})
    town.do(close_call, call, by="secretary")
    return call


def give(town: Town, call: str, who: str = "stranger") -> str:
    new = NewPermit(town[who].number, now() + timedelta(days=2), WHY)
    return str(town.do(give_late_permit, call, new, by="secretary").id)


def test_a_permit_is_given_confirmed_and_used_through_the_pages(town: Town) -> None:
    call = ended(town)
    page = page_of(call)
    given = send(
        open_browser(town, "secretary"),
        page,
        f"{page}/izin-terlambat",
        employee_number=town["stranger"].number,
        until=typed(3),
        reason=WHY,
    )
    assert (given.status_code, given.headers["location"]) == (303, f"{page}?ok=late_given")
    assert "Menunggu konfirmasi" in read(town, "secretary", page)
    assert town["stranger"].name not in open_browser(town).get(page).text
    [permit] = town.rows(select(LatePermit.id))
    leader = open_browser(town, "leader")
    waiting = leader.get("/konfirmasi").text
    assert all(each in waiting for each in ("Izin terlambat", town["stranger"].name, WHY, "Diajukan oleh"))
    assert send(leader, "/konfirmasi", f"/konfirmasi/{permit}", do="confirm").status_code == 303
    stranger = open_browser(town, "stranger")
    assert "Anda diizinkan mengajukan satu usulan" in stranger.get("/usulan").text
    assert "Anda diizinkan mengajukan satu usulan setelah masa pengajuan berakhir" in stranger.get("/akun").text
    assert f"/usulan/baru?call={call}" in stranger.get("/usulan/baru").text
    form = "/usulan/baru"
    assert "akan ditandai terlambat" in stranger.get(f"{form}?call={call}").text
    texts = {
        "title": "Loket malam",
        "sections.background": SENTENCE,
        "sections.idea": SENTENCE,
        "call": call,
        "do": "submit",
        "team.0.share": "100",
        "form": "public_service",
        "medium": "digital",
    }
    written = send(stranger, f"{form}?call={call}", form, **texts)
    assert written.status_code == 303, written.text
    [idea] = town.rows(select(Idea).where(Idea.title == "Loket malam"))
    assert idea.stage == IdeaStage.SUBMITTED
    shown = stranger.get(f"/usulan/{idea.id}").text
    assert "dengan izin terlambat" in shown
    assert '<span class="badge gold">Terlambat</span>' in shown
    everybody = open_browser(town).get(page).text
    assert "Diberikan: 1. Dipakai: 1." in everybody
    assert WHY in everybody
    assert town["stranger"].name not in everybody
    assert "Sudah dipakai" in read(town, "secretary", page)
    assert "Anda diizinkan" not in stranger.get("/usulan").text


def test_what_is_wrong_with_a_permit_is_said_at_its_fields_and_what_was_typed_stays(town: Town) -> None:
    call = ended(town)
    page = page_of(call)
    refused = send(open_browser(town, "secretary"), page, f"{page}/izin-terlambat", employee_number="123", until=typed(30), reason=WHY)
    assert refused.status_code == 422
    assert "Tidak ada ASN aktif dengan NIP/NI PPPK ini" in refused.text
    assert "izin terlambat paling lama sampai" in refused.text
    assert f">\n{WHY}</textarea>" in refused.text


def test_a_permit_is_taken_back_on_the_calls_page(town: Town) -> None:
    call = ended(town)
    permit, page = give(town, call), page_of(call)
    town.do(confirm, permit, by="second_admin")
    taken = send(open_browser(town, "secretary"), page, f"{page}/izin-terlambat/{permit}")
    assert (taken.status_code, taken.headers["location"]) == (303, f"{page}?ok=late_ended")
    assert "Dicabut" in read(town, "secretary", page)
    assert "mengajukan usulan setelah masa pengajuan berakhir dicabut" in read(town, "stranger", "/akun")
    assert f'action="{page}/izin-terlambat"' in open_browser(town, "secretary").get(page).text, "another may be given"


def test_only_the_keepers_are_offered_to_let_somebody_in_and_only_while_that_is_allowed(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_call, call, strict = town.build_call(closing={"late_days": 7}), ended(town), town.build_call()
    for who, page, offered in (
        ("secretary", page_of(call), True),
        ("admin", page_of(call), True),
        ("chair", page_of(call), False),
        ("lead", page_of(call), False),
        (None, page_of(call), False),
        ("secretary", page_of(open_call), False),
        ("secretary", page_of(strict), False),
    ):
        assert (f'action="{page}/izin-terlambat"' in open_browser(town, who).get(page).text) == offered, (who, page)
    assert "Izin terlambat" not in open_browser(town).get(page_of(strict)).text
    set_clock(monkeypatch, tmp_path, now() + timedelta(days=8))
    assert "/izin-terlambat" not in open_browser(town, "secretary").get(page_of(call)).text


def test_everybody_reads_how_a_call_closes(town: Town) -> None:
    call = town.build_call(closing={"grace_minutes": 60, "is_sealed": True})
    shown = open_browser(town).get(page_of(call)).text
    assert "Kelonggaran sampai" in shown
    assert "hanya dapat dibaca tim pengusul dan kepala unit yang memberi izin" in shown


def test_a_call_that_was_closed_early_tells_of_no_grace(town: Town) -> None:
    call = town.build_call(closing={"grace_minutes": 60})
    assert "Kelonggaran sampai" in open_browser(town).get(page_of(call)).text
    town.do(close_call, call, by="secretary")
    assert "Kelonggaran sampai" not in open_browser(town).get(page_of(call)).text


def test_a_sealed_call_shows_its_keepers_no_number_and_no_amendment(town: Town) -> None:
    call = town.build_call(closing={"is_sealed": True})
    idea = town.build_idea(IdeaStage.SCREENING, call=call)
    shown = read(town, "secretary", page_of(call))
    assert "Sudah diajukan" not in shown
    assert "/perubahan/" not in open_browser(town, "secretary").get(page_of(call)).text
    asked = send(open_browser(town, "secretary"), page_of(call), f"{page_of(call)}/perpanjang", until=typed(40), reason=WHY)
    assert asked.status_code == 200
    assert "Sudah diajukan" not in asked.text
    for who in ("lead", "head"):
        assert "sekretariat baru dapat membaca" in read(town, who, f"/usulan/{idea}")
    assert open_browser(town, "secretary").get(f"/usulan/{idea}").status_code == 404


def test_within_the_grace_the_form_says_that_an_idea_will_be_late(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call = town.build_call(closing={"grace_minutes": 60})
    idea = town.build_idea(call=call)
    form = f"/usulan/{idea}/ubah"
    assert "ditandai terlambat" not in read(town, "lead", form)
    set_clock(monkeypatch, tmp_path, call_of(town, call).closes_at + timedelta(minutes=7))
    shown = read(town, "lead", form)
    assert "ditandai terlambat" in shown
    assert "Ajukan usulan" in shown
    town.take(idea, "submit")
    assert "Diajukan 7 menit setelah batas, dalam masa kelonggaran." in read(town, "lead", f"/usulan/{idea}")
