"""The story of those who hold every role: one person, two, and more, under random policies; they come exactly as far as the pairs that a
person wrote down let them, by action, by API and on the page, and what they may not do is in no inbox of theirs.

Who would cheat: one official to whom a small town gave everything. What an inspector expects: the program asks for somebody else, says why,
and nothing of what was refused is in the books.
"""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from models.awards import Award
from models.ideas import Decision
from models.inbox import InboxItem
from models.instants import today
from models.merges import IdeaMerge
from models.pilots import Indicator
from models.reviews import Review
from models.stages import IdeaStage
from models.transfers import IdeaTransfer
from tests.api.pages.browsing import fields_of, open_browser
from tests.asking import ask
from tests.building import Shelf, Town
from tests.requests import REQUESTS, RequestPlace
from tests.steps import REASON
from tests.unchanged import fingerprint, watch
from tests.workflows.process.in_office import JOINING, Office, act_in_office
from tests.workflows.process.officials import MOST, OFFICES, SUPERIOR, Borne, Case, draw_case, find_farthest, hand_in, settle_officials
from workflows.pilot.start import list_owners
from workflows.process.context import AwardContext, read_context
from workflows.process.offers import is_offered
from workflows.process.refusals import Forbidden, NotFound
from workflows.process.waiting import list_inbox
from workflows.review.assign import list_eligible
from workflows.review.gates import pass_gate
from workflows.reward.propose import new_award

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]
SEED = int(os.environ.get("GAGAS_TEST_SEED", random.SystemRandom().randrange(10**6)))
REQUEST = {request.name: request for request in REQUESTS}
NAMES = {  # the duty's request, its task in an inbox, and what of the page is there for whoever may take it
    "permit": ("permit granted", "permit", 'id="permit"'),
    "screen": ("screen accepted", "screen", 'id="screen"'),
    "recommend": ("recommend feasible", "recommend", 'id="recommend"'),
    "determine": ("determine adopted", "determine", 'id="determine"'),
    "verify": ("verify roll_out", "verify", 'id="verify"'),
    "propose_award": ("propose", "", "/penghargaan"),
    "approve": ("approve approved", "approve", "/persetujuan"),
}
FLOWS = {  # what the flows do once a duty is done
    "score": ("close_review", "draft_recommend"),
    "own": ("compute_result",),
}
POSTED = {  # the duty's form on the idea's page
    "permit": ("izin", {"outcome": "granted"}),
    "screen": ("seleksi", {"outcome": "accepted", "answers.renewal": "yes", "answers.benefit": "yes"}),
    "recommend": ("rekomendasi", {"outcome": "feasible", "reason": REASON}),
    "determine": ("penetapan", {"outcome": "adopted", "decree_number": "100.3/1", "decree_on": f"{today()}", "confirmed": "yes"}),
    "verify": ("verifikasi", {"outcome": "roll_out", "reason": REASON}),
}
NOT_APPOINTED = ("reviewer_not_eligible", "pilot_owner_not_eligible", "pilot_owner_without_verifier")
REFUSALS = ("has_other_duty", "conflict_of_interest", "only_unit_head")  # all but one head another unit


