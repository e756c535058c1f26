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
from api.cli.checkpoints import make_checkpoint
from models.attachments import Attachment
from models.backups import LastBackup, write_stamp
from models.database import Database, database
from models.documents import Document
from models.instants import today, wall_now
from models.ledger import LedgerHead
from models.migrations import read_schema
from models.outbox import Message, MessageState
from models.private import make_private_folder
from models.settings import REGION, settings
from workflows.adapters.uploads import hold_store

console = Console(stderr=True)
Advance = Callable[[int], None]
NICE = 15


def backup(
    to: Annotated[Path, typer.Argument(help="A folder that does not exist yet, on another disk.")],
    dated: Annotated[bool, typer.Option("--dated", help="Make a folder named by the day in it, as a timer does each night.")] = False,
) -> None:
    """Make a backup, checked, with a checkpoint of the ledger; exit code 1 where none was made.

    Keep the folder `keys` of it apart from the rest: whoever has both can sign another history.
    """
    to = to / today().isoformat() if dated else to
    try:
        with _giving_way():
            manifest = make_backup(to, database())
    except BackupRefused as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(1) from None
    console.print(f"[green]{to}[/]: {len(manifest.files):,} files, {manifest.size:,} facts. Keep [bold]{to / 'keys'}[/] elsewhere.")
    typer.echo(json.dumps({"made_at": manifest.made_at, "to": str(to.absolute()), "size": manifest.size, "head": manifest.head}))


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
    """A finished backup in a new folder; raises BackupRefused, and nothing but a folder named so is left behind.

    The database comes first: a document is stored before the database says that it is issued, and is never changed.
    """
    if to.exists():
        raise BackupRefused(f"{to} exists already. Name a folder that does not.")
    place = to.with_name(to.name + UNFINISHED)
    shutil.rmtree(place, ignore_errors=True)  # of a backup that was cut off
    make_private_folder(place / "database")
    columns = SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,.0f}"), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True) as bars, hold_store(settings().attachments):  # nothing is swept meanwhile
        manifest, issued = _copy_database(store, place, bars)
        for name in ("documents", "attachments", "emblems"):
            source: Path = getattr(settings(), name)
            copy_files(source, place / name, _bar(bars, f"Copying {name}"))
        if (settings().data / REGION).is_file():
            shutil.copyfile(settings().data / REGION, place / REGION)
        _copy_keys(place / "keys", bars)
        _write_checkpoint(place / "checkpoint.json", manifest)
        manifest.files = hash_files(place, _bar(bars, "Checking"))
        _require_documents(issued, manifest)
    manifest.write(place)
    close_to_others(place)
    write_through(*place.rglob("*"), place)
    place.rename(to)
    write_through(to.parent)
    size = sum(file.stat().st_size for file in list_files(to))
    made = LastBackup(
        made_at=datetime.fromisoformat(manifest.made_at),
        to=str(to.absolute()),
        size=size,
        files=len(manifest.files),
        facts=manifest.size,
        checked=True,
    )
    write_stamp(settings().data, made)
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
    if os.access(settings().signing_key, os.R_OK):
        shutil.copyfile(settings().signing_key, target / "ledger.pem")


def _write_checkpoint(file: Path, manifest: Manifest) -> None:
    """A checkpoint of the ledger as it was copied; none where the account that makes backups cannot read the key."""
    if os.access(settings().signing_key, os.R_OK):
        file.write_text(json.dumps(make_checkpoint(manifest.size, manifest.head), indent=2) + "\n", "utf-8")
    else:
        console.print(f"[yellow]No checkpoint[/]: {settings().signing_key} cannot be read by this account.")


def _require_documents(issued: dict[str, str], manifest: Manifest) -> None:
    """Raise BackupRefused where a file of an issued document or of an idea is not in the backup, or is not what it was."""
    kept = {digest for path, digest in manifest.files.items() if path.startswith(("documents/", "attachments/"))}
    missing = [number for sha256, number in issued.items() if sha256 not in kept]
    if missing:
        raise BackupRefused(f"{len(missing)} files are not as they were issued or handed in, first of {missing[0]}: see `gagas doctor`.")


def _bar(bars: Progress, description: str) -> Callable[[int], Any]:
    task = bars.add_task(description, total=None)
    return lambda count: bars.advance(task, count)
