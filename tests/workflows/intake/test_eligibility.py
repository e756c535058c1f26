"""Which ideas may be submitted: by whom they were initiated, and since when they are in use, as the call's end stands.

Who would cheat: somebody who writes a day in the future or makes an innovation older by the supplement; who sends no field at all. Who
errs: whoever counts months on the wrong side of midnight. An inspector asks which day would have been accepted: it stands in the refusal.
"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from models.calls import Call
from models.entry_rules import Initiator
from models.ideas import Revision
from models.instants import now
from models.stages import IdeaStage
from tests.building import SECTIONS, Town
from tests.clock import set_clock
from tests.steps import NOTES, REASON
from workflows.intake.draft import draft_idea, revise_idea
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.submit import submit_idea, supplement_idea
from workflows.process.attest.compare import compare_rows
from workflows.process.refusals import Invalid
from workflows.region.amendments import NewAmendment, amend_running
from workflows.region.call_life import extend_call

TODAY = datetime(2027, 1, 10, 3, tzinfo=UTC)
CLOSES = datetime(2027, 3, 30, 17, 30, tzinfo=UTC)  # half past midnight of 31 March in the region
LATEST = date(2026, 2, 28)  # 13 months before 31 March
BOTH = ["council", "civil_servant"]


@pytest.fixture(autouse=True)
def january(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is 10 January 2027."""
    set_clock(monkeypatch, tmp_path, TODAY)


def call_of(town: Town, closes_at: datetime = CLOSES, **rule: Any) -> str:
    """A call for ideas on trial with a rule of who may enter."""
    call = town.build_call(entry="in_trial", eligibility=rule)
    with town.store.unit_of_work() as session:
        session.get_one(Call, call).closes_at = closes_at
    return call


def submit(town: Town, call: str, **said: Any) -> str:
    idea = str(town.do(draft_idea, call, town.proposal(team=(), **said), by="lead").idea.id)
    town.do(submit_idea, idea, by="lead")
    return idea


def refuse(town: Town, call: str, **said: Any) -> Invalid:
    with pytest.raises(Invalid) as refused:
        submit(town, call, **said)
    return refused.value


def revision_of(town: Town, idea: str) -> Revision:
    found: Revision = town.rows(select(Revision).where(Revision.idea_id == idea).order_by(Revision.number.desc()))[0]  # type: ignore[attr-defined]
    return found


# Since when it is in use


def test_the_last_day_is_counted_back_from_the_closing_day_in_the_regions_zone(town: Town) -> None:
    call = call_of(town, minimum_months=13)
    late = refuse(town, call, in_use_since=LATEST + timedelta(days=1))
    assert (late.code, late.field) == ("in_use_too_short", "in_use_since")
    assert late.parameters == {"minimum": 13, "day": "2027-03-31", "last": "2026-02-28"}
    assert revision_of(town, submit(town, call, in_use_since=LATEST)).in_use_since == LATEST
    missing = refuse(town, call)
    assert (missing.code, missing.field, missing.parameters["last"]) == ("in_use_since_missing", "in_use_since", "2026-02-28")


def test_a_day_in_the_future_is_never_accepted_however_far_the_closing_is(town: Town) -> None:
    call = call_of(town, datetime(2027, 12, 31, 10, tzinfo=UTC), minimum_months=1)
    for typed in (date(2027, 1, 11), date(2027, 11, 30), date(2999, 1, 1)):
        assert refuse(town, call, in_use_since=typed).parameters["last"] == "2027-01-10"
    submit(town, call, in_use_since=date(2027, 1, 10))


def test_a_day_that_nobody_means_is_not_even_saved(town: Town) -> None:
    call = call_of(town, minimum_months=13)
    for typed in (date(1, 1, 1), date(1899, 12, 31)):
        with pytest.raises(Invalid, match="date_out_of_range"):
            town.do(draft_idea, call, town.proposal(in_use_since=typed), by="lead")


def test_an_extension_moves_the_last_day_with_the_closing(town: Town) -> None:
    call, typed = call_of(town, minimum_months=13), date(2026, 3, 20)
    refuse(town, call, in_use_since=typed)
    town.do(extend_call, call, CLOSES + timedelta(days=30), REASON, by="secretary")
    submit(town, call, in_use_since=typed)


def test_a_draft_may_be_saved_without_it(town: Town) -> None:
    idea = town.do(draft_idea, call_of(town, minimum_months=13, initiators=BOTH), town.proposal(), by="lead").idea
    assert (idea.stage, revision_of(town, idea.id).in_use_since) == (IdeaStage.DRAFT, None)


def test_all_that_is_wrong_with_a_content_is_said_at_once(town: Town) -> None:
    call = call_of(town, minimum_months=13, initiators=BOTH)
    wrong = refuse(town, call, sections={**SECTIONS, "idea": "Satu"})
    assert [(part.code, part.field) for part in wrong.parts] == [
        ("initiator_missing", "initiator"),
        ("in_use_since_missing", "in_use_since"),
        ("section_too_short", "sections.idea"),
    ]


def test_what_is_wrong_is_said_before_a_team_is_waited_for(town: Town) -> None:
    idea = town.do(draft_idea, call_of(town, minimum_months=13), town.proposal(), by="lead").idea.id
    with pytest.raises(Invalid, match="in_use_since_missing"):
        town.do(submit_idea, idea, by="lead")


