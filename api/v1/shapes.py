"""The API's request and response bodies, and ideas, reviews and awards shown as the asker may see them."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from fastapi import Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError
from sqlmodel import Session

from models.ideas import Answer, Idea
from models.people import write_full_name
from models.statements.ideas import Member, read_gates
from workflows.calculations.employee_number import mask_held_number
from workflows.intake.answers import leave_unasked_out
from workflows.intake.content import list_said
from workflows.intake.reminders import list_reminded
from workflows.intake.telling import list_telling
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.categories import has_own_criteria
from workflows.process.context import IdeaContext, read_context
from workflows.process.known_scores import NOTHING_KNOWN, KnownScore, list_known_scores
from workflows.process.relations import is_blind, is_in_team, is_only_invited, knows_name, list_blind, reads_reviews, sees_score
from workflows.process.ways import Way
from workflows.review.comments import list_comments

Reason = Annotated[str, Field(max_length=4_000)]
Id = Annotated[str, Field(max_length=26)]
Amount = Annotated[int, Field(strict=True, ge=0, le=10**15)]
After = Annotated[int, Query(ge=0, le=2**63 - 1)]
Cursor = Annotated[str | None, Query(max_length=1_000)]
Limit = Annotated[int, Query(ge=1, le=200)]
VERSION_DIGITS = 32
NOT_VERSIONED: Any = {"asked": {"__all__": {"reminded_at"}}}  # a reminder changes nothing that somebody is about to change
UNTOLD_TO_BLIND = ("unit_id", "category")  # a category may be that of a single unit


DayOrInstant = TypeVar("DayOrInstant", date, datetime)


def is_within_calendar(given: date | datetime) -> bool:
    """Whether a day or instant lies in years that people mean, and in which another zone's date exists too."""
    return 1900 <= given.year < 3000


def _within_calendar(given: DayOrInstant) -> DayOrInstant:
    if not is_within_calendar(given):
        raise PydanticCustomError("date_out_of_range", "the year lies outside 1900 to 2999")
    return given


Instant = Annotated[AwareDatetime, AfterValidator(_within_calendar)]
Day = Annotated[date, AfterValidator(_within_calendar)]


def _known_stage(way: Callable[[], Way]) -> Any:
    """A stage's name as the table of a way has it."""

    def check(name: str) -> str:
        if name not in way().stages:
            raise PydanticCustomError("enum", "no stage of the table", {"expected": ", ".join(way().stages)})
        return name

    return Annotated[str, AfterValidator(check), Field(json_schema_extra={"enum": list(way().stages)})]


IdeaStageName = _known_stage(lambda: ways.IDEA)
AwardStageName = _known_stage(lambda: ways.AWARD)


