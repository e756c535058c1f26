"""The doctor sees each illness, and names the line that mends it."""

import os
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from api.cli.doctor import Remark, State, examine, table_of
from api.cli.doctor.machine import check_fonts, check_heif, check_pango, check_python, check_subsetting
from api.cli.doctor.packages import check_package
from api.cli.doctor.storage import check_journal, check_postgres, check_space, check_sqlite, judge_postgres
from api.cli.doctor.surroundings import check_analytics, check_clock, check_port, excuse_running
from models.settings import Settings

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
COMMAND = "import typer; from api.cli.doctor import doctor; app = typer.Typer(); app.command()(doctor); app()"


def run_doctor(**environment: str) -> subprocess.CompletedProcess[str]:
    free_ports = {"GAGAS_PORT": "0", "GAGAS_PREFECT_PORT": "0", "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-c", COMMAND],
        env={**os.environ, **free_ports, **environment},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def seen_by(findings: list[Remark], name: str) -> Remark:
    return next(finding for finding in findings if finding.name == name)


# The machine


def test_a_healthy_machine_ends_with_zero() -> None:
    run = run_doctor()
    assert run.returncode == 0, run.stdout + run.stderr
    assert "fail" not in run.stdout


def test_the_whole_examination_takes_less_than_a_second_and_a_half() -> None:
    started = time.perf_counter()
    examine()
    assert time.perf_counter() - started < 1.5


def test_the_examination_leaves_nothing_behind(tmp_path: Path) -> None:
    assert run_doctor(GAGAS_DATA=str(tmp_path / "data")).returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_the_examination_loads_neither_prefect_nor_weasyprint() -> None:
    code = "import sys; from api.cli.doctor import examine; examine(); sys.exit(bool({'prefect', 'weasyprint'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False, stdin=subprocess.DEVNULL).returncode == 0


@pytest.mark.parametrize(
    ("version", "state"), [((3, 10, 14), State.FAIL), ((3, 11, 0), State.OK), ((3, 13, 9), State.OK), ((3, 14, 0), State.FAIL)]
)
def test_only_tried_pythons_pass(version: tuple[int, ...], state: State) -> None:
    assert check_python(version).state is state


def test_a_hidden_pango_is_named_with_the_line_that_installs_it() -> None:
    finding = check_pango(libraries=("libpango-hidden.so.0",))
    assert finding.state is State.FAIL
    assert "libpango-hidden.so.0" in finding.sentence
    assert finding.mend == "sudo apt-get install -y libpango-1.0-0 libpangoft2-1.0-0"


def test_an_old_pango_fails_and_the_one_here_passes() -> None:
    assert check_pango(version=(1, 42, 4)).state is State.FAIL
    assert check_pango().state is State.OK


def test_missing_subsetting_only_warns() -> None:
    finding = check_subsetting("libharfbuzz-hidden.so.0")
    assert finding.state is State.WARN
    assert "libharfbuzz-subset0" in finding.mend


def test_a_machine_that_reads_no_photos_of_phones_only_warns() -> None:
    def fail() -> None:
        raise OSError("libheif.so.1: cannot open shared object file")

    finding = check_heif(fail)
    assert finding.state is State.WARN
    assert "apt-get install -y libheif1" in finding.mend
    assert check_heif().state is State.OK


def test_fonts_are_packaged() -> None:
    assert check_fonts().state is State.OK


def test_missing_and_damaged_fonts_fail(tmp_path: Path) -> None:
    assert check_fonts(tmp_path).state is State.FAIL
    (tmp_path / "Garamond.ttf").write_bytes(b"version https://git-lfs")
    assert check_fonts(tmp_path).state is State.FAIL


# Packages


@pytest.mark.parametrize("name", ["prefect", "fastapi", "weasyprint"])
def test_the_installed_packages_are_in_range(name: str) -> None:
    assert check_package(name).state is State.OK


def test_a_fastapi_that_breaks_prefect_fails() -> None:
    finding = check_package("fastapi", version="0.151.0")
    assert finding.state is State.FAIL
    assert finding.mend == "make setup"


def test_a_package_that_is_not_there_fails() -> None:
    assert check_package("gagas-of-nowhere").state is State.FAIL


@pytest.mark.parametrize(
    ("version", "requirement", "fits"),
    [
        ("3.8.8", "prefect<3.9,>=3.8.8", True),
        ("3.8.7", "prefect<3.9,>=3.8.8", False),
        ("3.10.0", "prefect<3.9,>=3.8.8", False),
        ("3.8.10", "prefect<3.9,>=3.8.8", True),
        ("0.150.0", "fastapi<0.151,>=0.139", True),
        ("0.151.0", "fastapi<0.151,>=0.139", False),
        ("70.0", "weasyprint==70.0", True),
        ("70.1", "weasyprint==70.0", False),
        ("3.9.0rc1", "prefect<3.9,>=3.8.8", False),
        ("3.8.9.post1", "prefect<3.9,>=3.8.8", True),
    ],
)
def test_ranges_are_read_as_pip_reads_them(version: str, requirement: str, fits: bool) -> None:
    assert (check_package(requirement.split("<")[0].split("=")[0], version, requirement).state is State.OK) is fits


# Storage


def test_a_folder_that_cannot_be_written_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    [finding] = check_sqlite(Settings(data=tmp_path / "file" / "data"))
    assert finding.state is State.FAIL
    assert "cannot be written" in finding.sentence


