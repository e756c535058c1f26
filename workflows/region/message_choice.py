"""How somebody chooses to be told, and the secret address of their calendar; one's own affair alone."""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from sqlmodel import Session, col, delete, select

from models.ids import new_secret
from models.instants import now
from models.messages import CalendarFeed, HeldNews, MessageChoice, Pace
from models.people import Account
from workflows.process.actors import Actor
from workflows.process.journal import record
from workflows.process.refusals import Conflict

NEW = timedelta(days=1)  # for so long a task is new to whoever chose nothing


@dataclass(frozen=True)
class Wish:
    """What somebody chooses: when mails come, and their language; empty means the region's."""

    pace: Pace
    language: str = ""


def read_choice(session: Session, person_id: str) -> MessageChoice:
    """What somebody chose; of who chose nothing, what holds then."""
    return session.get(MessageChoice, person_id) or MessageChoice(person_id=person_id, told_at=now() - NEW)


def choose_messages(session: Session, wish: Wish, *, actor: Actor) -> MessageChoice:
    """Choose how one is told from now on. What was held for a digest until now comes with the next one, at whatever pace."""
    chosen = read_choice(session, str(actor.person_id))
    chosen.pace, chosen.language = wish.pace, wish.language
    session.add(chosen)
    session.flush()
    return chosen


def has_feed(session: Session, person_id: str) -> bool:
    """Whether somebody's calendar has an address."""
    return session.get(CalendarFeed, person_id) is not None


def make_feed(session: Session, *, actor: Actor) -> str:
    """A secret for one's calendar, shown once: only its hash is kept, and the one before is worth nothing from now on."""
    secret, person_id = new_secret(), str(actor.person_id)
    feed = session.get(CalendarFeed, person_id, with_for_update=True) or CalendarFeed(person_id=person_id, secret_hash="")
    feed.secret_hash, feed.made_at = hash_secret(secret), now()
    session.add(feed)
    session.flush()
    record(session, "account.make_feed", feed.person_id, actor=actor)
    return secret


def end_feed(session: Session, *, actor: Actor) -> None:
    """Let the address of one's calendar be worth nothing; Conflict where there is none."""
    ended = session.execute(delete(CalendarFeed).where(col(CalendarFeed.person_id) == actor.person_id))
    if not getattr(ended, "rowcount", 0):
        raise Conflict("feed_missing")
    record(session, "account.end_feed", str(actor.person_id), actor=actor)


def forget_held(session: Session, person_id: str) -> None:
    """Forget what was held for the digest of somebody whose account closes; it stands on the pages of what it is about."""
    session.execute(delete(HeldNews).where(col(HeldNews.person_id) == person_id))


def find_feed(session: Session, secret: str) -> str | None:
    """The id of the person whose calendar a secret opens; None for a wrong or former one, and where the account is closed.

    One hash and one look-up whether there is such a secret: the time tells nobody how near a guess was.
    """
    closed = select(Account.person_id).where(Account.person_id == CalendarFeed.person_id, col(Account.closed_at).is_not(None))
    return session.exec(select(CalendarFeed.person_id).where(CalendarFeed.secret_hash == hash_secret(secret), ~closed.exists())).first()


def hash_secret(secret: str) -> str:
    """What is kept of a calendar's secret."""
    return sha256(f"calendar {secret}".encode("utf-8", "replace")).hexdigest()
