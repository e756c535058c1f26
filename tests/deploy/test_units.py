"""systemd reads the units of deploy/ as they are meant: no directive that it does not know, no value that it leaves out."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.serving import ROOT

VERIFY = shutil.which("systemd-analyze")
ONE_MACHINE, CLUSTER = ROOT / "deploy" / "one-machine", ROOT / "deploy" / "systemd"
BACKUP = ("gagas-backup.service", "gagas-backup.timer", "gagas-checkpoint.service")
INSTALLED = {
    "one machine": [ONE_MACHINE / "gagas.service", *(CLUSTER / name for name in BACKUP)],
    "cluster": sorted([*CLUSTER.glob("*.service"), *CLUSTER.glob("*.timer")]),
}
HANG_SECONDS = 120
# What a machine has that took the guide's lines, and a test's machine has not: programs, folders and documents of /opt/gagas.
ELSEWHERE = re.compile(r"/opt/gagas/\.venv/bin/\w+")

pytestmark = pytest.mark.skipif(VERIFY is None, reason="systemd-analyze is not on this machine")


def lay_out(units: list[Path], folder: Path, planted: str = "") -> list[Path]:
    """Copies of units whose programs are there; `planted` stands as one more line in each service."""
    laid = []
    for unit in units:
        text = ELSEWHERE.sub(sys.executable, unit.read_text()).replace("/opt/gagas/", f"{ROOT}/")
        if planted and unit.suffix == ".service":
            text = text.replace("[Service]\n", f"[Service]\n{planted}\n")
        laid.append(folder / unit.name.replace("@.", "@1."))
        laid[-1].write_text(text)
    return laid


def verify(units: list[Path]) -> list[str]:
    """What systemd finds wrong with them, about units of the machine itself nothing is told."""
    done = subprocess.run(
        [str(VERIFY), "verify", "--man=no", *map(str, units)], capture_output=True, text=True, check=False, timeout=HANG_SECONDS
    )
    told = (done.stdout + done.stderr).splitlines()
    return [line for line in told if any(unit.name in line for unit in units)]


@pytest.mark.parametrize("units", INSTALLED.values(), ids=INSTALLED)
def test_systemd_finds_nothing_wrong_with_the_units_as_they_are_installed(units: list[Path], tmp_path: Path) -> None:
    assert verify(lay_out(units, tmp_path)) == []


@pytest.mark.parametrize(
    "planted",
    [
        "ProtectSytem=strict",  # a word that systemd does not know is left out, and with it the protection
        "ProtectHome=sometimes",
        "Restart=for-ever",
        "RestartSec=soon",
        "UMask=written",
        "ReadWritePaths=var/lib/gagas",
        "IPAddressAllow=this-machine",
        "SystemCallArchitectures=of-this-machine",
        "ExecStartPre=/opt/gagas/no-such-program",
    ],
)
@pytest.mark.parametrize("units", INSTALLED.values(), ids=INSTALLED)
def test_a_wrong_directive_is_found_in_every_service(units: list[Path], planted: str, tmp_path: Path) -> None:
    laid = lay_out(units, tmp_path, planted)
    found = verify(laid)
    services = [unit for unit in laid if unit.suffix == ".service"]
    assert [unit.name for unit in services if not any(unit.name in line for line in found)] == [], found


@pytest.mark.parametrize(("right", "wrong"), [("*-*-* 01:30:00", "each night"), ("Asia/Jakarta", "Asia/Bandung")])
def test_a_timer_with_a_wrong_hour_or_a_zone_that_is_none_is_found(right: str, wrong: str, tmp_path: Path) -> None:
    units = lay_out(INSTALLED["one machine"], tmp_path)
    timer = next(unit for unit in units if unit.suffix == ".timer")
    timer.write_text(re.sub(rf"(?m)^(OnCalendar=.*){re.escape(right)}", rf"\1{wrong}", timer.read_text()))
    assert [line for line in verify(units) if timer.name in line]


def test_the_readmes_line_for_another_zone_is_read_as_it_is_meant(tmp_path: Path) -> None:
    """The hour of the unit is taken away first: two hours would be two backups."""
    [line] = re.findall(r"(?m)^# (printf '\[Timer\].*)$", (ROOT / "README.md").read_text())
    words, _, file = line.partition(" > ")
    assert file == "/etc/systemd/system/gagas-backup.timer.d/zone.conf"
    units = lay_out(INSTALLED["one machine"], tmp_path)
    (tmp_path / "gagas-backup.timer.d").mkdir()
    written = subprocess.run(["sh", "-c", words], capture_output=True, text=True, check=True, timeout=HANG_SECONDS).stdout
    (tmp_path / "gagas-backup.timer.d" / "zone.conf").write_text(written)
    assert verify(units) == []
    assert written == "[Timer]\nOnCalendar=\nOnCalendar=*-*-* 01:30:00 Asia/Makassar\n"
