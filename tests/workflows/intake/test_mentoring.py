"""A mentor is asked for by the lead, found by the calculation, sees the idea once they accept, and has no part in judging it ever after.

Who would cheat: a reviewer who advises one contestant; a mentor who reads others' drafts; a lead who fills all places with drafts, or two
requests that take the last place at once. Who falls ill: a mentor, who is taken off the list.
"""

from functools import partial

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from models.ledger import LedgerEntry
from models.mentors import OPEN, Mentorship
from models.people import AccountNotice, EmploymentKind, Role
from models.stages import IdeaStage
from tests.building import Town
from tests.workflows.intake.mentored import ADVICE, WISH, add_mentor, advised, ask, read, states
from tests.workflows.process.attest.everything import compare
from tests.workflows.process.sealed import SEALED, sees
from tests.workflows.region.letting_in import at_once
from workflows.intake.advice import give_advice, list_own
from workflows.intake.mentoring import MOST_OF_IDEA, MOST_UNANSWERED, answer_request, end_mentorship
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.process.context import read_context
from workflows.process.guards import GUARDS, Question
from workflows.process.mentoring import ADVISED, OVER
from workflows.process.refusals import Conflict, Forbidden, Invalid, NotFound
from workflows.process.relations import has_part, may_act
from workflows.process.ways import IDEA
from workflows.region.mentors import end_mentor, list_mentors
from workflows.review.assign import list_eligible

pytestmark = pytest.mark.slow


def told(town: Town, who: str) -> list[str]:
    """What somebody was told of mentors, in order."""
    notices = select(AccountNotice).where(AccountNotice.person_id == town[who].id).order_by(col(AccountNotice.at))
    return [str(each.kind) for each in town.rows(notices) if each.kind.startswith("mentor_")]


# From the request to its end


def test_a_mentor_is_asked_accepts_advises_and_all_of_it_stays_on_record(either_town: Town) -> None:
    town = either_town
    add_mentor(town, "mentor", "Tata kota")
    add_mentor(town, "doctor", "Kesehatan", places=1, kind=EmploymentKind.ACADEMIC)
    idea = town.build_idea(theme="Kesehatan ibu dan anak")
    asked = ask(town, idea)
    assert (asked.person_id, told(town, "doctor"), told(town, "mentor")) == (town["doctor"].id, ["mentor_asked"], [])
    assert not sees(town, idea, "doctor")
    with town.store.reading() as session:
        [own] = list_own(session, actor=town.actor(session, "doctor"))
    assert (own.sees_idea, own.may_accept, own.lead.name, own.mentorship.wish) == (False, True, town["lead"].name, WISH)
    with pytest.raises(NotFound, match="mentorship_not_found"):
        town.do(answer_request, asked.id, accepts=True, by="mentor")
    town.do(answer_request, asked.id, accepts=True, by="doctor")
    assert sees(town, idea, "doctor")
    town.do(give_advice, idea, ADVICE, by="doctor")
    assert told(town, "lead") == ["mentor_accepted", "mentor_advised"]
    for who in ("lead", "mate", "doctor"):
        [line] = read(town, idea, who).lines
        assert ([each.text for each in line.advice], line.found_by["theme"], line.found_by["free"]) == ([ADVICE], "Kesehatan", 1), who
    town.do(end_mentorship, asked.id, "Sudah cukup.", by="lead")
    assert (sees(town, idea, "doctor"), told(town, "doctor")) == (False, ["mentor_asked", "mentor_ended"])
    kinds = select(LedgerEntry.kind).where(col(LedgerEntry.kind).contains("mentor") | col(LedgerEntry.kind).contains("advise"))
    steps = ["call.set_mentor", "call.set_mentor", "idea.ask_mentor", "idea.answer_mentor", "idea.advise", "idea.end_mentor"]
    assert town.rows(kinds.order_by(col(LedgerEntry.seq))) == steps
    assert compare(town).differences == []
    for statement in (sa.text("UPDATE advice SET text = 'Lain'"), sa.text("DELETE FROM advice"), sa.text("DELETE FROM mentorship")):
        with pytest.raises(sa.exc.DBAPIError, match=r"never changed|stays on record"), town.store.unit_of_work() as session:
            session.execute(statement)


