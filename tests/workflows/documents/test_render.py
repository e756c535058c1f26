"""Finished files: archival, readable, verifiable, and the same bytes every time."""

import json
from dataclasses import replace
from datetime import date
from io import BytesIO

import pypdf
import pypdfium2
import pytest

from tests.workflows.documents.rendering import KINDS, render, render_certificates, render_receipts, render_rejections
from workflows.documents.content import Letterhead, Signatory, read_content
from workflows.documents.fit import DocumentDoesNotFit
from workflows.documents.kinds import get_document_type
from workflows.documents.kinds.receipt import TeamLine
from workflows.documents.render import render_documents

pytestmark = pytest.mark.slow

LONG_TITLE = (
    "Penguatan Pelayanan Administrasi Kependudukan Terpadu bagi Warga Lanjut Usia, Penyandang Disabilitas, dan Keluarga Prasejahtera "
    "melalui Kunjungan Rumah Terjadwal, Verifikasi Bersama Ketua Rukun Warga, serta Pencatatan Antrean Digital Lintas Kelurahan "
    "di Seluruh Kecamatan Andir Kota Bandung 2026"
)


def squeezed(text):
    return "".join(text.split())


def texts_in(value):
    if isinstance(value, dict):
        return [text for inner in value.values() for text in texts_in(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in texts_in(inner)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("kind", KINDS)
def test_every_document_is_archival_and_accessible(content_of, kind, faults_of):
    assert faults_of(render(kind, [content_of(kind)])[0]) == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_code_leads_to_the_verification_page(content_of, kind, codes_on, words_of):
    content = content_of(kind)
    pdf = render(kind, [content])[0]
    assert codes_on(pdf) == [content.verify_url]
    assert content.verify_url in squeezed(words_of(pdf))


@pytest.mark.parametrize("kind", KINDS)
def test_the_attached_content_is_the_content(content_of, kind, attached_to):
    content = content_of(kind)
    attached = attached_to(render(kind, [content])[0])
    assert list(attached) == ["content.json"]
    assert read_content(get_document_type(kind).content, attached["content.json"]) == content


def test_a_certificate_says_the_category_below_the_grade(certificate, faults_of, words_of):
    pdf = render_certificates([certificate(distinction="Juara I", category="Kategori Kecamatan")])[0]
    assert faults_of(pdf) == []
    words = words_of(pdf)
    assert words.index("JUARA I") < words.index("Kategori Kecamatan") < words.index("atas inovasi")


@pytest.mark.parametrize("kind", ["certificate", "receipt"])
def test_the_attachment_says_nothing_that_the_page_does_not_show(content_of, kind, attached_to, words_of):
    pdf = render(kind, [content_of(kind)])[0]
    shown = squeezed(words_of(pdf)).casefold()
    content = json.loads(attached_to(pdf)["content.json"])
    for day in ("issued_on", "received_at"):
        content.pop(day, None)  # written out in words on the page
    assert [text for text in texts_in(content) if squeezed(text).casefold() not in shown] == []


def test_a_certificate_reads_from_top_to_bottom(certificate, words_of):
    shown = squeezed(words_of(render_certificates([certificate()])[0])).casefold()
    assert shown == squeezed(
        "lambang contoh pemerintah daerah kota bandung kecamatan andir jalan waringin nomor 2, bandung 40184 · telepon (022) 6011235 · "
        "kec.andir@contoh.go.id piagam penghargaan nomor 800.1.12.8/014/kec.adr/xi/2026 diberikan kepada rahmawati kusumaningrum "
        "nip 19801208 200604 2 008 · penata (iii/c) pranata komputer ahli muda · kelurahan ciroyom, kecamatan andir "
        "sebagai ketua tim, dengan predikat inovasi terbaik i pada lomba inovasi pelayanan kecamatan andir 2026 "
        "atas inovasi “antrean tanpa kertas: loket pelayanan yang mengingat warganya” ide-2026-000123 · "
        "keputusan camat andir nomor 100.3.3.3/27/2026 tanggal 20 november 2026 periksa keaslian dokumen ini: pindai kode, lalu "
        "cocokkan isinya dengan yang tampil di https://gagas.contoh.go.id/v/7q2k-9xme-41tc bandung, 24 november 2026 plh. camat andir, "
        "nurhayati setiawan pembina tingkat i (iv/b) nip 19770514 200312 2 004"
    )


def test_an_idea_that_does_not_run_yet_is_called_one_and_no_contest_is_named(certificate, words_of):
    words = words_of(render_certificates([certificate(in_use=False, call_title="")])[0])
    assert "atas gagasan inovasi" in words
    assert "Lomba" not in words


def test_a_contract_employee_is_shown_with_the_number_of_that_kind(certificate, words_of):
    shown = certificate(holder_employee_number="199305172021221968", holder_rank="Golongan IX")
    assert "NI PPPK 19930517 2021 22 1 968 · Golongan IX" in words_of(render_certificates([shown])[0]).replace("\N{NO-BREAK SPACE}", " ")


def test_who_signs_for_a_superior_says_so(certificate, words_of):
    secretary = Signatory("Harsoyo Pinandhito", "Sekretaris Daerah", "Pj.", on_behalf_of="Wali Kota Bandung")
    words = words_of(render_certificates([certificate(signatory=secretary)])[0]).casefold()
    assert words.endswith("a.n. wali kota bandung pj. sekretaris daerah, harsoyo pinandhito")


def test_a_mayor_signs_without_rank_and_number(certificate, words_of):
    words = words_of(render_certificates([certificate(signatory=Signatory("Muhammad Farhan", "Wali Kota Bandung"))])[0])
    assert words.casefold().endswith("wali kota bandung, muhammad farhan")


def test_a_holder_without_number_shows_none(certificate, words_of):
    words = words_of(render_certificates([certificate(holder_employee_number=None)])[0])
    assert words.count("NIP") == 1  # the signatory's


def test_a_receipt_shows_team_instant_and_digests(receipt, words_of):
    content = receipt()
    words = words_of(render_receipts([content])[0])
    for shown in ("12 Maret 2026 pukul 09.05.07 WIB", "Rahmawati Kusumaningrum", "66,67%", "33,33%", "18.231", content.ledger_hash):
        assert shown in words


def test_a_rejection_letter_has_what_an_official_letter_has(rejection, words_of):
    words = words_of(render_rejections([rejection()])[0])
    for shown in (
        "Nomor : 000.9.8/310/KEC.ADR/IV/2026",
        "Sifat : Biasa",
        "Lampiran : –",
        "Hal : Hasil seleksi administrasi usulan inovasi",
        "Yth. Asep Hidayat",
        "Sehubungan dengan usulan inovasi Saudara berjudul “Papan Informasi Harga Pasar di Setiap Rukun Warga”",
        "dengan hormat disampaikan bahwa berdasarkan keputusan Camat Andir tanggal 20 April 2026",
        "2026, usulan tersebut tidak lolos seleksi administrasi, dengan alasan sebagai berikut:",
        "Gagasan serupa sudah berjalan",
        "Sasaran juga belum.",
        "satu sasaran",
        "Demikian disampaikan.",
        "Tembusan: 1. Lurah Ciroyom; 2. Kepala Badan Perencanaan Pembangunan, Penelitian dan Pengembangan.",
    ):
        assert shown in words
    for hidden in ("SERUPA", "MANFAAT", "screening", "Anda "):
        assert hidden not in words


@pytest.mark.parametrize("stage", ["permission", "screening", "determination"])
def test_every_rejection_letter_names_the_right_to_object_and_no_last_day(rejection, stage, words_of):
    words = words_of(render_rejections([rejection(stage=stage)])[0])
    assert "keberatan secara tertulis kepada Camat Andir selaku pejabat yang menetapkannya" in words
    assert "Pasal 75 sampai dengan Pasal 77 Undang-Undang Nomor 30 Tahun 2014" in words
    assert [last for last in ("paling lambat", "tenggat", "hari kerja", "sebelum") if last in words] == []


def test_a_letter_counts_its_reasons_only_where_there_are_several(rejection, words_of):
    several = rejection()
    assert "1. Gagasan serupa" in words_of(render_rejections([several])[0])
    alone = words_of(render_rejections([rejection(reasons=several.reasons[:1])])[0])
    assert "sebagai berikut: Gagasan serupa sudah berjalan" in alone


def test_a_rejection_letter_without_help_or_copies_leaves_them_out(rejection, words_of):
    words = words_of(render_rejections([rejection(what_would_help="", copies_to=())])[0])
    assert "Tembusan" not in words
    assert "sasaran." not in words


@pytest.mark.parametrize("stage", ["permission", "screening", "determination"])
def test_each_stage_rejects_in_its_own_words(rejection, stage, words_of):
    subjects = {"permission": "Izin tertulis", "screening": "seleksi administrasi", "determination": "penetapan"}
    assert subjects[stage] in words_of(render_rejections([rejection(stage=stage)])[0])


def test_a_long_rejection_flows_over_pages_and_keeps_its_signature(rejection, words_of):
    content = rejection(what_would_help="Rinci biaya dan sasaran. " * 140)
    content = replace(content, reasons=content.reasons * 8)
    pdf = render_rejections([content])[0]
    assert len(pypdf.PdfReader(BytesIO(pdf)).pages) > 1
    assert "Nurhayati Setiawan" in words_of(pdf)


@pytest.mark.parametrize("kind", ["certificate", "receipt", "rejection", "report"])
def test_an_emblem_that_is_nobodys_is_marked_as_a_sample(content_of, kind, words_of):
    assert "Lambang contoh" in words_of(render(kind, [content_of(kind)])[0])


def test_a_regions_own_emblem_stands_on_its_papers(receipt, words_of):
    own = receipt(letterhead=Letterhead(("Wali Kota Bandung",), "", "", "bandung"))
    drawing = '<svg viewBox="0 0 10 20"><path d="M0 0H10V20H0Z" fill="#204060"/></svg>'
    asked = []

    def find(name):
        asked.append(name)
        return drawing

    (files,) = render_documents("receipt", [own], find)
    assert asked == ["bandung"]
    assert "Lambang contoh" not in words_of(files.pdf)
    with pytest.raises(FileNotFoundError, match="bandung"):
        render_documents("receipt", [own])


@pytest.mark.parametrize("kind", ["certificate", "receipt"])
def test_the_same_content_is_the_same_bytes_alone_and_among_others(content_of, kind):
    three = [content_of(kind, number=f"{letter}/2026", idea_title=f"Gagasan {letter} " * 9) for letter in "ABC"]
    together = render(kind, three)
    assert together == [render(kind, [one])[0] for one in three]
    assert len(set(together)) == 3


@pytest.mark.parametrize("kind", ["rejection", "report"])
def test_the_same_content_is_the_same_bytes(content_of, kind):
    assert render(kind, [content_of(kind)])[0] == render(kind, [content_of(kind)])[0]


def test_dates_in_the_file_come_from_the_content(certificate):
    details = pypdf.PdfReader(BytesIO(render_certificates([certificate(issued_on=date(2027, 2, 1))])[0])).metadata
    assert details.creation_date_raw.startswith("D:20270201")
    assert details.modification_date_raw.startswith("D:20270201")
    assert details.title == "Piagam Penghargaan 800.1.12.8/014/KEC.ADR/XI/2026, Rahmawati Kusumaningrum"


@pytest.mark.parametrize("name", ["Siti", "Raden Ayu Kusumadewi Prawiranegara Sastraatmadja Wiranatakusumah", "Nama" * 30, "W" * 120])
@pytest.mark.parametrize("title", ["Senyum", LONG_TITLE, "Inovasi" * 42])
def test_long_names_and_titles_stay_on_a_certificate_whole(certificate, name, title, words_of, codes_on):
    pdf = render_certificates([certificate(holder_name=name, idea_title=title)])[0]
    words = squeezed(words_of(pdf))
    assert squeezed(name) in words
    assert squeezed(title) in words
    assert "NurhayatiSetiawan" in words
    assert codes_on(pdf)


def test_nothing_is_printed_on_the_frame(certificate):
    plain = pypdfium2.PdfDocument(render_certificates([certificate()])[0])[0].render(scale=1).to_pil()
    long = (
        pypdfium2.PdfDocument(render_certificates([certificate(holder_name="W" * 120, idea_title=LONG_TITLE)])[0])[0]
        .render(scale=1)
        .to_pil()
    )
    width, height = plain.size
    for strip in ((0, 0, 75, height), (width - 75, 0, width, height), (0, height - 52, width, height)):
        assert plain.crop(strip).tobytes() == long.crop(strip).tobytes()


def test_a_team_of_ten_with_the_longest_names_keeps_every_line(receipt, words_of):
    team = tuple(
        TeamLine(f"{number}" + "Nama" * 29, "1980•••• •••••• • •08", "Unit Pelaksana " * 9, "Anggota", 1000) for number in range(10)
    )
    words = squeezed(words_of(render_receipts([receipt(team=team, idea_title=LONG_TITLE)])[0]))
    assert all(squeezed(member.name) in words for member in team)
    assert "Bandung,12Maret2026" in words


def test_a_certificate_that_would_lose_its_signature_is_not_made(certificate):
    with pytest.raises(DocumentDoesNotFit, match="body runs into"):
        render_certificates([certificate(holder_unit="M" * 300, legal_basis="M" * 300, idea_title="M" * 300, holder_name="M" * 150)])


def test_one_that_does_not_fit_does_not_change_its_neighbours(certificate):
    wide = certificate(holder_name="W" * 120, idea_title="Inovasi" * 42)
    assert render_certificates([certificate(), wide, certificate()])[1] == render_certificates([wide])[0]
