"""`gagas verify`: is this file one that was issued here, and does it still stand?"""

import hashlib
import re
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from api.cli.languages import Language, choose_language, say
from api.pages.texts import Words
from models.database import database
from workflows.process.refusals import Conflict, NotFound
from workflows.recognition.verify import Genuineness, Verified, find_token, judge, verify_digest, verify_token

UNREADABLE = 2  # the exit code where there is no file to compare


def verify(
    file: Annotated[Path, typer.Argument(help="The PDF or spreadsheet.")],
    document: Annotated[str, typer.Option(help="The number or the address printed on it; tells an altered file from an unknown one.")] = "",
    language: Annotated[Language | None, typer.Option(help="The language of the answer; the region's when left out.")] = None,
) -> None:
    """Compare a file with what was issued; exit code 0 only where it is genuine and valid, 1 where it is altered, revoked or unknown,
    2 where it cannot be read."""
    spoken = choose_language(language)
    try:
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as wrong:
        typer.echo(f"{file}: {say('file_unreadable', spoken)}", err=True)
        raise typer.Exit(UNREADABLE) from wrong
    with database().reading() as session:
        found = _find(session, digest, document)
    verdict, words = judge(found, digest), Words(spoken)
    typer.echo(f"{words.text(f'verify.{verdict}')}. {words.text(f'verify.{verdict}_say')}")
    if found is not None:
        facts = [("kind", words.word(found.kind)), ("number", found.number), ("issued_on", words.day(found.issued_on))]
        for name, value in [*facts, ("issuer", found.issuer), ("sha256", found.sha256)]:
            typer.echo(f"{words.text(f'verify.{name}')}: {value}")
    raise typer.Exit(0 if verdict == Genuineness.GENUINE else 1)


def _find(session: Session, digest: str, document: str) -> Verified | None:
    """The document that is named, else the one with this digest; a number that several bear names none."""
    address = re.search(r"([a-z2-7]{26})/?$", document.strip().lower())
    try:
        token = address[1] if address else find_token(session, document) if document else ""
        return verify_token(session, token) if token else verify_digest(session, digest)
    except Conflict:
        return _find(session, digest, "")
    except NotFound:
        return None
