"""Sessions and forms: cookies out of reach, forms of other sites refused, a second press harmless, nothing typed lost."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlmodel import col, func, select, update

from models.ideas import Idea
from models.instants import wall_now
from models.people import SignIn
from models.stages import IdeaStage
from tests.api.pages.browsing import PASSWORD, SENTENCE, fields_of, give_password, open_browser, send, start_session
from tests.building import Town

pytestmark = pytest.mark.slow


def test_signing_in_sets_a_cookie_out_of_reach_and_renews_the_session(town: Town) -> None:
    give_password(town, "lead")
    browser = open_browser(town, "mate")
    before = browser.cookies["gagas_session"]
    answer = send(browser, "/masuk?lanjut=/usulan", "/masuk", identifier=town["lead"].number, password=PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/usulan")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert browser.cookies["gagas_session"] != before
    held = Counter(town.rows(select(SignIn.person_id)))
    assert held[town["lead"].id] == 1
    assert held[town["mate"].id] == 1  # the town's own, for the API; that of the browser is over


def test_over_tls_the_cookie_is_bound_to_the_host(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    give_password(town, "lead")
    browser = open_browser(town)
    browser.base_url = "https://testserver"
    fields = {"identifier": town["lead"].number, "password": PASSWORD}
    cookie = browser.post("/masuk", data=fields).headers["set-cookie"]
    assert cookie.startswith("__Host-gagas_session=")
    assert "Secure" in cookie
    assert "Path=/" in cookie


def test_a_wrong_password_keeps_the_number_and_never_the_password(town: Town) -> None:
    answer = send(open_browser(town), "/masuk", "/masuk", identifier=town["lead"].number, password="bukan kata sandi itu")
    assert answer.status_code == 401
    assert town["lead"].number in answer.text
    assert "bukan kata sandi itu" not in answer.text


def test_after_too_many_tries_the_page_says_when_to_come_back(town: Town) -> None:
    browser = open_browser(town)
    for _ in range(10):
        browser.post("/masuk", data={"identifier": "1", "password": "x"})
    answer = browser.post("/masuk", data={"identifier": "1", "password": "x"})
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "900"


@pytest.mark.parametrize("elsewhere", ["https://jahat.example", "//jahat.example", "/\\jahat.example", "javascript:alert(1)"])
def test_nobody_is_led_off_the_site(town: Town, elsewhere: str) -> None:
    give_password(town, "lead")
    fields = {"identifier": town["lead"].number, "password": PASSWORD, "back": elsewhere}
    assert open_browser(town).post("/masuk", data=fields).headers["location"] == "/"


def test_signing_out_ends_the_session_on_the_server(town: Town) -> None:
    browser = open_browser(town, "lead")
    token = browser.cookies["gagas_session"]
    assert send(browser, "/keluar", "/keluar").status_code == 303
    again = open_browser(town)
    again.cookies.set("gagas_session", token)
    assert again.get("/usulan").headers["location"] == "/masuk?lanjut=%2Fusulan"


def test_a_bearer_token_opens_no_page_and_a_cookie_no_api(town: Town) -> None:
    browser = open_browser(town)
    assert browser.get("/usulan", headers={"Authorization": f"Bearer {start_session(town, 'lead')}"}).status_code == 303
    assert open_browser(town, "lead").get("/api/v1/me").status_code == 401


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "", "Origin": "http://testserver"},
    {"Origin": "https://jahat.example"},
    {"Origin": "null"},
    {},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=[" ".join(f"{k}={v}" for k, v in h.items()) or "neither" for h in FOREIGN])
def test_a_form_of_another_site_is_refused_before_anything_is_read(town: Town, headers: dict[str, str]) -> None:
    idea, browser = town.build_idea(IdeaStage.AWAITING_PERMISSION), open_browser(town, "head")
    fields = fields_of(browser.get(f"/usulan/{idea}").text, f"/usulan/{idea}/izin") | {"outcome": "granted"}
    for name in ("Sec-Fetch-Site", "Origin"):
        del browser.headers[name]
    answer = browser.post(f"/usulan/{idea}/izin", data=fields, headers=headers)
    assert answer.status_code == 403
    assert town.idea(idea).stage == "awaiting_permission"


def test_an_old_browser_proves_itself_by_origin(town: Town) -> None:
    idea, browser = town.build_idea(IdeaStage.AWAITING_PERMISSION), open_browser(town, "head")
    fields = fields_of(browser.get(f"/usulan/{idea}").text, f"/usulan/{idea}/izin") | {"outcome": "granted"}
    del browser.headers["Sec-Fetch-Site"]
    assert browser.post(f"/usulan/{idea}/izin", data=fields).status_code == 303


def test_a_form_without_its_proof_does_nothing_and_keeps_what_was_typed(town: Town) -> None:
    idea, browser = town.build_idea(IdeaStage.AWAITING_PERMISSION), open_browser(town, "head")
    fields = fields_of(browser.get(f"/usulan/{idea}").text, f"/usulan/{idea}/izin")
    answer = browser.post(f"/usulan/{idea}/izin", data=fields | {"form_token": "x", "outcome": "granted", "reason": "Silakan dilanjutkan"})
    assert answer.status_code == 403
    assert "Silakan dilanjutkan" in answer.text
    assert town.idea(idea).stage == "awaiting_permission"


def test_pressing_twice_acts_once_and_leads_to_the_same_place(town: Town) -> None:
    browser = open_browser(town, "lead")
    page = f"/usulan/baru?call={town.call}"
    fields = fields_of(browser.get(page).text, "/usulan/baru") | {"title": "Sekali saja", "form": "public_service", "medium": "digital"}
    fields |= {"sections.background": SENTENCE, "sections.idea": SENTENCE, "do": "submit"}
    first, second = browser.post("/usulan/baru", data=fields), browser.post("/usulan/baru", data=fields)
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    with town.store.reading() as session:
        assert session.exec(select(func.count()).select_from(Idea)).one() == 1


def test_going_back_and_sending_other_words_says_so_and_keeps_them(town: Town) -> None:
    browser = open_browser(town, "lead")
    fields = fields_of(browser.get(f"/usulan/baru?call={town.call}").text, "/usulan/baru")
    fields |= {"title": "Yang pertama", "form": "public_service", "medium": "digital", "do": "save"}
    browser.post("/usulan/baru", data=fields)
    answer = browser.post("/usulan/baru", data=fields | {"title": "Yang kedua"})
    assert answer.status_code == 422
    assert "sudah pernah terkirim" in answer.text
    assert "Yang kedua" in answer.text
    assert fields_of(answer.text, "/usulan/baru")["form_key"] != fields["form_key"]


def test_a_session_that_rested_too_long_is_over(town: Town) -> None:
    browser = open_browser(town, "lead")
    rest(town)
    assert browser.get("/usulan").status_code == 303


def test_what_was_written_survives_the_end_of_the_session(town: Town) -> None:
    give_password(town, "lead")
    browser = open_browser(town, "lead")
    fields = fields_of(browser.get(f"/usulan/baru?call={town.call}").text, "/usulan/baru")
    fields |= {"title": "Ditulis <lama> sekali", "form": "public_service", "medium": "digital", "do": "save"}
    fields |= {"sections.background": "Baris satu\nbaris dua & tiga"}
    rest(town)
    asked = browser.post("/usulan/baru", data=fields)
    assert asked.status_code == 401
    signing = fields_of(asked.text, "/masuk") | {"identifier": town["lead"].number, "password": PASSWORD}
    wrong = browser.post("/masuk", data=signing | {"password": "salah sama sekali"})
    assert wrong.status_code == 401
    signing = fields_of(wrong.text, "/masuk") | {"identifier": town["lead"].number, "password": PASSWORD}
    offered = browser.post("/masuk", data=signing)
    assert offered.status_code == 200
    sent = browser.post("/usulan/baru", data=fields_of(offered.text, "/usulan/baru"))
    assert sent.status_code == 303
    with town.store.reading() as session:
        assert session.exec(select(Idea.title)).one() == "Ditulis <lama> sekali"


def test_the_language_is_chosen_by_a_form_and_kept(town: Town) -> None:
    browser = open_browser(town)
    answer = browser.post("/bahasa", data={"language": "en", "back": "/proses"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/proses")
    assert 'lang="en"' in browser.get("/proses").text
    browser.post("/bahasa", data={"language": "id", "back": "https://jahat.example"})
    assert 'lang="id"' in browser.get("/proses").text


def test_pages_are_not_stored_on_the_way_and_allow_no_script(town: Town) -> None:
    answer = open_browser(town, "lead").get("/usulan")
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "<script" not in answer.text
    assert " style=" not in answer.text


def rest(town: Town) -> None:
    """Let every session rest for more than half an hour."""
    with town.store.unit_of_work() as session:
        session.execute(update(SignIn).where(col(SignIn.person_id) != "").values(seen_at=wall_now() - timedelta(minutes=31)))


def test_two_passwords_that_differ_use_no_code_up(town: Town) -> None:
    browser = open_browser(town)
    answer = send(
        browser,
        "/aktivasi",
        "/aktivasi",
        identifier=town["lead"].number,
        code="kode",
        password="satu dua tiga",
        password_again="satu dua empat",
    )
    assert answer.status_code == 422
    assert "Kedua kata sandi tidak sama" in answer.text
    assert 'value="kode"' in answer.text
    assert "satu dua tiga" not in answer.text
    typed = {"identifier": town["lead"].number, "code": "kode"}
    wrong = send(browser, "/aktivasi", "/aktivasi", **typed, password="gerimis di sawah", password_again="gerimis di sawah")
    assert wrong.status_code == 422
    assert "Kode aktivasi tidak cocok" in wrong.text
