"""An own idea that is over is copied into a new draft: what the new call asks comes along, nobody's agreement does.

Who would cheat: who copies a colleague's idea, makes a new member of the team the lead, or enters last year's winner again.
"""

from datetime import date

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from models.attachments import Attachment, AttachmentState
from models.calls import Call
from models.ideas import Invitation, Revision, TeamMember
from models.instants import now
from models.ledger import LedgerEntry
from models.people import Person
from models.stages import AwardStage, IdeaStage
from tests.api.pages.browsing import fields_of, open_browser
from tests.asking import ask, check_problem
from tests.attaching import build_draft, list_stored, put
from tests.building import POLICY, SECTIONS, Town
from tests.steps import IDEA_STEPS
from tests.workflows.intake.test_attachments import PHOTO, write
from workflows.intake.attach import remove_attachment
from workflows.intake.copying import copy_idea
from workflows.intake.sweep import sweep_attachments
from workflows.process.refusals import Conflict, Forbidden, NotFound
from workflows.region.calls import close_call

FIELDS = [
    {"name": "users", "label": "Pengguna", "label_en": "Users", "kind": "figure"},
    {
        "name": "affair",
        "label": "Urusan",
        "label_en": "Affair",
        "kind": "choice",
        "options": [{"name": name, "label": name.title(), "label_en": name.title()} for name in ("health", "school")],
    },
]
ANSWERS = {"users": "120", "affair": "school"}


def said(town: Town, idea: str) -> Revision:
    """What an idea says now."""
    (revision,) = town.rows(select(Revision).where(Revision.idea_id == idea, Revision.number == town.idea(idea).revision))
    return revision  # type: ignore[no-any-return]


def copied(town: Town, idea: str, call: str = "") -> str:
    return str(town.do(copy_idea, idea, call or town.call, by="lead").idea.id)


def test_what_the_new_call_asks_comes_along_and_the_rest_stays_behind(town: Town) -> None:
    before = town.build_call(fields=FIELDS, eligibility={"minimum_months": 1}, entry="in_trial")
    idea = town.build_idea(IdeaStage.WITHDRAWN, call=before, answers=ANSWERS, in_use_since=date(2020, 1, 1), theme="Loket", budget_rupiah=5)
    changed = [FIELDS[0], {**FIELDS[1], "options": [*FIELDS[1]["options"][:1], {"name": "tax", "label": "Pajak", "label_en": "Tax"}]}]  # type: ignore[index]
    other = [{"name": "idea", "label": "Gagasan", "label_en": "Idea"}, {"name": "impact", "label": "Dampak", "label_en": "Impact"}]
    new = said(town, copied(town, idea, town.build_call(fields=changed, sections=other)))
    assert (new.sections, new.answers) == ({"idea": SECTIONS["idea"]}, {"users": "120"})
    assert (new.title, new.theme, new.budget_rupiah, new.in_use_since, new.earlier_code) == (
        "Antrean daring kelurahan",
        "Loket",
        5,
        None,
        None,
    )
    again = said(town, copied(town, idea, before))
    assert (again.sections, again.answers, again.in_use_since) == (SECTIONS, ANSWERS, date(2020, 1, 1))
    (entry, *_) = town.rows(select(LedgerEntry).where(LedgerEntry.idea_id == new.idea_id))
    assert (entry.kind, entry.payload["detail"]["copied"]) == ("idea.draft", idea)


def test_own_clean_files_that_the_call_takes_come_along_and_no_byte_is_copied(either_town: Town) -> None:
    town = either_town
    idea = build_draft(town)
    photo = put(town, idea, b"sebelum", **PHOTO)
    paper, large = put(town, idea, b"%PDF rencana"), put(town, idea, b"besar" * 300_000, name="besar.jpg", media="image/jpeg")
    refused, of_mate = put(town, idea, b"buruk", **PHOTO), put(town, idea, b"rekan", **PHOTO)
    second, third = put(town, idea, b"sesudah", **PHOTO), put(town, idea, b"lain", **PHOTO)
    town.take(idea, *IDEA_STEPS[IdeaStage.WITHDRAWN])
    write(town, refused, state=AttachmentState.REFUSED)
    write(town, of_mate, added_by=town["mate"].id)
    stored = list_stored()
    draft = copied(town, idea, town.build_call(attachments={"most": 2, "largest_megabytes": 1, "kinds": ["photo"]}))
    rows = town.rows(select(Attachment).where(Attachment.idea_id == draft).order_by(col(Attachment.added_in)))
    kept = [(each.sha256, town["lead"].id, None) for each in (photo, second)]
    assert [(row.sha256, row.added_by, row.removed_in) for row in rows] == kept
    assert {row.id for row in rows}.isdisjoint({each.id for each in (photo, paper, large, second, third)})
    assert [each["sha256"] for each in said(town, draft).attachments] == [photo.sha256, second.sha256]
    town.do(remove_attachment, draft, rows[0].id, by="lead")
    write(town, refused, state=AttachmentState.CLEAN)
    assert (sweep_attachments(town.store), list_stored()) == (0, stored), "the idea of before has it still"
    bare = copied(town, idea, town.build_call())
    assert town.rows(select(Attachment.id).where(Attachment.idea_id == bare)) == []


def test_nobody_agrees_by_being_copied(town: Town) -> None:
    draft = copied(town, town.build_idea(IdeaStage.CLOSED))
    (alone,) = town.rows(select(TeamMember).where(TeamMember.idea_id == draft))
    (asked,) = town.rows(select(Invitation).where(Invitation.idea_id == draft))
    assert (alone.person_id, alone.share_hundredths) == (town["lead"].id, 6_000)
    assert (asked.person_id, asked.share_hundredths, asked.role, asked.answer) == (town["mate"].id, 4_000, "Perancang", "asked")


