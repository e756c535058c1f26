"""Reads the tables: what a stage and a transition say, and the three ways that are made of them.

A slip of the pen (an unknown stage, role, relation, guard or job) stops the program at its start.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.people import Role
from workflows.process import tables
from workflows.process.jobs import JOB_STEPS

FLOW = "FLOW"
GATE_ACTION = "pass_gate"  # a policy's own gates: their stage, role and days stand in the policy
KEEP_CODE = "="
UPWARDS = "pass_up"
STEPS = ("intake", "review", "pilot", "reward", "recognition")  # as people see the way, and the topics of the flows
GUARDS = (
    *("apart", "call_open", "may_propose", "window", "gates", "overdue", "passed", "not_passed", "measured", "has_reading"),
    *("permission", "silence_grants", "silence_refuses", "silent", "has_pilot", "has_no_pilot"),
    *("answered", "unanswered", "free_to_join", "as_permitted", "not_as_permitted", "has_category"),
    *("unsealed", "entry_over"),
    *("passed_up", "quorum", "no_quorum", "unscored", "reviewers_left", "not_superior", "pilot_days", "not_below_owner"),
    *("earned", "no_award", "scored", "within_ceiling", "still_earned", "recomputes", "flawed", "hour_struck", "gate_open_now"),
    *("eligible", "within_quota", "still_eligible"),
    *("last_notice", "no_last_notice", "new_date"),
    *("other_hand", "kept", "unclaimed", "not_archived"),
)


class Relation(StrEnum):
    """How an actor must stand to the idea: its lead, in office over its unit or call, given it in person, asked to join, or anyhow."""

    LEAD = "lead"
    SCOPE = "scope"
    ASSIGNED = "assigned"
    ASKED = "asked"
    ANY = "any"


class Kind(StrEnum):
    """Whether a stage is the proposer's own, still to be decided, decided for the time being, or an end."""

    DRAFT = "draft"
    OPEN = "open"
    DECIDED = "decided"
    END = "end"


class Tone(StrEnum):
    """How a stage is shown: still the proposer's own, waiting for somebody, reached what was sought, over, or turned down."""

    QUIET = "quiet"
    WAITS = "waits"
    GOOD = "good"
    OVER = "over"
    NO = "no"
    NONE = "-"


class Reached(StrEnum):
    """What counts for a subject once it is in a stage: that an idea's result is verified, or that an award is given."""

    VERIFIED = "verified"
    GIVEN = "given"
    NONE = "-"


class Readers(StrEnum):
    """Who may read of a step in the idea's history."""

    ALL = "all"  # whoever sees the idea
    DECIDED = "decided"  # the committee at once, everybody else once the idea is decided
    COMMITTEE = "committee"
    PREPARERS = "preparers"  # those who prepare awards
    ANNOUNCED = "announced"  # everybody once the award was announced, before that those who prepare awards
    NOBODY = "-"  # it is no decision and stands in the ledger only


@dataclass(frozen=True)
class Stage:
    """Who is awaited in a stage and what follows when they are late.

    `days` is the policy's name for how long it may take; `late` is the job that is due once the date is past, `pass_up` (somebody above is
    asked), or both, where the policy says which; `tone` is how it is shown and `reached` what counts from there on; `step` is which of the
    five steps people see it on, empty for the one it had reached; `place` is column and row in the picture.
    """

    name: str
    awaits: str
    role: Role | None
    days: str
    late: str
    kind: Kind
    tone: Tone
    reached: Reached
    step: str
    place: str

    @property
    def is_ended(self) -> bool:
        """Whether people see that it goes no further here: it is over or turned down."""
        return self.tone in (Tone.OVER, Tone.NO)

    @property
    def late_job(self) -> str:
        """The job that is due once the date is past, as `topic.job`; empty where there is none."""
        return next((each for each in self.late.split(",") if "." in each), "")

    @property
    def is_passed_up(self) -> bool:
        """Whether somebody above is asked once the date is past."""
        return UPWARDS in self.late.split(",")


@dataclass(frozen=True)
class Transition:
    """One permitted step: from a stage, by an action with an outcome, to a target (None keeps the stage), by whom.

    `reason` is how many characters its reason must have at least, None where it takes none; `has_content` says that more belongs to it
    than a reason, so only its own function takes it. `code` is the reason code it leaves with the idea, `=` keeps the one there is.
    `milestone` is what an idea has reached by it, as the report of a call counts it.
    """

    stage: str | None
    action: str
    outcome: str | None
    target: str | None
    who: Role | None  # None: a flow
    relation: Relation
    reason: int | None
    has_content: bool
    guards: tuple[str, ...]
    code: str
    jobs: tuple[str, ...]
    readers: Readers
    milestone: str = ""


