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
BACKUP = ("gagas-backup.service", "gagas-backup.timer")
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


def test_a_timer_without_its_service_or_with_a_wrong_hour_is_found(tmp_path: Path) -> None:
    units = lay_out(INSTALLED["one machine"], tmp_path)
    timer = next(unit for unit in units if unit.suffix == ".timer")
    timer.write_text(timer.read_text().replace("*-*-* 01:30:00", "each night"))
    assert [line for line in verify(units) if timer.name in line]
