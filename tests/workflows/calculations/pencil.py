"""The oracle of every clock: a person with a wall calendar and a pencil, who crosses out one day after the other, or counts it."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import holidays


class Pencil:
    """A person with a wall calendar: crosses out one day after the other, or counts it."""

    def __init__(self, question: dict[str, Any]) -> None:
        self.zone, self.rule, self.calendar = ZoneInfo(question["zone"]), question["rule"], question["calendar"]
        self.rows = {row["day"]: row["kind"] for row in self.calendar["days"]}
        named = [each for each in question["pauses"] if each["cause"] in self.rule["paused_by"]]
        self.stops = [(self.local(each["paused_at"]), each["resumed_at"] and self.local(each["resumed_at"])) for each in named]
        self.start = self.local(question["start"])

    def local(self, instant: str) -> date:
        return datetime.fromisoformat(instant).astimezone(self.zone).date()

    def is_free(self, day: date) -> bool:
        if str(day) in self.rows:
            return bool(self.rows[str(day)] != "working_day")
        return day.isoweekday() in self.calendar["weekend"] or bool(self.calendar["national"] and str(day) in FREE)

    def count(self) -> str | None:
        """The last day; None where a pause without an end comes before it."""
        day, left = self.start, self.rule["amount"] if self.rule["unit"] != "months" else self.days_of_months()
        while left:
            day += timedelta(days=1)
            if any(began < day and not ended for began, ended in self.stops):
                return None
            if any(ended and began < day <= ended for began, ended in self.stops):
                continue
            left -= not (self.rule["unit"] == "working_days" and self.is_free(day))
        return str(day)

    def days_of_months(self) -> int:
        """Leafs through the months, then looks for the day, or for the last that there is."""
        year, month = self.start.year, self.start.month
        for _ in range(self.rule["amount"]):
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        number = self.start.day
        while True:
            try:
                return (date(year, month, number) - self.start).days
            except ValueError:
                number -= 1


def _free_days() -> set[str]:

    return {
        str(day)
        for year in range(2025, 2040)
        for category in ("public", "government")
        for day in holidays.country_holidays("ID", years=year, categories=category)
    }


FREE = _free_days()
