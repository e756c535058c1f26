"""Posted forms as they come over the wire: order, repeated and empty fields kept, limits held, other bodies refused."""

import asyncio
from urllib.parse import urlencode

import pytest
from starlette.requests import Request

from api.pages.forms import MOST_FIELDS, Form, read_form
from models.settings import settings
from tests.api.pages.browsing import open_browser, send
from tests.building import Town

FORM = "application/x-www-form-urlencoded"


def sent(body: bytes, media: str = FORM) -> Request:
    """A request whose body arrives in pieces of seven bytes."""
    pieces = [body[place : place + 7] for place in range(0, len(body), 7)] or [b""]

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    return Request({"type": "http", "method": "POST", "headers": [(b"content-type", media.encode())], "app": None}, receive)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "fields",
    [
        [("b", "1"), ("a", "2"), ("b", "3")],
        [("kosong", ""), ("judul", "Antrean & loket = satu; dua")],
        [("teks", "Baris satu\r\nbaris dua"), ("sandi", "100% + 'kutip' \"ganda\"")],
        [("nama", "Siti Rohaenitami – ꦱꦶꦠꦶ 🚀"), ("sections.background", "é")],
        [],
    ],
)
def test_fields_come_back_in_their_order_with_repeated_and_empty_ones(fields: list[tuple[str, str]]) -> None:
    assert asyncio.run(read_form(sent(urlencode(fields).encode()))).fields == fields


def test_of_a_field_sent_twice_the_last_counts() -> None:
    assert asyncio.run(read_form(sent(b"do=save&do=submit"))).text("do") == "submit"


def test_bytes_that_are_no_text_become_marks_and_no_fault() -> None:
    assert asyncio.run(read_form(sent(b"judul=%ff%fe&%00=x"))).fields == [("judul", "\ufffd\ufffd"), ("\0", "x")]


@pytest.mark.parametrize(("extra", "status"), [(0, 401), (1, 400)])
def test_a_form_of_too_many_fields_is_refused(town: Town, extra: int, status: int) -> None:
    """The form that is just small enough is read, and its wrong password found."""
    fields = urlencode([("identifier", "1"), ("password", "x")] + [("x", "")] * (MOST_FIELDS - 2 + extra))
    answer = open_browser(town).post("/masuk", content=fields, headers={"content-type": FORM})
    assert answer.status_code == status


def test_a_form_that_is_too_large_is_refused(town: Town) -> None:
    answer = open_browser(town).post("/masuk", data={"identifier": "1" * settings().body_limit})
    assert answer.status_code == 413


@pytest.mark.parametrize("media", ["multipart/form-data; boundary=x", "text/plain", "application/json", ""])
def test_any_other_body_is_refused(town: Town, media: str) -> None:
    answer = open_browser(town).post("/masuk", content=b"identifier=1&password=x", headers={"content-type": media})
    assert answer.status_code == 415


def test_a_wrong_address_stands_beside_its_field_in_the_readers_language(town: Town) -> None:
    typed = {"name": "Euis", "employee_number": "199005052015012777", "kind": "pns", "unit_code": "KEL-CAMPAKA", "email": "euis@bandung"}
    answer = send(open_browser(town, "operator"), "/pegawai", "/pegawai", **typed)
    assert answer.status_code == 422
    assert 'id="register-email-error"' in answer.text
    assert "Tulis alamat surel yang lengkap" in answer.text
    assert 'value="euis@bandung"' in answer.text


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ("24-11-2026", None),
        ("2026-11-24", None),
        ("31-02-2026", "day_unreadable"),
        ("01-01-0026", "date_out_of_range"),
        ("", "field_missing"),
    ],
)
def test_a_day_is_one_that_exists_and_that_people_mean(typed: str, wrong: str | None) -> None:
    form = Form([("decree_on", typed)])
    assert (form.day("decree_on") is None) == (wrong is not None)
    assert form.wrong.get("decree_on") == wrong
