"""`gagas init` and `gagas migrate`: the data folder, its keys, the schema, the first admin."""

import os
from typing import Annotated

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from rich.console import Console

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


def prepare_folder() -> None:
    """Make the data folder and the ledger's signing key, readable by this account alone."""
    settings().data.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = settings().data / "keys" / "ledger.pem"
    key.parent.mkdir(mode=0o700, exist_ok=True)
    if not key.exists():
        secret = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        handle = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secret)
