"""The load: people who submit ideas, and a committee that takes some of them to their certificates, all over HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from models.instants import wall_now
from tests.building import SECTIONS, Town
from tests.faults.auditor import find_torn
from tests.faults.history import ACKNOWLEDGED, Call, Client, History
from tests.steps import MET, REASON

LOOK_SECONDS = 0.3  # between two looks of the committee at its ideas
AUDIT_SECONDS = 0.2  # between two snapshots of the database
RESENT = 10  # every tenth submission is sent once more under its key, as an impatient person would


@dataclass(frozen=True)
class Load:
    """How many ideas are acknowledged, every how-many-th of them is submitted, and how many of those are taken to their certificates."""

    ideas: int
    submit_every: int
    walked: int


class Crowd:
    """Threads of proposers and of a committee, over one history."""

    def __init__(self, api: str, town: Town, load: Load) -> None:
        self.api, self.town, self.load, self.history = api, town, load, History()
        self.call = town.build_call(code="KILAT", entry="in_use", reviewers=2)
        self.stopping, self.enough, self.wanted = threading.Event(), threading.Event(), threading.Event()
        self.wanted.set()
        self.walks: list[str] = []
        self.finished: set[str] = set()
        self._turn = threading.Lock()
        self._count = 0
        self.proposers = [threading.Thread(target=self._propose, daemon=True) for _ in range(3)]
        self.committee = [threading.Thread(target=self._decide, args=(part,), daemon=True) for part in range(2)]
        self.committee.append(threading.Thread(target=self._audit, daemon=True))

    def start(self, *, proposing: bool = True) -> None:
        """Let everybody begin; without `proposing`, the committee alone."""
        self.proposers = self.proposers if proposing else []
        for thread in self.proposers + self.committee:
            thread.start()

    def stop_proposing(self) -> None:
        """No more ideas; the committee goes on until those it has taken are through."""
        self.enough.set()
        self.wanted.set()
        for thread in self.proposers:
            thread.join()

    def stop(self) -> None:
        """Everybody goes home."""
        self.stop_proposing()
        self.stopping.set()
        for thread in self.committee:
            thread.join()

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Nobody proposes meanwhile: what is left to do comes to an end."""
        self.wanted.clear()
        try:
            yield
        finally:
            self.wanted.set()

    @property
    def ideas(self) -> int:
        """How many ideas were acknowledged, as drafts at least."""
        return self.history.counts["draft"]

    def through(self) -> bool:
        """Whether every idea the committee took has come to its announcement."""
        return len(self.walks) >= self.load.walked and self.finished.issuperset(self.walks)

    def _propose(self) -> None:
        client, lead = Client(self.api, self.history), self.town["lead"]
        while not self.enough.is_set():
            self.wanted.wait()
            with self._turn:
                self._count += 1
                number = self._count
            drafted = draft_one(client, self.town, self.call, number)
            if drafted is not None and number % self.load.submit_every == 0:
                submitted = client.do(lead, "submit", f"/ideas/{drafted.idea}/submission", idea=drafted.idea)
                if number % (self.load.submit_every * RESENT) == 0:
                    client.send(lead, submitted)
                if len(self.walks) < self.load.walked:
                    self.walks.append(drafted.idea)
            if number > self.load.ideas:
                self.enough.wait(1)  # a trickle: every kill should find something under way

    def _audit(self) -> None:
        while not self.stopping.wait(AUDIT_SECONDS):
            self.history.torn.update(find_torn(self.town.store))

    def _decide(self, part: int) -> None:
        committee = Committee(Client(self.api, self.history), self.town, self.call)
        while not self.stopping.wait(LOOK_SECONDS):
            for idea in self.walks[part::2]:
                if idea not in self.finished and not self.stopping.is_set() and committee.advance(idea):
                    self.finished.add(idea)


