"""What was changed in an idea is read by its team, and by offices from its submission on; by nobody who judges it blindly.

Who would look is a reviewer who wants to know who proposes: a name that the secretariat had reworded stands in the version before. Who
would cheat is a proposer who changes between two supplements what nobody compares.
"""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.stages import IdeaStage
from tests.api.pages.browsing import fields_of, open_browser
from tests.api.test_team_history import change_team, plain
from tests.asking import ask
from tests.attaching import build_draft, put
from tests.building import SECTIONS, Town
from workflows.calculations.text_changes import Change
from workflows.intake.attach import remove_attachment
from workflows.intake.draft import revise_idea
from workflows.intake.revisions import Comparison, compare_revisions, list_revisions
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.submit import submit_idea, supplement_idea
from workflows.process.refusals import NotFound

REWORDED = {**SECTIONS, "idea": "Antrean daring tanpa nama."}


def readable(town: Town, idea: str, who: str) -> list[tuple[int, bool]]:
    with town.store.reading() as session:
        return [(each.number, each.is_sent) for each in list_revisions(session, idea, actor=town.actor(session, who))]


def compare(town: Town, idea: str, who: str, number: int | None = None, since: int | None = None) -> Comparison:
    with town.store.reading() as session:
        return compare_revisions(session, idea, number, since, actor=town.actor(session, who))


def build_completed(town: Town, **policy: Any) -> str:
    """An idea drafted twice, handed in, put by twice when it was returned, and sent."""
    call = town.build_call(**policy)
    idea = town.build_idea(call=call, sections={**SECTIONS, "idea": "Draf pertama yang memalukan."})
    town.do(revise_idea, idea, town.proposal(), by="lead")
    town.take(idea, "submit", "route", "permit granted", "screen returned")
    town.do(revise_idea, idea, town.proposal(sections={**SECTIONS, "idea": "Setengah jadi saja dulu."}), by="lead")
    town.do(supplement_idea, idea, town.proposal(sections=REWORDED), by="lead")
    return idea


def test_the_team_reads_every_revision_and_an_office_what_was_handed_in(either_town: Town) -> None:
    town = either_town
    idea = build_completed(town)
    assert readable(town, idea, "lead") == readable(town, idea, "mate") == [(1, False), (2, True), (3, False), (4, True)]
    for who in ("secretary", "head", "chair", "auditor"):
        assert readable(town, idea, who) == [(2, True), (4, True)]
        found = compare(town, idea, who)
        assert (found.before.number if found.before else 0, found.after.number) == (2, 4)
        assert [each.part for each in found.changes] == ["sections.idea"]
        for number, since in ((1, None), (3, None), (4, 1), (4, 3), (9, None), (2, 4)):
            with pytest.raises(NotFound, match="revision_not_found"):
                compare(town, idea, who, number, since)
    pieces = compare(town, idea, "secretary").changes[0].pieces
    assert [(piece.change, piece.text.split()) for piece in pieces] == [
        (Change.SAME, ["Antrean", "daring"]),
        (Change.REMOVED, ["dengan", "nomor", "yang", "pasti."]),
        (Change.ADDED, ["tanpa", "nama."]),
    ]


def test_a_file_that_took_anothers_place_under_the_same_name_is_a_change(town: Town) -> None:
    idea = build_draft(town)
    first, _plan = put(town, idea, b"%PDF buram", name="image.pdf"), put(town, idea, b"%PDF denah", name="denah.pdf")
    town.take(idea, "submit", "route", "permit granted")
    town.do(screen_idea, idea, Screening.RETURNED, Findings(parts=("files",), reason="Lampirkan foto yang jelas."), by="secretary")
    town.do(remove_attachment, idea, first.id, by="lead")
    put(town, idea, b"%PDF jelas", name="image.pdf")
    town.do(supplement_idea, idea, by="lead")
    (change,) = compare(town, idea, "secretary").changes
    assert (change.part, change.before, change.after) == ("files", "image.pdf\ndenah.pdf", "denah.pdf\nimage.pdf")
    assert [(each.change, each.text.strip()) for each in change.pieces] == [
        (Change.REMOVED, "image.pdf"),
        (Change.SAME, "denah.pdf"),
        (Change.ADDED, "image.pdf"),
    ]
    text = open_browser(town, "secretary").get(f"/usulan/{idea}/perubahan").text
    assert "<del>image.pdf<br></del>denah.pdf<br><ins>image.pdf<br></ins>" in text
    assert "1 kata" not in text, "a file is no word"


def test_the_only_file_that_took_anothers_place_under_the_same_name_is_a_change(town: Town) -> None:
    idea = build_draft(town)
    first = put(town, idea, b"%PDF buram", name="image.pdf")
    town.do(remove_attachment, idea, first.id, by="lead")
    put(town, idea, b"%PDF jelas", name="image.pdf")
    assert [each.part for each in compare(town, idea, "lead", 4, 2).changes] == ["files"]
    assert compare(town, idea, "lead", 4, 3).changes[0].before == ""


def test_nobody_who_reviews_blindly_or_is_only_asked_to_join_reads_what_was_said_before(town: Town) -> None:
    idea = build_completed(town)
    town.take(idea, "screen accepted", "assign")
    for reviewer in town.reviewers(idea):
        assert readable(town, idea, reviewer) == []
        with pytest.raises(NotFound, match="revision_not_found"):
            compare(town, idea, reviewer, 4, 2)
    asked = town.ask_team()
    assert readable(town, asked, "mate") == []
    with pytest.raises(NotFound, match="idea_not_found"):
        readable(town, asked, "secretary")


