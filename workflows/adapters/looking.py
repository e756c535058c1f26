"""Looks at one file from outside and says what it is or why it is not taken; writes a photo's copies.

Loaded by its path into a process that has nothing to lose (`lookout_process.py`). It imports nothing of ours.
"""

import contextlib
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PIXELS, SHOWN_SIDE, THUMBNAIL_SIDE, QUALITY = 60_000_000, 2_560, 320, 85
PAGES, OBJECTS, PDF_TAIL = 300, 250_000, 1_024
MEMBERS, UNPACKED, RATIO, XML = 3_000, 200_000_000, 300, 20_000_000

OFFICE = "application/vnd.openxmlformats-officedocument."
MAIN_PARTS = {
    "word/document.xml": f"{OFFICE}wordprocessingml.document",
    "xl/workbook.xml": f"{OFFICE}spreadsheetml.sheet",
}
HEIC, HEIF_FAMILY = (b"heic", b"heix"), (b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")
PDF_ACTIONS = ("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Rendition", "/RichMediaExecute", "/Movie")
PDF_PARTS = ("/JS", "/EmbeddedFiles", "/EF", "/RichMediaContent", "/XFA", "/Collection")
PDF_ANNOTATIONS = ("/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/3D")
HARMLESS_LINKS = ("", "http", "https", "mailto", "tel")
OFFICE_PARTS = ("vbaproject", "vbadata", "activex", "macrosheets", "/embeddings/", "oleobject", "/ctrlprops/", "intlmacrosheets")
OFFICE_WORDS = ("<!DOCTYPE", "<!ENTITY", "DDEAUTO", "ddeLink")
OFFICE_BYTES = tuple(word.encode(coding) for word in OFFICE_WORDS for coding in ("utf-8", "utf-16-le"))


def _open_nothing(_source: Path) -> Any:
    raise OSError("nobody reads HEIC")


office_text: Any = None  # `office_text.py` beside it, as whoever loads this file put it here; without it no document is taken
open_heic: Callable[[Path], Any] = _open_nothing  # `heif.py` beside it, where whoever loads this file found what that needs


class Refused(Exception):
    """The file is not taken."""

    def __init__(self, code: str, **parameters: Any) -> None:
        super().__init__(code)
        self.code, self.parameters = code, parameters


def copy_harmless(source: Path, shown: Path, thumbnail: Path) -> str:
    """The type of a file that is harmless; raises Refused for another."""
    with source.open("rb") as file:
        head = file.read(PDF_TAIL + 16)
    if head.startswith(b"%PDF-"):
        look_at_pdf(source)
        return "application/pdf"
    if b"%PDF-" in head:  # readers of PDF would take it for one
        raise Refused("attachment_two_kinds")
    for begin, media in ((b"\xff\xd8\xff", "JPEG"), (b"\x89PNG\r\n\x1a\n", "PNG")):
        if head.startswith(begin):
            return copy_photo(source, shown, thumbnail, media)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return copy_photo(source, shown, thumbnail, "WEBP")
    if head.startswith(b"PK\x03\x04"):
        return look_at_office(source)
    if head[4:8] == b"ftyp" and head[8:12] in HEIC + HEIF_FAMILY:
        return copy_heic(source, shown, thumbnail, head)
    raise Refused("attachment_kind_unknown")


def copy_photo(source: Path, shown: Path, thumbnail: Path, kind: str) -> str:
    """Write the copies of a photo: upright, of a size for a page, with nothing in them but what one sees."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # the bound below stands instead of a warning
    with Image.open(source, formats=[kind]) as photo:
        if photo.width * photo.height > PIXELS:
            raise Refused("attachment_too_many_pixels", maximum=PIXELS // 1_000_000)
        photo.draft("RGB", (SHOWN_SIDE, SHOWN_SIDE))  # a JPEG is read no larger than it is needed
        photo.load()
        upright: Image.Image = photo
        with contextlib.suppress(Exception):  # how it was held may be said wrongly; then it is shown as it is
            upright = ImageOps.exif_transpose(photo)
        write_copies(upright, shown, thumbnail)
    return f"image/{kind.lower()}"


def write_copies(upright: Any, shown: Path, thumbnail: Path) -> None:
    """Write a picture into the two files of its copies."""
    from PIL import Image

    upright.thumbnail((SHOWN_SIDE, SHOWN_SIDE))
    seen = upright.convert("RGBA") if "A" in upright.getbands() or "transparency" in upright.info else upright.convert("RGB")
    copy = Image.new("RGB", seen.size, "white")  # a new picture: whatever else the file says stays behind
    copy.paste(seen, mask=seen.getchannel("A") if seen.mode == "RGBA" else None)
    with shown.open("r+b") as file:  # the files are there; what was swept meanwhile is not made anew
        copy.save(file, "JPEG", quality=QUALITY, optimize=True)
    copy.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    with thumbnail.open("r+b") as file:
        copy.save(file, "JPEG", quality=QUALITY)


def copy_heic(source: Path, shown: Path, thumbnail: Path, head: bytes) -> str:
    """Write the copies of a photo as phones take it; of a file of this family that is no still photo nothing is read."""
    brands = [head[8:12], *(head[place : place + 4] for place in range(16, min(int.from_bytes(head[:4]), len(head) - 3), 4))]
    if brands[0] not in HEIC and not (brands[0] == b"mif1" and set(brands) & {*HEIC}):
        raise Refused("attachment_heic")
    try:
        heic = open_heic(source)
    except OSError:  # nobody here reads them
        raise Refused("attachment_heic") from None
    if heic.width * heic.height > PIXELS:
        raise Refused("attachment_too_many_pixels", maximum=PIXELS // 1_000_000)
    write_copies(heic.decode(), shown, thumbnail)
    return "image/heic"


def look_at_pdf(source: Path) -> None:
    """Raise Refused for a PDF that is encrypted, broken, too long, also something else, or does anything when it is opened."""
    import pikepdf

    if zipfile.is_zipfile(source):
        raise Refused("attachment_two_kinds")
    with source.open("rb") as file:
        file.seek(max(0, source.stat().st_size - PDF_TAIL))
        if b"%%EOF" not in file.read():
            raise Refused("attachment_broken")
    try:
        opened = pikepdf.open(source, attempt_recovery=False, suppress_warnings=True)
    except pikepdf.PasswordError:
        raise Refused("attachment_encrypted") from None
    with opened as pdf:
        if pdf.is_encrypted:
            raise Refused("attachment_encrypted")
        if len(pdf.pages) > PAGES:
            raise Refused("attachment_too_many_pages", maximum=PAGES)
        if not len(pdf.pages):
            raise Refused("attachment_broken")
        left = OBJECTS
        for thing in [pdf.trailer, *pdf.objects]:
            left = _look_at_object(thing, left)
        if any("repairing" not in warning for warning in pdf.get_warnings()):  # of what is repaired readers may make something else
            raise Refused("attachment_broken")


def _look_at_object(thing: Any, left: int) -> int:
    """Look at an object of a PDF with all that lies in it, none of what it refers to; answers how many more may be looked at."""
    import pikepdf

    waiting = [thing]
    while waiting:
        part = waiting.pop()
        left -= 1
        if left < 0:
            raise Refused("attachment_too_demanding")
        inner: list[Any]  # numbers and truths come as Python's own
        if isinstance(part, pikepdf.Array):
            inner = list(part)
        elif isinstance(part, pikepdf.Dictionary | pikepdf.Stream):
            named = dict(part.items())
            _look_at_names(named, is_stream=isinstance(part, pikepdf.Stream))
            inner = list(named.values())
        else:
            continue
        waiting += [each for each in inner if isinstance(each, pikepdf.Object) and not each.is_indirect]
    return left


def _look_at_names(named: dict[str, Any], *, is_stream: bool) -> None:
    """Raise Refused for a dictionary of a PDF that runs something, brings a file along or fetches one."""
    if any(name in named for name in PDF_PARTS) or (is_stream and "/F" in named):
        raise Refused("attachment_active")
    texts = {name: str(named.get(name, "")) for name in ("/S", "/Subtype", "/Type")}
    if texts["/S"] in PDF_ACTIONS or texts["/Subtype"] in PDF_ANNOTATIONS or texts["/Type"] == "/EmbeddedFile":
        raise Refused("attachment_active")
    if texts["/S"] == "/URI" and not _is_harmless_link(str(named.get("/URI", ""))):
        raise Refused("attachment_active")


def _is_harmless_link(target: str) -> bool:
    try:
        return not target.startswith(("//", "\\")) and urlsplit(target.strip()).scheme.lower() in HARMLESS_LINKS
    except ValueError:
        return False


def look_at_office(source: Path) -> str:
    """The type of a document or spreadsheet; raises Refused for another archive, and for one with macros, objects or links that fetch."""
    if office_text is None:
        raise ImportError("office_text.py")
    with source.open("rb") as file:
        file.seek(-min(22, source.stat().st_size), 2)
        end = file.read()
    if not end.startswith(b"PK\x05\x06"):  # something follows the archive, or its comment; or its end is missing
        raise Refused("attachment_two_kinds" if zipfile.is_zipfile(source) else "attachment_broken")
    with zipfile.ZipFile(source) as archive:
        members = archive.infolist()
        if int.from_bytes(end[10:12], "little") not in (len(members), 0xFFFF):  # readers would see other members than we do
            raise Refused("attachment_broken")
        names = {member.filename for member in members}
        media = next((media for main, media in MAIN_PARTS.items() if main in names), None)
        if media is None or not {"[Content_Types].xml", "_rels/.rels"} <= names:
            raise Refused("attachment_kind_unknown")
        _look_at_members(members)
        types = office_text.read_types(archive.read("[Content_Types].xml"))
        if not office_text.are_harmless(types) or f"{media}.main+xml" not in types.values():
            raise Refused("attachment_active")
        for member in members:
            _look_at_member(archive, member, is_text=office_text.is_text(member.filename, types))
        for name in sorted(name for name in names if name.casefold().endswith(".rels")):
            _look_at_relations(archive.read(name))
    return media


def _look_at_members(members: list[zipfile.ZipInfo]) -> None:
    """Raise Refused for an archive that unpacks to too much, is encrypted, leads outside itself, or says one name twice."""
    if len(members) > MEMBERS or sum(member.file_size for member in members) > UNPACKED:
        raise Refused("attachment_too_demanding")
    if len({member.filename.casefold() for member in members}) < len(members):
        raise Refused("attachment_broken")
    for member in members:
        name, mode = member.filename, member.external_attr >> 16
        if member.flag_bits & 1:
            raise Refused("attachment_encrypted")
        if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/") or (mode & 0o170000) == 0o120000:
            raise Refused("attachment_broken")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused("attachment_broken")
        if member.file_size > RATIO * max(member.compress_size, 1_000):
            raise Refused("attachment_too_demanding")
        if any(part in f"/{name.casefold()}" for part in OFFICE_PARTS):
            raise Refused("attachment_active")


def _look_at_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, *, is_text: bool) -> None:
    """Unpack a member, which compares its sum, and look in its text for what no office writes and what acts when it is opened."""
    is_drawing = member.filename.casefold().endswith(".vml")
    if (is_text or is_drawing) and member.file_size > 5 * XML:
        raise Refused("attachment_too_demanding")
    reader = office_text.PartReader(_is_harmless_link) if is_text else None
    before = b""
    try:
        for piece in _unpack(archive, member):
            if not before and piece[:4] in (b"PK\x03\x04", b"MZ\x90\x00", b"\xd0\xcf\x11\xe0"):  # an archive, a program, an old document
                raise Refused("attachment_active")
            if (is_text or is_drawing) and any(found in before + piece for found in OFFICE_BYTES):
                raise Refused("attachment_active")
            if is_drawing and office_text.fetches(before + piece):
                raise Refused("attachment_active")
            if reader is not None:
                reader.feed(piece)
            before = piece[-32:]
        if reader is not None:
            reader.close()
    except office_text.Active:
        raise Refused("attachment_active") from None


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(member) as unpacked:
        while piece := unpacked.read(1 << 18):
            yield piece


def _look_at_relations(content: bytes) -> None:
    """Raise Refused for a relation to something outside that is more than a link to follow, and for one that brings in other content."""
    from defusedxml.ElementTree import fromstring

    for relation in fromstring(content, forbid_dtd=True):
        kind, target = relation.get("Type", ""), relation.get("Target", "")
        is_outside = relation.get("TargetMode", "").casefold() == "external"
        if kind.endswith(("/aFChunk", "/oleObject", "/package", "/attachedTemplate", "/vbaProject", "/control", "/subDocument")):
            raise Refused("attachment_active")
        if is_outside and not (kind.endswith("/hyperlink") and _is_harmless_link(target)):
            raise Refused("attachment_active")


def main(source: str, shown: str, thumbnail: str) -> dict[str, Any]:
    """What is said of a file."""
    try:
        return {"media_type": copy_harmless(Path(source), Path(shown), Path(thumbnail))}
    except Refused as refused:
        return {"refused": refused.code, "parameters": refused.parameters}
    except MemoryError:
        return {"refused": "attachment_too_demanding", "parameters": {}}
    except ImportError as missing:
        return {"failed": str(missing)}
    except Exception:  # whatever a parser says of it: it cannot be read as what it begins like
        return {"refused": "attachment_broken", "parameters": {}}
