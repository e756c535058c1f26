"""Merges as a person would tell their rules, knowing nothing of the code: who is asked, what they agree to, and what stands afterwards.

Each method answers the reasons for which a step may not be taken, and changes the model where there is none. Shares are hundredths of a
percent.
"""

from dataclasses import dataclass, field

WHOLE, MOST = 10_000, 4
MERGING = ("awaiting_permission", "screening", "supplement_asked")
OFFICES = ("head", "secretary", "chair")  # they see every idea there is here
Terms = tuple[object, ...]


@dataclass
class Known:
    """An idea; `permitted` are the teams that its head let go on."""

    lead: str
    team: dict[str, int]
    place: int
    stage: str
    text: int = 0
    permitted: list[dict[str, int]] = field(default_factory=list)
    is_accepted: bool = False


@dataclass
class Merge:
    """What is proposed of two ideas, and what came of it: `waiting`, `ended`, `standing` or `undone`."""

    earlier: str
    later: str
    asked_by: str
    shares: dict[str, int]
    is_said: bool
    terms: Terms = ()
    opened: set[str] = field(default_factory=set)
    agreed: set[str] = field(default_factory=set)
    state: str = "waiting"
    before: tuple[str, dict[str, int]] = ("", {})  # the stage that the later one left, and the earlier one's team
    apart: set[str] = field(default_factory=set)  # who would have both be two again


