"""A town with ideas at every stage of their way, and every page that shows them: for the contact sheet, the crawl and the benchmark."""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import col, func, select, update

from models.awards import Award
from models.calendars import DeclaredKind
from models.documents import Document
from models.instants import now, today, wall_now
from models.outbox import ClockTick, Message, MessageState
from models.past_ideas import PastIdea
from models.people import HeadCapacity, NoticeKind, Role
from models.stages import IdeaStage
from tests.api.pages.browsing import SENTENCE
from tests.building import POLICY, Town
from tests.past import LAMPS, QUEUE, SORTING, tell, tell_and_confirm
from tests.past import row as past_row
from tests.steps import REASON
from tests.workflows.region.pausing import declare as declare_pause_of
from tests.workflows.region.pausing import let_stand, stopped
from workflows.intake.attach import NewFile, attach_file
from workflows.process.journal import send
from workflows.recognition.issue import Rendered, mark_issued, withdraw_certificates
from workflows.recognition.letters import number_certificates
from workflows.recognition.report import ask_report
from workflows.region.amendments import NewAmendment, amend_running
from workflows.region.calendar import NewDay, declare_day
from workflows.region.call_life import extend_call
from workflows.region.calls import amend_policy, close_call
from workflows.region.codes import renew_activation
from workflows.region.confirmations import confirm
from workflows.region.grants import give_role, grant_role
from workflows.region.heads import NewGrant
from workflows.region.late_permits import NewPermit, give_late_permit
from workflows.region.notices import send_notice
from workflows.region.people import move_person
from workflows.region.posts import Dated
from workflows.region.retirement import Leaving, retire_person

USED = ("Satu Loket untuk UMKM", "Posyandu Tepat Waktu", "Arsip Tanpa Debu")


@dataclass(frozen=True)
class Shot:
    """A page to photograph: its caption, who looks, its path, and what is filled in, picked and clicked before.

    Of a field named in `typed` that is a choice, the value is picked; `then` are the buttons pressed on the pages that come, with theirs.
    """

    caption: str
    who: str | None
    path: str
    press: str = ""
    typed: tuple[tuple[str, str], ...] = ()
    then: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    is_ended: bool = False  # whether the session ends before the click


FOR_ANYBODY = (
    Shot("Alur proses", None, "/proses"),
    Shot("Periksa dokumen", None, "/verifikasi"),
    Shot("Aktifkan akun", None, "/aktivasi"),
    Shot("Lupa kata sandi", None, "/lupa-kata-sandi"),
    Shot("Keluar", "lead", "/keluar"),
    Shot("Halaman yang tidak ada", None, "/tidak-ada"),
)


def _show_policies(town: Town) -> list[Shot]:
    amended = town.do(amend_policy, town.call, {**POLICY, "pass_mark": 70, "movers": {"verify": "auditor"}}, by="secretary").number
    return [
        Shot("Ketentuan", "chair", "/ketentuan"),
        Shot("Ketentuan baru", "secretary", "/ketentuan/baru"),
        Shot("Ketentuan baru dari contoh", "secretary", "/ketentuan/baru?dari=city_contest"),
        Shot("Sahkan ketentuan", "chair", f"/ketentuan/{town.call}/{amended}"),
        Shot("Batas penghargaan", "leader", "/batas-penghargaan"),
        *_show_calendar(town),
        *_show_life(town),
    ]


def _show_calendar(town: Town) -> list[Shot]:
    """A day of the region that counts, and one that waits for its confirmation; a pause of each kind."""
    town.build_call(code="UJI-JEDA", **stopped("screening"))
    let_stand(town, today() + timedelta(days=2), today() + timedelta(days=5))
    declare_pause_of(town, today() + timedelta(days=9), today() + timedelta(days=9))
    for ahead, name, name_en in ((12, "Hari Jadi Kota Contoh", "Anniversary of Contoh"), (19, "Pemilihan kepala desa", "Village election")):
        new = NewDay(today() + timedelta(days=ahead), DeclaredKind.HOLIDAY, name, name_en, "Keputusan Wali Kota Nomor 7 Tahun 2026")
        declared = town.do(declare_day, new, by="admin")
        if ahead == 12:
            town.do(confirm, declared.id, by="second_admin")
    return [
        Shot("Kalender kerja", "lead", "/kalender"),
        Shot("Tetapkan hari libur", "admin", "/kalender"),
        Shot("Konfirmasi hari libur", "second_admin", "/konfirmasi"),
        Shot("Jeda tenggat", "lead", "/jeda"),
        Shot("Tetapkan jeda", "admin", "/jeda"),
    ]


