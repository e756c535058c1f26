"""Files over HTTP: streamed to the store, told of by what they are, opened by whoever may read the idea, and never as a page."""

import asyncio
import hashlib
import io
import threading

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from sqlmodel import func, select

from api.hashing import Busy
from api.uploads import Inspecting
from api.v1.attachments import SANDBOX, write_disposition
from models.attachments import Attachment
from models.stages import IdeaStage
from tests.asking import ask, check_problem
from tests.attaching import TAKING, Asking, build_draft, list_stored, put
from tests.building import Town
from tests.described import check_described
from tests.hostile_papers import pdf
from tests.hostile_pictures import MARK, OTHERS, exif, photo
from tests.steps import IDEA_STEPS
from workflows.adapters.inspection import Inspected
from workflows.intake.submit import submit_idea

LOCATED = photo(size=(400, 300), exif=exif(6, place=True))


def count_rows(town: Town) -> int:
    return int(town.rows(select(func.count()).select_from(Attachment))[0])


def test_a_photo_is_attached_listed_opened_and_taken_out(town: Town, client: TestClient) -> None:
    idea = build_draft(town)
    answer = Asking(client, town, idea).send(LOCATED, "Sebelum & sesudah.JPEG")
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["location"] == f"/api/v1/ideas/{idea}/attachments/{made['id']}/file"
    expected = {"name": "Sebelum & sesudah.jpg", "kind": "photo", "media_type": "image/jpeg", "size": len(LOCATED), "state": "clean"}
    assert {name: made[name] for name in expected} == expected
    assert (made["sha256"], made["is_scanned"], made["may_open"]) == (hashlib.sha256(LOCATED).hexdigest(), False, True)
    assert ask(client, town["mate"], f"GET /ideas/{idea}/attachments").json() == [made]
    shown, small, original = (Asking(client, town, idea).fetch(made["id"], copy) for copy in ("shown", "thumbnail", "original"))
    assert original.content == LOCATED
    assert [MARK in each.content for each in (shown, small, original)] == [False, False, True]
    with Image.open(io.BytesIO(shown.content)) as picture:
        assert (picture.size, dict(picture.getexif())) == ((300, 400), {})
    assert Asking(client, town, idea).fetch(made["id"], "original", who="mate").status_code == 404
    assert ask(client, town["lead"], f"DELETE /ideas/{idea}/attachments/{made['id']}").status_code == 204
    assert ask(client, town["lead"], f"GET /ideas/{idea}/attachments").json() == []
    assert Asking(client, town, idea).fetch(made["id"]).status_code == 404


