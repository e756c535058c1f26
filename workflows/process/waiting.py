"""What waits for a person: listed page by page, the most urgent first, and counted; never what they may not see or do."""

import heapq
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.database import is_among, is_sqlite
from models.ideas import Idea, TeamMember
from models.inbox import InboxItem
from models.may_hold import MAY_ADVISE
from models.people import Role
from models.statements.mentors import select_advised
from workflows.process.actors import Actor
from workflows.process.browse import MANY, Count
from workflows.process.context import read_policy_of
from workflows.process.duties import find_duty, list_borne_on, must_differ
from workflows.process.guards import list_below_owner
from workflows.process.keyset import Order, Page, Slice, fold_page, read_parts
from workflows.process.visibility import visible

NEVER = datetime.max.replace(tzinfo=UTC)
FEWEST_AT_ONCE = 50  # items read at once of a list, of which some may not be shown
URGENCY = Order(
    InboxItem,
    "due_at",
    newest_first=False,
    has=col(InboxItem.due_at).is_not(None),
    others=Order(InboxItem, "id", newest_first=False),
)


@dataclass(frozen=True)
class Awaited:
    """An inbox item with the idea it is about."""

    item: InboxItem
    idea: Idea

    @property
    def cursor(self) -> str:
        """Its place in the inbox, from which the list goes on."""
        return _write_cursor(self.item)


def list_waiting(session: Session, wanted: Slice, *, actor: Actor, about: sa.ColumnElement[bool] | None = None) -> Page[Awaited]:
    """A page of what waits for a person, the most urgent first: asked by name, or by a role over the unit, never on an own idea.

    `about` is a condition on the items. The cost is that of the page, however much waits.
    """
    found = list(itertools.islice(_read_on(session, wanted, actor, about), wanted.limit + 1))
    page = fold_page(found, wanted, _write_cursor)
    ideas = {idea.id: idea for idea in session.exec(select(Idea).where(col(Idea.id).in_({item.idea_id for item in page.rows})))}
    return Page([Awaited(item, ideas[item.idea_id]) for item in page.rows], page.after, page.before)


def list_inbox(session: Session, *, actor: Actor, limit: int = 200, about: sa.ColumnElement[bool] | None = None) -> list[Awaited]:
    """The most urgent of what waits for a person."""
    return list_waiting(session, Slice(limit=limit), actor=actor, about=about).rows


def count_waiting(session: Session, *, actor: Actor, most: int = MANY, about: sa.ColumnElement[bool] | None = None) -> Count:
    """How much waits for a person; beyond `most` it is `most` and not exact."""
    number = sum(1 for _ in itertools.islice(_read_on(session, Slice(limit=most), actor, about), most + 1))
    return Count(min(number, most), number <= most)


def find_duty_of(item: InboxItem) -> str | None:
    """The duty that an item asks for; None where it asks for none, as a gate does."""
    return find_duty("award" if item.award_id else "idea", item.task)


def _read_on(session: Session, wanted: Slice, actor: Actor, about: sa.ColumnElement[bool] | None) -> Iterator[InboxItem]:
    """All that may be shown from a place on, in the order of the slice's direction."""
    asked: list[sa.ColumnElement[bool]] = [col(InboxItem.person_id) == actor.person_id]
    for role in sorted({grant.role for grant in actor.grants}):
        over = [col(InboxItem.unit_path).startswith(path) for path in actor.paths(role)]
        asked.append((col(InboxItem.role) == role) & col(InboxItem.person_id).is_(None) & sa.or_(*over))
    narrowed = asked if about is None else [each & about for each in asked]
    lists = [_read_asked(session, each, wanted, actor) for each in narrowed]  # each has an index, together they have none
    return heapq.merge(*lists, key=_urgency, reverse=wanted.is_backward)


def _read_asked(session: Session, asked: sa.ColumnElement[bool], wanted: Slice, actor: Actor) -> Iterator[InboxItem]:
    open_items = select(InboxItem).where(col(InboxItem.done_at).is_(None), asked)
    piece = Slice(wanted.after, max(wanted.limit + 1, FEWEST_AT_ONCE), wanted.before)
    while True:
        items = [item for item, _ in read_parts(session, open_items, URGENCY, piece)]  # in the index's order
        yield from _choose_shown(session, items, actor)
        if len(items) < piece.limit:
            return
        last = _write_cursor(items[-1])
        piece = Slice(limit=piece.limit, before=last) if wanted.is_backward else Slice(last, piece.limit)


def _choose_shown(session: Session, items: Sequence[InboxItem], actor: Actor) -> Iterator[InboxItem]:
    """The items on ideas that the actor may see and take on, with no part in the idea and no other duty that forbids it."""
    if not items:
        return
    asked_about = is_among(session, col(Idea.id), {item.idea_id for item in items})
    seen = set(session.exec(select(Idea.id).where(asked_about, visible(actor, in_order=is_sqlite(session)))))
    on_seen = is_among(session, col(TeamMember.idea_id), seen)
    own = set(session.exec(select(TeamMember.idea_id).where(TeamMember.person_id == actor.person_id, on_seen)))
    if actor.kind in MAY_ADVISE:
        own |= set(session.exec(select_advised(actor.person_id)))
    borne = list_borne_on(session, {item.idea_id for item in items if item.idea_id in seen and find_duty_of(item)}, str(actor.person_id))
    below = list_below_owner(session, [(item.idea_id, item.task) for item in items], actor)
    for item in items:
        if item.idea_id not in seen or (item.role != Role.PROPOSER and item.idea_id in own):
            continue
        if (item.idea_id, item.task) in below:
            continue
        if item.idea_id not in borne or _may_take_on(session, item, borne[item.idea_id]):
            yield item


def _may_take_on(session: Session, item: InboxItem, borne: Sequence[str]) -> bool:
    """Whether somebody who bears these duties on an idea may be asked for an item about it."""
    duty = find_duty_of(item)
    if duty is None:
        return True
    policy = read_policy_of(session, session.get_one(Idea, item.idea_id))
    return not any(must_differ(each, duty, policy) for each in borne)


def _urgency(item: InboxItem) -> tuple[datetime, str]:
    return item.due_at or NEVER, item.id


def _write_cursor(item: InboxItem) -> str:
    return URGENCY.write_cursor(item, 0 if item.due_at else 1)
