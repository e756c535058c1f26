"""`gagas init`: a region on its first day: its folder and keys, its name, zone, language, papers and units, and its first two admins."""

import csv
import io
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from sqlmodel import Session, select

from api.cli.folder import prepare_folder
from api.cli.set_up import describe_admin, refusing
from examples import UNITS
from models.database import database
from models.instants import region_zone
from models.migrations import migrate as migrate_schema
from models.offices import SAMPLE_EMBLEM, HeadKind
from models.private import FILE, make_private_folder
from models.settings import REGION, settings
from models.units import Unit
from workflows.calculations.employee_number import read_employee_number
from workflows.process.refusals import Conflict
from workflows.region.founding import FOUNDER, found_region
from workflows.region.import_units import import_units
from workflows.region.offices import NewOffice
from workflows.region.people import NewPerson, NewUnit

console = Console()
OWN_EMBLEM = "region"  # the name under which the region's emblem is registered


class Zone(StrEnum):
    """Indonesia's zones: WIB, WITA, WIT."""

    WIB = "Asia/Jakarta"
    WITA = "Asia/Makassar"
    WIT = "Asia/Jayapura"


class Spoken(StrEnum):
    """The languages."""

    INDONESIAN = "id"
    ENGLISH = "en"


@dataclass(frozen=True)
class FirstDay:
    """All that a region is founded with; without zone and language what the surroundings say stays."""

    root: NewUnit
    admins: tuple[NewPerson, NewPerson]
    office: NewOffice | None = None
    emblem: Path | None = None
    zone: Zone | None = None
    language: Spoken | None = None
    example_units: bool = False


def init(
    unit_code: Annotated[str | None, typer.Option(help="Code of the region's root unit; KBDG when left out.")] = None,
    unit_name: Annotated[str | None, typer.Option(help="Name of the region; Pemerintah Kota Bandung when left out.")] = None,
    zone: Annotated[Zone | None, typer.Option(help="Zone in which its days begin and end.")] = None,
    language: Annotated[Spoken | None, typer.Option(help="Language where a reader names none.")] = None,
    letterhead: Annotated[list[str] | None, typer.Option(help="A line of the letterhead of the region's own papers; up to four.")] = None,
    position: Annotated[str | None, typer.Option(help="Who signs them, such as 'Wali Kota Bandung'.")] = None,
    place: Annotated[str | None, typer.Option(help="Where they are signed, such as Bandung.")] = None,
    papers_code: Annotated[str | None, typer.Option(help="The code in their numbers, such as Setda.")] = None,
    address: Annotated[str, typer.Option(help="The address below the letterhead.")] = "",
    contact: Annotated[str, typer.Option(help="Telephone and mail below the letterhead.")] = "",
    emblem: Annotated[Path | None, typer.Option(help="SVG file of the region's emblem.")] = None,
    example_units: Annotated[bool | None, typer.Option(help="Bring in the 226 units of Kota Bandung as an example.")] = None,
    admin_name: Annotated[list[str] | None, typer.Option(help="Name of an admin; twice, as a region is founded by two.")] = None,
    admin_number: Annotated[list[str] | None, typer.Option(help="Employee number (NIP) of an admin; twice, in the same order.")] = None,
    ask: Annotated[bool | None, typer.Option(help="Ask for what was not given; on a terminal it does.")] = None,
) -> None:
    """Found a region with its first two admins; print the one-time code of each, one a line."""
    asking = sys.stdin.isatty() if ask is None else ask
    name = unit_name or _ask(asking, "Name of the region", "Pemerintah Kota Bandung")
    code = unit_code or _ask(asking, "Code of its root unit", "KBDG")
    zone = zone or (Zone(_choose("Zone", list(Zone))) if asking else None)
    language = language or (Spoken(_choose("Language", list(Spoken))) if asking else None)
    lines = tuple(letterhead or _ask_lines(asking))
    office = None
    if lines or emblem:
        signs = position or _ask(asking, "Who signs, such as 'Wali Kota Bandung'", "")
        signed = place or _ask(asking, "Where they are signed", "")
        numbered = papers_code or _ask(asking, "Code in their numbers, such as Setda", code)
        emblem = emblem or _ask_file(asking)
        drawn = OWN_EMBLEM if emblem else SAMPLE_EMBLEM
        office = NewOffice(lines, signed, numbered, signs, address, contact, drawn, HeadKind.REGIONAL_HEAD)
    if example_units is None:
        example_units = asking and typer.confirm("Bring in the 226 units of Kota Bandung as an example?", default=False)
    given = list(zip(admin_name or (), admin_number or (), strict=False))[:2]
    first, second = (*given, *(_ask_admin(which) for which in ("first", "second")[len(given) :]))
    admins = describe_admin(*first), describe_admin(*second)
    codes = found(FirstDay(NewUnit(code, name, "city", ""), admins, office, emblem, zone, language, example_units))
    console.print(f"[green]Ready in {settings().data}.[/] Each admin's one-time code, shown this once; hand each to its owner:")
    for admin, one_time in zip(admins, codes, strict=True):
        console.print(admin.name, markup=False)
        typer.echo(one_time)


