"""`gagas init` and `gagas migrate`: the data folder, its keys, the schema, the first admin."""

from typing import Annotated

import typer
from rich.console import Console

from api.cli.folder import prepare_folder
from api.sentences import sentence
from models.database import database
from models.migrations import migrate as migrate_schema
from models.people import EmploymentKind
from models.settings import settings
from workflows.process.refusals import Refusal
from workflows.region.people import NewPerson, NewUnit, found_region

console = Console()


def init(
    unit_code: Annotated[str, typer.Option(help="Code of the region's root unit.")] = "KBDG",
    unit_name: Annotated[str, typer.Option(help="Name of the region's root unit.")] = "Pemerintah Kota Bandung",
    admin_name: Annotated[str, typer.Option(help="Name of the first admin.", prompt="Name of the first admin")] = "Admin",
    admin_number: Annotated[str, typer.Option(help="Employee number (NIP) of the first admin.", prompt="Their employee number (NIP)")] = "",
    admin_kind: Annotated[EmploymentKind, typer.Option(help="Their kind of employment.")] = EmploymentKind.PNS,
) -> None:
    """Make the data folder, its signing key, the schema and the first admin; print the one-time code to sign in with."""
    prepare_folder()
    migrate_schema(database())
    root = NewUnit(unit_code, unit_name, "city", "")
    admin = NewPerson(admin_name, admin_number, admin_kind, unit_code, position="Admin")
    try:
        with database().unit_of_work() as session:
            _, _, code = found_region(session, root, admin)
    except Refusal as refusal:
        console.print(f"[red]Nothing was made.[/] {sentence(refusal.code, 'en', refusal.parameters)} ({refusal.code})")
        raise typer.Exit(1) from None
    console.print(f"[green]Ready in {settings().data}.[/] The admin's one-time code, shown this once:")
    typer.echo(code)


def migrate() -> None:
    """Bring the database to the newest schema; `serve` does this at every start."""
    prepare_folder()
    migrate_schema(database())
    console.print(f"[green]The schema is up to date[/] ({database().url.render_as_string(hide_password=True)})")