def _show_life(town: Town) -> list[Shot]:
    """A call that was extended, and one with an amendment that waits for its signature."""
    town.do(extend_call, town.call, now() + timedelta(days=40), REASON, by="secretary")
    amended = town.build_call(code="UJI-UBAH")
    town.build_idea(IdeaStage.SCREENING, call=amended, title="Loket Keliling Hari Pasar")
    changes = {"days.screening": 14, "documents.signatory.capacity": "Plt."}
    number = town.do(amend_running, amended, NewAmendment(1, changes, REASON), by="secretary").number
    late = build_late_call(town)
    return [
        Shot("Periode usulan", None, f"/periode-usulan/{town.call}"),
        Shot("Periode usulan bagi sekretariat", "secretary", f"/periode-usulan/{town.call}"),
        Shot("Ubah ketentuan usulan berjalan", "secretary", f"/periode-usulan/{amended}/perubahan/1"),
        Shot("Versi baru ketentuan", "secretary", f"/periode-usulan/{town.call}/versi-baru"),
        Shot("Sahkan perubahan", "chair", f"/ketentuan/{amended}/{number}"),
        Shot("Izin terlambat", "secretary", f"/periode-usulan/{late}"),
        Shot("Izin terlambat bagi siapa saja", None, f"/periode-usulan/{late}"),
        Shot("Izin terlambat bagi pengusulnya", "mate", "/usulan"),
        Shot("Konfirmasi izin terlambat", "leader", "/konfirmasi"),
        Shot("Arsip periode usulan", "secretary", "/ketentuan?arsip=1"),
    ]


def build_late_call(town: Town, code: str = "UJI-TERLAMBAT") -> str:
    """A call that ended early and let one person in; of another it waits for the confirmation."""
    call = town.build_call(code=code, closing={"grace_minutes": 60, "late_days": 7})
    town.do(close_call, call, by="secretary")
    for who in ("mate", "other_head"):
        new = NewPermit(town[who].number, now() + timedelta(days=3), "Bertugas di lokasi banjir selama dua minggu terakhir.")
        permit = town.do(give_late_permit, call, new, by="secretary")
        if who == "mate":
            town.do(confirm, permit.id, by="second_admin")
    return call


LISTS = (Shot("Daftar usulan", "secretary", "/daftar"), Shot("Terima beberapa usulan sekaligus", "secretary", "/seleksi"))
FILES = (
    Shot("Impor dari berkas", "admin", "/impor"),
    Shot("Impor pegawai unit sendiri", "operator", "/impor"),
    Shot("Ekspor ke berkas", "admin", "/ekspor"),
)
STAFF = (
    Shot("Pegawai", "operator", "/pegawai"),
    Shot("Daftar pegawai", "operator", "/pegawai?unit="),
    Shot("Daftar pegawai tanpa hasil", "operator", "/pegawai?unit=MALEBER&nama=zz"),
)