def found(first_day: FirstDay) -> list[str]:
    """Make folder, schema and region; answers the admins' one-time codes. Exits with 1 and a sentence where it is refused."""
    if first_day.emblem is not None and not os.access(first_day.emblem, os.R_OK):
        raise typer.BadParameter(f"{first_day.emblem} cannot be read; give the emblem's SVG file")
    prepare_folder()
    migrate_schema(database())
    with refusing("Nothing was made."):
        with database().reading() as session:
            _require_empty(session)
        undo = _write_files(first_day)
        try:
            with database().unit_of_work() as session:
                codes = [code for _person, code in found_region(session, first_day.root, first_day.admins, first_day.office)[1]]
                if first_day.example_units:
                    _bring_example_units(session)
        except BaseException:
            undo()
            raise
    return codes


def _require_empty(session: Session) -> None:
    if session.exec(select(Unit.id)).first() is not None:
        raise Conflict("region_exists")


def _write_files(first_day: FirstDay) -> Callable[[], None]:
    """The region's zone and language, and its emblem, in the data folder; answers what takes them away again."""
    written = list[Path]()
    said = {"GAGAS_ZONE": first_day.zone, "GAGAS_LANGUAGE": first_day.language}
    lines = [f"{name}={value}\n" for name, value in said.items() if value]
    if lines:
        written.append(settings().data / REGION)
        written[-1].write_text("".join(lines), "ascii")
    if first_day.emblem is not None:
        make_private_folder(settings().emblems)
        written.append(settings().emblems / f"{OWN_EMBLEM}.svg")
        shutil.copyfile(first_day.emblem, written[-1])
    for file in written:
        file.chmod(FILE)
    settings.cache_clear()
    region_zone.cache_clear()

    def take_away() -> None:
        for file in written:
            file.unlink(missing_ok=True)

    return take_away


def _bring_example_units(session: Session) -> None:
    """The example's units below the region's own; the example's root becomes it."""
    root = session.exec(select(Unit)).one()
    with UNITS.open(encoding="utf-8", newline="") as file:
        head, example, *below = csv.reader(file)
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerows([head, [root.code, root.name, *example[2:]]])
    rows.writerows([*row[:3], root.code if row[3] == example[0] else row[3]] for row in below)
    import_units(session, written.getvalue().encode(), actor=FOUNDER)


def _ask(asking: bool, question: str, usual: str) -> str:
    return str(typer.prompt(question, default=usual)) if asking else usual


def _ask_lines(asking: bool) -> list[str]:
    if not asking:
        return []
    said = typer.prompt("Letterhead of its own papers, lines divided by | (empty: set later)", default="", show_default=False)
    return [line.strip() for line in said.split("|") if line.strip()]


def _ask_file(asking: bool) -> Path | None:
    """The emblem's file, asked for until there is one that can be read, or none."""
    while asking:
        said = typer.prompt("SVG file of its emblem (empty: the sample)", default="", show_default=False)
        if not said:
            return None
        if os.path.isfile(said) and os.access(said, os.R_OK):
            return Path(said)
        console.print(f"{Path(said).absolute()} cannot be read by this account.", soft_wrap=True, markup=False)
    return None


def _choose(question: str, choices: list[Zone] | list[Spoken]) -> str:
    """One of the choices, which the question names; anything else is asked for again."""
    named = [str(each) for each in choices]
    while True:
        said = str(typer.prompt(f"{question} ({', '.join(named)})", default=named[0]))
        if said in named:
            return said
        console.print(f"{said} is none of them.", markup=False)


def _ask_admin(which: str) -> tuple[str, str]:
    """Name and number; a number that cannot be one is asked for again."""
    name = typer.prompt(f"Name of the {which} admin")
    while True:
        number = typer.prompt("Their employee number (NIP)")
        problems = read_employee_number(number).problems
        if not problems:
            return name, number
        for problem in problems:
            console.print(problem.sentence, soft_wrap=True, markup=False)
