"""An empty form tells at once all that is missing: every form of the pages, as a browser sends it when nothing was typed or picked."""

import html
import re
from collections.abc import Callable
from typing import NamedTuple

import pytest
from fastapi.routing import APIRoute

from api.pages.site import PAGES
from models.people import EmploymentKind
from models.policy import Days
from models.stages import AwardStage, IdeaStage
from tests.api.pages.browsing import open_browser
from tests.api.pages.test_all_at_once import fields_at_fault
from tests.attaching import build_draft
from tests.building import Town
from tests.outsiders import outsider, welcome
from tests.sharing import build_shared
from tests.workflows.intake.mentored import add_mentor, advised
from tests.workflows.region.pausing import stopped
from workflows.intake.dictate import dictate_idea
from workflows.region.calls import close_call


class Empty(NamedTuple):
    """A form of a page: who opens which page of the town, where the form is sent, its name, and the fields that must be told of."""

    who: str
    prepare: Callable[[Town], str]
    to: str
    name: str
    missing: str


def _paused(town: Town) -> str:
    town.build_call(**stopped("screening"))
    return "/jeda"


def _idea(stage: IdeaStage, rest: str = "") -> Callable[[Town], str]:
    return lambda town: f"/usulan/{town.build_idea(stage)}{rest}"


def _award(stage: AwardStage) -> Callable[[Town], str]:
    return lambda town: f"/penghargaan/{town.build_award(stage)}"


def _to_screen(town: Town) -> str:
    town.build_idea(IdeaStage.SCREENING)
    return "/seleksi"


def _misplaced(town: Town) -> str:
    town.build_call()  # to which it may be handed
    return f"/usulan/{town.build_idea(IdeaStage.SCREENING)}"


def _measured(town: Town) -> str:
    idea = town.build_idea(IdeaStage.IN_PILOT)
    town.take(idea, "measure")
    return f"/usulan/{idea}"


def _guest(town: Town) -> str:
    welcome(town, "guest", outsider(EmploymentKind.MENTOR))
    return f"/pegawai/{town['guest'].id}"


def _late_call(town: Town) -> str:
    call = town.build_call(closing={"late_days": 7})
    town.do(close_call, call, by="secretary")
    return f"/periode-usulan/{call}"


def _advised(town: Town) -> str:
    add_mentor(town)
    idea = town.build_idea()
    advised(town, idea)
    return f"/usulan/{idea}"


def _dictated(town: Town) -> str:
    return f"/usulan-titipan/{town.do(dictate_idea, town.call, town['mate'].number, town.proposal(team=()), by='operator').id}"


