"""Refusals: a stable code with parameters; the sentences live in the catalogues, the HTTP status in `api/problems.py`."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any


class Refusal(Exception):
    """What was asked is not done and nothing changed; `field` names the input to mend.

    Where there is more than one thing to mend, `parts` holds them all, and the first of them stands for the whole.
    """

    def __init__(self, code: str, field: str | None = None, **parameters: Any) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.parameters = parameters
        self.parts: tuple[Refusal, ...] = ()


class NotFound(Refusal):
    """It does not exist, or the asker may not know that it does."""


class Forbidden(Refusal):
    """The asker may see it but not do this."""


class Conflict(Refusal):
    """The wrong stage, or somebody else was faster."""


class Invalid(Refusal):
    """The content cannot be taken as it is."""


class Faults:
    """What is wrong with a content, gathered so that all of it is said at once."""

    def __init__(self, found: Iterable[Refusal] = ()) -> None:
        self.found = list(found)

    @contextmanager
    def gather(self) -> Iterator[None]:
        """Keep what is refused in the block, and go on after it."""
        try:
            yield
        except Invalid as refusal:
            self.found += refusal.parts or (refusal,)

    def settle(self) -> None:
        """Raise the first with all of them as its parts; nothing where nothing was wrong."""
        if self.found:
            raise self.as_one()

    def as_one(self) -> Refusal:
        """The first, with all of them as its parts."""
        self.found[0].parts = tuple(self.found) if len(self.found) > 1 else ()
        return self.found[0]
