"""The pages of clocks: pauses by two people, the reminders of the inbox, what happens when nobody acts; and the same by the API."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.pauses import ClockPause
from models.stages import IdeaStage
from tests.api.pages.browsing import open_browser, send
from tests.api.pages.test_calls import read
from tests.asking import ask
from tests.building import Town
from tests.clock import set_clock
from tests.workflows.region.declaring import recount
from tests.workflows.region.pausing import WHY, let_stand, stopped
from tests.workflows.turns import tick

MONDAY = datetime(2026, 12, 21, 2, tzinfo=UTC)
PAUSE = {"cause": "flood", "unit_code": "ANDIR", "call_code": "", "first_day": "2026-12-22", "last_day": "2026-12-25", "reason": WHY}


@pytest.fixture(autouse=True)
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    set_clock(monkeypatch, tmp_path, MONDAY)
    return lambda instant: set_clock(monkeypatch, tmp_path, instant)


def test_an_admin_declares_another_confirms_and_everybody_reads(town: Town) -> None:
    assert "Belum ada ketentuan periode usulan yang menyebut sebab jeda" in read(town, "admin", "/jeda")
    town.build_call(**stopped("screening"))
    answer = send(open_browser(town, "admin"), "/jeda", "/jeda", **PAUSE)
    assert answer.headers["location"] == "/jeda?ok=pause_declared"
    assert "Menunggu konfirmasi" in read(town, "admin", "/jeda")
    assert "Banjir" not in read(town, "lead", "/jeda"), "what waits is for the two alone"
    asked = read(town, "second_admin", "/konfirmasi")
    for shown in ("Jeda tenggat", "Banjir", "22 Desember 2026 sampai 25 Desember 2026", WHY):
        assert shown in asked
    [pause] = town.rows(select(ClockPause))
    send(open_browser(town, "second_admin"), "/konfirmasi", f"/konfirmasi/{pause.id}", do="confirm")
    said = read(town, "lead", "/jeda")
    for shown in ("Berlaku", "Banjir: 22 Desember 2026 sampai 25 Desember 2026", "Usulan Kecamatan Andir dan unit di bawahnya", WHY):
        assert shown in said
    assert 'action="/jeda"' not in open_browser(town, "lead").get("/jeda").text


def test_an_ideas_history_says_why_its_date_moved(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING, call=town.build_call(**stopped("screening")))
    let_stand(town, date(2026, 12, 22), date(2026, 12, 25))
    recount(town)
    said = read(town, "lead", f"/usulan/{idea}")
    assert "Tenggat diundur menurut kalender atau jeda" in said
    assert "Banjir: 22 Desember 2026 sampai 25 Desember 2026 tidak dihitung." in said


def test_a_pause_by_the_api(client: TestClient, town: Town) -> None:
    town.build_call(**stopped("screening"))
    made = ask(client, town["admin"], "POST /pauses", PAUSE)
    assert (made.status_code, made.json()["confirmed_at"], made.json()["counts_from"]) == (201, None, "2026-12-22")
    again = ask(client, town["admin"], "POST /pauses", PAUSE)
    assert (again.status_code, again.json()["type"]) == (409, "urn:gagas:problem:pause_declared")
    [waiting] = [row for row in ask(client, town["second_admin"], "GET /confirmations").json() if row["kind"] == "pause"]
    assert (waiting["first_day"], waiting["last_day"], waiting["about"]) == ("2026-12-22", "2026-12-25", "Banjir")
    ask(client, town["second_admin"], f"POST /confirmations/{waiting['id']}/approval")
    listed = ask(client, town["lead"], "GET /pauses").json()
    assert [(each["label_en"], each["unit"], each["declared_by"]) for each in listed["pauses"]] == [
        ("Flood", "Kecamatan Andir", "Mulyadi Sastranegara")
    ]
    assert (listed["waiting"], [each["name"] for each in listed["causes"]]) == ([], ["flood"])


def test_the_inbox_says_when_one_was_reminded_and_when_next(client: TestClient, town: Town, clock: Any) -> None:
    call = town.build_call(clocks=[{"wait": "screening", "remind": [-3, 1]}])
    town.build_idea(IdeaStage.SCREENING, call=call)
    clock(datetime(2026, 12, 25, 2, tzinfo=UTC))
    tick(town)
    said = read(town, "secretary", "/kotak-masuk")
    assert "Diingatkan 25 Des 2026" in said
    assert "Pengingat berikutnya 29 Des 2026" in said
    [task] = ask(client, town["secretary"], "GET /inbox").json()["inbox"]
    assert (len(task["reminded_at"]), task["remind_at"]) == (1, "2026-12-29T01:00:00Z")


def test_a_calls_page_says_what_happens_when_nobody_acts(town: Town) -> None:
    clocks = [{"wait": "permission", "paused_by": ["flood"], "remind": [-3, 0]}, {"wait": "screening", "begins": "call_closed"}]
    call = town.build_call(on_silence="refused", pauses=stopped()["pauses"], clocks=clocks)
    said = read(town, "lead", f"/periode-usulan/{call}")
    for shown in (
        "Tenggat, dan bila tidak ada yang bertindak",
        "7 hari sejak diminta. Berhenti selama jeda karena: Banjir. Diingatkan: 3 hari sebelumnya, pada hari terakhir.",
        "Bila kepala unit tidak menjawab, izin dianggap tidak diberikan dan usulan ditutup.",
        "sejak penutupan periode usulan, mana yang lebih kemudian",
        "Bila tidak dilengkapi, usulan ditutup.",
    ):
        assert shown in said
    assert "Bila tidak dijawab, diteruskan kepada atasan." in read(town, "lead", f"/periode-usulan/{town.call}")


def test_it_says_of_each_gate_who_is_asked_until_when_and_what_follows(town: Town) -> None:
    visit = {"name": "visit", "label": "Kunjungan", "label_en": "Visit", "stage": "shortlisted", "days": 9}
    gates = [{**visit, "role": "unit_head"}, {**visit, "name": "talk", "role": "chair", "label": "Temu wicara", "days": 8}]
    gates.append({**visit, "name": "hearing", "role": "chair", "label": "Dengar pendapat", "days": 6, "stage": "rejected"})
    said = read(town, "lead", f"/periode-usulan/{town.build_call(gates=gates, clocks=[{'wait': 'gate:visit', 'remind': [-3, 2]}])}")
    for shown in (
        "Kepala unit: Kunjungan",
        "9 hari sejak diminta. Diingatkan: 3 hari sebelumnya, 2 hari sesudahnya. Bila tidak dijawab sampai 2 hari sesudahnya, diteruskan",
        "Setelah kepala unit yang paling atas, tugas itu tetap terlambat.",
        "8 hari sejak diminta. Bila terlewati, yang bertugas diingatkan setiap pagi dan pengusul diberi tahu tenggat barunya;",
        "6 hari sejak diminta. Bila terlewati, yang bertugas diingatkan setiap pagi; tidak ada yang berubah",
    ):
        assert shown in said, shown


def test_it_counts_reminders_and_passing_up_as_the_wait_is_counted_and_names_the_last_notice(town: Town) -> None:
    clocks = [{"wait": "permission", "remind": [-2, 3]}, {"wait": "supplement", "remind": [-3, -1]}, {"wait": "verdict", "remind": [2]}]
    days = {"permission": {"amount": 5, "unit": "working_days"}, "verdict": {"amount": 1, "unit": "months"}}
    said = read(town, "lead", f"/periode-usulan/{town.build_call(days=days, clocks=clocks)}")
    for shown in (
        "5 hari kerja sejak diminta. Diingatkan: 2 hari kerja sebelumnya, 3 hari kerja sesudahnya.",
        "Bila tidak dijawab sampai 3 hari kerja sesudahnya, diteruskan kepada atasan. Setiap atasan yang diminta mendapat 5 hari kerja,",
        "14 hari sejak diminta. Diingatkan: 3 hari sebelumnya. Pengingat terakhir diberikan sehari kerja sebelumnya.",
        "Bila pengingat terakhir terlambat diberikan, tenggatnya diundur sehari kerja sesudah pengingat itu.",
        "Sesudah dilengkapi: sisa hari kerja saat usulan dikembalikan, sedikitnya 3 hari kerja.",
        "1 bulan sejak diminta. Diingatkan: 2 hari sesudahnya.",
        "yang bertugas diingatkan setiap pagi dan pengusul diberi tahu tenggat barunya",
        "lalu ketua yang memberi rekomendasi.",
    ):
        assert shown in said
