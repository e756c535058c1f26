"""`gagas call`: a call and its policy as one file: started from a sample, checked, planned, and shown again."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from api.call_rules import make_schema
from api.call_samples import write_explained
from api.cli.call_file import FileName, call, print_faults, read_content, refuse, write_schema
from api.cli.call_new import new
from api.cli.languages import Language, choose_language, say
from api.cli.processes import require_schema
from api.clock_lines import list_clock_lines
from api.pages.texts import Words
from models.calls import Ceiling
from models.database import database
from models.policy import Policy
from workflows.calculations.values import MAXIMUM_RUPIAH
from workflows.process.ceilings import list_excesses
from workflows.process.refusals import NotFound, Refusal
from workflows.recognition.specimens import find_faults
from workflows.region.call_files.at_server import plan_at_server
from workflows.region.call_files.call import CheckedFile, check_file
from workflows.region.call_files.faults import FileFault
from workflows.region.call_files.planned import describe_call

__all__ = ["call", "new"]
UNREADABLE = 2  # the exit code of a file in which no call can be found
Spoken = Annotated[Language | None, typer.Option(help="The language of the sentences; the region's when left out.")]


@call.callback()
def choose() -> None:
    """Write, check, plan and show a call with its policy."""


@call.command()
def check(
    file: FileName,
    language: Spoken = None,
    per_award: Annotated[int, typer.Option(min=0, help="The region's ceiling for one award, in rupiah.")] = MAXIMUM_RUPIAH,
    per_call: Annotated[int, typer.Option(min=0, help="The region's ceiling for all awards of a call, in rupiah.")] = MAXIMUM_RUPIAH,
) -> None:
    """Walk the process under a policy, and print its documents: does every idea reach an end, who owes the next step in each stage, do two
    steps that must differ fall to one role, does it pay more than the ceilings allow, and can every document be issued?

    Exit code 0 where nothing is wrong; 1 with two lines for each finding: FILE:LINE:COLUMN, its path and its code, then what to do;
    2 where the file holds no call that can be read.
    """
    spoken = choose_language(language)
    checked = _read(file, spoken)
    ceiling = Ceiling(number=0, tier_rupiah=per_award, call_rupiah=per_call, basis="", set_by="")
    found = list(checked.faults)
    if checked.policy is not None:
        found += [checked.locate_fault(each.code, each.field, each.parameters) for each in list_excesses(checked.policy, ceiling)]
        found += [checked.locate_fault(each["code"], each["path"], each["parameters"]) for each in _print_specimens(checked.policy)]
    _settle(file, found, spoken)
    typer.echo(say("sound", spoken))


@call.command()
def schema() -> None:
    """Print the JSON Schema of a call's file, by which an editor completes it and says what each rule does."""
    typer.echo(write_schema(make_schema()), nl=False)


@call.command()
def plan(
    file: FileName,
    author: Annotated[
        str, typer.Option(help="Employee number of the admin or secretary who wrote the call.", prompt="Employee number of the author")
    ],
    language: Spoken = None,
) -> None:
    """Plan the call of a file, as its author; somebody else signs the policy before it counts.

    Exit code 0 with the call's code; 1 where it is refused, nothing done; 2 where the file holds no call that can be read.
    """
    spoken = choose_language(language)
    checked = _read(file, spoken)
    _settle(file, checked.faults, spoken)
    if checked.call is None:
        refuse(say("policy_alone", spoken))
    require_schema(database)
    try:
        with database().unit_of_work() as session:
            code = plan_at_server(session, checked.call, author).code
    except Refusal as refusal:
        _settle(file, [checked.locate_fault(each.code, each.field, each.parameters) for each in refusal.parts or (refusal,)], spoken)
    typer.echo(say("planned", spoken, code=code))


@call.command()
def show(
    code: Annotated[str, typer.Argument(help="The call's code.")],
    language: Spoken = None,
    clocks: Annotated[bool, typer.Option(help="Say how long each stage may take and what happens when nobody acts, instead.")] = False,
) -> None:
    """Print the file of a call as it stands: its dates and the newest version of its policy, signed or not."""
    spoken = choose_language(language)
    require_schema(database)
    try:
        with database().reading() as session:
            body = describe_call(session, code)
    except NotFound:
        refuse(say("no_such_call", spoken, code=code))
    if not clocks:
        typer.echo(write_explained(body, spoken), nl=False)
        return
    for line in list_clock_lines(Policy.model_validate(body["policy"]), Words(spoken)):
        typer.echo(f"{line.title}{f' ({line.asked})' if line.asked else ''}: {' '.join(line.says)}")


def _read(file: str, spoken: str) -> CheckedFile:
    checked = check_file(read_content(file, spoken))
    if not checked.read.values or checked.read.body is None or [fault.code for fault in checked.faults] == ["call_file_no_call"]:
        print_faults(file, checked.faults, spoken, err=True)
        raise typer.Exit(UNREADABLE)
    return checked


def _settle(file: str, found: Sequence[FileFault], spoken: str) -> None:
    print_faults(file, found, spoken)
    if found:
        raise typer.Exit(1)


def _print_specimens(policy: Policy) -> list[dict[str, Any]]:
    from workflows.documents.render import render_documents  # loads the renderer only where something is printed

    return find_faults(policy, render_documents)
