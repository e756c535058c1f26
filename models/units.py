"""The units of a region, as a tree."""

from sqlmodel import Field, SQLModel

from models.columns import key, optional_link


class Unit(SQLModel, table=True):
    """An agency, district, urban village or section; `path` holds the ids from the root down, so a subtree is one prefix."""

    id: str = key()
    code: str = Field(unique=True, max_length=60)
    name: str = Field(max_length=200)
    kind: str = Field(max_length=40)
    parent_id: str | None = optional_link("unit.id", index=True)
    path: str = Field(index=True, max_length=400)
