"""An idea that an operator types for a colleague is nobody's until the colleague confirms it, and the operator stays out of its way.

Who would cheat: an operator who hands in ideas of people who know nothing, by a code they drew themself, by a text they change once it was
read, or by the account they set up; who then screens what they typed. An inspector asks who typed it, and by what it was confirmed.
"""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.dictated_ideas import DictatedIdea
from models.ideas import Decision, Idea, TeamMember
from models.instants import today, wall_now
from models.ledger import LedgerEntry
from models.people import AccountNotice, Role
from models.stages import IdeaStage
from tests.api.pages.browsing import fields_of, open_browser
from tests.asking import ask, check_problem
from tests.building import SECTIONS, Town
from tests.steps import MET
from workflows.intake.agree import answer_invitation
from workflows.intake.dictate import (
    change_dictated,
    confirm_dictated,
    dictate_idea,
    end_dictated,
    list_dictated,
    list_dictated_since,
    print_dictated,
    read_dictated,
)
from workflows.intake.draft import revise_idea
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.team import MemberShare
from workflows.process.attest.compare import compare_rows
from workflows.process.refusals import Conflict, Forbidden, Invalid, NotFound
from workflows.region.codes import renew_activation
from workflows.region.retirement import Leaving, retire_person


def dictate(town: Town, call: str = "", who: str = "mate", **said: Any) -> str:
    """What the operator typed for somebody."""
    return str(town.do(dictate_idea, call or town.call, town[who].number, town.proposal(team=(), **said), by="operator").id)


def row_of(town: Town, dictated: str) -> DictatedIdea:
    (row,) = town.rows(select(DictatedIdea).where(DictatedIdea.id == dictated))
    return row  # type: ignore[no-any-return]


def facts(town: Town, kind: str) -> list[LedgerEntry]:
    return town.rows(select(LedgerEntry).where(LedgerEntry.kind == kind).order_by(LedgerEntry.seq))  # type: ignore[arg-type]


def test_what_is_typed_is_no_idea_and_its_person_is_told(town: Town) -> None:
    dictated = dictate(town)
    assert town.rows(select(Idea.id)) == []
    assert town.rows(select(AccountNotice.kind).where(AccountNotice.person_id == town["mate"].id))[-1] == "idea_dictated"
    with town.store.reading() as session:
        assert [len(list_dictated_since(session, town[who].id)) for who in ("mate", "lead")] == [1, 0]
    (fact,) = facts(town, "person.dictate_idea")
    assert (fact.payload["subject"], fact.payload["actor"]) == (town["mate"].id, town["operator"].id)
    assert SECTIONS["idea"] not in str(fact.payload)
    assert row_of(town, dictated).proposal["sections"] == SECTIONS


def test_its_person_takes_it_as_a_draft_of_their_own(town: Town) -> None:
    dictated = dictate(town)
    idea = town.do(confirm_dictated, dictated, 1, by="mate").idea
    (alone,) = town.rows(select(TeamMember).where(TeamMember.idea_id == idea.id))
    assert (idea.stage, idea.lead_id, alone.person_id, alone.share_hundredths) == (IdeaStage.DRAFT, *[town["mate"].id] * 2, 10_000)
    (decision,) = town.rows(select(Decision).where(Decision.idea_id == idea.id))
    (entry, *_) = town.rows(select(LedgerEntry).where(LedgerEntry.idea_id == idea.id))
    assert (decision.actor_id, decision.detail) == (town["mate"].id, {"dictated": True})
    assert entry.payload["detail"]["typed_by"] == town["operator"].id
    row = row_of(town, dictated)
    assert (row.idea_id, row.proposal, row.settled_by) == (idea.id, {}, town["mate"].id)
    for act, values in ((confirm_dictated, (1,)), (end_dictated, ()), (print_dictated, ())):
        with pytest.raises((Conflict, NotFound)):
            town.do(act, dictated, *values, by="mate")
    with town.store.reading() as session:
        assert compare_rows(session).differences == []