@dataclass
class Merges:
    """The ideas of an example by their ids, and every merge of them."""

    needs_permission: bool
    ideas: dict[str, Known] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)

    def sees(self, who: str, idea: str) -> bool:
        """Whether somebody is of its team, of the team of what it has joined, or an office."""
        joined = [each.earlier for each in self.merges if each.later == idea and each.state == "standing"]
        return who in OFFICES or any(who in self.ideas[each].team for each in (idea, *joined))

    def propose(self, who: str, one: str, other: str) -> set[str]:
        """Who screens both, or leads one and sees the other, proposes that both become one."""
        if not self.sees(who, one):
            return {"idea_not_found"}
        if who in self.ideas[one].team and who != self.ideas[one].lead:
            return {"only_proposer"}
        if one == other or not self.sees(who, other):
            return {"link_unknown"}
        earlier, later = sorted((one, other), key=lambda each: self.ideas[each].place)
        teams = [self.ideas[each].team for each in (earlier, later)]
        people, about = teams[0] | teams[1], [each for each in self.merges if {each.earlier, each.later} & {one, other}]
        shares = {each: sum(team.get(each, 0) for team in teams) // 2 for each in people}
        new = Merge(earlier, later, who, shares, is_said=who == "secretary")
        why = self._why_not_join(new)
        if who != "secretary" and who not in self._leads(new):
            why |= {"conflict_of_interest" if who in people else "only_proposer"}
        if any(each.state == "waiting" and self._is_alive(each) for each in about):
            why |= {"merge_waits"}
        if not why:
            for each in about:  # what cannot come about any more
                each.state = "ended" if each.state == "waiting" else each.state
            new.terms, new.opened = self._terms(new), {who} & self._leads(new)
            self.merges.append(new)
        return why

    def open(self, who: str, merge: Merge) -> set[str]:
        """A lead lets the other team read their idea."""
        why = self._why_not_known(who, merge) or self._why_not_lead(who, merge)
        if not why:
            merge.opened.add(who)
        return why

    def share(self, who: str, merge: Merge, shares: dict[str, int]) -> set[str]:
        """A lead divides the whole anew; everybody is asked again where what they agreed to is another."""
        unknown = self._why_not_known(who, merge)
        if unknown:
            return unknown
        why = self._why_not_lead(who, merge) | (set() if self._is_opened(merge) else {"merge_not_opened"})
        why |= {"merge_changed_since"} if merge.shares.keys() != self._people(merge) else set()
        why |= {"merge_shares_unknown"} if shares.keys() != merge.shares.keys() else set()
        why |= {"shares_do_not_sum"} if sum(shares.values()) != WHOLE else set()
        why |= {"share_of_nothing"} if min(shares.values()) < 1 else set()
        if not why:
            merge.shares = shares
            if merge.terms != self._terms(merge):
                merge.terms, merge.agreed = self._terms(merge), set()
        return why

    def agree(self, who: str, merge: Merge, *, is_stale: bool) -> set[str]:
        """Somebody agrees for themself to what they saw; with the last of them it comes about, where the office has said so."""
        unknown = self._why_not_known(who, merge)
        if unknown:
            return unknown
        why = set() if who in merge.shares else {"only_asked"}
        why |= set() if self._is_opened(merge) else {"merge_not_opened"}
        why |= {"merge_changed_since"} if is_stale or merge.terms != self._terms(merge) else set()
        if who in merge.agreed and not why:
            return set()
        why |= self._why_not_join(merge)
        if not why:
            merge.agreed.add(who)
            if merge.is_said and merge.agreed == merge.shares.keys():
                self._join(merge)
        return why

    def refuse(self, who: str, merge: Merge) -> set[str]:
        """One no of somebody who is asked, or of who proposed it, ends it."""
        why = self._why_not_known(who, merge) or (set() if who in merge.shares or who == merge.asked_by else {"only_asked"})
        if not why:
            merge.state = "ended"
        return why

    def confirm(self, who: str, merge: Merge, *, confirms: bool) -> set[str]:
        """The office says that both are one, once everybody has agreed, or that they are not."""
        why = self._why_not_known(who, merge) or (set() if who == "secretary" else {"only_secretariat"})
        if why or not confirms:
            merge.state = merge.state if why else "ended"
            return why
        why = self._why_not_join(merge) | (set() if merge.agreed == merge.shares.keys() else {"merge_unanswered"})
        why |= {"merge_changed_since"} if merge.terms != self._terms(merge) else set()
        if not why:
            self._join(merge)
        return why

    def undo(self, who: str, merge: Merge) -> set[str]:
        """The office with one lead's word lets both be two again, or all members do, until the review begins; what joined last goes first.

        Once the earlier one has ended the office needs nobody.
        """
        earlier = self.ideas[merge.earlier]
        if not self._knows(who, merge):
            return {"merge_not_found"}
        if merge.state != "standing":
            return {"merge_not_standing"}
        why = {
            "merge_review_began": earlier.is_accepted,
            "merge_team_changed": earlier.team != merge.shares,
            "only_office_separates": who != "secretary" and earlier.stage not in MERGING,
            "merge_no_lead_agreed": who == "secretary" and earlier.stage in MERGING and not merge.apart & self._leads(merge),
        }
        reasons = {code for code, holds in why.items() if holds}
        if not reasons:
            merge.apart.add(who)
            if who == "secretary" or merge.apart == merge.shares.keys():
                self._separate(merge)
        return reasons

    def stay(self, who: str, merge: Merge) -> set[str]:
        """One who stays with it asks all anew."""
        if who == "secretary" or not self._knows(who, merge):
            return {"merge_not_found"}
        if merge.state != "standing" or not merge.apart:
            return {"merge_not_standing"}
        merge.apart = set()
        return set()

    def go_on(self, who: str, idea: str, step: str, outcome: str = "") -> set[str]:
        """A head permits, the secretariat screens, a lead completes or withdraws, as if no other idea were about."""
        known = self.ideas[idea]
        if not self.sees(who, idea):
            return {"idea_not_found"}
        whose = {"permit": "head", "screen": "secretary"}.get(step, known.lead)
        stages = {"permit": MERGING[:1], "screen": MERGING[1:2], "supplement": MERGING[2:], "withdraw": (*MERGING, "in_review")}[step]
        # the secretariat may permit what was passed up to it, and whoever of it screened is told of that duty instead
        by_office = {"permit": {"only_unit_head", "has_other_duty"}, "screen": {"only_secretariat"}}.get(step)
        why = set() if who == whose else (by_office or {"only_proposer"}) | ({"conflict_of_interest"} if who in known.team else set())
        why |= set() if known.stage in stages else {"wrong_stage"}
        if not why:
            self._take(known, step, outcome)
        return why

    def _take(self, known: Known, step: str, outcome: str) -> None:
        if step == "supplement":
            known.text += 1
            outcome = "unseen" if self._must_be_seen(known) else "seen"
        if (step, outcome) == ("permit", "granted"):
            known.permitted.append(known.team)
        known.is_accepted = known.is_accepted or outcome == "accepted"
        after = {"granted": "screening", "refused": "closed", "accepted": "in_review", "returned": "supplement_asked"}
        known.stage = {**after, "rejected": "rejected", "seen": "screening", "unseen": "awaiting_permission", "": "withdrawn"}[outcome]

    def _join(self, merge: Merge) -> None:
        earlier, later = self.ideas[merge.earlier], self.ideas[merge.later]
        merge.state, merge.before = "standing", (later.stage, earlier.team)
        later.stage = "closed"
        if earlier.team != merge.shares and earlier.stage == "screening" and self.needs_permission:
            earlier.stage = "awaiting_permission"
        earlier.team = merge.shares

    def _separate(self, merge: Merge) -> None:
        earlier, later = self.ideas[merge.earlier], self.ideas[merge.later]
        merge.state, (later.stage, earlier.team) = "undone", merge.before
        if earlier.stage in MERGING[:2] and earlier.team != merge.shares:
            earlier.stage = "awaiting_permission" if self._must_be_seen(earlier) else "screening"

    def _must_be_seen(self, known: Known) -> bool:
        return self.needs_permission and known.team not in known.permitted

    def _why_not_known(self, who: str, merge: Merge) -> set[str]:
        if not self._knows(who, merge):
            return {"merge_not_found"}
        return set() if merge.state == "waiting" else {"merge_settled"}

    def _why_not_lead(self, who: str, merge: Merge) -> set[str]:
        why = {"only_proposer": who not in self._leads(merge), "merge_stage": not self._is_alive(merge)}
        return {code for code, holds in why.items() if holds}

    def _why_not_join(self, merge: Merge) -> set[str]:
        joined = any(each.earlier == merge.later and each.state == "standing" for each in self.merges)
        too_many = len(self._people(merge)) > MOST
        why = {"merge_stage": not self._is_alive(merge), "merge_has_joined": joined, "merge_team_too_large": too_many}
        return {code for code, holds in why.items() if holds}

    def _knows(self, who: str, merge: Merge) -> bool:
        return who == "secretary" or who in self._leads(merge) or (who in merge.shares and self._is_opened(merge))

    def _is_opened(self, merge: Merge) -> bool:
        return merge.opened == self._leads(merge)

    def _is_alive(self, merge: Merge) -> bool:
        return all(self.ideas[each].stage in MERGING for each in (merge.earlier, merge.later))

    def _leads(self, merge: Merge) -> set[str]:
        return {self.ideas[merge.earlier].lead, self.ideas[merge.later].lead}

    def _people(self, merge: Merge) -> set[str]:
        return {*self.ideas[merge.earlier].team, *self.ideas[merge.later].team}

    def _terms(self, merge: Merge) -> Terms:
        both = [self.ideas[each] for each in (merge.earlier, merge.later)]
        return merge.shares, [each.team for each in both], [each.text for each in both]
