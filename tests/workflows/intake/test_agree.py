"""People agree before they are of a team.

Who would cheat: a lead who adds the leader, so that the leader may not decide; who types numbers to learn names, or whether a number is an
employee's; who adds strangers for the uplift; who changes a colleague's share after they agreed. Who errs: whoever mistypes a number. Who
falls ill: whoever never answers, and must hold up nobody. An inspector asks of each rupiah whether its owner agreed to their share.
"""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from models.awards import AwardShare
from models.documents import Document, DocumentKind
from models.ideas import Answer, Decision, Invitation, TeamMember
from models.ledger import LedgerEntry
from models.outbox import Message
from models.stages import AwardStage, IdeaStage
from tests.asking import ask, check_problem
from tests.building import Town
from tests.requests import REQUESTS, RequestPlace
from tests.steps import IDEA_STEPS, REASON, decree_of_today
from workflows.intake.agree import answer_invitation
from workflows.intake.draft import revise_idea
from workflows.intake.submit import submit_idea
from workflows.intake.team import MemberShare
from workflows.process.refusals import Conflict, Forbidden, Invalid, NotFound
from workflows.process.waiting import list_inbox
from workflows.recognition.digest import find_digest
from workflows.recognition.letters import number_certificates, number_receipt
from workflows.review.determine import Determination, determine_idea

TO_RECOMMENDED = IDEA_STEPS[IdeaStage.RECOMMENDED][1:]  # from what is submitted
UNKNOWN = "197903172004111777"  # a possible number that nobody has
SENT = {"title": "Antrean", "sections": {"background": "satu dua tiga", "idea": "satu dua tiga"}}


def named(town: Town, **shares: int) -> tuple[MemberShare, ...]:
    return tuple(MemberShare(town[who].number, share) for who, share in shares.items())


def team_of(town: Town, idea: str) -> dict[str, int]:
    """Who counts, with their shares."""
    rows = town.rows(select(TeamMember).where(TeamMember.idea_id == idea))
    return {next(one.who for one in town.people.values() if one.id == row.person_id): row.share_hundredths for row in rows}


def asked_of(town: Town, who: str) -> list[str]:
    with town.store.reading() as session:
        return [each.item.task for each in list_inbox(session, actor=town.actor(session, who))]


def test_who_is_asked_finds_it_in_the_inbox_reads_the_proposal_and_joins(either_town: Town, client: TestClient) -> None:
    town = either_town
    idea = town.ask_team()
    client = TestClient(town.app)
    (waiting,) = ask(client, town["mate"], "GET /inbox").json()["inbox"]
    assert (waiting["task"], waiting["idea"]["id"], waiting["idea"]["title"]) == ("agree", idea, "Antrean daring kelurahan")
    seen = ask(client, town["mate"], f"GET /ideas/{idea}").json()
    assert [member["name"] for member in seen["team"]] == [town["lead"].name]
    assert [(each["name"], each["share_hundredths"], each["role"], each["answer"]) for each in seen["asked"]] == [
        (town["mate"].name, 4_000, "Perancang", "asked")
    ]
    assert seen["sections"]["idea"] == "Antrean daring dengan nomor yang pasti."
    assert ask(client, town["mate"], "GET /ideas?mine=true").json()["ideas"] == []
    answer = ask(client, town["mate"], f"POST /ideas/{idea}/agreement", {"outcome": "joined"})
    assert answer.status_code == 200, answer.text
    assert [(member["person_id"], member["share_hundredths"]) for member in answer.json()["team"]] == [
        (town["lead"].id, 6_000),
        (town["mate"].id, 4_000),
    ]
    assert (answer.json()["asked"], ask(client, town["mate"], "GET /inbox").json()["inbox"]) == ([], [])
    (decision,) = town.rows(select(Decision).where(Decision.idea_id == idea, Decision.action == "agree"))
    assert (decision.actor_id, decision.outcome, decision.detail["asked"]["share_hundredths"]) == (town["mate"].id, "joined", 4_000)
    kinds = town.rows(select(LedgerEntry.kind).where(LedgerEntry.idea_id == idea).order_by(col(LedgerEntry.seq)))
    assert kinds == ["idea.draft", "idea.agree.joined"]
    check_problem(ask(client, town["mate"], f"POST /ideas/{idea}/agreement", {"outcome": "joined"}), 403, "only_asked", language="id")


