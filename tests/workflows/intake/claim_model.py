"""Claims as a person would tell their rules, knowing nothing of the code: who is told, who may file, decide and reopen, and what ends.

Each method answers the reasons for which a step may not be taken, and changes the model where there is none. Time is counted in days.
"""

from collections import Counter
from dataclasses import dataclass, field

DAYS = {"claim": 5, "determination": 4, "retention": 30}
MOST_BY_HAND = 1  # claims about one idea of which its lead was not told
SECRETARIAT = frozenset({"secretary", "stranger"})
LEADERS = frozenset({"leader", "deputy", "mate"})  # the mate's office is a leader's too
CHAIRS = frozenset({"chair"})
ADMINS = frozenset({"admin", "second_admin"})
OFFICES = SECRETARIAT | LEADERS | CHAIRS | {"head", "auditor"}  # they see every idea there is here
OPEN = ("told", "filed")


@dataclass
class Known:
    """An idea: one that was rejected, or one that was determined; `bearing` are those who took a step on it in office."""

    team: frozenset[str]
    lead: str
    topic: str
    place: int
    stage: str
    bearing: set[str]
    is_open: bool = False
    rejected_by: str = ""
    kept: int = 0


@dataclass
class Claim:
    """What is claimed of two ideas; until `due` it may be filed, and then decided."""

    first: str
    adopted: str
    state: str
    due: int
    is_told: bool
    is_late: bool = False


