"""The virus scanner itself, as Debian has it, with signatures of our own: what it says is understood, and what it breaks off is not taken
for a word.

    sh deploy/setup.sh --tests     # unpacks it into .venv; where it cannot be had, these tests are skipped
"""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlmodel import select

from api.cli.doctor.finding import State
from api.cli.doctor.scanning import check_scanner
from models.attachments import Attachment, AttachmentState
from models.settings import Settings
from tests.attaching import build_draft, put
from tests.building import Town
from tests.conftest import forget_settings
from tests.hostile_documents import office
from tests.hostile_papers import pdf
from tests.hostile_pictures import EICAR, photo
from tests.workflows.turns import Clock, clock, deliver, own_town, run_clock
from workflows.adapters.scanner import LargerThanScanned, ScannerAway, answers, scan_file, takes
from workflows.delivery.processes import free_port

__all__ = ["clock", "own_town"]

UNPACKED = Path(__file__).parents[3] / ".venv" / "clamav"
PROGRAM = shutil.which("clamd") or shutil.which(UNPACKED / "usr" / "sbin" / "clamd")
LARGEST = 1 << 20
CONFIGURATION = """
DatabaseDirectory {folder}/signatures
LocalSocket {folder}/clamd.ctl
LocalSocketMode 600
TCPSocket {port}
TCPAddr 127.0.0.1
StreamMaxLength {largest}
TemporaryDirectory {folder}
Foreground yes
MaxThreads 2
"""

pytestmark = [pytest.mark.server, pytest.mark.skipif(PROGRAM is None, reason="Debian's clamav-daemon could not be had")]


@dataclass
class Clamd:
    """The program, which is started and ended as a test wants it."""

    folder: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def addresses(self) -> tuple[str, str]:
        """Its socket and its port."""
        return f"unix:{self.folder}/clamd.ctl", f"tcp:127.0.0.1:{self.port}"

    def start(self, largest: int = LARGEST) -> None:
        """Start it, and wait until it answers."""
        (self.folder / "signatures").mkdir(exist_ok=True)
        (self.folder / "signatures" / "own.ndb").write_text(f"Gagas.Test:0:*:{EICAR.hex()}\n")
        (self.folder / "clamd.conf").write_text(CONFIGURATION.format(folder=self.folder, port=self.port, largest=largest))
        libraries = ":".join(str(each) for each in UNPACKED.glob("usr/lib/*-linux-gnu"))
        surroundings = {"PATH": os.environ["PATH"], "LD_LIBRARY_PATH": libraries}
        with (self.folder / "clamd.log").open("a") as log:
            words = [str(PROGRAM), "--config-file", str(self.folder / "clamd.conf")]
            self.process = subprocess.Popen(words, env=surroundings, stdout=log, stderr=log)
        until = time.monotonic() + 100
        while not all(answers(address) for address in self.addresses):
            assert self.process.poll() is None, (self.folder / "clamd.log").read_text()
            assert time.monotonic() < until, "it does not answer"
            time.sleep(0.05)

    def end(self, how: int = signal.SIGTERM) -> None:
        """End it, and wait until it has."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(60)
            self.process = None


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clamd]:
    """The scanner, running."""
    clamd = Clamd(tmp_path_factory.mktemp("clamd"), free_port("127.0.0.1"))
    clamd.start()
    yield clamd
    clamd.end()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file to be shown."""
    return tmp_path / "file"


def test_a_clean_file_is_clean_and_a_virus_is_found_in_whatever_it_lies(clamd: Clamd, file: Path) -> None:
    clean = (b"", b"x" * LARGEST, photo(), pdf(), office())
    infected = (EICAR, b"x" * 100_000 + EICAR, b"%PDF-1.7 " + EICAR, office({"word/media/x.bin": EICAR}))
    for address in clamd.addresses:
        for content in clean + infected:
            file.write_bytes(content)
            assert scan_file(address, file) is (content in clean), (address, content[:60])


def test_what_is_larger_than_it_takes_is_told_at_once(clamd: Clamd, file: Path) -> None:
    for address in clamd.addresses:
        for size in (LARGEST + 1, 20 * LARGEST):
            file.write_bytes(b"x" * size)
            with pytest.raises(LargerThanScanned):
                scan_file(address, file)
        assert [takes(address, size) for size in (LARGEST, LARGEST + 1)] == [True, False]
        found = check_scanner(Settings(scanner=address))
        assert (found.state, "takes no files of 25 MB" in found.sentence) == (State.WARN, True)


@pytest.mark.parametrize("which", [0, 1], ids=["socket", "port"])
def test_killed_within_a_file_it_has_said_nothing(clamd: Clamd, file: Path, which: int) -> None:
    os.mkfifo(file)
    told = list[object]()

    def show() -> None:
        try:
            told.append(scan_file(clamd.addresses[which], file))
        except OSError as fault:
            told.append(fault)

    showing = threading.Thread(target=show)
    showing.start()
    with file.open("wb", buffering=0) as content:
        content.write(b"x" * 100_000)
        clamd.end(signal.SIGKILL)
        with suppress(BrokenPipeError):  # it is read no further than shows that nobody listens
            content.write(b"x" * 60_000)
    showing.join(60)
    assert [type(each) for each in told] == [ScannerAway]
    with pytest.raises(ScannerAway):
        scan_file(clamd.addresses[which], Path(__file__))
    clamd.start()


def test_the_files_of_an_idea_wait_for_it_are_opened_or_refused_by_its_word(
    clamd: Clamd, own_town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAGAS_SCANNER", clamd.addresses[0])
    forget_settings()
    idea = build_draft(own_town)
    rows = [put(own_town, idea, content) for content in (b"%PDF bersih", b"%PDF " + EICAR)]

    def states() -> list[AttachmentState]:
        found = dict(own_town.rows(select(Attachment.id, Attachment.state)))
        return [found[row.id] for row in rows]

    clamd.end(signal.SIGKILL)
    deliver(own_town, "intake")
    assert states() == [AttachmentState.WAITING] * 2
    clamd.start(30_000_000)
    run_clock(own_town)
    assert states() == [AttachmentState.CLEAN, AttachmentState.REFUSED]
    assert check_scanner(Settings(scanner=clamd.addresses[0])).state is State.OK
    forget_settings()
