"""What somebody was told, on a page of their own: each message with the short text that one copies into a messenger.

It is read from what the messages are about as it stands now, by the functions that write the mails, so that whoever has no mail address, or
chose a digest, finds the same here. Codes are not among it: they are shown to nobody.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.documents import Document, DocumentState
from models.ideas import Idea, TeamMember
from models.instants import now
from models.outbox import Message
from models.people import AccountNotice, Person
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.ways import Kind
from workflows.recognition.digest import tell_waiting
from workflows.recognition.issue import tell_document
from workflows.recognition.outgoing import Told
from workflows.recognition.reminders import tell_reminder
from workflows.recognition.tell import tell_notice
from workflows.recognition.tell_changes import tell_change
from workflows.recognition.tell_claims import tell_claim
from workflows.recognition.tell_dates import list_dates_told
from workflows.recognition.tell_followers import tell_followed
from workflows.recognition.tell_heads import tell_silence
from workflows.recognition.tell_moved import tell_moved
from workflows.recognition.tell_steps import tell_step
from workflows.recognition.turns import tell_dropped, tell_turn

MOST = 50  # messages on the page, and of each kind
TELLING = {
    "tell_call_change": tell_change,
    "tell_moved_dates": tell_moved,
    "tell_follower": tell_followed,
    "tell_claim": tell_claim,
    "tell_head": tell_silence,
    "remind_asked": tell_reminder,
    "remind_of_task": tell_step,
}  # jobs whose messages a person may read again


@dataclass(frozen=True)
class ListedMessage:
    """A message, and since when it stands."""

    at: datetime
    told: Told


def list_messages(session: Session, *, actor: Actor, limit: int = MOST) -> list[ListedMessage]:
    """What somebody was told last, the newest first; what waits for them stands at the top."""
    person = session.get_one(Person, str(actor.person_id))
    found = sorted(_read_all(session, person), key=lambda each: each.at, reverse=True)
    waiting = tell_waiting(session, person, 0, sa.true(), [])
    first = [ListedMessage(now(), waiting)] if waiting else []
    return list(islice([*first, *found], limit))


def _read_all(session: Session, person: Person) -> Iterator[ListedMessage]:
    yield from _read_notices(session, person)
    yield from _read_documents(session, person)
    yield from _read_turns(session, person)
    yield from (ListedMessage(at, told) for at, told in list_dates_told(session, person, MOST))
    yield from _read_asked(session, person)


def _read_notices(session: Session, person: Person) -> Iterator[ListedMessage]:
    notices = select(AccountNotice).where(AccountNotice.person_id == person.id)
    for notice in session.exec(notices.order_by(col(AccountNotice.at).desc(), col(AccountNotice.id)).limit(MOST)):
        yield ListedMessage(notice.at, tell_notice(session, notice, person))


def _read_documents(session: Session, person: Person) -> Iterator[ListedMessage]:
    told = select(Document).where(Document.holder_id == person.id, col(Document.issued_at).is_not(None))
    for document in session.exec(told.order_by(col(Document.created_at).desc(), col(Document.id).desc()).limit(MOST)):
        is_revoked = document.state == DocumentState.REVOKED
        at = document.revoked_at if is_revoked else document.issued_at
        yield ListedMessage(at or document.created_at, tell_document(session, document, person))


def _read_turns(session: Session, person: Person) -> Iterator[ListedMessage]:
    own = select(Idea).join(TeamMember, col(TeamMember.idea_id) == col(Idea.id)).where(TeamMember.person_id == person.id)
    under_way = own.where(col(Idea.stage).not_in(ways.IDEA.list_stages(Kind.DRAFT)))
    for idea in session.exec(under_way.order_by(col(Idea.stage_since).desc(), col(Idea.id)).limit(MOST)):
        yield ListedMessage(idea.stage_since, tell_turn(session, idea, person, 0))


def _read_asked(session: Session, person: Person) -> Iterator[ListedMessage]:
    """What the outbox alone knows: that one is of a team no more, and what TELLING tells."""
    dropped: sa.ColumnElement[str] = sa.literal_column("'tell_dropped'")  # as its index has it
    asked = select(Message).where(Message.subject_id == person.id)
    newest = col(Message.id).desc()
    for message in session.exec(asked.where(col(Message.job) == dropped).order_by(newest).limit(MOST)):
        told = tell_dropped(session, person.id, str(message.idea_id), int(message.id or 0))
        if told is not None:
            yield ListedMessage(message.created_at, told)
    keyed = asked.where(col(Message.dedupe_key).is_not(None))
    for job, tell in TELLING.items():
        for message in session.exec(keyed.where(Message.job == job).order_by(newest).limit(MOST)):
            told = tell(session, message)
            if told is not None:
                yield ListedMessage(message.created_at, told)
