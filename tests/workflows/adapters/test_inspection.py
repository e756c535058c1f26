"""What a file is, found out apart: photos come back upright and with nothing but what one sees, and nobody waits for a file for ever."""

import io
from pathlib import Path

import pytest
from PIL import Image

from tests import heic
from tests.heic import SIDE
from tests.hostile_documents import office
from tests.hostile_papers import pdf
from tests.hostile_pictures import MARK, exif, photo
from workflows.adapters import inspection
from workflows.adapters.inspection import FileRefused, Inspected, inspect_file
from workflows.adapters.lookout import Lookout

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def look(folder: Path, content: bytes, **named: float) -> Inspected:
    (folder / "file").write_bytes(content)
    for copy in ("shown", "small"):
        (folder / copy).write_bytes(b"")
    return inspect_file(folder / "file", folder / "shown", folder / "small", **named)


def leaning(orientation: int) -> bytes:
    """A photo whose left half is red as the camera held it."""
    picture, file = Image.new("RGB", (60, 40), "blue"), io.BytesIO()
    picture.paste("red", (0, 0, 30, 40))
    picture.save(file, "JPEG", exif=exif(orientation, place=True), quality=95)
    return file.getvalue()


# by how the camera was held: where the red half is once the photo is upright
UPRIGHT = {1: "left", 2: "right", 3: "right", 4: "left", 5: "top", 6: "top", 7: "bottom", 8: "bottom"}


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
@pytest.mark.parametrize("kind", ["jpeg", "heic"])
def test_a_photo_is_shown_upright_without_place_and_camera(tmp_path: Path, kind: str, orientation: int) -> None:
    content = leaning(orientation) if kind == "jpeg" else heic.leaning(orientation)
    if kind == "jpeg":
        with Image.open(io.BytesIO(content)) as held:
            assert held.getexif().get_ifd(0x8825)
    assert MARK in content
    assert look(tmp_path, content) == Inspected(f"image/{kind}")
    for copy in ("shown", "small"):
        kept = (tmp_path / copy).read_bytes()
        assert MARK not in kept
        with Image.open(io.BytesIO(kept)) as shown:
            assert (shown.format, dict(shown.getexif())) == ("JPEG", {})
            assert not {"exif", "icc_profile", "comment", "xmp", "photoshop"} & set(shown.info)
            width, height = shown.size
            places = {
                "left": (2, height // 2),
                "right": (width - 3, height // 2),
                "top": (width // 2, 2),
                "bottom": (width // 2, height - 3),
            }
            red = {name for name, place in places.items() if shown.convert("RGB").getpixel(place)[0] > 180}  # type: ignore[index]
        assert UPRIGHT[orientation] in red
        assert len(red & {"left", "right"} if UPRIGHT[orientation] in ("left", "right") else red & {"top", "bottom"}) == 1


def test_a_photo_of_a_phone_is_put_together_of_its_tiles(tmp_path: Path) -> None:
    assert look(tmp_path, heic.tiled(3, 5)) == Inspected("image/heic")
    with Image.open(tmp_path / "shown") as shown:
        assert shown.size == (5 * heic.SIDE, 3 * heic.SIDE)
        for place in ((3, 3), (200, 100), (317, 189)):
            assert max(abs(a - b) for a, b in zip(shown.getpixel(place), (0, 128, 128), strict=True)) < 12  # type: ignore[arg-type]


HEIC_REFUSED = {
    "attachment_heic": (heic.one(brands=(b"msf1", b"mif1", b"hevc")), heic.one(brands=(b"avif", b"mif1", b"avif"))),
    "attachment_too_many_pixels": (heic.one(30_000, 30_000), heic.tiled(255, 200)),
    "attachment_too_demanding": (heic.one(65_535, 65_535),),
    "attachment_broken": (heic.one(SIDE, 0), heic.one(3_000, 3_000), heic.tiled(40, 40, says=(SIDE, SIDE)), heic.leaning(1)[:600]),
}


@pytest.mark.parametrize("code", HEIC_REFUSED)
def test_what_only_begins_like_a_photo_of_a_phone_is_refused(tmp_path: Path, code: str) -> None:
    for content in HEIC_REFUSED[code]:
        with pytest.raises(FileRefused) as refused:
            look(tmp_path, content)
        assert refused.value.code == code


def test_a_photo_of_a_phone_that_is_made_of_itself_ends_within_the_limits(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=r"attachment_(broken|too_demanding)"):
        look(tmp_path, heic.tiled(1, 1, parts=[1]))
    assert look(tmp_path, heic.one()) == Inspected("image/heic")


def test_where_nobody_reads_photos_of_phones_they_are_refused_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("lookout_process.py", "looking.py", "office_text.py", "heif.py"):
        program = Path(inspection.__file__).with_name(name).read_text()
        (tmp_path / name).write_text(program.replace("libheif.so.1", "libnothing.so.1"))
    lookout = Lookout(tmp_path / "lookout_process.py")
    monkeypatch.setattr(inspection, "LOOKOUT", lookout)
    with pytest.raises(FileRefused, match="attachment_heic"):
        look(tmp_path, heic.leaning(1))
    assert look(tmp_path, photo()) == Inspected("image/jpeg")
    lookout.end()


def test_copies_are_of_a_size_for_pages(tmp_path: Path) -> None:
    assert look(tmp_path, photo("PNG", (4_000, 1_000))) == Inspected("image/png")
    with Image.open(tmp_path / "shown") as shown, Image.open(tmp_path / "small") as small:
        assert (shown.size, small.size) == ((2_560, 640), (320, 80))


def test_what_is_seen_through_stands_on_white(tmp_path: Path) -> None:
    file = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(file, "PNG")
    look(tmp_path, file.getvalue())
    with Image.open(tmp_path / "shown") as shown:
        assert min(shown.getpixel((5, 5))) > 250  # type: ignore[arg-type, type-var]


def test_papers_documents_and_sheets_are_known_by_what_they_hold(tmp_path: Path) -> None:
    assert look(tmp_path, pdf(pages=3)).kind == "pdf"
    assert look(tmp_path, office()) == Inspected(WORD)
    assert (tmp_path / "shown").read_bytes() == b""


def test_a_file_that_takes_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="attachment_too_demanding"):
        look(tmp_path, photo("PNG", (3_000, 3_000)), seconds=0.01)


def test_where_nobody_can_look_the_file_is_not_called_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflows.adapters.inspection.LOOKOUT", Lookout(tmp_path / "gone.py"))
    with pytest.raises(OSError, match="could not be looked at"):
        look(tmp_path, photo())


def test_copies_that_were_swept_meanwhile_are_not_made_anew(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(photo())
    with pytest.raises(FileRefused, match="attachment_broken"):
        inspect_file(tmp_path / "file", tmp_path / "shown", tmp_path / "small")
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


def test_what_is_done_meanwhile_is_done_once_and_its_fault_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(pdf())
    done = list[str]()
    assert inspect_file(tmp_path / "file", tmp_path, tmp_path, meanwhile=lambda: done.append("once")).kind == "pdf"
    assert done == ["once"]

    def fail() -> None:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        inspect_file(tmp_path / "file", tmp_path, tmp_path, meanwhile=fail)
    assert inspect_file(tmp_path / "file", tmp_path, tmp_path).kind == "pdf"
