"""The `gagas` command and its subcommands; of these only the one that is asked for is imported, as an import takes time and memory."""

import os
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

COMMANDS = {  # each with the module and the name of what carries it out, in the order in which the help lists them
    "demo": "demo:demo",
    "init": "found:init",
    "serve": "serve:serve",
    "migrate": "set_up:migrate",
    "reindex": "reindex:reindex",
    "deploy": "deploy:deploy",
    "api": "processes:api",
    "relay": "processes:relay",
    "backup": "backup:backup",
    "restore": "restore:restore",
    "doctor": "doctor:doctor",
    "calc": "calc:calc",
    "process": "process:process",
    "verify": "verify:verify",
    "admin": "set_up:admins",
    "call": "call_life:call",
    "export": "exports:exports",
    "import": "imports:imports",
    "ledger": "ledger:ledger",
}


class Imported(Mapping[str, Any]):
    """The subcommands by their names, each imported when it is asked for; the help asks for all."""

    def __getitem__(self, name: str) -> Any:
        """The command; KeyError where there is none of that name."""
        module, _, carrying_name = COMMANDS[name].partition(":")
        carrying = getattr(import_module(f"api.cli.{module}"), carrying_name)
        alone = typer.Typer()
        if isinstance(carrying, typer.Typer):
            alone.add_typer(carrying, name=name)
        else:
            alone.command(name)(carrying)
        return get_group(alone).commands[name]

    def __iter__(self) -> Iterator[str]:
        """The names, in the help's order."""
        return iter(COMMANDS)

    def __len__(self) -> int:
        """How many there are."""
        return len(COMMANDS)


class Commands(TyperGroup):
    """`gagas` with its subcommands."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = Imported()  # type: ignore[assignment]  # nobody adds another


HELP = "Gagas: from an idea to a certificate."
app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, help=HELP, pretty_exceptions_enable=False)


@app.callback()
def close_to_others() -> None:
    """Whatever a command and its processes write is read by this account alone."""
    os.umask(0o077)
