"""The README's page for one machine: its files fit each other, and its lines, typed one after the other, found a region that is kept."""

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from configparser import ConfigParser
from datetime import date, timedelta
from pathlib import Path

import httpx
import openpyxl
import pytest
import typer

from api.cli.main import app
from examples import UNITS
from models.private import is_open
from models.settings import REGION, Settings
from tests.api.cli.test_found import EMBLEM
from tests.deploy.first_day import PAPERS, Region, live_first_days
from tests.deploy.front import https_front
from tests.deploy.house import PASSWORD, House, Transcript
from tests.deploy.test_files import HARDENED, NO_CALLS
from tests.serving import ROOT
from tests.terminal import type_answers
from workflows.delivery.processes import free_port

FOLDER = ROOT / "deploy" / "one-machine"
SYSTEM = ("apt-get", "git", "make", "useradd", "nano", "systemctl", "nginx", "until", "curl", "cp", "install -m 644")
SYSTEM += ("install -m 600 /root",)
ADMINS = (("Sari Lestari", "198001012006041901"), ("Dewi Anjarsari", "198203052008012902"))
STAFF, BIRTHDAYS = 24_000, 9_000
FOUNDING = (  # what `gagas init` asks at a terminal, in its order
    ("Name of the region", "Pemerintah Kota Bandung"),
    ("Code of its root unit", "KBDG"),
    ("Zone (", "Asia/Jakarta"),
    ("Language (", "id"),
    ("Letterhead of its own papers", PAPERS["letterhead_lines"][0]),
    ("Who signs", PAPERS["position"]),
    ("Where they are signed", PAPERS["place"]),
    ("Code in their numbers", PAPERS["unit_code"]),
    ("SVG file of its emblem", "lambang.svg"),
    ("Bring in the 226 units", "n"),  # they come from the office's file, as a region's own do
    *(asked for name, number in ADMINS for asked in (("admin:", name), ("employee number", number))),
)
WRITTEN_TO = "GAGAS_TEST_TRANSCRIPT"  # the folder that gets the transcript of the first days; the test's own where it is not said


