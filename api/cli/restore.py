"""`gagas restore FROM`: a backup into an empty place, checked against its manifest before and against its ledger after."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from api.cli.backup_folder import (
    DATABASES,
    MANIFEST,
    BackupRefused,
    Manifest,
    copy_files,
    hash_files,
    read_manifest,
    run_tool,
    write_through,
)
from api.cli.checkpoints import CHECKPOINT, AnotherKey, NotACheckpoint, read_checkpoint
from api.cli.folder import read_pinned_fingerprint
from api.cli.ledger import check_ledger, fits, holds_now
from api.cli.reindex import index_ideas
from api.cli.restore_place import describe_keys, require_free, require_own_key, settle_key
from models.database import Database
from models.migrations import migrate
from models.private import FILE, make_private_folder
from models.restoring import MARK
from models.settings import REGION, settings
from workflows.calculations.ledger import Checkpoint

console = Console(stderr=True)


def restore(source: Annotated[Path, typer.Argument(metavar="FROM", help="The folder of a finished backup.")]) -> None:
    """Bring a backup into an empty data folder and database, migrate, and verify the ledger; exit code 1 where it was refused.

    Stop whatever runs on the place first. One that was cut off goes on when it is started again, and until then nothing else starts there.
    """
    try:
        manifest, overwritten = restore_backup(source)
    except (BackupRefused, OSError) as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(1) from None
    console.print(f"[green]Restored[/] as of {manifest.made_at}: {manifest.size:,} facts, and every row is as they say.")
    if overwritten:
        console.print(
            f"[yellow]{overwritten:,} had been altered[/] before an entry took over what they said: see `gagas ledger verify --all`."
        )
    waiting = ", ".join(f"{number:,} of {topic}" for topic, number in sorted(manifest.under_way.items())) or "nothing"
    console.print(f"Under way when it was made, and done by the flows once, when you start: {waiting}.")
    if manifest.missing:
        console.print(f"[yellow]This backup lacks files[/] of {len(manifest.missing):,} documents and ideas; its manifest names them.")
    console.print(describe_keys(manifest), soft_wrap=True)
    typer.echo(json.dumps({"made_at": manifest.made_at, "size": manifest.size, "head": manifest.head, "under_way": manifest.under_way}))


def restore_backup(source: Path) -> tuple[Manifest, int]:
    """The restored backup's manifest, and how many rows were overwritten before it was made, of which no backup can be free again.

    Raises BackupRefused before anything is changed, or where the ledger does not hold or a row differs from it.
    """
    manifest = read_manifest(source)
    url = sa.make_url(settings().sqlalchemy_url)
    if manifest.database != url.get_backend_name():
        raise BackupRefused(f"This is a backup of {manifest.database}, and GAGAS_DATABASE_URL leads to {url.get_backend_name()}.")
    name = hashlib.sha256((source / MANIFEST).read_bytes()).hexdigest()
    require_free(url, name, manifest)
    require_own_key(source, manifest)
    columns = SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,.0f}"), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True) as bars:
        _require_whole(source, manifest, _bar(bars, "Checking the backup"))
        make_private_folder(settings().data)
        (settings().data / MARK).write_text(name, "ascii")
        for folder in ("documents", "attachments", "emblems", "keys"):
            copy_files(source / folder, settings().data / folder, _bar(bars, f"Copying {folder}"))
        settle_key()
        if (source / REGION).is_file():
            shutil.copyfile(source / REGION, settings().data / REGION)
        _bar(bars, "Copying the database")
        _bring_database(source / DATABASES[manifest.database], url)
    store = Database(settings().sqlalchemy_url)
    try:
        migrate(store)
        index_ideas(store)
        report = check_ledger(store, Checkpoint(size=manifest.size, head=manifest.head), files=not manifest.missing)
        _require_signed(source / CHECKPOINT, store)
    finally:
        store.close()
    if not holds_now(report):
        raise BackupRefused("The ledger of this backup does not hold, or a row differs from it: `gagas ledger verify --all` names them.")
    (settings().data / MARK).unlink()
    return manifest, report["rows"]["overwritten"]


def _require_signed(file: Path, store: Database) -> None:
    """Raise BackupRefused where a backup's checkpoint is not the region's, or not one of its ledger; without the key nobody could tell."""
    if not file.is_file() or not settings().pinned_key.is_file():
        return
    try:
        known = read_checkpoint(file, read_pinned_fingerprint())
    except (NotACheckpoint, AnotherKey) as wrong:
        raise BackupRefused(f"{file} was not signed with the region's key as it stands. Take another backup.") from wrong
    with store.reading() as session:
        if not fits(session, known):
            raise BackupRefused(f"The ledger of this backup is not the one that {file} was signed for. Take another backup.")


def _require_whole(source: Path, manifest: Manifest, advance: Callable[[int], None]) -> None:
    """Raise BackupRefused where a file is missing, changed or not of the backup; its keys may be kept elsewhere."""
    found = hash_files(source, advance)
    wrong = [path for path in {*found, *manifest.files} if found.get(path) != manifest.files.get(path)]
    kept_elsewhere = not any(path.startswith("keys/") for path in found)
    wrong = [path for path in sorted(wrong) if not (kept_elsewhere and path.startswith("keys/"))]
    if wrong:
        raise BackupRefused(f"{len(wrong)} files are not as they were backed up, the first {wrong[0]}. Take another backup.")


def _bring_database(file: Path, url: sa.URL) -> None:
    if url.get_backend_name() == "sqlite":
        target = Path(str(url.database))
        arriving = target.with_name(f"{target.name}.arriving")
        shutil.copyfile(file, arriving)
        arriving.chmod(FILE)
        write_through(arriving)
        for log in (f"{target}-wal", f"{target}-shm"):  # of a restore that was cut off while it migrated: they belong to another file
            Path(log).unlink(missing_ok=True)
        arriving.replace(target)
        return
    words = ["pg_restore", "--single-transaction", "--exit-on-error", "--clean", "--if-exists", "--no-owner", "--no-privileges"]
    run_tool([*words, f"--dbname={url.database}", str(file)], url, "pg_restore stopped, and nothing was restored")


def _bar(bars: Progress, description: str) -> Callable[[int], Any]:
    task = bars.add_task(description, total=None)
    return lambda count: bars.advance(task, count)
