"""A call may ask for files: what is missing is said before an idea is handed in, and nobody is asked for what they cannot add.

Who would cheat: a lead who attaches a photo that the scanner refuses, to be let in. Who errs: a policy that asks for more files than it
takes. Who must not lose their day: whoever waits for a slow scanner, and whoever completes an idea whose files are closed.
"""

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import col, update

from models.attachments import Attachment, AttachmentState
from models.form_rules import AttachmentRule
from models.stages import IdeaStage
from tests.api.pages.browsing import open_browser, send
from tests.attaching import TAKING, build_draft, put
from tests.building import POLICY, SECTIONS, Town
from tests.steps import IDEA_STEPS, NOTES
from tests.workflows.intake.test_attachments import PHOTO
from tests.workflows.intake.test_dictate import dictate
from workflows.intake.attach import remove_attachment
from workflows.intake.dictate import confirm_dictated, print_dictated
from workflows.intake.draft import draft_idea
from workflows.intake.required_files import list_file_faults
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.submit import submit_idea, supplement_idea
from workflows.process.context import read_context
from workflows.process.refusals import Conflict, Invalid
from workflows.region.soundness import digest_body, validate_policy

TWO_PHOTOS = {"least": {"photo": 2}}


def lacking(town: Town, idea: str) -> list[dict[str, Any]]:
    with town.store.reading() as session:
        context = read_context(session, idea, actor=town.actor(session, "lead"))
        return [{"field": each.field, **each.parameters} for each in list_file_faults(session, context)]


def photo(town: Town, idea: str, content: bytes) -> Attachment:
    return put(town, idea, content, **PHOTO)


def mark(town: Town, row: Attachment, state: AttachmentState) -> None:
    """What a scanner made of a file."""
    with town.store.unit_of_work() as session:
        session.execute(update(Attachment).where(col(Attachment.id) == row.id).values(state=state))


def too_few(count: int, least: int = 2) -> list[dict[str, Any]]:
    return [{"field": "files.photo", "kinds": ["photo"], "minimum": least, "count": count}]


def test_an_idea_is_handed_in_once_the_files_are_there_and_all_that_is_missing_is_said_at_once(either_town: Town) -> None:
    town = either_town
    call = town.build_call(attachments={**TAKING, **TWO_PHOTOS})
    bare = town.do(draft_idea, call, town.proposal(team=(), sections={**SECTIONS, "idea": "Satu"}), by="lead").idea.id
    with pytest.raises(Invalid) as refused:
        town.do(submit_idea, bare, by="lead")
    assert [(part.code, part.field) for part in refused.value.parts] == [
        ("section_too_short", "sections.idea"),
        ("attachments_too_few", "files.photo"),
    ]
    idea = town.build_idea(call=call)
    put(town, idea)
    photo(town, idea, b"sebelum")
    assert lacking(town, idea) == too_few(1)
    photo(town, idea, b"sesudah")
    assert lacking(town, idea) == []
    town.do(submit_idea, idea, by="lead")
    assert town.idea(idea).stage == IdeaStage.SUBMITTED


def test_a_file_counts_while_it_waits_for_the_scanner_and_no_more_once_it_was_refused(town: Town) -> None:
    idea = build_draft(town, **TWO_PHOTOS)
    first, second = photo(town, idea, b"sebelum"), photo(town, idea, b"sesudah")
    mark(town, first, AttachmentState.WAITING)
    assert lacking(town, idea) == []
    mark(town, second, AttachmentState.REFUSED)
    with pytest.raises(Invalid) as refused:
        town.do(submit_idea, idea, by="lead")
    assert [(part.code, part.field) for part in refused.value.parts] == [
        ("attachments_too_few", "files.photo"),
        ("attachment_to_remove", f"files.{second.id}"),
    ]


def test_nobody_hands_in_a_file_that_the_scanner_refused_before_without_being_told(town: Town) -> None:
    idea = build_draft(town)
    row = put(town, idea)
    mark(town, row, AttachmentState.REFUSED)
    assert lacking(town, idea) == [{"field": f"files.{row.id}", "given": "contoh.pdf"}]
    browser, form = open_browser(town, "lead"), f"/usulan/{idea}/ubah"
    assert "Pemindai virus menolak contoh.pdf. Hapus berkas ini sebelum mengajukan." in browser.get(form).text
    said = "Lampiran: Pemindai virus menolak contoh.pdf, jadi tidak ada yang dapat membukanya."
    refused = send(browser, form, form, do="submit")
    assert (refused.status_code, f'href="#writing-files-{row.id}">{said}' in refused.text) == (422, True)
    town.do(remove_attachment, idea, row.id, by="lead")
    town.do(submit_idea, idea, by="lead")
    assert town.idea(idea).stage == IdeaStage.SUBMITTED


def test_a_refused_file_that_cannot_be_taken_out_holds_no_completion_up(town: Town) -> None:
    idea = build_draft(town)
    row = put(town, idea)
    town.take(idea, *IDEA_STEPS[IdeaStage.SCREENING])
    mark(town, row, AttachmentState.REFUSED)
    for parts, faults in ((), 0), (("files",), 1):
        town.do(screen_idea, idea, Screening.RETURNED, Findings(parts=parts, notes=NOTES, reason="Lengkapi."), by="secretary")
        assert len(lacking(town, idea)) == faults
        if not faults:
            said = {**SECTIONS, "idea": "Antrean daring dengan biaya."}
            town.do(supplement_idea, idea, town.proposal(sections=said, team=()), by="lead")


