"""Looking at files from outside: in a process of its own, with little memory and little time, since such a file may be made to do harm.

Whatever becomes of that process, this one goes on: a file that it cannot read to the end within its limits is refused.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workflows.adapters.lookout import Lookout

LOOKOUT = Lookout()  # this process' own; it runs from the first file on
PATIENCE_SECONDS = 40  # on a busy machine; the process itself has less processor time than that

OF_PHONES = "image/heic"
# By the kind of file that a policy names: the types of it that are taken, each with the end of its names.
SUFFIXES = {
    "photo": {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", OF_PHONES: "heic"},
    "pdf": {"application/pdf": "pdf"},
    "document": {"application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx"},
    "spreadsheet": {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx"},
}
MEDIA = {media: suffix for kind in SUFFIXES.values() for media, suffix in kind.items()}
SHOWN_PHOTO = "image/jpeg"  # of every photo others see a copy of this type


class FileRefused(Exception):
    """A file is not taken; `code` says why, and `parameters` what its sentence holds."""

    def __init__(self, code: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code, self.parameters = code, parameters or {}


@dataclass(frozen=True)
class Inspected:
    """What a file is, whatever its name says."""

    media_type: str

    @property
    def kind(self) -> str:
        """The kind of file as a policy names it."""
        return kind_of(self.media_type)

    @property
    def is_photo(self) -> bool:
        """Whether others see a copy of it."""
        return self.kind == "photo"


def kind_of(media_type: str) -> str:
    """The kind of file, as a policy names it, that a type belongs to."""
    return next(kind for kind, types in SUFFIXES.items() if media_type in types)


def inspect_file(
    source: Path, shown: Path, thumbnail: Path, *, seconds: float = PATIENCE_SECONDS, meanwhile: Callable[[], None] = lambda: None
) -> Inspected:
    """What a file is, once it was found harmless; of a photo the copies are written into the two other files, which are there and empty.

    `meanwhile` is done while somebody looks. Raises FileRefused for a file that is none of those taken, is broken, could do something when
    it is opened, or asks for too much; OSError where nobody could look at it.
    """
    answer = LOOKOUT.ask([str(path.absolute()) for path in (source, shown, thumbnail)], seconds, meanwhile)
    try:
        told = json.loads(answer)
    except ValueError:  # it was ended by its limits, or by what it read
        raise FileRefused("attachment_too_demanding") from None
    if "failed" in told:
        raise OSError(f"a file could not be looked at: {told['failed'][-200:]}")
    if "refused" in told:
        raise FileRefused(told["refused"], told["parameters"])
    return Inspected(told["media_type"])
