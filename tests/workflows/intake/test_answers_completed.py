"""A returned idea changes the answers that were asked for, and what another answer to a choice newly asks for; nothing else."""

from typing import Any

import pytest
from sqlmodel import col, select

from models.ideas import Decision, Revision
from models.stages import IdeaStage
from tests.answers import ANSWERS, FORM, SAID, TEXTS
from tests.building import SECTIONS, Town
from tests.steps import REASON
from workflows.intake.draft import revise_idea
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.submit import supplement_idea
from workflows.intake.supplement import AskedFor, read_asked_for
from workflows.process.attest.compare import compare_rows
from workflows.process.context import read_context
from workflows.process.refusals import Invalid

COUNTER = {**ANSWERS, "channels": "counter"}


def returned(town: Town, *parts: str, said: dict[str, Any] | None = None, notes: dict[str, str] | None = None) -> str:
    """An idea with answers that the secretariat returned with these parts to be changed."""
    idea = town.build_idea(IdeaStage.SCREENING, call=town.build_call(**FORM), **(said or SAID))
    town.do(screen_idea, idea, Screening.RETURNED, Findings(reason=REASON, parts=parts, notes=notes or {}), by="secretary")
    return idea


def say(town: Town, answers: dict[str, str], texts: dict[str, str] = TEXTS) -> Any:
    return town.proposal(answers=answers, sections=texts, team=())


def present(town: Town, idea: str) -> Revision:
    number = town.idea(idea).revision
    return town.rows(select(Revision).where(Revision.idea_id == idea, Revision.number == number))[0]  # type: ignore[no-any-return]


def asked_for(town: Town, idea: str) -> AskedFor:
    with town.store.reading() as session:
        return read_asked_for(session, read_context(session, idea, actor=town.actor(session, "secretary")))


def test_a_field_is_asked_for_by_its_name_as_a_section_is(either_town: Town) -> None:
    town = either_town
    idea = returned(town, "answers.people", notes={"applied_on": "Sesuaikan dengan surat keputusan.", "idea": "Jelaskan biayanya."})
    wanted = asked_for(town, idea)
    assert wanted.parts == {"answers.people", "answers.applied_on", "sections.idea"}
    with town.store.reading() as session:
        policy = read_context(session, idea, actor=town.actor(session, "secretary")).policy
    assert wanted.list_wanted(policy) == [
        ("answers.applied_on", "Sesuaikan dengan surat keputusan."),
        ("answers.people", ""),
        ("sections.idea", "Jelaskan biayanya."),
    ]
    town.do(supplement_idea, idea, say(town, {**ANSWERS, "people": "900", "applied_on": "2025-04-01"}), by="lead")
    assert (town.idea(idea).stage, present(town, idea).answers["people"]) == (IdeaStage.SCREENING, "900")
    with town.store.reading() as session:
        assert compare_rows(session).differences == []


@pytest.mark.parametrize(
    ("answers", "texts", "part"),
    [
        ({**ANSWERS, "people": "900"}, TEXTS, "answers.people"),
        ({name: answer for name, answer in ANSWERS.items() if name != "people"}, TEXTS, "answers.people"),
        ({**ANSWERS, "reached": "trial"}, TEXTS, "answers.reached"),
        ({**ANSWERS, "channels": "chat,website"}, {**TEXTS, "address": "lain.contoh.example"}, "sections.address"),
    ],
)
def test_an_answer_that_was_not_asked_for_stays_as_it_is(town: Town, answers: dict[str, str], texts: dict[str, str], part: str) -> None:
    idea = returned(town, "answers.channels")
    with pytest.raises(Invalid) as refused:
        town.do(supplement_idea, idea, say(town, answers, texts), by="lead")
    assert ("part_not_asked_for", part) in [(each.code, each.field) for each in refused.value.parts or (refused.value,)]
    assert town.idea(idea).revision == 1


def test_the_same_answer_written_otherwise_changes_nothing(town: Town) -> None:
    idea = returned(town, "sections.idea")
    town.do(supplement_idea, idea, say(town, {**ANSWERS, "channels": "website,counter", "people": "01200.50"}), by="lead")
    assert present(town, idea).answers == ANSWERS


