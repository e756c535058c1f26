"""Who may be replaced by whom, who is asked, whose silence is waited for and how long, and which office confirms it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlmodel import Session, col, select

from models.answer_times import AskedAbout
from models.instants import local_day, now
from models.people import Person, Role, RoleGrant, is_held
from models.replacements import Replacement
from models.reviews import Review
from models.stages import IdeaStage
from models.units import Unit
from models.waits import Span, WaitUnit
from workflows.calculations.ledger import write_canonical
from workflows.intake.answering import Asking
from workflows.intake.hand_over import list_gone
from workflows.intake.office_holders import list_over
from workflows.intake.team import MemberShare, find_named
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext
from workflows.process.deadlines import due_from
from workflows.process.duties import PROPOSE, list_barred
from workflows.process.eligibility import is_awarded_openly
from workflows.process.permission import asks_permission, is_lead_head
from workflows.process.refusals import Conflict, Faults, Invalid, Refusal
from workflows.process.superiors import list_superiors
from workflows.process.visibility import sees_idea
from workflows.process.ways import IDEA, Kind
from workflows.process.wording import read_text

SHORTEST_REASON = 10
TEAM_ASKED = "team_being_asked"
BEFORE_IT_IS_DETERMINED = ("intake", "review")  # steps
SILENT_DAYS = 20  # working days, more than a yearly leave: after these a lead who serves and does not answer is waited for no more
SILENT_DAYS_WHEN_AWAITED = 5  # where the idea waits for its lead, and is lost with the days that it is given


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
    """Why a team stays as it is: of a draft the lead alone is replaced; of what is handed in the lead and the others, until it is
    determined or comes to a stage that its policy awards from. While the team is asked to agree, its members are changed on that form.

    By the stage alone, which everybody may know: that there is an award is nobody's to learn from a button before its hour.
    """
    stage = IDEA.stages[context.idea.stage]
    if stage.kind == Kind.DRAFT:
        return None if is_of_lead else Conflict("replaced_on_form")
    if stage.kind != Kind.OPEN or stage.step not in BEFORE_IT_IS_DETERMINED or stage.name in context.policy.award_from:
        return Conflict("team_stands")
    return Conflict(TEAM_ASKED) if context.invited and not is_of_lead else None


def is_past(context: IdeaContext, row: Replacement) -> bool:
    """Whether the idea has come to where its team stands; that a team is being asked to agree passes."""
    standing = find_standing(context, is_of_lead=row.of_lead)
    return standing is not None and standing.code != TEAM_ASKED


def may_ask_to_lead(context: IdeaContext, actor: Actor) -> bool:
    """Whether a member may ask to lead what is handed in; of a draft the lead asks, or whoever goes on with it takes it over."""
    is_member = actor.person_id in context.team and actor.person_id != context.idea.lead_id
    return is_member and context.idea.stage != IdeaStage.DRAFT and find_standing(context, is_of_lead=True) is None


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
    """Who is asked about a request beside whoever made it: who comes, who goes, and the other members, as far as they serve; of a draft's
    lead nobody but who comes.

    A number that nobody has never agrees; that stands with the request itself.
    """
    newcomer = {str(each) for each in {row.newcomer_id} - {None}}
    if row.of_lead and context.idea.stage == IdeaStage.DRAFT:
        return newcomer
    return (newcomer | (context.team - list_gone(session, context.team))) - {row.asked_by}


def list_missing(session: Session, context: IdeaContext, row: Replacement) -> set[str]:
    """Who must still agree before a request may come about.

    Who is to lead, always. Where the lead agreed, nobody else: no share moves. Where the lead does not answer, or left the service, all
    other members, and the lead while they serve; but nobody beyond `find_silent_until`.
    """
    left = list_asked(session, context, row) - row.agreed.keys()
    if not is_of_submitted_lead(context, row):
        return left
    is_over = has_lead_agreed(row) or now() > find_silent_until(session, context, row)
    return left & {str(row.newcomer_id)} if is_over else left


def is_office_next(session: Session, context: IdeaContext, row: Replacement) -> bool:
    """Whether the office that confirms is all that a request waits for; never where nobody has the number that was typed."""
    is_own = row.of_lead and context.idea.stage == IdeaStage.DRAFT  # who comes leads at once
    return row.newcomer_id is not None and not is_own and not list_missing(session, context, row)


def name_asking(session: Session, context: IdeaContext, row: Replacement) -> Asking:
    """How long those asked have: a member who would lead waits for the others' silence, which ends nothing but their being waited for."""
    if row.of_lead and row.newcomer_id == row.asked_by:
        return Asking(AskedAbout.REPLACEMENT, is_binding=False, until=find_silent_until(session, context, row))
    return Asking(AskedAbout.REPLACEMENT)


