"""What lies in the data folder is its owner's alone, and the signing key lies where whoever runs the database cannot use it.

On a machine of a hundred accounts the umask is 022: a colleague would copy the database, a backup would carry the key along.
"""

import asyncio
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.doctor.finding import State
from api.cli.doctor.secrecy import check_folder, check_key
from api.cli.folder import prepare_folder, read_pinned_fingerprint
from api.cli.main import app
from models.database import Database
from models.migrations import migrate
from models.settings import Settings, settings
from workflows.delivery.relay import Relay

POSTGRES = "postgresql+psycopg://gagas@127.0.0.1/gagas"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def careless_umask() -> Iterator[None]:
    former = os.umask(0o022)
    yield
    os.umask(former)


def use(folder: Path, monkeypatch: pytest.MonkeyPatch, **more: str) -> Path:
    for name, value in {"GAGAS_DATA": str(folder), **more}.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    return folder


def list_open(folder: Path) -> list[str]:
    """Every place at or below a folder that others could get into; what is in a closed folder is closed."""
    return [str(place) for place in (folder, *folder.rglob("*")) if mode(place) & 0o077]


@pytest.mark.parametrize("given", ["fresh", "two/levels/down", "there"])
def test_whatever_folder_is_given_it_and_the_database_are_its_owners_alone(tmp_path: Path, given: str) -> None:
    """Each in a process of its own, as an operator starts it, with the umask of most machines."""
    (tmp_path / "there").mkdir(mode=0o755)
    folder = tmp_path / given
    environment = {**os.environ, "GAGAS_DATA": str(folder)}
    code = "import os; os.umask(0o022); from api.cli.main import app; app(['migrate'])"
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True)
    assert (mode(folder), mode(folder / "gagas.db"), mode(folder / "keys")) == (0o700, 0o600, 0o700)
    assert list_open(folder) == []


def test_a_library_that_opens_the_database_leaves_it_closed_too(tmp_path: Path) -> None:
    code = f"import os; os.umask(0o022); from models.database import Database; Database('sqlite:///{tmp_path}/gagas.db').close()"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert mode(tmp_path / "gagas.db") == 0o600


def test_a_folder_of_before_is_closed_and_a_shared_one_is_left_and_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, foreign in (("own", None), ("home", ".bashrc")):
        folder = tmp_path / name
        folder.mkdir(mode=0o755)
        (folder / "gagas.db").touch(0o644)
        (folder / "documents").mkdir(0o755)
        if foreign:
            (folder / foreign).touch(0o644)
        use(folder, monkeypatch)
        prepare_folder()
        assert mode(folder) == (0o755 if foreign else 0o700)
        assert (mode(folder / "gagas.db"), mode(folder / "documents")) == (0o600, 0o700)
        assert check_folder(folder).state == (State.WARN if foreign else State.OK)
        assert not foreign or mode(folder / foreign) == 0o644