def test_what_another_answer_newly_asks_for_is_asked_of_whoever_completes_the_idea_too(town: Town) -> None:
    idea = returned(town, "answers.channels", said={**SAID, "answers": COUNTER, "sections": SECTIONS})
    with pytest.raises(Invalid, match="section_too_short") as refused:
        town.do(supplement_idea, idea, say(town, ANSWERS, SECTIONS), by="lead")
    assert refused.value.field == "sections.address"
    town.do(supplement_idea, idea, say(town, ANSWERS), by="lead")
    assert (present(town, idea).sections, present(town, idea).answers) == (TEXTS, ANSWERS)


def test_what_another_answer_asks_for_no_more_stays_behind(town: Town) -> None:
    idea = returned(town, "answers.channels")
    town.do(supplement_idea, idea, say(town, COUNTER), by="lead")
    assert (present(town, idea).sections, present(town, idea).answers) == (SECTIONS, COUNTER)
    with town.store.reading() as session:
        assert compare_rows(session).differences == []


def test_a_choice_that_is_changed_and_changed_back_loses_nothing_and_lets_nothing_in(town: Town) -> None:
    idea = returned(town, "answers.channels")
    for smuggled in (TEXTS, SECTIONS, {**TEXTS, "address": "selundupan.contoh.example"}):
        town.do(revise_idea, idea, say(town, COUNTER, smuggled), by="lead")
        assert present(town, idea).sections == TEXTS, "as it was returned, until the completed idea is sent"
    with pytest.raises(Invalid, match="part_not_asked_for"):
        town.do(revise_idea, idea, say(town, ANSWERS, {**TEXTS, "address": "selundupan.contoh.example"}), by="lead")
    town.do(supplement_idea, idea, say(town, ANSWERS), by="lead")
    assert present(town, idea).sections == TEXTS


def test_what_was_written_for_another_answer_may_be_put_by_while_that_is_away(town: Town) -> None:
    idea = returned(town, "answers.channels", said={**SAID, "answers": COUNTER, "sections": SECTIONS})
    town.do(revise_idea, idea, say(town, ANSWERS), by="lead")
    town.do(revise_idea, idea, say(town, COUNTER), by="lead")
    assert present(town, idea).sections == TEXTS
    town.do(supplement_idea, idea, by="lead")
    assert (town.idea(idea).stage, present(town, idea).sections) == (IdeaStage.SCREENING, SECTIONS)


def test_a_second_return_counts_from_what_was_sent(town: Town) -> None:
    idea = returned(town, "answers.channels")
    town.do(supplement_idea, idea, say(town, COUNTER), by="lead")
    town.do(screen_idea, idea, Screening.RETURNED, Findings(reason=REASON, parts=("answers.people",)), by="secretary")
    with pytest.raises(Invalid, match="part_not_asked_for"):
        town.do(supplement_idea, idea, say(town, {**ANSWERS, "people": "5"}), by="lead")
    town.do(supplement_idea, idea, say(town, {**COUNTER, "people": "5"}), by="lead")
    assert (present(town, idea).answers["people"], present(town, idea).sections) == ("5", SECTIONS)


def test_nobody_asks_for_a_part_that_the_idea_is_not_asked_for(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING, call=town.build_call(**FORM), **{**SAID, "answers": COUNTER, "sections": SECTIONS})
    findings = Findings(reason=REASON, parts=("answers.reached", "sections.address"), notes={"address": "Tulis alamatnya."})
    with pytest.raises(Invalid) as refused:
        town.do(screen_idea, idea, Screening.RETURNED, findings, by="secretary")
    assert [(each.code, each.field) for each in refused.value.parts] == [("section_unknown", "notes.address"), ("part_unknown", "parts.1")]
    assert "sections.address" not in refused.value.parts[1].parameters["known"]


def test_a_return_keeps_the_parts_in_the_order_of_the_form(town: Town) -> None:
    idea = returned(town, "budget", "sections.idea", "answers.people", "answers.reached")
    kept = town.rows(select(Decision).where(Decision.idea_id == idea, col(Decision.outcome) == "returned"))[0].detail["parts"]
    assert kept == ["answers.reached", "answers.people", "sections.idea", "budget"]
