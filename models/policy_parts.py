"""The shapes that all parts of a policy share: frozen, named, with points and rupiah that are written exactly."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Label = Annotated[str, Field(min_length=1, max_length=200)]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Points = Annotated[Decimal, Field(max_digits=15, decimal_places=6)]  # what the calculation of scores takes


class Frozen(BaseModel):
    """Policies are facts: nothing unknown goes in, nothing changes afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Named(Frozen):
    """A part with a name for the program and a label for people, in both languages."""

    name: Identifier
    label: Label
    label_en: Label