def test_the_command_ends_with_one_where_the_folder_cannot_be_written() -> None:
    run = run_doctor(GAGAS_DATA="/proc/gagas")
    assert run.returncode == 1
    assert "/proc/gagas cannot be written" in run.stdout
    assert "→ export GAGAS_DATA=" in run.stdout
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(("free", "state"), [(50_000_000_000, State.OK), (500_000_000, State.WARN), (100_000_000, State.FAIL)])
def test_a_full_disk_is_seen(free: int, state: State, tmp_path: Path) -> None:
    assert check_space(tmp_path, free).state is state


def test_an_old_sqlite_fails(tmp_path: Path) -> None:
    assert check_journal(tmp_path / "x.db", version=(3, 34, 1)).state is State.FAIL
    assert check_journal(tmp_path / "x.db").state is State.OK


@pytest.mark.postgres
def test_a_postgres_that_answers_passes(postgres_url: str) -> None:
    finding = check_postgres(postgres_url)
    assert (finding.state, finding.sentence[:10]) == (State.OK, "PostgreSQL")


def test_a_postgres_that_does_not_answer_fails_without_showing_its_password(tmp_path: Path) -> None:
    finding = check_postgres(f"postgresql+psycopg://gagas:rahasia@/gagas?host={tmp_path}")
    assert finding.state is State.FAIL
    assert "rahasia" not in finding.sentence + finding.mend


def test_an_old_postgres_fails() -> None:
    assert [judge_postgres(version).state for version in (13, 14, 18)] == [State.FAIL, State.OK, State.OK]


# Surroundings


def test_a_busy_port_fails_and_names_its_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        finding = check_port("port of the pages", "127.0.0.1", listening.getsockname()[1], "GAGAS_PORT")
    assert finding.state is State.FAIL
    assert "GAGAS_PORT" in finding.mend


def test_a_host_that_does_not_exist_fails() -> None:
    assert check_port("port of the pages", "192.0.2.1", 8080, "GAGAS_PORT").state is State.FAIL


def test_the_command_sees_a_busy_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        run = run_doctor(GAGAS_PORT=str(listening.getsockname()[1]))
    assert run.returncode == 1
    assert "cannot be used: Address already in use" in run.stdout


def test_a_port_that_a_running_gagas_answers_at_is_well_and_a_strangers_is_not() -> None:
    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/api/v1/health" else 404)
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Health) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        taken = check_port("port of the pages", "127.0.0.1", running.server_port, "GAGAS_PORT")
        address = f"http://127.0.0.1:{running.server_port}"
        states = [excuse_running(taken, f"{address}{path}").state for path in ("/api/v1/health", "/api/health")]
        assert "in use: it runs" in run_doctor(GAGAS_PORT=str(running.server_port)).stdout
        running.shutdown()
    assert states == [State.OK, State.FAIL]


def test_a_clock_that_was_never_set_fails() -> None:
    assert check_clock(datetime(1970, 1, 1, tzinfo=UTC), "", Path()).state is State.FAIL
    assert check_clock(NOON, "", Path()).state is State.OK


def test_a_clock_in_a_file_warns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "clock").write_text("2026-02-03T04:05:06+00:00")
    monkeypatch.setenv("GAGAS_CLOCK", f"test:{tmp_path / 'clock'}")
    finding = seen_by(examine(), "clock")
    assert finding.state is State.WARN
    assert "2026-02-03 04:05" in finding.sentence


def test_a_demo_in_its_own_folder_may_have_its_own_clock(tmp_path: Path) -> None:
    clock = tmp_path / "demo-clock.txt"
    clock.write_text("2026-02-03T04:05:06+00:00")
    assert check_clock(NOON, f"test:{clock}", tmp_path).state is State.OK
    assert check_clock(NOON, f"test:{clock}", tmp_path / "in-use").state is State.WARN


def test_a_clock_file_that_is_missing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAGAS_CLOCK", "test:/nowhere/clock")
    assert seen_by(examine(), "clock").state is State.FAIL


@pytest.mark.parametrize(("wish", "state"), [("true", State.WARN), ("1", State.WARN), ("false", State.OK), ("0", State.OK)])
def test_analytics_that_are_switched_on_warn(wish: str, state: State) -> None:
    assert check_analytics({"PREFECT_SERVER_ANALYTICS_ENABLED": wish}).state is state
    assert check_analytics({}).state is State.OK


@pytest.mark.parametrize(("name", "value"), [("GAGAS_PORT", "many"), ("GAGAS_ZONE", "Mars/Olympus"), ("GAGAS_LANGUAGE", "jv")])
def test_a_setting_that_cannot_be_read_is_a_finding_not_a_traceback(name: str, value: str) -> None:
    run = run_doctor(**{name: value})
    assert run.returncode == 1
    assert f"{name} is refused" in run.stdout
    assert "Traceback" not in run.stderr


def test_every_finding_that_is_not_well_says_how_to_mend_it() -> None:
    ill = [
        check_python((3, 10)),
        check_pango(("libhidden.so",)),
        check_subsetting("libhidden.so"),
        check_package("fastapi", "0.155.0"),
        judge_postgres(13),
        check_clock(datetime(1970, 1, 1, tzinfo=UTC), "", Path()),
        check_analytics({"PREFECT_SERVER_ANALYTICS_ENABLED": "true"}),
    ]
    assert [finding.name for finding in ill if finding.state is State.OK or not finding.mend or "\n" in finding.mend] == []
    assert table_of(ill).row_count == len(ill)
