"""The pages on which chair and leader read a policy and sign it, and the leader sets ceilings: what changes, what it pays, who acts."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel
from sqlmodel import select

from api.pages.texts import texts
from models import policy as policies
from models.calls import Call, CallState, Ceiling, PolicyVersion
from models.ids import new_id
from tests.api.pages.browsing import open_browser, send
from tests.building import POLICY, Town
from tests.specimens import take_as_printed
from tests.workflows.region.test_signatures import plan
from workflows.calculations.rule_books import FixedTiers, Tier
from workflows.process.duties import LOOSENABLE
from workflows.region.calls import amend_policy
from workflows.region.soundness import validate_policy

BOOK = POLICY["rule_book"]


def amend(town: Town, **changes: Any) -> str:
    """A second version of the usual call's policy, not signed yet; answers the path of its page."""
    body = {**POLICY, **changes}
    with town.store.unit_of_work() as session:
        take_as_printed(session, validate_policy(body))
    town.do(amend_policy, town.call, body, by="secretary")
    return f"/ketentuan/{town.call}/2"


def read(town: Town, who: str, path: str) -> str:
    """The text of a page."""
    answer = open_browser(town, who).get(path)
    assert answer.status_code == 200, answer.text
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text)))


def signed(town: Town) -> list[int]:
    return sorted(town.rows(select(PolicyVersion.number).where(PolicyVersion.signed_at.is_not(None))))  # type: ignore[union-attr]


