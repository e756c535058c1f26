"""`gagas backup TO`: the database as it is at one moment, documents, ideas' files, emblems and keys, checked, while everything runs on."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from sqlmodel import Session, col, func, select

from api.cli.backup_folder import (
    DATABASES,
    UNFINISHED,
    BackupRefused,
    Manifest,
    close_to_others,
    copy_files,
    hash_files,
    list_files,
    run_tool,
    write_through,
)
from api.cli.backup_series import alone, name_next, remove_oldest, sweep
from api.cli.checkpoints import CHECKPOINT, put_checkpoint
from api.cli.folder import SIGNING, read_pinned_fingerprint, refuse_half_restored
from models.attachments import Attachment
from models.backups import LastBackup, write_stamp
from models.database import Database, database
from models.documents import Document
from models.instants import wall_now
from models.ledger import LedgerHead
from models.migrations import read_schema
from models.outbox import Message, MessageState
from models.private import make_private_folder
from models.settings import REGION, settings
from workflows.adapters.uploads import hold_store

console = Console(stderr=True)
Advance = Callable[[int], None]
NICE = 15
FEW = 5  # names that are told of what a backup lacks
MEND_FILES = "All else is in the backup, and its manifest names all that is missing. Put those files back from an older one."


def backup(
    to: Annotated[Path, typer.Argument(help="A folder that does not exist yet, on another disk.")],
    dated: Annotated[bool, typer.Option("--dated", help="Make a folder named by the day in it, as a timer does each night.")] = False,
    keep: Annotated[int | None, typer.Option(min=1, help="With --dated: of how many days backups stay; older ones are removed.")] = None,
) -> None:
    """Make a backup, checked, with a checkpoint of the ledger; exit code 1 where none was made, or one that lacks a file.

    Where this account can read the key that signs checkpoints, keep the folder `keys` of it apart from the rest: whoever has both can sign
    another history.
    """
    if keep and not dated:
        raise typer.BadParameter("--keep goes with --dated: other backups are nobody's to remove")
    refuse_half_restored()
    try:
        with alone(settings().data), _giving_way():
            manifest, made = _make_dated(to, keep) if dated else (make_backup(to, database()), to)
    except (BackupRefused, OSError) as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(1) from None
    apart = f" Keep [bold]{made / 'keys'}[/] elsewhere." if (made / "keys" / SIGNING).exists() else ""
    console.print(f"[green]{made}[/]: {len(manifest.files):,} files, {manifest.size:,} facts.{apart}", soft_wrap=True)
    told = {"made_at": manifest.made_at, "to": str(made.absolute()), "size": manifest.size, "head": manifest.head}
    typer.echo(json.dumps({**told, "missing": manifest.missing}))
    if manifest.missing:
        few = ", ".join(manifest.missing[:FEW])
        typer.echo(f"{len(manifest.missing):,} documents and ideas have a file that is gone or damaged: {few}. {MEND_FILES}", err=True)
        raise typer.Exit(1)


def _make_dated(to: Path, keep: int | None) -> tuple[Manifest, Path]:
    """A backup in a folder of its day, after what broken ones left was removed; then those that need not be kept are."""
    sweep(to)
    made = name_next(to)
    manifest = make_backup(made, database())
    try:
        for gone in remove_oldest(to, keep, made) if keep else ():
            console.print(f"{gone} was removed.", soft_wrap=True)
    except OSError as wrong:
        raise BackupRefused(f"{made} is made, and an older backup cannot be removed: {wrong}.") from wrong
    return manifest, made


@contextmanager
def _giving_way() -> Iterator[None]:
    """Let those who submit meanwhile go first."""
    former = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PROCESS, 0, max(former, NICE))
    try:
        yield
    finally:
        with suppress(PermissionError):  # an account that is not root's may not take it back, and has done its work
            os.setpriority(os.PRIO_PROCESS, 0, former)


def make_backup(to: Path, store: Database) -> Manifest:
    """A finished backup in a new folder; raises BackupRefused, and nothing is left behind but, after a kill, a folder named so.

    What is gone or damaged is named in it as missing, and does not keep the rest from being backed up.
    """
    if to.exists():
        raise BackupRefused(f"{to} exists already. Name a folder that does not.")
    place = to.with_name(to.name + UNFINISHED)
    try:
        shutil.rmtree(place, ignore_errors=True)  # of a backup that was cut off
        manifest = _fill(place, store)
        place.rename(to)
        write_through(to.parent)
    except (OSError, sqlite3.Error) as wrong:
        shutil.rmtree(place, ignore_errors=True)
        raise BackupRefused(f"The backup cannot be made at {place}: {wrong}. Make room there, or name another disk.") from wrong
    except BackupRefused:
        shutil.rmtree(place, ignore_errors=True)
        raise
    made = LastBackup(
        made_at=datetime.fromisoformat(manifest.made_at),
        to=str(to.absolute()),
        size=sum(file.stat().st_size for file in list_files(to)),
        files=len(manifest.files),
        facts=manifest.size,
        checked=True,
        missing=len(manifest.missing),
        first_missing=tuple(manifest.missing[:FEW]),
    )
    write_stamp(settings().data, made)
    return manifest


def _fill(place: Path, store: Database) -> Manifest:
    """All of a backup, in a folder that is not named as a finished one yet.

    The database comes first: a document is stored before the database says that it is issued, and is never changed.
    """
    make_private_folder(place / "database")
    left_out: dict[str, list[str]] = {}
    columns = SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,.0f}"), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True) as bars, hold_store(settings().attachments):  # nothing is swept meanwhile
        manifest, issued = _copy_database(store, place, bars)
        for name in ("documents", "attachments", "emblems"):
            source: Path = getattr(settings(), name)
            left_out[name] = copy_files(source, place / name, _bar(bars, f"Copying {name}"), pass_over=True)
        if (settings().data / REGION).is_file():
            shutil.copyfile(settings().data / REGION, place / REGION)
        _copy_keys(place / "keys", bars)
        if lacking := put_checkpoint(place / CHECKPOINT, manifest.size, manifest.head):
            console.print(f"[yellow]No checkpoint[/]: {lacking}. Whoever can read the key makes one: gagas ledger checkpoint --keep")
        manifest.files = hash_files(place, _bar(bars, "Checking"))
    with suppress(typer.BadParameter):  # none is here, or what is here is no key
        manifest.key = read_pinned_fingerprint()
    manifest.missing = [*_find_missing(issued, manifest), *(f"emblem {name}" for name in left_out["emblems"])]
    manifest.write(place)
    close_to_others(place)
    write_through(*place.rglob("*"), place)
    return manifest


def _copy_database(store: Database, place: Path, bars: Progress) -> tuple[Manifest, dict[str, str]]:
    """The database as it is at one moment, what it says of itself then, and the files that it needs: what each belongs to, by SHA-256."""
    kind = store.url.get_backend_name()
    target = place / DATABASES[kind]
    _bar(bars, "Copying the database")
    if store.is_sqlite:
        with closing(sqlite3.connect(str(store.url.database))) as source:
            source.execute("VACUUM INTO ?", (str(target),))
        with closing(sqlite3.connect(target)) as copy:
            if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise BackupRefused("SQLite finds the copy of its database damaged: check the disk, and restore the last backup.")
        copied = Database(f"sqlite:///{target}")
        with copied.reading() as session:
            described = _describe(session, kind)
        copied.close()
        for beside in target.parent.glob("gagas.db-*"):
            beside.unlink()
        return described
    with store.reading() as session:
        snapshot = session.execute(sa.text("SELECT pg_export_snapshot()")).scalar_one()
        words = ["pg_dump", "--format=custom", f"--snapshot={snapshot}", "--no-owner", "--no-privileges", f"--file={target}"]
        run_tool(words, store.url, "pg_dump stopped")
        return _describe(session, kind)


def _describe(session: Session, kind: str) -> tuple[Manifest, dict[str, str]]:
    head = session.exec(select(LedgerHead)).one()
    documents = select(Document.number, Document.sha256, Document.spreadsheet_sha256).where(col(Document.issued_at).is_not(None))
    issued = {sha256: number for number, *files in session.exec(documents) for sha256 in files if sha256}
    kept = (each for each in session.exec(select(Attachment).execution_options(yield_per=1_000)) if each.is_kept)
    issued |= {sha256: f"idea {each.idea_id}" for each in kept for sha256 in each.files}
    manifest = Manifest(wall_now().isoformat(), kind, read_schema(session) or "", head.seq, head.hash, count_under_way(session))
    return manifest, issued


def count_under_way(session: Session) -> dict[str, int]:
    """How many messages of each topic are not handled yet."""
    waiting = select(Message.topic, func.count()).where(Message.state != MessageState.HANDLED).group_by(Message.topic)
    return dict(session.exec(waiting).all())


def _copy_keys(target: Path, bars: Progress) -> None:
    """The pinned key, and the one that signs where this account can read it."""
    copy_files(settings().pinned_key.parent, target, _bar(bars, "Copying keys"))
    (target / CHECKPOINT).unlink(missing_ok=True)  # it may be of a longer ledger than the one copied: the backup has its own
    if os.access(settings().signing_key, os.R_OK):
        shutil.copyfile(settings().signing_key, target / SIGNING)


def _find_missing(issued: dict[str, str], manifest: Manifest) -> list[str]:
    """Which issued documents and ideas have a file that is not in the backup, or is not what it was."""
    kept = {digest for path, digest in manifest.files.items() if path.startswith(("documents/", "attachments/"))}
    return sorted({name for sha256, name in issued.items() if sha256 not in kept})


def _bar(bars: Progress, description: str) -> Callable[[int], Any]:
    task = bars.add_task(description, total=None)
    return lambda count: bars.advance(task, count)