def set_scene(town: Town) -> list[Shot]:
    """Ideas at every stage of their way, and the pages that show them."""
    draft = town.build_idea(title="Antrean Puskesmas lewat Papan RW", sections={"background": SENTENCE})
    question = town.ask_team(title="Parkir Sepeda di Depan Loket")
    asked = town.build_idea(IdeaStage.SUPPLEMENT_ASKED, title="Buku Tamu Kelurahan tanpa Kertas")
    waiting = town.build_idea(IdeaStage.AWAITING_PERMISSION, title="Lampu Gang Dirawat Warga")
    screening = town.build_idea(IdeaStage.SCREENING, title="Kelas Malam untuk Pengurus RT")
    scoring = town.build_idea(IdeaStage.IN_REVIEW, title="Peta Saluran Air Buatan Warga")
    ready = town.build_idea(IdeaStage.SHORTLISTED, title="Bank Sampah Berhadiah Sembako")
    adopted = town.build_idea(IdeaStage.DETERMINED, title="Jadwal Posyandu di Ponsel Kader")
    concluded = town.build_idea(IdeaStage.PILOT_REPORTED)
    used = [town.build_idea(IdeaStage.DETERMINED, call=town.call_in_use, title=title) for title in USED]
    proposed, _, revoked = (_award(town, idea) for idea in used)
    genuine, withdrawn = (_certificate(town, idea, digest) for idea, digest in zip(used[1:], ("ab" * 32, "cd" * 32), strict=True))
    town.take(used[2], "revoke")
    town.do(withdraw_certificates, revoked, by="flow:recognition")
    town.do(ask_report, town.call_in_use, by="secretary")
    return [
        Shot("Beranda", None, "/"),
        Shot("Masuk", None, "/masuk"),
        Shot("Kotak masuk", "secretary", "/kotak-masuk"),
        Shot("Usulan saya", "lead", "/usulan"),
        Shot("Pilih periode usulan", "lead", "/usulan/baru"),
        Shot("Tulis usulan", "lead", f"/usulan/{draft}/ubah"),
        Shot("Isian yang perlu diperbaiki", "lead", f"/usulan/{draft}/ubah", "Ajukan usulan"),
        Shot("Diminta bergabung dengan tim", "mate", f"/usulan/{question}#tugas"),
        Shot("Lengkapi usulan", "lead", f"/usulan/{asked}/lengkapi"),
        Shot("Izin kepala unit", "head", f"/usulan/{waiting}#tugas"),
        Shot("Seleksi administrasi", "secretary", f"/usulan/{screening}#tugas"),
        Shot("Penilaian tanpa nama", town.reviewers(scoring)[0], f"/usulan/{scoring}#tugas"),
        Shot("Rekomendasi", "chair", f"/usulan/{ready}#tugas"),
        Shot("Verifikasi uji coba", "verifier", f"/usulan/{concluded}#tugas"),
        Shot("Rencana uji coba", "secretary", f"/usulan/{adopted}/rencana-uji-coba"),
        *LISTS,
        Shot("Penghargaan", "leader", "/penghargaan"),
        Shot("Hitungan penghargaan", "leader", f"/penghargaan/{proposed}"),
        Shot("Piagam asli", None, f"/v/{genuine}"),
        Shot("Piagam dicabut", None, f"/v/{withdrawn}"),
        Shot("Tidak ditemukan", None, "/v/" + "a" * 26),
        Shot("Dokumen saya", "lead", "/dokumen"),
        *_begin_with_accounts(town),
        Shot("Laporan", "secretary", "/laporan"),
        *_show_policies(town),
        *STAFF,
        *_show_files(town),
        Shot("Perjalanan sebuah usulan", "lead", f"/usulan/{concluded}"),
        Shot("Jejak audit", "auditor", "/jejak-audit"),
        _show_condition(town),
        *FOR_ANYBODY,
    ]


def _show_past(town: Town) -> list[Shot]:
    """A file of earlier years that counts, and one that waits for its confirmation."""
    tell_and_confirm(town, past_row(SORTING, number=town["mate"].number), past_row(QUEUE, outcome="Ditolak", initiator="Ujang Contoh"))
    waiting = tell(town, past_row(LAMPS, outcome="Berjalan"), name="Rekap usulan 2024.xlsx")
    [known] = town.rows(select(PastIdea.id).where(PastIdea.title == SORTING))
    return [
        Shot("Usulan terdahulu", "admin", "/usulan-terdahulu"),
        Shot("Asal usulan terdahulu", "head", f"/usulan-terdahulu/{known}"),
        Shot("Berkas usulan terdahulu", "admin", f"/usulan-terdahulu?berkas={waiting}"),
        Shot("Konfirmasi berkas usulan terdahulu", "leader", "/konfirmasi"),
    ]


