"""To which roles a policy may give a step; duties that always belong to different people never come into one role: docs/decisions/0005.

An office's plain step (a reason and no more) that stands in no row and bears no duty may go, like a gate, to any role that oversees
ideas. Every other action without a row belongs to a person (the lead, a reviewer, a pilot's owner) or to a flow and is given to no office.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from models.people import Role
from models.policy import Policy
from workflows.process.duties import ALWAYS, PAIRS, STEPS
from workflows.process.visibility import OVERSEERS
from workflows.process.ways import AWARD, IDEA, Relation, Way, require_known_steps

MOVERS = """
action      usual        others
permit      unit_head    secretariat
screen      secretariat  unit_head
assign      secretariat  chair
recommend   chair        verifier
determine   leader       chair
resume      secretariat  chair
reopen      secretariat  -
plan_pilot  secretariat  unit_head
verify      verifier     auditor
propose     secretariat  chair
approve     leader       -
schedule    leader       secretariat
revoke      leader       -
"""


@dataclass(frozen=True)
class Concentration:
    """Two steps that must be taken by different people, given to one role: the step that a policy moved, the other, the role."""

    moved: str
    other: str
    role: Role


def _read_movers() -> dict[str, tuple[Role, ...]]:
    rows = (line.split() for line in MOVERS.strip().splitlines()[1:])
    return {action: tuple(Role(word) for word in (usual, *others.split(",")) if word != "-") for action, usual, others in rows}


ALLOWED: dict[str, tuple[Role, ...]] = _read_movers()  # by action, the usual role first
require_known_steps({"MOVERS": ALLOWED}, IDEA, AWARD)
BEARING_DUTY = {step for steps in STEPS.values() for step in steps}
APART = tuple(pair for pair, word in PAIRS.items() if word == ALWAYS and STEPS[pair[0]] and STEPS[pair[1]])


def list_allowed(action: str, ways: Iterable[Way]) -> tuple[Role, ...]:
    """The roles to which a policy may give an action, the usual one first; none for what is no office's."""
    if action in ALLOWED or action in BEARING_DUTY:
        return ALLOWED.get(action, ())
    steps = [step for way in ways for step in way.of_action(action) if step.who is not None]
    if not any(step.relation == Relation.SCOPE for step in steps) or any(step.has_content for step in steps):
        return ()
    return tuple(dict.fromkeys(role for role in (steps[0].who, *OVERSEERS) if role is not None))


def list_concentrations(policy: Policy, *ways: Way) -> Iterator[Concentration]:
    """The steps of different people that a policy brings into one role, by steps that it might otherwise give away as it does."""
    for one, other in APART:
        for steps in product(STEPS[one], STEPS[other]):
            actions = [step.removeprefix("award_") for step in steps]
            roles = [_role_of(policy, action, ways) for action in actions]
            moved = next((action for action in actions if policy.movers.get(action) in ALLOWED.get(action, ())), None)
            if moved is not None and roles[0] == roles[1]:
                yield Concentration(moved, actions[0] if moved == actions[1] else actions[1], policy.movers[moved])


def _role_of(policy: Policy, action: str, ways: tuple[Way, ...]) -> Role | None:
    usual = (step.who for way in ways for step in way.of_action(action) if step.who is not None)
    return policy.movers.get(action) or next(usual, None)
