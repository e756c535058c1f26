"""What stands around an idea on its page: other ideas, colleagues, mentors, clinics, courses, and what its team may do about itself."""

from typing import Any

from sqlmodel import Session

from models.stages import IdeaStage
from workflows.intake.advice import read_mentoring
from workflows.intake.claim_lists import read_watched
from workflows.intake.clinics import list_clinics_for
from workflows.intake.colleagues import Regard, read_regard
from workflows.intake.courses import list_courses_for
from workflows.intake.hand_over import find_not_to_take_over
from workflows.intake.leaving import find_not_to_leave
from workflows.intake.links import list_kinds, list_links
from workflows.intake.merge_lists import list_merges_of, may_propose_merge
from workflows.intake.replacing import find_standing, may_ask_to_lead
from workflows.intake.revisions import has_changed
from workflows.intake.shared import find_shared
from workflows.intake.transfer_lists import list_unasked
from workflows.intake.transferring import list_calls_to_transfer_into
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext


def read_around(session: Session, context: IdeaContext, actor: Actor) -> dict[str, Any]:
    """All of it, as the reader may know of it."""
    return {
        "links": list_links(session, context, actor=actor),
        "link_kinds": list_kinds(session, context, actor=actor),
        "merges": list_merges_of(session, context, actor=actor),
        "may_merge": may_propose_merge(session, context, actor),
        "calls_to_transfer_into": list_calls_to_transfer_into(session, context, actor),
        "unasked": list_unasked(session, context, actor=actor),
        "regard": _find_regard(session, context, actor),
        "mentoring": read_mentoring(session, context, actor=actor),
        "clinics": list_clinics_for(session, context, actor=actor),
        "courses": list_courses_for(session, context, actor=actor),
        "watched": read_watched(session, context, actor=actor),
        "has_changed": has_changed(session, context, actor=actor),
        "may_leave": find_not_to_leave(context, actor) is None,
        **_team_acts(session, context, actor),
    }


def list_forms_around(values: dict[str, Any]) -> list[str]:
    """The forms of all of it that the reader is offered."""
    own = [name for name in ("leave", "take_over") if values[f"may_{name}"]]
    claiming = ["claim"] if values["watched"].may_claim else []
    return [*own, *claiming, *_link_forms(values), *_merge_forms(values), *_mentoring_forms(values)]


def _find_regard(session: Session, context: IdeaContext, actor: Actor) -> Regard | None:
    """What colleagues think of the idea; None where it is not open to them, or the reader is not told."""
    shared = find_shared(session, context, actor=actor)
    return read_regard(session, shared, actor=actor) if shared else None


def _team_acts(session: Session, context: IdeaContext, actor: Actor) -> dict[str, bool]:
    """What somebody may do about the team: the lead have a member replaced, or lead; a member ask to lead, or go on with a draft whose lead
    has left."""
    leads = context.idea.lead_id == actor.person_id and len(context.members) > 1
    may_lead = leads and find_standing(context, is_of_lead=True) is None
    return {
        "may_replace": leads and context.idea.stage != IdeaStage.DRAFT and find_standing(context, is_of_lead=False) is None,
        "may_hand_over": may_lead,
        "may_ask_to_lead": may_ask_to_lead(context, actor),
        "may_take_over": not leads and find_not_to_take_over(session, context, actor) is None,
    }


def _link_forms(values: dict[str, Any]) -> list[str]:
    """The forms about other ideas: one to link with another, and one to take each link back."""
    return [*(["link"] if values["link_kinds"] else []), *(f"unlink-{line.link.id}" for line in values["links"] if line.may_take_back)]


def _merge_forms(values: dict[str, Any]) -> list[str]:
    """The forms about merges: one to propose a merge, and one to take each back; and one to hand the idea on to another call."""
    undone = [f"separate-{line.row.id}" for line in values["merges"] if line.may_undo or line.may_agree_to_undo]
    handed_on = ["transfer"] if values["calls_to_transfer_into"] else []
    return [*(["merge"] if values["may_merge"] else []), *handed_on, *undone]


def _mentoring_forms(values: dict[str, Any]) -> list[str]:
    """The forms about mentors and clinics: to ask for one, to advise, to end each mentorship; to book a place and to give it back."""
    found = values["mentoring"]
    plain = [*(["ask_mentor"] if found.may_ask else []), *(["advise"] if found.may_advise else [])]
    ends = (f"end_mentor-{line.mentorship.id}" for line in found.lines if line.may_end)
    places = (f"leave-{line.booking.id}" if line.booking else f"book-{line.clinic.id}" for line in values["clinics"])
    return [*plain, *ends, *places]