class RequestBody(BaseModel):
    """The body of a request: an unknown field is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")


class ResponseBody(BaseModel):
    """The body of an answer."""


class PageOut(ResponseBody):
    """Part of a list; `after`, where it is not null, asks for the next."""

    after: str | None


class ReasonIn(RequestBody):
    reason: Reason = ""


class MemberOut(ResponseBody):
    person_id: str
    name: str
    unit: str
    employee_number_masked: str
    lead: bool
    role: str
    share_hundredths: int


class InvitedOut(ResponseBody):
    """Somebody who was asked to join: person, name and unit only where the asker may know them.

    `reminded_at`: when they were reminded, for the lead proposer alone.
    """

    person_id: str | None
    name: str
    unit: str
    employee_number_masked: str
    lead: bool
    role: str
    share_hundredths: int
    answer: Answer
    reminded_at: list[datetime]


class GateOut(ResponseBody):
    name: str
    state: str


class IdeaLine(ResponseBody):
    """An idea in a list; `unit_id` and, unless it has its own criteria, `category` are null where a reviewer is not told who proposes."""

    id: str
    code: str | None
    title: str
    stage: str = Field(json_schema_extra={"enum": list(ways.IDEA.stages)})
    stage_since: datetime
    reason_code: str | None
    call_id: str
    unit_id: str | None
    category: str | None
    due_at: datetime | None
    submitted_at: datetime | None


class ListedIdea(IdeaLine):
    """An idea in a list; `score` and `spread` (highest minus lowest of the reviewers' totals) are null where one may not know them.

    `held_by` are the roles that owe what it waits for, `FLOW` for the system; none where nobody does or one may not know, null where the
    list was not asked for it.
    """

    score: Decimal | None
    spread: Decimal | None
    held_by: list[str] | None = None


class IdeaOut(IdeaLine):
    """An idea as the asker may see it; `score`, `team` and `asked` are null where they may not.

    `team` are those who count; `asked` those who were asked to join it, or, of a submitted idea, the team that is to take its place.

    `comments` is what reviewers wrote, without names and in no order of theirs: null but for the team, where the call's policy says so,
    once the idea is adopted or rejected.

    `initiator`, `in_use_since` and `earlier_code` are null where the call's policy does not ask; the last where one may not know the team.

    `version` changes with what the asker may see, and for the committee with each step; If-Match takes it.
    """

    version: str
    revision: int
    form: str
    medium: str
    theme: str
    sections: dict[str, str]
    answers: dict[str, str]
    budget_rupiah: int
    initiator: str | None
    in_use_since: date | None
    earlier_code: str | None
    content_sha256: str
    score: Decimal | None
    scores_closed: bool
    comments: list[str] | None
    team: list[MemberOut] | None
    asked: list[InvitedOut] | None
    gates: list[GateOut]


def show_line(idea: Idea, *, blind: bool = False) -> IdeaLine:
    """An idea as a line; to its reviewer `blind`, without its unit."""
    line = IdeaLine.model_validate(idea, from_attributes=True)
    return line.model_copy(update=dict.fromkeys(UNTOLD_TO_BLIND)) if blind else line


def list_lines(session: Session, ideas: Sequence[Idea], actor: Actor) -> list[ListedIdea]:
    """Ideas as the lines of a list: to their blind reviewer without unit, and with a score where the actor may know it."""
    blind, scores = list_blind(session, ideas, actor), list_known_scores(session, ideas, actor)
    return [_show_listed(idea, scores.get(idea.id, NOTHING_KNOWN), blind=idea.id in blind) for idea in ideas]


def _show_listed(idea: Idea, known: KnownScore, *, blind: bool) -> ListedIdea:
    told = {name: getattr(idea, name) for name in IdeaLine.model_fields}
    return ListedIdea(**told | (dict.fromkeys(UNTOLD_TO_BLIND) if blind else {}), score=known.score, spread=known.spread)


def show_idea(session: Session, idea_id: str, actor: Actor) -> IdeaOut:
    """An idea as the actor may see it."""
    return show_context(session, read_context(session, idea_id, actor=actor), actor)


def show_context(session: Session, context: IdeaContext, actor: Actor) -> IdeaOut:
    """An idea already read, as the actor may see it: in a blind call reviewers learn neither who proposed it nor for which unit."""
    concerns = is_in_team(context, actor) or context.is_invited(actor.person_id)
    return _show(session, context, actor, concerns=concerns, blind=is_blind(session, context, actor) and not concerns)


def preview_context(session: Session, context: IdeaContext) -> IdeaOut:
    """An idea already read, as somebody will see it who reviews it and nothing else."""
    return _show(session, context, Actor(person_id=None), concerns=False, blind=context.policy.blind)


def _show(session: Session, context: IdeaContext, actor: Actor, *, concerns: bool, blind: bool) -> IdeaOut:
    idea, content = context.idea, context.content
    said = list_said(context) if concerns else leave_unasked_out(context.policy, list_said(context))
    gates = read_gates(session, idea.id) if context.policy.gates and not is_only_invited(context, actor) else ()
    shown = IdeaOut(
        version="",
        **{name: getattr(idea, name) for name in IdeaLine.model_fields if name not in UNTOLD_TO_BLIND},
        unit_id=None if blind else idea.unit_id,
        category=None if blind and not has_own_criteria(context) else idea.category,
        revision=idea.revision,
        form=content.form,
        medium=content.medium,
        theme=content.theme,
        sections={**said.sections},
        answers={name: answer for name, answer in said.answers.items() if not (blind and name in list_telling(context.policy))},
        budget_rupiah=content.budget_rupiah,
        initiator=content.initiator,
        in_use_since=content.in_use_since,
        earlier_code=None if blind else content.earlier_code,
        content_sha256=content.content_sha256,
        score=idea.score if sees_score(session, context, actor) else None,
        comments=list_comments(session, context, actor),
        scores_closed=idea.scores_closed_at is not None,
        team=None if blind else show_team(context.members),
        asked=show_invited(session, context, actor) if concerns else None,
        gates=[GateOut(name=gate.name, state=gate.state) for gate in gates],
    )
    steps = idea.version if reads_reviews(session, context, actor) else None
    versioned = shown.model_dump_json(exclude=NOT_VERSIONED)
    shown.version = hashlib.sha256(f"{steps} {versioned}".encode()).hexdigest()[:VERSION_DIGITS]
    return shown


def show_team(team: Sequence[Member]) -> list[MemberOut]:
    """A team by name, unit and masked number, the lead first."""
    return [
        MemberOut(
            person_id=row.person_id,
            name=write_full_name(row.front_title, row.name, row.back_title),
            unit=row.unit,
            employee_number_masked=mask_held_number(row.number),
            lead=row.lead,
            role=row.role,
            share_hundredths=row.share_hundredths,
        )
        for row in team
    ]


def show_invited(session: Session, context: IdeaContext, actor: Actor) -> list[InvitedOut]:
    """Who was asked to join, by name where the actor may know it, else by the end of the number that was typed.

    Who did not want to is told to the lead alone, as are the reminders.
    """
    reminded = list_reminded(session, context, actor)
    return [
        InvitedOut(
            person_id=each.person_id if named else None,
            name=write_full_name(each.front_title or "", each.name or "", each.back_title or "") if named else "",
            unit=each.unit or "" if named else "",
            employee_number_masked=mask_held_number(each.number),
            lead=each.lead,
            role=each.role,
            share_hundredths=each.share_hundredths,
            answer=each.answer,
            reminded_at=reminded.get(each.id, []),
        )
        for each in context.invited
        if each.answer != Answer.NOT_JOINED or actor.person_id == context.idea.lead_id
        for named in [knows_name(each, actor)]
    ]
