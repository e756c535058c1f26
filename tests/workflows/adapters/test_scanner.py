"""The virus scanner over a real socket: its word is taken, and where it has none nothing is called clean."""

from pathlib import Path

import pytest

from models.settings import Settings
from tests.hostile_pictures import EICAR
from tests.workflows.adapters.clamd import listen_silently, run_clamd
from workflows.adapters.scanner import LargerThanScanned, ScannerAway, answers, read_address, scan_file, takes


def write(folder: Path, content: bytes) -> Path:
    (folder / "file").write_bytes(content)
    return folder / "file"


def test_over_a_unix_socket_a_clean_file_is_clean_and_a_virus_is_found(tmp_path: Path) -> None:
    with run_clamd(tmp_path / "clamd.ctl") as (address, asked):
        assert scan_file(address, write(tmp_path, b"foto " * 100_000)) is True
        assert scan_file(address, write(tmp_path, b"foto " * 20_000 + EICAR)) is False
        assert answers(address)
    assert asked == ["INSTREAM", "INSTREAM", "PING"]
    assert not answers(address)


def test_over_a_port_too(tmp_path: Path) -> None:
    with run_clamd() as (address, _asked):
        assert scan_file(address, write(tmp_path, EICAR)) is False


def test_whoever_gives_no_verdict_is_away(tmp_path: Path) -> None:
    file = write(tmp_path, b"x" * 300_000)
    with listen_silently() as address, pytest.raises(ScannerAway):
        scan_file(address, file)
    with pytest.raises(ScannerAway, match="does not answer"):
        scan_file(f"unix:{tmp_path}/nobody.ctl", file)


def test_a_file_that_is_larger_than_the_scanner_takes_is_no_matter_of_waiting(tmp_path: Path) -> None:
    with run_clamd(largest=100_000) as (address, _asked):
        with pytest.raises(LargerThanScanned, match="StreamMaxLength"):
            scan_file(address, write(tmp_path, b"x" * 3_000_000))
        assert [takes(address, size) for size in (0, 100_000, 100_001, 25_000_000)] == [True, True, False, False]


@pytest.mark.parametrize("address", ["", "clamd", "unix:", "unix:here", "tcp:", "tcp:host", "tcp:host:0", "tcp:host:99999", "http://x:1"])
def test_an_address_that_cannot_be_one_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="scanner's address"):
        read_address(address)
    if address and not address.endswith(("0", "9")):
        with pytest.raises(ValueError, match="scanner's address"):
            Settings(scanner=address)