@dataclass
class Play:
    """One idea of a case, in a town of its own."""

    case: Case
    town: Town
    client: TestClient
    idea: str
    borne: Borne
    elsewhere: str = ""  # the call to which it may be handed on

    @property
    def office(self) -> Office:
        """What acts in office speak of."""
        return Office(self.idea, ("lead", "mate") if self.case.lead == "lead" else (self.case.lead,), self.elsewhere)

    @property
    def place(self) -> RequestPlace:
        """What requests name."""
        awards = self.town.rows(select(Award.id).where(Award.idea_id == self.idea))
        indicators = self.town.rows(select(Indicator.id))
        return RequestPlace(self.town, self.idea, awards[0] if awards else RequestPlace.award, indicators[0] if indicators else "x")

    def go(self) -> str:
        """Take every duty as planned; answers the duty at which nobody is left, `-` where there is none."""
        planned = dict(find_farthest(self.case))
        for duty in self.case.duties:
            self.pass_gates()
            for who in self.case.officials:
                self.check(who, duty)
            if duty not in planned and duty in OFFICES:
                return duty
            if duty not in planned:
                assert not any(self.borne.can(who, duty, self.case.officials) for who in self.case.officials)
                self.check_that_nobody_gets_on(duty)
                return duty
            self.take(planned[duty], duty)
        return "-"

    def pass_gates(self) -> None:
        """Gates are no duty: whoever has no part in the idea passes them."""
        who = next((each for each in self.case.officials if each != self.case.lead), None)
        for name in [gate["name"] for gate in self.case.policy["gates"] if gate["stage"] == self.town.idea(self.idea).stage]:
            if who is not None:
                self.town.do(pass_gate, self.idea, name, by=who)

    def check(self, who: str, duty: str) -> None:
        """Every channel says of somebody and a duty what the handwritten pairs say."""
        may = self.borne.may(who, duty)
        if duty in OFFICES:
            if not may and (duty, who) != ("merge", self.case.lead):  # who leads an idea proposes so for their team
                self.refuse_in_office(who, duty)
            return
        if duty in ("score", "own"):
            if who != SUPERIOR:
                assert self.is_eligible(who, duty) == may, (who, duty, self)
                if not self.borne.can(who, duty, self.case.officials):
                    self.refuse(self.appoint(who, duty), (422,), NOT_APPOINTED)
            return
        name, task, shown = NAMES[duty]
        assert self.is_offered(who, duty) == may, (who, duty, self)
        page = open_browser(self.town, who).get(f"/penghargaan/{self.place.award}" if duty == "approve" else f"/usulan/{self.idea}").text
        form = f'action="/usulan/{self.idea}/penghargaan"' if duty == "propose_award" else shown
        assert (form in page) == may, (who, duty, self)
        if task:
            told = ask(self.client, self.town[who], "GET /inbox").json()["inbox"]
            assert (task in {item["task"] for item in told}) == may == (task in self.inbox(who)), (who, duty, told)
        if not may:
            self.refuse(REQUEST[name].send(self.client, self.place, self.town[who]), (403, 404), REFUSALS)

    def refuse_in_office(self, who: str, duty: str) -> None:
        """What somebody may not do in office is refused, whatever they have done before, and leaves no trace."""
        with watch(self.town.store) as watching:
            with pytest.raises((Forbidden, NotFound)):
                act_in_office(self.town, self.office, who, duty)
            assert not watching.has_seen_a_change()

    def refuse(self, answer: Any, statuses: tuple[int, ...], codes: tuple[str, ...]) -> None:
        """An answer is a refusal; of an award before its hour a proposer does not even learn that it is there."""
        assert answer.status_code in statuses, answer.text
        code = answer.json()["type"].rpartition(":")[2]
        assert code in codes or (answer.status_code == 404 and code == "award_not_found"), answer.text

    def is_offered(self, who: str, duty: str) -> bool:
        with self.town.store.reading() as session:
            actor, idea = self.town.actor(session, who), read_context(session, self.idea, actor=self.town.actor(session, "flow:review"))
            if duty == "propose_award":
                return is_offered(session, new_award(idea), "propose", actor=actor)
            award = session.get(Award, self.place.award)
            return is_offered(session, AwardContext(award, idea) if award and duty == "approve" else idea, duty, actor=actor)

    def is_eligible(self, who: str, duty: str) -> bool:
        with self.town.store.reading() as session:
            idea = read_context(session, self.idea, actor=self.town.actor(session, "flow:review"))
            known = list_eligible(session, idea) if duty == "score" else [person.id for person in list_owners(session, idea)]
            return self.town[who].id in known

    def inbox(self, who: str) -> set[str]:
        with self.town.store.reading() as session:
            return {each.item.task for each in list_inbox(session, actor=self.town.actor(session, who))}

    def appoint(self, who: str, duty: str) -> Any:
        """Whoever has no part in the idea asks somebody to review it, or to own its pilot."""
        by = next((each for each in self.case.officials if each != self.case.lead), self.case.officials[0])
        if duty == "score":
            return ask(self.client, self.town[by], f"POST /ideas/{self.idea}/assignments", {"reviewer_id": self.town[who].id})
        goal = {"name": "Lama antre", "baseline": 60, "target": 90}
        dates = {"starts_on": today().isoformat(), "ends_on": (today() + timedelta(days=60)).isoformat()}
        plan = {"unit_code": "ANDIR", "owner_id": self.town[who].id, "site": "Kecamatan", **dates, "indicators": [goal]}
        return ask(self.client, self.town[by], f"POST /ideas/{self.idea}/pilot", plan)

    def take(self, who: str, duty: str) -> None:
        """Somebody takes a duty over HTTP, and the flows do what follows; or does in office what counts as one."""
        if duty in OFFICES:
            act_in_office(self.town, self.office, who, duty)
            self.borne = self.borne.take(who, duty)
            return
        steps = [NAMES[duty][0]] if duty in NAMES else ["score"] if duty == "score" else ["measure", "conclude"]
        if duty in ("score", "own"):
            appointed = self.appoint(who, duty)
            assert appointed.is_success, (who, duty, appointed.text)
        if duty == "own":
            self.town.take(self.idea, "start_pilot")
        for name in steps:
            answer = REQUEST[name].send(self.client, self.place, self.town[who])
            assert answer.is_success, (who, duty, answer.text)
        self.borne = self.borne.take(who, duty)
        last = duty == ("verify" if self.case.policy["entry"] == "new" else "determine")
        rolled = ("roll_out",) if last and duty == "determine" else ()
        drafted = ("propose",) if last and not self.case.by_hand else ()
        self.town.take(self.idea, *FLOWS.get(duty, ()), *rolled, *drafted)

    def check_that_nobody_gets_on(self, duty: str) -> None:
        """Nothing that anybody tries at the end of their means leaves a trace, on the page either."""
        for who in self.case.officials if duty in POSTED else ():
            browser, (path, fields) = open_browser(self.town, who), POSTED[duty]
            hidden, before = fields_of(browser.get("/keluar").text, "/keluar"), fingerprint(self.town.store)
            posted = browser.post(f"/usulan/{self.idea}/{path}", data={**hidden, **fields})
            assert posted.status_code == 403, posted.text
            assert self.borne.duties.get(who) is None or who == self.case.lead or "harus dilakukan orang lain" in posted.text
            assert fingerprint(self.town.store) == before


