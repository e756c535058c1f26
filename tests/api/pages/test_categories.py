"""Categories on the pages: asked only where there is a choice, shown to whoever may know, with their places for everybody."""

import pytest
from sqlmodel import select

from models.ideas import Idea
from models.stages import AwardStage, IdeaStage
from tests.api.pages.browsing import SENTENCE, fields_of, open_browser
from tests.api.pages.test_calls import read
from tests.building import POLICY, Town
from tests.workflows.intake.test_category import AGENCY, DISTRICT, OPEN, VILLAGE
from tests.workflows.region.test_signatures import plan
from tests.workflows.reward.test_rank import tier
from workflows.intake.draft import draft_idea

WRITTEN = {"title": "Antrean daring", "form": "public_service", "medium": "digital"}
SAID = {"sections.background": SENTENCE, "sections.idea": SENTENCE}
CHOICE = 'name="category"'


def draft(town: Town, call: str, who: str = "lead", **changes: str) -> str:
    return str(town.do(draft_idea, call, town.proposal(team=(), **changes), by=who).idea.id)


@pytest.mark.parametrize(
    ("categories", "who", "asked", "said"),
    [
        ([], "lead", False, ""),
        ([DISTRICT, VILLAGE], "lead", False, "Kategori: Kelurahan"),
        ([VILLAGE, OPEN], "lead", True, "Kategori usulan"),
        ([VILLAGE, OPEN], "walker", False, "Kategori: Umum"),
        ([DISTRICT, VILLAGE], "walker", False, "Unit usulan ini tidak termasuk di dalamnya."),
    ],
    ids=["no categories", "one that fits", "two that fit", "one for all", "none that fits"],
)
def test_the_category_is_asked_only_where_there_is_a_choice(
    town: Town, categories: list[dict[str, object]], who: str, asked: bool, said: str
) -> None:
    call = town.build_call(categories=categories)
    for path in (f"/usulan/baru?call={call}", f"/usulan/{draft(town, call, who)}/ubah"):
        page = open_browser(town, who).get(path).text
        assert (CHOICE in page) is asked
        assert said in page


def test_who_chose_none_is_told_at_the_choice_and_what_was_typed_is_kept(town: Town) -> None:
    call, browser = town.build_call(categories=[VILLAGE, OPEN]), open_browser(town, "lead")
    form = fields_of(browser.get(f"/usulan/baru?call={call}").text, "/usulan/baru")
    person = {"team.0.person": town["lead"].id}
    answer = browser.post("/usulan/baru", data={**form, **WRITTEN, **SAID, **person, "call": call, "do": "submit"})
    assert answer.status_code == 422
    assert "Pilih kategori usulan ini." in answer.text
    (idea,) = town.rows(select(Idea.id).where(Idea.call_id == call))
    path = f"/usulan/{idea}/ubah"
    form = fields_of(answer.text, path)
    answer = browser.post(path, data={**form, **WRITTEN, **SAID, **person, "category": "open", "do": "submit"})
    assert answer.headers["location"] == f"/usulan/{idea}?ok=submitted"
    assert (town.idea(idea).category, town.idea(idea).stage) == ("open", IdeaStage.SUBMITTED)
    assert "Kategori: Umum" in read(town, "lead", f"/usulan/{idea}")


def test_a_choice_of_the_draft_is_shown_again_and_no_more_once_it_is_fixed(town: Town) -> None:
    call = town.build_call(categories=[VILLAGE, OPEN])
    idea = draft(town, call, category="open")
    assert 'value="open" checked' in open_browser(town, "lead").get(f"/usulan/{idea}/ubah").text
    returned = town.build_returned(call=call, category="open", team=())
    assert CHOICE not in open_browser(town, "lead").get(f"/usulan/{returned}/lengkapi").text


def test_the_idea_says_its_category_to_all_but_its_blind_reviewers(town: Town) -> None:
    idea = town.build_idea(IdeaStage.IN_REVIEW, call=town.build_call(categories=[VILLAGE, OPEN]), category="village", team=())
    for who in ("secretary", "lead"):
        assert "Kategori: Kelurahan" in read(town, who, f"/usulan/{idea}")
    assert "Kategori" not in read(town, town.reviewers(idea)[0], f"/usulan/{idea}")


def test_the_award_says_the_category_beside_the_grade(town: Town) -> None:
    idea = town.build_idea(IdeaStage.ROLLED_OUT, call=town.build_call(categories=[VILLAGE, OPEN]), category="village", team=())
    award = town.build_award(AwardStage.ANNOUNCED, idea=idea)
    for path in ("/penghargaan", f"/penghargaan/{award}", f"/usulan/{idea}"):
        assert "Emas, Kategori Kelurahan" in read(town, "lead", path)


def test_everybody_reads_the_categories_of_an_open_call_with_their_places(town: Town) -> None:
    own = {**AGENCY, "tiers": [tier("first", 80, 1_000, 1), tier("third", 70, 500, 3)]}
    call = town.build_call(categories=[own, VILLAGE])
    said = open_browser(town).get(f"/periode-usulan/{call}").text
    assert "Kategori: Perangkat Daerah" in said
    assert "Juara first: 1 pemenang; Juara third: 3 pemenang." in said
    assert "Emas: jumlah pemenang tidak dibatasi; Perak: jumlah pemenang tidak dibatasi." in said
    assert "Kategori" not in open_browser(town).get(f"/periode-usulan/{town.call}").text


def test_who_signs_reads_the_tiers_of_each_category(town: Town) -> None:
    own = {**AGENCY, "pass_mark": "72.5", "tiers": [tier("first", 80, 1_000, 1)]}
    said = read(town, "chair", f"/ketentuan/{plan(town, categories=[own, VILLAGE])}/1")
    assert "Kategori: Perangkat Daerah Batas nilai: 72,5 Juara first: Rp1.000" in said
    assert "Kategori: Kelurahan Batas nilai: 60 Emas: Rp10.000.001" in said
    assert POLICY["rule_book"]["tiers"][0]["label"] == "Emas"
