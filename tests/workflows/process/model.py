"""The process as a few lines of plain Python that know nothing of the code: what the story's every step must lead to."""

from dataclasses import dataclass, field

from tests.workflows.process.test_ways import permitted_by_hand, written_by_hand

LINES = permitted_by_hand()
REVIEWERS = ("reviewer1", "reviewer2", "reviewer3", "reviewer4")
OFFICES = {
    "lead": ("proposer", "lead"),
    "mate": ("proposer", "member"),
    "stranger": ("proposer", "elsewhere"),
    "head": ("unit_head", "over_unit"),
    "other_head": ("unit_head", "elsewhere"),
    "secretary": ("secretariat", "over_call"),
    "chair": ("chair", "over_call"),
    "verifier": ("verifier", "over_call"),
    "leader": ("leader", "over_call"),
    "deputy": ("leader", "over_call"),
    "auditor": ("auditor", "over_call"),
    "admin": ("admin", "over_call"),
}
WHO = (*OFFICES, *REVIEWERS, "owner")
AWAITED_OTHERWISE = ("in_review", "determined")  # of each reviewer who owes points, or until there is a plan
TASKS = {
    line["stage"]: line["awaits"]
    for line in written_by_hand("stages")
    if line["way"] == "idea" and line["awaits"] != "-" and line["kind"] != "draft" and line["stage"] not in AWAITED_OTHERWISE
}
ENDED = ("declined", "revoked")
NEEDED = 2  # reviewers that the story's policy asks for; its quorum is all of them


@dataclass
class IdeaModel:
    """One idea as the model sees it; points by reviewer, None while they are owed."""

    stage: str = "draft"
    award: str = "-"
    points: dict[str, int | None] = field(default_factory=dict)
    recused: set[str] = field(default_factory=set)
    most: int = NEEDED + 2  # who may be asked in all, whoever steps back
    short_of_hands: bool = False
    planned: bool = False
    measured: bool = False
    determined_by: set[str] = field(default_factory=set)
    approved_by: set[str] = field(default_factory=set)
    rejected_by: str = ""

    def relation(self, who: str) -> tuple[str, str]:
        """The role somebody holds and how they stand to the idea."""
        if who in REVIEWERS:
            return "reviewer", "reviews_it" if who in self.points else "elsewhere"
        if who == "owner":
            return "pilot_owner", "owns_pilot" if self.planned else "elsewhere"
        return OFFICES[who]

    def target(self, action: str, outcome: str, who: str, subject: str = "") -> str | None:
        """Where a step leads, None where it must be refused."""
        role, relation = self.relation(who)
        way, stage = ("award", self.award) if action in ("propose", "approve", "schedule", "revoke") else ("idea", self.stage)
        stage = "-" if action == "propose" and stage in ENDED else stage
        said = {LINES.get((way, stage, action, outcome, each, relation)) for each in (role, "any")} - {None}
        apart = {"approve": self.determined_by, "determine": self.approved_by}.get(action, ())  # of all others each has one duty
        return said.pop() if said and who not in apart and self._holds(action, outcome, who, subject) else None

    def _holds(self, action: str, outcome: str, who: str, subject: str) -> bool:
        """What the table does not say."""
        if action == "assign":
            return self.left > 0 and subject not in self.points and subject not in self.recused
        if action == "propose":
            return self.stage == "rolled_out"
        if action == "reopen":
            return who != self.rejected_by
        if action == "resume":
            return outcome == ("passed" if self.passes else "below_mark")
        return action != "conclude" or self.measured

    def take(self, action: str, target: str, who: str, subject: str = "", points: int = 0) -> None:
        """The step was taken."""
        if action == "determine":
            self.determined_by.add(who)
        elif action == "approve":
            self.approved_by.add(who)
        if action in ("propose", "approve", "schedule", "revoke"):
            self.award = target
            return
        if action == "score":
            self.points[who] = points
        elif action == "recuse":
            del self.points[who]
            self.recused.add(who)
        elif action == "assign":
            self.points[subject] = None
            self.short_of_hands = self.short_of_hands and len(self.points) < NEEDED and self.left > 0
        self.planned = self.planned or action == "plan_pilot"
        self.measured = self.measured or action == "measure"
        if action == "reopen":  # what was scored counts no more, and whoever stepped back is not asked again
            self.points, self.most = {}, self.most + len(self.recused)
        if target == "rejected":
            self.rejected_by = who
        if target != self.stage:
            self.stage, self.short_of_hands = target, False

    def assign_evenly(self, chosen: list[str]) -> None:
        """The flow asked these reviewers."""
        self.points |= dict.fromkeys(chosen)
        self.short_of_hands = self.short_of_hands or (len(self.points) < NEEDED and self.left > 0)

    @property
    def left(self) -> int:
        """How many more the policy lets be asked."""
        return self.most - len(self.points) - len(self.recused)

    @property
    def missing(self) -> int:
        """How many reviewers the flow must still ask, as far as there are any and the policy lets it."""
        unasked = len(REVIEWERS) - len(self.points) - len(self.recused)
        return max(0, min(NEEDED - len(self.points), unasked, self.left))

    def close_review(self) -> None:
        """The flow closes a review when nothing is owed and enough was given."""
        given = [points for points in self.points.values() if points is not None]
        if self.stage == "in_review" and len(given) == len(self.points) >= NEEDED:
            self.short_of_hands = False
            self.stage = "shortlisted" if self.passes else "below_mark"

    @property
    def passes(self) -> bool:
        """Whether the scores that were given reach the mark together."""
        given = [points for points in self.points.values() if points is not None]
        return sum(given) >= 60 * len(given)

    @property
    def awaited(self) -> list[str]:
        """Every task that stands in somebody's inbox."""
        asked = [TASKS[self.stage]] if self.stage in TASKS else []
        if self.stage == "in_review":
            owed = ["score" for points in self.points.values() if points is None]
            asked = owed + ["assign"] * self.short_of_hands
        if self.stage == "determined" and not self.planned:
            asked = ["plan_pilot"]
        return sorted(asked + {"proposed": ["approve"], "approved": ["schedule"]}.get(self.award, []))
