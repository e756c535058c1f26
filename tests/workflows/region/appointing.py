"""What the tests of offices and of their holders begin with."""

from datetime import date, timedelta
from typing import Any

import pytest

from models.offices import HeadKind
from models.people import Person
from models.policy import DocumentRule
from tests.building import POLICY, Town
from workflows.region.holders import NewHolder
from workflows.region.offices import NewOffice, Office, read_office, set_office

RULE = DocumentRule.model_validate(POLICY["documents"])
ANDIR = NewOffice(
    ("PEMERINTAH KOTA CONTOH", "KECAMATAN ANDIR"), "Contoh", "Kec.Andir", "Camat Andir", "Jalan Contoh 2", "andir@contoh.example"
)
KOTA = NewOffice(("WALI KOTA CONTOH",), "Contoh", "WK", "Wali Kota Contoh", head_kind=HeadKind.REGIONAL_HEAD)
SETDA = NewOffice(("SEKRETARIAT DAERAH",), "Contoh", "SETDA", "Sekretaris Daerah", head_kind=HeadKind.REGIONAL_SECRETARY)
NIP, NI_PPPK = "197903172004111800", "199305172021221968"


@pytest.fixture
def office(either_town: Town) -> Town:
    """A town whose district Andir has an office that nobody holds yet."""
    either_town.do(set_office, "ANDIR", ANDIR, by="admin")
    return either_town


def day(number: int) -> date:
    return date(2026, 3, 1) + timedelta(days=number)


def read(town: Town, on: date, unit: str = "ANDIR") -> Office:
    with town.store.reading() as session:
        return read_office(session, town.units[unit][0], on, otherwise=RULE)


def appoint(town: Town, who: Any, first: int = 0, last: int | None = None, **named: Any) -> str:
    who = town[who].id if isinstance(who, str) else who
    new = NewHolder(who, day(first), None if last is None else day(last), **named)
    return town.appoint("ANDIR", new)


def give_rank(town: Town, who: str, **said: Any) -> None:
    with town.store.unit_of_work() as session:
        person = session.get_one(Person, town[who].id)
        for field, value in {"rank_name": "Pembina", "grade": "IV/a", "back_title": "S.STP.", **said}.items():
            setattr(person, field, value)
