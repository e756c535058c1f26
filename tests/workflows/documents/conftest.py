"""Sample content of every kind of document, and readers of finished files."""

import hashlib
from datetime import date, datetime, timedelta, timezone
from io import BytesIO

import page as validation
import pypdf
import pypdfium2
import pytest
import zxingcpp

from workflows.documents.content import Letterhead, Signatory
from workflows.documents.kinds.certificate import CertificateContent
from workflows.documents.kinds.receipt import ReceiptContent, TeamLine
from workflows.documents.kinds.rejection import Reason, RejectionContent
from workflows.documents.kinds.report import AwardLine, ReportContent, Tally, UnitLine

# The validator's own mistake, by rule: a deflated stream that happens to end in 0x0D (one in 256 does) is said to have a wrong length.
FALSE_ALARMS = ("STREAM-LENGTH-001",)
ARCHIVAL, ACCESSIBLE = validation.ValidationProfile.PDF_A_3A, validation.ValidationProfile.PDF_UA_1
WIB = timezone(timedelta(hours=7))
LETTERHEAD = Letterhead(
    ("Pemerintah Daerah Kota Bandung", "Kecamatan Andir"),
    "Jalan Waringin Nomor 2, Bandung 40184",
    "Telepon (022) 6011235 · kec.andir@contoh.go.id",
)
SIGNATORY = Signatory("Nurhayati Setiawan", "Camat Andir", "Plh.", "Pembina Tingkat I (IV/b)", "197705142003122004")
TITLE = "Antrean Tanpa Kertas: Loket Pelayanan yang Mengingat Warganya"


def digest(word):
    return hashlib.sha256(word.encode()).hexdigest()


def build_member(name="Asep Hidayat", share=10_000, number="1991•••• •••••• • •11"):
    return TeamLine(name, number, "Kelurahan Ciroyom", "Ketua tim", share)


def build_certificate(**changes):
    content = {
        "number": "800.1.12.8/014/KEC.ADR/XI/2026",
        "verify_url": "https://gagas.contoh.go.id/v/7Q2K-9XME-41TC",
        "letterhead": LETTERHEAD,
        "holder_name": "Rahmawati Kusumaningrum",
        "holder_employee_number": "198012082006042008",
        "holder_rank": "Penata (III/c)",
        "holder_position": "Pranata Komputer Ahli Muda",
        "holder_unit": "Kelurahan Ciroyom, Kecamatan Andir",
        "holder_role": "Ketua Tim",
        "idea_title": TITLE,
        "idea_code": "IDE-2026-000123",
        "in_use": True,
        "distinction": "Inovasi Terbaik I",
        "call_title": "Lomba Inovasi Pelayanan Kecamatan Andir 2026",
        "legal_basis": "Keputusan Camat Andir Nomor 100.3.3.3/27/2026 tanggal 20 November 2026",
        "place": "Bandung",
        "issued_on": date(2026, 11, 24),
        "signatory": SIGNATORY,
    }
    return CertificateContent(**{**content, **changes})


def build_receipt(**changes):
    content = {
        "number": "000.9.8/231/KEC.ADR/III/2026",
        "verify_url": "https://gagas.contoh.go.id/v/R4MP-77HX-02QD",
        "letterhead": LETTERHEAD,
        "call_title": "Lomba Inovasi Pelayanan Kecamatan Andir 2026",
        "idea_code": "IDE-2026-000123",
        "idea_title": TITLE,
        "team": (build_member("Rahmawati Kusumaningrum", 6667), build_member("Yohana Simatupang", 3333, None)),
        "received_at": datetime(2026, 3, 12, 9, 5, 7, tzinfo=WIB),
        "received_by": "Sistem elektronik Gagas, Kecamatan Andir",
        "content_sha256": digest("isi"),
        "ledger_seq": 18231,
        "ledger_hash": digest("baris"),
        "place": "Bandung",
        "issued_on": date(2026, 3, 12),
    }
    return ReceiptContent(**{**content, **changes})