def test_the_share_of_whoever_left_the_service_or_finds_no_place_goes_to_the_lead(town: Town) -> None:
    idea = town.build_idea(IdeaStage.CLOSED)
    small = copied(town, idea, town.build_call(team_limit=1))
    with town.store.unit_of_work() as session:
        session.get_one(Person, town["mate"].id).retired_on = date(2026, 1, 31)
    for draft in (small, copied(town, idea)):
        assert [row.share_hundredths for row in town.rows(select(TeamMember).where(TeamMember.idea_id == draft))] == [10_000]
        assert town.rows(select(Invitation).where(Invitation.idea_id == draft)) == []


def test_a_copy_names_the_idea_that_it_continues_where_the_call_asks(town: Town) -> None:
    idea = town.build_idea(IdeaStage.STOPPED)
    call = town.build_call(eligibility={"earlier_awards": 1})
    first = copied(town, idea, call)
    assert said(town, first).earlier_code == town.idea(idea).code
    town.do(close_call, call, by="secretary")
    assert said(town, copied(town, first, town.build_call(eligibility={"earlier_awards": 1}))).earlier_code == town.idea(idea).code


def test_an_awarded_idea_is_copied_only_where_it_may_enter_again(town: Town) -> None:
    idea = str(town.award(town.build_award(AwardStage.ANNOUNCED)).idea_id)
    with pytest.raises(Conflict, match="awarded_before"):
        town.do(copy_idea, idea, town.build_call(eligibility={"earlier_awards": 1}), by="lead")
    assert said(town, copied(town, idea, town.build_call(eligibility={"earlier_awards": 2}))).earlier_code == town.idea(idea).code


@pytest.mark.parametrize("stage", [IdeaStage.DRAFT, IdeaStage.SCREENING, IdeaStage.DEFERRED, IdeaStage.IN_PILOT])
def test_what_is_under_way_is_not_copied(town: Town, stage: IdeaStage) -> None:
    with pytest.raises(Conflict, match="idea_not_over"):
        town.do(copy_idea, town.build_idea(stage), town.call, by="lead")


def test_only_its_lead_copies_an_idea_and_strangers_learn_nothing(town: Town) -> None:
    idea = town.build_idea(IdeaStage.CLOSED)
    for who, refusal in (("mate", Forbidden), ("secretary", Forbidden), ("head", Forbidden), ("stranger", NotFound)):
        with pytest.raises(refusal):
            town.do(copy_idea, idea, town.call, by=who)
    assert town.rows(select(Invitation.idea_id)) == []


def test_a_copy_goes_into_an_open_call_alone(town: Town) -> None:
    idea = town.build_idea(IdeaStage.CLOSED)
    closed = town.build_call()
    town.do(close_call, closed, by="secretary")
    with pytest.raises(Conflict, match="call_not_open"):
        town.do(copy_idea, idea, closed, by="lead")
    with pytest.raises(NotFound):
        town.do(copy_idea, idea, "x" * 26, by="lead")


def test_the_page_of_an_idea_that_is_over_offers_it_to_its_lead(town: Town) -> None:
    idea, browser = town.build_idea(IdeaStage.CLOSED), open_browser(town, "lead")
    shown = browser.get(f"/usulan/{idea}").text
    assert "Salin menjadi draf baru" in shown
    assert "Salin menjadi draf baru" not in open_browser(town, "mate").get(f"/usulan/{idea}").text
    assert "Salin menjadi draf baru" not in browser.get(f"/usulan/{town.build_idea(IdeaStage.SCREENING)}").text
    sent = fields_of(shown, f"/usulan/{idea}/salin") | {"call_id": town.call}
    answer = browser.post(f"/usulan/{idea}/salin", data=sent)
    assert (answer.status_code, answer.headers["location"].endswith("/ubah?ok=copied")) == (303, True)
    assert "sudah disalin, beserta berkas yang Anda lampirkan sendiri" in browser.get(answer.headers["location"]).text
    assert browser.post(f"/usulan/{idea}/salin", data=sent).headers["location"] == answer.headers["location"], "sent twice, copied once"


def test_by_the_api_a_copy_is_a_new_idea_with_its_address(town: Town, client: TestClient) -> None:
    idea = town.build_idea(IdeaStage.CLOSED)
    made = ask(client, town["lead"], f"POST /ideas/{idea}/copy", {"call_id": town.call})
    assert (made.status_code, made.json()["stage"], made.headers["location"]) == (201, "draft", f"/api/v1/ideas/{made.json()['id']}")
    assert made.json()["id"] != idea
    check_problem(ask(client, town["mate"], f"POST /ideas/{idea}/copy", {"call_id": town.call}), 403, "only_proposer", language="id")
    planned = ask(client, town["lead"], f"POST /ideas/{idea}/copy", {"call_id": idea})
    check_problem(planned, 404, "call_not_found", language="id")


def test_a_draft_that_was_never_handed_in_is_saved_from_a_closed_call(town: Town) -> None:
    call = town.build_call(sections=POLICY["sections"])
    idea = town.build_idea(call=call)
    with town.store.unit_of_work() as session:
        session.get_one(Call, call).closes_at = now()
    town.do(close_call, call, by="secretary")
    assert said(town, copied(town, idea)).sections == SECTIONS
