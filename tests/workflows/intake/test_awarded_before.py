"""An innovation that was awarded often enough does not enter again: by its own chain, or under the same title by anybody of its team.

Who would cheat: who enters last year's winner under the same title, typed otherwise, and names no earlier idea; who names somebody's code
to learn of an award before its hour; who makes a circle. Who errs: whoever continues a colleague's idea. An inspector asks what counted.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.awards import Award
from models.calls import Call
from models.ideas import Idea, Revision
from models.instants import now
from models.stages import AwardStage, IdeaStage
from tests.asking import ask
from tests.building import POLICY, SECTIONS, Town
from tests.clock import set_clock
from tests.steps import MET, NOTES
from workflows.intake.draft import draft_idea
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.submit import submit_idea, supplement_idea
from workflows.process.context import read_context
from workflows.process.eligibility import EarlierAward, list_counting_awards, list_team_awards
from workflows.process.refusals import Conflict, Invalid
from workflows.reward.propose import draft_award, propose_award
from workflows.reward.rank import rank_call

TITLE = "Antrean daring kelurahan"  # of the town's usual idea
OTHER = "Papan harga pasar"


def call_of(town: Town, **rule: Any) -> str:
    return town.build_call(eligibility={"earlier_awards": 1, **rule})


def build_awarded(town: Town, stage: AwardStage = AwardStage.ANNOUNCED, **named: Any) -> Idea:
    """An idea whose award came so far."""
    return town.idea(town.award(town.build_award(stage, **named)).idea_id)


def draft(town: Town, call: str, *, lead: str = "lead", **said: Any) -> str:
    idea = str(town.do(draft_idea, call, town.proposal(**said), by=lead).idea.id)
    town.join(idea)
    return idea


def submit(town: Town, call: str, *, lead: str = "lead", **said: Any) -> str:
    idea = draft(town, call, lead=lead, **said)
    town.do(submit_idea, idea, by=lead)
    return idea


def refuse(town: Town, call: str, **said: Any) -> Invalid:
    with pytest.raises(Invalid) as refused:
        submit(town, call, **said)
    return refused.value


def counting(town: Town, idea: str) -> list[EarlierAward]:
    with town.store.reading() as session:
        return list_counting_awards(session, read_context(session, idea, actor=town.actor(session, "flow:test")))


# What counts


@pytest.mark.parametrize("typed", [TITLE, TITLE.upper(), f"  {TITLE}  ", "Antrean-daring kelurahan!", "Ántrean darlng ke1urahan"])
def test_the_same_title_however_typed_counts_though_nobody_named_the_earlier_idea(town: Town, typed: str) -> None:
    earlier = build_awarded(town)
    wrong = refuse(town, call_of(town), title=typed)
    assert (wrong.code, wrong.field) == ("awarded_before", "title")
    assert wrong.parameters == {"count": 1, "limit": 1, "given": f"{earlier.code} ({now().year})"}


def test_another_title_of_the_same_team_enters(town: Town) -> None:
    build_awarded(town)
    submit(town, call_of(town), title=OTHER)


def test_the_same_title_of_somebody_elses_team_enters(town: Town) -> None:
    build_awarded(town, lead="mate")
    call = call_of(town)
    submit(town, call, team=())
    assert refuse(town, call).parameters["count"] == 1, "the mate is of this team"


def test_a_chain_of_continued_ideas_counts_with_all_its_awards(town: Town) -> None:
    first = build_awarded(town, title="Satu")
    call = town.build_call(eligibility={"earlier_awards": 5})
    second = build_awarded(town, title="Dua", call=call, earlier_code=first.code)
    third = town.idea(submit(town, call, title="Tiga", earlier_code=second.code))
    wrong = refuse(town, call_of(town, earlier_awards=2), title="Empat", earlier_code=str(third.code).lower())
    assert (wrong.code, wrong.field) == ("awarded_before", "earlier_code")
    assert wrong.parameters["given"] == f"{first.code} ({now().year}), {second.code} ({now().year})"
    submit(town, call_of(town, earlier_awards=3), title="Empat", earlier_code=third.code)


def test_what_an_idea_of_the_same_title_continued_counts_too(town: Town) -> None:
    first = build_awarded(town, title="Satu")
    submit(town, town.build_call(eligibility={"earlier_awards": 5}), title="Dua", earlier_code=first.code)
    assert refuse(town, call_of(town), title="dua").code == "awarded_before"


@pytest.mark.parametrize("stage", [AwardStage.DECLINED, AwardStage.REVOKED])
def test_what_was_declined_or_revoked_does_not_count(town: Town, stage: AwardStage) -> None:
    build_awarded(town, stage)
    submit(town, call_of(town))


@pytest.mark.parametrize(("years", "enters"), [(None, False), (2, True), (4, False)])
def test_only_awards_of_the_last_years_count_where_the_policy_says_so(
    town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, years: int | None, enters: bool
) -> None:
    build_awarded(town)
    set_clock(monkeypatch, tmp_path, now() + timedelta(days=3 * 365))
    idea = draft(town, call_of(town, earlier_years=years))
    assert (counting(town, idea) == []) is enters
    if enters:
        town.do(submit_idea, idea, by="lead")
    else:
        with pytest.raises(Invalid, match="awarded_before"):
            town.do(submit_idea, idea, by="lead")


def test_the_day_itself_so_many_years_before_the_closing_still_counts(town: Town) -> None:
    earlier = build_awarded(town)
    idea = draft(town, call_of(town, earlier_years=1))
    with town.store.unit_of_work() as session:
        award = session.exec(select(Award).where(Award.idea_id == earlier.id)).one()
        closes = session.get_one(Call, town.idea(idea).call_id)
        closes.closes_at = closes.closes_at.replace(month=3, day=31, year=closes.closes_at.year + 1, hour=5)
        award.announced_at = closes.closes_at.replace(year=closes.closes_at.year - 1, hour=0)  # seven in the morning of that day
    assert len(counting(town, idea)) == 1
    with town.store.unit_of_work() as session:
        award = session.exec(select(Award).where(Award.idea_id == earlier.id)).one()
        assert award.announced_at is not None
        award.announced_at -= timedelta(hours=8)  # the evening before
    assert counting(town, idea) == []


def test_a_circle_of_ideas_is_impossible_and_one_made_by_hand_ends(town: Town) -> None:
    call = town.build_call(eligibility={"earlier_awards": 5})
    first = submit(town, call, title="Satu", team=())
    later = town.idea(submit(town, call, title="Dua", team=(), earlier_code=str(town.idea(first).code)))
    town.take(first, "route", "permit granted")
    town.do(screen_idea, first, Screening.RETURNED, Findings(notes=NOTES, parts=("kind",)), by="secretary")
    mended = town.proposal(title="Satu", team=(), sections={**SECTIONS, "idea": "Biayanya sudah dihitung."}, earlier_code=later.code)
    with pytest.raises(Invalid, match="earlier_not_earlier") as refused:
        town.do(supplement_idea, first, mended, by="lead")
    assert refused.value.field == "earlier_code"
    with town.store.unit_of_work() as session:
        session.exec(select(Revision).where(Revision.idea_id == first)).one().earlier_code = later.code
    assert counting(town, first) == counting(town, later.id) == []


# Before its hour


def test_an_award_before_its_hour_neither_counts_nor_shows(town: Town) -> None:
    build_awarded(town, AwardStage.SCHEDULED)
    assert town.idea(submit(town, call_of(town))).stage == IdeaStage.SUBMITTED


def test_once_it_is_announced_the_idea_is_not_accepted_and_the_refusal_says_why(town: Town) -> None:
    earlier, call = build_awarded(town, AwardStage.SCHEDULED), call_of(town)
    idea = submit(town, call)
    town.take(idea, "route", "permit granted")
    town.take(earlier.id, "announce")
    with pytest.raises(Conflict, match="awarded_before") as refused:
        town.do(screen_idea, idea, Screening.ACCEPTED, Findings(MET), by="secretary")
    assert refused.value.parameters["given"] == f"{earlier.code} ({now().year})"
    town.take(idea, "screen rejected")
    assert town.idea(idea).stage == IdeaStage.REJECTED


def test_an_idea_that_came_further_meanwhile_gets_no_award(town: Town) -> None:
    earlier, call = build_awarded(town, AwardStage.SCHEDULED), call_of(town)
    idea = town.build_idea(IdeaStage.ROLLED_OUT, call=call)
    free = town.build_idea(IdeaStage.ROLLED_OUT, call=call, title=OTHER)
    town.take(earlier.id, "announce")
    for each in (idea, free):
        town.do(draft_award, each, by="flow:reward")
    assert town.rows(select(Award.idea_id).where(Award.call_id == call)) == [free]
    with pytest.raises(Conflict, match="awarded_before"):
        town.do(propose_award, idea, by="secretary")


def test_its_place_in_a_ranking_goes_to_the_next(town: Town) -> None:
    tiers = [{"name": "first", "label": "Juara", "minimum_score": "60", "amount_rupiah": 1, "places": 1}]
    earlier = build_awarded(town, AwardStage.SCHEDULED)
    call = town.build_call(eligibility={"earlier_awards": 1}, rule_book={**POLICY["rule_book"], "tiers": tiers})
    best = town.build_idea(IdeaStage.ROLLED_OUT, call=call, points=95)
    town.build_idea(IdeaStage.ROLLED_OUT, call=call, points=80, title=OTHER)

    def first() -> str:
        with town.store.reading() as session:
            return next(each.idea for each in rank_call(session, call) if each.tier == "first")

    assert first() == best
    town.take(earlier.id, "announce")
    assert first() != best


def test_what_is_announced_after_the_closing_takes_nothing_from_anybody(town: Town) -> None:
    earlier, call = build_awarded(town, AwardStage.SCHEDULED), call_of(town)
    idea = submit(town, call)
    town.take(idea, "route", "permit granted")
    with town.store.unit_of_work() as session:
        session.get_one(Call, call).closes_at = now()
    town.take(earlier.id, "announce")
    assert counting(town, idea) == []
    town.take(idea, "screen accepted")
    assert town.idea(idea).stage == IdeaStage.IN_REVIEW


# Which codes may be named


def test_a_code_that_one_may_not_know_is_refused_as_one_that_nobody_has(town: Town) -> None:
    call = call_of(town)
    unseen = town.idea(town.build_idea(IdeaStage.SCREENING))
    secret = build_awarded(town, AwardStage.SCHEDULED, title=OTHER)
    told = []
    for code in ("IDE-1999-000001", unseen.code, secret.code, "<script>"):
        with pytest.raises(Invalid) as refused:
            town.do(draft_idea, call, town.proposal(title="Lain", team=(), earlier_code=code), by="stranger")
        told.append((refused.value.code, refused.value.field, refused.value.parameters))
    assert told == [("earlier_unknown", "earlier_code", {})] * 4
    town.take(secret.id, "announce")  # from now on anybody may know
    continued = town.do(draft_idea, call, town.proposal(title="Lain", team=(), earlier_code=secret.code), by="stranger").idea
    with pytest.raises(Invalid, match="awarded_before"):
        town.do(submit_idea, continued.id, by="stranger")


def test_a_reviewer_who_is_told_no_names_is_told_no_earlier_code(town: Town, client: TestClient) -> None:
    earlier = town.idea(town.build_idea(IdeaStage.SUBMITTED, title=OTHER))
    idea = town.build_idea(IdeaStage.IN_REVIEW, call=call_of(town), earlier_code=earlier.code)
    shown = {
        who: ask(client, town[who], f"GET /ideas/{idea}").json()["earlier_code"] for who in ("lead", "secretary", town.reviewers(idea)[0])
    }
    assert list(shown.values()) == [earlier.code, earlier.code, None]


# What the secretariat sees


def test_whoever_screens_is_told_what_the_team_was_given_and_nothing_before_its_hour(town: Town) -> None:
    given = build_awarded(town, title=OTHER)
    build_awarded(town, AwardStage.SCHEDULED, title="Rahasia")
    build_awarded(town, AwardStage.REVOKED, title="Dicabut")
    by_mate = build_awarded(town, title="Rekan", lead="mate")
    idea = town.build_idea(IdeaStage.SCREENING, call=call_of(town))
    with town.store.reading() as session:
        found = list_team_awards(session, read_context(session, idea, actor=town.actor(session, "secretary")))
    assert [(each.code, each.title) for each in found] == [(by_mate.code, "Rekan"), (given.code, OTHER)]
    assert counting(town, idea) == []
