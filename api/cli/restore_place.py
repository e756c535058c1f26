"""Where a backup may be brought to: a place in which nothing lies, or what the same backup left there when that was cut off."""

import os
import shutil
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from api.cli.backup_folder import BackupRefused, Manifest
from api.cli.folder import SIGNING, fingerprint, read_pinned_fingerprint, read_signing_key
from models.database import Database
from models.ledger import LedgerHead
from models.migrations import read_schema
from models.private import FILE, make_private_folder
from models.restoring import MARK
from models.settings import REGION, settings

PLACES = ("gagas.db", "documents", "attachments", "emblems", "keys", REGION)


def require_free(url: sa.URL, name: str, manifest: Manifest) -> None:
    """Raise BackupRefused where anything lies already, but for the same backup, by name, that was cut off and nobody worked in since."""
    mark = settings().data / MARK
    if not mark.is_file():
        _require_empty(url)
    elif mark.read_text("ascii", "replace") == name:
        _require_untouched(url, manifest)
    else:
        raise BackupRefused(
            f"Another backup is being brought into {mark.parent}. Go on with that one, or use an empty folder: GAGAS_DATA=<a new folder>."
        )


def _require_empty(url: sa.URL) -> None:
    for place in (settings().data / name for name in PLACES):
        if place.is_file() or (place.is_dir() and any(place.iterdir())):
            raise BackupRefused(f"{place} is there already. Restore into an empty folder: GAGAS_DATA=<a new folder>.")
    if url.get_backend_name() == "sqlite":
        file = Path(str(url.database))
        if file.exists() and _holds_tables(url):
            raise BackupRefused(f"{file} is a database already. Restore into a new one: GAGAS_DATABASE_URL=sqlite:///<a new file>.")
    elif _holds_tables(url):
        raise BackupRefused(f"The database {url.database} holds tables already. Restore into an empty one: createdb <a new name>.")


def _holds_tables(url: sa.URL) -> bool:
    """Whether a database has tables; a file that is no database holds what somebody may want, too."""
    engine = sa.create_engine(url, hide_parameters=True)
    try:
        return bool(sa.inspect(engine).get_table_names())
    except DBAPIError as wrong:
        if url.get_backend_name() == "sqlite":
            return True
        raise BackupRefused("The database does not answer; `gagas doctor` says more.") from wrong
    finally:
        engine.dispose()


def _require_untouched(url: sa.URL, manifest: Manifest) -> None:
    """A restore that was cut off left no database or the backup's; with any other ledger people have worked in it."""
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        return
    store = Database(url.render_as_string(hide_password=False))
    try:
        with store.reading() as session:
            head = session.exec(select(LedgerHead)).first() if read_schema(session) else None
    except DBAPIError as wrong:
        raise BackupRefused(f"The database {url.database} cannot be read, so that nothing is put in its place.") from wrong
    finally:
        store.close()
    if head is not None and (head.seq, head.hash) != (manifest.size, manifest.head):
        raise BackupRefused(
            f"People have worked in {url.database} since this backup was brought in, and nothing is put in its place. To go on with it as"
            f" it is, remove {settings().data / MARK}; `gagas ledger verify` says whether it is whole."
        )


def require_own_key(source: Path, manifest: Manifest) -> None:
    """Raise BackupRefused where the key that would sign here is another one than that of the backup's region."""
    pinned = source / "keys" / settings().pinned_key.name
    known = read_pinned_fingerprint(str(pinned)) if pinned.is_file() else manifest.key
    key = settings().signing_key
    if known and os.access(key, os.R_OK) and (used := fingerprint(read_signing_key().public_key())) != known:
        raise BackupRefused(
            f"The key at {key} ({used}) is not that of the backup's region ({known})."
            " Move it away, or name another place: GAGAS_LEDGER_KEY=<a new file>."
        )


def settle_key() -> None:
    """Bring the signing key, where the backup held it, to where it belongs: out of the data folder if it is kept apart from that."""
    brought, key = settings().data / "keys" / SIGNING, settings().signing_key
    if not brought.exists() or brought.absolute() == key.absolute():
        return
    try:
        if not key.exists():
            make_private_folder(key.parent)
            shutil.copyfile(brought, key)
            key.chmod(FILE)
        if key.read_bytes() == brought.read_bytes():
            brought.unlink()
    except OSError as wrong:
        raise BackupRefused(f"The region's key cannot be put to {key}: {wrong.strerror}. Make its folder for this account.") from wrong


def describe_keys(manifest: Manifest) -> str:
    """What is still to be done about the region's keys before it starts, and by which fingerprint the right one is known."""
    pin, key = settings().pinned_key, settings().signing_key
    known = read_pinned_fingerprint() if pin.is_file() else manifest.key
    compare = f"\nThe fingerprint of the region's key, to be compared with what you wrote down: {known or 'not in this backup'}"
    if not pin.is_file():
        return f"The keys are not in this backup. Put ledger.pub back to {pin} before you start, and ledger.pem to {key}.{compare}"
    if not os.access(key, os.R_OK):
        return f"The key that signs checkpoints is not here. Put ledger.pem back to {key}, from where you keep it.{compare}"
    return f"The region's keys are here.{compare}"
