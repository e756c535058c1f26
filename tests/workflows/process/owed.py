"""What is owed of the one idea in a database, as its rows alone tell it, and whether that is exactly one next step."""

from dataclasses import dataclass
from decimal import Decimal

from sqlmodel import col, select

from models.awards import Award
from models.calls import Call
from models.database import Database
from models.ideas import Idea
from models.inbox import InboxItem
from models.outbox import Message, MessageState
from tests.workflows.turns import STAGES
from workflows.process import ways
from workflows.process.context import read_policy_of
from workflows.process.lateness import find_late_job
from workflows.process.ways import Kind

UNHANDLED = select(Message).where(col(Message.topic).in_(STAGES), Message.state != MessageState.HANDLED)
WAITING = (
    select(Message.topic).where(col(Message.topic).in_(STAGES), Message.state == MessageState.WAITING, Message.attempts == 0).distinct()
)
ITEMS = select(InboxItem).where(col(InboxItem.done_at).is_(None))
IDEA, AWARD, CALL = select(Idea), select(Award).order_by(col(Award.created_at).desc()), select(Call.awards_drafted_at, Call.is_sealed)
WAITS_SEALED = "screening"  # the stage in which an idea of a sealed call waits until its end


class Stuck(Exception):
    """Nobody can take a next step, or not one and only one is owed."""


@dataclass(frozen=True)
class Owed:
    """What the database says of an idea: its stage, what is asked for, the jobs that wait, the dates that bring something about."""

    stage: str
    items: list[InboxItem]
    held: list[str]
    failed: list[str]
    is_timed: bool
    award: Award | None
    is_call_ranked: bool
    score: Decimal | None

    @property
    def gates(self) -> list[InboxItem]:
        """The gates that somebody is asked to pass."""
        return [item for item in self.items if item.task.startswith("gate:")]

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do: the idea and its award, if any, are at their ends, and the call was ranked."""
        award_is_over = self.award is None or ways.AWARD.stages[self.award.stage].kind == Kind.END
        return self.is_at_end and award_is_over and not self.items and self.is_call_ranked

    @property
    def is_at_end(self) -> bool:
        """Whether the idea has reached an end, be it that its award has not."""
        return ways.IDEA.stages[self.stage].kind == Kind.END


def list_waiting(store: Database) -> list[str]:
    """The topics of the jobs that wait to be done; one that failed before is not among them."""
    with store.reading() as session:
        return list(session.exec(WAITING.distinct()).all())


def read_owed(store: Database) -> Owed:
    """What the database says."""
    with store.reading() as session:
        idea, award = session.exec(IDEA).one(), session.exec(AWARD).first()
        items, messages = session.exec(ITEMS).all(), session.exec(UNHANDLED).all()
        ranked_at, is_sealed = session.exec(CALL).one()
        late_job = find_late_job(ways.IDEA, read_policy_of(session, idea), ways.IDEA.stages[idea.stage])
    held = [message.job for message in messages if message.state == MessageState.HELD and message.job != "send_digest"]
    failed = [f"{message.job}: {message.error}" for message in messages if message.state != MessageState.HELD]
    late = bool(late_job) and idea.due_at is not None
    struck = award is not None and award.stage == "scheduled" and award.announce_at is not None
    sealed = is_sealed and idea.stage == WAITS_SEALED
    return Owed(idea.stage, list(items), held, failed, late or struck or sealed, award, ranked_at is not None, idea.score)


def one_step(owed: Owed) -> list[InboxItem]:
    """The items of the one next step, none where a date brings it about; raises Stuck where it is not exactly one.

    Gates come first, with whatever may be done beside them; then what somebody is asked for; then jobs and dates.
    """
    tasks = {item.task for item in owed.items if item not in owed.gates}
    if owed.failed:
        raise Stuck(f"a job fails at {owed.stage}: {owed.failed}")
    if owed.held and not owed.gates:
        raise Stuck(f"a job is held at {owed.stage} with no gate to be passed: {owed.held}")
    if owed.is_at_end and any(not item.award_id for item in owed.items):
        raise Stuck(f"somebody is asked for something at the end {owed.stage}: {[item.task for item in owed.items]}")
    if len(tasks) > 1 and tasks != {"score", "assign"}:
        raise Stuck(f"more than one step is owed at {owed.stage}: {sorted(tasks)}")
    if not owed.items and not owed.is_timed:
        raise Stuck(f"nobody owes a step at {owed.stage}")
    return owed.items
