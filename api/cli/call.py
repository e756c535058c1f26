"""`gagas call`: what can be asked about a call's policy before the call is planned."""

from typing import Annotated, Any

import typer

from api.cli.calc import UnreadableInput, read_json
from api.cli.languages import Language, choose_language, say
from api.sentences import sentence
from models.calls import Ceiling
from models.policy import Policy
from workflows.calculations.refusals import WHOLE_INPUT
from workflows.calculations.values import MAXIMUM_RUPIAH
from workflows.process.ceilings import list_excesses
from workflows.process.refusals import Invalid
from workflows.recognition.specimens import find_faults
from workflows.region.soundness import list_contradictions, validate_policy

call = typer.Typer(no_args_is_help=True, help="Check the policy of a call.")
UNREADABLE = 2  # the exit code of a file in which no policy can be found


@call.callback()
def choose() -> None:
    """Check the policy of a call."""


@call.command()
def check(
    file: Annotated[str, typer.Argument(help="A policy, or a call with its policy, as JSON; - for the standard input.")],
    language: Annotated[Language | None, typer.Option(help="The language of the sentences; the region's when left out.")] = None,
    per_award: Annotated[int, typer.Option(min=0, help="The region's ceiling for one award, in rupiah.")] = MAXIMUM_RUPIAH,
    per_call: Annotated[int, typer.Option(min=0, help="The region's ceiling for all awards of a call, in rupiah.")] = MAXIMUM_RUPIAH,
) -> None:
    """Walk the process under a policy, and print its documents: does every idea reach an end, who owes the next step in each stage, do two
    steps that must differ fall to one role, does it pay more than the ceilings allow, and can every document be issued?

    Exit code 0 where nothing is wrong; 1 with a line for each finding: its place in the policy, its code, and what to do;
    2 where the file holds no policy that can be read.
    """
    spoken = choose_language(language)
    try:
        policy = validate_policy(_find_policy(read_json(file)))
    except UnreadableInput as wrong:
        place = "" if wrong.field in (WHOLE_INPUT, "file") else f"{wrong.field}: "
        typer.echo(f"{file}: {place}{say(wrong.said, spoken, **wrong.values)}", err=True)
        raise typer.Exit(UNREADABLE) from wrong
    except Invalid as wrong:
        _print_fault(wrong.field or "policy", wrong.code, sentence(wrong.code, spoken, wrong.parameters))
        raise typer.Exit(1) from wrong
    found = [(finding.code, finding.path, finding.parameters) for finding in list_contradictions(policy)]
    ceiling = Ceiling(number=0, tier_rupiah=per_award, call_rupiah=per_call, basis="", set_by="")
    found += [(excess.code, excess.field or "policy", excess.parameters) for excess in list_excesses(policy, ceiling)]
    found += [(fault["code"], fault["path"], fault["parameters"]) for fault in _print_specimens(policy)]
    for code, path, parameters in found:
        _print_fault(path, code, sentence(code, spoken, parameters))
    if found:
        raise typer.Exit(1)
    typer.echo(say("sound", spoken))


def _find_policy(given: Any) -> dict[str, Any]:
    """The policy itself, be it alone or within a call."""
    policy = given.get("policy", given) if isinstance(given, dict) else given
    if not isinstance(policy, dict):
        raise UnreadableInput(WHOLE_INPUT, "Give a policy, or a call with its policy, as one JSON object.", "no_policy")
    return policy


def _print_specimens(policy: Policy) -> list[dict[str, Any]]:
    from workflows.documents.render import render_documents  # loads the renderer only where something is printed

    return find_faults(policy, render_documents)


def _print_fault(path: str, code: str, said: str) -> None:
    typer.echo(f"{path}  {code}\n  {said}")
