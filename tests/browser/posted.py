"""The pages that answer a form, and the forms that stand on no page of the scene: each is looked at as the pages of the routes are."""

from datetime import timedelta

from models.instants import now
from models.people import EmploymentKind
from models.stages import AwardStage, IdeaStage
from tests.api.pages.browsing import PASSWORD, give_password
from tests.browser.scene import Shot, build_late_call
from tests.building import Town
from tests.outsiders import outsider, welcome
from tests.steps import REASON

NEW = (("name", "Euis Komariah"), ("employee_number", "199005052015012001"))
GUEST = (("name", "Laras Kamayanti"), ("kind", "mentor"), ("sign_in_name", "pendamping.maleber"))
ALIKE = (("sign_in_name", "jurlpers"),)
GRANTED = (("outcome", "granted"), ("reason", REASON))
FILE = (("what", "people"), ("file", "NIP;Nama;Unit Kerja\n123;Ani;Kelurahan Nihil\n1,97E+17;;MALEBER\n"))
WRONG_CALL = (("v.closes_at", "besok"), ("v.policy.quorum", "1"))
REJECTED = (("outcome", "rejected"), ("reason", REASON))
STAGES = (IdeaStage.DRAFT, IdeaStage.AWAITING_PERMISSION, IdeaStage.IN_REVIEW, IdeaStage.RECOMMENDED, IdeaStage.DEFERRED)


def set_forms(town: Town) -> list[Shot]:
    """Ideas and awards whose forms the scene does not show, and what comes back when some are sent."""
    draft, waiting, scoring, recommended, deferred = map(town.build_idea, STAGES)
    asked = town.ask_team(title="Peta Lampu Jalan")
    trial, adopted, returned = town.build_idea(IdeaStage.IN_PILOT), town.build_idea(IdeaStage.DETERMINED), town.build_returned()
    town.take(trial, "measure")
    welcome(town, "mayor")
    welcome(town, "juror", outsider(EmploymentKind.OUTSIDE_JUROR, "juri.pers"))
    scheduled, approved = town.build_award(AwardStage.SCHEDULED), town.build_award(AwardStage.APPROVED)
    return [
        Shot("Draf", "lead", f"/usulan/{draft}"),
        Shot("Anggota yang belum menjawab", "lead", f"/usulan/{asked}"),
        Shot("Draf yang menunggu jawaban tim", "lead", f"/usulan/{asked}/ubah", "Ajukan usulan"),
        Shot("Tarik usulan: periksa dulu", "lead", f"/usulan/{waiting}", "Tarik usulan ini", (("reason", REASON),)),
        Shot("Penunjukan penilai", "secretary", f"/usulan/{scoring}"),
        Shot("Penetapan", "deputy", f"/usulan/{recommended}"),
        Shot("Penetapan: periksa dulu", "deputy", f"/usulan/{recommended}", "Simpan penetapan", REJECTED),
        Shot("Lanjutkan usulan yang ditunda", "secretary", f"/usulan/{deferred}"),
        Shot("Usulan yang diminta dilengkapi", "lead", f"/usulan/{returned}"),
        Shot("Usulan yang ditetapkan", "secretary", f"/usulan/{adopted}"),
        Shot("Hasil ukur", "owner", f"/usulan/{trial}"),
        Shot("Hasil ukur yang perlu diperbaiki", "owner", f"/usulan/{trial}", "Simpan hasil ukur"),
        Shot("Jadwal pengumuman", "leader", f"/penghargaan/{approved}"),
        Shot("Pencabutan", "leader", f"/penghargaan/{scheduled}", "Cabut penghargaan"),
        *_set_calls(town),
        Shot("Tutup akun: periksa dulu", "admin", f"/pegawai/{town['mate'].id}", "Tutup akun"),
        Shot("Berhenti bertugas: periksa dulu", "admin", f"/pegawai/{town['mate'].id}", "Catat berhenti bertugas", (("reason", REASON),)),
        Shot("Data pegawai yang tidak berubah", "admin", f"/pegawai/{town['mate'].id}", "Simpan data"),
        Shot("Ekspor tanpa pilihan", "admin", "/ekspor", "Unduh berkas"),
        Shot("Data orang tanpa NIP/NI PPPK", "admin", f"/pegawai/{town['mayor'].id}"),
        Shot("Nama masuk yang terlalu mirip", "admin", f"/pegawai/{town['mayor'].id}", "Ganti nama masuk", ALIKE),
        Shot("Kode bagi orang tanpa NIP/NI PPPK", "admin", "/pegawai", "Daftarkan dan buat kode", GUEST),
        Shot("Akun orang tanpa NIP/NI PPPK", "mayor", "/akun"),
        Shot("Berkas yang perlu diperbaiki", "admin", "/impor", "Periksa dahulu", FILE),
        Shot("Ketentuan yang perlu diperbaiki", "secretary", "/ketentuan/baru?dari=kipp_style", "Terapkan isian", WRONG_CALL),
        Shot("Lembar kode aktivasi", "operator", "/pegawai", "Buat lembar kode", (("unit_code", "MALEBER"),)),
        *_answer_strangely(town, f"/usulan/{waiting}"),
    ]


def _set_calls(town: Town) -> list[Shot]:
    """The steps of a call's life, refused and asked to be confirmed."""
    page, longer = f"/periode-usulan/{town.call}", (("policy.days.screening", "14"), ("reason", REASON))
    until = (("until", f"{now() + timedelta(days=50):%Y-%m-%dT%H:%M}"), ("reason", REASON))
    late = f"/periode-usulan/{build_late_call(town, 'UJI-LUPA')}"
    return [
        Shot("Perpanjangan yang perlu diperbaiki", "secretary", page, "Perpanjang"),
        Shot("Perpanjang masa pengajuan: periksa dulu", "secretary", page, "Perpanjang", until),
        Shot("Tutup lebih awal: periksa dulu", "secretary", page, "Tutup lebih awal"),
        Shot("Izin terlambat yang perlu diperbaiki", "secretary", late, "Minta konfirmasi"),
        Shot("Perubahan: periksa dulu", "secretary", f"{page}/perubahan/1", "Susun perubahan", longer),
        Shot("Perubahan yang perlu diperbaiki", "secretary", f"{page}/perubahan/1", "Susun perubahan", (("policy.days.review", "1"),)),
    ]


def _answer_strangely(town: Town, idea: str) -> list[Shot]:
    """What comes where a code is made, where a session ended before its form was sent, and where a form is not ours."""
    give_password(town, "head")
    proof = ("Masuk", (("identifier", town["head"].number), ("password", PASSWORD)))
    return [
        Shot("Kode aktivasi", "operator", "/pegawai", "Daftarkan dan buat kode", NEW),
        Shot("Sesi berakhir", "head", idea, "Simpan keputusan", GRANTED, is_ended=True),
        Shot("Kirim ulang", "head", idea, "Simpan keputusan", GRANTED, (proof,), is_ended=True),
        Shot("Formulir yang tidak sah", "lead", "/akun", "Kirim kode", (("email", "sari@kota.example"), ("form_token", "x"))),
    ]
