"""The pages that answer a form, and the forms that stand on no page of the scene: each is looked at as the pages of the routes are."""

from datetime import date, timedelta

from models.entry_rules import Initiator
from models.instants import now
from models.links import LinkKind
from models.people import EmploymentKind
from models.stages import AwardStage, IdeaStage
from tests.answers import FORM, SAID
from tests.api.pages.browsing import PASSWORD, give_password
from tests.attaching import TAKING, put
from tests.browser.posted_around import set_around
from tests.browser.scene import Shot, build_late_call
from tests.building import Town
from tests.outsiders import outsider, welcome
from tests.steps import IDEA_STEPS, REASON
from tests.tables import FORM as TABLES
from tests.tables import ROWS, kept
from tests.tables import SAID as FILLED
from tests.workflows.region.pausing import stopped
from workflows.intake.dictate import dictate_idea
from workflows.intake.draft import revise_idea
from workflows.intake.links import NewLink, link_ideas, unlink_ideas
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.region.doubles import Double, merge_double
from workflows.region.people import NewPerson, register_person

NEW = (("name", "Euis Komariah"), ("employee_number", "199005052015012001"))
GUEST = (("name", "Laras Kamayanti"), ("kind", "mentor"), ("sign_in_name", "pendamping.maleber"))
DOUBLES = ("199005052015012002", "199005052015012003")
ALIKE = (("sign_in_name", "jurlpers"),)
GRANTED = (("outcome", "granted"), ("reason", REASON))
FILE = (("what", "people"), ("file", "NIP;Nama;Unit Kerja\n123;Ani;Kelurahan Nihil\n1,97E+17;;MALEBER\n"))
OWN_FILE = (("file", "NIP;Nama;Unit Kerja\n199005052015012004;Euis Komariah;MALEBER\n"),)
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
        Shot("Rekan yang ditemukan menurut nama", "mate", f"/usulan/baru?call={town.call}", "Cari rekan", (("colleague", "hesti"),)),
        Shot("Draf bagi anggota tim", "mate", f"/usulan/{draft}"),
        *_set_links(town),
        *set_around(town),
        *_set_answers(town),
        *_set_tables(town),
        *_set_calls(town),
        *_set_entry(town),
        *_set_dictated(town),
        *_set_screening(town),
        Shot("Tutup akun: periksa dulu", "admin", f"/pegawai/{town['mate'].id}", "Tutup akun"),
        Shot("Berhenti bertugas: periksa dulu", "admin", f"/pegawai/{town['mate'].id}", "Catat berhenti bertugas", (("reason", REASON),)),
        *_set_double(town),
        Shot("Data pegawai yang tidak berubah", "admin", f"/pegawai/{town['mate'].id}", "Simpan data"),
        Shot("Ekspor tanpa pilihan", "admin", "/ekspor", "Unduh berkas"),
        Shot("Data orang tanpa NIP/NI PPPK", "admin", f"/pegawai/{town['mayor'].id}"),
        Shot("Nama masuk yang terlalu mirip", "admin", f"/pegawai/{town['mayor'].id}", "Ganti nama masuk", ALIKE),
        Shot("Kode bagi orang tanpa NIP/NI PPPK", "admin", "/pegawai", "Daftarkan dan buat kode", GUEST),
        Shot("Akun orang tanpa NIP/NI PPPK", "mayor", "/akun"),
        Shot("Berkas yang perlu diperbaiki", "admin", "/impor", "Periksa dahulu", FILE),
        Shot("Berkas operator yang diterapkan", "operator", "/impor", "Terapkan", OWN_FILE),
        Shot("Ketentuan yang perlu diperbaiki", "secretary", "/ketentuan/baru?dari=kipp_style", "Terapkan isian", WRONG_CALL),
        Shot("Lembar kode aktivasi", "operator", "/pegawai", "Buat lembar kode", (("unit_code", "MALEBER"),)),
        Shot("Kode yang dikirim lewat surel", "operator", "/pegawai", "Kirim kode", (("unit_code", "CIROYOM"),)),
        *_answer_strangely(town, f"/usulan/{waiting}"),
    ]


def _set_double(town: Town) -> list[Shot]:
    """Somebody's second record, which is asked for before it goes; and another one that went."""
    page, mate = f"/pegawai/{town['mate'].id}", town["mate"]
    second, gone = (
        town.do(register_person, NewPerson(mate.name, number, EmploymentKind.PNS, "CIROYOM"), by="operator")[0].id for number in DOUBLES
    )
    town.do(merge_double, mate.id, Double(DOUBLES[1], has_true_number=False, reason=REASON), by="operator")
    sent = (("double", DOUBLES[0]), ("true_number", "other"), ("reason", REASON))
    return [
        Shot("Data ganda: periksa dulu", "admin", page, "Satukan", sent),
        Shot("Data ganda yang tidak dikenal", "admin", f"/pegawai/{second}", "Satukan"),
        Shot("Data ganda yang sudah disatukan", "admin", f"/pegawai/{gone}"),
    ]


