"""Reads what entries of the ledger say of rows: of each group of a row's columns the last commitment, and in which entry it stands."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from models.ledger import LedgerEntry
from workflows.process.attest.commit import find_opened, holds_opening
from workflows.process.attest.tables import (
    INVITATION,
    OF_FILES,
    OF_IDEA,
    OF_TABLE,
    PARENTS,
    SAID_BARE,
    SETS,
    SHARED,
    SUBJECTS,
    CommitmentForm,
    Group,
)

Key = tuple[str, str]  # table and id


@dataclass(frozen=True)
class Said:
    """A commitment, and the number of its entry."""

    value: Any
    seq: int


@dataclass
class Facts:
    """What entries say: by row and group; of which rows they speak at all, which they commit to, which they say were erased.

    `bare` counts the entries about an idea that commit to nothing: each wrote a decision of an older database.
    """

    known: dict[Key, dict[str, Said]] = field(default_factory=dict)
    subjects: set[Key] = field(default_factory=set)
    named: set[Key] = field(default_factory=set)
    erased: set[Key] = field(default_factory=set)
    bare: Counter[str] = field(default_factory=Counter)
    misopened: list[tuple[Key, Group, int]] = field(default_factory=list)  # an entry opens a seal otherwise than it was made, or not at all
    overwritten: list[tuple[Key, Group | None, int]] = field(default_factory=list)  # an entry found otherwise what was committed to before
    sets: dict[Key, tuple[str, ...]] = field(default_factory=dict)  # by table and idea
    shared_since: int | None = None  # the first entry that commits to a row that many ideas share
    shared_before: int = 0  # how many entries of those kinds an earlier release wrote before

    def owes(self, table: str, row: Any) -> bool:
        """Whether the entries should commit to a row and do not: nobody recorded it.

        Of an older idea's decisions as many may stand there as entries commit to nothing; of one too many, any is named. Of older decrees
        as many may stand there as acts under a decree were recorded before any entry committed to one: each named one at most.
        Rows of files of earlier years are as old as their commitments.
        Whoever an earlier release asked to join has no salt, until the first entry that commits to who is asked.
        """
        if table in SUBJECTS:
            return (table, row.id) not in self.subjects
        if table in OF_FILES:
            return True
        if table in SHARED:
            self.shared_before -= 1
            return self.shared_since is not None and self.shared_before < 0
        if table == "decision":
            self.bare[row.idea_id] -= 1
            return self.bare[row.idea_id] < 0
        if table == INVITATION and not row.salt:
            return (table, row.idea_id) in self.sets
        parent, column = PARENTS.get(table, OF_IDEA)
        key = (parent, getattr(row, column))
        return key in self.named or (parent == "idea" and key not in self.subjects)


def read_facts(session: Session, within: sa.ColumnElement[bool]) -> Facts:
    """What the entries say for which a condition holds, later ones over earlier ones."""
    facts = Facts()
    entries = sa.select(col(LedgerEntry.seq), col(LedgerEntry.kind), col(LedgerEntry.payload)).where(within)
    for seq, kind, payload in session.execute(entries.order_by(col(LedgerEntry.seq))):
        _read_entry(facts, seq, kind, payload)
    facts.named |= facts.known.keys()
    return facts


def read_shared_facts(session: Session) -> Facts:
    """What all entries say of the rows that many ideas share, later ones over earlier ones."""
    facts = Facts()
    kinds = {kind for table in SHARED for group in OF_TABLE[table] for kind in group.facts}
    entries = sa.select(col(LedgerEntry.seq), col(LedgerEntry.payload)).where(col(LedgerEntry.kind).in_(kinds))
    for seq, payload in session.execute(entries.order_by(col(LedgerEntry.seq))):
        commits = payload["detail"].get("commits", {})
        rows = [((table, row_id), groups) for table in SHARED for row_id, groups in commits.get(table, {}).items()]
        for key, groups in rows:
            _learn(facts, key, groups, seq)
        if any(table not in OF_FILES for (table, _), _ in rows):
            facts.shared_since = facts.shared_since or seq
        elif not rows and facts.shared_since is None:
            facts.shared_before += 1
    return facts


def _read_entry(facts: Facts, seq: int, kind: str, payload: dict[str, Any]) -> None:
    way, detail, idea = kind.partition(".")[0], payload["detail"], str(payload["idea"])
    for table, ids in detail.get("erased", {}).items():
        for row_id in ids:
            facts.erased.add((table, row_id))
            facts.known.pop((table, row_id), None)
    if way not in SUBJECTS:
        return
    facts.subjects.add((way, payload["subject"]))
    if "commits" not in detail:
        facts.bare[idea] += way != "document"
        return
    told = {group.name: detail[group.name] for group in OF_TABLE[way] if group.form == CommitmentForm.TOLD and group.name in detail}
    _learn(facts, (way, payload["subject"]), told, seq)
    _learn_bare(facts, kind, detail, seq)
    for table in detail["commits"]:
        if table not in SHARED:
            _read_commitments(facts, (table, idea), payload, seq)
    _check_opening(facts, kind, (way, payload["subject"]), detail, seq)


def _read_commitments(facts: Facts, of: Key, payload: dict[str, Any], seq: int) -> None:
    """What an entry commits to in a table of an idea, held against what was committed to before."""
    table, rows = of[0], payload["detail"]["commits"][of[0]]
    for row_id, groups in rows.items():
        _check_kind(facts, payload["kind"], (table, row_id), groups, seq)
    if table in SETS:
        _check_found(facts, of, rows, payload["detail"].get("found", {}).get(table), seq)
        for replaced in facts.sets.pop(of, ()):
            facts.known.pop((table, replaced), None)
        facts.sets[of] = tuple(rows)
    for row_id, groups in rows.items():
        _learn(facts, (table, row_id), groups, seq)


def _check_kind(facts: Facts, kind: str, key: Key, groups: dict[str, Any], seq: int) -> None:
    """Note what an entry says anew of a row that its kind says nothing of: only the first entry about a row may.

    What earlier releases alone committed to (`-`) is left out, as nobody can tell any more in which entries.
    """
    known = facts.known.get(key, {})
    for group in OF_TABLE[key[0]]:
        is_known = group.name in groups and group.name in known
        if is_known and group.facts and not group.is_in(kind) and groups[group.name] != known[group.name].value:
            facts.overwritten.append((key, group, seq))


def _check_found(facts: Facts, of: Key, rows: dict[str, Any], found: dict[str, Any] | None, seq: int) -> None:
    """Note where a set as an entry found it is not as the one before left it; entries of an earlier release do not say."""
    table, idea = of
    if found is None:
        return
    for row_id in dict.fromkeys([*found, *facts.sets.get(of, ())]):
        key = (table, row_id)
        known, said = facts.known.get(key, {}), found.get(row_id)
        if key in facts.erased:
            continue
        if said is None or not known:
            is_of_before = not known and of not in facts.sets and (said is None or ("idea", idea) not in facts.known)
            facts.overwritten += [] if is_of_before else [(key, None, seq)]
            continue
        before = rows.get(row_id, {}) | said
        changed = [group for group in OF_TABLE[table] if group.name in known and before.get(group.name) != known[group.name].value]
        facts.overwritten += [(key, group, seq) for group in changed]


def _check_opening(facts: Facts, kind: str, key: Key, detail: dict[str, Any], seq: int) -> None:
    group = find_opened(kind, key[0])
    sealed = facts.known.get(key, {}).get(group.name) if group is not None else None  # an older release sealed nothing
    if group is not None and sealed is not None and not holds_opening(group, key[1], detail, sealed.value):
        facts.misopened.append((key, group, seq))


def _learn_bare(facts: Facts, kind: str, detail: dict[str, Any], seq: int) -> None:
    if kind in SAID_BARE and "said" in detail:
        table, group = SAID_BARE[kind]
        _learn(facts, (table, str(detail.get(table))), {group: detail["said"]}, seq)


def _learn(facts: Facts, key: Key, groups: dict[str, Any], seq: int) -> None:
    if groups:
        facts.known.setdefault(key, {}).update({name: Said(value, seq) for name, value in groups.items()})