def test_by_the_code_on_a_sheet_that_somebody_else_printed_it_is_handed_in(town: Town) -> None:
    dictated = dictate(town, town.build_call(declaration={"is_asked": True}))
    printed = town.do(print_dictated, dictated, by="head")
    assert printed.code not in str(facts(town, "person.print_dictated")[0].payload)
    idea = town.do(confirm_dictated, dictated, 1, printed.code.lower().replace("-", " "), by="operator").idea
    assert (idea.stage, idea.lead_id, bool(idea.code)) == (IdeaStage.SUBMITTED, town["mate"].id, True)
    (fact,) = facts(town, "person.confirm_dictated")
    assert (fact.payload["actor"], fact.payload["detail"]["by"], fact.payload["detail"]["idea"]) == (town["operator"].id, "code", idea.id)
    submitted = town.rows(select(Decision).where(Decision.idea_id == idea.id, Decision.action == "submit"))[0]
    assert (submitted.actor_id, "declaration" in submitted.detail) == (town["mate"].id, True)


def test_who_typed_it_prints_no_code_and_confirms_nothing_without_one(town: Town) -> None:
    dictated = dictate(town)
    with pytest.raises(Forbidden, match="only_second_operator"):
        town.do(print_dictated, dictated, by="operator")
    with pytest.raises(Forbidden, match="only_second_operator"):
        town.do(print_dictated, dictated, by="mate")
    for typed in ("", "K7MP-3QXR-9TWD", "x" * 5_000):
        with pytest.raises(Invalid, match="dictated_code_wrong"):
            town.do(confirm_dictated, dictated, 1, typed, by="operator")
    code = town.do(print_dictated, dictated, by="admin").code
    with pytest.raises(Forbidden, match="only_who_typed"):
        town.do(confirm_dictated, dictated, 1, code, by="head")
    assert town.rows(select(Idea.id)) == []


def test_whoever_changes_the_text_voids_code_and_reading(town: Town) -> None:
    dictated = dictate(town)
    code = town.do(print_dictated, dictated, by="head").code
    town.do(change_dictated, dictated, 1, town.proposal(team=(), title="Lain sekali"), by="operator")
    with pytest.raises(Conflict, match="dictated_changed"):
        town.do(confirm_dictated, dictated, 1, code, by="operator")
    with pytest.raises(Invalid, match="dictated_code_wrong"):
        town.do(confirm_dictated, dictated, 2, code, by="operator")
    with pytest.raises(Conflict, match="dictated_changed"):
        town.do(confirm_dictated, dictated, 1, by="mate")
    for who in ("mate", "head", "admin"):
        with pytest.raises(Forbidden, match="only_who_typed"):
            town.do(change_dictated, dictated, 2, town.proposal(team=()), by=who)
    assert town.do(confirm_dictated, dictated, 2, by="mate").idea.title == "Lain sekali"


def test_a_code_lives_three_days(town: Town) -> None:
    dictated = dictate(town)
    code = town.do(print_dictated, dictated, by="head").code
    with town.store.unit_of_work() as session:
        session.get_one(DictatedIdea, dictated).code_until = wall_now() - timedelta(seconds=1)
    with pytest.raises(Invalid, match="dictated_code_wrong"):
        town.do(confirm_dictated, dictated, 1, code, by="operator")


def test_an_account_that_the_typist_handed_out_confirms_nothing(town: Town) -> None:
    dictated = dictate(town)
    town.do(renew_activation, town["mate"].id, by="operator")
    with pytest.raises(Forbidden, match="typist_gave_code"):
        town.do(confirm_dictated, dictated, 1, by="mate")
    code = town.do(print_dictated, dictated, by="head").code
    assert town.do(confirm_dictated, dictated, 1, code, by="operator").idea.stage == IdeaStage.SUBMITTED