def test_the_team_before_and_after_is_told_to_who_may_know_it_and_not_to_who_reviews_blindly(either_town: Town) -> None:
    town = either_town
    idea = change_team(town)
    (was, is_now) = [number for number, is_sent in readable(town, idea, "secretary") if is_sent]
    for who in ("lead", "stranger", "secretary", "head"):
        change = compare(town, idea, who, is_now, was).team
        assert change is not None
        shares = [(each.person_id, each.share_hundredths) for each in change.before]
        assert shares == [(town["lead"].id, 6_000), (town["mate"].id, 4_000)]
        assert [each.share_hundredths for each in change.after] == [3_334, 4_000, 2_666]
    assert town.reviewers(idea)
    for reviewer in town.reviewers(idea):
        with pytest.raises(NotFound, match="revision_not_found"):
            compare(town, idea, reviewer, is_now, was)
    text = plain(open_browser(town, "secretary").get(f"/usulan/{idea}/perubahan?dari={was}&ke={is_now}").text)
    assert "Bagian Sari Kenanga Wulandari berubah dari 60% menjadi 33,34%." in text
    assert "Wening Palastri masuk tim dengan bagian 26,66%." in text


def test_what_the_team_of_a_draft_was_before_it_was_handed_in_is_nobodys(town: Town) -> None:
    idea = town.build_idea()
    town.do(revise_idea, idea, town.proposal(team=(), sections=REWORDED), by="lead")
    town.do(submit_idea, idea, by="lead")
    assert [is_sent for _, is_sent in readable(town, idea, "lead")] == [False, True]
    assert compare(town, idea, "lead", 2, 1).team is None


def test_the_api_tells_of_the_team_and_the_page_of_what_was_handed_in_before(town: Town, client: TestClient) -> None:
    idea = change_team(town)
    (was, is_now) = [number for number, is_sent in readable(town, idea, "secretary") if is_sent]
    answer = ask(client, town["secretary"], f"GET /ideas/{idea}/revisions/{is_now}/changes?since={was}")
    assert [each["text_en"] for each in answer.json()["team"]][:1] == ["Sari Kenanga Wulandari's share changed from 60% to 33.34%."]
    link = f'href="/usulan/{idea}/perubahan?dari={was}&amp;ke={is_now}"'
    assert [link in open_browser(town, who).get(f"/usulan/{idea}/perubahan?ke={is_now}").text for who in ("lead", "secretary")] == [
        is_now - was > 1,
        False,
    ]


def test_a_team_that_did_not_change_is_told_as_none(town: Town) -> None:
    assert compare(town, build_completed(town), "secretary").team is None


def test_the_page_marks_words_and_escapes_what_was_typed(town: Town) -> None:
    evil = '<script>alert("x")</script> & <ins>palsu</ins>'
    idea = town.build_idea()
    changed = {**SECTIONS, "idea": f"Antrean daring\n\n{evil} dengan nomor yang pasti."}
    town.do(revise_idea, idea, town.proposal(sections=changed, budget_rupiah=5_000_000, team=()), by="lead")
    text = open_browser(town, "lead").get(f"/usulan/{idea}/perubahan").text
    assert "<script>alert" not in text
    assert "<ins>palsu" not in text
    assert re.search(r"<ins>&lt;script&gt;.*?&lt;/ins&gt; </ins>", text)
    assert "Rp5.000.000" in text
    assert f'href="/usulan/{idea}/perubahan"' in open_browser(town, "lead").get(f"/usulan/{idea}").text
    for address in (f"/usulan/{idea}/perubahan?ke=9", f"/usulan/{idea}/perubahan?ke=1&dari=2", f"/usulan/{idea}/perubahan?ke=x"):
        assert open_browser(town, "lead").get(address).status_code in (404, 422)
    assert open_browser(town, "stranger").get(f"/usulan/{idea}/perubahan").status_code == 404


@pytest.mark.parametrize("is_blind", [True, False])
def test_the_preview_shows_what_reviewers_read(town: Town, is_blind: bool) -> None:
    name = town["mate"].name.split()[1]
    said = {**SECTIONS, "idea": f"Antrean daring menurut {name}."}
    call = town.build_call(blind=is_blind)
    idea = town.build_idea(call=call, sections=said)
    text = open_browser(town, "lead").get(f"/usulan/{idea}/pratinjau").text
    body = text[text.index("<main") : text.index("</main>")]
    assert (town["mate"].name in body) is not is_blind
    assert ("dapat menunjukkan siapa pengusulnya" in body) is is_blind
    for who, status in (("mate", 200), ("stranger", 404), ("secretary", 404)):
        assert open_browser(town, who).get(f"/usulan/{idea}/pratinjau").status_code == status
    town.take(idea, *("submit", "route", "permit granted", "screen accepted", "assign"))
    reviewer = open_browser(town, town.reviewers(idea)[0]).get(f"/usulan/{idea}").text
    assert (town["mate"].name in reviewer) is not is_blind
    assert open_browser(town, "secretary").get(f"/usulan/{idea}/pratinjau").status_code == 404


def test_what_was_typed_is_saved_before_the_preview_is_shown(town: Town) -> None:
    idea, browser = town.build_idea(team=()), open_browser(town, "lead")
    path = f"/usulan/{idea}/ubah"
    typed = {"title": "Judul yang baru", "form": "public_service", "medium": "digital", "do": "preview"}
    saved = browser.post(path, data=fields_of(browser.get(path).text, path) | typed)
    assert saved.headers["location"] == f"/usulan/{idea}/pratinjau?ok=draft_saved"
    assert "Judul yang baru" in browser.get(saved.headers["location"]).text
    assert town.idea(idea).stage == IdeaStage.DRAFT
