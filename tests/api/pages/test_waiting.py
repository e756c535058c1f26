"""Lists of what people answer: found from the inbox by whoever is told of them, and nothing that was typed there is lost."""

import html
import re
from collections.abc import Callable

import pytest
from sqlmodel import select

from api.formats import show_short_day
from models.instants import today
from models.replacements import Replacement
from models.stages import IdeaStage
from models.transfers import IdeaTransfer
from tests.api.pages.browsing import fields_of, open_browser, send
from tests.building import Town
from tests.sharing import OPEN
from tests.steps import REASON
from tests.workflows.intake.claiming import NEAR, WHY, build_pair, build_told, claim_of, state_of, watch
from tests.workflows.intake.merged import ALL, agree, build_two, merge, open_both, propose
from tests.workflows.intake.test_transfer import build_elsewhere, offer
from workflows.intake.claims import withdraw_claim
from workflows.intake.merge import answer_merge
from workflows.intake.replace import ask_replacement
from workflows.intake.replacing import NewReplacement
from workflows.intake.separate import undo_merge

pytestmark = pytest.mark.slow
INBOX = "/kotak-masuk"
TYPED = "Alasan yang ditulis lama sekali di telepon genggam, sebelum orang lain menjawab."


def read_inbox(town: Town, who: str) -> str:
    return html.unescape(open_browser(town, who).get(INBOX).text)


def ask_lead(town: Town) -> str:
    """A request that the mate leads the idea from now on."""
    idea = town.build_idea(IdeaStage.SCREENING)
    new = NewReplacement(town["lead"].id, REASON, town["mate"].id)
    return str(town.do(ask_replacement, idea, new, by="lead").id)


def test_an_offer_is_in_the_inbox_of_its_lead_and_of_whoever_made_it_before_anything_awaits_them(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING)
    offer(town, idea, build_elsewhere(town))
    for who, says in (("lead", "melibatkan Anda"), ("secretary", "melibatkan Anda"), ("walker", "menunggu jawaban Anda: 1")):
        shown = read_inbox(town, who)
        assert ('href="/pengalihan"' in shown, says in shown) == (True, True), who
    assert "/pengalihan" in read_inbox(town, "mate"), "of the team, to whom it is told"
    assert "/pengalihan" not in read_inbox(town, "stranger")


def test_a_merge_is_in_the_inbox_of_who_proposed_it_opened_it_and_agreed(town: Town) -> None:
    asked = propose(town, *build_two(town))
    assert "Penggabungan usulan yang melibatkan Anda" in read_inbox(town, "secretary")
    open_both(town, asked)
    agree(town, asked, "mate")
    for who, says in (("mate", "yang melibatkan Anda"), ("walker", "menunggu jawaban Anda: 1")):
        assert f"Penggabungan usulan {says}" in read_inbox(town, who), who
    assert "/penggabungan" not in read_inbox(town, "stranger")


def test_the_inbox_says_since_when_an_answer_is_awaited_and_until_when(town: Town) -> None:
    build_told(town)
    ask_lead(town)
    asked = propose(town, *build_two(town))
    open_both(town, asked)
    since = f"sejak {show_short_day(today(), 'id')}"
    for who, page in (("operator", "/klaim"), ("mate", "/pergantian"), ("walker", "/penggabungan")):
        [notice] = re.findall(rf'(?s)<div class="notice gold gap"><p><a href="{page}">.*?</div>', read_inbox(town, who))
        assert since in notice, (who, notice)
        assert "<time" in notice, (who, notice)


def test_a_filed_claim_is_in_the_inbox_of_the_secretariat_that_is_told_when_it_is_late(town: Town) -> None:
    _first, _adopted, claim = build_told(town)
    assert "/klaim" not in read_inbox(town, "secretary")
    send(open_browser(town, "operator"), "/klaim", f"/klaim/{claim}", reason=WHY, do="file")
    assert "Klaim yang melibatkan Anda" in read_inbox(town, "secretary")
    town.do(withdraw_claim, claim, by="operator")
    assert "/klaim" not in read_inbox(town, "secretary") + read_inbox(town, "operator"), "what is settled waits for nobody"


def _withdrawn_claim(town: Town) -> tuple[str, str, str, Callable[[], object]]:
    _first, _adopted, claim = build_told(town)
    return "operator", "/klaim", f"/klaim/{claim}", lambda: town.do(withdraw_claim, claim, by="operator")


