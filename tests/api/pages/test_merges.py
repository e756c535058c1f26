"""Pages and API of a merge: proposed, opened, shared, agreed to and taken back without a script, and told in both histories."""

import html

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.merges import IdeaMerge
from models.stages import IdeaStage
from tests.api.pages.browsing import open_browser, send
from tests.asking import ask
from tests.building import Town
from tests.steps import REASON
from tests.workflows.intake.merged import build_two, merge, take_back
from tests.workflows.intake.test_agree import team_of

pytestmark = pytest.mark.slow
LIST = "/penggabungan"


def test_a_phone_proposes_opens_shares_agrees_and_takes_back_without_a_script(town: Town) -> None:
    first, second = build_two(town)
    page, to = f"/usulan/{first}", f"/usulan/{first}/penggabungan"
    secretary = open_browser(town, "secretary")
    short = send(secretary, page, to, other=str(town.idea(second).code), reason="Sama")
    assert (short.status_code, 'id="merge-reason-error"' in short.text) == (422, True)
    made = send(secretary, page, to, other=str(town.idea(second).code).lower(), reason=REASON)
    assert made.headers["location"] == f"{LIST}?ok=merge_asked"
    (asked,) = town.rows(select(IdeaMerge.id))
    lead, owner = open_browser(town, "lead"), open_browser(town, "owner")
    assert f'href="{LIST}"' in lead.get("/kotak-masuk").text
    assert "dengan nomor yang pasti" not in lead.get(LIST).text
    assert "Tidak ada penggabungan yang melibatkan Anda" in open_browser(town, "mate").get(LIST).text
    for browser in (lead, owner):
        assert send(browser, LIST, f"{LIST}/{asked}", do="open").headers["location"] == f"{LIST}?ok=merge_opened"
    wrong = send(owner, LIST, f"{LIST}/{asked}/bagian", **{f"share.{town['lead'].id}": "90"})
    assert (wrong.status_code, "100%" in wrong.text) == (422, True)
    shares = {f"share.{town[who].id}": share for who, share in (("lead", "40"), ("mate", "10"), ("owner", "40"), ("walker", "10"))}
    assert send(owner, LIST, f"{LIST}/{asked}/bagian", **shares).headers["location"] == f"{LIST}?ok=merge_divided"
    assert send(lead, LIST, f"{LIST}/{asked}", do="").status_code == 422, "what was not pressed is no refusal"
    for who in ("lead", "mate", "owner", "walker"):
        browser = open_browser(town, who)
        assert "Antrean daring dengan nomor yang pasti" in browser.get(LIST).text
        done = "merge_confirmed" if who == "walker" else "merge_agreed"  # the last word makes it come about
        assert send(browser, LIST, f"{LIST}/{asked}", do="agree").headers["location"] == f"{LIST}?ok={done}"
    assert team_of(town, first) == {"lead": 4_000, "mate": 1_000, "owner": 4_000, "walker": 1_000}
    shown = html.unescape(open_browser(town, "walker").get(page).text)
    assert "Bergabung ke usulan ini" in shown
    assert "Usulan lain bergabung" in shown
    undone = send(open_browser(town, "mate"), page, f"{to}/{asked}", reason=REASON)
    assert undone.headers["location"] == f"{page}?ok=merge_undo_agreed"
    assert send(open_browser(town, "walker"), LIST, f"{LIST}/{asked}", do="keep").headers["location"] == f"{LIST}?ok=merge_kept"
    assert "setelah salah satu pengusul utama menyetujuinya" in secretary.get(page).text
    assert send(owner, page, f"{to}/{asked}", reason=REASON).headers["location"] == f"{page}?ok=merge_undo_agreed"
    assert send(secretary, page, f"{to}/{asked}", reason=REASON).status_code == 303
    assert town.idea(second).stage == IdeaStage.SCREENING
    assert "Penggabungan dibatalkan" in html.unescape(secretary.get(f"/usulan/{second}").text)


def test_both_histories_tell_it_by_name_and_a_blind_reviewer_reads_the_text_and_no_name(town: Town) -> None:
    first, second = build_two(town)
    asked, client = merge(town, first, second), TestClient(town.app)
    told = ask(client, town["mate"], f"GET /ideas/{first}/history").json()
    took = next(each for each in told if each["action"] == "took_in")
    assert took["detail"]["took_in"] == {"code": town.idea(second).code, "id": second, "title": "Nomor antre dari rumah"}
    assert [each["share_hundredths"] for each in took["team_change"]] == [3_000, 2_000, 3_500, 1_500]
    assert next(each["by"] for each in told if each["action"] == "ask_merge") == town["secretary"].name
    ended = ask(client, town["owner"], f"GET /ideas/{second}/history").json()[-1]
    assert (ended["action"], ended["detail"]["joins"]["code"]) == ("merge", town.idea(first).code)
    town.take(first, "permit granted", "screen accepted", "assign")
    reviewer = town[town.reviewers(first)[0]]
    (line,) = ask(client, reviewer, f"GET /ideas/{first}/merges").json()
    assert line["sections"]["idea"] == "Antrean daring dengan nomor yang pasti."
    assert (line["by"], line["reason"], line["other"]["unit_id"], line["may_undo"]) == (None, "", None, False)
    assert ask(client, reviewer, f"GET /ideas/{second}").status_code == 404
    steps = {each["action"] for each in ask(client, reviewer, f"GET /ideas/{first}/history").json()}
    assert not steps & {"took_in", "ask_merge", "regroup", "merge", "separate"}
    page = open_browser(town, reviewer.who).get(f"/usulan/{first}").text
    assert "Baca isi usulan yang bergabung" in page
    assert [who for who in ("lead", "mate", "owner", "walker", "secretary") if town[who].name in page] == []
    assert ask(client, town["secretary"], f"POST /merges/{asked}/undoing", {"reason": REASON}).status_code == 409


def test_an_undone_merge_shows_the_others_text_to_nobody_who_may_not_see_it(town: Town) -> None:
    first, second = build_two(town)
    asked = merge(town, first, second)
    take_back(town, asked)
    (line,) = ask(TestClient(town.app), town["lead"], f"GET /ideas/{first}/merges").json()
    assert (line["other"], line["sections"]) == (None, {})
    assert "Nomor antre dari rumah" not in html.unescape(open_browser(town, "lead").get(f"/usulan/{first}").text)
    (own,) = ask(TestClient(town.app), town["owner"], f"GET /ideas/{second}/merges").json()
    assert own["other"] is None
