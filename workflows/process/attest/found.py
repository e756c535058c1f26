"""What an entry says of rows that are replaced (`SETS`) as its step found them: what was altered before is not taken for the step's own.

An entry that commits to such rows commits to all that an idea has then, those too that the step left as they were. Beside `commits` it
therefore says `found`: by table and id each row that stood there before, with the commitments to what the step changed of it; `null` for
one without a salt. What is new is not named. Whoever compares the ledger with the rows holds that against the entries before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapper, object_session
from sqlmodel import Session, SQLModel, select

from workflows.process.attest.commit import has_salt, write_commitment
from workflows.process.attest.tables import MODELS, OF_IDEA, OF_TABLE, PARENTS, SETS

NOTED = "rows of sets that changed"  # under which a session keeps them
Key = tuple[str, str]  # table and id
Found = dict[str, dict[str, dict[str, Any] | None]]  # by table, id and group


@dataclass
class Changes:
    """What a session wrote to rows of sets since the last entry about each: which are new, what others said before, which are gone."""

    new: set[Key] = field(default_factory=set)
    before: dict[Key, tuple[Any, dict[str, Any]]] = field(default_factory=dict)  # a row, and the former values of its columns
    gone: dict[Key, Any] = field(default_factory=dict)


def take_away(session: Session, model: type[SQLModel], idea_id: str) -> None:
    """Delete all rows of a set that an idea has; the next entry about them tells what they said."""
    for row in session.exec(select(model).where(model.idea_id == idea_id)):  # type: ignore[attr-defined]
        session.delete(row)
    session.flush()


def tell_found(session: Session, idea_id: str | None, commits: Mapping[str, Mapping[str, Any]]) -> dict[str, Found]:
    """What an entry with these commitments says of the sets in it as they were before: under `found`, or nothing without a set.

    It is told once: what the session changes from now on, it changes of what this entry commits to.
    """
    tables = [table for table in commits if table in SETS]
    if not tables:
        return {}
    session.flush()
    changes = _changes_of(session)
    return {"found": {table: _tell_table(changes, table, idea_id, commits) for table in tables}}


def _tell_table(changes: Changes, table: str, idea_id: str | None, commits: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for row_id, committed in commits[table].items():
        key = (table, row_id)
        row, former = changes.before.pop(key, (None, {}))
        if key in changes.new:
            changes.new.discard(key)
        else:
            found[row_id] = _tell_row(table, row, former, committed) if former else {}
    parent, column = PARENTS.get(table, OF_IDEA)
    parents = {idea_id} if parent == "idea" else set(commits.get(parent, {}))
    gone = [key for key, row in changes.gone.items() if key[0] == table and getattr(row, column) in parents]
    for key in gone:
        row, (_, former) = changes.gone.pop(key), changes.before.pop(key, (None, {}))
        if key[1] not in commits[table]:
            found[key[1]] = _tell_row(table, row, former, {})
    return found


def _tell_row(table: str, row: Any, former: Mapping[str, Any], committed: Mapping[str, Any]) -> dict[str, Any] | None:
    """The commitments to a row as it was, where they are others than those to the row as it is."""
    columns = {column for group in OF_TABLE[table] for column in group.columns} | {"id", "salt"}
    was = SimpleNamespace(**{name: former[name] if name in former else getattr(row, name) for name in columns})
    if not has_salt(was):
        return None
    told = {group.name: write_commitment(group, was) for group in OF_TABLE[table] if not committed or group.name in committed}
    return {name: value for name, value in told.items() if committed.get(name) != value}


def _changes_of(session: Any) -> Changes:
    changes: Changes = session.info.setdefault(NOTED, Changes())
    return changes


def _key_of(row: Any) -> Key:
    return str(row.__tablename__), row.id


def _note_new(_mapper: Mapper[Any], _connection: sa.Connection, row: Any) -> None:
    _changes_of(object_session(row)).new.add(_key_of(row))


def _note_change(_mapper: Mapper[Any], _connection: sa.Connection, row: Any) -> None:
    attributes, key = sa.inspect(row).attrs, _key_of(row)
    names = {name for group in OF_TABLE[key[0]] for name in group.columns} | {"salt"}
    former = {name: deleted[0] for name in names if (deleted := attributes[name].history.deleted)}
    if former:
        _, known = _changes_of(object_session(row)).before.setdefault(key, (row, {}))
        known.update({name: value for name, value in former.items() if name not in known})


def _note_end(mapper: Mapper[Any], connection: sa.Connection, row: Any) -> None:
    changes, key = _changes_of(object_session(row)), _key_of(row)
    if key in changes.new:
        changes.new.discard(key)
        return
    _note_change(mapper, connection, row)
    changes.gone[key] = row


for _table in SETS:
    sa.event.listen(MODELS[_table], "before_insert", _note_new)
    sa.event.listen(MODELS[_table], "before_update", _note_change)
    sa.event.listen(MODELS[_table], "before_delete", _note_end)
