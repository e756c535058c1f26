"""When a mentor may advise a team, which ideas no advice can help any more, and how a mentorship ends.

A mentor advises while the team works on the idea: while it writes, completes what was returned, plans the pilot and measures it. While
others judge the idea nobody advises. What an idea's stage leads to is read off the table of the process.
"""

from collections.abc import Collection, Sequence

from sqlmodel import Session, col, select

from models.instants import now
from models.mentors import OPEN, Advice, Mentorship, MentorshipState
from workflows.process.actors import Actor
from workflows.process.attest.commit import commit_rows
from workflows.process.journal import record
from workflows.process.reopening import REOPEN
from workflows.process.ways import IDEA

BRINGS_BACK = (REOPEN, IDEA.action("separate"))  # what was rejected, and what had joined another
WORKED_ON = tuple(map(IDEA.action, ("submit", "supplement", "plan_pilot", "measure")))  # what such a stage awaits
ADVISED = frozenset(stage.name for stage in IDEA.stages.values() if stage.awaits in WORKED_ON)
ASK, ANSWER, END, LAPSE, ADVISE = "ask_mentor", "answer_mentor", "end_mentor", "lapse_mentor", "advise"  # the steps, in the ledger


def _list_over() -> frozenset[str]:
    """The stages from which no way leads to one in which a mentor advises; that an idea may be brought back keeps nobody's place."""
    ahead = set(ADVISED)
    while True:
        leading = [each for each in IDEA.transitions if each.stage is not None and each.action not in BRINGS_BACK]
        before = {str(each.stage) for each in leading if each.target in ahead}
        if before <= ahead:
            return frozenset(IDEA.stages) - ahead
        ahead |= before


OVER = _list_over()  # an idea that is in one stays in them


def lock_mentorships(session: Session, mentor_ids: Collection[str]) -> Sequence[Mentorship]:
    """The open mentorships of some mentors, as they stand now, kept from others until the transaction ends."""
    found = select(Mentorship).where(col(Mentorship.mentor_id).in_(mentor_ids), col(Mentorship.state).in_(OPEN))
    return session.exec(found.order_by(col(Mentorship.id)).with_for_update().execution_options(populate_existing=True)).all()


def end_by(session: Session, mentorship: Mentorship, reason: str = "", *, actor: Actor) -> None:
    """End an open mentorship by a person's word."""
    mentorship.state, mentorship.ended_by = MentorshipState.ADVICE_ENDED, actor.person_id
    mentorship.ended_at, mentorship.end_reason = now(), reason
    keep_mentorship(session, END, mentorship, actor)


def keep_mentorship(session: Session, step: str, mentorship: Mentorship, actor: Actor) -> None:
    """Write a mentorship, and the fact into the ledger, which says of which idea; the rest is committed to and not told."""
    _keep(session, step, "mentorship", mentorship, actor)


def keep_advice(session: Session, advice: Advice, actor: Actor) -> None:
    """Write advice, and the fact into the ledger, which commits to its words."""
    _keep(session, ADVISE, "advice", advice, actor)


def _keep(session: Session, step: str, table: str, row: Mentorship | Advice, actor: Actor) -> None:
    session.add(row)
    session.flush()
    kind = f"{IDEA.name}.{step}"
    record(session, kind, row.idea_id, actor=actor, idea_id=row.idea_id, commits=commit_rows(kind, [(table, row)]))
