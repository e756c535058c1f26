"""What one was told, on a page of one's own: of whoever has no address too, nobody else's, and no code."""

from datetime import timedelta

from sqlmodel import select

from models.calls import Call
from models.documents import Document
from models.messages import Pace
from models.people import Person
from models.stages import AwardStage, IdeaStage
from tests.building import Town
from tests.steps import REASON
from workflows.intake.draft import revise_idea
from workflows.recognition.issue import Rendered, mark_issued, withdraw_certificates
from workflows.recognition.letters import number_certificates
from workflows.recognition.messages import ListedMessage, list_messages
from workflows.region.call_life import extend_call
from workflows.region.mail_codes import ask_email
from workflows.region.message_choice import Wish, choose_messages
from workflows.reward.revoke import revoke_award


def listed(town: Town, who: str) -> list[ListedMessage]:
    with town.store.reading() as session:
        found = list_messages(session, actor=town.actor(session, who))
        assert all(each.told.subject and each.told.short for each in found)
    return found


def kinds(town: Town, who: str) -> list[str]:
    return [each.told.folder for each in listed(town, who)]


def test_whoever_has_no_address_finds_what_the_mails_say_and_the_newest_first(town: Town) -> None:
    with town.store.unit_of_work() as session:
        session.get_one(Person, town["lead"].id).email = ""
    award = town.build_award(AwardStage.ANNOUNCED, title="Peta Lampu Jalan")
    town.do(number_certificates, award, by="flow:recognition")
    (document,) = town.rows(select(Document).where(Document.award_id == award, Document.holder_id == town["lead"].id))
    assert "certificate" not in kinds(town, "lead"), "numbered is not issued"
    town.do(mark_issued, document.id, Rendered("ab" * 32), by="flow:recognition")
    found = listed(town, "lead")
    assert [each.told.folder for each in found][:1] == ["certificate"]
    assert {"certificate", "turn"} <= {each.told.folder for each in found}
    assert sorted((each.at for each in found), reverse=True) == [each.at for each in found]
    assert document.number in found[0].told.short
    town.do(revoke_award, award, reason=REASON, by="leader")
    town.do(withdraw_certificates, award, by="flow:recognition")
    assert "withdrawn" in kinds(town, "lead")
    assert "certificate" not in kinds(town, "lead")
    assert REASON not in "".join(each.told.short for each in listed(town, "lead"))


def test_what_waits_stands_at_the_top_and_is_told_to_nobody_else(town: Town) -> None:
    town.build_idea(IdeaStage.SCREENING, title="Peta Lampu Jalan")
    first = listed(town, "secretary")[0].told
    assert (first.folder, "1 tugas menunggu Anda" in first.short) == ("digest", True)
    assert kinds(town, "stranger") == []
    assert "Peta Lampu Jalan" not in "".join(each.told.short for each in listed(town, "operator"))


def test_a_draft_is_no_news_and_an_asked_code_is_told_nowhere(town: Town) -> None:
    town.build_idea()
    town.do(ask_email, "baru@contoh.example", by="lead")
    assert kinds(town, "lead") == ["account"]


def test_who_was_dropped_and_whose_call_was_extended_finds_it_here_on_both_databases(either_town: Town) -> None:
    town = either_town
    idea = town.build_idea()
    with town.store.unit_of_work() as session:
        session.get_one(Person, town["mate"].id).email = "mate@contoh.example"
    with town.store.reading() as session:
        later = session.get_one(Call, town.call).closes_at
    town.do(extend_call, town.call, later + timedelta(days=5), REASON, by="secretary")
    town.do(revise_idea, idea, town.proposal(team=()), by="lead")
    assert sorted(kinds(town, "mate")) == ["dropped", "extended"]
    assert "dropped" not in kinds(town, "lead")


def test_a_message_is_written_in_the_language_one_chose(town: Town) -> None:
    town.build_idea(IdeaStage.SCREENING)
    town.do(choose_messages, Wish(Pace.DAILY, "en"), by="secretary")
    assert "1 task waits for you" in listed(town, "secretary")[0].told.short