def build_returned(town: Town, *asked: str, **findings: Any) -> tuple[str, Attachment, Attachment]:
    """An idea with two photos that was returned, be it for one of them."""
    idea = build_draft(town, **TWO_PHOTOS)
    first, second = photo(town, idea, b"sebelum"), photo(town, idea, b"sesudah")
    town.take(idea, *IDEA_STEPS[IdeaStage.SCREENING])
    notes = {"part_notes": {f"files.{first.id}": "Foto ini buram."}} if "first" in asked else {"notes": NOTES, "reason": "Lengkapi."}
    parts = tuple(each for each in asked if each != "first")
    town.do(screen_idea, idea, Screening.RETURNED, Findings(parts=parts, **{**notes, **findings}), by="secretary")
    return idea, first, second


def test_a_returned_idea_is_asked_for_files_only_where_these_may_be_changed(town: Town) -> None:
    closed, first, _ = build_returned(town)
    mark(town, first, AttachmentState.REFUSED)
    assert lacking(town, closed) == [], "nobody could add one"
    opened, first, _ = build_returned(town, "files")
    town.do(remove_attachment, opened, first.id, by="lead")
    assert lacking(town, opened) == too_few(1)
    with pytest.raises(Invalid, match="attachments_too_few"):
        town.do(supplement_idea, opened, town.proposal(sections={**SECTIONS, "idea": "Antrean daring dengan biaya."}, team=()), by="lead")


def test_of_a_single_file_that_was_asked_for_one_of_its_kind_comes_into_the_place(town: Town) -> None:
    idea, first, second = build_returned(town, "first")
    town.do(remove_attachment, idea, first.id, by="lead")
    with pytest.raises(Invalid, match="attachments_too_few"):
        town.do(supplement_idea, idea, by="lead")
    paper = put(town, idea)
    assert lacking(town, idea) == too_few(1)
    town.do(remove_attachment, idea, paper.id, by="lead")
    photo(town, idea, b"lebih tajam")
    mark(town, second, AttachmentState.REFUSED)
    assert lacking(town, idea) == [], "what cannot be replaced is not asked for"
    town.do(supplement_idea, idea, by="lead")
    assert town.idea(idea).stage == IdeaStage.SCREENING


def test_no_more_is_asked_for_than_there_is_room_where_an_idea_has_more_files_than_its_call_takes(town: Town) -> None:
    idea, first, second = build_returned(town, "first")
    town.do(remove_attachment, idea, first.id, by="lead")
    asked_for = with_rule(town, idea, most=1, least={"photo": 2})
    assert asked_for == [], "the second photo fills the only place"
    mark(town, second, AttachmentState.REFUSED)
    assert with_rule(town, idea, most=2, least={"photo": 2}) == too_few(0, least=1)


def with_rule(town: Town, idea: str, **rule: Any) -> list[dict[str, Any]]:
    """What an idea lacks under another call's rule."""
    with town.store.reading() as session:
        context = read_context(session, idea, actor=town.actor(session, "lead"))
        policy = context.policy.model_copy(update={"attachments": AttachmentRule(**{**TAKING, **rule})})
        return [{"field": each.field, **each.parameters} for each in list_file_faults(session, replace(context, policy=policy))]


def test_a_dictated_idea_is_not_handed_in_by_code_where_files_are_asked_for(town: Town) -> None:
    dictated = dictate(town, town.build_call(attachments={**TAKING, **TWO_PHOTOS}))
    with pytest.raises(Conflict, match="dictated_needs_files"):
        town.do(print_dictated, dictated, by="head")
    for who, shown in (("head", False), ("operator", True)):
        text = open_browser(town, who).get(f"/usulan-titipan/{dictated}").text
        assert ("pengusulnya masuk dengan akunnya sendiri" in text) is shown
        assert "/lembar" not in text
        assert 'name="code"' not in text


def test_a_code_that_was_printed_before_files_were_asked_for_hands_nothing_in(town: Town) -> None:
    call = town.build_call(attachments=TAKING)
    dictated = dictate(town, call)
    printed = town.do(print_dictated, dictated, by="head")
    town.amend(call, attachments={**TAKING, **TWO_PHOTOS})
    with pytest.raises(Conflict, match="dictated_needs_files"):
        town.do(confirm_dictated, dictated, 1, printed.code, by="operator")
    assert town.do(confirm_dictated, dictated, 1, by="mate").idea.stage == IdeaStage.DRAFT


def test_a_kind_of_file_that_there_is_not_is_told_with_those_that_there_are() -> None:
    with pytest.raises(Invalid) as refused:
        validate_policy({**POLICY, "attachments": {**TAKING, "least": {"foto": 2}}})
    assert (refused.value.field, refused.value.parameters["problem"]) == ("policy.attachments.least", "policy_file_unknown")


def test_a_policy_that_asks_for_none_is_written_and_hashed_as_before() -> None:
    bare, asking = ({**POLICY, "attachments": {**TAKING, **more}} for more in ({}, TWO_PHOTOS))
    written = validate_policy(bare).model_dump(mode="json")
    assert "least" not in written["attachments"]
    assert digest_body(written) == digest_body(validate_policy({**bare, "attachments": {**TAKING, "least": {}}}).model_dump(mode="json"))
    again = validate_policy(validate_policy(asking).model_dump(mode="json"))
    assert again.attachments.least == AttachmentRule(**TAKING, **TWO_PHOTOS).least == {"photo": 2}
    for wrong in ({"foto": 2}, {"photo": 0}, {"photo": 21}, {"photo": None}, ["photo"]):
        with pytest.raises(Invalid, match="policy_invalid"):
            validate_policy({**POLICY, "attachments": {**TAKING, "least": wrong}})
