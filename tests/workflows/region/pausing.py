"""Pauses of clocks as these tests declare them, in calls whose policies name a cause for them."""

from datetime import date
from typing import Any

from tests.building import Town
from workflows.region.confirmations import confirm
from workflows.region.pauses import NewPause, declare_pause

FLOOD = {"name": "flood", "label": "Banjir", "label_en": "Flood"}
WHY = "Kantor kecamatan terendam dan tidak dapat dimasuki."


def stopped(*waits: str, **policy: Any) -> dict[str, Any]:
    """The parts of a policy by which a flood stops some waits."""
    return {"pauses": [FLOOD], "clocks": [{"wait": wait, "paused_by": ["flood"]} for wait in waits], **policy}


def declare(town: Town, first: date, last: date, *, by: str = "admin", **said: str) -> str:
    """A pause that waits for its confirmation; of the whole region where nothing else is said."""
    new = {"cause": "flood", "unit_code": "KOTA", "call_code": "", "reason": WHY, **said}
    return str(town.do(declare_pause, NewPause(first_day=first, last_day=last, **new), by=by).id)


def let_stand(town: Town, first: date, last: date, **said: str) -> str:
    """A pause that another admin confirmed."""
    declared = declare(town, first, last, **said)
    town.do(confirm, declared, by="second_admin")
    return declared
