"""`gagas init` and `gagas migrate`: a folder, a key, a schema, an admin, once."""

import re
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from fastapi.testclient import TestClient
from sqlmodel import col, select
from typer.testing import CliRunner, Result

from api.app import create_app
from api.cli.main import app
from models.database import database
from models.ledger import LedgerEntry
from models.people import Account, EmployeeNumber, Person, Role, RoleGrant, is_held
from models.settings import settings
from models.units import Unit

NUMBER, SECOND = "198001012006041901", "198203052008012902"
PASSWORD = "kata sandi yang panjang"


def gagas(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def init(*more: str, number: str = NUMBER, second: str = SECOND) -> Result:
    admins = (("Sari Lestari", number), ("Dewi Anjarsari", second))
    named = [word for name, number in admins for word in ("--admin-name", name, "--admin-number", number)]
    return gagas("init", *named, *more)


def codes(printed: Result) -> list[str]:
    """The one-time codes that a command printed, each on a line of its own."""
    return [line for line in printed.stdout.splitlines() if re.fullmatch(r"\w{4}-\w{4}-\w{4}", line)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GAGAS_DATA", str(tmp_path / "data"))
    settings.cache_clear()
    return tmp_path / "data"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_init_makes_a_folder_that_only_its_owner_can_read(folder: Path) -> None:
    assert init().exit_code == 0
    assert mode(folder) == 0o700
    assert mode(folder / "keys") == 0o700
    assert mode(folder / "keys" / "ledger.pem") == 0o600
    assert (folder / "gagas.db").exists()
    load_pem_private_key((folder / "keys" / "ledger.pem").read_bytes(), None)


def test_init_makes_the_root_unit_and_two_admins_and_records_it_without_a_name(folder: Path) -> None:
    init("--unit-code", "KCTH", "--unit-name", "Pemerintah Kota Contoh")
    with database().reading() as session:
        assert [(unit.code, unit.name) for unit in session.exec(select(Unit))] == [("KCTH", "Pemerintah Kota Contoh")]
        assert list(session.exec(select(RoleGrant.role).where(is_held()))) == [Role.ADMIN, Role.ADMIN]
        assert set(session.exec(select(EmployeeNumber.number))) == {NUMBER, SECOND}
        payloads = str([entry.payload for entry in session.exec(select(LedgerEntry))])
    assert "region.found" in payloads
    assert not any(word in payloads for word in ("Sari", "Dewi", NUMBER, SECOND))


def test_a_name_that_no_paper_can_draw_is_refused_on_the_command_line_with_its_character(folder: Path) -> None:
    """By `init`, for the region's unit and its admins, and by `admin add`; nothing is kept of it."""
    undrawable = (
        init("--unit-name", "Pemerintah Kota 山田"),
        gagas("init", "--admin-name", "Siti 😀", "--admin-number", NUMBER, "--admin-name", "Dewi", "--admin-number", SECOND),
    )
    assert init().exit_code == 0
    undrawable += (gagas("admin", "add", "--name", "Ольга", "--number", "198405062010012903"),)
    for refused, character in zip(undrawable, ("山 (U+5C71)", "😀 (U+1F600)", "О (U+041E)"), strict=True):
        assert (refused.exit_code, codes(refused)) == (1, [])
        assert "unprintable_characters" in refused.stdout
        assert character in " ".join(refused.stdout.split())
    with database().reading() as session:
        assert session.exec(select(Person.name).order_by(col(Person.name))).all() == ["Dewi Anjarsari", "Sari Lestari"]


def test_the_printed_code_opens_the_account_once(folder: Path) -> None:
    code, other = codes(init())
    assert code != other
    with database().reading() as session:
        assert code not in str([account.model_dump() for account in session.exec(select(Account))])
    with TestClient(create_app()) as client:
        body = {"employee_number": NUMBER, "code": code, "password": PASSWORD}
        answers = [client.post("/api/v1/activation", json=body).status_code for _ in range(2)]
        token = client.post("/api/v1/tokens", json={"employee_number": NUMBER, "password": PASSWORD})
    assert answers[0] < 300
    assert 400 <= answers[1] < 500
    assert token.status_code < 300


def test_a_second_init_is_refused_and_changes_nothing(folder: Path) -> None:
    first, _second = codes(init())
    key = (folder / "keys" / "ledger.pem").read_bytes()
    with database().reading() as session:
        before = session.exec(select(Account.activation_hash)).all()
    again = init()
    assert (again.exit_code, "region_exists" in again.stdout) == (1, True)
    assert first not in again.stdout
    assert (folder / "keys" / "ledger.pem").read_bytes() == key
    with database().reading() as session:
        assert session.exec(select(Account.activation_hash)).all() == before
        assert len(session.exec(select(Unit)).all()) == 1


def test_an_impossible_number_is_refused_without_being_repeated_and_may_be_mended(folder: Path) -> None:
    wrong = init(number="199913332006041901")
    assert (wrong.exit_code, "employee_number_impossible" in wrong.stdout) == (1, True)
    assert "birth date" in " ".join(wrong.stdout.split())
    assert "birth_date_impossible" not in wrong.stdout
    assert "199913332006041901" not in wrong.stdout
    assert init().exit_code == 0


def test_a_region_is_not_founded_by_one_person_twice(folder: Path) -> None:
    """One admin alone could confirm nothing, and would be tempted to be both."""
    once = init(second=NUMBER)
    assert (once.exit_code, "two_admins_needed" in once.stdout) == (1, True)
    assert init().exit_code == 0


def test_init_asks_for_the_names_and_numbers_that_were_not_given(folder: Path) -> None:
    asked = CliRunner().invoke(app, ["init"], input=f"Sari Lestari\n{NUMBER}\nDewi Anjarsari\n{SECOND}\n")
    assert (asked.exit_code, len(codes(asked))) == (0, 2)


def test_whoever_runs_the_server_adds_an_admin_where_no_second_person_is_left(folder: Path) -> None:
    """An old database with one admin, or one whose admins all left: the way back is on the machine itself, and it is a fact."""
    assert "region_missing" in gagas("admin", "add", "--name", "Rini", "--number", "198405062010012903").stdout
    init()
    added = gagas("admin", "add", "--name", "Rini Astuti", "--number", "198405062010012903")
    again = gagas("admin", "add", "--name", "Somebody else", "--number", NUMBER)
    assert (added.exit_code, again.exit_code) == (0, 0)
    assert len(codes(added)) == len(codes(again)) == 1
    with database().reading() as session:
        held = list(session.exec(select(RoleGrant.person_id).where(is_held(), RoleGrant.role == Role.ADMIN)))
        facts = list(session.exec(select(LedgerEntry).where(LedgerEntry.kind == "region.add_admin")))
    assert len(held) == len(set(held)) == 3
    assert [fact.payload["actor"] for fact in facts] == ["flow:init", "flow:init"]
    assert not any("Rini" in str(fact.payload) for fact in facts)


def test_migrate_may_be_repeated_and_keeps_the_key(folder: Path) -> None:
    assert gagas("migrate").exit_code == 0
    key = (folder / "keys" / "ledger.pem").read_bytes()
    again = gagas("migrate")
    assert (again.exit_code, "up to date" in again.stdout) == (0, True)
    assert (folder / "keys" / "ledger.pem").read_bytes() == key


def test_every_command_says_what_it_is_for() -> None:
    printed = gagas("--help").stdout
    for command in ("init", "serve", "migrate", "doctor", "calc", "ledger", "admin"):
        assert command in printed
        assert gagas(command, "--help").exit_code == 0