def _refused_merge(town: Town) -> tuple[str, str, str, Callable[[], object]]:
    asked = propose(town, *build_two(town))
    refuse = {"agrees": False, "reason": REASON}
    return "owner", "/penggabungan", f"/penggabungan/{asked}", lambda: town.do(answer_merge, asked, **refuse, by="lead")


LISTS = {"a claim that was taken back": (_withdrawn_claim, "file"), "a merge that was refused": (_refused_merge, "refuse")}


@pytest.mark.parametrize("case", LISTS)
def test_what_was_typed_is_given_back_where_another_settled_it_meanwhile(town: Town, case: str) -> None:
    build, do = LISTS[case]
    who, page, to, settle = build(town)
    browser = open_browser(town, who)
    form = browser.get(page).text
    assert to in form
    settle()
    answer = browser.post(to, data=fields_of(form, to) | {"reason": TYPED, "do": do})
    assert (answer.status_code, TYPED in answer.text, "Langkah ini tidak berlaku lagi" in answer.text) == (409, True, True)


def test_what_was_not_pressed_files_no_claim_and_refuses_no_request(town: Town) -> None:
    _first, _adopted, claim = build_told(town)
    operator = open_browser(town, "operator")
    for do in ("", "terima"):
        refused = send(operator, "/klaim", f"/klaim/{claim}", reason=WHY, do=do)
        assert (refused.status_code, WHY in refused.text) == (422, True), do
    assert state_of(town, claim) == "claim_told"
    asked = ask_lead(town)
    assert send(open_browser(town, "mate"), "/pergantian", f"/pergantian/{asked}", do="", reason=TYPED).status_code == 422
    assert town.rows(select(Replacement.settled_at)) == [None]
    assert (
        send(open_browser(town, "lead"), "/pergantian", f"/pergantian/{asked}", do="end").headers["location"].endswith("replacement_ended")
    )


def test_an_offer_without_a_call_says_so_at_its_field_and_keeps_the_reason(town: Town) -> None:
    build_elsewhere(town)
    idea = town.build_idea(IdeaStage.SCREENING)
    for call in ("", "01ARZ3NDEKTSV4RRFFQ69G5FAV"):
        refused = send(open_browser(town, "secretary"), f"/usulan/{idea}", f"/usulan/{idea}/pengalihan", call_id=call, reason=TYPED)
        assert (refused.status_code, 'id="transfer-call_id-error"' in refused.text, TYPED in refused.text) == (422, True, True), call
    assert town.rows(select(IdeaTransfer.id)) == []


def test_a_claimant_who_knows_the_adopted_idea_as_a_colleague_follows_every_link_of_the_claim(town: Town) -> None:
    call = town.build_call(**OPEN)
    first, adopted = build_pair(town, call=call)
    watch(town, adopted)
    claim = claim_of(town, first, adopted)
    browser = open_browser(town, "operator")
    for page in ("/klaim", f"/usulan/{first}"):
        shown = browser.get(page).text
        assert (NEAR["title"] in shown, f'href="/rekan/{adopted}"' in shown, f'href="/usulan/{adopted}"' in shown) == (True, True, False), (
            page
        )
    assert browser.get(f"/rekan/{adopted}").status_code == 200
    assert claim.state == "claim_told"


def test_nobody_is_asked_to_take_back_a_merge_whose_review_has_begun(town: Town) -> None:
    first, second = build_two(town)
    asked = merge(town, first, second)
    town.do(undo_merge, asked, reason=REASON, by="mate")
    assert "menunggu jawaban Anda: 1" in read_inbox(town, "walker")
    town.take(first, "permit granted", "screen accepted")
    for who in ALL:
        assert "/penggabungan" not in read_inbox(town, who), who
        assert "Tidak ada penggabungan" in open_browser(town, who).get("/penggabungan").text, who


def test_the_last_member_to_agree_reads_that_both_are_one_or_two_again(town: Town) -> None:
    first, second = build_two(town)
    asked = merge(town, first, second)
    for who in ALL[:-1]:
        town.do(undo_merge, asked, reason=REASON, by=who)
    done = send(open_browser(town, "walker"), "/penggabungan", f"/penggabungan/{asked}", do="undo")
    assert done.headers["location"] == "/penggabungan?ok=merge_undone"
    assert town.idea(second).stage == IdeaStage.SCREENING


def test_the_address_of_a_form_leads_back_to_its_list(town: Town) -> None:
    browser = open_browser(town, "lead")
    for page in ("/penggabungan", "/pengalihan", "/pergantian", "/klaim"):
        assert browser.get(f"{page}/01ARZ3NDEKTSV4RRFFQ69G5FAV").headers["location"] == page