def _set_entry(town: Town) -> list[Shot]:
    """A call that takes not every idea: its page, its form with places left and without, sent too early, and the screening."""
    rule = {"initiators": ["council", "civil_servant"], "quota": 1, "minimum_months": 24, "earlier_awards": 2, "earlier_years": 5}
    call = town.build_call(code="UJI-SYARAT", entry="in_trial", eligibility=rule)
    said = {"initiator": Initiator.COUNCIL, "in_use_since": date(2020, 5, 17)}
    screened, form = town.build_idea(IdeaStage.SCREENING, call=call, **said), f"/usulan/baru?call={call}"
    return [
        Shot("Syarat usulan", None, f"/periode-usulan/{call}"),
        Shot("Tulis usulan dengan syarat", "other_head", form),
        Shot("Syarat yang belum dipenuhi", "other_head", form, "Ajukan usulan", (("title", "Loket Keliling"),)),
        Shot("Kuota yang sudah penuh", "lead", form),
        Shot("Seleksi dengan penghargaan terdahulu", "secretary", f"/usulan/{screened}"),
        Shot("Terima beberapa usulan tanpa pilihan", "secretary", "/seleksi", "Periksa dulu"),
        Shot("Terima beberapa usulan: periksa dulu", "secretary", "/seleksi", "Periksa dulu", ((f"idea_ids.{screened}", "yes"),)),
    ]


def _set_screening(town: Town) -> list[Shot]:
    """A screening that leaves out why, and a return that asks for parts and for one file, as the team completes it and reads of it."""
    call = town.build_call(code="UJI-ALASAN", screening={"reason_for_each": True}, attachments=TAKING)
    screened, returned = town.build_idea(IdeaStage.SCREENING, call=call, title="Papan Harga Pasar"), town.build_idea(call=call)
    blurred, _ = put(town, returned, name="buram.pdf"), put(town, returned, b"%PDF kedua", name="anggaran.pdf")
    town.take(returned, *IDEA_STEPS[IdeaStage.SCREENING])
    notes = {"title": "Sebut nama layanannya.", f"files.{blurred.id}": "Halaman ini buram, ganti dengan yang dapat dibaca."}
    why = {"renewal": "Layanan serupa sudah berjalan di tiga kelurahan."}
    findings = Findings({"renewal": False}, reasons=why, part_notes=notes, reason=REASON)
    town.do(screen_idea, returned, Screening.RETURNED, findings, by="secretary")
    answered = (("answers.renewal", "no"), ("answers.benefit", "yes"), ("outcome", "rejected"), ("reason", REASON))
    return [
        Shot("Kriteria yang belum diberi alasan", "secretary", f"/usulan/{screened}", "Simpan keputusan", answered),
        Shot("Lengkapi judul dan satu berkas", "lead", f"/usulan/{returned}/lengkapi"),
        Shot("Ganti berkas yang diminta", "lead", f"/usulan/{returned}/lampiran"),
        Shot("Riwayat permintaan melengkapi", "secretary", f"/usulan/{returned}"),
    ]


def _set_links(town: Town) -> list[Shot]:
    """An idea of which others were said something, one of it taken back; and a link that is refused."""
    idea, *others = (town.build_idea(IdeaStage.SCREENING, title=f"Papan nomor antrean {place}") for place in ("timur", "barat", "utara"))
    for kind, other in zip((LinkKind.RELATED, LinkKind.SAME), others, strict=True):
        made = town.do(link_ideas, idea, NewLink(kind, str(town.idea(other).code), REASON), by="secretary")
    town.do(unlink_ideas, idea, made.id, reason=REASON, by="secretary")
    return [
        Shot("Hubungan dengan usulan lain", "secretary", f"/usulan/{idea}"),
        Shot("Hubungan yang perlu diperbaiki", "secretary", f"/usulan/{idea}", "Simpan hubungan"),
    ]


def _set_dictated(town: Town) -> list[Shot]:
    """An idea that an operator typed for a colleague, as each of three reads it; one that is over, to be copied; and a declaration."""
    page = f"/usulan-titipan/{town.do(dictate_idea, town.call, town['mate'].number, town.proposal(team=()), by='operator').id}"
    new, over = f"/usulan-titipan/baru?call={town.call}", town.build_idea(IdeaStage.WITHDRAWN, title="Loket Malam")
    declared = f"/usulan/baru?call={town.build_call(code='UJI-PERNYATAAN', declaration={'is_asked': True})}"
    return [
        Shot("Usulan titipan", "operator", "/usulan-titipan"),
        Shot("Kotak masuk dengan titipan", "mate", "/kotak-masuk"),
        Shot("Ketikkan usulan rekan", "operator", new),
        Shot("Titipan yang perlu diperbaiki", "operator", new, "Simpan titipan"),
        Shot("Ubah titipan", "operator", f"{page}/ubah"),
        Shot("Titipan bagi pengusulnya", "mate", page),
        Shot("Kode titipan yang salah", "operator", page, "Ajukan atas nama pengusul", (("code", "K7MP"),)),
        Shot("Lembar usulan titipan", "head", page, "Buat lembar"),
        Shot("Salin usulan yang selesai", "lead", f"/usulan/{over}"),
        Shot("Pernyataan kebenaran", "lead", declared, "Ajukan usulan", (("title", "Loket Malam"),)),
    ]


