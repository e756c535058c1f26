"""The book of an idea as a PDF: page numbers that are true, bookmarks, photos and papers in their place, and nothing alive in it.

Who would cheat or err: a paper with a hidden layer, a form that only its fields fill, a page without size, a name that never ends, a paper
of a thousand pages, a file that is gone.
"""

import io
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name, Pdf

from tests.hostile_papers import PAPERS, pdf
from tests.hostile_pictures import MARK, photo
from workflows.adapters import looking
from workflows.adapters.looking import look_at_pdf
from workflows.documents import book as binding
from workflows.documents.book import render_book
from workflows.documents.book_content import BookContent, BookFile, BookWords, Chapter, Fact

WORDS = BookWords(
    contents="Daftar isi",
    files="Lampiran",
    cover="Buku usulan inovasi",
    number="No.",
    file="Berkas",
    where="Halaman",
    leaf="{name}, halaman {page} dari {pages}",
    leaf_alt="Halaman {page} dari {pages} berkas {name}",
    photo="Salinan yang diperkecil.",
    photo_alt="Foto lampiran: {name}",
    too_many="Paling banyak {count} halaman.",
    too_large="Paling besar {count} MB.",
    unreadable="Tidak dapat dijilid.",
)
CODE = "IDE-2026-000123"


def bound(folder: Path, kind: str, *contents: bytes, name: str = "berkas") -> list[BookFile]:
    """Files to bind."""
    files = []
    for number, content in enumerate(contents, 1):
        path = folder / f"{name}-{number}"
        path.write_bytes(content)
        facts = (Fact("Sidik digital", f"{number}" * 64),)
        files.append(BookFile(f"Lampiran {number}: {path.name}", path.name, facts, bound=kind, path=str(path)))  # type: ignore[arg-type]
    return files


def write(*files: BookFile, **changed: Any) -> bytes:
    """A book with these files."""
    usual: dict[str, Any] = {
        "language": "id",
        "spoken": "id",
        "address": "https://gagas.example",
        "title": "Antrean daring kelurahan",
        "code": CODE,
        "call_title": "Lomba",
        "facts": (Fact("Unit kerja", "Kelurahan Maleber"),),
        "made": "Disusun untuk Sari",
        "notice": "Salinan untuk dibaca.",
        "made_on": date(2026, 11, 29),
        "chapters": (Chapter("Isi usulan", '<section class="prose"><h3>Latar</h3><p>Warga menunggu.</p></section>'),),
        "files": files,
        "words": WORDS,
    }
    target = io.BytesIO()
    render_book(BookContent(**usual | changed), target)
    return target.getvalue()


def read_pages(content: bytes) -> list[str]:
    """The text of each page."""
    read = pypdfium2.PdfDocument(content)
    return [page.get_textpage().get_text_range() for page in read]


def picture_of(content: bytes, number: int) -> Any:
    """A page as a picture, four points to a dot of colour."""
    return pypdfium2.PdfDocument(content)[number].render(scale=0.25).to_pil().convert("RGB")


def coloured(content: bytes, number: int, colour: tuple[int, int, int]) -> set[tuple[int, int]]:
    """Where on a page a colour stands."""
    page = picture_of(content, number)
    return {(x, y) for x in range(page.width) for y in range(page.height) if page.getpixel((x, y)) == colour}


def painted(made: Pdf, how: str, size: tuple[int, int] = (400, 600), **page: Any) -> None:
    """A page with these operators."""
    made.add_blank_page(page_size=size)
    made.pages[-1].Contents = made.make_stream(how.encode())
    for name, value in page.items():
        made.pages[-1].obj[f"/{name}"] = value


def paper(*pages: tuple[str, dict[str, Any]]) -> bytes:
    """A paper of painted pages."""
    made, file = pikepdf.new(), io.BytesIO()
    for how, named in pages:
        painted(made, how, **named)
    made.save(file)
    return file.getvalue()


RED = "1 0 0 rg 0 300 400 300 re f"  # the upper half


def test_contents_and_file_list_name_the_pages_on_which_things_stand(tmp_path: Path) -> None:
    files = [*bound(tmp_path, "photo", photo(size=(400, 300)), name="foto"), *bound(tmp_path, "pdf", pdf(pages=4), name="surat")]
    files += [BookFile("Lampiran 3: rencana.docx", "rencana.docx", (), apart="Unduh dari halaman usulan.")]
    pages = read_pages(write(*files))
    (contents,) = [text for text in pages if text.startswith("Daftar isi")]
    for title in ("Isi usulan", "Lampiran 1: foto-1", "Lampiran 1: surat-1", "Lampiran 3: rencana.docx"):
        line = next(line for line in contents.splitlines() if line.startswith(title))
        number = int(line.rpartition(".")[2])
        assert title in pages[number - 1], title
        assert f"{number} / {len(pages)}" in pages[number - 1]
    assert "surat-1, halaman 4 dari 4" in pages[-2]
    assert all(f"{CODE} · Antrean daring kelurahan" in text for text in pages[1:])
    assert "Unduh dari halaman usulan." in pages[-1]


