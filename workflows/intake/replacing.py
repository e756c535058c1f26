"""Who may be replaced by whom, who is asked, and which office confirms it."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlmodel import Session, col, select

from models.people import Person, Role, RoleGrant, is_held
from models.replacements import Replacement
from models.reviews import Review
from models.stages import IdeaStage
from models.units import Unit
from workflows.calculations.ledger import write_canonical
from workflows.intake.hand_over import list_gone
from workflows.intake.team import MemberShare, find_named
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext
from workflows.process.duties import PROPOSE, list_barred
from workflows.process.earning import has_award
from workflows.process.permission import asks_permission, is_lead_head
from workflows.process.refusals import Conflict, Faults, Invalid, Refusal
from workflows.process.superiors import list_superiors
from workflows.process.visibility import sees_idea
from workflows.process.ways import IDEA, Kind
from workflows.process.wording import read_text

SHORTEST_REASON = 10
BEFORE_IT_IS_DETERMINED = ("intake", "review")  # steps


@dataclass(frozen=True)
class NewReplacement:
    """A request as it is made: who leaves, who comes (by id, or by employee number), and why."""

    leaver_id: str
    reason: str
    person_id: str | None = None
    employee_number: str = ""


def hash_terms(context: IdeaContext) -> str:
    """What those agree to who are asked about a team: its people, shares and roles; of what is handed in, title and budget, too."""
    team = sorted((each.person_id, each.share_hundredths, each.role) for each in context.members)
    about = [] if context.idea.stage == IdeaStage.DRAFT else [context.idea.title, context.content.budget_rupiah]
    return sha256(write_canonical([[list(each) for each in team], *about])).hexdigest()


def find_standing(context: IdeaContext, *, is_of_lead: bool) -> Refusal | None:
    """Why a team stays as it is: of a draft the lead alone is replaced; of what is handed in the others, until it is determined or comes
    to a stage that its policy awards from.

    By the stage alone, which everybody may know: that there is an award is nobody's to learn from a button before its hour.
    """
    stage = IDEA.stages[context.idea.stage]
    if is_of_lead:
        return None if stage.kind == Kind.DRAFT else Conflict("lead_changes_in_drafts")
    if context.idea.stage == IdeaStage.DRAFT:
        return Conflict("replaced_on_form")
    if stage.kind != Kind.OPEN or stage.step not in BEFORE_IT_IS_DETERMINED or stage.name in context.policy.award_from:
        return Conflict("team_stands")
    return Conflict("team_being_asked") if context.invited else None


def name_newcomer(session: Session, context: IdeaContext, new: NewReplacement) -> tuple[dict[str, Any], str]:
    """Who comes, as a request keeps it, and its reason; a number that nobody has is taken as one of somebody who does not answer.

    Raises Invalid, all faults at once.
    """
    faults, newcomer, reason = Faults(), dict[str, Any](), ""
    with faults.gather():
        newcomer = _read_newcomer(session, context, new)
    with faults.gather():
        reason = read_text("reason", new.reason, maximum=1_000, minimum=SHORTEST_REASON)
    faults.settle()
    return newcomer, reason


def _read_newcomer(session: Session, context: IdeaContext, new: NewReplacement) -> dict[str, Any]:
    leaver = next((each for each in context.members if each.person_id == new.leaver_id), None)
    if leaver is None:
        raise Invalid("leaver_unknown", "leaver_id")
    if leaver.lead:
        successor = next((each for each in context.members if each.person_id == new.person_id and not each.lead), None)
        if successor is None or successor.person_id in list_gone(session, context.team):
            raise Invalid("successor_unknown", "person_id")
        return {"newcomer_id": successor.person_id, "number": successor.number or ""}
    named = find_named(session, context.idea, "", MemberShare(new.employee_number, leaver.share_hundredths, "", new.person_id))
    if named.person_id in context.team:
        raise Invalid("team_member_twice", "person_id" if new.person_id else "employee_number")
    return {"newcomer_id": named.person_id, "number": named.number}


def list_asked(session: Session, context: IdeaContext, row: Replacement) -> set[str]:
    """Who must agree to a request beside the lead who made it: who comes, who goes, and the other members, as far as they serve.

    A number that nobody has never agrees; that stands with the request itself.
    """
    newcomer = {row.newcomer_id} - {None}
    if row.leaver_id == context.idea.lead_id:
        return {str(each) for each in newcomer}
    team = frozenset(each.person_id for each in context.members if not each.lead)
    return {str(each) for each in newcomer} | (team - list_gone(session, team))


def find_office(session: Session, context: IdeaContext) -> tuple[Role, str]:
    """Which office confirms, over which unit: the head who permits where one is asked and there is one, else the secretariat."""
    if asks_permission(context.policy) and not is_lead_head(session, context):
        heads = select(Unit.path).join(RoleGrant, col(RoleGrant.unit_id) == col(Unit.id)).where(RoleGrant.role == Role.UNIT_HEAD, is_held())
        if any(context.unit_path.startswith(path) for path in session.exec(heads.where(col(RoleGrant.person_id).not_in(context.team)))):
            return Role.UNIT_HEAD, context.unit_path
    return Role.SECRETARIAT, context.call_path


def list_office_holders(session: Session, context: IdeaContext, row: Replacement) -> Sequence[str]:
    """Who holds the office that confirms, to be told; nobody whom the request is about."""
    role, over = find_office(session, context)
    held = (
        select(RoleGrant.person_id, Unit.path).join(Unit, col(Unit.id) == col(RoleGrant.unit_id)).where(RoleGrant.role == role, is_held())
    )
    left_out = {*context.team, row.leaver_id, row.newcomer_id}
    return sorted({person_id for person_id, path in session.exec(held) if over.startswith(path)} - left_out)


def is_concerned(session: Session, context: IdeaContext, row: Replacement, actor: Actor) -> bool:
    """Whether somebody may know of a request: who comes or goes, the team, and the office that confirms, where it may see the idea."""
    if actor.person_id is None:
        return False
    if actor.person_id in {*context.team, row.leaver_id, row.newcomer_id}:
        return True
    role, path = find_office(session, context)
    return actor.holds(role, path) and sees_idea(session, context.idea.id, actor)


def find_judged(session: Session, context: IdeaContext, newcomer_id: str) -> Refusal | None:
    """Why a newcomer may not come into a team: they judge the idea, are of a unit with who does, or stand below them.

    One refusal for all of it, for who left the service, and where there is an award: whoever confirms learns nothing of who reviews, nor of
    what is not announced.
    """
    if has_award(session, context.idea.id):
        return Conflict("newcomer_not_free")
    newcomer = session.get_one(Person, newcomer_id)
    path = session.exec(select(Unit.path).where(Unit.id == newcomer.unit_id)).one()
    asked = (
        select(Person.id, Person.unit_id).join(Review, col(Review.reviewer_id) == col(Person.id)).where(Review.idea_id == context.idea.id)
    )
    reviewers = session.exec(asked).all()
    near = newcomer_id in list_barred(session, context.idea.id, PROPOSE, context.policy) | list_gone(session, frozenset({newcomer_id}))
    superiors = list_superiors(session, [path])
    near |= any(each == newcomer_id or unit_id == newcomer.unit_id or each in superiors for each, unit_id in reviewers)
    return Conflict("newcomer_not_free") if near else None
