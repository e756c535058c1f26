"""The pages of what goes on around an idea: colleagues, mentors, clinics, courses, its revisions, a team that changes, and claims."""

from datetime import timedelta

from models.instants import now
from models.merges import IdeaMerge
from models.people import EmploymentKind, Role
from models.stages import IdeaStage
from tests.browser.scene import Shot
from tests.building import Town
from tests.outsiders import welcome
from tests.sharing import OPEN
from tests.steps import REASON
from tests.workflows.intake.claiming import build_filed, build_told
from tests.workflows.intake.mentored import ADVICE, add_mentor, advised, ask
from tests.workflows.intake.test_keep_writing import keep
from tests.workflows.intake.transferred import accept, agree
from workflows.intake.advice import give_advice
from workflows.intake.clinics import book_clinic
from workflows.intake.colleagues import support_idea
from workflows.intake.commenting import hide_comment, write_comment
from workflows.intake.courses import NewCourse, add_course
from workflows.intake.draft import revise_idea
from workflows.intake.merge import NewMerge, answer_merge, ask_merge, open_merge
from workflows.intake.replace import ask_replacement
from workflows.intake.replacing import NewReplacement
from workflows.intake.transfer import NewTransfer, offer_transfer
from workflows.region.clinics import NewClinic, plan_clinic
from workflows.region.people import NewPerson

COLLEAGUE = "199105052015012001"  # of somebody who holds no office


def set_around(town: Town) -> list[Shot]:
    """All of it."""
    scenes = (set_colleagues, set_mentors, set_revisions, set_kept, set_replacement, set_claims, set_merges, set_transfer)
    return [shot for scene in scenes for shot in scene(town)]


def set_colleagues(town: Town) -> list[Shot]:
    """An idea that is open to colleagues, as one of them, its team and the secretariat read it; a comment that is removed, one refused."""
    welcome(town, "colleague", NewPerson("Laksmi Wastuti", COLLEAGUE, EmploymentKind.PNS, "DINKES"))
    idea = town.build_idea(IdeaStage.IN_REVIEW, call=town.build_call(code="UJI-REKAN", **OPEN), title="Loket Ramah Lansia")
    town.do(support_idea, idea, by="colleague")
    for who, text in (
        ("colleague", "Di dinas kami antrean lansia\njuga panjang."),
        ("lead", "Terima kasih, boleh kami lihat?"),
        ("colleague", "Malas."),
    ):
        comment = town.do(write_comment, idea, text, by=who).id
    town.do(hide_comment, idea, comment, reason=REASON, by="secretary")
    page = f"/rekan/{idea}"
    return [
        Shot("Usulan rekan", "colleague", "/rekan"),
        Shot("Usulan rekan yang tidak ditemukan", "colleague", "/rekan?q=zamrud&diikuti=1"),
        Shot("Suara rekan", "colleague", page),
        Shot("Suara rekan bagi tim", "lead", page),
        Shot("Suara rekan pada halaman usulan", "lead", f"/usulan/{idea}"),
        Shot("Suara rekan bagi sekretariat", "secretary", page),
        Shot("Komentar terbaru bagi sekretariat", "secretary", "/rekan/komentar"),
        Shot("Komentar yang perlu diperbaiki", "colleague", page, "Kirim komentar"),
    ]


def set_mentors(town: Town) -> list[Shot]:
    """A mentor who advises a team, is asked by another and turned a third down; and the forms about them, refused."""
    add_mentor(town, "adviser", "Pelayanan publik", "Kesehatan ibu dan anak", places=3)
    titles = ("Loket Ibu Hamil", "Antrean Imunisasi", "Kartu Sehat Balita")
    advised_one, waiting, free = (town.build_idea(title=title, theme="Kesehatan ibu dan anak") for title in titles)
    advised(town, advised_one, by="adviser")
    town.do(give_advice, advised_one, ADVICE, by="adviser")
    ask(town, waiting)
    mentors, clinics, courses = (f"/periode-usulan/{town.call}/{last}" for last in ("pendamping", "klinik", "kursus"))
    course = NewCourse("Kesehatan", "Merancang layanan publik", "Lembaga contoh", "https://kursus.contoh.go.id/layanan")
    town.do(add_course, town.call, course, by="secretary")
    for title, days in (("Klinik inovasi putaran 1", 5), ("Klinik inovasi putaran 2", 12)):
        clinic = town.do(plan_clinic, town.call, NewClinic(title, "Aula BAPPEDA", now() + timedelta(days=days), 12), by="secretary").id
    town.do(book_clinic, free, clinic, by="lead")
    return [
        Shot("Pendamping periode usulan", "secretary", mentors),
        Shot("Pendamping yang perlu diperbaiki", "secretary", mentors, "Simpan pendamping"),
        Shot("Bimbingan saya", "adviser", "/bimbingan"),
        Shot("Jawaban yang perlu diperbaiki", "adviser", "/bimbingan", "Kirim jawaban"),
        Shot("Usulan bagi pendampingnya", "adviser", f"/usulan/{advised_one}"),
        Shot("Usulan dengan pendamping", "lead", f"/usulan/{advised_one}"),
        Shot("Klinik periode usulan", "secretary", clinics),
        Shot("Klinik yang perlu diperbaiki", "secretary", clinics, "Simpan klinik"),
        Shot("Kursus menurut tema", "secretary", courses),
        Shot("Kursus yang perlu diperbaiki", "secretary", courses, "Simpan kursus"),
        Shot("Permintaan pendamping yang perlu diperbaiki", "lead", f"/usulan/{free}", "Cari dan minta pendamping"),
    ]


