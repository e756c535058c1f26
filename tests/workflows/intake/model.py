"""Intake as a few lines of plain Python that know nothing of the code: what becomes of an idea, its team, its files and its gates.

Each method answers whether the step may be taken, and changes the model only then. Shares are hundredths of a percent.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field

LEAD, WHOLE, MOST_FILES = "lead", 10_000, 2
WRITING = ("draft", "supplement_asked")
ENDED = ("in_review", "closed", "rejected", "withdrawn")
GATES = {"hearing": ("awaiting_permission", "verifier"), "check": ("screening", "verifier"), "visit": ("screening", "chair")}
AFTER = {"visit": "check"}


@dataclass
class Invited:
    """Somebody who was asked: to which share, and what they answered."""

    share: int
    answer: str = "asked"


@dataclass
class Intake:
    """One idea of the lead's, from draft to the end of its intake; `said` holds title, budget and the section that is written."""

    said: dict[str, str]
    needs_permission: bool = True
    silence: str = ""  # what the call makes of a head who does not answer: granted, refused, or nothing
    stage: str = "draft"
    team: dict[str, int] = field(default_factory=lambda: {LEAD: WHOLE})
    invited: dict[str, Invited] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    revision: int = 0
    has_code: bool = False
    returned: dict[str, str] = field(default_factory=dict)
    may_change: frozenset[str] = frozenset()
    put_up: set[str] = field(default_factory=set)
    passed: set[str] = field(default_factory=set)

    def write(self, who: str, said: dict[str, str], named: Mapping[str, int]) -> bool:
        """The draft says something else, or what completes the idea is put by; nobody named means the lead alone, or the team as it was."""
        if who != LEAD or self.stage not in WRITING or (named and sum(named.values()) != WHOLE):
            return False
        is_anew = any(said[part] != self.said[part] for part in ("title", "budget"))
        if self.stage == "draft":
            named = named or {LEAD: WHOLE}
            kept = {} if is_anew else self.team
            self.team = {each: share for each, share in named.items() if each == LEAD or kept.get(each) == share}
            self.invited = {each: Invited(share) for each, share in named.items() if each not in self.team}
        elif not self._complete(said, dict(named) or self._present(), is_anew):
            return False
        self.said, self.revision = said, self.revision + 1
        return True

    def _complete(self, said: dict[str, str], named: dict[str, int], is_anew: bool) -> bool:
        changed = {part for part in said if said[part] != self.returned[part]} | ({"team"} if named != self.team else set())
        if changed - self.may_change - ({"team"} if named == self._present() else set()):
            return False
        joined = {each for each, known in self.invited.items() if known.answer == "joined" and named.get(each) == known.share}
        stays = {LEAD} if is_anew else {LEAD} | joined
        asks = changed & {"title", "budget", "team"}
        self.invited = {each: Invited(share, "joined" if each in stays else "asked") for each, share in named.items()} if asks else {}
        return True

    def _present(self) -> dict[str, int]:
        return {each: known.share for each, known in self.invited.items() if known.answer != "not_joined"} or self.team

    def answer(self, who: str, *, joins: bool) -> bool:
        """Somebody who is asked joins or stays out; what they leave goes to the lead."""
        if self.stage not in WRITING or who not in self.invited or self.invited[who].answer != "asked":
            return False
        mine = self.invited[who]
        mine.answer = "joined" if joins else "not_joined"
        if not joins:
            self._give_to_lead(mine.share)
        elif self.stage == "draft":
            self.team[who] = self.invited.pop(who).share
        return True

    def _give_to_lead(self, share: int) -> None:
        if self.stage == "draft":
            self.team[LEAD] += share
        else:
            self.invited[LEAD].share += share

    def hand_in(self, who: str, *, without_unanswered: bool) -> bool:
        """The draft is submitted, or the completed idea sent: where all have answered, or are left out; nobody of the team is left out."""
        after = deepcopy(self)
        if who != LEAD or self.stage not in WRITING or not after._has_answers(without_unanswered=without_unanswered):
            return False
        if self.stage == "draft":
            after.stage, after.has_code = "submitted", True
        else:
            joined = {each: known.share for each, known in after.invited.items() if known.answer == "joined"}
            after.team, is_changed = joined or after.team, bool(after.invited)
            after._enter("awaiting_permission" if is_changed and self.needs_permission else "screening")
        after.invited = {}
        vars(self).update(vars(after))
        return True

    def _has_answers(self, *, without_unanswered: bool) -> bool:
        for each in [each for each, known in self.invited.items() if known.answer == "asked" and each not in self.team]:
            if without_unanswered:
                self._give_to_lead(self.invited.pop(each).share)
        return all(known.answer != "asked" for known in self.invited.values())

    def attach(self, who: str, file: str) -> bool:
        """A file is added, in a revision of its own."""
        if not self._may_change_files(who) or file in self.files or len(self.files) >= MOST_FILES:
            return False
        self.files, self.revision = [*self.files, file], self.revision + 1
        return True

    def detach(self, who: str, file: str) -> bool:
        """A file is taken out."""
        if not self._may_change_files(who) or file not in self.files:
            return False
        self.files, self.revision = [each for each in self.files if each != file], self.revision + 1
        return True

    def _may_change_files(self, who: str) -> bool:
        return who == LEAD and (self.stage == "draft" or (self.stage == "supplement_asked" and "files" in self.may_change))

    def route(self) -> None:
        """A flow passes on what was submitted."""
        if self.stage == "submitted":
            self._enter("awaiting_permission" if self.needs_permission else "screening")

    def pass_gate(self, who: str, gate: str) -> bool:
        """A gate is passed by its office, in its stage, after the one before."""
        stage, office = GATES[gate]
        if who != office or self.stage != stage or gate in self.passed or AFTER.get(gate, gate) not in {gate, *self.passed}:
            return False
        self.passed.add(gate)
        return True

    def permit(self, who: str, *, granted: bool) -> bool:
        """The head of the lead's unit decides."""
        if who != "head" or self.stage != "awaiting_permission" or self.open_gates:
            return False
        self._enter("screening" if granted else "closed")
        return True

    def let_the_head_be_silent(self) -> None:
        """The head's days pass: the call's rule decides, where it has one and the head was asked."""
        if self.silence and self.stage == "awaiting_permission" and not self.open_gates:
            self._enter("screening" if self.silence == "granted" else "closed")

    def screen(self, who: str, outcome: str, parts: frozenset[str]) -> bool:
        """The secretariat accepts, rejects, or returns the idea with the parts that may be changed."""
        if who != "secretary" or self.stage != "screening" or self.open_gates:
            return False
        if outcome == "returned":
            self.returned, self.may_change = self.said, parts
        self._enter({"returned": "supplement_asked", "accepted": "in_review"}.get(outcome, outcome))
        return True

    def withdraw(self, who: str) -> bool:
        """The lead takes the idea back."""
        if who != LEAD or self.stage in ("closed", "rejected", "withdrawn"):
            return False
        self.stage, self.invited = "withdrawn", {}
        return True

    def _enter(self, stage: str) -> None:
        self.stage = stage
        self.put_up |= {gate for gate, (where, _) in GATES.items() if where == stage}

    @property
    def open_gates(self) -> list[str]:
        """The gates of this stage that are not passed, in order."""
        return [gate for gate, (stage, _) in GATES.items() if stage == self.stage and gate not in self.passed]

    @property
    def awaited(self) -> set[tuple[str, str]]:
        """Every task that waits, with whom it is asked of in person."""
        asked = {("agree", each) for each, known in self.invited.items() if known.answer == "asked"}
        if self.stage == "draft":
            return asked | ({("revise", LEAD)} if any(known.answer == "not_joined" for known in self.invited.values()) else set())
        if self.open_gates:
            return {(f"gate:{self.open_gates[0]}", "")}
        waits = {"awaiting_permission": ("permit", ""), "screening": ("screen", ""), "supplement_asked": ("supplement", LEAD)}
        return asked | ({waits[self.stage]} if self.stage in waits else set())
