"""The present instant and day: the one place where every process reads its clocks."""

from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from models.settings import settings


def now() -> datetime:
    """The domain's present instant (UTC, whole microseconds); `GAGAS_CLOCK=test:FILE` replaces it in demo and tests."""
    if settings().clock.startswith("test:"):
        return _test_instant(Path(settings().clock[5:]))
    return datetime.now(UTC)


def wall_now() -> datetime:
    """The machine's instant, for leases, backoff and sessions, which must run on even where the domain's time stands still."""
    return datetime.now(UTC)


@lru_cache
def region_zone() -> ZoneInfo:
    """The zone in which the region's days begin and end."""
    return ZoneInfo(settings().zone)


def local_day(instant: datetime) -> date:
    """The calendar day of an instant in the region's zone."""
    return instant.astimezone(region_zone()).date()


def today() -> date:
    """The region's present calendar day."""
    return local_day(now())


def _test_instant(file: Path) -> datetime:
    """The instant a test clock shows: it stands still, or, where the file says `running`, goes on from when it was set."""
    instant, _, pace = file.read_text().strip().partition(" ")
    shown = datetime.fromisoformat(instant).astimezone(UTC)
    if pace == "running":
        shown += datetime.now(UTC) - datetime.fromtimestamp(file.stat().st_mtime, UTC)
    return shown