def test_a_book_has_bookmarks_a_language_a_title_and_tags(tmp_path: Path) -> None:
    content = write(*bound(tmp_path, "pdf", pdf(pages=2)), language="en")
    with pikepdf.open(io.BytesIO(content)) as made:
        assert (str(made.Root.Lang), bool(made.Root.MarkInfo.Marked)) == ("en", True)
        assert str(made.docinfo["/Title"]).startswith(f"Buku usulan inovasi: {CODE}")
        with made.open_outline() as outline:
            tree = {each.title: [inner.title for inner in each.children] for each in outline.root}
    assert tree["Isi usulan"] == ["Latar"]
    assert tree["Lampiran"] == ["Lampiran 1: berkas-1"]
    alternative = "Halaman 2 dari 2 berkas berkas-1"
    assert any(alternative.encode(coding) in uncompressed(content) for coding in ("ascii", "utf-16-be"))


def uncompressed(content: bytes) -> bytes:
    """The same file with everything readable in it."""
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as made:
        made.save(file, object_stream_mode=pikepdf.ObjectStreamMode.disable, stream_decode_level=pikepdf.StreamDecodeLevel.generalized)
    return file.getvalue()


def test_the_same_content_is_the_same_file(tmp_path: Path) -> None:
    files = [*bound(tmp_path, "photo", photo()), *bound(tmp_path, "pdf", pdf(), name="surat")]
    assert write(*files) == write(*files)


def test_pages_stand_upright_and_whole_however_they_are_turned_cut_and_placed(tmp_path: Path) -> None:
    """The red half is up where a viewer shows it up, and as wide as the page."""
    shapes = {
        "plain": {},
        "cut": {"MediaBox": Array([-100, -100, 500, 700]), "CropBox": Array([0, 0, 400, 600])},
        "its corners the other way round": {"MediaBox": Array([400, 600, 0, 0])},
        "in larger points": {"UserUnit": 2},
    }
    content = write(*bound(tmp_path, "pdf", *(paper((RED, named)) for named in shapes.values())))
    first = next(number for number, text in enumerate(read_pages(content)) if "halaman 1 dari 1" in text)
    places = [coloured(content, first + number, (255, 0, 0)) for number in range(len(shapes))]
    for shape, place in zip(shapes, places, strict=True):
        wide, high = (max(each) - min(each) for each in zip(*place, strict=True))
        assert wide / high == pytest.approx(4 / 3, abs=0.06), shape
    assert places[:3] == [places[0]] * 3


def test_a_turned_page_is_turned_as_a_viewer_turns_it(tmp_path: Path) -> None:
    halves = f"{RED} 0 0 1 rg 0 0 400 300 re f"
    content = write(*bound(tmp_path, "pdf", paper((halves, {"Rotate": 90}), (halves, {"Rotate": 180}), (halves, {"Rotate": 270}))))
    first = next(number for number, text in enumerate(read_pages(content)) if "halaman 1 dari 3" in text)
    sizes = [picture_of(content, first + number).size for number in range(3)]
    assert [width > height for width, height in sizes] == [True, False, True]
    red, blue = ([coloured(content, first + number, colour) for number in range(3)] for colour in ((255, 0, 0), (0, 0, 255)))
    assert min(x for x, _ in red[0]) > max(x for x, _ in blue[0])
    assert min(y for _, y in red[1]) > max(y for _, y in blue[1])
    assert max(x for x, _ in red[2]) < min(x for x, _ in blue[2])


def layered(**usual: Any) -> bytes:
    """A paper whose red half lies in a layer that it hides."""
    made, file = pikepdf.new(), io.BytesIO()
    layer = made.make_indirect(Dictionary(Type=Name.OCG, Name="rahasia"))
    painted(made, f"/OC /Layer BDC {RED} EMC 0 0 1 rg 0 0 400 100 re f", Resources=Dictionary(Properties=Dictionary(Layer=layer)))
    made.Root.OCProperties = Dictionary(
        OCGs=Array([layer]), D=Dictionary(**{n: Array([layer]) if v is None else v for n, v in usual.items()})
    )
    made.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("usual", "is_shown"),
    [({"OFF": None}, False), ({"BaseState": Name.OFF}, False), ({"BaseState": Name.OFF, "ON": None}, True), ({}, True)],
    ids=["off", "all off", "all off but this", "on"],
)
def test_what_a_paper_hides_in_a_layer_stays_hidden(tmp_path: Path, usual: dict[str, Any], is_shown: bool) -> None:
    content = write(*bound(tmp_path, "pdf", layered(**usual)))
    page = next(number for number, text in enumerate(read_pages(content)) if "halaman 1 dari 1" in text)
    assert bool(coloured(content, page, (255, 0, 0))) is is_shown
    assert coloured(content, page, (0, 0, 255))


