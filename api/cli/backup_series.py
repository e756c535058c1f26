"""The dated backups of one folder: how the next one is named, what a broken one left, and which are let go; one is made at a time."""

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.cli.backup_folder import MANIFEST, UNFINISHED, BackupRefused, read_manifest
from models.instants import now, region_zone, today
from models.private import FILE, make_private_folder

DATED = re.compile(r"(\d{4}-\d\d-\d\d)(-\d{4}(\d\d)?)?", re.ASCII)
LOCK = "backup.lock"  # in the data folder


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """Make the only backup of a region at this time; raises BackupRefused where another one is being made."""
    make_private_folder(data)
    handle = os.open(data / LOCK, os.O_RDWR | os.O_CREAT, FILE)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as held:
        os.close(handle)
        raise BackupRefused("Another backup is being made. Wait until it has ended.") from held
    try:
        yield
    finally:
        os.close(handle)


def name_next(folder: Path) -> Path:
    """The folder of the next dated backup: the region's day, with the hour where that day has one already."""
    present = now().astimezone(region_zone())
    names = (today().isoformat(), f"{present:%Y-%m-%d-%H%M}", f"{present:%Y-%m-%d-%H%M%S}")
    return next((folder / name for name in names if not (folder / name).exists()), folder / names[-1])


def sweep(folder: Path) -> None:
    """Remove what dated backups that were cut off have left."""
    for place in _list_folders(folder):
        if place.name.endswith(UNFINISHED) and DATED.fullmatch(place.name.removesuffix(UNFINISHED)):
            shutil.rmtree(place, ignore_errors=True)


def remove_oldest(folder: Path, days: int, made: Path) -> list[Path]:
    """Remove the finished backups of all but the newest days, the oldest first; answers which.

    The one just made stays, and so does the newest of those that lack no file. Raises OSError where one cannot be removed.
    """
    finished = _list_finished(folder)
    whole = _find_newest_whole(finished)
    kept = set(sorted({_day_of(place) for place in finished})[-days:])
    removed = [place for place in finished if _day_of(place) not in kept and place not in (made, whole)]
    for place in removed:
        going = place.with_name(place.name + UNFINISHED)  # should the removing be cut off, it does not pass for a backup
        shutil.rmtree(going, ignore_errors=True)
        place.rename(going)
        shutil.rmtree(going)
    return removed


def _find_newest_whole(finished: list[Path]) -> Path | None:
    for place in reversed(finished):
        try:
            if not read_manifest(place).missing:
                return place
        except BackupRefused:
            continue
    return None


def _list_finished(folder: Path) -> list[Path]:
    """The dated backups that have a manifest, the oldest first; nothing else that lies there is anybody's to remove."""
    return [place for place in _list_folders(folder) if DATED.fullmatch(place.name) and (place / MANIFEST).is_file()]


def _list_folders(folder: Path) -> list[Path]:
    """The folders in a folder, by name; a link to one is none."""
    return sorted(place for place in folder.iterdir() if place.is_dir() and not place.is_symlink()) if folder.is_dir() else []


def _day_of(place: Path) -> str:
    return place.name[:10]
