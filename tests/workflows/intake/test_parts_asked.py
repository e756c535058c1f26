"""A supplement is asked for part by part and file by file, each with what is to be done; nothing else may be changed meanwhile.

Who would cheat: a lead who is asked for one better photo and swaps the budget paper beside it. Who errs: a secretariat that ticks a part
and says nothing of it. An inspector asks what was asked for, and whether that alone was changed.
"""

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.attachments import Attachment
from models.ideas import Decision
from models.stages import IdeaStage
from tests.api.pages.browsing import open_browser, send
from tests.asking import ask, check_problem
from tests.attaching import TAKING, build_draft, put
from tests.building import Town
from tests.steps import IDEA_STEPS, MET, NOTES, REASON
from tests.workflows.intake.test_attachments import names, refuse, sound
from workflows.intake.attach import remove_attachment
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.submit import supplement_idea
from workflows.process.refusals import Conflict, Invalid

EACH = {"reason_for_each": True}
WHY = {"budget": "Rinci biaya per bulan.", "title": "Sebut nama layanannya."}
SHARPER = "Foto ini buram, ganti yang lebih tajam."


def build_screened(town: Town) -> tuple[str, Attachment, Attachment]:
    """An idea that was handed in with two files and waits for its screening."""
    idea = build_draft(town)
    first, second = put(town, idea, b"%PDF pertama", name="buram.pdf"), put(town, idea, b"%PDF kedua", name="anggaran.pdf")
    town.take(idea, *IDEA_STEPS[IdeaStage.SCREENING])
    return idea, first, second


def ask_for(town: Town, idea: str, **found: object) -> None:
    town.do(screen_idea, idea, Screening.RETURNED, Findings(**found), by="secretary")  # type: ignore[arg-type]


def test_of_a_file_that_was_asked_for_one_may_take_the_place_and_no_other_is_touched(either_town: Town) -> None:
    town = either_town
    idea, blurred, budget = build_screened(town)
    ask_for(town, idea, part_notes={f"files.{blurred.id}": SHARPER})
    refuse(town, idea, Invalid, "part_not_asked_for", act=lambda: town.do(remove_attachment, idea, budget.id, by="lead"))
    town.do(remove_attachment, idea, blurred.id, by="lead")
    sharp = put(town, idea, b"%PDF tajam", name="tajam.pdf")
    refuse(town, idea, Conflict, "attachments_none_left")
    town.do(remove_attachment, idea, sharp.id, by="lead")
    put(town, idea, b"%PDF lebih tajam", name="lebih tajam.pdf")
    refuse(
        town,
        idea,
        Invalid,
        "part_not_asked_for",
        act=lambda: town.do(supplement_idea, idea, town.proposal(title="Lain", team=()), by="lead"),
    )
    town.do(supplement_idea, idea, by="lead")
    assert names(town, idea, "secretary") == ["anggaran.pdf", "lebih tajam.pdf"]
    assert town.idea(idea).stage == IdeaStage.SCREENING
    (asked,) = town.rows(select(Decision.detail).where(Decision.idea_id == idea, Decision.outcome == "returned"))
    assert (asked["parts"], asked["files"]) == ([f"files.{blurred.id}"], {blurred.id: "buram.pdf"})
    assert sound(town) is None


def test_where_the_policy_asks_each_part_takes_a_note(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING, call=town.build_call(screening=EACH, attachments=TAKING))
    with pytest.raises(Invalid) as refused:
        ask_for(town, idea, notes=NOTES, parts=("budget", "sections.background", "files"), reason=REASON)
    assert [(each.code, each.field) for each in refused.value.parts] == [
        ("part_reason_missing", "notes.background"),
        ("part_reason_missing", "part_notes.budget"),
        ("part_reason_missing", "part_notes.files"),
    ]
    ask_for(town, idea, notes={**NOTES, "background": "Sebut tahunnya."}, part_notes=WHY, parts=("budget",))
    (asked,) = town.rows(select(Decision.detail).where(Decision.idea_id == idea, Decision.outcome == "returned"))
    assert (asked["parts"], asked["part_notes"]) == (["sections.background", "sections.idea", "title", "budget"], WHY)


def test_a_note_on_what_there_is_not_is_refused_by_its_field(town: Town, client: TestClient) -> None:
    idea = town.build_idea(IdeaStage.SCREENING)
    other, theirs, _ = build_screened(town)
    wrong = {"x": "part_unknown", "files": "part_unknown", f"files.{theirs.id}": "part_unknown", "sections.idea": "part_unknown"}
    for part, code in wrong.items():
        body = {"outcome": "returned", "part_notes": {part: SHARPER}}
        problem = check_problem(ask(client, town["secretary"], f"POST /ideas/{idea}/screening", body), 422, code, language="id")
        assert problem["field"] == f"part_notes.{part}"
    short = {"outcome": "returned", "part_notes": {f"files.{theirs.id}": "ya"}}
    problem = check_problem(ask(client, town["secretary"], f"POST /ideas/{other}/screening", short), 422, "text_too_short", language="id")
    assert problem["field"] == f"part_notes.files.{theirs.id}"
    plain = {"outcome": "accepted", "answers": MET, "part_notes": None, "reasons": None}
    assert ask(client, town["secretary"], f"POST /ideas/{idea}/screening", plain).status_code == 200


@pytest.mark.slow
def test_the_team_sees_each_note_at_its_field_and_file_and_nothing_else_to_change(town: Town) -> None:
    idea, blurred, budget = build_screened(town)
    secretary, lead = open_browser(town, "secretary"), open_browser(town, "lead")
    typed = {"outcome": "returned", "part_notes.title": WHY["title"], f"part_notes.files.{blurred.id}": SHARPER}
    path = f"/usulan/{idea}/seleksi"
    shown = secretary.get(f"/usulan/{idea}").text
    assert f'name="part_notes.files.{budget.id}"' in shown
    sent = send(secretary, f"/usulan/{idea}", path, **typed)
    assert sent.status_code == 303, sent.text
    form = lead.get(f"/usulan/{idea}/lengkapi").text
    assert f'<a href="#writing-title">Judul</a>: {WHY["title"]}</li>' in form
    assert f'<a href="#writing-files">Lampiran buram.pdf</a>: {SHARPER}</li>' in form
    assert f'id="writing-title-note"><strong>Catatan sekretariat:</strong> {WHY["title"]}' in form
    assert 'name="sections.idea"' not in form
    assert 'name="budget_rupiah"' not in form
    page = lead.get(f"/usulan/{idea}/lampiran").text
    assert f"<strong>Catatan sekretariat:</strong> {SHARPER}" in page
    assert (f'value="{blurred.id}"' in page, f'value="{budget.id}"' in page) == (True, False)
    gone = send(lead, f"/usulan/{idea}/lampiran", f"/usulan/{idea}/lampiran/hapus", attachment=blurred.id)
    assert gone.status_code == 303, gone.text
    history = secretary.get(f"/usulan/{idea}").text
    assert f"<li>Lampiran buram.pdf: {SHARPER}</li>" in history


def test_a_return_of_before_reads_as_it_did(town: Town) -> None:
    idea = town.build_returned("budget")
    (asked,) = town.rows(select(Decision.detail).where(Decision.idea_id == idea, Decision.outcome == "returned"))
    assert asked.keys() >= {"parts", "notes", "revision", "answers"}
    assert not asked.keys() & {"part_notes", "files", "reasons"}