def noted() -> bytes:
    """A paper with a field that was filled in, and a link."""
    made, file = pikepdf.new(), io.BytesIO()
    made.add_blank_page(page_size=(400, 600))
    look = made.make_stream(b"1 0 0 rg 0 0 200 200 re f", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 200, 200]))
    field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T="nama", V="Sari", F=4, Rect=Array([100, 100, 300, 300]))
    field.AP = Dictionary(N=look)
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 90, 90]), A=Dictionary(S=Name.URI, URI="https://x.example"))
    annotations = [made.make_indirect(field), made.make_indirect(link)]
    made.pages[0].obj.Annots = Array(annotations)
    made.Root.AcroForm = Dictionary(Fields=Array(annotations[:1]))
    made.save(file)
    return file.getvalue()


def test_what_was_filled_into_a_form_is_drawn_and_its_links_stay_behind(tmp_path: Path) -> None:
    content = write(*bound(tmp_path, "pdf", noted()))
    page = next(number for number, text in enumerate(read_pages(content)) if "halaman 1 dari 1" in text)
    assert coloured(content, page, (255, 0, 0))
    with pikepdf.open(io.BytesIO(content)) as made:
        assert "/AcroForm" not in made.Root
        assert "/Annots" not in made.pages[page]
    assert b"x.example" not in uncompressed(content)


def test_no_paper_however_hostile_makes_a_book_that_does_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such papers are refused long before; were one let through, its pages would still be pictures."""
    files = bound(tmp_path, "pdf", *(make() for make in PAPERS.values()))
    content = write(*files)
    (tmp_path / "book").write_bytes(content)
    monkeypatch.setattr(looking, "PAGES", 10_000)
    look_at_pdf(tmp_path / "book")
    for alive in (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/SubmitForm", b"/GoToR", b"/RichMedia", b"app.alert"):
        assert alive not in uncompressed(content), alive


BROKEN = {
    "gone": b"",
    "no paper": b"%PDF-1.7 " + MARK,
    "half a paper": pdf(pages=3)[:250],
    "a page without size": paper((RED, {"MediaBox": Array([0, 0, 0, 0])})),
    "a page as large as a city": paper((RED, {"MediaBox": Array([0, 0, 10**8, 10**8])})),
}


def test_what_cannot_be_bound_is_named_and_the_rest_is_bound(tmp_path: Path) -> None:
    files = [*bound(tmp_path, "pdf", *BROKEN.values()), *bound(tmp_path, "photo", b"\xff\xd8\xff" + MARK, name="foto")]
    files += bound(tmp_path, "pdf", pdf(pages=2), name="baik")
    Path(files[0].path).unlink()
    pages = read_pages(write(*files))
    assert sum(text.count("Tidak dapat dijilid.") for text in pages) == len(BROKEN) + 1
    assert any("baik-1, halaman 2 dari 2" in text for text in pages)


def test_a_book_has_so_many_pages_and_bytes_of_files_at_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binding, "MOST_LEAVES", 5)
    pages = read_pages(write(*bound(tmp_path, "pdf", pdf(pages=3), pdf(pages=3), pdf(pages=2))))
    assert [name for name in ("berkas-1", "berkas-2", "berkas-3") if any(f"{name}, halaman 1" in text for text in pages)] == [
        "berkas-1",
        "berkas-3",
    ]
    assert any("Paling banyak 5 halaman." in text for text in pages)
    monkeypatch.setattr(binding, "MOST_BYTES", 1_500)
    small, large = photo(size=(8, 8)), photo(size=(900, 900))
    assert len(small) < 1_500 < len(large)
    pages = read_pages(write(*bound(tmp_path, "photo", large, small)))
    assert sum(text.count("Paling besar 0 MB.") for text in pages) == 1
    assert any("Salinan yang diperkecil." in text for text in pages)


def test_a_photo_is_no_larger_than_paper_shows(tmp_path: Path) -> None:
    content = write(*bound(tmp_path, "photo", photo(size=(2_560, 1_200)), photo(size=(1_200, 2_560))))
    with pikepdf.open(io.BytesIO(content)) as made:
        drawn = [each for each in made.objects if isinstance(each, pikepdf.Stream) and each.get("/Subtype") == Name.Image]
        sizes = sorted((int(each.Width), int(each.Height)) for each in drawn)
    assert sizes == [(844, 1_800), (1_800, 844)]


def test_words_without_end_and_letters_that_no_font_has_stay_within_the_page(tmp_path: Path) -> None:
    html = f"<section class='prose'><h3>{'x' * 3_000}</h3><p>{'panjang' * 2_000}</p><p>\U0001f600 \u202e \x07 \ue000</p></section>"
    files = bound(tmp_path, "pdf", pdf(), name="n" * 100)
    content = write(*files, title="A" * 300, chapters=(Chapter("Isi", html),), made="Disusun untuk " + "Sari " * 60)
    for page in pypdfium2.PdfDocument(content):
        text = page.get_textpage()
        assert max(text.get_charbox(place)[2] for place in range(text.count_chars())) <= page.get_width() - 50
    assert "\N{WHITE SQUARE}" in "".join(read_pages(content))