def test_who_declines_is_not_asked_again_and_the_next_is(town: Town) -> None:
    add_mentor(town, "mentor", "Kesehatan")
    add_mentor(town, "second", "Tata kota", places=9)
    idea = town.build_idea(theme="Kesehatan")
    town.do(answer_request, ask(town, idea).id, accepts=False, reason="Sedang bertugas di luar kota.", by="mentor")
    assert told(town, "lead") == ["mentor_declined"]
    assert not sees(town, idea, "mentor")
    taken_back = ask(town, idea)
    assert taken_back.person_id == town["second"].id
    town.do(end_mentorship, taken_back.id, by="lead")
    assert ask(town, idea).person_id == town["second"].id
    assert states(town, idea) == ["turned_down", "advice_ended", "requested"]
    with pytest.raises(Conflict, match="mentorship_settled"):
        town.do(answer_request, taken_back.id, accepts=True, by="second")


def test_only_the_lead_asks_while_the_team_works_on_the_idea(town: Town) -> None:
    with pytest.raises(Conflict, match="no_mentor_free"):
        ask(town, town.build_idea())
    add_mentor(town, places=9)
    draft, judged = town.build_idea(), town.build_idea(IdeaStage.SCREENING)
    for who, kind, code in (("mate", Forbidden, "only_proposer"), ("secretary", NotFound, "idea_not_found")):
        with pytest.raises(kind, match=code):
            ask(town, draft, by=who)
    with pytest.raises(Conflict, match="idea_not_advised"):
        ask(town, judged)
    with pytest.raises(Invalid, match="text_too_short"):
        ask(town, draft, wish="Tolong")
    ask(town, draft)
    with pytest.raises(Conflict, match="mentor_asked"):
        ask(town, draft)
    assert ask(town, town.build_idea(IdeaStage.IN_PILOT)).theme == ""
    assert (sorted(ADVISED), {*ADVISED} & {*OVER}) == (["determined", "draft", "in_pilot", "supplement_asked"], set())
    assert {IdeaStage.REJECTED, IdeaStage.ROLLED_OUT, IdeaStage.WITHDRAWN} <= OVER
    assert IdeaStage.IN_REVIEW not in OVER


def test_a_lead_fills_no_mentor_with_drafts_nor_their_mailbox(town: Town) -> None:
    add_mentor(town, places=50)
    for number in range(MOST_UNANSWERED):
        last = ask(town, town.build_idea(title=f"Gagasan {number}"))
    with pytest.raises(Conflict, match="mentor_requests_wait"):
        ask(town, town.build_idea())
    for _ in range(MOST_OF_IDEA - 1):
        town.do(end_mentorship, last.id, by="lead")
        last = ask(town, last.idea_id)
    town.do(end_mentorship, last.id, by="lead")
    with pytest.raises(Conflict, match="mentor_requests_used_up"):
        ask(town, last.idea_id)


# Places


def test_no_place_is_taken_twice_by_requests_at_once(either_town: Town) -> None:
    town = either_town
    add_mentor(town, "mentor", places=2)
    add_mentor(town, "second", places=1)
    leads = ("lead", "mate", "stranger", "head", "other_head", "operator", "owner", "verifier")
    ideas = {who: town.build_idea(lead=who) for who in leads}
    came = at_once([partial(ask, town, idea, by=who) for who, idea in ideas.items()])
    assert (came.count("done"), len(came)) == (3, len(leads))
    taken = town.rows(select(Mentorship.person_id).where(col(Mentorship.state).in_(OPEN)))
    assert sorted(taken) == sorted([town["mentor"].id] * 2 + [town["second"].id])


