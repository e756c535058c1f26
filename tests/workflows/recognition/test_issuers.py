"""Who signs: the office in which whoever decided works, as it stands on the day of issue."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from models.documents import Document, DocumentKind
from models.ideas import Decision
from models.instants import today
from models.offices import Capacity
from models.people import Person
from models.stages import AwardStage, IdeaStage
from tests.building import Town
from tests.workflows.process.attest.everything import compare, drop_triggers
from tests.workflows.region.appointing import ANDIR, KOTA, give_rank
from workflows.process.engine import DECIDING_UNIT
from workflows.recognition.letters import number_certificates, number_receipt, number_rejection
from workflows.recognition.report import ask_report
from workflows.region.holders import NewHolder, PlainHolder, end_holder
from workflows.region.offices import set_office
from workflows.region.people import move_person

FLOW = "flow:recognition"


def appoint(town: Town, unit: str, who: Any, **named: Any) -> str:
    who = town[who].id if isinstance(who, str) else who
    new = NewHolder(who, **{"valid_from": today() - timedelta(days=30), **named})
    return town.appoint(unit, new)


@pytest.fixture
def office(town: Town) -> Town:
    """The town with offices of the district Andir and of the city, each with its holder."""
    return set_offices(town)


def set_offices(town: Town) -> Town:
    town.do(set_office, "ANDIR", ANDIR, by="admin")
    town.do(set_office, "KOTA", KOTA, by="admin")
    give_rank(town, "head")
    give_rank(town, "leader", back_title="M.M.")
    appoint(town, "KOTA", "leader")
    return town


def forget_offices(town: Town) -> None:
    """Decisions as an earlier release wrote them, which did not say in which office they were taken."""
    with town.store.unit_of_work() as session:
        drop_triggers(session)
        for decision in session.exec(select(Decision)):
            decision.detail = {name: said for name, said in decision.detail.items() if name != DECIDING_UNIT}
            session.add(decision)


def letter(town: Town, stage: IdeaStage) -> dict[str, Any]:
    town.do(number_rejection, town.build_idea(stage), by=FLOW)
    return dict(town.rows(select(Document).where(Document.kind == DocumentKind.REJECTION).order_by(col(Document.running)))[-1].content)


def test_a_refused_permission_is_signed_by_the_office_of_the_unit_head_who_refused(office: Town) -> None:
    appoint(office, "ANDIR", "head")
    said = letter(office, IdeaStage.CLOSED)
    assert said["letterhead"]["lines"] == ["PEMERINTAH KOTA CONTOH", "KECAMATAN ANDIR"]
    assert said["number"].split("/")[1] == "Kec.Andir"
    assert (said["decided_by"], said["signatory"]["position"]) == ("Camat Andir", "Camat Andir")
    assert (said["signatory"]["name"], said["signatory"]["rank"]) == ("Asep Cakrabuana, S.STP.", "Pembina (IV/a)")
    assert said["signatory"]["employee_number"] == office["head"].number


def test_a_determination_is_signed_by_the_regional_head_without_rank_and_number(office: Town) -> None:
    said = letter(office, IdeaStage.REJECTED)
    assert said["letterhead"]["lines"] == ["WALI KOTA CONTOH"]
    assert (said["decided_by"], said["signatory"]["name"]) == ("Wali Kota Contoh", "Joko Surapati, M.M.")
    assert (said["signatory"]["rank"], said["signatory"]["employee_number"]) == (None, None)


def test_who_holds_the_office_on_the_day_of_issue_signs(office: Town) -> None:
    idea = office.build_idea(IdeaStage.CLOSED)
    retired = appoint(office, "ANDIR", "head")
    office.do(end_holder, "ANDIR", retired, today() - timedelta(days=1), by="admin")
    acting = PlainHolder("Ucu Nurpertiwi", back_title="S.Sos.", rank_name="Penata Tk.I", grade="III/d")
    appoint(office, "ANDIR", acting, capacity=Capacity.ACTING, valid_from=today(), on_behalf_of="KOTA")
    office.do(number_rejection, idea, by=FLOW)
    signatory = office.rows(select(Document))[0].content["signatory"]
    assert (signatory["capacity"], signatory["name"]) == ("Plt.", "Ucu Nurpertiwi, S.Sos.")
    assert signatory["on_behalf_of"] == "Wali Kota Contoh"


def test_a_certificate_is_signed_by_the_awards_deciding_office_without_titles(office: Town) -> None:
    office.do(number_certificates, office.build_award(AwardStage.ANNOUNCED), by=FLOW)
    for document in office.rows(select(Document)):
        assert document.content["letterhead"]["lines"] == ["WALI KOTA CONTOH"]
        assert document.content["signatory"]["name"] == "Joko Surapati"
        assert document.series == "certificate:WK"


def test_who_is_moved_after_deciding_takes_no_letter_along(either_town: Town) -> None:
    set_offices(either_town)
    appoint(either_town, "ANDIR", "head")
    refused, rejected = (either_town.build_idea(stage) for stage in (IdeaStage.CLOSED, IdeaStage.REJECTED))
    award = either_town.build_award(AwardStage.ANNOUNCED)
    for who in ("head", "leader"):
        either_town.do(move_person, either_town[who].id, "DAGO", by="admin")
    for idea in (refused, rejected):
        either_town.do(number_rejection, idea, by=FLOW)
    either_town.do(number_certificates, award, by=FLOW)
    said = [(document.series, document.content["letterhead"]["lines"][-1]) for document in either_town.rows(select(Document))]
    assert set(said) == {
        ("rejection:Kec.Andir", "KECAMATAN ANDIR"),
        ("rejection:WK", "WALI KOTA CONTOH"),
        ("certificate:WK", "WALI KOTA CONTOH"),
    }
    assert compare(either_town).differences == []


def test_a_decision_that_says_no_office_is_of_the_unit_where_the_decider_works_today(either_town: Town) -> None:
    set_offices(either_town)
    award = either_town.build_award(AwardStage.ANNOUNCED)
    forget_offices(either_town)
    either_town.do(number_certificates, award, by=FLOW)
    assert {document.series for document in either_town.rows(select(Document))} == {"certificate:WK"}


def test_in_a_unit_without_an_office_an_objection_goes_to_its_head_when_who_decided_has_left(town: Town) -> None:
    idea = town.build_idea(IdeaStage.CLOSED)
    with town.store.unit_of_work() as session:
        session.get_one(Person, town["head"].id).position = "Camat Dago"
    town.do(move_person, town["head"].id, "DAGO", by="admin")
    town.do(number_rejection, idea, by=FLOW)
    assert town.rows(select(Document))[0].content["decided_by"] == "Kepala Kecamatan Andir"


def test_without_an_office_the_policy_signs_but_the_letter_still_names_who_decided(town: Town) -> None:
    permission, determination = (letter(town, stage) for stage in (IdeaStage.CLOSED, IdeaStage.REJECTED))
    assert permission["letterhead"]["lines"] == determination["letterhead"]["lines"] == ["PEMERINTAH KOTA CONTOH", "BAPPEDA"]
    assert permission["signatory"]["name"] == determination["signatory"]["name"] == "Joko Surapati"
    assert permission["decided_by"] == "Kepala Kecamatan Andir"
    assert determination["decided_by"] == "Wali Kota Contoh"


def test_copies_go_to_the_head_of_the_unit_and_the_innovation_office(town: Town) -> None:
    assert letter(town, IdeaStage.REJECTED)["copies_to"] == ["Kepala Kelurahan Maleber", "Kepala Badan Perencanaan Kota Contoh"]


def test_who_signs_gets_no_copy(office: Town) -> None:
    office.do(set_office, "MALEBER", ANDIR, by="admin")
    appoint(office, "MALEBER", "mate")
    appoint(office, "ANDIR", "head")
    assert letter(office, IdeaStage.CLOSED)["copies_to"] == ["Kepala Badan Perencanaan Kota Contoh"]


def test_receipts_and_reports_are_papers_of_the_unit_that_holds_the_call(office: Town) -> None:
    office.do(set_office, "BAPPEDA", ANDIR, by="admin")
    appoint(office, "BAPPEDA", "secretary")
    office.do(number_receipt, office.build_idea(IdeaStage.SUBMITTED), by=FLOW)
    office.do(ask_report, office.call, by="secretary")
    receipt, report = office.rows(select(Document).order_by(col(Document.kind)))
    assert receipt.content["received_by"] == "Sistem elektronik Gagas, Badan Perencanaan Kota Contoh"
    assert receipt.content["letterhead"] == report.content["letterhead"]
    assert report.content["signatory"]["position"] == "Camat Andir"


def test_a_contract_employee_has_a_grade_and_no_rank_on_a_certificate(town: Town) -> None:
    with town.store.unit_of_work() as session:
        lead, mate = (session.get_one(Person, town[who].id) for who in ("lead", "mate"))
        lead.grade, lead.position = "IX", "Pranata Komputer"
        mate.rank_name, mate.grade = "Penata", "III/c"
    town.do(number_certificates, town.build_award(AwardStage.ANNOUNCED), by=FLOW)
    said = {document.holder_id: document.content for document in town.rows(select(Document))}
    assert (said[town["lead"].id]["holder_rank"], said[town["lead"].id]["holder_position"]) == ("Golongan IX", "Pranata Komputer")
    assert (said[town["mate"].id]["holder_rank"], said[town["mate"].id]["call_title"]) == ("Penata (III/c)", "")
