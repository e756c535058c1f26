"""Pages and API say until when what is asked about teams may be answered, and what then follows from silence."""

import pytest
from fastapi.testclient import TestClient

from models.instants import now
from models.stages import IdeaStage
from tests.api.pages.browsing import open_browser
from tests.asking import ask, check_problem
from tests.building import Town
from tests.workflows.intake.merged import ALL, build_two, open_both
from tests.workflows.intake.merged import agree as agree_to_merge
from tests.workflows.intake.test_new_lead import ask_to_lead
from tests.workflows.intake.test_replace import agree as agree_to_change
from tests.workflows.intake.test_replace import replace
from tests.workflows.intake.transferred import build_elsewhere, offer
from tests.workflows.intake.waiting_long import after_the_end, propose_as_lead, time_of

pytestmark = pytest.mark.slow
ENDS = "Dijawab paling lambat"
RETURNED = {"outcome": "returned", "reason": "Bukan urusan kami."}
OFFICE = "Kantor yang berwenang menjawab paling lambat"


def test_who_is_asked_reads_until_when_and_the_office_its_own_last_day(town: Town) -> None:
    client = TestClient(town.app)
    first, second = build_two(town)
    merging = propose_as_lead(town, first, second)
    open_both(town, merging)
    offered = offer(town, town.build_idea(IdeaStage.SCREENING), build_elsewhere(town))
    changing = replace(town, town.build_idea(IdeaStage.SCREENING))
    for who, page, path, request in (
        ("mate", "/penggabungan", "merges", merging),
        ("lead", "/pengalihan", "transfers", offered),
        ("mate", "/pergantian", "replacements", changing),
    ):
        until = time_of(town, request).until
        shown = open_browser(town, who).get(page).text
        assert shown.index(ENDS) < shown.index(f'datetime="{until.isoformat()}"') < shown.index("tidak jadi dan dapat diajukan lagi")
        (listed,) = [each for each in ask(client, town[who], f"GET /{path}").json() if each["id"] == request]
        assert (listed["answer_until"], listed["ends_unanswered"]) == (until.isoformat().replace("+00:00", "Z"), True)
        assert until > now()
    agree_to_merge(town, merging, *ALL)
    agree_to_change(town, changing, "walker", "mate")
    for who, page, path, request in (("secretary", "/penggabungan", "merges", merging), ("head", "/pergantian", "replacements", changing)):
        shown = open_browser(town, who).get(page).text
        assert (OFFICE in shown, ENDS in shown) == (True, False)
        (listed,) = [each for each in ask(client, town[who], f"GET /{path}").json() if each["id"] == request]
        assert listed["ends_unanswered"] is False
    with after_the_end(town, offered):
        assert [each["id"] for each in ask(client, town["lead"], "GET /transfers").json()] == []
        late = ask(client, town["walker"], f"POST /transfers/{offered}/answer", RETURNED)
    said = check_problem(late, 409, "answer_late", language="id")
    assert "ajukan lagi" in said["detail"]


def test_the_inbox_has_the_day_on_which_a_change_of_lead_ends_or_until_which_silence_is_waited_for(town: Town) -> None:
    client, returned = TestClient(town.app), town.build_returned()
    handed, wanted = ask_to_lead(town, town.build_idea(IdeaStage.SCREENING), by="lead"), ask_to_lead(town, returned)

    def read(who: str, request: str) -> tuple[str, str | None]:
        """Until when its time runs, and its silence is waited for."""
        (listed,) = [each for each in ask(client, town[who], "GET /replacements").json() if each["id"] == request]
        return f'datetime="{time_of(town, request).until.isoformat()}"', listed["silent_until"]

    until, silent = read("mate", handed)
    assert (until in open_browser(town, "mate").get("/kotak-masuk").text, silent) == (True, None), "its lead has agreed"
    _, silent = read("lead", wanted)
    assert f'datetime="{str(silent).replace("Z", "+00:00")}"' in open_browser(town, "lead").get("/kotak-masuk").text
    agree_to_change(town, handed, "mate")
    until, _ = read("head", handed)
    assert until in open_browser(town, "head").get("/kotak-masuk").text, "the office reads its own"
