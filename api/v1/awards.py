"""An award as the API shows it, with its shares."""

from datetime import date, datetime
from typing import Any

from pydantic import Field
from sqlmodel import Session, col, select

from api.v1.shapes import ResponseBody
from models.awards import Award
from models.people import Person
from workflows.process import ways
from workflows.process.context import AwardContext
from workflows.reward.browse import list_shares


class ShareOut(ResponseBody):
    person_id: str
    name: str
    share_hundredths: int
    amount_rupiah: int


class AwardOut(ResponseBody):
    id: str
    idea_id: str
    call_id: str
    stage: str = Field(json_schema_extra={"enum": list(ways.AWARD.stages)})
    tier: str
    distinction: str
    amount_rupiah: int
    shares: list[ShareOut]
    computation: dict[str, Any]
    decree_number: str
    decree_on: date | None
    decree_sha256: str | None
    announce_at: datetime | None
    announced_at: datetime | None
    revoked_at: datetime | None
    revoke_reason: str
    version: int


def show_award(session: Session, context: AwardContext) -> AwardOut:
    """An award with its shares."""
    return show_award_row(session, context.award)


def show_award_row(session: Session, award: Award) -> AwardOut:
    """An award that the asker may know of, with its shares."""
    shares = list_shares(session, award.id)
    names = {p.id: p.full_name for p in session.exec(select(Person).where(col(Person.id).in_([s.person_id for s in shares])))}
    shown = [ShareOut(name=names[s.person_id], **s.model_dump(include={"person_id", "share_hundredths", "amount_rupiah"})) for s in shares]
    fields = {name: getattr(award, name) for name in AwardOut.model_fields if name != "shares"}
    return AwardOut(shares=shown, **fields)