def test_whoever_is_asked_is_told_by_mail_at_once(town: Town) -> None:
    town.ask_team()
    (asked,) = town.rows(select(Message.subject_id).where(Message.job == "send_digest"))
    with town.store.reading() as session:
        mail = find_digest(session, asked, 1)
    assert mail is not None
    assert (mail.to, "Jawab permintaan bergabung" in mail.text) == ("mate@contoh.example", True)


@pytest.mark.parametrize("stage", ["draft", "supplement_asked"])
def test_whoever_is_only_asked_sees_the_proposal_and_may_answer_and_nothing_else(town: Town, client: TestClient, stage: str) -> None:
    if stage == "draft":
        idea = town.ask_team(team=named(town, lead=5_000, stranger=5_000))
    else:
        idea = town.build_returned("team")
        town.do(revise_idea, idea, town.proposal(team=named(town, lead=5_000, stranger=5_000)), by="lead")
    who = town["stranger"]
    assert ask(client, who, f"GET /ideas/{idea}").status_code == 200
    assert ask(client, who, f"GET /ideas/{idea}/history").json() == []
    assert ask(client, who, f"GET /ideas/{idea}/pilot").status_code == 404
    place = RequestPlace(town, idea)
    for step in (each for each in REQUESTS if each.way == "idea" and each.action != "agree"):
        assert step.send(client, place, who).status_code == 403, step.name
    assert ask(client, who, "GET /documents").json()["documents"] == []
    assert ask(client, who, f"POST /ideas/{idea}/agreement", {"outcome": "not_joined"}).status_code == 200
    assert ask(client, who, f"GET /ideas/{idea}").status_code == 404


def test_nobody_answers_for_somebody_else(town: Town) -> None:
    idea = town.ask_team()
    with pytest.raises(Forbidden, match="only_asked"):
        town.do(answer_invitation, idea, joins=True, by="lead")
    for who in ("stranger", "secretary", "head"):
        with pytest.raises(NotFound):
            town.do(answer_invitation, idea, joins=True, by=who)


def test_nothing_is_handed_in_while_somebody_has_not_answered(town: Town, client: TestClient) -> None:
    idea = town.ask_team()
    problem = check_problem(ask(client, town["lead"], f"POST /ideas/{idea}/submission"), 409, "team_unanswered", language="id")
    assert problem["parameters"] == {"waiting": 1}
    assert (town.idea(idea).stage, town.idea(idea).code) == (IdeaStage.DRAFT, None)
    town.join(idea)
    assert ask(client, town["lead"], f"POST /ideas/{idea}/submission").json()["stage"] == IdeaStage.SUBMITTED


def test_an_idea_is_handed_in_without_who_has_not_answered_and_no_agreed_share_changes(either_town: Town) -> None:
    town = either_town
    idea = town.ask_team(team=named(town, lead=5_000, mate=3_000, stranger=2_000))
    town.do(answer_invitation, idea, joins=True, by="mate")
    client = TestClient(town.app)
    answer = ask(client, town["lead"], f"POST /ideas/{idea}/submission", {"without_unanswered": True})
    assert (answer.status_code, answer.json()["stage"]) == (200, IdeaStage.SUBMITTED), answer.text
    assert team_of(town, idea) == {"lead": 7_000, "mate": 3_000}
    assert (town.rows(select(Invitation)), asked_of(town, "stranger")) == ([], [])
    (left,) = town.rows(select(Decision).where(Decision.idea_id == idea, Decision.action == "leave_out"))
    assert [each["share_hundredths"] for each in left.detail["left_out"]] == [2_000]
    with pytest.raises(NotFound):
        town.do(answer_invitation, idea, joins=True, by="stranger")


def test_a_refused_submission_without_them_leaves_everybody_asked(town: Town) -> None:
    idea = town.ask_team(sections={"background": "satu dua tiga"})
    with pytest.raises(Invalid, match="section_too_short"):
        town.do(submit_idea, idea, without_unanswered=True, by="lead")
    assert (team_of(town, idea), asked_of(town, "mate")) == ({"lead": 6_000}, ["agree"])


