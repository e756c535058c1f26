"""Take over whom an earlier release asked to join a team: the ledger commits to them from now on, and who never answered is reminded."""

from itertools import groupby

from sqlmodel import Session, col, select

from models.ideas import Answer, Invitation
from workflows.intake.reminders import find_missed
from workflows.process.actors import Actor
from workflows.process.attest.commit import commit_rows
from workflows.process.attest.tables import INVITATION
from workflows.process.journal import record_each

KIND = "idea.keep_invitations"


def keep_older(session: Session, limit: int, *, actor: Actor) -> None:
    """Give each such invitation of some ideas a salt, and its first reminder where one is due: once, as it is none of an earlier release
    any more.

    An idea whose team somebody is just changing waits for the next time: the chain is held already, and they wait for it.
    """
    older = select(Invitation.idea_id).where(Invitation.salt == "").distinct().order_by(col(Invitation.idea_id)).limit(limit)
    ideas = session.exec(older).all()
    if not ideas:
        return
    of_these = col(Invitation.idea_id).in_(ideas)
    all_ids = session.exec(select(Invitation.idea_id, Invitation.id).where(of_these)).all()
    free = select(Invitation).where(of_these).order_by(col(Invitation.idea_id), col(Invitation.position), col(Invitation.id))
    found = session.exec(free.with_for_update(skip_locked=True).execution_options(populate_existing=True)).all()
    busy = {idea_id for idea_id, row_id in all_ids if row_id not in {row.id for row in found}}
    details = {}
    for idea_id, group in groupby((row for row in found if row.idea_id not in busy), key=lambda row: row.idea_id):
        rows = list(group)
        for row in rows:
            if not row.salt and row.answer == Answer.ASKED and row.remind_at is None and not row.reminded:
                row.remind_at = find_missed(session, row)
        details[idea_id] = {"commits": commit_rows(KIND, [(INVITATION, row) for row in rows], sets=(INVITATION,))}
    session.flush()
    record_each(session, KIND, details, actor=actor, of_ideas=True)
