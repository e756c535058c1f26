"""Calendar months counted back from a day."""

from calendar import monthrange
from datetime import date


def months_before(day: date, months: int) -> date:
    """The day so many calendar months (none or more) before another; its month's last day where it has no such day.

    Raises ValueError for a day before the year 1.
    """
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