# Who initiated it


def test_one_of_several_initiators_is_chosen(town: Town) -> None:
    call = call_of(town, initiators=BOTH)
    missing = refuse(town, call)
    assert (missing.code, missing.field) == ("initiator_missing", "initiator")
    outside = refuse(town, call, initiator=Initiator.THE_PUBLIC)
    assert (outside.code, outside.field) == ("initiator_not_listed", "initiator")
    assert revision_of(town, submit(town, call, initiator=Initiator.COUNCIL)).initiator == "council"


def test_where_one_alone_is_listed_it_is_that_one_and_nobody_is_asked(town: Town) -> None:
    call = call_of(town, initiators=["regional_head"])
    assert revision_of(town, submit(town, call)).initiator == "regional_head"
    assert refuse(town, call, initiator=Initiator.COUNCIL).code == "initiator_not_listed"


@pytest.mark.parametrize(
    "said", [{"initiator": Initiator.COUNCIL}, {"in_use_since": date(2020, 1, 1)}, {"earlier_code": "IDE-2026-000001"}], ids=str
)
def test_what_a_call_does_not_ask_is_not_taken(town: Town, said: dict[str, Any]) -> None:
    wrong = refuse(town, town.call, **said)
    assert (wrong.code, wrong.field) == ("entry_not_asked", *said)


def test_what_was_said_is_in_the_hash_and_only_where_it_was_said(town: Town) -> None:
    idea = submit(town, call_of(town, initiators=BOTH, minimum_months=13), initiator=Initiator.COUNCIL, in_use_since=LATEST)
    plain = town.build_idea(IdeaStage.SUBMITTED)
    with town.store.unit_of_work() as session:
        assert compare_rows(session).differences == []
        for altered, row in (("initiator", idea), ("in_use_since", idea), ("earlier_code", plain)):
            value = {"initiator": "civil_servant", "in_use_since": date(2020, 1, 1), "earlier_code": "IDE-2026-000001"}[altered]
            revision = session.exec(select(Revision).where(Revision.idea_id == row)).one()
            before = getattr(revision, altered)
            setattr(revision, altered, value)
            session.flush()
            assert [(each.table, each.id) for each in compare_rows(session).differences] == [("revision", revision.id)], altered
            setattr(revision, altered, before)
            session.flush()
        assert compare_rows(session).differences == []


# The supplement


def build_returned(town: Town, *parts: str, **rule: Any) -> str:
    call = call_of(town, **{"minimum_months": 13, "initiators": BOTH, **rule})
    idea = submit(town, call, in_use_since=LATEST, initiator=Initiator.COUNCIL)
    town.take(idea, "route", "permit granted")
    town.do(screen_idea, idea, Screening.RETURNED, Findings(notes=NOTES, parts=parts), by="secretary")
    return idea


def completed(town: Town, **said: Any) -> Any:
    usual = {
        "in_use_since": LATEST,
        "initiator": Initiator.COUNCIL,
        "team": (),
        "sections": {**SECTIONS, "idea": "Biayanya sudah dihitung."},
    }
    return town.proposal(**{**usual, **said})


@pytest.mark.parametrize("said", [{"in_use_since": date(2020, 1, 1)}, {"initiator": Initiator.CIVIL_SERVANT}], ids=str)
def test_a_supplement_changes_neither_day_nor_initiator_unless_that_was_asked_for(town: Town, said: dict[str, Any]) -> None:
    idea = build_returned(town)
    for action in (supplement_idea, revise_idea):
        with pytest.raises(Invalid, match="part_not_asked_for"):
            town.do(action, idea, completed(town, **said), by="lead")
    town.do(supplement_idea, idea, completed(town), by="lead")
    assert town.idea(idea).stage == IdeaStage.SCREENING


def test_a_supplement_is_held_to_the_same_age(town: Town) -> None:
    idea = build_returned(town, "kind")
    for typed in (LATEST + timedelta(days=1), None):
        with pytest.raises(Invalid, match="in_use"):
            town.do(supplement_idea, idea, completed(town, in_use_since=typed), by="lead")
    town.do(revise_idea, idea, completed(town, in_use_since=None), by="lead")  # put by, to be gone on with
    with pytest.raises(Invalid, match="in_use_since_missing"):
        town.do(supplement_idea, idea, by="lead")
    assert town.idea(idea).stage == IdeaStage.SUPPLEMENT_ASKED
    town.do(supplement_idea, idea, completed(town, in_use_since=date(2025, 1, 1)), by="lead")  # which mends what was put by
    assert (town.idea(idea).stage, revision_of(town, idea).in_use_since) == (IdeaStage.SCREENING, date(2025, 1, 1))


# The policy


@pytest.mark.parametrize("part", ["quota", "minimum_months", "earlier_awards", "earlier_years", "initiators", "quota_per"])
def test_no_amendment_changes_who_may_enter(town: Town, part: str) -> None:
    value = {"initiators": ["council"], "quota_per": "own_unit"}.get(part, 5)
    with pytest.raises(Invalid, match="part_not_amendable"):
        town.do(amend_running, town.call, NewAmendment(1, {f"eligibility.{part}": value}, REASON), by="secretary")


def test_a_policy_without_the_rules_asks_nothing(town: Town) -> None:
    assert now() == TODAY
    idea = submit(town, town.call)
    assert town.idea(idea).stage == IdeaStage.SUBMITTED
