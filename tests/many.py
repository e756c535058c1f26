"""Hundreds of ideas that stand as one does, for lists that are long: to bring each there by the actions takes minutes and shows no more."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from models.database import table_of
from models.ideas import Idea, Revision, TeamMember
from models.ids import new_id
from models.inbox import InboxItem
from models.search import SearchText
from tests.building import Town

TABLES: tuple[type[SQLModel], ...] = (Idea, Revision, TeamMember, SearchText, InboxItem)


def multiply(town: Town, idea_id: str, titles: Sequence[str]) -> None:
    """Put an idea into the tables once more under each title, with its words, its team, and what is asked of somebody for it."""
    copies = [(new_id(), title) for title in titles]
    with town.store.unit_of_work() as session:
        for model in TABLES if copies else ():
            table = table_of(model)
            found = session.execute(sa.select(table).where((table.c.id if model is Idea else table.c.idea_id) == idea_id))
            rows = [dict(row._mapping) for row in found]
            session.execute(sa.insert(table), [_copy(row, *copy) for copy in copies for row in rows])


def _copy(row: dict[str, Any], idea_id: str, title: str) -> dict[str, Any]:
    if "code" in row:  # the idea itself
        return {**row, "id": idea_id, "code": idea_id[:20], "title": title}
    if "edition" in row:  # its words, which the database numbers
        return {name: value for name, value in row.items() if name != "number"} | {"idea_id": idea_id}
    return row | {"id": new_id(), "idea_id": idea_id} | ({"title": title} if "title" in row else {})