def test_what_a_relay_keeps_in_the_folder_is_gagas_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock of the process that delivers lies there too, else every folder on SQLite would count as shared and stay open."""
    folder = use(tmp_path / "data", monkeypatch)
    prepare_folder()
    store = Database(f"sqlite:///{folder}/gagas.db")
    migrate(store)
    relay = Relay(store, lambda *_: None)  # type: ignore[arg-type, return-value]
    asyncio.run(relay.look_for_dead())  # what a relay begins with
    folder.chmod(0o755)
    (folder / "holders").chmod(0o755)
    prepare_folder()
    assert list((folder / "holders").iterdir())
    assert list_open(folder) == []
    assert check_folder(folder).state is State.OK
    relay.holder.close()
    store.close()


def test_the_key_lies_where_it_is_told_and_is_pinned_in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = tmp_path / "safe" / "ledger.pem"
    folder = use(tmp_path / "data", monkeypatch, GAGAS_LEDGER_KEY=str(key))
    prepare_folder()
    assert (mode(key.parent), mode(key), (folder / "keys" / "ledger.pem").exists()) == (0o700, 0o600, False)
    pinned = (folder / "keys" / "ledger.pub").read_bytes()
    key.unlink()
    prepare_folder()
    assert not key.exists()  # whoever signs has it elsewhere: a second key would be a stranger's
    assert (folder / "keys" / "ledger.pub").read_bytes() == pinned
    assert check_key(settings()).state is State.OK


def test_a_region_that_has_facts_gets_no_second_key_and_a_key_that_is_put_back_is_pinned_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = use(tmp_path / "data", monkeypatch, GAGAS_LEDGER_KEY=str(tmp_path / "safe" / "ledger.pem"))
    founders = [
        word for number in ("198001012006041901", "198203052008012902") for word in ("--admin-name", "Sari", "--admin-number", number)
    ]
    assert CliRunner().invoke(app, ["init", *founders]).exit_code == 0
    fingerprint = read_pinned_fingerprint()
    (tmp_path / "safe" / "ledger.pem").rename(tmp_path / "stick.pem")
    (folder / "keys" / "ledger.pub").unlink()
    for words in (["migrate"], ["serve"], ["admin", "add", "--name", "Rini", "--number", "198405062010012903"]):
        refused = CliRunner().invoke(app, words)
        assert (refused.exit_code, "no other is made" in " ".join(refused.output.replace("│", " ").split())) == (2, True), refused.output
    assert list((tmp_path / "safe").iterdir()) == list((folder / "keys").iterdir()) == []
    (tmp_path / "stick.pem").rename(tmp_path / "safe" / "ledger.pem")
    back = CliRunner().invoke(app, ["migrate"])
    assert (back.exit_code, fingerprint in back.output, read_pinned_fingerprint()) == (0, True, fingerprint)


def test_a_key_of_before_is_moved_by_hand_and_never_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(tmp_path / "data", monkeypatch)
    prepare_folder()
    use(tmp_path / "data", monkeypatch, GAGAS_LEDGER_KEY=str(tmp_path / "elsewhere.pem"))
    refused = CliRunner().invoke(app, ["migrate"])
    assert refused.exit_code == 2
    assert "move it" in " ".join(refused.output.split())
    assert not (tmp_path / "elsewhere.pem").exists()


def test_a_place_where_no_key_can_be_made_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    use(tmp_path / "data", monkeypatch, GAGAS_LEDGER_KEY=str(tmp_path / "file" / "ledger.pem"))
    refused = CliRunner().invoke(app, ["migrate"])
    assert (refused.exit_code, "cannot be made" in " ".join(refused.output.split())) == (2, True)


@pytest.mark.parametrize(
    ("database", "key", "state"),
    [("", None, State.OK), (POSTGRES, None, State.WARN), (POSTGRES, "keys/inside.pem", State.WARN), (POSTGRES, "../outside.pem", State.OK)],
)
def test_the_doctor_says_where_the_key_lies_and_warns_of_the_data_folder_on_a_server(
    tmp_path: Path, database: str, key: str | None, state: State
) -> None:
    data = tmp_path / "data"
    chosen = Settings(data=data, database_url=database, ledger_key="" if key is None else str((data / key).resolve()))
    assert check_key(chosen).state is state
    chosen.signing_key.parent.mkdir(parents=True, exist_ok=True)
    chosen.signing_key.touch(0o600)
    finding = check_key(chosen)
    assert (finding.state, str(chosen.signing_key) in finding.sentence) == (state, True)
    assert bool(finding.mend) is (state is State.WARN)
    chosen.signing_key.chmod(0o644)
    assert check_key(chosen).state is State.WARN


def test_a_part_that_may_not_look_for_the_key_starts_beside_the_pinned_one_and_makes_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A unit of systemd hides the key's folder; root is let in everywhere, so a name that no folder takes stands for it here."""
    folder = use(tmp_path / "data", monkeypatch)
    prepare_folder()
    pinned = (folder / "keys" / "ledger.pub").read_bytes()
    (folder / "keys" / "ledger.pem").unlink()
    use(folder, monkeypatch, GAGAS_LEDGER_KEY=str(tmp_path / ("x" * 300)))
    prepare_folder()
    assert (folder / "keys" / "ledger.pub").read_bytes() == pinned
    assert not (folder / "keys" / "ledger.pem").exists()
