"""Files and names that are made to do harm, over HTTP: each is refused or made harmless, and nothing changes but the store's own folder."""

import hashlib
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from sqlmodel import select

from models.attachments import Attachment
from models.settings import settings
from tests.api.pages.browsing import fields_of, open_browser
from tests.asking import ask
from tests.attaching import Asking, build_draft, list_stored
from tests.building import Town
from tests.hostile_documents import OFFICE
from tests.hostile_papers import PAPERS
from tests.hostile_pictures import MARK, OF_PHONES, OTHERS, PICTURES, photo

HOSTILE = {**PICTURES, **OTHERS, **PAPERS, **OFFICE}
HARMLESS = (  # taken: as a copy without what is wrong with it, or because it only looks wrong
    *("a photo that tells where it was taken", "a photo with a page behind it", "a photo with a script as its comment"),
    *("a photo with a script in its XMP", "a photo with an archive behind it", "a photo whose notes are broken", *OF_PHONES),
    *("a photo held in a way that there is not", "a photo whose notes point to themselves", "a photo with a hundred long comments"),
    *("a photo with colours of nonsense", "a photo of one pixel in a row of sixty thousand", "a picture with a script as its note"),
    *("a picture with an archive behind it", "a picture without its colours", "a picture whose points unpack to more than it says"),
    "a WebP with a script in its notes",
    *("a paper with a link to a page", "a paper with a packed stream of a hundred megabytes"),
    *("a document with a link to a page", "a photo named as a part", "a sheet with what is in every sheet"),
    "a document that writes of such fields and has those of every day",
)
MARKED = MARK.decode()
NAMES = (  # of files: ways out of a folder, names that mean something to a system, to a reader or to a header
    *(f"../../../../tmp/{MARKED}.jpg", f"..\\..\\{MARKED}.exe", f"/etc/cron.d/{MARKED}", f"C:\\{MARKED}.bat", f"%2e%2e%2f{MARKED}.jpg"),
    *(
        f"file:///tmp/{MARKED}",
        f"{MARKED}\0.jpg",
        f"{MARKED}.jpg/..",
        f"~/{MARKED}",
        "..",
        ".lock",
        "drafts",
        "NUL",
        ".htaccess",
        "a" * 900,
    ),
    *(
        "foto\u202egpj.exe",
        "<script>x.jpg",
        '"; filename="x.exe',
        "foto\r\nSet-Cookie: x=y.jpg",
        "foto.jpg.html",
        "=cmd|x.jpg",
        " ",
        "\u200b\u2028.jpg",
    ),
)


def snapshot(town: Town) -> dict[str, str]:
    """Every file and folder beside the settings' own with what it holds, but for the store, the logs and the town's database."""
    left_out, database = (settings().attachments, settings().data / "logs"), str(town.store.url.database)
    inside = (place for place in settings().data.parent.rglob("*") if not any(place.is_relative_to(each) for each in left_out))
    found = [place for place in inside if str(place) not in (database, f"{database}-wal", f"{database}-shm")]
    return {str(place): hashlib.sha256(place.read_bytes()).hexdigest() if place.is_file() else "" for place in found}


def list_marked() -> list[Path]:
    """What lies in the folder that everybody may write to and is named by one of these files."""
    return sorted(Path("/tmp").glob(f"*{MARKED}*"))


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_each_hostile_file_is_refused_or_made_harmless_and_nothing_but_the_store_changes(
    town: Town, client: TestClient, share: Callable[[int], int], tmp_path: Path
) -> None:
    assert len(HOSTILE) >= 120
    assert set(HARMLESS) < set(HOSTILE)
    idea, number = build_draft(town), share(len(HOSTILE))
    chosen = [list(HOSTILE)[place * len(HOSTILE) // number] for place in range(number)]
    (tmp_path / "beside").mkdir()
    settings().data.mkdir(exist_ok=True)
    before = snapshot(town), list_marked()
    for place, name in enumerate(chosen):
        answer = Asking(client, town, idea).send(HOSTILE[name](), NAMES[place % len(NAMES)])
        if name in HARMLESS:
            assert answer.status_code == 201, (name, answer.text)
            check_harmless(client, town, idea, answer.json()["id"], name)
            ask(client, town["lead"], f"DELETE /ideas/{idea}/attachments/{answer.json()['id']}")
        else:
            assert answer.status_code == 422, (name, answer.status_code)
            assert answer.json()["type"].startswith("urn:gagas:problem:attachment_"), name
        assert not any(place.startswith("drafts") for place in list_stored()), name
    assert (snapshot(town), list_marked()) == before
    assert all(re.fullmatch(r"(\w\w)/\1\w{62}\.\w{3,4}", place) for place in list_stored())
    print(f"{sum(name in HARMLESS for name in chosen)} of {len(chosen)} hostile files were made harmless, the others refused")


def check_harmless(client: TestClient, town: Town, idea: str, attachment: str, name: str) -> None:
    """What others see of it holds nothing of what was wrong."""
    shown = Asking(client, town, idea).fetch(attachment, who="mate")
    assert shown.headers["content-disposition"].startswith("attachment"), name
    if shown.headers["content-type"] == "image/jpeg":
        assert MARK not in shown.content, name
        with Image.open(io.BytesIO(shown.content)) as picture:
            assert (picture.format, dict(picture.getexif())) == ("JPEG", {})


def test_a_name_is_but_a_name_however_it_is_sent(town: Town, client: TestClient) -> None:
    idea = build_draft(town)
    settings().data.mkdir(exist_ok=True)
    browser, place, before = open_browser(town, "lead"), f"/usulan/{idea}/lampiran", (snapshot(town), list_marked())
    for number, name in enumerate(NAMES):
        content = photo(size=(9 + number, 9))
        if number % 4:
            made = Asking(client, town, idea).send(content, name)
            assert made.status_code == 201, (name, made.text)
        else:
            head = 'Content-Disposition: form-data; name="file"; filename="' + name.replace("\\", "\\\\").replace('"', "%22") + '"'
            assert send_form(browser, place, head, content) == 303, name
        [row] = town.rows(select(Attachment).where(Attachment.sha256 == hashlib.sha256(content).hexdigest()))
        assert re.fullmatch(r"[^/\\\x00-\x1f<>\"]{1,190}\.jpg", row.name), (name, row.name)
        assert not row.name.startswith((".", "~/")), (name, row.name)
        shown = Asking(client, town, idea).fetch(row.id)
        assert re.fullmatch(r"attachment; filename=\"[\w .-]+\.jpg\"; filename\*=UTF-8''[\w.%~-]+", shown.headers["content-disposition"]), (
            name
        )
        ask(client, town["lead"], f"DELETE /ideas/{idea}/attachments/{row.id}")
    assert (snapshot(town), list_marked()) == before
    assert all(re.fullmatch(r"(\w\w)/\1\w{62}\.jpg", place) for place in list_stored())


def send_form(browser: TestClient, place: str, head: str, content: bytes) -> int:
    """The status of the answer to a page's form, whose file is told of in words of one's own."""
    fields = fields_of(browser.get(place).text, place)
    parts = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()]
    body = b"".join(parts) + b"--x\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n--x--\r\n"
    return browser.post(place, content=body, headers={"Content-Type": "multipart/form-data; boundary=x"}).status_code
