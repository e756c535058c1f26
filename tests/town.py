"""The town of the tests: its units and its people, one for every role and a second leader, with tokens that need no password."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session

from models.database import Database
from models.instants import wall_now
from models.migrations import migrate
from models.people import EmploymentKind, Role, RoleGrant, SignIn
from workflows.process.actors import actor_of
from workflows.region.ceilings import NewCeiling, set_ceiling
from workflows.region.founding import found_region
from workflows.region.people import NewPerson, NewUnit, register_person, register_unit

# code      kind           parent   name
UNITS = """
BAPPEDA     agency         KOTA     Badan Perencanaan Kota Contoh
DISKOMINFO  agency         KOTA     Dinas Komunikasi Kota Contoh
DINKES      agency         KOTA     Dinas Kesehatan Kota Contoh
DISDIK      agency         KOTA     Dinas Pendidikan Kota Contoh
ANDIR       district       KOTA     Kecamatan Andir
MALEBER     urban_village  ANDIR    Kelurahan Maleber
CIROYOM     urban_village  ANDIR    Kelurahan Ciroyom
COBLONG     district       KOTA     Kecamatan Coblong
DAGO        urban_village  COBLONG  Kelurahan Dago
"""

# who         unit        role         over        name
PEOPLE = """
lead          MALEBER     -            -           Sari Kenanga Wulandari
mate          CIROYOM     -            -           Tono Gambiranom
stranger      DAGO        -            -           Wening Palastri
head          ANDIR       unit_head    ANDIR       Asep Cakrabuana
other_head    COBLONG     unit_head    COBLONG     Dadang Mangkubumi
operator      ANDIR       operator     ANDIR       Nining Rarasati
secretary     BAPPEDA     secretariat  BAPPEDA     Ratna Puspasari
reviewer1     DISKOMINFO  reviewer     KOTA        Budi Argalaras
reviewer2     DISKOMINFO  reviewer     BAPPEDA     Citra Mayangsari
reviewer3     DINKES      reviewer     BAPPEDA     Dewi Sekarlangit
reviewer4     DISDIK      reviewer     KOTA        Eko Wiraatmaja
chair         BAPPEDA     chair        BAPPEDA     Gunawan Tirtayasa
owner         CIROYOM     pilot_owner  ANDIR       Hesti Larasati
verifier      BAPPEDA     verifier     BAPPEDA     Indra Kusumadewa
leader        KOTA        leader       KOTA        Joko Surapati
auditor       KOTA        auditor      KOTA        Kartika Wardhani
walker        DISDIK      -            -           Lukman Pamungkas
deputy        KOTA        leader       KOTA        Maharani Suryalaya
"""

CEILING = NewCeiling(10**12, 10**14, "Keputusan Wali Kota Contoh tentang standar biaya")  # far above what usual tests pay
NIGHTS = timedelta(days=3650)


@dataclass(frozen=True)
class TownPerson:
    """A person as tests know them; the token is the secret itself."""

    who: str
    id: str
    name: str
    number: str

    @property
    def token(self) -> str:
        """A bearer token that never leaves the tests."""
        return f"token-of-{self.who}"

    @property
    def headers(self) -> dict[str, str]:
        """What a request of theirs carries."""
        return {"Authorization": f"Bearer {self.token}"}


def settle_town(store: Database) -> None:
    """Migrate an empty database and bring the town's units and people into it by the real actions."""
    migrate(store)
    with store.unit_of_work() as session:
        admin = NewPerson("Mulyadi Sastranegara", employee_number(1), EmploymentKind.PNS, "KOTA")
        second = NewPerson("Neneng Kusumastuti", employee_number(0), EmploymentKind.PNS, "KOTA")
        root, founded = found_region(session, NewUnit("KOTA", "Pemerintah Kota Contoh", "city", ""), (admin, second))
        founder, second_admin = (person for person, _code in founded)
        actor = actor_of(session, founder.id)
        units = {"KOTA": root.id}
        for line in UNITS.strip().splitlines():
            code, kind, parent, name = line.split(maxsplit=3)
            units[code] = register_unit(session, NewUnit(code, name, kind, parent), actor=actor).id
        sign_in(session, "admin", founder.id)
        sign_in(session, "second_admin", second_admin.id)
        for place, line in enumerate(PEOPLE.strip().splitlines(), start=2):
            who, unit, role, over, name = line.split(maxsplit=4)
            new = NewPerson(name, employee_number(place), EmploymentKind.PNS, unit, email=f"{who}@contoh.example")
            person, _code = register_person(session, new, actor=actor)
            if role != "-":
                session.add(RoleGrant(person_id=person.id, role=Role(role), unit_id=units[over]))
            sign_in(session, who, person.id)
            if who == "leader":
                set_ceiling(session, CEILING, actor=actor_of(session, person.id))


def sign_in(session: Session, who: str, person_id: str) -> None:
    """Let somebody in without a password: hashing one costs more than everything else here."""
    token_hash = hashlib.sha256(f"token-of-{who}".encode()).hexdigest()
    never = wall_now() + NIGHTS  # neither rests too long nor ends
    session.add(SignIn(token_hash=token_hash, person_id=person_id, form_token=f"form-{who}", seen_at=never, until=never))


def employee_number(place: int) -> str:
    """A possible NIP whose digits no other test uses: born 17 March 1979, appointed in November 2004."""
    return f"19790317200411{1 + place % 2}{700 + place}"