def test_an_idea_whose_way_is_over_gives_its_place_back(town: Town) -> None:
    add_mentor(town, places=1)
    first, second = town.build_idea(), town.build_idea()
    advised(town, first)
    with pytest.raises(Conflict, match="no_mentor_free"):
        ask(town, second)
    town.take(first, "withdraw")
    ask(town, second)
    assert sees(town, first, "mentor")
    assert [(line.is_over, line.may_end) for line in read(town, first, "lead").lines] == [(True, False)]
    with town.store.reading() as session:
        own = {each.idea.id: each.is_over for each in list_own(session, actor=town.actor(session, "mentor"))}
    assert own == {first: True, second: False}
    with pytest.raises(Conflict, match="idea_not_advised"):
        town.do(give_advice, first, ADVICE, by="mentor")


def test_who_is_taken_off_the_list_has_no_idea_left_and_every_lead_is_told(town: Town) -> None:
    mentor = add_mentor(town)
    idea, waiting = town.build_idea(), town.build_idea()
    advised(town, idea)
    ask(town, waiting)
    town.do(end_mentor, town.call, mentor.id, by="secretary")
    assert (states(town, idea), states(town, waiting)) == (["advice_ended"], ["advice_ended"])
    assert (sees(town, idea, "mentor"), told(town, "lead")[-2:]) == (False, ["mentor_ended", "mentor_ended"])
    with pytest.raises(Conflict, match="no_mentor_free"):
        ask(town, waiting)


# Who judges


def test_a_mentor_takes_no_part_in_judging_the_idea_whatever_role_they_get_later(town: Town) -> None:
    """Every step that an office or a person in it takes, and the gates; also after the mentorship has ended."""
    add_mentor(town, "doctor", kind=EmploymentKind.ACADEMIC)
    idea = town.build_idea()
    mentorship = advised(town, idea, by="doctor")
    town.do(end_mentorship, mentorship.id, by="lead")
    for role in (Role.REVIEWER, Role.CHAIR, Role.VERIFIER):
        town.give_role("doctor", role, "KOTA")
    town.take(idea, "submit", "route", "permit granted", "screen accepted")
    with town.store.reading() as session:
        doctor = town.actor(session, "doctor")
        context = read_context(session, idea, actor=doctor)
        assert has_part(context, doctor)
        assert town["doctor"].id not in list_eligible(session, context)
        for step in IDEA.transitions:
            if step.who not in (None, Role.PROPOSER):
                assert not may_act(session, context, step, doctor), step
            if "apart" in step.guards:
                refusal = GUARDS["apart"](session, Question(context, step, doctor))
                assert refusal is not None, step
                assert refusal.parameters == {"duty": "advise"}
    other = town.build_idea(IdeaStage.IN_REVIEW)
    with town.store.reading() as session:
        flow = town.actor(session, "flow:review")
        assert town["doctor"].id in list_eligible(session, read_context(session, other, actor=flow)) + [
            town[who].id for who in town.reviewers(other)
        ]


def test_who_reviewed_an_idea_or_holds_a_role_over_the_call_is_not_its_mentor(town: Town) -> None:
    add_mentor(town, "doctor", kind=EmploymentKind.ACADEMIC)
    idea, other = town.build_idea(IdeaStage.IN_PILOT), town.build_idea(IdeaStage.IN_PILOT)
    asked = ask(town, idea)
    town.give_role("doctor", Role.REVIEWER, "KOTA")
    with pytest.raises(Conflict, match="mentor_holds_role"):
        town.do(answer_request, asked.id, accepts=True, by="doctor")
    with pytest.raises(Conflict, match="no_mentor_free"):
        ask(town, other)
    with pytest.raises(Conflict, match="mentor_holds_role"):
        add_mentor(town, "doctor")


