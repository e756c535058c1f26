"""Databases made once in each process and copied for every test: migrating and settling anew would cost far more than the tests."""

from collections.abc import Callable
from pathlib import Path

from models.database import Database

NEW_DATABASE = Callable[..., str]


class Pattern:
    """A database that is made when a copy of it is first asked for, of either kind, and left closed."""

    def __init__(self, folder: Path, fill: Callable[[Database], object]) -> None:
        self.folder, self.fill, self._postgres = folder, fill, ""

    def sqlite(self) -> Path:
        """The file."""
        file = self.folder / "pattern.db"
        if not file.exists():
            self._make(f"sqlite:///{file}")
        return file

    def postgres(self, create: NEW_DATABASE) -> str:
        """The address."""
        if not self._postgres:
            self._postgres = create()
            self._make(self._postgres)
        return self._postgres

    def _make(self, url: str) -> None:
        store = Database(url)
        self.fill(store)
        store.close()
