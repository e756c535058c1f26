"""Scenes: what happens at which instant of the story, and which stage it brings ideas to."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

BANDUNG = ZoneInfo("Asia/Jakarta")


@dataclass(frozen=True)
class Scene:
    """An instant, the stage it leads to, and what people do then."""

    instant: datetime
    stage: str
    play: Callable[[], None]


def at(year: int, month: int, day: int, hour: int = 9) -> datetime:
    """A morning in Bandung."""
    return datetime(year, month, day, hour, tzinfo=BANDUNG)