def _set_answers(town: Town) -> list[Shot]:
    """A form with short answers: shown anew for what was chosen, refused, asked to be completed, and read by a reviewer."""
    call = town.build_call(code="UJI-ISIAN", **FORM)
    scoring = town.build_idea(IdeaStage.IN_REVIEW, call=call, **SAID)
    returned = town.build_idea(IdeaStage.SCREENING, call=call, title="Denah Loket untuk Tunanetra", **SAID)
    notes = {"people": "Sebutkan jumlah tahun lalu.", "channels": "Sebutkan semua saluran."}
    town.do(screen_idea, returned, Screening.RETURNED, Findings(notes=notes, reason=REASON), by="secretary")
    screening = town.build_idea(IdeaStage.SCREENING, call=call, title="Loket tanpa Nomor", **SAID)
    new = f"/usulan/baru?call={call}"
    return [
        Shot("Isian singkat", "lead", new, "Perbarui formulir", (("answers.reached", "applied"), ("answers.channels.website", "yes"))),
        Shot("Isian singkat yang perlu diperbaiki", "lead", new, "Ajukan usulan", (("answers.people", "1.200"),)),
        Shot("Lengkapi isian singkat", "lead", f"/usulan/{returned}/lengkapi"),
        Shot("Seleksi administrasi dengan isian singkat", "secretary", f"/usulan/{screening}"),
        Shot("Penilaian dengan isian singkat", town.reviewers(scoring)[0], f"/usulan/{scoring}"),
        Shot("Ketentuan dengan isian singkat", "secretary", "/ketentuan/baru?dari=iid_profile"),
    ]


def _set_tables(town: Town) -> list[Shot]:
    """A form with tables: filled in, refused at its cells, asked to be completed, changed, and read by a reviewer."""
    call, page = town.build_call(code="UJI-TABEL", colleagues={"open_to": "whole_region"}, **TABLES), "/usulan/baru?call="
    draft = town.build_idea(call=call, title="Loket dengan Tablet", **FILLED)
    scoring = town.build_idea(IdeaStage.IN_REVIEW, call=call, title="Kursi Tunggu Lipat", **FILLED)
    returned = town.build_idea(IdeaStage.SCREENING, call=call, title="Denah Berbraille", **FILLED)
    town.do(screen_idea, returned, Screening.RETURNED, Findings(notes={"costs": "Rinci per barang."}, reason=REASON), by="secretary")
    changed = town.build_idea(call=call, title="Papan Antrean", **FILLED)
    town.do(revise_idea, changed, town.proposal(answers={"costs": kept(ROWS[0], {**ROWS[1], "cost": "900000"})}, team=()), by="lead")
    return [
        Shot("Draf dengan tabel", "lead", f"/usulan/{draft}/ubah"),
        Shot("Tabel yang perlu diperbaiki", "lead", f"{page}{call}", "Ajukan usulan", (("answers.costs.0.cost", "1.200"),)),
        Shot("Lengkapi tabel", "lead", f"/usulan/{returned}/lengkapi"),
        Shot("Perubahan tabel", "lead", f"/usulan/{changed}/perubahan"),
        Shot("Penilaian dengan tabel", town.reviewers(scoring)[0], f"/usulan/{scoring}"),
    ]


def _set_calls(town: Town) -> list[Shot]:
    """The steps of a call's life, refused and asked to be confirmed."""
    page, longer = f"/periode-usulan/{town.call}", (("policy.days.screening", "14"), ("reason", REASON))
    until = (("until", f"{now() + timedelta(days=50):%Y-%m-%dT%H:%M}"), ("reason", REASON))
    late = f"/periode-usulan/{build_late_call(town, 'UJI-LUPA')}"
    town.build_call(code="UJI-JEDA-2", **stopped("screening"))
    return [
        Shot("Jeda yang perlu diperbaiki", "admin", "/jeda", "Minta konfirmasi"),
        Shot("Hari libur yang perlu diperbaiki", "admin", "/kalender", "Minta konfirmasi"),
        Shot("Perpanjangan yang perlu diperbaiki", "secretary", page, "Perpanjang"),
        Shot("Perpanjang masa pengajuan: periksa dulu", "secretary", page, "Perpanjang", until),
        Shot("Versi baru: periksa dulu", "secretary", f"{page}/versi-baru", "Simpan sebagai versi baru"),
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
