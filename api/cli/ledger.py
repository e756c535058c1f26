"""`gagas ledger`: verify the chain, sign a checkpoint to publish elsewhere, and print the way from an issued file to one."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlmodel import Session, func, select

from api.cli.attached_files import list_altered
from api.cli.checkpoints import (
    AnotherKey,
    NotACheckpoint,
    SignedCheckpoint,
    keep_checkpoint,
    list_kept,
    make_checkpoint,
    read_checkpoint,
)
from api.cli.folder import is_here, read_pinned_fingerprint, refuse_half_restored
from models.attachments import Attachment
from models.database import Database, database, table_of
from models.documents import Document
from models.ideas import Idea
from models.ledger import LedgerEntry, LedgerHead
from workflows.calculations.ledger import GENESIS, ChainBreak, ChainEntry, ChainReport, Checkpoint, break_chain, verify_chain
from workflows.calculations.merkle import Tree
from workflows.process.attest.compare import Problem, RowDifference, compare_rows, find_misfiled
from workflows.recognition.offline import ISSUING, Root

ledger = typer.Typer(no_args_is_help=True, help="Verify the ledger, sign a checkpoint of it, or print the way to one.")
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
    known = _believe(checkpoint, key) if checkpoint else None
    report = check_ledger(database(), known.chain if known else None, known.root if known else None, every=every, files=files)
    typer.echo(json.dumps(report, indent=2))
    raise typer.Exit(0 if is_sound(report) else 1)


def check_ledger(
    store: Database, known: Checkpoint | None = None, root: Root | None = None, *, every: bool = False, files: bool = True
) -> dict[str, Any]:
    """The report on the chain, up to its own head or to a checkpoint and the root that it names; where it holds, on the rows and files."""
    misfiled: list[RowDifference] = []
    bars = Progress(*COLUMNS, console=Console(stderr=True), transient=True)
    with bars, store.reading() as session:
        head = session.exec(select(LedgerHead)).one()
        links = _read_links(session, _bar(bars, "Entries", head.seq), misfiled)
        report = _verify_root(session, verify_chain(links, known or Checkpoint(size=head.seq, head=head.hash)), root)
        if report.valid and files:
            attached = session.exec(select(func.count()).select_from(Attachment)).one()
            misfiled += list_altered(session, _bar(bars, "Files", attached))
        rows = _compare(session, bars, misfiled, every=every) if report.valid else None
    return {**report.model_dump(mode="json"), "rows": rows}


def is_sound(report: dict[str, Any]) -> bool:
    """Whether the chain holds and every row is as it says, now and whenever an entry took it over."""
    return report["rows"] is not None and not report["rows"]["differing"]


def holds_now(report: dict[str, Any]) -> bool:
    """Whether the chain holds and every row is as its last entry says, be it that some were overwritten in the past."""
    return report["rows"] is not None and report["rows"]["differing"] == report["rows"]["overwritten"]


@ledger.command("checkpoint")
def sign_checkpoint(
    keep: Annotated[bool, typer.Option("--keep", help="Keep it beside the key and in the data folder, for the next backup.")] = False,
) -> None:
    """Print size, head, root and time of the ledger, signed with the region's Ed25519 key; keep it off this machine.

    Refused where the ledger does not go on from the checkpoint that lies beside the key: entries were changed or cut off since.
    """
    refuse_half_restored()
    former = list_kept()[0]
    known = _believe(former, "") if is_here(former) else None
    with database().reading() as session:
        head = session.exec(select(LedgerHead)).one()
        tree = _grow_tree(session, head.seq)
        goes_on = known is None or fits(session, known)
    if tree.size != head.seq:
        raise typer.BadParameter("entries are missing from the ledger; see `gagas ledger verify`")
    if not goes_on:
        raise typer.BadParameter(
            f"the ledger does not go on from {former}: entries were changed or cut off since, or an older backup was restored."
            " `gagas ledger verify --checkpoint` with that file says more; move it to whoever keeps checkpoints before another is signed"
        )
    try:
        signed = make_checkpoint(head.seq, head.hash, tree.read()[0].hex())
    except AnotherKey as other:
        raise typer.BadParameter(
            f"the key here ({other.used}) is not the region's ({other.pinned}); put ledger.pem back from where you keep it"
        ) from other
    if keep:
        try:
            keep_checkpoint(signed)
        except OSError as wrong:
            raise typer.BadParameter(f"the checkpoint cannot be kept at {wrong.filename}: {wrong.strerror}") from wrong
    typer.echo(json.dumps(signed, indent=2))


def fits(session: Session, known: SignedCheckpoint) -> bool:
    """Whether the entries up to a checkpoint are those that it was signed for, by their hashes."""
    tree = _grow_tree(session, known.chain.size)
    last = session.get(LedgerEntry, known.chain.size)
    head = last.hash if last else GENESIS.hex()
    return tree.size == known.chain.size and head == known.chain.head and (known.root is None or tree.read()[0].hex() == known.root.root)


@ledger.command()
def way(
    file: Annotated[Path, typer.Argument(help="A PDF that was issued here, such as a receipt.")],
    checkpoint: Annotated[Path, typer.Option(help="A checkpoint signed after it was issued.")],
    key: Annotated[str, typer.Option(help="The region's public key: its file, or its fingerprint. Else the one pinned here.")] = "",
) -> None:
    """Print a checkpoint with the way from an issued file to it: `gagas verify FILE --checkpoint` needs no more, on any machine."""
    known = _believe(checkpoint, key)
    if known.root is None:
        raise typer.BadParameter(f"{checkpoint} is of an earlier release and names no root; sign another one")
    try:
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as wrong:
        raise typer.BadParameter(f"{file} cannot be read") from wrong
    with database().reading() as session:
        found = _write_way(session, digest, known.root)
    typer.echo(json.dumps({**known.file, "way": found}, indent=2))


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


def _believe(file: Path, key: str) -> SignedCheckpoint:
    """A checkpoint that the region's key signed as it stands; exits with a sentence for any other."""
    try:
        return read_checkpoint(file, read_pinned_fingerprint(key))
    except NotACheckpoint as wrong:
        raise typer.BadParameter(f"{file} is not a checkpoint as it was signed") from wrong
    except AnotherKey as other:
        raise typer.BadParameter(f"{file} was signed with another key ({other.used}) than the region's ({other.pinned})") from other


