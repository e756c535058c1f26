"""The lines of a clock's trace: the event, each day with its number or why it has none, each pause, the last day, what is planned."""

from collections.abc import Sequence
from datetime import date

from workflows.calculations.time_rules import DayPause, Step, TimeRule, TimeUnit
from workflows.calculations.trace import TraceLine, trace_line

WEEKDAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
UNITS = {
    TimeUnit.CALENDAR_DAYS: ("hari kalender", "calendar days"),
    TimeUnit.WORKING_DAYS: ("hari kerja", "working days"),
    TimeUnit.MONTHS: ("bulan", "months"),
}
KINDS = {"weekend": ("akhir pekan", "weekend"), "holiday": ("hari libur", "holiday"), "joint_leave": ("cuti bersama", "joint leave")}


def tell_event(rule: TimeRule, start: date, zone: str) -> TraceLine:
    """What is counted, from which day on."""
    unit, unit_en = UNITS[rule.unit]
    return trace_line(
        "event",
        "{amount} {unit} sejak {event} pada {weekday}, {day} ({zone}). Hari ke-1 adalah hari berikutnya.",
        "{amount} {unit_en} from {event} on {weekday_en}, {day} ({zone}). Day 1 is the next day.",
        amount=rule.amount,
        unit=unit,
        unit_en=unit_en,
        event=rule.event,
        zone=zone,
        **_written(start),
    )


def tell_step(step: Step) -> TraceLine:
    """A day and its number in the time, or why it does not count."""
    if step.free is None:
        text, text_en = "{weekday}, {day}: hari ke-{number}.", "{weekday_en}, {day}: day {number}."
        return trace_line("day", text, text_en, number=str(step.number), **_written(step.day))
    kind, kind_en = KINDS[step.free.kind]
    named = f" ({step.free.name})" if step.free.name else ""
    named_en = f" ({step.free.name_en})" if step.free.name_en else ""
    said = {"kind": kind + named, "kind_en": kind_en + named_en}
    text = "{weekday}, {day}: tidak dihitung, {kind}."
    return trace_line(step.free.kind, text, "{weekday_en}, {day}: not counted, {kind_en}.", **said, **_written(step.day))


def tell_pause(pause: DayPause, days: Sequence[date]) -> TraceLine:
    """The days that a pause takes out, and by which cause."""
    text, text_en = "{first} s.d. {last}: {count} hari tidak dihitung, jeda", "{first} to {last}: {count} days not counted, paused"
    said: dict[str, str | int] = {"first": f"{days[0]}", "last": f"{days[-1]}", "count": len(days), "cause": pause.cause}
    if pause.ended is None:
        text, text_en = "Sejak {first}: tidak dihitung, jeda", "From {first} on: not counted, paused"
    return trace_line("paused", text + " karena {cause}.", text_en + " by {cause}.", **said)


def tell_ignored(cause: str) -> TraceLine:
    """A pause that the rule does not name."""
    text = "Jeda karena {cause} tidak menghentikan waktu ini."
    return trace_line("pause_ignored", text, "A pause by {cause} does not stop this time.", cause=cause)


def tell_months(months: int, last: date, days: int) -> TraceLine:
    """Where months end, and how many days they are."""
    text, text_en = "{months} bulan berakhir pada {last}: {days} hari kalender.", "{months} months end on {last}: {days} calendar days."
    return trace_line("months", text, text_en, months=months, last=f"{last}", days=days)


def tell_month_end(start: date, last: date) -> TraceLine:
    """Why months end on another number than they began."""
    text = "Bulan itu tidak memiliki tanggal {number}: dipakai hari terakhirnya, {last}."
    text_en = "That month has no day {number}: its last one counts, {last}."
    return trace_line("month_end", text, text_en, number=start.day, last=f"{last}")


def tell_open(pause: DayPause, left: int) -> TraceLine:
    """That nobody knows the last day yet."""
    text = "Jeda karena {cause} sejak {began} belum berakhir; sisa {left} hari."
    text_en = "The pause by {cause} since {began} has not ended; {left} days are left."
    return trace_line("paused_still", text, text_en, cause=pause.cause, began=f"{pause.began}", left=left)


def tell_end(due: date) -> TraceLine:
    """The last day."""
    text, text_en = "Jatuh tempo: {weekday}, {day}, pukul 23.59.59.", "Due: {weekday_en}, {day}, 23:59:59."
    return trace_line("due", text, text_en, **_written(due))


def tell_planned(kind: str, days: int, day: date) -> TraceLine:
    """The day of a reminder before the last one, or of an escalation after it."""
    said = {"reminder": ("Pengingat {days} hari sebelumnya", "Reminder {days} days before")}
    text, text_en = said.get(kind, ("Eskalasi {days} hari sesudahnya", "Escalation {days} days after"))
    return trace_line(kind, text + ": {weekday}, {day}.", text_en + ": {weekday_en}, {day}.", days=days, **_written(day))


def tell_outside(days: int) -> TraceLine:
    """A reminder for which the time is too short."""
    text = "Pengingat {days} hari sebelumnya tidak ada: waktunya lebih singkat."
    return trace_line("reminder_outside", text, "No reminder {days} days before: the time is shorter.", days=days)


def _written(day: date) -> dict[str, str]:
    return {"day": f"{day}", "weekday": WEEKDAYS[day.weekday()], "weekday_en": WEEKDAYS_EN[day.weekday()]}
