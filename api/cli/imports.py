"""`gagas import units|people|ideas|past-ideas FILE`: from an office's file, all of it or nothing, with every fault by row and column."""

from functools import partial
from pathlib import Path
from typing import Annotated, Protocol

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from sqlmodel import Session

from api.cli.languages import Language, choose_language, say
from api.cli.processes import require_schema
from api.pages.imports import read_counts, tell_fault, write_faults
from api.pages.texts import Words
from api.sentences import sentence
from models.database import database
from workflows.intake.import_ideas import NamedSheet, check_ideas, import_ideas
from workflows.intake.import_past import NamedFile, check_past, import_past
from workflows.process.actors import Actor, flow_actor
from workflows.process.refusals import Refusal
from workflows.region.import_people import check_people, import_people
from workflows.region.import_report import Advance, ImportReport
from workflows.region.import_units import check_units, import_units

imports = typer.Typer(help="Bring in what another system keeps: all of a file, or nothing.", no_args_is_help=True)
console = Console(stderr=True)
ACTOR = flow_actor("import")  # whoever runs the server could change the database anyway
SHOWN = 20  # faults on the screen; the report has all

DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would change; change nothing.")]
ReportFile = Annotated[Path | None, typer.Option("--report", help="Write all faults, by row and column, into this CSV file.")]
Spoken = Annotated[Language | None, typer.Option("--language", help="The language of the answer; the region's when left out.")]


class FileImporter(Protocol):
    """Goes through a file in a transaction: to look only, or to write."""

    def __call__(self, session: Session, content: bytes, /, *, actor: Actor, advance: Advance) -> ImportReport:
        """What it changes, and what is wrong with it."""


@imports.command("units")
def bring_units(
    file: Annotated[Path, typer.Argument(help="CSV, XLSX, XLS or ODS with code and name at least; kind and the unit above.")],
    dry_run: DryRun = False,
    report: ReportFile = None,
    language: Spoken = None,
) -> None:
    """Register, rename and move units; exit code 0 where the file was taken, 1 where it was refused, 2 where it cannot be read."""
    _bring(file, (check_units, import_units), dry_run, report, language)


@imports.command("people")
def bring_people(
    file: Annotated[Path, typer.Argument(help="CSV, XLSX, XLS or ODS with NIP, name and unit at least.")],
    dry_run: DryRun = False,
    report: ReportFile = None,
    language: Spoken = None,
) -> None:
    """Register, move and change people; exit code 0 where the file was taken, 1 where it was refused, 2 where it cannot be read."""
    _bring(file, (check_people, import_people), dry_run, report, language)


@imports.command("ideas")
def bring_ideas(
    file: Annotated[
        Path,
        typer.Argument(help="CSV, XLSX, XLS or ODS with NIP, Judul and a column for each part of the form; a table as `a | b; c | d`."),
    ],
    call: Annotated[str, typer.Option(help="The code of the open call for which they are.")],
    author: Annotated[str, typer.Option(help="NIP of the operator or admin who answers for the file.")],
    dry_run: DryRun = False,
    report: ReportFile = None,
    language: Spoken = None,
) -> None:
    """Type ideas in their proposers' names, who confirm them; exit code 0 where the file was taken, 1 refused, 2 unreadable."""
    named = NamedSheet(call, author)

    def check(session: Session, content: bytes, /, *, actor: Actor, advance: Advance) -> ImportReport:
        return check_ideas(session, content, named, actor=actor, advance=advance)

    def write(session: Session, content: bytes, /, *, actor: Actor, advance: Advance) -> ImportReport:
        return import_ideas(session, content, named, actor=actor, advance=advance)

    _bring(file, (check, write), dry_run, report, language)


@imports.command("past-ideas")
def bring_past_ideas(
    file: Annotated[Path, typer.Argument(help="CSV, XLSX, XLS or ODS with Unit Kerja, Judul, Ringkasan, Tanggal Terima, Hasil at least.")],
    author: Annotated[str, typer.Option(help="NIP of the operator or admin over all its units who answers for the file.")],
    dry_run: DryRun = False,
    report: ReportFile = None,
    language: Spoken = None,
) -> None:
    """Put ideas of earlier years on record as they ended, for a second person to confirm; exit code 0, 1 refused, 2 unreadable."""
    named = NamedFile(file.name, author)

    def check(session: Session, content: bytes, /, *, actor: Actor, advance: Advance) -> ImportReport:
        return check_past(session, content, named, actor=actor, advance=advance)

    def write(session: Session, content: bytes, /, *, actor: Actor, advance: Advance) -> ImportReport:
        return import_past(session, content, named, actor=actor, advance=advance)

    _bring(file, (check, write), dry_run, report, language)


def _bring(file: Path, ways: tuple[FileImporter, FileImporter], dry_run: bool, report: Path | None, language: Language | None) -> None:
    check, write = ways
    spoken = choose_language(language)
    try:
        content = file.read_bytes()
    except OSError as wrong:
        typer.echo(f"{file}: {say('file_unreadable', spoken)}", err=True)
        raise typer.Exit(2) from wrong
    require_schema(database)
    try:
        with _progress() as progress, database().reading() as session:
            task = progress.add_task("Comparing", total=None)
            done = check(session, content, actor=ACTOR, advance=partial(progress.advance, task))
        if not done.wrong and not dry_run:
            with _progress() as progress, database().unit_of_work() as session:
                task = progress.add_task("Writing", total=done.rows)
                done = write(session, content, actor=ACTOR, advance=partial(progress.advance, task))
    except Refusal as refusal:
        typer.echo(sentence(refusal.code, spoken, refusal.parameters), err=True)
        raise typer.Exit(1) from None
    _show(done, spoken, dry_run)
    if report is not None:
        report.write_text(write_faults(done.faults, Words(spoken)), "utf-8", newline="")
    raise typer.Exit(1 if done.wrong else 0)


def _progress() -> Progress:
    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,.0f} rows"), TimeElapsedColumn()
    return Progress(*columns, console=console)


def _show(done: ImportReport, language: str, dry_run: bool) -> None:
    words = Words(language)
    for fault in done.faults[:SHOWN]:
        row, column, said = tell_fault(fault, words)
        typer.echo(f"{words.text('imports.place', row=row, column=column)}: {said}")
    if done.wrong:
        typer.echo(words.text("imports.refused", count=words.count(done.wrong), rows=words.count(done.rows)))
        return
    counts = {name: words.count(number) for name, number in read_counts(done).items()}
    typer.echo(words.text(f"imports.{done.of}would_change" if dry_run else f"imports.{done.of}done", **counts))