def test_who_typed_it_neither_screens_nor_joins_nor_reads_on(town: Town) -> None:
    dictated = dictate(town)
    code = town.do(print_dictated, dictated, by="head").code
    idea = town.do(confirm_dictated, dictated, 1, code, by="operator").idea.id
    with pytest.raises(NotFound):
        town.do(revise_idea, idea, town.proposal(), by="operator")
    town.take(idea, "route", "permit granted", lead="mate")
    town.give_role("operator", Role.SECRETARIAT, "BAPPEDA")
    with pytest.raises(Forbidden, match="has_other_duty") as refused:
        town.do(screen_idea, idea, Screening.ACCEPTED, Findings(MET), by="operator")
    assert refused.value.parameters["duty"] == "dictate"
    town.do(screen_idea, idea, Screening.ACCEPTED, Findings(MET), by="secretary")
    own = dictate(town)
    draft = town.do(confirm_dictated, own, 1, by="mate").idea.id
    team = (MemberShare(town["mate"].number, 5_000), MemberShare(town["operator"].number, 5_000))
    town.do(revise_idea, draft, town.proposal(team=team), by="mate")
    with pytest.raises(Forbidden, match="team_member_has_duty"):
        town.do(answer_invitation, draft, joins=True, by="operator")


@pytest.mark.parametrize(("who", "code"), [("stranger", "person_unknown"), ("walker", "person_unknown"), ("operator", "own_dictation")])
def test_an_operator_types_for_the_people_of_their_units_alone(town: Town, who: str, code: str) -> None:
    with pytest.raises((Invalid, Forbidden), match=code):
        town.do(dictate_idea, town.call, town[who].number, town.proposal(team=()), by="operator")
    with pytest.raises(Forbidden, match="only_operator"):
        town.do(dictate_idea, town.call, town["mate"].number, town.proposal(team=()), by="secretary")


def test_an_operator_reads_nothing_that_a_colleague_writes_themself(town: Town) -> None:
    draft, dictated = town.build_idea(lead="mate"), dictate(town)
    with town.store.reading() as session:
        operator, stranger = (town.actor(session, who) for who in ("operator", "stranger"))
        assert [found.row.id for found in list_dictated(session, actor=operator)] == [dictated]
        assert list_dictated(session, actor=stranger) == []
        for who in ("stranger", "lead", "secretary", "chair"):
            with pytest.raises(NotFound):
                read_dictated(session, dictated, actor=town.actor(session, who))
    with pytest.raises(NotFound):
        town.do(revise_idea, draft, town.proposal(team=()), by="operator")


def test_what_only_the_person_may_give_is_not_typed_for_them(town: Town) -> None:
    call = town.build_call(eligibility={"earlier_awards": 1})
    with pytest.raises(Invalid) as refused:
        town.do(dictate_idea, call, town["mate"].number, town.proposal(earlier_code="IDE-2025-000001"), by="operator")
    assert [(part.code, part.field) for part in refused.value.parts] == [("dictated_part", "team"), ("dictated_part", "earlier_code")]
    assert dictate(town, call)
    with pytest.raises(Conflict, match="dictated_already"):
        dictate(town, call)
    with pytest.raises(Invalid, match="section_too_short"):
        town.do(print_dictated, dictate(town, who="lead", sections={"idea": "Satu"}), by="head")


def test_a_person_who_does_not_want_it_or_left_is_spared(town: Town) -> None:
    unwanted = dictate(town)
    town.do(end_dictated, unwanted, by="mate")
    assert (row_of(town, unwanted).proposal, row_of(town, unwanted).idea_id) == ({}, None)
    left = dictate(town)
    code = town.do(print_dictated, left, by="head").code
    town.do(retire_person, town["mate"].id, Leaving(today(), "Mencapai batas usia pensiun"), by="admin")
    with pytest.raises(Conflict):
        town.do(confirm_dictated, left, 1, code, by="operator")
    with pytest.raises(Conflict, match="person_retired"):
        dictate(town)
    town.do(end_dictated, left, by="operator")