def build_rejection(**changes):
    content = {
        "number": "000.9.8/310/KEC.ADR/IV/2026",
        "verify_url": "https://gagas.contoh.go.id/v/T9WC-31KE-88ZA",
        "letterhead": LETTERHEAD,
        "addressee": "Asep Hidayat",
        "addressee_unit": "Seksi Ekonomi dan Pembangunan, Kecamatan Andir",
        "idea_code": "IDE-2026-000207",
        "idea_title": "Papan Informasi Harga Pasar di Setiap Rukun Warga",
        "call_title": "Lomba Inovasi Pelayanan Kecamatan Andir 2026",
        "decided_on": date(2026, 4, 20),
        "decided_by": "Camat Andir",
        "stage": "screening",
        "reasons": (
            Reason("SERUPA", "Gagasan serupa sudah berjalan", "Papan harga dengan tujuan yang sama berjalan sejak 2025."),
            Reason("MANFAAT", "Manfaat belum dapat diukur", "Angka awal belum disebut.\nSasaran juga belum."),
        ),
        "what_would_help": "Sebutkan satu angka awal dan satu sasaran.",
        "copies_to": ("Lurah Ciroyom", "Kepala Badan Perencanaan Pembangunan, Penelitian dan Pengembangan"),
        "place": "Bandung",
        "issued_on": date(2026, 4, 21),
        "signatory": SIGNATORY,
    }
    return RejectionContent(**{**content, **changes})


def build_award(**changes):
    content = {
        "rank": 1,
        "idea_code": "IDE-2026-000123",
        "idea_title": TITLE,
        "unit": "Kelurahan Ciroyom",
        "team": ("Rahmawati Kusumaningrum", "Yohana Simatupang"),
        "distinction": "Inovasi Terbaik I",
        "amount_rupiah": 15_000_000,
        "decree": "Keputusan Camat Andir Nomor 100.3.3.3/27/2026 tanggal 20 November 2026",
        "state": "diserahkan 24 November 2026",
    }
    return AwardLine(**{**content, **changes})


def build_report(**changes):
    content = {
        "number": "000.9.8/402/KEC.ADR/XII/2026",
        "verify_url": "https://gagas.contoh.go.id/v/L2PN-64VB-90RS",
        "letterhead": LETTERHEAD,
        "call_title": "Lomba Inovasi Pelayanan Kecamatan Andir 2026",
        "period_from": date(2026, 1, 2),
        "period_until": date(2026, 11, 30),
        "issued_on": date(2026, 12, 4),
        "submitted": 312,
        "adopted": 84,
        "piloted": 31,
        "awarded": 12,
        "stages": (Tally("Diajukan", 312), Tally("Dinilai", 238), Tally("Ditetapkan", 84), Tally("Diberi penghargaan", 12)),
        "units": (UnitLine("Kelurahan Ciroyom", 61, 15, 3), UnitLine("Kelurahan Garuda", 40, 9, 0)),
        "region_units": 226,
        "months": (Tally("Jan", 8), Tally("Feb", 56), Tally("Mar", 22)),
        "awards": (build_award(), build_award(rank=None, idea_code="IDE-2026-000130", distinction="Inovasi Terpuji", amount_rupiah=0)),
        "savings_rupiah": 1_284_500_000,
        "median_days_to_decision": 18,
        "place": "Bandung",
        "signatory": SIGNATORY,
        "chain_head": digest("kepala"),
    }
    return ReportContent(**{**content, **changes})


BUILDERS = {"certificate": build_certificate, "receipt": build_receipt, "rejection": build_rejection, "report": build_report}


@pytest.fixture
def content_of():
    return lambda kind, **changes: BUILDERS[kind](**changes)


@pytest.fixture
def certificate():
    return build_certificate


@pytest.fixture
def receipt():
    return build_receipt


@pytest.fixture
def rejection():
    return build_rejection


@pytest.fixture
def report():
    return build_report


@pytest.fixture
def award():
    return build_award


@pytest.fixture
def member():
    return build_member


@pytest.fixture
def words_of():
    """The text of a PDF with every run of white space as one space."""

    def read(pdf):
        return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(pdf)).pages).split())

    return read


@pytest.fixture
def attached_to():
    """The files embedded in a PDF, by name."""

    def read(pdf):
        return {name: contents[0] for name, contents in pypdf.PdfReader(BytesIO(pdf)).attachments.items()}

    return read


@pytest.fixture
def codes_on():
    """What the QR codes on the pages of a PDF say."""

    def read(pdf, scale=2.0):
        document = pypdfium2.PdfDocument(pdf)
        return [code.text for page in document for code in zxingcpp.read_barcodes(page.render(scale=scale).to_pil())]

    return read


@pytest.fixture
def faults_of():
    """The rules of PDF/A-3a and PDF/UA-1 that a PDF breaks."""

    def read(pdf):
        failures = [
            failure for profile in (ARCHIVAL, ACCESSIBLE) for failure in validation.validate_pdf_bytes(pdf, profile=profile).failures
        ]
        return [failure.rule_id for failure in failures if not failure.rule_id.endswith(FALSE_ALARMS)]

    return read
