"""`gagas init`, `gagas migrate` and `gagas admin add`: the data folder, its keys, the schema, the admins of the whole region."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console

from api.cli.folder import prepare_folder
from api.sentences import sentence
from models.database import database
from models.migrations import migrate as migrate_schema
from models.people import EmploymentKind
from models.settings import settings
from workflows.calculations.employee_number import read_employee_number
from workflows.process.refusals import Refusal
from workflows.region.founding import add_admin, found_region
from workflows.region.people import NewPerson, NewUnit

console = Console()
admins = typer.Typer(help="Admins over the whole region, from the server itself.", no_args_is_help=True)


def init(
    unit_code: Annotated[str, typer.Option(help="Code of the region's root unit.")] = "KBDG",
    unit_name: Annotated[str, typer.Option(help="Name of the region's root unit.")] = "Pemerintah Kota Bandung",
    admin_name: Annotated[list[str] | None, typer.Option(help="Name of an admin; twice, as a region is founded by two.")] = None,
    admin_number: Annotated[list[str] | None, typer.Option(help="Employee number (NIP) of an admin; twice, in the same order.")] = None,
) -> None:
    """Make the data folder, its signing key, the schema and the first two admins; print the one-time code of each, one a line."""
    given = list(zip(admin_name or (), admin_number or (), strict=False))[:2]
    first, second = (*given, *(_ask_admin(which) for which in ("first", "second")[len(given) :]))
    admins = _describe_admin(*first), _describe_admin(*second)
    codes = found(NewUnit(unit_code, unit_name, "city", ""), admins)
    console.print(f"[green]Ready in {settings().data}.[/] Each admin's one-time code, shown this once; hand each to its owner:")
    for admin, code in zip(admins, codes, strict=True):
        console.print(admin.name, markup=False)
        typer.echo(code)


def _ask_admin(which: str) -> tuple[str, str]:
    return typer.prompt(f"Name of the {which} admin"), typer.prompt("Their employee number (NIP)")


def _describe_admin(name: str, number: str) -> NewPerson:
    kind = EmploymentKind.PPPK if read_employee_number(number).kind == "pppk" else EmploymentKind.PNS
    return NewPerson(name, number, kind, "", position="Admin")


def found(root: NewUnit, admins: tuple[NewPerson, NewPerson]) -> list[str]:
    """Make folder, schema and region; answers the admins' one-time codes. Exits with 1 and a sentence where it is refused."""
    prepare_folder()
    migrate_schema(database())
    with _refusing("Nothing was made."), database().unit_of_work() as session:
        return [code for _person, code in found_region(session, root, admins)[1]]


@admins.command("add")
def add(
    name: Annotated[str, typer.Option(help="Name; of somebody registered it stays as it is.", prompt="Name of the admin")] = "Admin",
    number: Annotated[str, typer.Option(help="Employee number (NIP).", prompt="Their employee number (NIP)")] = "",
) -> None:
    """Make somebody an admin over the whole region, or give one a new code: for when no second person is left to confirm."""
    prepare_folder()
    migrate_schema(database())
    new = _describe_admin(name, number)
    with _refusing("Nobody was made an admin."), database().unit_of_work() as session:
        person, code = add_admin(session, new)
    console.print(f"[green]{person.name} is an admin over the whole region.[/] The one-time code, shown this once:")
    typer.echo(code)


@contextmanager
def _refusing(outcome: str) -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        console.print(f"[red]{outcome}[/] {sentence(refusal.code, 'en', refusal.parameters)} ({refusal.code})")
        raise typer.Exit(1) from None


def migrate() -> None:
    """Bring the database to the newest schema; `serve` does this at every start."""
    prepare_folder()
    migrate_schema(database())
    console.print(f"[green]The schema is up to date[/] ({database().url.render_as_string(hide_password=True)})")
