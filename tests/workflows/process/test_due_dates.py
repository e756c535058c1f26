"""The dates of the process are what a person with a wall calendar and a pencil finds: own days, pauses, events and units at random.

`gagas calc clock` and the process share the function that counts, so an error of it would pass a comparison of the two; this oracle knows
nothing of either. What an inspector expects: what nobody confirmed, what was taken back, another cause, unit or call never moves a date.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from models.calendars import DeclaredDay, DeclaredKind
from models.calls import Call
from models.clock_rules import ClockRule, ClockStart
from models.ideas import Idea
from models.instants import local_day
from models.pauses import ClockPause
from models.people import Role
from models.policy import Days, GateRule, Policy
from models.waits import Span, Wait
from tests.building import POLICY, Town
from tests.workflows.calculations.pencil import Pencil
from tests.workflows.turns import Clock, clock
from workflows.process.context import IdeaContext
from workflows.process.deadlines import due_for

__all__ = ["clock"]
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
NAMES = ("screening", "gate:screening")  # a wait of a stage, and that of a gate which has the same name
OVER_MALEBER = ("KOTA", "ANDIR", "MALEBER")  # the units whose pauses reach an idea of Maleber
WAITS = st.one_of(
    st.integers(1, 60),
    st.builds(Span, amount=st.integers(1, 40), unit=st.just("working_days")),
    st.builds(Span, amount=st.integers(1, 4), unit=st.just("months")),
)


@dataclass(frozen=True)
class Stop:
    """A pause: where, for whose ideas and for what, from and until when, when it was confirmed, and whether it was taken back before."""

    unit: str
    call: str | None
    cause: str
    first: int
    length: int
    confirmed: int | None

    def list_days(self, start: date) -> tuple[date, date] | None:
        """The day before those that it takes out, and the last of them; None where nobody confirmed it."""
        if self.confirmed is None:
            return None
        return start + timedelta(days=max(self.first, self.confirmed) - 1), start + timedelta(days=self.first + self.length)


STOPS = st.lists(
    st.builds(
        Stop,
        st.sampled_from((*OVER_MALEBER, "COBLONG", "DINKES")),
        st.sampled_from((None, "own", "other")),
        st.sampled_from(("flood", "fire")),
        st.integers(-10, 60),
        st.integers(0, 25),
        st.one_of(st.none(), st.integers(-20, 40)),
    ),
    max_size=5,
)
DAYS = st.dictionaries(st.integers(-3, 150), st.tuples(st.sampled_from(DeclaredKind), st.sampled_from(("in force", "waiting", "over"))))


@dataclass(frozen=True)
class Question:
    """When something is asked for, how long it may take by which rule, what a region declared, and when the call ends."""

    asked_at: datetime
    name: str
    wait: Wait
    begins: ClockStart
    paused_by: tuple[str, ...]
    declared: dict[int, tuple[DeclaredKind, str]]
    stops: list[Stop]
    closes: int

    @property
    def day(self) -> date:
        """The day on which it is asked."""
        return self.asked_at.date()


QUESTIONS = st.builds(
    Question,
    st.builds(
        lambda day, at, zone: datetime.combine(day, at, ZoneInfo(zone)),
        st.dates(date(2026, 1, 1), date(2029, 6, 30)),
        st.times(),
        st.sampled_from(ZONES),
    ),
    st.sampled_from(NAMES),
    WAITS,
    st.sampled_from(ClockStart),
    st.sampled_from(((), ("flood",), ("flood", "fire"))),
    DAYS,
    STOPS,
    st.integers(-20, 40),
)


def count_by_hand(asked: Question) -> str | None:
    """What a person finds who is told what counts, by the words of decisions 0021 and 0032 and not by the program's functions."""
    day, closes_on = asked.day, asked.day + timedelta(days=asked.closes)
    start = closes_on if asked.begins == "call_closed" and closes_on > day else day
    reaching = [each for each in asked.stops if each.unit in OVER_MALEBER and each.call != "other" and each.cause in asked.paused_by]
    spans = [(each.cause, span) for each in reaching if (span := each.list_days(day)) is not None]
    amount, unit = (asked.wait, "calendar_days") if isinstance(asked.wait, int) else (asked.wait.amount, str(asked.wait.unit))
    counted = {ahead: str(kind) for ahead, (kind, state) in asked.declared.items() if state == "in force" and kind != "as_nation"}

    def noon(when: date) -> str:
        return datetime.combine(when, time(12), asked.asked_at.tzinfo).isoformat()

    question = {
        "zone": str(asked.asked_at.tzinfo),
        "start": noon(start),
        "rule": {"amount": amount, "unit": unit, "paused_by": list(asked.paused_by)},
        "calendar": {
            "weekend": [6, 7],
            "national": True,
            "days": [{"day": str(day + timedelta(days=ahead)), "kind": kind} for ahead, kind in counted.items()],
        },
        "pauses": [{"cause": cause, "paused_at": noon(began), "resumed_at": noon(ended)} for cause, (began, ended) in spans],
    }
    return Pencil(question).count()