def test_somebody_who_does_not_join_is_out_and_the_lead_is_told_without_a_name(town: Town, client: TestClient) -> None:
    idea = town.ask_team()
    answer = ask(client, town["mate"], f"POST /ideas/{idea}/agreement", {"outcome": "not_joined", "reason": "Saya cuti panjang."})
    assert answer.status_code == 200, answer.text
    assert team_of(town, idea) == {"lead": 10_000}
    assert (asked_of(town, "mate"), asked_of(town, "lead")) == ([], ["revise"])
    seen = ask(client, town["lead"], f"GET /ideas/{idea}").json()
    (declined,) = seen["asked"]
    assert (declined["answer"], declined["name"], declined["person_id"], declined["share_hundredths"]) == ("not_joined", "", None, 4_000)
    told = ask(client, town["lead"], f"GET /ideas/{idea}/history").text
    assert "Saya cuti panjang." in told
    for secret in (town["mate"].name, town["mate"].id, town["mate"].number):
        assert secret not in told
    town.do(revise_idea, idea, town.proposal(team=()), by="lead")
    assert asked_of(town, "lead") == []
    town.do(submit_idea, idea, by="lead")
    assert team_of(town, idea) == {"lead": 10_000}


def test_who_said_no_is_asked_again_only_when_named_again(town: Town) -> None:
    idea = town.ask_team()
    town.do(answer_invitation, idea, joins=False, by="mate")
    assert asked_of(town, "lead") == ["revise"]
    town.do(revise_idea, idea, town.proposal(), by="lead")
    assert (asked_of(town, "mate"), team_of(town, idea)) == (["agree"], {"lead": 6_000})
    assert asked_of(town, "lead") == [], "who asks again has looked at the draft again"


@pytest.mark.parametrize(("share", "role", "asks"), [(4_000, "Perancang", False), (3_000, "Perancang", True), (4_000, "Juru ketik", True)])
def test_another_share_or_role_after_the_answer_asks_again(town: Town, share: int, role: str, asks: bool) -> None:
    idea = town.build_idea()
    team = (MemberShare(town["lead"].number, 10_000 - share), MemberShare(town["mate"].number, share, role))
    town.do(revise_idea, idea, town.proposal(theme="Tema lain", team=team), by="lead")
    assert (asked_of(town, "mate") == ["agree"], "mate" not in team_of(town, idea)) == (asks, asks)
    if asks:
        with pytest.raises(Conflict, match="team_unanswered"):
            town.do(submit_idea, idea, by="lead")


def test_who_is_asked_still_is_asked_once_and_who_is_taken_out_no_more(town: Town) -> None:
    idea = town.ask_team()
    town.do(revise_idea, idea, town.proposal(team=named(town, lead=9_000, mate=1_000)), by="lead")
    assert asked_of(town, "mate") == ["agree"]
    town.do(revise_idea, idea, town.proposal(team=()), by="lead")
    assert (asked_of(town, "mate"), town.rows(select(Invitation))) == ([], [])


def test_a_withdrawn_draft_asks_nobody_any_more(town: Town) -> None:
    idea = town.ask_team()
    town.take(idea, "withdraw")
    assert (asked_of(town, "mate"), town.rows(select(Invitation))) == ([], [])
    with pytest.raises(NotFound):
        town.do(answer_invitation, idea, joins=True, by="mate")


def test_adding_the_leader_does_not_keep_the_leader_from_deciding_but_a_leader_who_joined_decides_nothing(town: Town) -> None:
    team = named(town, lead=5_000, leader=5_000)
    decree = decree_of_today("1")
    free, bound = town.ask_team(team=team), town.build_idea(IdeaStage.RECOMMENDED, team=team)
    town.do(submit_idea, free, without_unanswered=True, by="lead")
    town.take(free, *TO_RECOMMENDED)
    town.do(determine_idea, free, Determination.REJECTED, reason=REASON, decree=decree, by="leader")
    assert town.idea(free).stage == IdeaStage.REJECTED
    with pytest.raises(Forbidden, match="conflict_of_interest"):
        town.do(determine_idea, bound, Determination.REJECTED, reason=REASON, decree=decree, by="leader")


def test_only_who_joined_shares_in_award_uplift_receipt_and_certificates(town: Town) -> None:
    idea = town.ask_team()
    town.do(submit_idea, idea, without_unanswered=True, by="lead")
    town.do(number_receipt, idea, by="flow:recognition")
    town.take(idea, *TO_RECOMMENDED)
    town.take(idea, "determine adopted", "plan_pilot", "start_pilot", "measure", "conclude", "compute_result", "verify roll_out")
    award = town.build_award(AwardStage.ANNOUNCED, idea=idea)
    town.do(number_certificates, award, by="flow:recognition")
    assert town.award(award).computation["question"]["facts"]["team_size"] == 1
    assert town.rows(select(AwardShare.person_id).where(AwardShare.award_id == award)) == [town["lead"].id]
    documents = town.rows(select(Document).where(Document.idea_id == idea))
    assert [row.holder_id for row in documents if row.kind == DocumentKind.CERTIFICATE] == [town["lead"].id]
    assert [len(row.content["team"]) for row in documents if row.kind == DocumentKind.RECEIPT] == [1]


