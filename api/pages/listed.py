"""Ideas as rows of a table, in the inbox and in the list; and the list's filter, as it stands in an address."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode

from sqlmodel import Session, col, select

from models.ideas import Idea
from models.instants import now, today
from models.units import Unit
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.deadlines import end_of_day
from workflows.process.holding import list_holding_roles
from workflows.process.known_scores import NOTHING_KNOWN, KnownScore, list_known_scores
from workflows.process.relations import list_blind
from workflows.process.wanted import Sort, WantedIdeas, list_awaiting

SOON = 7  # days
DUE = {"overdue": None, "today": 0, "soon": SOON}  # how many days ahead
LONGEST = 100  # characters that are searched for


@dataclass(frozen=True)
class IdeaRow:
    """An idea in a table: its unit where the reader may know it, its score likewise, and the date by which somebody owes it.

    In the inbox it says since when, and how many working days are left where the date is given in those; in the list which roles it lies
    with.
    """

    idea: Idea
    unit: str
    known: KnownScore
    due_at: datetime | None
    since: datetime | None = None
    days_left: int | None = None
    held_by: tuple[str, ...] = ()

    @property
    def is_late(self) -> bool:
        """Whether the date is past."""
        return self.due_at is not None and self.due_at < now()


@dataclass(frozen=True)
class Filter:
    """What the list's form holds; what is not readable in an address counts as nothing."""

    q: str = ""
    stage: str = ""
    call: str = ""
    unit: str = ""
    due: str = ""
    sort: str = Sort.NEWEST

    @property
    def is_narrow(self) -> bool:
        """Whether anything but the order is asked for."""
        return any(value for name, value in vars(self).items() if name != "sort")

    def read(self) -> WantedIdeas:
        """The ideas that are asked for."""
        ahead = DUE.get(self.due)
        until = None if ahead is None else end_of_day(today() + timedelta(days=ahead)) + timedelta(seconds=1)
        wanted = WantedIdeas(call_id=self.call or None, stage=self.stage or None, text=self.q, unit=self.unit, due_before=until)
        return replace(wanted, overdue=self.due == "overdue", sort=Sort(self.sort))

    def write(self, **changes: str) -> str:
        """The query of the list's address, with some parts changed; empty parts are left out."""
        values = {**vars(self), **changes}
        return urlencode({name: value for name, value in values.items() if value and (name, value) != ("sort", Sort.NEWEST)})


def read_filter(values: dict[str, str]) -> Filter:
    """A filter from the parts of an address."""
    stage, due, sort = (values.get(name, "") for name in ("stage", "due", "sort"))
    return Filter(
        q=values.get("q", "")[:LONGEST],
        stage=stage if stage in ways.IDEA.stages else "",
        call=values.get("call", "")[:26],
        unit=values.get("unit", "")[:LONGEST],
        due=due if due in DUE else "",
        sort=sort if sort in tuple(Sort) else Sort.NEWEST,
    )


def parse_filter(query: str) -> Filter:
    """A filter from the query of the list's address."""
    return read_filter(dict(parse_qsl(query, max_num_fields=20)) if query.count("&") < 20 else {})


def list_held_rows(session: Session, ideas: Sequence[Idea], actor: Actor) -> list[IdeaRow]:
    """Ideas as `list_rows` shows them, each with the roles that it lies with, where the actor may know."""
    holding = list_holding_roles(session, ideas, actor=actor)
    return [replace(row, held_by=holding.get(row.idea.id, ())) for row in list_rows(session, ideas, actor)]


def list_rows(session: Session, ideas: Sequence[Idea], actor: Actor) -> list[IdeaRow]:
    """Ideas as the actor may know them in a table."""
    blind, known = list_blind(session, ideas, actor), list_known_scores(session, ideas, actor)
    shown = {idea.unit_id for idea in ideas if idea.id not in blind}
    names = dict(session.exec(select(Unit.id, Unit.name).where(col(Unit.id).in_(shown))).all()) if shown else {}
    awaiting = list_awaiting()
    return [
        IdeaRow(
            idea,
            "" if idea.id in blind else names[idea.unit_id],
            known.get(idea.id, NOTHING_KNOWN),
            idea.due_at if idea.stage in awaiting else None,
        )
        for idea in ideas
    ]