def draft_one(client: Client, town: Town, call: str, number: int) -> Call | None:
    """Draft an idea of the lead and the mate, who joins; None when the draft was refused."""
    team = [{"employee_number": town[who].number, "share_hundredths": part} for who, part in (("lead", 6_000), ("mate", 4_000))]
    body = {"call_id": call, "title": f"Gagasan {number}", "sections": SECTIONS, "team": team}
    drafted = client.do(town["lead"], "draft", "/ideas", body)
    if drafted.outcome != ACKNOWLEDGED:
        return None
    drafted.idea = drafted.answer["id"]
    client.do(town["mate"], "agree", f"/ideas/{drafted.idea}/agreement", {"outcome": "joined"}, idea=drafted.idea)
    return drafted


class Committee:
    """Everybody who decides; knows for each stage whose turn it is."""

    def __init__(self, client: Client, town: Town, call: str) -> None:
        self.client, self.town, self.call = client, town, call
        self.done: set[tuple[str, str]] = set()
        self.by_id = {one.id: one for one in town.people.values()}

    def advance(self, idea: str) -> bool:
        """Take the idea one step further, if it is anybody's turn; answers whether its award is announced."""
        seen = self.client.see(self.town["secretary"], f"/ideas/{idea}")
        match seen["stage"] if seen else "":
            case "awaiting_permission":
                self._do("head", "permit", idea, "permission", {"outcome": "granted"})
            case "screening":
                self._do("secretary", "screen", idea, "screening", {"outcome": "accepted", "answers": MET})
            case "in_review":
                self._score(idea)
            case "shortlisted":
                self._do("chair", "recommend", idea, "recommendation", {"outcome": "feasible", "reason": REASON})
            case "recommended":
                decree = {"decree_number": f"100.3/1/{wall_now():%Y%m%d}", "decree_on": wall_now().date().isoformat()}
                self._do("deputy", "determine", idea, "determination", {"outcome": "adopted", **decree})
            case "rolled_out":
                return self._reward(idea)
        return False

    def _score(self, idea: str) -> None:
        for review in self.client.see(self.town["secretary"], f"/ideas/{idea}/reviews") or []:
            if review["state"] == "assigned":
                who = self.by_id[review["reviewer_id"]].who
                self._do(who, f"score by {who}", idea, "score", {"points": {"novelty": 90, "impact": 90}})

    def _reward(self, idea: str) -> bool:
        seen = self.client.see(self.town["leader"], f"/awards?call_id={self.call}&limit=200") or {"awards": []}
        award = next((a for a in seen["awards"] if a["idea_id"] == idea and a["stage"] != "revoked"), None)
        match award["stage"] if award else "":
            case "":
                self._do("secretary", "propose", idea, "awards", None)  # races with the flow that drafts it
            case "proposed":
                decree = {"decree_number": f"100.3/2/{wall_now():%Y%m%d}", "decree_on": wall_now().date().isoformat()}
                self._do("leader", "award_approve", idea, f"/awards/{award['id']}/approval", decree)
            case "approved":
                hour = (wall_now() + timedelta(seconds=1)).isoformat()
                self._do("leader", "award_schedule", idea, f"/awards/{award['id']}/schedule", {"announce_at": hour})
            case "scheduled" | "announced":
                return self._look_from_outside(award)
        return False

    def _look_from_outside(self, award: dict[str, Any]) -> bool:
        """The proposer sees nothing before the hour; when they do first is noted."""
        if self.client.see(self.town["lead"], f"/awards/{award['id']}") is None:
            return False
        self.client.history.seen_announced.setdefault(award["id"], wall_now())
        return True

    def _do(self, who: str, action: str, idea: str, path: str, body: Any) -> None:
        if (idea, action) in self.done:
            return
        call = self.client.do(self.town[who], action, path if path.startswith("/") else f"/ideas/{idea}/{path}", body, idea=idea)
        if call.outcome == ACKNOWLEDGED:  # an hour that passed while nobody answered is refused, and the next look names a later one
            self.done.add((idea, action))
