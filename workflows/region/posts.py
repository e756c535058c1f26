"""Dated posts: where somebody was, in what position and grade, from when to when, who entered it and why."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.database import append_rows
from models.ids import new_id
from models.instants import now, today
from models.people import Person
from models.posts import Post, PostCause
from models.statements.directory import add_first_posts, end_posts
from models.units import Unit
from workflows.process.actors import Actor
from workflows.process.refusals import Faults, Invalid
from workflows.process.wording import read_line

HELD = ("unit_id", "position", "grade", "rank_name")  # what makes a post another one
MOST_DAYS_BACK = 366  # a decree reaches the operator late, but not by years
LONGEST_REASON = 200


@dataclass(frozen=True)
class Dated:
    """Since when something holds (None: today), and why it was entered."""

    valid_from: date | None = None
    reason: str = ""


FROM_TODAY = Dated()


@dataclass(frozen=True)
class PostEntry:
    """What brings posts about, their first day, and why."""

    cause: PostCause
    valid_from: date
    reason: str = ""


@dataclass(frozen=True)
class HeldPost:
    """A post with its unit's name, and the name of who entered it; empty for whoever runs the server."""

    post: Post
    unit: str
    entered_by: str


def begin_posts(session: Session, held: Mapping[str, Mapping[str, Any]], entry: PostEntry, *, actor: Actor) -> None:
    """Let people begin the posts that they hold from a day on, by their ids; those so far end the day before."""
    end_posts(session, list(held), entry.valid_from - timedelta(days=1))
    same = {"valid_until": None, "end_reason": "", "entered_by": actor.person_id, "entered_at": now(), **vars(entry)}
    rows = [{"id": new_id(), "person_id": of, **{name: values[name] for name in HELD}, **same} for of, values in held.items()]
    append_rows(session, Post, rows)


def begin_first_posts(session: Session, people: Collection[str], entry: PostEntry, *, actor: Actor) -> None:
    """Let people who were just registered begin the posts that stand in their rows."""
    same = {"end_reason": "", "entered_by": actor.person_id, "entered_at": now(), **vars(entry)}
    add_first_posts(session, people, {name: value for name, value in same.items() if value is not None})


def begin_dated_posts(
    session: Session, held: Mapping[str, Mapping[str, Any]], since: Mapping[str, date], cause: PostCause, *, actor: Actor
) -> None:
    """Let people who were just registered begin the posts that they have held since a day of their own."""
    same = {"valid_until": None, "end_reason": "", "entered_by": actor.person_id, "entered_at": now(), "cause": cause, "reason": ""}
    rows = [{"id": of, "person_id": of, "valid_from": since[of], **{name: held[of][name] for name in HELD}, **same} for of in held]
    append_rows(session, Post, rows)


def begin_post(session: Session, person: Person, entry: PostEntry, *, actor: Actor) -> None:
    """Let somebody begin the post that stands in their row by now."""
    begin_posts(session, {person.id: {name: getattr(person, name) for name in HELD}}, entry, actor=actor)


def end_post(session: Session, person_id: str, last_day: date, reason: str) -> None:
    """Let somebody's present post end without another."""
    end_posts(session, [person_id], last_day, reason)


def read_entry(session: Session, faults: Faults, person_id: str, cause: PostCause, dated: Dated) -> PostEntry:
    """The entry of a change that somebody typed; its faults are gathered.

    Nothing begins in the future, before the present post began, or more than MOST_DAYS_BACK days ago: nobody rewrites years of a career.
    """
    reason, day = "", dated.valid_from or today()
    with faults.gather():
        reason = read_line("reason", dated.reason, maximum=LONGEST_REASON, minimum=0)
    with faults.gather():
        require_day(session, person_id, "valid_from", day)
    return PostEntry(cause, day, reason)


def require_day(session: Session, person_id: str, field: str, day: date) -> None:
    """Raise Invalid for a day on which no present post of somebody can begin or end."""
    present = select(col(Post.valid_from)).where(Post.person_id == person_id, col(Post.valid_until).is_(None))
    began = session.exec(present).first()
    if day > today():
        raise Invalid("post_not_yet", field)
    if began is not None and day < began:
        raise Invalid("post_before_last", field, day=began.isoformat())
    if day < today() - timedelta(days=MOST_DAYS_BACK):
        raise Invalid("post_long_ago", field, maximum=MOST_DAYS_BACK)


def list_posts(session: Session, person_id: str) -> list[HeldPost]:
    """Every post that somebody holds or held, the newest first."""
    enterer = sa.orm.aliased(Person)
    held = select(Post, Unit.name, enterer).join(Unit, col(Unit.id) == col(Post.unit_id))
    held = held.outerjoin(enterer, col(enterer.id) == col(Post.entered_by)).where(Post.person_id == person_id)
    newest = (col(Post.valid_until).is_not(None), col(Post.valid_from).is_(None), col(Post.valid_from).desc(), col(Post.entered_at).desc())
    rows = session.exec(held.order_by(*newest, col(Post.id)))
    return [HeldPost(post, unit, "" if post.entered_by is None else by.full_name) for post, unit, by in rows]