def told_of(town: Town, client: TestClient, number: str) -> list[tuple[int, str, str]]:
    """Everything a lead is answered who types a number: status, ETag and text, with what differs by chance made equal."""
    share = {"employee_number": town["lead"].number, "share_hundredths": 6_000}
    typed: dict[str, Any] = {"employee_number": number, "share_hundredths": 4_000, "role": "Kader"}
    changed = {**typed, "role": "Juru"}
    body = {**SENT, "call_id": town.call, "team": [share, typed]}
    first = ask(client, town["lead"], "POST /ideas", body)
    idea = first.json()["id"]
    asked = [
        first,
        ask(client, town["lead"], f"GET /ideas/{idea}"),
        ask(client, town["lead"], f"GET /ideas/{idea}/history"),
        ask(client, town["lead"], f"PUT /ideas/{idea}", {**SENT, "team": [share, changed]}, if_match=first.headers["etag"]),
        ask(client, town["lead"], f"PUT /ideas/{idea}", {**SENT, "team": [share, typed, typed]}, if_match="*"),
        ask(client, town["lead"], f"POST /ideas/{idea}/submission"),
        ask(client, town["lead"], "GET /inbox"),
        client.get(f"/usulan/{idea}", headers={"Cookie": f"gagas_session={town['lead'].token}"}),
        client.get(f"/usulan/{idea}/ubah", headers={"Cookie": f"gagas_session={town['lead'].token}"}),
        ask(client, town["lead"], f"POST /ideas/{idea}/submission", {"without_unanswered": True}),
        ask(client, town["lead"], f"GET /ideas/{idea}/history"),
    ]
    return [(answer.status_code, alike(answer.headers.get("etag", ""), number), alike(answer.text, number)) for answer in asked]


def alike(text: str, number: str) -> str:
    """A text without ids, codes, hashes, instants, the lead's own ideas that are like it, and the end of the number that was typed."""
    text = re.sub(r'<section [^>]*aria-labelledby="similar">.*?</section>\n', "", text, flags=re.DOTALL)
    text = re.sub(r"[0-9a-f]{16,64}|\b[a-z2-7]{26}\b|IDE-\d{4}-\d{6}|\d{4}-\d\d-\d\dT[\d:.]+(Z|\+\d\d:\d\d)|[\w-]{43}", "…", text)
    return text.replace(number[-3:], "NNN")


def test_a_number_gives_no_name_back_and_one_that_nobody_has_is_told_no_otherwise(town: Town, client: TestClient) -> None:
    known, unknown = told_of(town, client, town["mate"].number), told_of(town, client, UNKNOWN)
    assert [status for status, _, _ in known] == [201, 200, 200, 200, 422, 409, 200, 200, 200, 200, 200]
    for one, other in zip(known, unknown, strict=True):
        assert one == other
    for _, _, text in known:
        for secret in (town["mate"].name, town["mate"].number, town["mate"].id, "Kelurahan Ciroyom"):
            assert secret not in text


def test_a_colleague_of_ones_own_unit_is_named_at_once(town: Town, client: TestClient) -> None:
    team = (MemberShare(town["verifier"].number, 6_000), MemberShare(town["chair"].number, 4_000))
    idea = town.build_idea(lead="verifier")
    town.do(revise_idea, idea, town.proposal(team=team), by="verifier")
    (asked,) = ask(client, town["verifier"], f"GET /ideas/{idea}").json()["asked"]
    assert (asked["name"], asked["person_id"], asked["answer"]) == (town["chair"].name, town["chair"].id, Answer.ASKED)


def test_a_number_that_cannot_be_one_is_refused_with_what_is_wrong_with_it(town: Town, client: TestClient) -> None:
    team = [{"employee_number": "197913172004111777", "share_hundredths": 10_000}]
    answer = ask(client, town["lead"], "POST /ideas", {**SENT, "call_id": town.call, "team": team})
    problem = check_problem(answer, 422, "employee_number_impossible", language="id")
    assert problem["parameters"]["problems"] == ["birth_date_impossible"]
