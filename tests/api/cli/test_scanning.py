"""What the doctor says of the virus scanner: one that is set must answer, and that there is none is said."""

from pathlib import Path

from api.cli.doctor import State, examine
from api.cli.doctor.scanning import SCANNER, check_scanner
from models.settings import Settings
from tests.workflows.adapters.clamd import listen_silently, run_clamd


def test_a_scanner_that_is_set_answers_and_its_absence_is_said(tmp_path: Path) -> None:
    (none,) = [each for each in examine() if each.name == SCANNER]
    assert (none.state, "by their form alone" in none.sentence) == (State.OK, True)
    silent = check_scanner(Settings(scanner=f"unix:{tmp_path}/clamd.ctl"))
    assert (silent.state, "wait" in silent.sentence, "clamd" in silent.mend) == (State.WARN, True, True)
    with run_clamd(tmp_path / "clamd.ctl") as (address, _asked):
        assert check_scanner(Settings(scanner=address)).state is State.OK


def test_a_scanner_that_takes_smaller_files_than_calls_do_is_told_how_to_take_them(tmp_path: Path) -> None:
    with run_clamd(tmp_path / "clamd.ctl", largest=10_000_000) as (address, _asked):
        small = check_scanner(Settings(scanner=address))
    assert (small.state, "25 MB" in small.sentence, "StreamMaxLength" in small.mend) == (State.WARN, True, True)
    with listen_silently() as address:
        assert check_scanner(Settings(scanner=address)).state is State.WARN