def set_revisions(town: Town) -> list[Shot]:
    """A draft that was changed, as its team compares it and as reviewers would read it."""
    idea = town.build_idea(title="Papan Antrean Lisan")
    said = {"background": "Warga menunggu sangat lama di loket.", "idea": "Nomor dari rumah, dipanggil dengan suara."}
    town.do(revise_idea, idea, town.proposal(title="Papan Antrean Lisan di Loket", sections=said, team=()), by="lead")
    return [
        Shot("Perubahan isi usulan", "lead", f"/usulan/{idea}/perubahan"),
        Shot("Pratinjau bagi tim", "lead", f"/usulan/{idea}/pratinjau"),
    ]


def set_kept(town: Town) -> list[Shot]:
    """What somebody typed and did not save: of a new idea, of a draft, and of one that was saved again since."""
    draft, saved = (town.build_idea(title=title) for title in ("Jam Baca di Balai Warga", "Gerobak Pustaka Keliling"))
    for idea in ("", draft, saved):
        keep(town, idea, "Jam Baca Sore di Balai")
    town.do(revise_idea, saved, town.proposal(title="Gerobak Pustaka Tiap Kamis"), by="lead")
    return [
        Shot("Usulan saya, satu belum disimpan", "lead", "/usulan"),
        Shot("Usulan baru yang belum disimpan", "lead", f"/usulan/baru?call={town.call}"),
        Shot("Yang diketik dan belum disimpan", "lead", f"/usulan/{draft}/ubah"),
        Shot("Yang diketik sebelum disimpan lagi", "lead", f"/usulan/{saved}/ubah"),
    ]


def set_replacement(town: Town) -> list[Shot]:
    """A member is to be replaced: as the lead asks, as the newcomer and the head read it; and a draft that is to be handed over."""
    idea, draft = town.build_idea(IdeaStage.SCREENING, title="Loket Pagi Sekali"), town.build_idea(title="Loket Petang")
    town.do(ask_replacement, idea, NewReplacement(town["mate"].id, REASON, employee_number=COLLEAGUE), by="lead")
    other = town.build_idea(IdeaStage.SCREENING, title="Loket Malam Sekali")
    led = town.build_idea(IdeaStage.SCREENING, title="Loket Subuh")
    town.do(ask_replacement, led, NewReplacement(town["lead"].id, REASON, person_id=town["mate"].id), by="mate")
    return [
        Shot("Minta menjadi pengusul utama", "mate", f"/usulan/{other}/ganti"),
        Shot("Serahkan peran pengusul utama", "lead", f"/usulan/{other}/ganti?utama=1"),
        Shot("Serahkan peran tanpa penerus", "lead", f"/usulan/{other}/ganti?utama=1", "Minta persetujuan"),
        Shot("Ganti anggota tim", "lead", f"/usulan/{other}/ganti"),
        Shot("Ganti anggota tim yang belum lengkap", "lead", f"/usulan/{other}/ganti", "Minta persetujuan"),
        Shot("Serahkan draf", "lead", f"/usulan/{draft}/ganti"),
        Shot("Pergantian bagi penggantinya", "colleague", "/pergantian"),
        Shot("Pergantian bagi pengusul utama", "lead", "/pergantian"),
        Shot("Pergantian bagi kepala unit", "head", "/pergantian"),
    ]


