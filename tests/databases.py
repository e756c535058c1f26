"""Databases made once in each process and copied for every test: migrating and settling anew would cost far more than the tests."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from models.database import Database
from models.settings import settings

NEW_DATABASE = Callable[..., str]
FILLED_AT = "2026-11-02T08:00:00+07:00"  # before all instants at which tests let a clock stand


class Pattern:
    """A database that is made when a copy of it is first asked for, of either kind, and left closed.

    It is filled at one instant: who first asks may have a clock of their own, and nobody is to begin after it. What begins with a copy of
    another is filled in the time of who first asks.
    """

    def __init__(self, folder: Path, fill: Callable[[Database], object], *, begun_with: "Pattern | None" = None) -> None:
        self.folder, self.fill, self.begun_with, self._postgres = folder, fill, begun_with, ""

    def sqlite(self) -> Path:
        """The file."""
        file = self.folder / "pattern.db"
        if not file.exists():
            if self.begun_with is not None:
                shutil.copyfile(self.begun_with.sqlite(), file)
            self._make(f"sqlite:///{file}")
        return file

    def postgres(self, create: NEW_DATABASE) -> str:
        """The address."""
        if not self._postgres:
            self._postgres = create(self.begun_with.postgres(create)) if self.begun_with is not None else create()
            self._make(self._postgres)
        return self._postgres

    def _make(self, url: str) -> None:
        store = Database(url)
        with pytest.MonkeyPatch.context() as patch:
            if self.begun_with is None:
                (self.folder / "clock").write_text(FILLED_AT)
                patch.setenv("GAGAS_CLOCK", f"test:{self.folder / 'clock'}")
            settings.cache_clear()
            self.fill(store)
        settings.cache_clear()
        store.close()
