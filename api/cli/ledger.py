"""`gagas ledger`: verify the chain, sign a checkpoint to publish elsewhere."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import rfc8785
import sqlalchemy as sa
import typer
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlmodel import Session, func, select

from api.cli.attached_files import list_altered
from api.cli.folder import fingerprint, read_pinned_fingerprint, read_signing_key, write_raw
from models.attachments import Attachment
from models.database import Database, database, table_of
from models.ideas import Idea
from models.instants import now
from models.ledger import LedgerEntry, LedgerHead
from workflows.calculations.ledger import ChainEntry, Checkpoint, verify_chain
from workflows.process.attest.compare import RowDifference, compare_rows, find_misfiled

ledger = typer.Typer(no_args_is_help=True, help="Verify the ledger, or sign a checkpoint of it.")
COLUMNS = (TextColumn("{task.description:<10}"), BarColumn(40), MofNCompleteColumn(), TimeElapsedColumn())
PAGE = 5_000


@ledger.command()
def verify(
    checkpoint: Annotated[Path | None, typer.Option(help="A checkpoint published before; shows whether entries were cut off.")] = None,
    key: Annotated[str, typer.Option(help="The region's public key: its file, or its fingerprint. Else the one pinned here.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Name every row that differs, not the first only.")] = False,
    files: Annotated[bool, typer.Option(help="Read every file of an idea, and compare it with its row.")] = True,
) -> None:
    """Recompute every link of the chain, and compare the rows with it; exit code 1 when it is broken or a row differs.

    With a chain that is broken no row is compared. `uncommitted` counts rows of before entries committed to rows.
    """
    known = _read_checkpoint(checkpoint, read_pinned_fingerprint(key)) if checkpoint else None
    report = check_ledger(database(), known, every=every, files=files)
    typer.echo(json.dumps(report, indent=2))
    raise typer.Exit(0 if is_sound(report) else 1)


def check_ledger(store: Database, known: Checkpoint | None = None, *, every: bool = False, files: bool = True) -> dict[str, Any]:
    """The report on the chain, up to its own head or to a checkpoint, and on the rows, with their files, where it holds."""
    misfiled: list[RowDifference] = []
    bars = Progress(*COLUMNS, console=Console(stderr=True), transient=True)
    with bars, store.reading() as session:
        head = session.exec(select(LedgerHead)).one()
        links = _read_links(session, _bar(bars, "Entries", head.seq), misfiled)
        report = verify_chain(links, known or Checkpoint(size=head.seq, head=head.hash))
        if report.valid and files:
            attached = session.exec(select(func.count()).select_from(Attachment)).one()
            misfiled += list_altered(session, _bar(bars, "Files", attached))
        rows = _compare(session, bars, misfiled, every=every) if report.valid else None
    return {**report.model_dump(mode="json"), "rows": rows}


def is_sound(report: dict[str, Any]) -> bool:
    """Whether the chain holds and every row is as it says."""
    return report["rows"] is not None and not report["rows"]["differing"]


@ledger.command("checkpoint")
def sign_checkpoint() -> None:
    """Print size, head and time of the ledger, signed with the region's Ed25519 key; keep it off this machine."""
    with database().reading() as session:
        head = session.exec(select(LedgerHead)).one()
    typer.echo(json.dumps(make_checkpoint(head.seq, head.hash), indent=2))


def make_checkpoint(size: int, head: str) -> dict[str, int | str]:
    """Size, head and this moment, signed; exits with a sentence where the key is not here."""
    key = read_signing_key()
    public = key.public_key()
    said: dict[str, int | str] = {"size": size, "head": head, "at": now().isoformat(), "key": fingerprint(public)}
    return {**said, "signature": key.sign(rfc8785.dumps(dict(said))).hex(), "public_key": write_raw(public).hex()}


@ledger.command("key")
def show_key() -> None:
    """Print the fingerprint of the region's key, by which a checkpoint of somebody else's is told from one of the region's."""
    typer.echo(read_pinned_fingerprint())


@ledger.command()
def export() -> None:
    """Print the whole chain as `gagas calc ledger` takes it, for whoever verifies it elsewhere; it holds ids and hashes, no names."""
    with database().reading() as session:
        typer.echo('{"entries": [')
        for place, entry in enumerate(_read_links(session, lambda _count: None, [])):
            typer.echo(("," if place else "") + json.dumps(entry.model_dump(mode="json")))
        typer.echo("]}")


def _read_checkpoint(file: Path, pinned: str) -> Checkpoint:
    """What a checkpoint says, if the region's key signed it as it stands; one of before keys had fingerprints names none."""
    try:
        known = json.loads(file.read_text())
        said = {name: known[name] for name in ("size", "head", "at", "key") if name != "key" or name in known}
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(known["public_key"]))
        key.verify(bytes.fromhex(known["signature"]), rfc8785.dumps(said))
        checkpoint = Checkpoint(size=known["size"], head=known["head"])
    except (OSError, ValueError, KeyError, TypeError, InvalidSignature) as wrong:
        raise typer.BadParameter(f"{file} is not a checkpoint as it was signed") from wrong
    if fingerprint(key) != pinned:
        raise typer.BadParameter(f"{file} was signed with another key ({fingerprint(key)}) than the region's ({pinned})")
    return checkpoint


def _read_links(session: Session, advance: Callable[[int], None], misfiled: list[RowDifference]) -> Iterator[ChainEntry]:
    """Every entry, in order; those whose columns differ from their payload are put with the misfiled."""
    table = table_of(LedgerEntry)
    entries = sa.select(table.c.seq, table.c.payload, table.c.hash, table.c.kind, table.c.idea_id).order_by(table.c.seq).limit(PAGE)
    after = 0
    while page := session.execute(entries.where(table.c.seq > after)).all():
        for entry in page:
            wrong = find_misfiled(entry.seq, {"kind": entry.kind, "idea_id": entry.idea_id}, entry.payload)
            misfiled += [wrong] if wrong else []
            yield ChainEntry(seq=entry.seq, payload=entry.payload, hash=entry.hash)
        after = page[-1].seq
        advance(len(page))


def _compare(session: Session, bars: Progress, misfiled: list[RowDifference], *, every: bool) -> dict[str, Any]:
    ideas = session.exec(select(func.count()).select_from(Idea)).one()
    report = compare_rows(session, _bar(bars, "Ideas", ideas))
    report.differences += misfiled
    counts = {"compared": report.compared, "uncommitted": report.uncommitted, "erased": report.erased}
    told: dict[str, Any] = {**counts, "differing": len(report.differences), "first": asdict(report.first) if report.first else None}
    if every:
        told["all"] = [asdict(difference) for difference in sorted(report.differences, key=lambda each: each.place)]
    return told


def _bar(bars: Progress, description: str, total: int) -> Callable[[int], None]:
    task = bars.add_task(description, total=total)
    return lambda count: bars.advance(task, count)
