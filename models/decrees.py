"""The decrees under which ideas are determined, tried out and awarded, each recorded once."""

from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel, UniqueConstraint

from models.columns import UtcInstant, choice, key, link
from models.instants import now


class DecreeKind(StrEnum):
    """What a decree was recorded for."""

    DETERMINATION = "determination"
    PILOT = "pilot"
    AWARD = "award"


class Decree(SQLModel, table=True):
    """A decree of one unit: its number as written and as compared, its day, and the SHA-256 of its PDF where there is one."""

    __table_args__ = (UniqueConstraint("unit_id", "kind", "folded_number"),)

    id: str = key()
    unit_id: str = link("unit.id", index=False)
    kind: DecreeKind = Field(sa_type=choice(DecreeKind))
    number: str = Field(max_length=100)
    folded_number: str = Field(max_length=100)
    issued_on: date
    sha256: str | None = Field(default=None, max_length=64)
    recorded_by: str = link("person.id", index=False)
    recorded_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