@dataclass(frozen=True)
class Way:
    """The stages and transitions of an idea, an award or a document."""

    name: str
    stages: dict[str, Stage]
    transitions: tuple[Transition, ...]

    def of_action(self, action: str) -> tuple[Transition, ...]:
        """Every transition of an action, whatever its stage: who may ever do this."""
        return tuple(transition for transition in self.transitions if transition.action == action)

    def action(self, name: str) -> str:
        """The name of an action of this way; raises ValueError for any other, so that a wrong name stops the program at its start."""
        _require(any(transition.action == name for transition in self.transitions), name, f"is no action of the way of the {self.name}")
        return name

    def is_plain(self, action: str) -> bool:
        """Whether a reason is all that an action ever takes, so that the common route and form serve."""
        found = self.of_action(action)
        return bool(found) and not any(transition.has_content for transition in found)

    def leaving(self, stage: str | None) -> tuple[Transition, ...]:
        """Every transition that begins in a stage."""
        return tuple(transition for transition in self.transitions if transition.stage == stage)

    def list_stages(self, *kinds: Kind) -> list[str]:
        """The names of the stages of these kinds, in the table's order."""
        return [stage.name for stage in self.stages.values() if stage.kind in kinds]

    def list_reached(self, reached: Reached) -> list[str]:
        """The names of the stages in which something counts, in the table's order."""
        return [stage.name for stage in self.stages.values() if stage.reached == reached]

    def list_awaiting(self, action: str) -> list[str]:
        """The names of the stages in which an action is awaited, in the table's order."""
        return [stage.name for stage in self.stages.values() if stage.awaits == action]

    def list_milestones(self) -> dict[str, list[Transition]]:
        """The milestones in the table's order, each with the steps by which it is reached."""
        reached: dict[str, list[Transition]] = {}
        for transition in self.transitions:
            if transition.milestone:
                reached.setdefault(transition.milestone, []).append(transition)
        return reached

    def waits_for_gates(self, stage: Stage) -> bool:
        """Whether what a stage awaits cannot be done while a gate is open there, so that nobody is asked for it yet."""
        return bool(stage.awaits) and all("gates" in each.guards for each in self.leaving(stage.name) if each.action == stage.awaits)

    def awaiting(self, action: str) -> Stage | None:
        """A stage in which an action is awaited, if there is one."""
        return next((stage for stage in self.stages.values() if stage.awaits == action), None)


def read_way(name: str, stages: str, transitions: str) -> Way:
    """A way from its two tables; raises ValueError naming the word that is wrong."""
    read = {stage.name: stage for stage in map(_read_stage, read_rows(stages))}
    way = Way(name, read, tuple(_read_transition(row, read) for row in read_rows(transitions)))
    actions = {transition.action for transition in way.transitions}
    for stage in read.values():
        _require(stage.awaits in {"", *actions}, stage.awaits, "is awaited and no action of the way")
    return way


def read_rows(table: str) -> Iterable[dict[str, str]]:
    """The lines of a table by their columns; `-` is read as nothing."""
    head, *lines = table.strip().splitlines()
    for line in lines:
        yield {column: "" if word == "-" else word for column, word in zip(head.split(), line.split(), strict=True)}


def _read_stage(row: dict[str, str]) -> Stage:
    for late in row["late"].split(","):
        _require(late in ("", UPWARDS, *JOB_STEPS), late, "is no job")
    _require(row["step"] in ("", *STEPS), row["step"], "is no step")
    role = Role(row["role"]) if row["role"] else None
    return Stage(
        name=row["stage"],
        awaits=row["awaits"],
        role=role,
        days=row["days"],
        late=row["late"],
        kind=Kind(row["kind"]),
        tone=Tone(row["tone"] or "-"),
        reached=Reached(row["reached"] or "-"),
        step=row["step"],
        place=row["place"],
    )


def _read_transition(row: dict[str, str], stages: dict[str, Stage]) -> Transition:
    for end in (row["stage"], row["target"]):
        _require(end in {"", *stages}, end, "is no stage of the way")
    guards, jobs = (tuple(word for word in row[column].split(",") if word) for column in ("guards", "jobs"))
    for guard in guards:
        _require(guard in GUARDS, guard, "is no guard")
    for job in jobs:
        _require(job in JOB_STEPS, job, "is no job")
    least = row["reason"].rstrip("+")
    return Transition(
        stage=row["stage"] or None,
        action=row["action"],
        outcome=row["outcome"] or None,
        target=row["target"] or None,
        who=None if row["who"] == FLOW else Role(row["who"]),
        relation=Relation(row["relation"]),
        reason=None if least in ("", "-") else int(least),
        has_content=row["reason"].endswith("+"),
        guards=guards,
        code=row["code"],
        jobs=jobs,
        readers=Readers(row["readers"] or "-"),
        milestone=row["milestone"],
    )


def require_known_steps(steps_by_row: Mapping[str, Iterable[str]], *ways: Way) -> None:
    """Raises ValueError where a row names a step that no way has; an award's may be named `award_propose`."""
    known = {name for way in ways for each in way.transitions for name in (each.action, f"{way.name}_{each.action}")}
    for row, steps in steps_by_row.items():
        for step in steps:
            _require(step in known, step, f"is no step of the process, in the row {row}")


def _require(holds: bool, word: str, problem: str) -> None:
    if not holds:
        raise ValueError(f"{word} {problem}")


def _read_jobs(table: str) -> dict[str, str]:
    jobs = {row["event"]: row["job"] for row in read_rows(table)}
    for job in jobs.values():
        _require(job in JOB_STEPS, job, "is no job")
    return jobs


JOBS = _read_jobs(tables.JOBS)  # by what happens
IDEA = read_way("idea", tables.IDEA_STAGES, tables.IDEA_TRANSITIONS)
AWARD = read_way("award", tables.AWARD_STAGES, tables.AWARD_TRANSITIONS)
DOCUMENT = read_way("document", tables.DOCUMENT_STAGES, tables.DOCUMENT_TRANSITIONS)
require_known_steps(JOB_STEPS, IDEA, AWARD, DOCUMENT)
