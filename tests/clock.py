"""The test clock: the domain's time as a test wants it."""

from datetime import datetime
from pathlib import Path

import pytest

from models.settings import settings


def set_clock(monkeypatch: pytest.MonkeyPatch, folder: Path, instant: datetime) -> None:
    """From now on it is this instant, and time stands still."""
    (folder / "clock").write_text(instant.isoformat())
    monkeypatch.setenv("GAGAS_CLOCK", f"test:{folder / 'clock'}")
    settings.cache_clear()
