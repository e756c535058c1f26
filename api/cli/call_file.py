"""`gagas call`, and a call's file as the terminal reads, refuses and writes it."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from api.cli.languages import say
from api.sentences import sentence
from workflows.region.call_files.faults import FileFault
from workflows.region.call_files.reading import LARGEST

call = typer.Typer(no_args_is_help=True, help="Write, check, plan and show a call with its policy.")
FileName = Annotated[str, typer.Argument(help="A call with its policy, or a policy alone, as YAML or JSON; - for the standard input.")]


def read_content(file: str, spoken: str) -> bytes:
    """The bytes of a file or of the standard input, not many more than a file may have; exits with 2 where there are none to be read."""
    try:
        if file == "-":
            return sys.stdin.buffer.read(LARGEST + 1)
        with Path(file).open("rb") as opened:
            return opened.read(LARGEST + 1)
    except OSError as wrong:
        typer.echo(f"{file}: {say('file_unreadable', spoken)}", err=True)
        raise typer.Exit(2) from wrong


def print_faults(file: str, faults: Sequence[FileFault], spoken: str, *, err: bool = False) -> None:
    """Two lines for each fault: where it stands, its path and its code; and what to do."""
    for fault in faults:
        path = f"  {fault.path}" if fault.path else ""
        said = sentence(fault.code, spoken, fault.parameters)
        typer.echo(f"{file}:{fault.place.line}:{fault.place.column}{path}  {fault.code}\n  {said}", err=err)


def refuse(said: str) -> NoReturn:
    """Say why nothing was done, and exit with 1."""
    typer.echo(said, err=True)
    raise typer.Exit(1)


def write_schema(schema: dict[str, Any]) -> str:
    """A schema as its file has it."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
