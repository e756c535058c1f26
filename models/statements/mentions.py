"""Where a person is named: every column that refers to people, whatever table it stands in."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlmodel import Session

from models.database import run_plain
from models.people import Person
from models.tables import metadata


def list_mentions(session: Session, person_id: str, besides: Collection[str]) -> list[str]:
    """The tables that name a person, but for those whose rows about a person are `besides` the point."""
    return [name for name, columns in _find_columns(besides).items() if _names(session, columns, person_id)]


def _find_columns(besides: Collection[str]) -> dict[str, list[sa.Column[object]]]:
    """By table the columns that refer to people; of a table besides the point those that say whose row it is not are left."""
    found: dict[str, list[sa.Column[object]]] = {}
    for table in metadata.sorted_tables:
        columns = [column for column in table.columns if any(key.column.table.name == Person.__tablename__ for key in column.foreign_keys)]
        columns = [column for column in columns if not (table.name in besides and column.name == "person_id")]
        if columns:
            found[table.name] = columns
    return found


def _names(session: Session, columns: list[sa.Column[object]], person_id: str) -> bool:
    named = sa.or_(*(column == sa.bindparam("person_id") for column in columns))
    asked = sa.select(sa.literal(1)).select_from(columns[0].table).where(named).limit(1)
    return run_plain(session, asked, {"person_id": person_id}).first() is not None
