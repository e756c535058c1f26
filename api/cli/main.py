"""The `gagas` command and its subcommands."""

import os

import typer

from api.cli.backup import backup
from api.cli.calc import calc
from api.cli.call_life import call
from api.cli.demo import demo
from api.cli.deploy import deploy
from api.cli.doctor import doctor
from api.cli.exports import exports
from api.cli.found import founding
from api.cli.imports import imports
from api.cli.ledger import ledger
from api.cli.process import process
from api.cli.processes import api, relay
from api.cli.reindex import reindex
from api.cli.restore import restore
from api.cli.serve import serve
from api.cli.set_up import admins, migrate
from api.cli.verify import verifying

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Gagas: from an idea to a certificate.", pretty_exceptions_enable=False)


@app.callback()
def close_to_others() -> None:
    """Whatever a command and its processes write is read by this account alone."""
    os.umask(0o077)


app.command()(demo)
app.add_typer(founding)
app.command()(serve)
app.command()(migrate)
app.command()(reindex)
app.command()(deploy)
app.command()(api)
app.command()(relay)
app.command()(backup)
app.command()(restore)
app.command()(doctor)
app.command()(calc)
app.command()(process)
app.add_typer(verifying)
app.add_typer(admins, name="admin")
app.add_typer(call, name="call")
app.add_typer(exports, name="export")
app.add_typer(imports, name="import")
app.add_typer(ledger, name="ledger")