def test_a_file_is_sent_to_be_saved_and_runs_nothing(town: Town, client: TestClient) -> None:
    idea = build_draft(town)
    made = Asking(client, town, idea).send(pdf(), "laporan.pdf").json()
    answer = Asking(client, town, idea).fetch(made["id"])
    assert answer.headers["content-disposition"] == "attachment; filename=\"laporan.pdf\"; filename*=UTF-8''laporan.pdf"
    assert answer.headers["content-security-policy"] == SANDBOX
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (answer.headers["cache-control"], answer.headers["content-type"]) == ("no-store", "application/pdf")
    part = client.get(f"/api/v1/ideas/{idea}/attachments/{made['id']}/file", headers={**town["lead"].headers, "Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"%PDF")


@pytest.mark.parametrize("name", ["Antrean – RW 04.pdf", 'a"b\\c.pdf', "фото.pdf", "naïve\r\nX: y.pdf", "📄.pdf"])
def test_a_name_stands_in_the_header_in_one_line_of_plain_letters_and_whole_beside_it(name: str) -> None:
    header = write_disposition(name)
    header.encode("ascii")
    assert not {"\r", "\n"} & set(header)
    assert header.count('"') == 2
    assert header.partition("filename*=UTF-8''")[2].isascii()


def test_the_same_key_attaches_once_and_another_file_under_it_is_refused(town: Town, client: TestClient) -> None:
    idea = build_draft(town, most=1)
    first, again = (Asking(client, town, idea).send(LOCATED, Idempotency_Key="kunci-1") for _ in range(2))
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    other = Asking(client, town, idea).send(photo(), Idempotency_Key="kunci-1")
    check_problem(other, 422, "idempotency_key_reused", language="id")
    assert count_rows(town) == 1
    assert len(list_stored()) == 3


REFUSED: dict[str, tuple[dict[str, str], bytes, int, str]] = {
    "without a key": ({"Idempotency_Key": ""}, LOCATED, 400, "idempotency_key_missing"),
    "as JSON": ({"Content_Type": "application/json"}, b"{}", 415, "media_type_not_bytes"),
    "as a form": ({"Content_Type": "multipart/form-data; boundary=x"}, b"--x--", 415, "media_type_not_bytes"),
    "of another version": ({"If_Match": '"x"'}, LOCATED, 412, "version_stale"),
    "empty": ({}, b"", 422, "attachment_empty"),
    "too large": ({}, bytes(10_000_001), 422, "attachment_too_large"),
    "a program": ({}, OTHERS["a program for Windows"](), 422, "attachment_kind_unknown"),
}


def test_what_is_refused_leaves_nothing(town: Town, client: TestClient) -> None:
    idea = build_draft(town)
    for how, (headers, content, status, code) in REFUSED.items():
        check_problem(Asking(client, town, idea).send(content, **headers), status, code, language="id")
        assert (list_stored(), count_rows(town)) == ({}, 0), how
    for who, status in (("mate", 403), ("stranger", 404), ("secretary", 404)):
        assert Asking(client, town, idea).send(LOCATED, who=who).status_code == status
    town.do(submit_idea, idea, by="lead")
    check_problem(Asking(client, town, idea).send(LOCATED), 409, "wrong_stage", language="id")
    assert list_stored() == {}


def test_who_may_read_the_idea_opens_its_files_and_nobody_else(town: Town, client: TestClient) -> None:
    idea = build_draft(town)
    row, paper = put(town, idea, LOCATED, name="Sari.jpg", media="image/jpeg"), put(town, idea)

    def who_opens(attachment: Attachment) -> dict[str, int]:
        everybody = ("lead", "mate", *OTHERS_OF_TOWN, *town.reviewers(idea))
        asking = Asking(client, town, idea)
        return {who: asking.fetch(attachment.id, who=who).status_code for who in everybody}

    nobody = dict.fromkeys(OTHERS_OF_TOWN, 404)
    assert who_opens(row) == {"lead": 200, "mate": 200} | nobody
    town.take(idea, *IDEA_STEPS[IdeaStage.IN_REVIEW])
    offices = dict.fromkeys(("head", "secretary", "chair", "leader", "auditor", "admin", "verifier"), 200)
    told = {"lead": 200, "mate": 200} | nobody | offices
    reviewers = town.reviewers(idea)
    assert who_opens(row) == told | dict.fromkeys(reviewers, 200)
    assert who_opens(paper) == told | dict.fromkeys(reviewers, 404)
    assert client.get(f"/api/v1/ideas/{idea}/attachments/{row.id}/file").status_code == 401
    listed = ask(client, town[reviewers[0]], f"GET /ideas/{idea}/attachments").json()
    assert [(each["name"], each["may_open"]) for each in listed] == [("berkas-1.jpg", True), ("berkas-2.pdf", False)]


OTHERS_OF_TOWN = ("stranger", "head", "other_head", "operator", "secretary", "chair", "owner", "verifier", "leader", "auditor", "admin")


def test_files_of_a_sealed_call_are_sealed_with_it(town: Town, client: TestClient) -> None:
    idea = town.build_idea(call=town.build_call(attachments=TAKING, closing={"is_sealed": True}, permission=False))
    row = put(town, idea)
    town.do(submit_idea, idea, by="lead")
    assert {
        who: Asking(client, town, idea).fetch(row.id, who=who).status_code for who in ("lead", "secretary", "chair", "admin", "auditor")
    } == {
        "lead": 200,
        **dict.fromkeys(("secretary", "chair", "admin", "auditor"), 404),
    }


def test_files_of_an_idea_that_one_may_not_see_are_not_found(town: Town, client: TestClient) -> None:
    idea = build_draft(town)
    row = put(town, idea)
    other = build_draft(town)
    answer = client.get(f"/api/v1/ideas/{other}/attachments/{row.id}/file", headers=town["lead"].headers)
    check_described(answer)
    check_problem(answer, 404, "attachment_not_found", language="id")
    check_problem(ask(client, town["stranger"], f"GET /ideas/{idea}/attachments"), 404, "idea_not_found", language="id")


def test_one_person_has_a_part_of_the_queue_before_the_inspections_and_everybody_all_of_it() -> None:
    async def crowd() -> list[str]:
        inspecting, begun, go_on = Inspecting(at_once=1, most_waiting=3, most_of_one=2), threading.Event(), threading.Event()

        def work() -> Inspected:
            begun.set()
            go_on.wait(10)
            return Inspected("application/pdf")

        async def come(person: str) -> str:
            try:
                await inspecting.run(person, work)
            except Busy as busy:
                return busy.code
            return "looked at"

        first = [asyncio.create_task(come(person)) for person in ("a", "a", "a", "b", "b", "c")]
        await asyncio.sleep(0)
        await asyncio.to_thread(begun.wait, 10)
        go_on.set()
        told = list(await asyncio.gather(*first))
        assert await come("a") == "looked at"
        return told

    assert asyncio.run(crowd()) == ["looked at", "looked at", "attachments_busy", "looked at", "looked at", "attachments_busy"]
