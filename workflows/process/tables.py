"""The process on one screen: the idea's way and the award's way, as two tables.

A row reads: in this stage, this action with this outcome leads to that stage, done by this mover, who must stand in this
relation to the idea. What is not in a table is refused. `-` is nothing: no outcome, no stage yet, no change of stage.
Movers are roles, or FLOW for what nobody must decide. A call's policy may give an action to another role (`movers`).
Relations: `lead` (the lead proposer), `scope` (the role covers the idea's unit or its call, and the person has no part in
the idea), `assigned` (was given this idea), `any`.
"""

from dataclasses import dataclass
from enum import StrEnum

from models.people import Role
from models.stages import AwardStage, IdeaStage

FLOW = "FLOW"

IDEA_WAY = """
stage                action             outcome            target               mover        relation
-                    draft              -                  draft                proposer     any
draft                revise             -                  -                    proposer     lead
draft                submit             -                  submitted            proposer     lead
draft                withdraw           -                  withdrawn            proposer     lead
submitted            withdraw           -                  withdrawn            proposer     lead
submitted            route              permission         awaiting_permission  FLOW         any
submitted            route              screening          screening            FLOW         any
awaiting_permission  permit             granted            screening            unit_head    scope
awaiting_permission  permit             refused            closed               unit_head    scope
awaiting_permission  withdraw           -                  withdrawn            proposer     lead
screening            screen             accepted           in_review            secretariat  scope
screening            screen             returned           supplement_asked     secretariat  scope
screening            screen             duplicate          closed               secretariat  scope
screening            screen             rejected           rejected             secretariat  scope
screening            withdraw           -                  withdrawn            proposer     lead
supplement_asked     supplement         -                  screening            proposer     lead
supplement_asked     expire             -                  closed               FLOW         any
supplement_asked     withdraw           -                  withdrawn            proposer     lead
in_review            assign             -                  -                    secretariat  scope
in_review            assign             -                  -                    FLOW         any
in_review            score              -                  -                    reviewer     assigned
in_review            recuse             -                  -                    reviewer     assigned
in_review            close_review       passed             shortlisted          FLOW         any
in_review            close_review       below_mark         -                    FLOW         any
in_review            recommend          not_feasible       recommended          chair        scope
in_review            recommend          deferred           recommended          chair        scope
in_review            withdraw           -                  withdrawn            proposer     lead
shortlisted          draft_recommend    -                  -                    FLOW         any
in_review            draft_recommend    -                  -                    FLOW         any
shortlisted          recommend          feasible           recommended          chair        scope
shortlisted          recommend          not_feasible       recommended          chair        scope
shortlisted          recommend          deferred           recommended          chair        scope
shortlisted          withdraw           -                  withdrawn            proposer     lead
recommended          determine          adopted            determined           leader       scope
recommended          determine          deferred           deferred             leader       scope
recommended          determine          rejected           rejected             leader       scope
deferred             resume             -                  shortlisted          secretariat  scope
deferred             expire             -                  closed               FLOW         any
determined           plan_pilot         -                  -                    secretariat  scope
determined           start_pilot        -                  in_pilot             FLOW         any
determined           roll_out           -                  rolled_out           FLOW         any
in_pilot             measure            -                  -                    pilot_owner  assigned
in_pilot             conclude           -                  pilot_reported       pilot_owner  assigned
pilot_reported       compute_result     -                  -                    FLOW         any
pilot_reported       verify             roll_out           rolled_out           verifier     scope
pilot_reported       verify             extend             in_pilot             verifier     scope
pilot_reported       verify             stop               stopped              verifier     scope
rejected             close              -                  closed               FLOW         any
"""

AWARD_WAY = """
stage                action             outcome            target               mover        relation
-                    propose            -                  proposed             secretariat  scope
-                    propose            -                  proposed             FLOW         any
proposed             approve            approved           approved             leader       scope
proposed             approve            declined           revoked              leader       scope
approved             schedule           -                  scheduled            leader       scope
scheduled            schedule           -                  scheduled            leader       scope
scheduled            announce           -                  announced            FLOW         any
approved             revoke             -                  revoked              leader       scope
scheduled            revoke             -                  revoked              leader       scope
announced            revoke             -                  revoked              leader       scope
"""

GATE_ACTION = "pass_gate"  # a policy's own gates: the role and the stage stand in the policy


class Relation(StrEnum):
    """How an actor must stand to the idea."""

    LEAD = "lead"
    SCOPE = "scope"
    ASSIGNED = "assigned"
    ANY = "any"


@dataclass(frozen=True)
class Transition:
    """One permitted step; `target` None keeps the stage."""

    stage: str | None
    action: str
    outcome: str | None
    target: str | None
    mover: Role | str
    relation: Relation

    @property
    def refusal(self) -> str:
        """The code told to somebody else who tries: `only_chair`, …"""
        return f"only_{self.mover}"


def read_table(text: str, stages: type[StrEnum]) -> tuple[Transition, ...]:
    """The cells of a table; a row with an unknown stage, mover or relation stops the program at its start."""

    def stage(word: str) -> str | None:
        return None if word == "-" else stages(word).value

    transitions = []
    for line in text.strip().splitlines()[1:]:
        at, action, outcome, target, mover, relation = line.split()
        moved = FLOW if mover == FLOW else Role(mover)
        transitions.append(Transition(stage(at), action, None if outcome == "-" else outcome, stage(target), moved, Relation(relation)))
    return tuple(transitions)


IDEA_TRANSITIONS = read_table(IDEA_WAY, IdeaStage)
AWARD_TRANSITIONS = read_table(AWARD_WAY, AwardStage)


def transitions_for(transitions: tuple[Transition, ...], action: str) -> tuple[Transition, ...]:
    """Every cell of an action, whatever its stage: who may ever do this."""
    return tuple(transition for transition in transitions if transition.action == action)


def outcomes_of(transitions: tuple[Transition, ...], action: str, stage: str | None) -> tuple[str, ...]:
    """The outcomes an action may have in a stage, in the table's order."""
    return tuple(
        transition.outcome for transition in transitions if transition.action == action and transition.stage == stage and transition.outcome
    )