@dataclass
class Claims:
    """The ideas of an example by their ids, the claims by both ideas, and everybody who was told something."""

    day: int = 0
    ideas: dict[str, Known] = field(default_factory=dict)
    claims: dict[tuple[str, str], Claim] = field(default_factory=dict)
    letters: set[tuple[str, tuple[str, str], str]] = field(default_factory=set)
    notices: Counter[tuple[str, str]] = field(default_factory=Counter)

    def sees(self, who: str, idea: str) -> bool:
        """Whether somebody is of its team, or an office."""
        return who in self.ideas[idea].team or who in OFFICES

    def watch(self, adopted: str) -> None:
        """Whoever leads a near idea that is rejected and kept is told, once, unless it is of the same people or came later."""
        other = self.ideas[adopted]
        for name, idea in self.ideas.items():
            is_watched = idea.stage == "rejected" and idea.kept >= self.day and idea.place < other.place
            is_near = idea.topic == other.topic and idea.lead not in other.team
            if other.stage == "determined" and is_watched and is_near and (name, adopted) not in self.claims:
                self._open(Claim(name, adopted, "told", self.day + DAYS["claim"], is_told=True))
                self._write_to_lead(self.claims[name, adopted])

    def file(self, who: str, claim: Claim, *, is_long: bool) -> set[str]:
        """The lead of the first idea files what they were told of, in time."""
        why = self._why_not_own(who, claim) | (set() if is_long else {"text_too_short"})
        why |= {"claim_settled"} if claim.state != "told" else set()
        why |= {"claim_late"} if claim.state == "told" and claim.due < self.day else set()
        if not why:
            self._file(claim)
        return why

    def claim(self, who: str, first: str, adopted: str, *, is_long: bool) -> set[str]:
        """The lead of a rejected idea names by its code one that was determined and that they may know of."""
        idea, other, known = self.ideas[first], self.ideas[adopted], self.claims.get((first, adopted))
        if not self.sees(who, first):
            return {"idea_not_found"}
        is_known = other.stage == "determined" and (other.is_open or self.sees(who, adopted))
        by_hand = [each for each in self.claims.values() if each.first == first and not each.is_told]
        why = {
            "only_proposer": who != idea.lead,
            "adopted_unknown": not is_known,
            "text_too_short": not is_long,
            "idea_not_watched": idea.stage != "rejected" or idea.kept < self.day,
            "claim_settled": known is not None and known.state != "told",
            "claim_late": known is not None and known.state == "told" and known.due < self.day,
            "claims_used_up": known is None and len(by_hand) >= MOST_BY_HAND,
            "claims_own_idea": who in other.team,
            "claim_received_later": idea.place > other.place,
        }
        reasons = {code for code, holds in why.items() if holds}
        if not reasons:
            self._file(known or self._open(Claim(first, adopted, "filed", 0, is_told=False)))
        return reasons

    def withdraw(self, who: str, claim: Claim) -> set[str]:
        """The lead of the first idea takes the claim back."""
        why = self._why_not_own(who, claim) | ({"claim_settled"} if claim.state not in OPEN else set())
        if not why:
            claim.state = "withdrawn"
        return why

    def decide(self, who: str, claim: Claim, *, upholds: bool, is_long: bool) -> set[str]:
        """A leader or chair without part in either idea, and without a duty on one, decides what was filed."""
        both = self.ideas[claim.first], self.ideas[claim.adopted]
        if not all(self.sees(who, each) for each in (claim.first, claim.adopted)):
            return {"claim_not_found"}
        why = {
            "conflict_of_interest": any(who in each.team for each in both),
            "only_claim_decider": who not in LEADERS | CHAIRS,
            "has_other_duty": who in self.bearing(claim),
            "text_too_short": not is_long,
            "claim_not_filed": claim.state == "told",
            "claim_settled": claim.state not in OPEN,
        }
        reasons = {code for code, holds in why.items() if holds}
        if not reasons:
            claim.state = "upheld" if upholds else "dismissed"
            self._write_to_lead(claim)
            if upholds:
                self._tell("notice_claim_upheld", (SECRETARIAT | LEADERS) - self.teams(claim) - {who})
                self._tell("originator_named", both[1].team)
        return reasons

    def reopen(self, who: str, first: str) -> set[str]:
        """Another hand of the secretariat brings a rejected idea back while it is kept, and nothing of it is claimed."""
        idea, states = self.ideas[first], {each.state for each in self.claims.values() if each.first == first}
        why = self._why_not_secretariat(who, first) | ({"wrong_stage"} if idea.stage != "rejected" else set())
        if idea.stage == "rejected":
            why |= {"rejected_it_oneself"} if idea.rejected_by == who else set()
            why |= {"retention_over"} if idea.kept < self.day else set()
            why |= {"idea_claimed"} if states & {*OPEN, "upheld"} else set()
        if not why:
            idea.stage, idea.bearing = "screening", idea.bearing | {who}
        return why

    def turn_down(self, who: str, first: str) -> set[str]:
        """What was reopened is turned down once more, and kept anew."""
        idea = self.ideas[first]
        why = self._why_not_secretariat(who, first) | ({"wrong_stage"} if idea.stage != "screening" else set())
        if not why:
            idea.stage, idea.rejected_by, idea.kept = "rejected", who, self.day + DAYS["retention"]
            idea.bearing.add(who)
        return why

    def pass_days(self, days: int) -> None:
        """What is not filed in time lapses, a late decision is told of once, and an idea without an open claim ends after its time."""
        self.day += days
        for claim in self.claims.values():
            if claim.state == "told" and claim.due < self.day:
                claim.state = "lapsed"
            if claim.state == "filed" and claim.due < self.day and not claim.is_late:
                claim.is_late = True
                self._tell("claim_late", self.deciders(claim) | SECRETARIAT - self.teams(claim))
        for name, idea in self.ideas.items():
            is_open = any(each.first == name and each.state in OPEN for each in self.claims.values())
            if idea.stage == "rejected" and idea.kept < self.day and not is_open:
                idea.stage = "closed"

    def deciders(self, claim: Claim) -> frozenset[str]:
        """Who is left to decide."""
        return (LEADERS | CHAIRS) - self.bearing(claim) - self.teams(claim)

    def bearing(self, claim: Claim) -> set[str]:
        """Who took a step in office on either idea, or claimed the determined one as well: what comes of it is not theirs to say."""
        bearing = self.ideas[claim.first].bearing | self.ideas[claim.adopted].bearing
        for other in self.claims.values():
            if other.adopted == claim.adopted and other.state in ("filed", "upheld", "dismissed"):
                bearing |= {self.ideas[other.first].lead}
        return bearing

    def teams(self, claim: Claim) -> frozenset[str]:
        """The people of both ideas."""
        return self.ideas[claim.first].team | self.ideas[claim.adopted].team

    def _why_not_own(self, who: str, claim: Claim) -> set[str]:
        if not self.sees(who, claim.first):
            return {"claim_not_found"}
        return set() if who == self.ideas[claim.first].lead else {"only_proposer"}

    def _why_not_secretariat(self, who: str, idea: str) -> set[str]:
        if not self.sees(who, idea):
            return {"idea_not_found"}
        why = {"conflict_of_interest": who in self.ideas[idea].team, "only_secretariat": who not in SECRETARIAT}
        return {code for code, holds in why.items() if holds}

    def _open(self, claim: Claim) -> Claim:
        self.claims[claim.first, claim.adopted] = claim
        self.ideas[claim.first].kept = max(self.ideas[claim.first].kept, claim.due)
        return claim

    def _file(self, claim: Claim) -> None:
        idea, deciders = self.ideas[claim.first], self.deciders(claim)
        claim.state, claim.due = "filed", self.day + DAYS["determination"]
        idea.kept = max(idea.kept, claim.due)
        self._tell("notice_claim_filed", deciders)
        if not deciders:
            self._tell("claim_without_decider", (SECRETARIAT | ADMINS) - self.teams(claim))

    def _write_to_lead(self, claim: Claim) -> None:
        self.letters.add((self.ideas[claim.first].lead, (claim.first, claim.adopted), claim.state))

    def _tell(self, kind: str, people: frozenset[str]) -> None:
        self.notices.update((who, kind) for who in people)
