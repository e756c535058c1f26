"""The last backup, as a file in the data folder tells of it: written where one is made, read by the doctor and the operator's page."""

from datetime import datetime, timedelta
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from models.private import FILE

STAMP = "backup.json"
OLDEST = timedelta(days=2)  # a backup each night, and one that was missed


class LastBackup(BaseModel):
    """When the last backup was made, where, how large it is (bytes, files, facts), and whether every file of it was checked.

    `missing` counts the documents and ideas of which a file was gone or damaged, `first_missing` names a few. Of a
    backup that an older release made only the first two are known.
    """

    model_config = ConfigDict(frozen=True)

    made_at: AwareDatetime
    to: str
    size: int | None = None
    files: int | None = None
    facts: int | None = None
    checked: bool = False
    missing: int = 0
    first_missing: tuple[str, ...] = ()

    def is_old(self, at: datetime) -> bool:
        """Whether one should have been made since."""
        return at - self.made_at > OLDEST


def write_stamp(data: Path, backup: LastBackup) -> None:
    """Tell of a backup in the data folder."""
    arriving = data / f"{STAMP}.arriving"
    arriving.write_text(backup.model_dump_json() + "\n", "utf-8")
    arriving.chmod(FILE)
    arriving.replace(data / STAMP)


def read_stamp(data: Path) -> LastBackup | None:
    """The last backup; None where there was none, or the file tells of none."""
    try:
        return LastBackup.model_validate_json((data / STAMP).read_bytes())
    except (OSError, ValidationError):
        return None
