"""`gagas doctor`: is this machine fit to run Gagas, and if not, how is it mended?"""

from collections.abc import Iterator

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.cli.doctor.delivery import check_outbox
from api.cli.doctor.finding import Remark, State
from api.cli.doctor.machine import check_fonts, check_heif, check_pango, check_python, check_subsetting
from api.cli.doctor.offices import check_offices
from api.cli.doctor.packages import check_package
from api.cli.doctor.scanning import check_scanner
from api.cli.doctor.search import check_index
from api.cli.doctor.secrecy import check_checkpoint, check_folder, check_key
from api.cli.doctor.storage import check_backup, check_postgres, check_restored, check_sqlite
from api.cli.doctor.surroundings import check_analytics, check_clock, check_port, excuse_running, refused_setting
from models import instants
from models.settings import settings

PAGES, PREFECT = "port of the pages", "port of Prefect"

__all__ = ["Finding", "State", "doctor", "examine"]


def doctor() -> None:
    """Say whether this machine is fit to run Gagas, and how to mend what is not."""
    findings = list(_excuse_running(examine()))
    Console().print(table_of(findings))
    if any(finding.state is State.FAIL for finding in findings):
        raise typer.Exit(1)


def _excuse_running(findings: list[Remark]) -> Iterator[Remark]:
    """Beside a region that runs its ports are in use; `serve` itself must not start a second time."""
    for finding in findings:
        if finding.name == PAGES:
            yield excuse_running(finding, f"http://{settings().host}:{settings().port}/api/v1/health")
        elif finding.name == PREFECT:
            yield excuse_running(finding, f"http://127.0.0.1:{settings().prefect_port}/api/health")
        else:
            yield finding


def examine() -> list[Remark]:
    """Every finding, in the order in which one would mend them; in a second or less, and nothing is changed."""
    machine = [
        check_python(),
        check_pango(),
        check_subsetting(),
        check_fonts(),
        check_heif(),
        *(check_package(name) for name in ("prefect", "fastapi", "weasyprint")),
        check_analytics(),
    ]
    try:
        chosen = settings()
    except ValidationError as error:
        return [*machine, *(refused_setting(str(one["loc"][0]), one["msg"]) for one in error.errors())]
    except KeyError as error:  # a zone the system does not know
        return [*machine, refused_setting("zone", str(error.args[0]))]
    return [
        *machine,
        check_clock(instants.wall_now(), chosen.clock, chosen.data),
        *(check_sqlite(chosen) if chosen.sqlalchemy_url.startswith("sqlite") else [check_postgres(chosen.sqlalchemy_url)]),
        *check_restored(chosen),
        *check_outbox(chosen),
        *check_offices(chosen),
        *check_index(chosen),
        *check_backup(chosen, instants.wall_now()),
        *check_checkpoint(chosen, instants.wall_now()),
        check_scanner(chosen),
        check_folder(chosen.data),
        check_key(chosen),
        check_port(PAGES, chosen.host, chosen.port, "GAGAS_PORT"),
        check_port(PREFECT, "127.0.0.1", chosen.prefect_port, "GAGAS_PREFECT_PORT"),
    ]


def table_of(findings: list[Remark]) -> Table:
    """The findings as the terminal shows them."""
    looks = {State.OK: ("ok", "green"), State.WARN: ("warn", "yellow"), State.FAIL: ("fail", "bold red")}
    table = Table(box=None, pad_edge=True, show_header=False, title_justify="left")
    for finding in findings:
        word, style = looks[finding.state]
        said = Text(finding.sentence)
        if finding.mend:
            said.append(f"\n→ {finding.mend}", style="bold")
        table.add_row(Text(word, style=style), Text(finding.name, style="dim" if finding.state is State.OK else ""), said)
    return table