def set_claims(town: Town) -> list[Shot]:
    """A near idea was determined: as the first lead reads it and errs, as who decides reads it and errs; and an idea to be reopened."""
    first, adopted, _filed = build_filed(town)
    build_told(town, lead="owner")
    rejected = town.build_idea(IdeaStage.REJECTED, title="Loket Keliling Pasar")
    return [
        Shot("Usulan dalam pemantauan", "owner", "/kotak-masuk"),
        Shot("Klaim yang dapat diajukan", "owner", "/klaim"),
        Shot("Klaim yang perlu diperbaiki", "owner", "/klaim", "Ajukan klaim"),
        Shot("Klaim bagi yang memutus", "leader", "/klaim"),
        Shot("Keputusan klaim yang perlu diperbaiki", "leader", "/klaim", "Kabulkan klaim"),
        Shot("Usulan yang ditolak bagi pengusulnya", "operator", f"/usulan/{first}"),
        Shot("Usulan yang ditolak bagi sekretariat", "secretary", f"/usulan/{first}"),
        Shot("Inovasi yang diklaim", "secretary", f"/usulan/{adopted}"),
        Shot("Usulan yang dapat dibuka kembali", "secretary", f"/usulan/{rejected}"),
        Shot("Pembukaan kembali yang perlu diperbaiki", "secretary", f"/usulan/{rejected}", "Buka kembali usulan yang ditolak"),
    ]


def set_merges(town: Town) -> list[Shot]:
    """Two ideas that are to become one, before and after their leads opened them, and two that have."""
    waiting, opened, joined = (_propose_merge(town, number) for number in (1, 2, 3))
    for merge in (opened, joined):
        for who in ("lead", "owner"):
            town.do(open_merge, merge.id, by=who)
    for who in ("lead", "mate", "owner"):
        town.do(answer_merge, joined.id, agrees=True, terms=joined.terms, by=who)
    shares = f"share.{town['mate'].id}"
    return [
        Shot("Penggabungan bagi pengusul utama", "lead", "/penggabungan"),
        Shot("Penggabungan bagi anggota", "mate", "/penggabungan"),
        Shot("Penggabungan bagi sekretariat", "secretary", "/penggabungan"),
        Shot("Pembagian yang perlu diperbaiki", "lead", "/penggabungan", "Simpan pembagian", ((shares, "90"),)),
        Shot("Usulkan penggabungan yang perlu diperbaiki", "secretary", f"/usulan/{waiting.into_id}", "Usulkan penggabungan"),
        Shot("Usulan dengan usulan yang bergabung", "secretary", f"/usulan/{joined.into_id}"),
        Shot("Usulan yang bergabung", "owner", f"/usulan/{joined.idea_id}"),
    ]


def _propose_merge(town: Town, number: int) -> IdeaMerge:
    """A merge of the lead's idea with the owner's."""
    first = town.build_idea(IdeaStage.SCREENING, title=f"Antrean Gabungan {number}")
    second = town.build_idea(IdeaStage.SCREENING, title=f"Nomor Antrean Gabungan {number}", lead="owner")
    merge: IdeaMerge = town.do(ask_merge, first, NewMerge(str(town.idea(second).code), REASON), by="secretary")
    return merge


def set_transfer(town: Town) -> list[Shot]:
    """An idea that is offered to another call, which its secretariat accepted, and the form by which one is offered."""
    declared = {"is_asked": True, "text": "Isi usulan ini benar.", "text_en": "What this idea says is true."}
    other = town.build_call(code="UJI-LAIN", declaration=declared)
    idea, left = (town.build_idea(IdeaStage.SCREENING, title=title) for title in ("Rapor Daring Sekolah", "Rapor Lisan Sekolah"))
    welcome(town, "registrar", NewPerson("Sekar Puspita", "198505052010012239", EmploymentKind.PNS, "BAPPEDA"))
    town.give_role("registrar", Role.SECRETARIAT, "BAPPEDA")
    offered = town.do(offer_transfer, idea, NewTransfer(other, REASON), by="secretary").id
    accept(town, offered, by="registrar")
    agree(town, offered, "mate")
    return [
        Shot("Pengalihan bagi sekretariat", "secretary", "/pengalihan"),
        Shot("Pengalihan bagi pengusul utama", "lead", "/pengalihan"),
        Shot("Pengalihan yang perlu diperbaiki", "lead", "/pengalihan", "Setuju dengan ketentuan periode itu"),
        Shot("Tawaran pengalihan yang perlu diperbaiki", "secretary", f"/usulan/{left}", "Tawarkan"),
    ]
