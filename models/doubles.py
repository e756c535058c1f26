"""Second records of one person that were dissolved into the first."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.columns import UtcInstant, link
from models.instants import now


class MergedDouble(SQLModel, table=True):
    """A record that was the second of one person: whose it was, who dissolved it, when and why. Nothing was ever done under it."""

    double_id: str = Field(primary_key=True, foreign_key="person.id", max_length=26)
    person_id: str = link("person.id")
    reason: str = Field(max_length=200)
    merged_by: str = link("person.id", index=False)
    merged_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
