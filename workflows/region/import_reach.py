"""Whose rows of a file of people somebody may import: by file nobody does what they may not do by hand.

An operator or admin registers and moves people of their own units (`register_person`, `move_person`) and changes details
(`change_details`); what no form offers an operator, another kind of employment under the same number and an address for somebody who has
none, stays an admin's. Of a person of other units a row tells nothing, not even that it says what is known.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from models.people import Role
from models.statements.directory import DETAILS
from models.units import Unit
from workflows.process.actors import Actor
from workflows.process.refusals import Forbidden, Invalid, Refusal
from workflows.region.people_columns import PersonRow
from workflows.region.posts import HELD
from workflows.region.powers import decides_or_signs, list_offices
from workflows.region.staff import KEEPERS, looks_after

ADMINS_ALONE = {"kind": "import_kind_by_admin", "email": "import_email_by_admin"}  # what a row may change, and its refusal of an operator


@dataclass(frozen=True)
class RowChange:
    """A row, and whose it is: the person as they stand, None for somebody new; `new` are the person's values after it."""

    row: PersonRow
    person: Any
    new: dict[str, Any]

    @property
    def differs(self) -> list[str]:
        """What the row changes of somebody who is known."""
        return [name for name in DETAILS if self.person is not None and getattr(self.person, name) != self.new[name]]

    @property
    def changes_post(self) -> bool:
        """Whether it lets somebody who is known begin another post."""
        return not {*self.differs}.isdisjoint(HELD)

    @property
    def units(self) -> set[str]:
        """The units, by id, that it touches."""
        return {self.new["unit_id"]} if self.person is None else {self.new["unit_id"], self.person.unit_id}


def require_importer(actor: Actor) -> None:
    """Refuse whoever looks after no unit, as operator or admin; whoever runs the server passes."""
    if not actor.flow and not any(actor.holds(role) for role in KEEPERS):
        raise Forbidden("only_operator")


class ImportReach:
    """What somebody may import: of which units they look after the people, and over which they are admin; a flow over all."""

    def __init__(self, units: Iterable[Unit], actor: Actor) -> None:
        self.actor = actor
        self._kept, self._administered = set[str](), set[str]()
        for unit in units:
            if actor.flow or looks_after(actor, unit.path):
                self._kept.add(unit.id)
            if actor.flow or actor.holds(Role.ADMIN, unit.path):
                self._administered.add(unit.id)

    def knows(self, person: Any) -> bool:
        """Whether a file may tell of a person, None for somebody new: of whoever is of other units nothing is told."""
        return person is None or person.unit_id in self._kept

    def list_faults(self, session: Session, pair: RowChange) -> Iterator[Refusal]:
        """Why a row may not be imported: over both units, over every office, and of whoever decides a move alone."""
        changes, column = {*pair.differs}, pair.row.proof.column
        if not pair.units <= self._kept:
            yield Invalid("import_beyond_reach", "unit_code")
        elif "kind" in changes and not pair.new["kind"].has_number and list_offices(session, pair.person.id):
            yield Invalid("kind_of_office_holder", "kind", kind=pair.new["kind"])
        elif self.actor.flow or not changes:
            return
        elif not all(self.actor.holds(Role.ADMIN, path) for path in list_offices(session, pair.person.id)):
            yield Invalid("office_beyond_reach", column)
        elif changes - {"unit_id"} and decides_or_signs(session, pair.person.id):
            yield Invalid("import_of_office", column)
        elif not pair.units <= self._administered:
            yield from (Invalid(code, name) for name, code in ADMINS_ALONE.items() if name in changes)
