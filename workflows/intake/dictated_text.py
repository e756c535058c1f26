"""What an operator typed in a colleague's name, as it is kept until the colleague confirms it, and back to a proposal."""

from dataclasses import asdict
from datetime import date
from typing import Any

from sqlmodel import Session

from models.entry_rules import Initiator
from workflows.intake.content import IdeaForm, Medium, Proposal, read_content
from workflows.intake.draft import new_idea
from workflows.process.actors import actor_of
from workflows.process.attest.commit import canonical
from workflows.process.context import IdeaContext
from workflows.process.refusals import Faults, Invalid
from workflows.region.calls import current_policy, get_call

OWN_PARTS = {"team": (), "earlier_code": ""}  # what the person adds themself: they alone know whose names and codes they may give


def find_target(session: Session, call_id: str, person_id: str) -> IdeaContext:
    """The idea that is only about to be the person's, under the call's present policy."""
    return new_idea(*get_call(session, call_id), current_policy(session, call_id), actor=actor_of(session, person_id))


def read_text(session: Session, target: IdeaContext, proposal: Proposal) -> dict[str, Any]:
    """What was typed as it is kept; raises Invalid for what the person adds themself, and what `read_content` raises."""
    given = [name for name, nothing in OWN_PARTS.items() if getattr(proposal, name) != nothing]
    Faults(Invalid("dictated_part", name) for name in given).settle()
    kept = asdict(read_content(session, target, proposal, actor=actor_of(session, target.idea.lead_id))[0])
    return {name: canonical(value) for name, value in kept.items() if name not in OWN_PARTS}


def write_proposal(kept: dict[str, Any]) -> Proposal:
    """What was kept as a proposal."""
    since, initiator = kept["in_use_since"], kept["initiator"]
    read = {
        "form": IdeaForm(kept["form"]),
        "medium": Medium(kept["medium"]),
        "initiator": Initiator(initiator) if initiator else None,
        "in_use_since": date.fromisoformat(since) if since else None,
    }
    return Proposal(**{**kept, **read})
