"""The operator's page: what failed is seen by admins of the whole region alone, and is tried again once.

Who would cheat is an admin of a district who looks at other people's mail, or anybody who reads an address or a number out of a fault; who
errs presses twice, or wakes a mail whose code is worth nothing any more. An inspector expects that a retry is a fact, and no mail comes
twice.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select, update

from api.cli.doctor.delivery import check_outbox
from api.cli.doctor.finding import State
from models.backups import LastBackup, write_stamp
from models.database import database
from models.instants import wall_now
from models.ledger import LedgerEntry
from models.outbox import ClockTick, Message, MessageState
from models.people import MailCode, MailPurpose, NoticeKind, Person, Role
from models.private import make_private_folder
from models.settings import settings
from models.stages import IdeaStage
from tests.api.either import client
from tests.api.pages.browsing import open_browser, send
from tests.asking import ask, check_problem
from tests.building import Town
from tests.workflows.adapters.test_mail import Sink, route, sink
from tests.workflows.turns import deliver, quiet
from workflows.adapters.mail import MailRoute
from workflows.process import journal
from workflows.region.notices import send_notice

__all__ = ["client", "route", "sink"]
pytestmark = pytest.mark.slow
PAGE, MAILBOX = "/keadaan-sistem", "refused@rahasia.example"


@pytest.fixture
def town(either_town: Town, route: MailRoute, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """A town whose flows try a message once, with a mail server that refuses one address; what building asked is forgotten."""
    monkeypatch.setenv("GAGAS_DATABASE_URL", either_town.store.url.render_as_string(hide_password=False))
    monkeypatch.setenv("GAGAS_SMTP_URL", route.smtp_url)
    monkeypatch.setenv("GAGAS_ATTEMPTS", "1")
    settings.cache_clear()
    database.cache_clear()
    quiet(either_town)
    yield either_town
    database().close()


def set_email(town: Town, who: str, email: str) -> None:
    with town.store.unit_of_work() as session:
        session.execute(update(Person).where(col(Person.id) == town[who].id).values(email=email))


def fail_mail(town: Town, who: str = "lead") -> None:
    """A mail to somebody that the mail server refuses for good."""
    set_email(town, who, MAILBOX)
    with town.store.unit_of_work() as session:
        send_notice(session, town[who].id, NoticeKind.ROLE_HELD, Role.REVIEWER)
    deliver(town, "recognition")
    assert town.rows(select(Message.state)) == [MessageState.DEAD]


def retries(town: Town) -> int:
    return len(town.rows(select(LedgerEntry.seq).where(LedgerEntry.kind == "outbox.retry")))


def kill(town: Town, job: str, subject_id: str, idea_id: str | None = None) -> None:
    with town.store.unit_of_work() as session:
        journal.send(session, job, subject_id, idea_id=idea_id)
    with town.store.unit_of_work() as session:
        dead = update(Message).where(col(Message.subject_id) == subject_id).values(state=MessageState.DEAD, error="KeyError at find:7")
        session.execute(dead)


def test_a_mail_that_failed_is_shown_with_its_reader_masked_and_nothing_of_the_fault_tells_the_address(
    town: Town, client: TestClient
) -> None:
    fail_mail(town)
    shown = open_browser(town, "admin").get(PAGE).text
    assert "Surel: perubahan pada akun" in shown
    assert "r•••@rahasia.example" in shown
    assert "Peladen surel menolak alamat penerima" in shown
    (told,) = ask(client, town["admin"], "GET /operations").json()["troubles"]
    assert (told["kind"], told["job"], told["to"]) == ("mail", "recognition.tell_holder", "r•••@rahasia.example")
    assert told["fault"].startswith("SMTPRecipientsRefused at ")
    for text in (shown, str(told)):
        assert MAILBOX not in text
        assert town["lead"].number not in text


def test_only_an_admin_of_the_whole_region_sees_it_and_tries_again(town: Town, client: TestClient) -> None:
    town.give_role("walker", Role.ADMIN, "ANDIR")
    quiet(town)
    fail_mail(town)
    for who in ("walker", "auditor", "leader", "operator", "lead"):
        assert ask(client, town[who], "GET /operations").status_code == 403
        browser = open_browser(town, who)
        assert browser.get(PAGE).status_code == 403
        assert PAGE not in browser.get("/kotak-masuk").text
    check_problem(ask(client, town["walker"], "GET /operations"), 403, "only_region_admin", language="id")
    one = {"job": "recognition.tell_holder", "subject_id": town.rows(select(Message.subject_id))[0]}
    assert ask(client, town["walker"], "POST /outbox/retries", one).json() == {"retried": 0}
    form = re.search(r'name="form_token" value="([^"]*)"', open_browser(town, "walker").get("/akun").text)
    assert form
    assert open_browser(town, "walker").post(PAGE, data={"form_token": form[1], "form_key": "k" * 26}).status_code == 403
    assert town.rows(select(Message.state)) == [MessageState.DEAD]
    assert PAGE in open_browser(town, "admin").get("/kotak-masuk").text


def test_a_mail_is_tried_again_once_however_often_somebody_presses(town: Town, sink: Sink) -> None:
    fail_mail(town)
    set_email(town, "lead", "sari@contoh.example")
    subject = town.rows(select(Message.subject_id))[0]
    fields = {"job": "recognition.tell_holder", "subject_id": subject}
    browser, second = open_browser(town, "admin"), open_browser(town, "second_admin")
    late = second.get(PAGE)  # the other admin has the page open meanwhile
    assert send(browser, PAGE, PAGE, **fields).headers["location"] == f"{PAGE}?ok=retried"
    token, key = (re.search(rf'name="{name}" value="([^"]*)"', late.text) for name in ("form_token", "form_key"))
    assert token
    assert key
    again = second.post(PAGE, data={"form_token": token[1], "form_key": key[1], **fields})
    assert again.headers["location"] == f"{PAGE}?ok=retried_before"
    deliver(town, "recognition")
    assert [envelope.rcpt_tos for envelope in sink.envelopes] == [["sari@contoh.example"]]
    assert send(browser, PAGE, PAGE).headers["location"] == f"{PAGE}?ok=retried"
    deliver(town, "recognition")
    assert (len(sink.envelopes), retries(town)) == (1, 1)
    assert "Tidak ada pekerjaan yang gagal" in browser.get(PAGE).text


def test_one_is_tried_again_and_the_others_are_left(town: Town, client: TestClient) -> None:
    idea = town.build_idea(IdeaStage.AWAITING_PERMISSION)
    quiet(town)
    kill(town, "intake.route", idea, idea)
    kill(town, "review.assign", "x" * 26)
    assert f'href="/usulan/{idea}"' in open_browser(town, "admin").get(PAGE).text
    told = ask(client, town["admin"], "POST /outbox/retries", {"job": "intake.route", "subject_id": idea})
    assert told.json() == {"retried": 1}
    assert town.rows(select(Message.job).where(Message.state == MessageState.DEAD)) == ["assign"]


def test_a_code_that_is_worth_nothing_any_more_is_not_mailed_by_a_retry(town: Town, sink: Sink) -> None:
    with town.store.unit_of_work() as session:
        code = MailCode(person_id=town["lead"].id, purpose=MailPurpose.FORGOTTEN, email=MAILBOX, until=wall_now() + timedelta(minutes=30))
        session.add(code)
        session.flush()
        journal.send(session, "recognition.mail_code", code.id)
    deliver(town, "recognition")
    assert "r•••@rahasia.example" in open_browser(town, "admin").get(PAGE).text
    with town.store.unit_of_work() as session:
        session.execute(update(MailCode).values(until=wall_now() - timedelta(seconds=1), email="sari@contoh.example"))
    send(open_browser(town, "admin"), PAGE, PAGE)
    deliver(town, "recognition")
    assert town.rows(select(Message.state)) == [MessageState.HANDLED]
    assert sink.envelopes == []
    assert town.rows(select(MailCode.code_hash)) == [None]


def test_what_nobody_takes_in_time_is_told_and_what_waits_for_a_gate_is_not(town: Town, client: TestClient) -> None:
    hour_ago = wall_now() - timedelta(hours=1)
    for subject, state in (("late", MessageState.WAITING), ("hangs", MessageState.CLAIMED), ("held", MessageState.HELD)):
        with town.store.unit_of_work() as session:
            journal.send(session, "intake.route", subject)
            values = {"state": state, "not_before": hour_ago, "lease_until": hour_ago}
            session.execute(update(Message).where(col(Message.subject_id) == subject).values(**values))
    with town.store.unit_of_work() as session:
        journal.send(session, "intake.route", "fresh")
        journal.send(session, "tomorrow.celebrate", "strange")
    seen = ask(client, town["admin"], "GET /operations").json()
    assert {each["subject_id"]: each["kind"] for each in seen["troubles"]} == {"late": "late", "hangs": "late", "strange": "stuck"}
    assert (seen["waiting"], seen["late"], seen["stuck"], seen["dead"]) == (4, 2, 1, 0)
    assert seen["oldest"] is not None
    remarks = check_outbox(settings())
    assert {remark.state for remark in remarks} == {State.WARN}
    assert "2 of its messages wait for more than half an hour" in " ".join(remark.sentence for remark in remarks)


def test_an_award_before_its_hour_is_not_shown_and_is_tried_again_all_the_same(town: Town, client: TestClient) -> None:
    award = town.build_award()
    quiet(town)
    kill(town, "reward.recheck_award", award)
    seen = ask(client, town["admin"], "GET /operations").json()
    assert (seen["troubles"], seen["dead"]) == ([], 0)
    assert ask(client, town["admin"], "POST /outbox/retries", {}).json() == {"retried": 0}
    assert town.rows(select(Message.state)) == [MessageState.WAITING]
    assert "given up" not in str(check_outbox(settings()))


def test_relay_prefect_and_backup_are_told_alive_silent_and_old(town: Town, client: TestClient) -> None:
    seen = ask(client, town["admin"], "GET /operations").json()
    assert (seen["relay"], seen["backup"]) == ({"at": None, "alive": False}, None)
    assert "Belum ada cadangan data" in open_browser(town, "admin").get(PAGE).text
    make_private_folder(settings().data)
    made = LastBackup(made_at=wall_now() - timedelta(days=3), to="/backup/2026", size=12_345_678, files=7, facts=40, checked=True)
    write_stamp(settings().data, made)
    with town.store.unit_of_work() as session:
        tick = session.get(ClockTick, 1) or ClockTick()
        tick.relay_at, tick.prefect_at = wall_now(), wall_now() - timedelta(minutes=5)
        session.add(tick)
    seen = ask(client, town["admin"], "GET /operations").json()
    assert (seen["relay"]["alive"], seen["prefect"]["alive"]) == (True, False)
    assert (seen["backup"]["size"], seen["backup"]["old"], seen["backup"]["checked"]) == (12_345_678, True, True)
    shown = open_browser(town, "admin").get(PAGE).text
    assert "12,3 MB" in shown
    assert "Lebih dari dua hari" in shown
    assert "/backup" not in shown, "where it lies concerns whoever runs the machine"


def test_a_backup_that_lacks_files_is_told_by_their_number_alone(town: Town, client: TestClient) -> None:
    """A number of a document may be that of a certificate whose award is not announced."""
    make_private_folder(settings().data)
    made = LastBackup(
        made_at=wall_now(), to="/backup/x", size=1, files=7, facts=40, checked=True, missing=1_200, first_missing=("PGM/9/2026",)
    )
    write_stamp(settings().data, made)
    answer = ask(client, town["admin"], "GET /operations")
    shown = open_browser(town, "admin").get(PAGE).text
    assert answer.json()["backup"]["missing"] == 1_200
    assert "Berkas dari 1.200 dokumen atau usulan hilang atau rusak" in shown
    assert [told for told in (answer.text, shown) if "PGM/9" in told] == []