def _show_files(town: Town) -> list[Shot]:
    """Files of offices, and of a draft: a paper, and one that waits for the scanner."""
    rule = {"most": 5, "kinds": ["photo", "pdf"], "least": {"photo": 2}}
    idea = town.build_idea(call=town.build_call(code="UJI-LAMPIRAN", attachments=rule), title="Loket Ramah Kursi Roda")
    for number, name in enumerate(("Denah loket sesudah.pdf", "Surat dukungan warga RW 04.pdf")):
        digest = f"{number}" * 64
        new = NewFile(name, "application/pdf", 482_113, digest, digest, waits_for_scanner=bool(number))
        town.do(attach_file, idea, new, by="lead")
    return [*FILES, Shot("Lampiran", "lead", f"/usulan/{idea}/lampiran"), *_show_past(town)]


def _show_condition(town: Town) -> Shot:
    """A mail that failed, a job that did, and one that nobody takes."""
    with town.store.unit_of_work() as session:
        send_notice(session, town["lead"].id, NoticeKind.ROLE_HELD, Role.REVIEWER)
        send(session, "tomorrow.celebrate", "x")
        dead = {"tell_holder": "SMTPRecipientsRefused at send_mail:50", "assign": "KeyError at find:7"}
        for job, error in dead.items():
            last = select(func.max(Message.id)).where(Message.job == job).scalar_subquery()
            session.execute(update(Message).where(col(Message.id) == last).values(state=MessageState.DEAD, error=error))
        session.execute(update(ClockTick).values(relay_at=wall_now(), prefect_at=wall_now()))
    return Shot("Keadaan sistem", "admin", "/keadaan-sistem")


def _begin_with_accounts(town: Town) -> list[Shot]:
    """What waits for a second person, and the pages of accounts."""
    town.do(grant_role, town["walker"].id, Role.VERIFIER, "KOTA", by="admin")
    town.do(renew_activation, town["head"].id, by="operator")
    return [
        Shot("Konfirmasi orang kedua", "second_admin", "/konfirmasi"),
        Shot("Akun saya", "chair", "/akun"),
        Shot("Pesan untuk Anda", "lead", "/pesan"),
        Shot("Alamat kalender", "lead", "/akun", "Buat alamat kalender"),
        Shot("Data pegawai", "admin", f"/pegawai/{town['chair'].id}"),
        *_show_posts(town),
    ]


def _show_posts(town: Town) -> list[Shot]:
    """Somebody who moved and acts as head, and somebody who left the service."""
    walker, stranger = town["walker"].id, town["stranger"].id
    town.do(move_person, walker, "ANDIR", Dated(reason="SK mutasi 821/2026"), by="admin")
    acting = NewGrant(Role.UNIT_HEAD, "ANDIR", HeadCapacity.DAILY, today() + timedelta(days=5), "Camat dinas luar")
    town.do(give_role, walker, acting, by="admin")
    town.do(retire_person, stranger, Leaving(today(), "Mencapai batas usia pensiun"), by="admin")
    return [
        Shot("Riwayat jabatan", "admin", f"/pegawai/{walker}"),
        Shot("Pegawai yang berhenti bertugas", "admin", f"/pegawai/{stranger}"),
    ]


def _award(town: Town, idea: str) -> str:
    town.take(idea, "roll_out")
    return town.build_award(idea=idea)


def _certificate(town: Town, idea: str, digest: str) -> str:
    town.take(idea, "approve approved", "announce")
    (award,) = town.rows(select(Award.id).where(Award.idea_id == idea))
    town.do(number_certificates, award, by="flow:recognition")
    (certificate,) = town.rows(select(Document).where(Document.award_id == award, Document.holder_id == town["lead"].id))
    town.do(mark_issued, certificate.id, Rendered(digest), by="flow:recognition")
    return str(certificate.token)
