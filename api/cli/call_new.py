"""`gagas call new`: a call's file from a sample or from last year's call, with what is the region's own."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from api.call_samples import OWN, SAMPLES, SCHEMA_FILE, fill_in, read_sample, read_schema, write_explained
from api.cli.call_file import call, refuse
from api.cli.languages import Language, choose_language, say
from api.cli.processes import require_schema
from api.pages.call_fields import name_path
from api.pages.texts import Words
from models.database import database
from workflows.process.refusals import NotFound
from workflows.region.call_files.planned import describe_call
from workflows.region.call_files.reading import read_file

# in a terminal, where not given
ASKED = ("code", "title", "unit", "opens", "closes", "region", "address", "contact", "place", "signatory", "position")


@call.command()
def new(
    sample: Annotated[str | None, typer.Argument(help=f"One of {', '.join(SAMPLES)}.", show_default=False)] = None,
    copied: Annotated[
        str | None, typer.Option("--from", help="Code of the call to be copied, with the newest version of its policy.")
    ] = None,
    to: Annotated[
        Path | None, typer.Option(help="The file to be written, which must not be there yet; the standard output when left out.")
    ] = None,
    language: Annotated[Language | None, typer.Option(help="The language of the comments; the region's when left out.")] = None,
    code: Annotated[str | None, typer.Option(help="The new call's code.")] = None,
    title: Annotated[str | None, typer.Option(help="Its title.")] = None,
    unit: Annotated[str | None, typer.Option(help="Code of the unit that holds it.")] = None,
    opens: Annotated[str | None, typer.Option(help="When it opens: 2027-02-01, or 2027-02-01 08:00.")] = None,
    closes: Annotated[str | None, typer.Option(help="When it closes: 2027-03-31, the whole day, or 2027-03-31 16:00.")] = None,
    region: Annotated[str | None, typer.Option(help="The letterhead's lines, parted by semicolons.")] = None,
    address: Annotated[str | None, typer.Option(help="The letterhead's address.")] = None,
    contact: Annotated[str | None, typer.Option(help="The letterhead's telephone and e-mail.")] = None,
    place: Annotated[str | None, typer.Option(help="Where documents are issued.")] = None,
    signatory: Annotated[str | None, typer.Option(help="Who signs documents, without titles.")] = None,
    position: Annotated[str | None, typer.Option(help="The signatory's position.")] = None,
    employee_number: Annotated[str | None, typer.Option(help="The signatory's employee number; none where only the name is given.")] = None,
) -> None:
    """Write the file of a new call: from a sample, or as a copy of a call. In a terminal it asks for what is the region's own.

    What is neither given nor answered stays as it is in the sample or the copy.
    """
    spoken = choose_language(language)
    if (sample is None) == (copied is None) or (sample and sample.replace("-", "_") not in SAMPLES):
        refuse(say("choose_sample", spoken, samples=", ".join(SAMPLES)))
    if to is not None and to.exists():
        refuse(say("file_exists", spoken))
    text = _copy(str(copied), spoken) if copied else _start(str(sample).replace("-", "_"), spoken)
    values: dict[str, str | None] = {"code": code, "title": title, "unit": unit, "opens": opens, "closes": closes, "region": region}
    values |= {"address": address, "contact": contact, "place": place, "signatory": signatory, "position": position}
    values |= {"employee_number": employee_number}
    own = {name: value for name, value in values.items() if value is not None}
    if is_terminal():
        typer.echo(say("asked_for_own", spoken), err=True)
        own |= {name: answer for name in ASKED if name not in own and (answer := _ask(name, spoken))}
    _write(fill_in(text, own), to, spoken)


def _start(sample: str, spoken: str) -> str:
    text = read_sample(sample)
    return text if spoken == "id" else write_explained(read_file(text.encode()).body, spoken)


def _copy(code: str, spoken: str) -> str:
    require_schema(database)
    try:
        with database().reading() as session:
            return write_explained(describe_call(session, code), spoken)
    except NotFound:
        refuse(say("no_such_call", spoken, code=code))


def is_terminal() -> bool:
    """Whether somebody sits there to be asked."""
    return sys.stdin.isatty()


def _ask(name: str, spoken: str) -> str:
    """What is answered; empty leaves the sample's."""
    return str(typer.prompt(name_path(OWN[name], Words(spoken)), default="", show_default=False, err=True)).strip()


def _write(text: str, to: Path | None, spoken: str) -> None:
    if to is None:
        typer.echo(text, nl=False)
        return
    try:
        to.write_text(text, "utf-8", newline="\n")
        schema = to.parent / SCHEMA_FILE
        if not schema.exists():
            schema.write_text(read_schema(), "utf-8", newline="\n")
    except OSError:
        refuse(say("not_written", spoken))
    typer.echo(say("written", spoken, file=to), err=True)