S, A = IdeaStage, AwardStage
WAITS = [wait for wait in Days.model_fields if wait != "retention"]  # how long a rejected idea is kept is never amended
PAPERS = ("documents.letterhead.lines", "documents.signatory.name", "documents.signatory.position")
AMENDED = " ".join(f"policy.{part}" for part in (*(f"days.{wait}" for wait in WAITS), *PAPERS)) + " reason"
FORMS = (
    Empty("", lambda _town: "/masuk", "/masuk", "signin", "identifier password"),
    Empty("", lambda _town: "/aktivasi", "/aktivasi", "activation", "identifier code password"),
    Empty("", lambda _town: "/lupa-kata-sandi", "/lupa-kata-sandi", "forgotten", "identifier"),
    Empty("lead", lambda _town: "/akun", "/akun/kata-sandi", "password", "present_password password"),
    Empty("lead", lambda _town: "/akun", "/akun/surel", "email", "email present_password"),
    Empty("lead", lambda _town: "/akun", "/akun/pesan", "messages", "pace"),
    Empty("mate", lambda town: f"/usulan/{town.ask_team()}", "*/persetujuan", "agree", "outcome"),
    Empty("lead", _idea(S.SCREENING, "/ganti"), "*", "replace", "leaver_id reason"),
    Empty("lead", _idea(S.SCREENING, "/ganti?utama=1"), "*", "replace", "person_id reason"),
    Empty("mate", _idea(S.SCREENING, "/ganti"), "*", "replace", "reason"),
    Empty("lead", lambda town: f"/usulan/{build_draft(town)}/lampiran", "*", "attach", "file"),
    Empty("head", _idea(S.AWAITING_PERMISSION), "*/izin", "permit", "outcome"),
    Empty("secretary", _idea(S.SCREENING), "*/seleksi", "screen", "outcome"),
    Empty("secretary", _idea(S.SCREENING), "*/hubungan", "link", "kind other reason"),
    Empty("secretary", _idea(S.SCREENING), "*/penggabungan", "merge", "other reason"),
    Empty("secretary", _misplaced, "*/pengalihan", "transfer", "call_id reason"),
    Empty("secretary", _to_screen, "/seleksi", "accept_many", "idea_ids"),
    Empty("secretary", _idea(S.IN_REVIEW), "*/penilai", "assign", "reviewer_id"),
    Empty("rater", _idea(S.IN_REVIEW), "*/nilai", "score", "points.novelty points.impact"),
    Empty("rater", _idea(S.IN_REVIEW), "*/pengunduran-diri", "recuse", "reason"),
    Empty("chair", _idea(S.SHORTLISTED), "*/rekomendasi", "recommend", "outcome reason"),
    Empty("deputy", _idea(S.RECOMMENDED), "*/penetapan", "determine", "outcome"),
    Empty("secretary", _idea(S.DEFERRED), "*/lanjut", "resume", "reason"),
    Empty("secretary", _idea(S.REJECTED), "*/buka-kembali", "reopen", "reason"),
    Empty("lead", _idea(S.REJECTED), "*/klaim", "claim", "adopted reason"),
    Empty("secretary", _idea(S.DETERMINED, "/rencana-uji-coba"), "*", "plan", "site starts_on ends_on indicators"),
    Empty("owner", _idea(S.IN_PILOT), "*/ukur", "measure", "measured_on value"),
    Empty("owner", _measured, "*/perbaiki-ukur", "correct", "measurement_id reason"),
    Empty("owner", _measured, "*/laporan-uji-coba", "conclude", "summary"),
    Empty("verifier", _idea(S.PILOT_REPORTED), "*/verifikasi", "verify", "outcome reason"),
    Empty("leader", _award(A.PROPOSED), "*/persetujuan", "approve", "outcome"),
    Empty("leader", _award(A.APPROVED), "*/jadwal", "schedule", "announce_at"),
    Empty("leader", _award(A.ANNOUNCED), "*/pencabutan", "revoke", "reason"),
    Empty("walker", lambda town: f"/rekan/{build_shared(town)}", "*/komentar", "comment", "text"),
    Empty("operator", _dictated, "*/konfirmasi", "confirm", "code"),
    Empty("operator", lambda _town: "/pegawai", "/pegawai", "register", "name employee_number"),
    Empty("operator", lambda _town: "/pegawai", "/pegawai/cari", "find", "identifier"),
    Empty("operator", lambda _town: "/pegawai", "/pegawai/kode", "renew", "identifier"),
    Empty("admin", lambda _town: "/pegawai", "/pegawai/peran", "role", "identifier role"),
    Empty("admin", lambda town: f"/pegawai/{town['mate'].id}", "*/pindah", "move", "unit_code"),
    Empty("admin", lambda town: f"/pegawai/{town['mate'].id}", "*/data", "details", "name"),
    Empty("admin", lambda town: f"/pegawai/{town['mate'].id}", "*/berhenti", "retire", "last_day reason"),
    Empty("admin", lambda town: f"/pegawai/{town['mate'].id}", "*/data-ganda", "double", "double reason"),
    Empty("admin", lambda town: f"/pegawai/{town['mate'].id}", "*/nomor", "number", "employee_number valid_from"),
    Empty("admin", _guest, "*/nama-masuk", "sign_in_name", "sign_in_name"),
    Empty("operator", lambda _town: "/pegawai", "/pegawai/lembar", "sheet", "unit_code"),
    Empty("operator", lambda _town: "/pegawai", "/pegawai/surel-kode", "mails", "unit_code"),
    Empty("admin", lambda _town: "/impor", "/impor", "import", "what file"),
    Empty("admin", lambda _town: "/ekspor", "/ekspor", "export", "what unit_code"),
    Empty("secretary", lambda town: f"/periode-usulan/{town.call}", "*/perpanjang", "extend_call", "until reason"),
    Empty("secretary", lambda town: f"/periode-usulan/{town.call}/perubahan/1", "*", "amend_running", AMENDED),
    Empty("secretary", lambda town: f"/periode-usulan/{town.call}/pendamping", "*", "mentor", "identifier themes capacity"),
    Empty("secretary", lambda town: f"/periode-usulan/{town.call}/klinik", "*", "clinic", "title place starts_at places"),
    Empty("secretary", lambda town: f"/periode-usulan/{town.call}/kursus", "*", "course", "theme title provider url"),
    Empty("lead", _idea(S.DRAFT), "*/pendamping", "ask_mentor", "wish"),
    Empty("mentor", _advised, "*/saran", "advise", "text"),
    Empty("secretary", _late_call, "*/izin-terlambat", "give_late", "employee_number until reason"),
    Empty("admin", lambda _town: "/kalender", "/kalender", "declare_day", "day kind name name_en source"),
    Empty("admin", _paused, "/jeda", "declare_pause", "cause unit_code first_day last_day reason"),
    Empty("leader", lambda _town: "/batas-penghargaan", "/batas-penghargaan", "ceiling", "tier_rupiah call_rupiah basis"),
)
# what has nothing that could be missing, and what test_all_at_once, test_own_email, test_call_form, test_new_version, test_dictated,
# test_mentoring, test_clinics and test_keeping ask
ELSEWHERE = {
    *("/keluar", "/bahasa", "/akun/sesi/{session_id}", "/akun/keluar-semua", "/akun/keluar-lainnya", "/akun/surel/kode"),
    *("/usulan/baru", "/usulan/{idea_id}/ubah", "/usulan/{idea_id}/lengkapi", "/usulan/{idea_id}/tarik", "/usulan/{idea_id}/salin"),
    *(f"/usulan/{form}/tulisan{last}" for form in ("baru", "{idea_id}/ubah", "{idea_id}/lengkapi") for last in ("", "/buang")),
    *("/usulan/{idea_id}/langkah/{action}", "/usulan/{idea_id}/tahapan/{name}", "/usulan/{idea_id}/penghargaan"),
    *("/usulan-titipan/baru", *(f"/usulan-titipan/{{dictated_id}}/{last}" for last in ("ubah", "lembar", "akhiri"))),
    *("/usulan/{idea_id}/lampiran/hapus", "/usulan/{idea_id}/keluar", "/usulan/{idea_id}/lanjutkan", "/pergantian/{replacement_id}"),
    *("/klaim/{claim_id}", "/penggabungan/{merge_id}", "/penggabungan/{merge_id}/bagian", "/pengalihan/{transfer_id}"),
    "/usulan/{idea_id}/penggabungan/{merge_id}",
    *("/keadaan-sistem", "/kalender/{day}/hapus", "/usulan/{idea_id}/hubungan/{link_id}"),
    *("/akun/kalender", "/akun/kalender/akhiri"),
    *(f"/rekan/{{idea_id}}/{last}" for last in ("dukungan", "ikuti", "komentar/{comment_id}/tarik")),
    *(f"/rekan/{{idea_id}}/komentar/{{comment_id}}/{last}" for last in ("sembunyikan", "tampilkan")),
    *("/bimbingan/{mentorship_id}", "/usulan/{idea_id}/pendamping/{mentorship_id}", "/periode-usulan/{call_id}/pendamping/{mentor_id}"),
    *(
        "/usulan/{idea_id}/klinik/{clinic_id}",
        "/usulan/{idea_id}/klinik/{clinic_id}/{booking_id}",
        "/periode-usulan/{call_id}/klinik/{clinic_id}",
        "/periode-usulan/{call_id}/kursus/{course_id}",
    ),
    *("/laporan/{call_id}", "/konfirmasi/{confirmation_id}", "/ketentuan/{call_id}/{number}", "/ketentuan/baru"),
    *(
        f"/periode-usulan/{{call_id}}/{last}"
        for last in ("buka", "tutup", "arsip", "kembalikan", "versi-baru", "izin-terlambat/{permit_id}")
    ),
    *(f"/pegawai/{{person_id}}/{last}" for last in ("peran/{grant_id}/akhiri", "hapus-surel", "tutup", "buka", "kode", "pulihkan")),
    "/pegawai/{person_id}/surel-kode",
}


