"""Files of ideas of earlier years for tests."""

from sqlmodel import Session, col, select

from models.past_ideas import PastFile
from tests.building import Town
from workflows.intake.import_past import NamedFile, check_past, import_past
from workflows.region.import_report import ImportReport
from workflows.region.past_files import confirm_past_file

HEADS = "Unit Kerja;Judul;Ringkasan;Tanggal Terima;Hasil;Kegiatan;Nomor Usulan;NIP;Pengusul;Penyelenggara"
SUMMARIES = {
    "Karung Pilah Sampah": "Warga memilah sampah rumah tangga dalam karung berwarna yang diambil petugas setiap pekan.",
    "Antrean Puskesmas lewat Papan": "Nomor antrean puskesmas ditulis pada papan di kantor RW sehingga warga tidak menunggu lama.",
    "Peta Lampu Jalan": "Lampu jalan yang padam dilaporkan pada peta, lalu diperbaiki petugas dalam tiga hari.",
}
SORTING, QUEUE, LAMPS = SUMMARIES


def row(title: str, *, outcome: str = "Ditetapkan", unit: str = "ANDIR", day: str = "2024-03-05", **told: str) -> str:
    """A row of such a file."""
    more = (told.get(name, "") for name in ("programme", "code", "number", "initiator", "holder"))
    return ";".join([unit, title, told.get("summary", SUMMARIES.get(title, f"{title} bagi warga di kelurahan.")), day, outcome, *more])


def write(*rows: str) -> bytes:
    """A file with its heads."""
    return "\n".join([HEADS, *rows, ""]).encode()


def look(town: Town, *rows: str, author: str = "operator") -> ImportReport:
    """What a file would put on record."""
    with town.store.reading() as session:
        return check_past(session, write(*rows), NamedFile("arsip.csv", town[author].number), actor=town.actor(session, "flow:import"))


def tell(town: Town, *rows: str, author: str = "operator", name: str = "arsip.csv") -> str:
    """The id of a file that was imported and waits."""
    assert import_file(town, *rows, author=author, name=name).registered
    with town.store.reading() as session:
        return next(file.id for file in list_files(session) if file.name == name)


def import_file(town: Town, *rows: str, author: str = "operator", name: str = "arsip.csv") -> ImportReport:
    """What a file put on record."""
    done: ImportReport = town.do(import_past, write(*rows), NamedFile(name, town[author].number), by="flow:import")
    return done


def tell_and_confirm(town: Town, *rows: str, second: str = "admin", name: str = "arsip.csv") -> str:
    """The id of a file that counts."""
    file_id = tell(town, *rows, name=name)
    town.do(confirm_past_file, file_id, by=second)
    return file_id


def list_files(session: Session) -> list[PastFile]:
    """Every file, the newest first."""
    return list(session.exec(select(PastFile).order_by(col(PastFile.imported_at).desc(), col(PastFile.id))))
