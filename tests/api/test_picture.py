"""The process under a policy, as a picture and as a list that a phone can read: both tell the same, from the same tables."""

import html
import re

import pytest

from api.call_samples import SAMPLES, read_sample
from api.pages.call_form import _draw
from api.pages.texts import Words
from api.picture import PLAIN, Drawing, StageLine, draw_process, list_lines
from models.policy import Policy
from tests.api.pages.browsing import open_browser
from tests.building import Town
from workflows.process import ways
from workflows.region.call_files.call import check_file


def policy_of(sample: str, **changes: object) -> Policy:
    policy = check_file(read_sample(sample).encode()).policy
    assert policy is not None
    return policy.model_copy(update=changes)


def lines_of(policy: Policy, language: str = "id") -> dict[str, StageLine]:
    return {line.name: line for _, lines in _draw(policy, Words(language))["picture_lines"] for line in lines}


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_list_names_the_stages_that_the_picture_draws_and_no_other(sample: str) -> None:
    drawing = Drawing(policy_of(sample))
    drawn = re.findall(r'<text class="stage"[^>]*>([^<]*)</text>', draw_process(drawing))
    assert sorted(line.name for _, lines in list_lines(drawing) for line in lines) == sorted(map(html.unescape, drawn))


def test_every_stage_in_which_somebody_is_awaited_says_who() -> None:
    told = {line.name: line for _, lines in list_lines(PLAIN) for line in lines}
    for way in (ways.IDEA, ways.AWARD):
        for stage in way.stages.values():
            if stage.awaits and stage.place:
                assert told[stage.name.replace("_", " ")].awaited.startswith(stage.awaits.replace("_", " ")), stage.name


def test_it_tells_the_days_the_gates_and_whoever_a_policy_gives_a_step_to() -> None:
    told = lines_of(policy_of("kipp_style", movers={"recommend": "secretariat"}))
    passed = told["Lolos penilaian"]
    assert (passed.awaited, passed.days) == ("Rekomendasi · Sekretariat", "14 hari")
    assert passed.gates == ("Presentasi dan wawancara · Sekretariat", "Verifikasi lapangan · Sekretariat")
    assert "Uji coba" in lines_of(policy_of("standing_track"))
    assert "Uji coba" not in told, "what is in use already is not tried out"


def test_the_list_stands_under_the_picture_in_the_readers_language(town: Town) -> None:
    for language, title, gate in (
        ("id", "Alur yang sama sebagai daftar", "Tahapan wajib: "),
        ("en", "The same process as a list", "Required step: "),
    ):
        browser = open_browser(town, "secretary")
        browser.cookies.set("language", language, domain="testserver.local", path="/")
        page = browser.get("/ketentuan/baru?dari=city_contest").text
        assert page.index('<img class="way"') < page.index(title) < page.index(gate), language


def test_an_arrow_names_each_outcome_of_its_action_once() -> None:
    labels = re.findall(r">⚙? ?([a-z ]+): ([^<·]+)", draw_process())
    assert len(labels) > 20
    told = [(action, [outcome.strip() for outcome in outcomes.split("/")]) for action, outcomes in labels]
    assert [each for each in told if len(set(each[1])) < len(each[1])] == []
    steps = [each for way in (ways.IDEA, ways.AWARD, ways.DOCUMENT) for each in way.transitions]
    known = {(each.action.replace("_", " "), (each.outcome or "").replace("_", " ")) for each in steps}
    assert {(action, outcome) for action, outcomes in told for outcome in outcomes} <= known