def test_the_chair_finds_what_waits_in_the_inbox_reads_what_changes_and_signs(town: Town) -> None:
    dear = {**BOOK, "tiers": [{**BOOK["tiers"][0], "amount_rupiah": 12_000_000}, BOOK["tiers"][1]]}
    path = amend(town, rule_book=dear, movers={"verify": "auditor"}, pass_mark=70)
    assert "Sahkan ketentuan" in read(town, "chair", "/kotak-masuk")
    said = read(town, "chair", path)
    assert "Batas nilai Semula: 60 Menjadi: 70" in said
    assert "Aturan penghargaan, Predikat, Emas, Jumlah Semula: Rp10.000.001 Menjadi: Rp12.000.000" in said
    assert "Langkah yang diserahkan kepada peran lain Verifikasi Auditor" in said
    answer = send(open_browser(town, "chair"), path, path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?ok=policy_signed")
    assert signed(town) == [1, 2]
    after = read(town, "chair", path)
    assert f"Disahkan oleh {town['chair'].name}" in after
    assert "Berlaku untuk usulan baru" in after
    assert "Sahkan ketentuan" not in read(town, "chair", "/kotak-masuk")


def test_the_author_and_those_without_office_are_offered_no_signature(town: Town) -> None:
    path = amend(town, pass_mark=70)
    assert "Versi ini Anda tulis sendiri" in read(town, "secretary", path)
    for who in ("secretary", "auditor", "admin"):
        assert "Sahkan versi 2" not in read(town, who, path)
    for who in ("lead", "stranger"):
        assert open_browser(town, who).get(path).status_code == 404
        assert open_browser(town, who).get(path.removesuffix("2") + "1").status_code == 200


LOOSENED = {  # as an official would name the two duties
    ("permit", "screen"): "Izin tertulis, Seleksi administrasi",
    ("determine", "permit"): "Penetapan, Izin tertulis",
    ("approve", "permit"): "Persetujuan penghargaan, Izin tertulis",
    ("approve", "determine"): "Persetujuan penghargaan, Penetapan",
}


def test_whoever_signs_reads_which_duties_one_person_may_have_together(town: Town) -> None:
    assert LOOSENED.keys() == {*LOOSENABLE}
    said = read(town, "chair", amend(town, loosened=[*LOOSENED]))
    assert f"Tugas yang boleh dirangkap satu orang {' '.join(LOOSENED.values())} " in said


def test_what_keeps_a_version_from_being_signed_is_told_on_its_page(town: Town) -> None:
    call = plan(town, printed=False)
    said = read(town, "chair", f"/ketentuan/{call}/1")
    assert "Belum dapat disahkan Contoh dokumen dari ketentuan ini masih dicetak." in said
    assert "Sahkan versi 1" not in said


def test_a_version_that_was_signed_meanwhile_is_told_so(town: Town) -> None:
    path = amend(town, pass_mark=70)
    late = open_browser(town, "leader")
    shown = late.get(path).text
    send(open_browser(town, "chair"), path, path)
    fields = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', shown))
    answer = late.post(path, data=fields)
    assert answer.status_code == 409
    assert "Versi ini sudah disahkan" in answer.text


def test_the_leader_sets_ceilings_as_people_type_them_and_others_only_read_them(town: Town) -> None:
    page = "/batas-penghargaan"
    browser = open_browser(town, "leader")
    wrong = send(browser, page, page, tier_rupiah="20.000.000", call_rupiah="1.000.000", basis="Keputusan 1")
    assert wrong.status_code == 422
    assert "tidak boleh lebih kecil daripada batas untuk satu penghargaan" in wrong.text
    assert 'value="20.000.000"' in wrong.text, "what was typed is kept"
    answer = send(browser, page, page, tier_rupiah="Rp 20.000.000", call_rupiah="250.000.000", basis="Keputusan 1")
    assert answer.status_code == 303, answer.text
    newest = town.rows(select(Ceiling).order_by(Ceiling.number))[-1]  # type: ignore[arg-type]
    assert (newest.tier_rupiah, newest.call_rupiah, newest.set_by) == (20_000_000, 250_000_000, town["leader"].id)
    said = read(town, "chair", page)
    assert "Rp20.000.000" in said
    assert "Tetapkan batas baru" not in said


@pytest.mark.parametrize("page", ["/ketentuan", "/batas-penghargaan"])
def test_both_pages_stand_in_the_menu_of_those_who_prepare_calls(town: Town, page: str) -> None:
    for who, offered in (("chair", True), ("leader", True), ("secretary", True), ("lead", False)):
        assert (f'href="{page}"' in open_browser(town, who).get("/usulan").text) == offered


def test_whoever_prepares_no_call_reads_of_no_version_that_is_not_signed(town: Town) -> None:
    [code] = town.rows(select(Call.code).where(Call.id == town.call))
    assert code in read(town, "secretary", "/ketentuan")
    assert code not in read(town, "lead", "/ketentuan")
    assert "Belum ada periode usulan" in read(town, "lead", "/ketentuan")


@pytest.mark.parametrize("page", ["/ketentuan", "/laporan"])
def test_calls_of_many_years_are_paged_the_last_opened_first(town: Town, page: str) -> None:
    call_id = town.call
    with town.store.unit_of_work() as session:
        call = session.get_one(Call, call_id)
        [version] = session.exec(select(PolicyVersion).where(PolicyVersion.call_id == call.id))
        for year in range(1, 31):
            dates = {"opens_at": call.opens_at - timedelta(days=365 * year), "closes_at": call.closes_at - timedelta(days=365 * year)}
            old = Call(**{**call.model_dump(), **dates, "id": new_id(), "code": f"LAMA-{year}", "state": CallState.CLOSED})
            session.add(old)
            session.flush()
            session.add(PolicyVersion(**{**version.model_dump(), "id": new_id(), "call_id": old.id}))
    first = open_browser(town, "secretary").get(page).text
    assert re.findall("LAMA-[0-9]+", first) == [f"LAMA-{year}" for year in range(1, 25)]
    [after] = re.findall(r"\?after=([\w-]+)", first)
    assert re.findall("LAMA-[0-9]+", read(town, "secretary", f"{page}?after={after}")) == [f"LAMA-{year}" for year in range(25, 31)]


def test_every_part_of_a_policy_has_a_name_that_people_read() -> None:
    models = [each for each in vars(policies).values() if isinstance(each, type) and issubclass(each, BaseModel)]
    fields = {name for model in (*models, FixedTiers, Tier) for name in model.model_fields}
    assert {name for name in fields if f"part.{name}" not in texts()} == set()
