"""The people and ideas that are measured: the tests' town, with ideas put into its tables at once; and a city with all its units."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlmodel import SQLModel, select

from examples import UNITS
from models.calls import PolicyVersion
from models.database import Database
from models.ideas import Idea, Revision, TeamMember
from models.ids import new_id
from models.instants import now
from models.migrations import migrate
from models.outbox import Message
from models.people import EmploymentKind
from models.search import SearchText
from models.stages import IdeaStage
from models.units import Unit
from tests.building import SECTIONS, Town
from tests.town import employee_number, settle_town
from workflows.calculations.words import EDITION
from workflows.intake.search_terms import SearchedText, write_terms
from workflows.region.founding import FOUNDER, found_region
from workflows.region.import_units import import_units
from workflows.region.people import NewPerson, NewUnit

ADMINS = ("Mulyadi Sastranegara", "Neneng Kusumastuti")
KEPT = "settled.kept"
WORDS = " ".join(["Warga menunggu lama di loket, dan antrean daring memberi nomor yang pasti."] * 4)


def settle(store: Database) -> Town:
    """The town on an empty database that nobody has opened: settled once in a folder or on a server, and copied from then on."""
    (_settle_file if store.is_sqlite else _settle_on_server)(store)
    return Town(store)


def _settle_file(store: Database) -> None:
    file = Path(str(store.url.database))
    kept = file.with_name(KEPT)
    if kept.exists():
        shutil.copyfile(kept, file)
        return
    settle_town(store)
    store.close()
    shutil.copyfile(file, kept)


def _settle_on_server(store: Database) -> None:
    server = store.url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        if connection.execute("SELECT FROM pg_database WHERE datname = %s", (KEPT,)).fetchone() is not None:
            connection.execute(f'DROP DATABASE "{store.url.database}"')
            connection.execute(f'CREATE DATABASE "{store.url.database}" TEMPLATE "{KEPT}"')
            return
        settle_town(store)
        store.close()
        connection.execute(f'CREATE DATABASE "{KEPT}" TEMPLATE "{store.url.database}"')


def settle_city(store: Database) -> dict[str, str]:
    """Kota Bandung with its 226 units and two admins on an empty database; answers the units' ids by their codes."""
    migrate(store)
    admins = tuple(NewPerson(name, employee_number(place), EmploymentKind.PNS, "KBDG") for place, name in enumerate(ADMINS))
    with store.unit_of_work() as session:
        found_region(session, NewUnit("KBDG", "Pemerintah Kota Bandung", "city", ""), (admins[0], admins[1]))
        import_units(session, UNITS.read_bytes(), actor=FOUNDER)
    with store.reading() as session:
        return {unit.code: unit.id for unit in session.exec(select(Unit))}


def add_ideas(town: Town, number: int, stage: IdeaStage = IdeaStage.DRAFT) -> list[str]:
    """So many ideas of the lead and the mate, as drafts or as just submitted with their message to the intake flow; answers their ids."""
    call_id, lead, mate = town.call, town["lead"].id, town["mate"].id
    [policy_id] = town.rows(select(PolicyVersion.id).where(PolicyVersion.call_id == call_id))
    unit_id, ids = town.units["MALEBER"][0], [new_id() for _ in range(number)]
    since = now() - timedelta(hours=1)
    place = {"call_id": call_id, "policy_id": policy_id, "unit_id": unit_id, "lead_id": lead, "stage": stage, "title": "Antrean daring"}
    instants = {"created_at": since, "stage_since": since, "submitted_at": None if stage == IdeaStage.DRAFT else since}
    insert(town.store, Idea, [{"id": id_, **place, **instants} for id_ in ids])
    written = {"number": 1, "title": "Antrean daring", "form": "public_service", "medium": "digital", "author_id": lead}
    hashes = {"salt": "0" * 64, "content_sha256": "0" * 64}
    insert(town.store, Revision, [{"idea_id": id_, **written, **hashes, "sections": SECTIONS | {"background": WORDS}} for id_ in ids])
    insert(town.store, TeamMember, [part for id_ in ids for part in _team(id_, lead, mate)])
    terms = write_terms(SearchedText("Antrean daring", WORDS))
    insert(town.store, SearchText, [{"idea_id": id_, "revision": 1, "edition": EDITION, **terms} for id_ in ids])
    if stage == IdeaStage.SUBMITTED:
        insert(town.store, Message, [{"topic": "intake", "job": "route", "subject_id": id_, "idea_id": id_} for id_ in ids])
    return ids


def insert(store: Database, table: type[SQLModel], rows: list[dict[str, Any]]) -> None:
    """Put rows into a table, all at once."""
    with store.unit_of_work() as session:
        session.execute(sa.insert(table), rows)


def _team(idea_id: str, lead: str, mate: str) -> Iterator[dict[str, Any]]:
    yield {"idea_id": idea_id, "person_id": lead, "position": 0, "lead": True, "share_hundredths": 6_000}
    yield {"idea_id": idea_id, "person_id": mate, "position": 1, "lead": False, "share_hundredths": 4_000}
