"""The gates of a policy that an idea still has to pass, and which of them may be passed now."""

from sqlmodel import Session

from models.policy import GateRule
from models.statements.ideas import read_open_gates
from workflows.process.context import IdeaContext


def list_open_gates(session: Session, context: IdeaContext) -> list[GateRule]:
    """The policy's gates that block the idea's present stage, in the policy's order."""
    if not any(rule.stage == context.idea.stage for rule in context.policy.gates):
        return []
    names = read_open_gates(session, context.idea.id, context.idea.stage)
    return [rule for rule in context.policy.gates if rule.name in names]


def is_next(rule: GateRule, still_open: list[GateRule]) -> bool:
    """Whether a gate may be passed now: it is open, and none that comes before it is."""
    names = {each.name for each in still_open}
    return rule.name in names and not names & set(rule.after)
