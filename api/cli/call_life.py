"""`gagas call open|extend|close|archive CODE`: a call's life from the terminal of the server, by the same rules as on its page."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated

import typer
from sqlmodel import Session, select

from api.cli.call import call
from api.cli.languages import Language, choose_language
from api.cli.processes import require_schema
from api.pages.texts import Words
from api.sentences import sentence
from api.v1.shapes import is_within_calendar
from models.calls import Call
from models.database import LostRace, database
from models.instants import region_zone
from workflows.process.actors import flow_actor
from workflows.process.deadlines import end_of_day
from workflows.process.refusals import Invalid, NotFound, Refusal
from workflows.region.call_life import archive_call, count_ideas, extend_call
from workflows.region.calls import close_call, open_call

__all__ = ["call"]
ACTOR = flow_actor("terminal")  # whoever runs the server could change the database anyway

Code = Annotated[str, typer.Argument(help="The call's code.")]
Spoken = Annotated[Language | None, typer.Option("--language", help="The language of the answer; the region's when left out.")]


@call.command("open")
def start(code: Code, language: Spoken = None) -> None:
    """Open a call whose policy is signed; exit code 1 with a sentence where that is refused."""
    _run(code, language, lambda session, found: open_call(session, found.id, actor=ACTOR))


@call.command()
def extend(
    code: Code,
    until: Annotated[str, typer.Option(help="The new end in the region's zone: 2026-12-31 for all of that day, or 2026-12-31T16:00.")],
    reason: Annotated[str, typer.Option(help="Why; everybody may read it on the call's page.")],
    language: Spoken = None,
) -> None:
    """Move the end of a call later; whoever holds a draft in it is told, and of each unit with an idea under way the nearest head."""
    _run(code, language, lambda session, found: extend_call(session, found.id, _read_end(until), reason, actor=ACTOR))


@call.command()
def close(code: Code, language: Spoken = None) -> None:
    """Close a call before its end."""
    _run(code, language, lambda session, found: close_call(session, found.id, actor=ACTOR))


@call.command()
def archive(code: Code, language: Spoken = None) -> None:
    """Put a closed call away once nothing in it is under way; its page brings it back."""
    _run(code, language, lambda session, found: archive_call(session, found.id, actor=ACTOR))


def _run(code: str, language: Language | None, act: Callable[[Session, Call], Call]) -> None:
    """Act on a call in one transaction, and say how it stands then; every fault is said with its field."""
    spoken = choose_language(language)
    require_schema(database)
    try:
        with database().unit_of_work() as session:
            changed = act(session, _find(session, code))
            counts = count_ideas(session, changed)
    except LostRace as lost:
        typer.echo(sentence("lost_race", spoken, {}), err=True)
        raise typer.Exit(1) from lost
    except Refusal as refusal:
        for each in refusal.parts or (refusal,):
            said = sentence(each.code, spoken, each.parameters)
            typer.echo(f"{each.field}: {said}" if each.field else said, err=True)
        raise typer.Exit(1) from None
    words = Words(spoken)
    state = words.word("call_archived" if changed.archived_at else changed.state)
    if not counts.is_known:
        return
    drafts, submitted = words.count(counts.drafts), words.count(counts.submitted)
    typer.echo(f"{changed.code}: {state}. {words.text('call.until', moment=words.moment(changed.closes_at))}.")
    typer.echo(words.text("life.counts", drafts=drafts, submitted=submitted, under_way=words.count(counts.under_way)))


def _find(session: Session, code: str) -> Call:
    found = session.exec(select(Call).where(Call.code == code)).first()
    if found is None:
        raise NotFound("call_not_found")
    return found


def _read_end(typed: str) -> datetime:
    """The end as it was typed: a day's last second, or an hour in the region's zone unless it names another."""
    try:
        end = end_of_day(date.fromisoformat(typed)) if len(typed) == len("2026-12-31") else datetime.fromisoformat(typed)
    except ValueError:
        raise Invalid("end_unreadable", "until") from None
    if not is_within_calendar(end):
        raise Invalid("date_out_of_range", "until")
    return end if end.tzinfo else end.replace(tzinfo=region_zone())
