"""The notice of a new date: to whoever the inbox shows the task, and to the team of the idea, once, with the day that became free."""

from datetime import date, datetime

from sqlmodel import select

from models.instants import local_day
from models.ledger import LedgerEntry
from models.people import Person
from models.stages import IdeaStage
from tests.building import Town
from tests.workflows.process.test_recounting import DAYS, TUESDAY, clock, mail_of, told
from tests.workflows.region.declaring import DECREE, let_count, recount
from workflows.process.context import read_context
from workflows.process.history import list_history
from workflows.recognition.tell_moved import find_moved_mail

__all__ = ["clock"]


def test_whom_it_concerns_is_told_the_new_date_and_why(either_town: Town) -> None:
    town = either_town
    call = town.build_call(days=DAYS)
    screened = town.build_idea(IdeaStage.SCREENING, call=call, title="Loket keliling")
    reviewed = town.build_idea(IdeaStage.IN_REVIEW, call=call, title="Posyandu tepat waktu")
    let_count(town, TUESDAY)
    recount(town)
    raters = town.reviewers(reviewed)
    assert told(town).keys() >= {town[who].id for who in ("lead", "mate", "secretary", *raters)}
    assert not told(town).keys() & {town[who].id for who in ("auditor", "walker", "stranger", "leader")}
    proposer, secretary, rater = (mail_of(town, who) for who in ("lead", "secretary", raters[0]))
    for said in (
        "Loket keliling",
        "Posyandu tepat waktu",
        "Semula 30 Desember 2026, sekarang 31 Desember 2026",
        f"22 Desember 2026: Hari jadi kota ({DECREE})",
    ):
        assert said in proposer
    assert "Loket keliling" in secretary
    assert "Posyandu tepat waktu" not in secretary, "nothing of the review is asked of the secretariat"
    assert "Posyandu tepat waktu" in rater
    assert "Loket keliling" not in rater
    for mail in (proposer, secretary, rater):
        assert not any(town[who].number in mail for who in ("lead", "mate", *raters))
    assert screened != reviewed


def test_what_was_done_meanwhile_is_not_told_of_any_more(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING, call=town.build_call(days=DAYS))
    let_count(town, TUESDAY)
    recount(town)
    town.take(idea, "screen accepted", "assign")
    with town.store.reading() as session:
        mails = [find_moved_mail(session, message) for message in told(town).values()]
    assert mails
    assert not any(mails)


def test_whoever_has_no_address_is_not_written_to(town: Town) -> None:
    with town.store.unit_of_work() as session:
        session.get_one(Person, town["mate"].id).email = ""
    town.build_idea(IdeaStage.SCREENING, call=town.build_call(days=DAYS))
    let_count(town, TUESDAY)
    recount(town)
    assert town["lead"].id in told(town)
    assert town["mate"].id not in told(town)


def test_each_ideas_history_tells_of_it(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING, call=town.build_call(days=DAYS))
    let_count(town, TUESDAY)
    recount(town)
    with town.store.reading() as session:
        actor = town.actor(session, "mate")
        [decision] = [
            each for each in list_history(session, read_context(session, idea, actor=actor), actor=actor) if each.action == "recount"
        ]
    before, after = (datetime.fromisoformat(at) for at in decision.detail["due"])
    assert (local_day(before), local_day(after), decision.flow) == (date(2026, 12, 30), date(2026, 12, 31), "clock")
    assert town.rows(select(LedgerEntry.kind).where(LedgerEntry.idea_id == idea))[-1] == "idea.recount"
