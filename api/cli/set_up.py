"""`gagas migrate` and `gagas admin add`: the schema, and admins of the whole region from the server itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console

from api.cli.folder import prepare_folder
from api.cli.reindex import index_ideas
from api.sentences import sentence
from models.database import database
from models.migrations import migrate as migrate_schema
from models.people import EmploymentKind
from workflows.calculations.employee_number import read_employee_number
from workflows.process.refusals import Refusal
from workflows.region.founding import add_admin
from workflows.region.people import NewPerson

console = Console()
admins = typer.Typer(help="Admins over the whole region, from the server itself.", no_args_is_help=True)


def describe_admin(name: str, number: str) -> NewPerson:
    """An admin by name and number, which tells the kind of employment."""
    kind = EmploymentKind.PPPK if read_employee_number(number).kind == "pppk" else EmploymentKind.PNS
    return NewPerson(name, number, kind, "", position="Admin")


@admins.command("add")
def add(
    name: Annotated[str, typer.Option(help="Name; of somebody registered it stays as it is.", prompt="Name of the admin")] = "Admin",
    number: Annotated[str, typer.Option(help="Employee number (NIP).", prompt="Their employee number (NIP)")] = "",
) -> None:
    """Make somebody an admin over the whole region, or give one a new code: for when no second person is left to confirm."""
    prepare_folder()
    migrate_schema(database())
    new = describe_admin(name, number)
    with refusing("Nobody was made an admin."), database().unit_of_work() as session:
        person, code = add_admin(session, new)
    console.print(f"[green]{person.name} is an admin over the whole region.[/] The one-time code, shown this once:")
    typer.echo(code)


@contextmanager
def refusing(outcome: str) -> Iterator[None]:
    """Say why something was refused and what became of it, and exit with 1."""
    try:
        yield
    except Refusal as refusal:
        console.print(f"[red]{outcome}[/] {sentence(refusal.code, 'en', refusal.parameters)} ({refusal.code})")
        raise typer.Exit(1) from None


def migrate() -> None:
    """Bring the database to the newest schema, and index the ideas that are not yet; `serve` does both at every start."""
    prepare_folder()
    migrate_schema(database())
    index_ideas(database())
    console.print(f"[green]The schema is up to date[/] ({database().url.render_as_string(hide_password=True)})")
