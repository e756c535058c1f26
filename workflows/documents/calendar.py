"""A calendar as a file (iCalendar, RFC 5545): days and hours that its reader's own programme shows beside their other dates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from workflows.documents.text import clean_line, shorten

LONGEST = 200  # of a title
REFRESH = timedelta(hours=4)  # how often a programme is asked to look again
TYPE = "text/calendar; charset=utf-8"


@dataclass(frozen=True)
class CalendarEntry:
    """A day, or an instant, with what is due then.

    `uid` never changes; `moves` grows with each new date, and `changed_at` says when it was last set: so that programmes take it over.
    """

    uid: str
    title: str
    url: str
    due: date | datetime
    moves: int
    changed_at: datetime


def write_calendar(name: str, entries: Iterable[CalendarEntry]) -> bytes:
    """The calendar of a name; alike for alike entries, whenever it is asked for. It holds no person and reminds of nothing by itself."""
    from icalendar import Calendar, Event  # loads a second's worth of modules, where calendars are made alone

    calendar = Calendar()
    for key, value in (("prodid", "-//Gagas//Gagas//ID"), ("version", "2.0"), ("method", "PUBLISH"), ("x-wr-calname", name)):
        calendar.add(key, value)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT4H")
    for entry in entries:
        event = Event()
        event.add("uid", entry.uid)
        event.add("summary", shorten(clean_line(entry.title), LONGEST))
        event.add("dtstart", entry.due)
        event.add("dtend", entry.due if isinstance(entry.due, datetime) else entry.due + timedelta(days=1))
        event.add("dtstamp", entry.changed_at)
        event.add("last-modified", entry.changed_at)
        event.add("sequence", entry.moves)
        event.add("url", entry.url)
        event.add("class", "PRIVATE")
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written