def is_of_submitted_lead(context: IdeaContext, row: Replacement) -> bool:
    """Whether a request is about who leads an idea that was handed in."""
    return row.of_lead and context.idea.stage != IdeaStage.DRAFT


def has_lead_agreed(row: Replacement) -> bool:
    """Whether the lead who is to be followed asked for it, or agreed."""
    return row.leaver_id == row.asked_by or row.leaver_id in row.agreed


def find_silent_until(session: Session, context: IdeaContext, row: Replacement) -> datetime:
    """Until when the silence of those asked about another lead is waited for: as long as a leave may take, or less where the idea waits for
    its lead, from the day on which it does so and is asked; never less than the policy's days for an agreement."""
    idea, asked_on = context.idea, local_day(row.asked_at)
    until = due_from(session, asked_on, Span(amount=SILENT_DAYS, unit=WaitUnit.WORKING_DAYS))
    if IDEA.stages[idea.stage].role == Role.PROPOSER:
        pressing = Span(amount=SILENT_DAYS_WHEN_AWAITED, unit=WaitUnit.WORKING_DAYS)
        until = min(until, due_from(session, max(asked_on, local_day(idea.stage_since)), pressing))
    return max(until, due_from(session, asked_on, context.policy.days.agreement))


def find_office(session: Session, context: IdeaContext) -> tuple[Role, str]:
    """Which office confirms, over which unit: the head who permits where one is asked and there is one, else the secretariat."""
    if asks_permission(context.policy) and not is_lead_head(session, context):
        heads = select(Unit.path).join(RoleGrant, col(RoleGrant.unit_id) == col(Unit.id)).where(RoleGrant.role == Role.UNIT_HEAD, is_held())
        if any(context.unit_path.startswith(path) for path in session.exec(heads.where(col(RoleGrant.person_id).not_in(context.team)))):
            return Role.UNIT_HEAD, context.unit_path
    return Role.SECRETARIAT, context.call_path


def list_office_holders(session: Session, context: IdeaContext, row: Replacement, *, nearest: bool = False) -> Sequence[str]:
    """Who holds the office that confirms, to be told, or the nearest of them; nobody whom the request is about."""
    role, over = find_office(session, context)
    left_out = {*context.team, row.leaver_id, str(row.newcomer_id)}
    return list_over(session, role, over, left_out=left_out, nearest=nearest)


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

    One refusal for all of it, for who left the service, and where an award was announced: whoever confirms learns nothing of who reviews.
    An award that is only prepared keeps nobody out, as trying one free colleague after another would tell of it: the idea went on from the
    stage that earned it (`find_standing`), and with another team it is computed anew before anybody approves it.
    """
    if is_awarded_openly(session, context.idea.id):
        return Conflict("newcomer_not_free")
    newcomer = session.get_one(Person, newcomer_id)
    path = session.exec(select(Unit.path).where(Unit.id == newcomer.unit_id)).one()
    asked = (
        select(Person.id, Person.unit_id).join(Review, col(Review.reviewer_id) == col(Person.id)).where(Review.idea_id == context.idea.id)
    )
    reviewers = session.exec(asked).all()
    near = _is_apart(session, context, newcomer_id)
    superiors = list_superiors(session, [path])
    near |= any(each == newcomer_id or unit_id == newcomer.unit_id or each in superiors for each, unit_id in reviewers)
    return Conflict("newcomer_not_free") if near else None


def find_unfit(session: Session, context: IdeaContext, successor_id: str) -> Refusal | None:
    """Why a member may not lead an idea: they bear a duty that must be somebody else's, left the service, or an award was announced.

    One refusal for all of it, as whoever confirms is told no more by `find_judged`.
    """
    is_unfit = is_awarded_openly(session, context.idea.id) or _is_apart(session, context, successor_id)
    return Conflict("successor_not_free") if is_unfit else None


def _is_apart(session: Session, context: IdeaContext, person_id: str) -> bool:
    """Whether somebody has another duty on the idea, or cannot be asked any more."""
    barred = list_barred(session, context.idea.id, PROPOSE, context.policy)
    return person_id in barred | list_gone(session, frozenset({person_id}))