def test_the_pages_lead_from_the_typing_to_the_receipt(town: Town) -> None:
    operator, head, call = open_browser(town, "operator"), open_browser(town, "head"), town.call
    new = operator.get(f"/usulan-titipan/baru?call={call}").text
    empty = operator.post("/usulan-titipan/baru", data=fields_of(new, "/usulan-titipan/baru") | {"form": "other", "medium": "digital"})
    assert empty.status_code == 422
    for field in ("employee_number", "title"):
        assert f'id="dictate-{field}-error"' in empty.text
    typed = {"employee_number": town["mate"].number, "title": "Karung pilah", "form": "public_service", "medium": "non_digital"}
    typed |= {f"sections.{name}": text for name, text in SECTIONS.items()}
    made = operator.post("/usulan-titipan/baru", data=fields_of(new, "/usulan-titipan/baru") | typed)
    page = made.headers["location"].split("?")[0]
    for who in ("operator", "mate", "head"):
        assert "Karung pilah" in open_browser(town, who).get("/usulan-titipan").text
    assert "1 usulan atas nama Anda" in open_browser(town, "mate").get("/kotak-masuk").text
    assert "Apakah ini gagasan Anda?" in open_browser(town, "mate").get(page).text
    changed = fields_of(operator.get(f"{page}/ubah").text, f"{page}/ubah") | typed | {"title": "Karung pilah sampah"}
    assert operator.post(f"{page}/ubah", data=changed).headers["location"] == f"{page}?ok=dictated_changed"
    sent = fields_of(head.get(page).text, f"{page}/lembar")
    sheet = head.post(f"{page}/lembar", data=sent).text
    code = sheet.split('<p class="secret">')[1].split("<")[0]
    assert all(said in sheet for said in ("Karung pilah sampah", *SECTIONS.values()))
    assert code not in head.post(f"{page}/lembar", data=sent).text, "shown once"
    shown = operator.get(page).text
    wrong = operator.post(f"{page}/konfirmasi", data=fields_of(shown, f"{page}/konfirmasi") | {"code": "K7MP"})
    assert (wrong.status_code, 'id="confirm-code-error"' in wrong.text) == (422, True)
    done = operator.post(f"{page}/konfirmasi", data=fields_of(shown, f"{page}/konfirmasi") | {"code": code, "form_key": "k" * 26})
    assert done.headers["location"] == "/usulan-titipan?ok=dictated_handed_in", done.text
    (idea,) = town.rows(select(Idea).where(Idea.title == "Karung pilah sampah"))
    assert (idea.stage, idea.lead_id) == (IdeaStage.SUBMITTED, town["mate"].id)
    assert "Diketikkan oleh operator" in open_browser(town, "mate").get(f"/usulan/{idea.id}").text
    assert operator.get(f"/usulan/{idea.id}").status_code == 404


def test_by_the_api_a_code_is_shown_once(town: Town, client: TestClient) -> None:
    said = {"call_id": town.call, "employee_number": town["mate"].number, "title": "Karung pilah", "sections": SECTIONS}
    made = ask(client, town["operator"], "POST /dictated-ideas", said)
    assert (made.status_code, made.json()["text_version"], made.json()["idea_id"]) == (201, 1, None)
    assert made.json()["says"]["sections"] == SECTIONS
    path = f"/dictated-ideas/{made.json()['id']}"
    assert [each["id"] for each in ask(client, town["mate"], "GET /dictated-ideas").json()] == [made.json()["id"]]
    check_problem(ask(client, town["operator"], f"POST {path}/code"), 403, "only_second_operator", language="id")
    first, again = (ask(client, town["head"], f"POST {path}/code", idempotency_key="k") for _ in range(2))
    assert (len(first.json()["confirmation_code"]), again.json()["confirmation_code"]) == (14, None)
    sent = {"text_version": 1, "code": first.json()["confirmation_code"]}
    confirmed = ask(client, town["operator"], f"POST {path}/confirmation", sent)
    assert (confirmed.status_code, bool(confirmed.json()["idea_id"]), confirmed.json()["says"]) == (200, True, None)
    check_problem(ask(client, town["operator"], f"POST {path}/ending"), 409, "dictated_settled", language="id")
