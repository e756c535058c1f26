"""What a specimen of a kind of document is written with: the longest texts that people may bring, and what of a policy stands on it."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from workflows.calculations.employee_number import mask_employee_number

DAY = date(2026, 9, 30)  # a long month; a specimen is never issued
RUNNING = 99_999
DIGEST = hashlib.sha256(b"specimen").hexdigest()
CODE = "IDE-2026-999999"
WITH_JOINED = f"{CODE} (dengan {CODE}, {CODE} dan 49 usulan lain)"  # of an idea that others have joined
EMPLOYEE_NUMBER = "197903172004111702"
MASKED_NUMBER = mask_employee_number(EMPLOYEE_NUMBER)
WORDS = "Raden Ajeng Sekar Kenanga Wulandari Puspaningrum Kusumawardhani "


@dataclass(frozen=True)
class SpecimenFacts:
    """What a policy and its call bring into a document's text; `moment` is the last of DAY in the region's zone."""

    contest: bool
    tier: str
    legal_basis: str
    team_limit: int
    moment: datetime
    category: str = ""
    declaration: str = ""

    @property
    def distinction(self) -> str:
        """The tier as an award says it, with the category beside it where there is one."""
        return ", ".join(filter(None, (self.tier, self.category)))


def write_words(length: int) -> str:
    """Words of a person's name, so many characters in all."""
    return (WORDS * (length // len(WORDS) + 1))[:length].strip().ljust(length, "a")
