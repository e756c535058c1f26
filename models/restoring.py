"""The mark that a data folder bears while a backup is brought into it: until it is gone nothing may start there."""

from pathlib import Path

MARK = "restoring"  # which backup, by the SHA-256 of its manifest


class HalfRestored(Exception):
    """A region into which a backup was not brought to its end; whatever was done in it would be lost with the next try."""


def require_restored(data: Path) -> None:
    """Raise HalfRestored, with a sentence that says what to do, where a restore was cut off or still goes on."""
    if (data / MARK).exists():
        raise HalfRestored(
            f"A backup is being brought into {data}, or that was cut off. Let `gagas restore` end, or start it again with the same backup."
        )