def test_nobody_accepts_while_the_idea_is_judged(town: Town) -> None:
    add_mentor(town)
    idea = town.build_idea()
    asked = ask(town, idea)
    town.take(idea, "submit", "route", "permit granted")
    with pytest.raises(Conflict, match="idea_not_advised"):
        town.do(answer_request, asked.id, accepts=True, by="mentor")
    town.do(screen_idea, idea, Screening.RETURNED, Findings(notes={"idea": "Jelaskan biayanya."}), by="secretary")
    town.do(answer_request, asked.id, accepts=True, by="mentor")


# Who reads


def test_whoever_judges_the_idea_reads_neither_who_its_mentor_is_nor_what_they_advised(town: Town) -> None:
    add_mentor(town)
    idea = town.build_idea()
    advised(town, idea)
    town.do(give_advice, idea, ADVICE, by="mentor")
    town.take(idea, "submit", "route", "permit granted", "screen accepted", "assign")
    readers = {"lead", "mate", "secretary", "auditor", "mentor"}
    for who in ("head", "chair", "leader", "verifier", "admin", *town.reviewers(idea), *readers):
        assert bool(read(town, idea, who).lines) == (who in readers), who
    with pytest.raises(Conflict, match="idea_not_advised"):
        town.do(give_advice, idea, ADVICE, by="mentor")
    with pytest.raises(Forbidden, match="only_mentor"):
        town.do(give_advice, idea, ADVICE, by="lead")
    assert (read(town, idea, "mentor").rests, read(town, idea, "mentor").may_advise) == (True, False)


def test_in_a_sealed_call_the_mentor_alone_sees_the_draft_and_only_once_they_accept(town: Town) -> None:
    call = town.build_call(code="TERTUTUP", closing=SEALED)
    add_mentor(town, call=call)
    idea, other = town.build_idea(call=call), town.build_idea(call=call, lead="stranger")
    asked = ask(town, idea)
    assert not any(sees(town, idea, who) for who in ("mentor", "secretary", "chair"))
    town.do(answer_request, asked.id, accepts=True, by="mentor")
    assert (sees(town, idea, "mentor"), sees(town, other, "mentor"), sees(town, idea, "secretary")) == (True, False, False)
    with pytest.raises(NotFound, match="mentorship_not_found"):
        town.do(end_mentorship, asked.id, by="secretary")
    with town.store.reading() as session:
        [line] = list_mentors(session, call, actor=town.actor(session, "secretary"))
    assert line.load is None
    with pytest.raises(Conflict, match="mentor_places_sealed"):
        add_mentor(town, call=call, places=1)
    assert add_mentor(town, call=call, places=3).capacity == 3


def test_who_may_end_a_mentorship(town: Town) -> None:
    add_mentor(town, places=9)
    for who in ("mentor", "lead", "secretary"):
        idea = town.build_idea(IdeaStage.IN_PILOT)
        mentorship = advised(town, idea)
        for other in ("mate", "chair", "head"):
            with pytest.raises(Forbidden, match="only_mentorship_parties"):
                town.do(end_mentorship, mentorship.id, by=other)
        with pytest.raises(NotFound, match="mentorship_not_found"):
            town.do(end_mentorship, mentorship.id, by="stranger")
        town.do(end_mentorship, mentorship.id, "Sudah cukup.", by=who)
        assert (states(town, idea), sees(town, idea, "mentor")) == (["advice_ended"], False), who
    waiting = ask(town, town.build_idea())
    with pytest.raises(Forbidden, match="only_mentorship_parties"):
        town.do(end_mentorship, waiting.id, by="mentor")


def test_an_idea_has_one_open_request_whatever_is_written_beside_the_actions(town: Town) -> None:
    add_mentor(town, places=9)
    first = ask(town, town.build_idea())
    copy = Mentorship(**{name: getattr(first, name) for name in Mentorship.model_fields if name != "id"})
    with pytest.raises(sa.exc.IntegrityError), town.store.unit_of_work() as session:
        session.add(copy)