def _verify_root(session: Session, report: ChainReport, root: Root | None) -> ChainReport:
    """The report, broken where the chain holds and a checkpoint's root is not that of its entries."""
    if root is None or not report.valid or _grow_tree(session, root.size).read()[0].hex() == root.root:
        return report
    return break_chain(report, ChainBreak.CHECKPOINT, max(root.size, 1))


def _grow_tree(session: Session, size: int, *watched: int) -> Tree:
    """The tree over the first so many entries."""
    table, tree = table_of(LedgerEntry), Tree(frozenset(watched))
    rows = sa.select(table.c.hash).where(table.c.seq <= size).order_by(table.c.seq).execution_options(yield_per=PAGE)
    for (entry_hash,) in session.execute(rows):
        tree.add(bytes.fromhex(entry_hash))
    return tree


def _write_way(session: Session, digest: str, root: Root) -> dict[str, Any]:
    """The way from the file with a digest to a root; exits with a sentence where there is none."""
    document = session.exec(select(Document).where(Document.sha256 == digest)).first()
    if document is None:
        raise typer.BadParameter("no file with these bytes was issued here")
    of_document = LedgerEntry.kind == ISSUING, LedgerEntry.idea_id == document.idea_id
    subject = table_of(LedgerEntry).c.payload["subject"].as_string()
    issued = session.exec(select(LedgerEntry).where(*of_document, subject == document.id)).one()
    submitted = session.get(LedgerEntry, document.content.get("ledger_seq", 0))
    if issued.seq > root.size:
        raise typer.BadParameter("the checkpoint is older than the file; sign another one")
    tree = _grow_tree(session, root.size, issued.seq, *([submitted.seq] if submitted else []))
    found, paths = tree.read()
    if found.hex() != root.root:
        raise typer.BadParameter("the ledger here is not that of the checkpoint; see `gagas ledger verify --checkpoint`")
    before = session.get(LedgerEntry, issued.seq - 1)
    written = {seq: [each.hex() for each in path] for seq, path in paths.items()}
    told: dict[str, Any] = {
        "issued": {"payload": issued.payload, "previous": before.hash if before else GENESIS.hex(), "path": written[issued.seq]}
    }
    if submitted is not None:
        told["submitted"] = {"seq": submitted.seq, "hash": submitted.hash, "path": written[submitted.seq]}
    return told


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
    counts["overwritten"] = sum(difference.problem == Problem.OVERWRITTEN for difference in report.differences)
    told: dict[str, Any] = {**counts, "differing": len(report.differences), "first": asdict(report.first) if report.first else None}
    if every:
        told["all"] = [asdict(difference) for difference in sorted(report.differences, key=lambda each: each.place)]
    return told


def _bar(bars: Progress, description: str, total: int) -> Callable[[int], None]:
    task = bars.add_task(description, total=total)
    return lambda count: bars.advance(task, count)
