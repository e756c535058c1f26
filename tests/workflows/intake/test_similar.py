"""Similar ideas: found in other words on either database, of those alone that one may see; and nothing else has a part in the answer."""

from typing import Any

import pytest

from models.stages import IdeaStage
from tests.building import POLICY, Town
from workflows.intake import similar
from workflows.intake.draft import revise_idea
from workflows.intake.search_terms import SearchedText
from workflows.intake.similar import find_similar, find_similar_to
from workflows.process.browse import count_by_stage, list_ideas
from workflows.process.context import read_context
from workflows.process.keyset import Slice
from workflows.process.wanted import Sort, WantedIdeas

pytestmark = pytest.mark.slow
QUEUE: dict[str, Any] = {
    "title": "Antrean daring puskesmas",
    "sections": {"background": "Pasien menunggu di loket sejak subuh.", "idea": "Nomor antrean diambil dari rumah lewat ponsel."},
}
SAME_QUEUE: dict[str, Any] = {
    "title": "Nomor antrian online di Pusat Kesehatan Masyarakat",
    "sections": {"background": "Masyarakat mengantri sejak pagi untuk berobat.", "idea": "Pasien mengambil nomor lewat HP sebelum datang."},
}
BANK: dict[str, Any] = {
    "title": "Bank sampah warga",
    "sections": {"background": "Sampah dibuang ke sungai setiap hari.", "idea": "Warga menabung botol yang dipilah di kelurahan."},
}
LAMP: dict[str, Any] = {
    "title": "Lampu gang dirawat bersama",
    "sections": {"background": "Gang gelap dan warga takut keluar malam.", "idea": "Setiap gang memilih seorang penjaga lampu."},
}
HOSTILE = ("", "yang dan di", '" OR NEAR(', "a & !b | (c:*", "^title : x*", "\0", "😀 山 é", "_antrean", "a" * 100_000, "antrean " * 20_000)
ALL_PATHS = pytest.mark.parametrize("sample", [300, 3], ids=["all compared", "by the index"])


def shown(town: Town, who: str, text: dict[str, Any]) -> list[tuple[str, str, tuple[str, ...]]]:
    """What somebody is shown as similar to a text: ids, likeness and the words."""
    searched = SearchedText(text["title"], "\n".join(text.get("sections", {}).values()))
    with town.store.reading() as session:
        found = find_similar_to(session, searched, actor=town.actor(session, who))
        return [(each.idea.id, str(each.match.likeness), tuple(word.word for word in each.match.shared)) for each in found]


@ALL_PATHS
def test_an_idea_in_other_words_is_found_and_comes_first(either_town: Town, sample: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similar, "SAMPLE", sample)
    earlier = either_town.build_idea(IdeaStage.AWAITING_PERMISSION, lead="stranger", **SAME_QUEUE)
    for other in (BANK, LAMP, BANK, LAMP):
        either_town.build_idea(IdeaStage.SCREENING, **other)
    first, *_ = shown(either_town, "secretary", QUEUE)
    assert first[0] == earlier
    assert {"antrean", "daring", "puskesmas"} <= set(first[2])
    idea = either_town.build_idea(IdeaStage.SCREENING, **QUEUE)
    with either_town.store.reading() as session:
        actor = either_town.actor(session, "secretary")
        found = find_similar(session, read_context(session, idea, actor=actor), actor=actor)
        back = find_similar(session, read_context(session, earlier, actor=actor), actor=actor)
    assert (found[0].idea.id, found[0].is_earlier) == (earlier, True)
    assert (back[0].idea.id, back[0].is_earlier) == (idea, False)


