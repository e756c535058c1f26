"""What in an idea's own words tells who proposes it, so that the secretariat may have it reworded before a blind review."""

import re

from models.form_rules import FieldKind
from models.policy import Policy
from workflows.intake.table_answers import list_texts
from workflows.process.context import IdeaContext

SHORTEST_PART = 5  # letters: a part of a name that short is too often a word of its own
UNIT_KINDS = ("Kelurahan", "Kecamatan", "Desa")  # people leave these out when they speak of the place


def list_telling_words(context: IdeaContext, unit: str) -> list[str]:
    """The names of people and units, or parts of them, that stand in the title, a section or a table; none where the call is not blind."""
    if not context.policy.blind:
        return []
    text = " ".join((context.idea.title, *context.content.sections.values(), *list_texts(context.policy, context.content.answers)))
    names = [part for member in context.members for part in member.name.split() if len(part) >= SHORTEST_PART]
    units = {unit, *(member.unit for member in context.members)} - {""}
    names += [place for name in sorted(units) for place in (name, _without_kind(name)) if place]
    return [name for name in dict.fromkeys(names) if re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE)]


def _without_kind(name: str) -> str:
    kind, _, place = name.partition(" ")
    return place if kind in UNIT_KINDS else ""


def list_telling(policy: Policy) -> frozenset[str]:
    """The short answers that tell a blind reviewer who proposes, as an address of a film does, unless the policy opens such things."""
    links = (field.name for field in policy.fields if field.kind == FieldKind.LINKS)
    return frozenset(() if policy.attachments.papers_to_blind else links)