def play(shelf: Shelf, client: TestClient, case: Case) -> Play:
    town = shelf.open_town()
    call = town.build_call(**case.policy)
    elsewhere = town.build_call(**case.policy) if "offer" in case.in_office else ""
    town = settle_officials(town, case.officials)
    borne = Borne(tuple(case.policy["loosened"]), case.lead)
    idea = hand_in(town, call, case.lead)
    if "merge" in case.in_office:
        hand_in(town, call, JOINING, title="Nomor antre dari rumah")
    return Play(case, town, client, idea, borne, elsewhere)


def test_they_come_as_far_as_the_pairs_let_them(shelf: Shelf, client: TestClient, share: Callable[[int], int]) -> None:
    ends = []
    for number in range(share(50)):
        luck = Random(f"{SEED}-{number}")
        for many in (1, 2, luck.randint(3, MOST) if number else MOST):  # once at least there are enough
            case = draw_case(luck, many)
            while number == 0 and many == MOST and len(find_farthest(case)) < len(case.duties):
                case = draw_case(luck, many)
            print(f"GAGAS_TEST_SEED={SEED}, policy {number}: {case}")
            story = play(shelf, client, case)
            ends.append((many, story.go()))
            assert_everybody_differs(story)
    print(sorted(set(ends)))
    assert all(duty in ("permit", "screen", "score", "recommend", *OFFICES) for many, duty in ends if many <= 2)
    assert any(duty == "-" for many, duty in ends if many > 2)


def assert_everybody_differs(story: Play) -> None:
    """The rows say so too: no two duties of one person that the pairs keep apart."""
    town, idea = story.town, story.idea
    decided = select(Decision.actor_id, Decision.action).where(Decision.idea_id == idea, col(Decision.actor_id).is_not(None))
    acts = {(person, action.removeprefix("award_")) for person, action in town.rows(decided)}
    acts |= {(person, "screen") for person, action in acts if action == "reopen"}
    for column in (IdeaMerge.confirmed_by, IdeaTransfer.offered_by, IdeaTransfer.accepted_by):
        acts |= {(person, "screen") for person in town.rows(select(column).where(col(column).is_not(None)))}
    acts |= {(person, "score") for person in town.rows(select(Review.reviewer_id).where(Review.idea_id == idea))}
    named = {one.id: who for who, one in town.people.items()}
    told: dict[str, set[str]] = {}
    for person, action in acts:
        duty = {"measure": "own", "conclude": "own", "propose": "propose_award"}.get(action, action)
        if duty in (*NAMES, "score", "own"):
            told.setdefault(named[person], set()).add(duty)
    assert told == {who: duties for who, duties in story.borne.duties.items() if duties}


def test_an_idea_that_nobody_may_go_on_with_is_asked_of_nobody_until_somebody_is_named(shelf: Shelf, client: TestClient) -> None:
    """The one official permitted; the screening stands in the books as owed, and falls to the next person with the role."""
    case = Case({"entry": "new", "permission": True, "reviewers": 1, "loosened": [], "gates": []}, ("official0",), "lead", by_hand=False)
    story = play(shelf, client, case)
    assert story.go() == "screen"
    owed = select(InboxItem.task).where(InboxItem.idea_id == story.idea, col(InboxItem.done_at).is_(None))
    assert story.town.rows(owed) == ["screen"]
    assert story.town.idea(story.idea).stage == IdeaStage.SCREENING