@ALL_PATHS
def test_a_text_that_one_may_not_see_is_never_shown_and_changes_no_answer(
    either_town: Town, sample: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A draft, an idea of a sealed call and one of another unit come to be and change: whoever may not know is told the same."""
    monkeypatch.setattr(similar, "SAMPLE", sample)
    sealed = either_town.build_call(code="TERTUTUP", closing={"is_sealed": True})
    for text in (QUEUE, BANK, LAMP, SAME_QUEUE, BANK):
        either_town.build_idea(IdeaStage.SCREENING, **text)
    officials = ("secretary", "reviewer1", "head", "lead", "operator")
    within = ("head", "lead")  # they see nothing of Dago
    before = {who: read_all(either_town, who) for who in officials}
    assert before["secretary"][0], "the comparison sees what there is to see"
    draft = either_town.build_idea(lead="stranger", **SAME_QUEUE)
    hidden = either_town.build_idea(call=sealed, lead="stranger", **SAME_QUEUE)
    either_town.take(hidden, "submit", lead="stranger")
    assert {who: read_all(either_town, who) for who in officials} == before
    either_town.do(revise_idea, draft, either_town.proposal(team=(), **QUEUE), by="stranger")
    either_town.build_idea(call=sealed, lead="stranger", **QUEUE)
    assert {who: read_all(either_town, who) for who in officials} == before
    foreign = either_town.build_idea(IdeaStage.AWAITING_PERMISSION, lead="stranger", **SAME_QUEUE)
    assert {who: read_all(either_town, who) for who in within} == {who: before[who] for who in within}
    assert foreign in {line[0] for line in shown(either_town, "secretary", QUEUE)}
    assert foreign in {line[0] for line in shown(either_town, "stranger", QUEUE)}
    assert hidden in {line[0] for line in shown(either_town, "stranger", SAME_QUEUE)}
    assert draft not in {line[0] for line in shown(either_town, "stranger", SAME_QUEUE)}


def read_all(town: Town, who: str) -> list[Any]:
    """All that lists, searches, counts and likeness tell somebody."""
    told: list[Any] = [shown(town, who, text) for text in (QUEUE, BANK)]
    for text in ("antre", "nomor antrean", "botol"):
        wanted = WantedIdeas(text=text, sort=Sort.DUE)
        with town.store.reading() as session:
            actor = town.actor(session, who)
            page = list_ideas(session, wanted, Slice(limit=3), actor=actor)
            told.append(([idea.id for idea in page.rows], page.after, count_by_stage(session, wanted, actor=actor)))
    return told


def test_a_blind_reviewer_is_shown_ideas_that_were_handed_to_them_alone(town: Town) -> None:
    ideas = [town.build_idea(IdeaStage.IN_REVIEW, **text) for text in (QUEUE, SAME_QUEUE, QUEUE)]
    for who in ("reviewer1", "reviewer2", "reviewer3", "reviewer4"):
        theirs = {idea for idea in ideas if who in town.reviewers(idea)}
        assert {line[0] for line in shown(town, who, QUEUE)} == theirs


@ALL_PATHS
def test_no_text_is_too_strange_to_be_compared(either_town: Town, sample: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similar, "SAMPLE", min(sample, 1))
    for _ in range(2):
        idea = either_town.build_idea(IdeaStage.SCREENING, **QUEUE)
    for text in HOSTILE:
        found = shown(either_town, "secretary", {"title": text, "sections": {"idea": text}})
        assert bool(found) is ("antrean" in text), text[:20]
    assert idea in {line[0] for line in shown(either_town, "secretary", QUEUE)}


def test_a_text_that_only_a_former_answer_asked_for_is_not_compared(town: Town) -> None:
    """What a form asks for no more is read by nobody else, and so tells nothing by its words."""
    sections = [{**part, "maximum_words": 50} for part in POLICY["sections"]]
    choice = {"name": "way", "kind": "choice", "label": "Cara", "label_en": "Way", "options": [_option("a"), _option("b")]}
    hidden = {**sections[1], "name": "more", "minimum_words": 0, "depends_on": "way", "answers_needed": ["a"]}
    call = town.build_call(fields=[choice], sections=[*sections, hidden])
    said = {**BANK["sections"], "more": "Zamrud khatulistiwa bersinar terang."}
    idea = town.build_idea(call=call, title="Bank sampah", sections=said, answers={"way": "b"})
    with town.store.reading() as session:
        actor = town.actor(session, "lead")
        ids = [each.id for each in list_ideas(session, WantedIdeas(text="zamrud"), Slice(), actor=actor).rows]
        assert ids == []
        assert [each.id for each in list_ideas(session, WantedIdeas(text="botol"), Slice(), actor=actor).rows] == [idea]


def _option(name: str) -> dict[str, str]:
    return {"name": name, "label": f"Pilihan {name}", "label_en": f"Option {name}"}