def read_page() -> list[str]:
    """The lines that one types."""
    found = re.search(r"## Use it for real\n.*?```sh\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
    assert found
    return [line for line in found[1].splitlines() if line and not line.startswith("#")]


def read_env() -> dict[str, str]:
    lines = (FOLDER / "gagas.env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_the_settings_are_accepted_as_they_stand_and_the_key_lies_apart() -> None:
    chosen = Settings(**{name.removeprefix("GAGAS_").lower(): value for name, value in read_env().items()})  # type: ignore[arg-type]
    assert chosen.address.startswith("https://")
    assert not chosen.signing_key.is_relative_to(chosen.data)
    made = next(line for line in read_page() if line.startswith("install -d"))
    assert {str(chosen.data.parent), str(chosen.signing_key.parent), "/backup"} <= set(made.split())


def test_the_unit_is_hardened_and_writes_below_one_folder() -> None:
    parser = ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string((FOLDER / "gagas.service").read_text())
    told = dict(parser["Service"])
    assert {name: told.get(name) for name in HARDENED} == HARDENED
    assert told["EnvironmentFile"] == "/etc/gagas/gagas.env"
    assert told["ExecStart"] == "/opt/gagas/.venv/bin/gagas serve"
    assert Path(read_env()["GAGAS_DATA"]).is_relative_to(told["ReadWritePaths"])
    assert told["InaccessiblePaths"] == f"-{Path(read_env()['GAGAS_LEDGER_KEY']).parent}"


def test_the_proxy_speaks_https_alone_and_leads_to_the_port_that_serve_takes() -> None:
    told = (FOLDER / "nginx.conf").read_text()
    assert f"proxy_pass http://127.0.0.1:{Settings().port};" in told
    assert "return 301 https://" in told
    page = "\n".join(read_page())
    for file in re.findall(r"ssl_certificate(?:_key)?\s+(\S+);", told):
        assert file in page
    assert f"http://127.0.0.1:{Settings().port}/api/v1/health" in page
    shared = re.findall(r"(?m)^    ((?:client|limit|send|keepalive)_\w+ [^;]+);$", told)
    assert set(shared) <= set(re.findall(r"(?m)^    (\w+ [^;]+);$", (ROOT / "deploy" / "nginx.conf").read_text()))


def test_every_command_of_the_page_exists_and_so_does_every_file() -> None:
    page = "\n".join(read_page())
    commands = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    assert set(re.findall(r"as_gagas gagas ([a-z]+)", re.sub(NO_CALLS, "", page))) <= commands
    for file in re.findall(r"/opt/gagas/(deploy/[\w./-]+)", page):
        assert list(ROOT.glob(f"{file}*")), file


def write_sheet(file: Path, rows: list[list[str]]) -> None:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(file)


def write_files(root: Path, staff: list[tuple[str, str]]) -> None:
    """What the HR office gives: the units of Kota Bandung, and people in each of them."""
    with UNITS.open(encoding="utf-8", newline="") as file:
        head, *units = csv.reader(file)
    write_sheet(root / "unit.xlsx", [head, *units])
    people = [[number, name, units[(place + 1) % len(units)][1]] for place, (number, name) in enumerate(staff)]
    write_sheet(root / "pegawai.xlsx", [["NIP", "Nama", "Unit Kerja"], *people])


def list_staff(number: int) -> list[tuple[str, str]]:
    """Number and name of each; the first is of the second unit, the next of the third, and so on around."""
    born = [(date(1970, 1, 1) + timedelta(days=place % BIRTHDAYS), place // BIRTHDAYS + 1) for place in range(number)]
    return [(f"{day:%Y%m%d}2020031{serial:03}", f"Warga {place}") for place, (day, serial) in enumerate(born)]


@pytest.mark.slow
@pytest.mark.server
@pytest.mark.timeout(3_000)
def test_typed_line_by_line_it_founds_a_region_serves_it_and_keeps_it(tmp_path: Path, share: Callable[[int], int]) -> None:
    """All but what changes the machine itself: packages, accounts, units of systemd, the proxy."""
    staff = list_staff(share(STAFF))
    for name in ("root", "lib/gagas", "etc", "tools"):
        (tmp_path / name).mkdir(parents=True)
    write_files(tmp_path / "root", staff)
    (tmp_path / "lib" / "gagas" / "lambang.svg").write_text(EMBLEM)
    port = free_port("127.0.0.1")
    known = {name: value for name, value in os.environ.items() if not name.startswith("GAGAS_")} | {"PYTHONPATH": str(ROOT)}
    known["PATH"] = f"{tmp_path / 'tools'}{os.pathsep}{os.environ['PATH']}"
    script = write_script(tmp_path, port)
    code, typed = type_answers(["bash", "-c", script], FOUNDING, surroundings=known, folder=tmp_path, seconds=1_200)
    assert code == 0, typed[-3_000:]
    codes = re.findall(r"(?m)^\w{4}-\w{4}-\w{4}$", typed)
    assert len(codes) == 2
    env = (tmp_path / "etc" / "gagas" / "gagas.env").read_text()
    told = dict(line.split("=", 1) for line in env.splitlines() if line and not line.startswith("#"))
    check_folder(tmp_path, Path(told["GAGAS_DATA"]))
    served, lib = known | told, tmp_path / "lib" / "gagas"
    command = [sys.executable, "-c", "from api.cli.main import app; app()"]
    with subprocess.Popen([*command, "serve"], env=served, cwd=lib, stdout=subprocess.DEVNULL) as server:
        try:
            assert await_health(port), "gagas serve does not answer"
            transcript = Transcript(Path(os.environ.get(WRITTEN_TO, tmp_path)) / "first-days.md")
            founders = [(*admin, code) for admin, code in zip(ADMINS, codes, strict=True)]
            with (
                https_front(tmp_path / "root", port) as (address, trusted),
                House(address, trusted, served, lib, transcript) as house,
            ):
                check_first_days(live_first_days(house, founders, staff), codes, len(staff))
            keep_and_lose(command, served, tmp_path)
        finally:
            server.send_signal(signal.SIGTERM)


def write_script(root: Path, port: int) -> str:
    """The page's lines for a terminal, in folders below one instead of the machine's, on a free port; and as_gagas, led there too."""
    places = {"/opt/gagas/.venv/bin:": f"{Path(sys.executable).parent}:", "/opt/gagas": str(ROOT), "/var/lib": str(root / "lib")}
    places |= {"/etc/": f"{root}/etc/", "/backup": str(root / "backup"), "/root": str(root / "root")}
    places |= {"/usr/local/bin": str(root / "tools"), "/media": str(root / "media")}
    places |= {"sudo -u gagas ": "", "-o gagas -g gagas": "", "-o gagas": "", "-g gagas": ""}
    script = "\n".join(["set -e", *(line for line in read_page() if not line.startswith(SYSTEM))])
    moved = (ROOT / "deploy" / "as_gagas").read_text()
    for here, there in places.items():
        script, moved = script.replace(here, there), moved.replace(here, there)
    (root / "as_gagas").write_text(moved)
    script = script.replace(f"{ROOT}/deploy/as_gagas", str(root / "as_gagas"))
    env = f"{root}/etc/gagas/gagas.env"
    tuned = f'sed -i "s#=/var/lib#={root}/lib#" {env}; printf "GAGAS_PORT={port}\\nGAGAS_PREFECT_PORT=0\\n" >> {env}\n'
    return script.replace("as_gagas gagas doctor", f"{tuned}as_gagas gagas doctor", 1)


def check_folder(root: Path, data: Path) -> None:
    """The data folder lies where the settings say, is closed to others, and holds what was answered."""
    assert data == root / "lib" / "gagas" / "data"
    assert not is_open(data)
    assert (data / REGION).read_text().splitlines() == ["GAGAS_ZONE=Asia/Jakarta", "GAGAS_LANGUAGE=id"]
    assert (data / "emblems" / "region.svg").read_text() == EMBLEM


def keep_and_lose(command: list[str], served: dict[str, str], root: Path) -> None:
    """As its units do: a checkpoint, then a backup by what cannot sign; a trial beside the live region; a new machine with the stick."""

    def type_line(*words: str, **more: str) -> str:
        done = subprocess.run([*command, *words], env=served | more, cwd=root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    fingerprint = type_line("ledger", "key").strip()
    signed = type_line("ledger", "checkpoint", "--keep")
    for _ in range(2):  # that of the night, and that of an upgrade
        type_line("backup", "--dated", "--keep", "14", str(root / "backup"), GAGAS_LEDGER_KEY=str(root / "nobody" / "ledger.pem"))
    made = sorted((root / "backup").iterdir())
    assert len(made) == 2
    assert json.loads((made[1] / "checkpoint.json").read_text()) == json.loads(signed)
    type_line("restore", str(made[0]), GAGAS_DATA=str(root / "lib" / "gagas" / "trial"))
    stick = root / "media" / "usb" / "gagas"
    new = {"GAGAS_DATA": str(root / "new" / "data"), "GAGAS_LEDGER_KEY": str(root / "new" / "keys" / "ledger.pem")}
    Path(new["GAGAS_LEDGER_KEY"]).parent.mkdir(parents=True)
    shutil.copyfile(stick / "ledger.pem", new["GAGAS_LEDGER_KEY"])
    assert fingerprint in type_line("restore", str(made[1]), **new)
    assert json.loads(type_line("ledger", "checkpoint", "--keep", **new))["key"] == fingerprint


def check_first_days(region: Region, codes: list[str], staff: int) -> None:
    """All of the file are there, three calls are open; the transcript tells of what was done and of nothing that opens an account."""
    assert count_rows(region.house, "people") == staff + len(ADMINS) + 1  # and the mayor
    assert count_rows(region.house, "units") == 226
    assert sorted(region.calls) == ["ANDIR-I", "PROFIL-II", "TANGAN-III"]
    opened = region["proposer"].read("/calls")["calls"]
    assert {call["code"] for call in opened if call["state"] == "open"} == set(region.calls)
    told = region.house.transcript.file.read_text("utf-8")
    print(told)
    assert [each for each in (PASSWORD, *codes, *(person.token for person in region.people.values())) if each in told] == []
    for part in ("gagas call plan", "is asked to confirm", "is replaced by", "Plt. to", "own_confirmation", "walikota.contoh"):
        assert part in told, part
    assert not re.search(r"\b\w{4}-\w{4}-\w{4}\b", re.sub(r"20\d\d-[\d-]+", "", told))


def count_rows(house: House, kind: str) -> int:
    """How many people or units `gagas export` gives out."""
    house.type("export", kind, f"{kind}.csv")
    with (house.folder / f"{kind}.csv").open(encoding="utf-8-sig", newline="") as file:
        return len(list(csv.reader(file))) - 1


def await_health(port: int) -> bool:
    until = time.monotonic() + 200
    while time.monotonic() < until:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/api/v1/health", timeout=2).status_code == 200:
                return True
        except httpx.HTTPError:
            time.sleep(0.2)
    return False
