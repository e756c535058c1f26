"""What an entry of the ledger says of rows: a commitment for each group of columns, made with the step and again to compare."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from pydantic_core import to_jsonable_python
from sqlalchemy.orm import object_session
from sqlmodel import Session

from models.ids import new_salt
from workflows.calculations.ledger import LARGEST, SaltRefused, commitment, write_canonical
from workflows.process.attest.older import is_committed
from workflows.process.attest.tables import OF_TABLE, OPENINGS, CommitmentForm, Group, groups_in

CONTENT = ("title", "form", "medium", "theme", "sections", "budget_rupiah")
# Only where they say something, as older content has none.
WHERE_SET = ("answers", "initiator", "in_use_since", "earlier_code", "attachments")
NEVER_AGAIN = (CommitmentForm.TOLD, CommitmentForm.BARE)  # told beside the commitments, or as an earlier release committed
Commitments = dict[str, dict[str, dict[str, Any]]]  # by table, id and group
TableRow = tuple[str, Any]  # a row, or what else has its columns as attributes, with the name of its table


def commit_rows(kind: str, rows: Iterable[TableRow], older: Iterable[TableRow] = (), *, sets: Iterable[str] = ()) -> Commitments:
    """The commitments that an entry of a kind makes to rows, each given with its table; to `older` ones in whole.

    Of the tables in `sets` these are all rows that the idea has, be it none. A row of an older database, to which no entry commits yet,
    gets its salt here, and is committed to in whole. So does one whose salt somebody took, but no more of it is committed to than the
    entry says: the rest stays as it was committed to, and differs from now on.
    """
    made: Commitments = {table: {} for table in sets}
    asked = [(table, row, groups_in(table, kind)) for table, row in rows]
    for table, row, groups in [*asked, *((table, row, OF_TABLE[table]) for table, row in older)]:
        if not has_salt(row):
            row.salt, groups = new_salt(), groups if _was_committed(table, row) else OF_TABLE[table]
        new = {group.name: write_commitment(group, row) for group in groups if group.form not in NEVER_AGAIN}
        if new:
            made.setdefault(table, {}).setdefault(row.id, {}).update(new)
    return made


def has_salt(row: Any) -> bool:
    """Whether a row has a salt that the program can have written; true of tables without one, which are committed to plainly."""
    salt = getattr(row, "salt", None)
    try:
        return salt is None or 16 <= len(bytes.fromhex(salt)) <= 255
    except (TypeError, ValueError):
        return False


def _was_committed(table: str, row: Any) -> bool:
    session = object_session(row)
    return isinstance(session, Session) and is_committed(session, table, row)


def write_commitment(group: Group, row: Any) -> Any:
    """What an entry says of a group, by the row's values; raises ValueError or SaltRefused for a salt that cannot be one."""
    if group.form == CommitmentForm.CONTENT:
        return _write_content(row)
    values = [canonical(getattr(row, column)) for column in group.columns]
    match group.form:
        case CommitmentForm.TOLD:
            return values[0]
        case CommitmentForm.PLAIN:
            return values
        case CommitmentForm.SHA256:
            return hashlib.sha256(write_canonical(values[0])).hexdigest()
        case CommitmentForm.BARE:
            return commitment(write_canonical(values).decode(), bytes.fromhex(row.salt))
        case CommitmentForm.SEALED:
            return _commit(group, row.id, values, derive_salt(group, row.salt))
        case _:
            return _commit(group, row.id, values, bytes.fromhex(row.salt))


def write_opening(kind: str, table: str, row: Any) -> dict[str, Any]:
    """What an entry of a kind says to open its subject's sealed group: the values by their columns, and the salt."""
    group = find_opened(kind, table)
    if group is None:
        return {}
    values = {column: canonical(getattr(row, column)) for column in group.columns}
    return {**values, "opens": {group.name: derive_salt(group, row.salt).hex()}}


def find_opened(kind: str, table: str) -> Group | None:
    """The group that an entry of a kind opens."""
    return next((group for group in OF_TABLE[table] if group.name == OPENINGS.get(kind)), None)


def holds_opening(group: Group, row_id: str, said: Mapping[str, Any], committed: Any) -> bool:
    """Whether what an entry says of a sealed group is what was committed to: anybody can work it out from the two entries alone."""
    try:
        values, salt = [said[column] for column in group.columns], bytes.fromhex(said["opens"][group.name])
        return bool(_commit(group, row_id, values, salt) == committed)
    except (KeyError, TypeError, ValueError, SaltRefused):
        return False


def derive_salt(group: Group, row_salt: str) -> bytes:
    """A sealed group's own salt: shown, it tells nothing of the row's, which hides the other groups."""
    return hmac.digest(bytes.fromhex(row_salt), f"{group.table}.{group.name}".encode(), "sha256")


def _commit(group: Group, row_id: str, values: list[Any], salt: bytes) -> str:
    return commitment(write_canonical([group.table, group.name, row_id, *values]).decode(), salt)


def hash_content(salt: bytes, content: Mapping[str, Any]) -> str:
    """The salted SHA-256 of what an idea says, which receipts carry: 64 hex digits."""
    return hashlib.sha256(salt + write_canonical(dict(content))).hexdigest()


def canonical(value: Any) -> Any:
    """A column's value as canonical JSON can write it, the same before it was stored and after it was read."""
    match value:
        case Enum():
            return value.value
        case None | str() | bool():
            return value
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case Decimal():
            return _write_decimal(value)
        case _:
            return _within_range(to_jsonable_python(value))


def _write_content(revision: Any) -> str:
    """The hash over a revision's own words; something else where the column beside them says another."""
    content = read_hashed(revision)
    computed = hash_content(bytes.fromhex(revision.salt), content)
    return computed if computed == revision.content_sha256 else f"{computed} is not {revision.content_sha256}"


def read_hashed(revision: Any) -> dict[str, Any]:
    """What of a revision is hashed: its own words, and of what not every call asks for only what was said."""
    content = {name: canonical(getattr(revision, name)) for name in CONTENT}
    return content | {name: canonical(value) for name in WHERE_SET if (value := getattr(revision, name))}


def _write_decimal(value: Decimal) -> str:
    digits = format(value, "f")
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return digits if value else "0"


def _within_range(value: Any) -> Any:
    """Whole numbers beyond canonical JSON's range as text: a stored row may hold any."""
    match value:
        case dict():
            return {name: _within_range(part) for name, part in value.items()}
        case list():
            return [_within_range(part) for part in value]
        case bool():
            return value
        case int():
            return value if abs(value) <= LARGEST else str(value)
        case _:
            return value
