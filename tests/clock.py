"""The test clock: the domain's time as a test wants it."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from models.instants import now
from models.settings import settings


def set_clock(monkeypatch: pytest.MonkeyPatch, folder: Path, instant: datetime) -> None:
    """From now on it is this instant, and time stands still."""
    (folder / "clock").write_text(instant.isoformat())
    monkeypatch.setenv("GAGAS_CLOCK", f"test:{folder / 'clock'}")
    settings.cache_clear()


@contextmanager
def stopped_clock(ahead: timedelta = timedelta(0)) -> Iterator[datetime]:
    """Time stands still at this instant, or some time ahead: what is fixed for now has come, however slow the machine is."""
    instant, before = now() + ahead, os.environ.get("GAGAS_CLOCK")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "clock").write_text(instant.isoformat())
        os.environ["GAGAS_CLOCK"] = f"test:{folder}/clock"
        settings.cache_clear()
        try:
            yield instant
        finally:
            os.environ.pop("GAGAS_CLOCK")
            if before is not None:
                os.environ["GAGAS_CLOCK"] = before
            settings.cache_clear()
