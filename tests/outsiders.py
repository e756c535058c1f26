"""People of the town who have no employee number: registered by the real action, each with a token like everybody of the town."""

from models.people import EmploymentKind
from tests.building import Town
from tests.town import TownPerson, sign_in
from workflows.process.actors import actor_of
from workflows.region.people import NewPerson, register_person

MAYOR = NewPerson("Erwin Suryakancana", "", EmploymentKind.ELECTED_HEAD, "KOTA", position="Wali Kota", sign_in_name="walikota.contoh")


def welcome(town: Town, who: str, new: NewPerson = MAYOR, *, by: str = "admin") -> str:
    """Register somebody, who is `who` of the town from now on; answers their one-time code."""
    with town.store.unit_of_work() as session:
        person, code = register_person(session, new, actor=actor_of(session, town[by].id))
        sign_in(session, who, person.id)
        town.people[who] = TownPerson(who, person.id, person.name, "")
    return code


def outsider(kind: EmploymentKind, name: str = "tamu.daerah") -> NewPerson:
    """Somebody of a kind that has no number."""
    return NewPerson("Rahmat Wiranata", "", kind, "KOTA", sign_in_name=name)