def read_untouched(page: str, action: str) -> dict[str, str]:
    """The fields of a form as a browser sends it untouched, with every line, day and text emptied and nothing picked."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page, re.S)
    assert form, f"no form posts to {action}"
    hidden = {name: html.unescape(value) for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form[0])}
    typed = re.findall(r'<(?:input|textarea) id="[^"]*" name="([^"]*)"', form[0])
    picked = re.findall(r'<select id="[^"]*" name="([^"]*)".*?<option value="([^"]*)"', form[0], re.S)
    return hidden | dict.fromkeys(typed, "") | dict(picked)


@pytest.mark.parametrize("empty", FORMS, ids=lambda empty: empty.name)
def test_an_empty_form_tells_all_that_is_missing(town: Town, empty: Empty) -> None:
    path = empty.prepare(town)
    who = town.reviewers(path.rpartition("/")[2])[0] if empty.who == "rater" else empty.who
    browser, action = open_browser(town, who), empty.to.replace("*", path)
    refused = browser.post(action, data=read_untouched(browser.get(path).text, action))
    told = fields_at_fault(refused.text, empty.name)
    assert (refused.status_code, told) == (422, [field.replace(".", "-") for field in empty.missing.split()])


def test_every_form_of_the_pages_is_asked_for_what_it_misses() -> None:
    routes = [route for part in PAGES for route in part.router.routes if isinstance(route, APIRoute)]
    sent = {route.path for route in routes if "POST" in route.methods}
    asked = {re.sub(r"\*", "", each.to) for each in FORMS}
    assert {path for path in sent - ELSEWHERE if not any(path.endswith(each) for each in asked)} == set()
    assert sent >= ELSEWHERE
