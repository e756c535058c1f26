"""`gagas export units|people FILE`: as a file that `gagas import` reads back without a change."""

import os
from pathlib import Path
from typing import Annotated

import typer

from api.cli.languages import Language, choose_language, say
from api.cli.processes import require_schema
from api.pages.texts import Words
from api.sentences import sentence
from models.database import database
from workflows.process.actors import flow_actor
from workflows.process.refusals import Refusal
from workflows.region.export import Exported, begin_export, write_export
from workflows.region.sheet_writing import Kind

exports = typer.Typer(help="Take out what is kept here, as a file that the import reads.", no_args_is_help=True)
ACTOR = flow_actor("export")  # whoever runs the server could read the database anyway; it is a fact all the same

TargetFile = Annotated[Path, typer.Argument(help="A file that ends in .xlsx or .csv; one that is there is replaced.")]
OfUnit = Annotated[str, typer.Option("--unit", help="The code of a unit: it and everything below it. All of the region when left out.")]
Spoken = Annotated[Language | None, typer.Option("--language", help="The language of the answer; the region's when left out.")]


@exports.command("units")
def take_units(file: TargetFile, unit: OfUnit = "", language: Spoken = None) -> None:
    """Write units into a file; exit code 0 where it was written, 1 where it was refused, 2 where it cannot be written."""
    _take(Exported.UNITS, file, unit, choose_language(language))


@exports.command("people")
def take_people(file: TargetFile, unit: OfUnit = "", language: Spoken = None) -> None:
    """Write people into a file, with their employee numbers; exit codes as of units."""
    _take(Exported.PEOPLE, file, unit, choose_language(language))


def _take(what: Exported, file: Path, unit_code: str, spoken: str) -> None:
    words, ending = Words(spoken), file.suffix.lower().removeprefix(".")
    if ending not in tuple(Kind):
        typer.echo(words.text("exports.kinds"), err=True)
        raise typer.Exit(2)
    kind, fresh = Kind(ending), file.with_name(f".{file.name}.{os.getpid()}")
    require_schema(database)
    try:
        with fresh.open("xb") as opened:
            with database().unit_of_work() as session:
                unit = begin_export(session, what, unit_code, kind, actor=ACTOR)
            with database().reading() as session:
                count = write_export(session, what, unit, kind, opened)
        fresh.replace(file)
    except Refusal as refusal:
        typer.echo(sentence(refusal.code, spoken, refusal.parameters), err=True)
        raise typer.Exit(1) from None
    except OSError as wrong:
        typer.echo(f"{file}: {say('file_unwritable', spoken)}", err=True)
        raise typer.Exit(2) from wrong
    finally:
        fresh.unlink(missing_ok=True)
    typer.echo(words.text("exports.written", rows=words.count(count)))