def declare(session: Session, town: Town, asked: Question, calls: dict[str, str]) -> None:
    """Write what the region declared, as it stands once everybody has confirmed what they confirm."""
    who, noon = town["admin"].id, datetime.combine(asked.day, time(12), asked.asked_at.tzinfo)
    for ahead, (kind, state) in asked.declared.items():
        said: dict[str, Any] = {"name": "Hari", "name_en": "Day", "source": "Keputusan 1/2026", "declared_by": who}
        confirmed = {"confirmed_by": town["second_admin"].id, "confirmed_at": noon} if state != "waiting" else {}
        ended = {"ended_at": noon} if state == "over" else {}
        session.add(DeclaredDay(day=asked.day + timedelta(days=ahead), kind=kind, **said, **confirmed, **ended))
    for each in asked.stops:
        at = None if each.confirmed is None else noon + timedelta(days=each.confirmed)
        first = asked.day + timedelta(days=each.first)
        session.add(
            ClockPause(
                unit_id=town.units[each.unit][0],
                call_id=None if each.call is None else calls[each.call],
                cause=each.cause,
                first_day=first,
                last_day=first + timedelta(days=each.length),
                reason="Kantor terendam banjir.",
                declared_by=who,
                confirmed_at=at,
            )
        )
    session.flush()


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(asked=QUESTIONS)
def test_every_date_of_the_process_is_the_one_that_is_counted_by_hand(town: Town, clock: Clock, asked: Question) -> None:
    calls = {"own": town.call, "other": town.call_in_use}
    clock.move_to(str(asked.asked_at.tzinfo))
    clock.set(asked.asked_at)
    rule = ClockRule(wait=asked.name, begins=asked.begins, paused_by=asked.paused_by)
    others = tuple(ClockRule(wait=name, paused_by=("flood", "fire")) for name in NAMES if name != asked.name)
    waits: dict[str, Wait] = {name: asked.wait if name == asked.name else 9 for name in NAMES}
    gate = GateRule(name="screening", label="Uji", label_en="Test", stage="screening", role=Role.CHAIR, days=waits["gate:screening"])
    parts = {"days": Days(screening=waits["screening"]), "gates": (gate,), "clocks": (*others, rule)}
    policy = Policy.model_validate(POLICY).model_copy(update=parts)
    with Session(town.store.writing) as session:
        declare(session, town, asked, calls)
        call = session.get_one(Call, calls["own"])
        call.closes_at = asked.asked_at.replace(hour=12) + timedelta(days=asked.closes)
        context = IdeaContext(Idea(title="", call_id=call.id), call, policy, town.units["MALEBER"][1], "")
        due_at = due_for(session, context, asked.name)
        session.rollback()
    assert str(local_day(due_at)) == count_by_hand(asked)
    assert due_at.astimezone(asked.asked_at.tzinfo).time() == time(23, 59, 59)
