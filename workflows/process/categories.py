"""Which of its call's categories an idea may be in: those for the kind of its unit; and whether it still is in the one that was fixed."""

from sqlmodel import Session, col, select

from models.entry_rules import Category
from models.ideas import Decision, Idea
from models.units import Unit
from workflows.process.context import IdeaContext
from workflows.process.refusals import Conflict, Refusal

FIXING = ("submit", "transfer")  # the steps that fix an idea's category: as it is handed in, and as it is handed to another call


def list_fitting(session: Session, context: IdeaContext) -> tuple[Category, ...]:
    """The call's categories in which ideas of the idea's unit may be, in the policy's order; none where the call has none."""
    categories = context.policy.categories
    if not categories:
        return ()
    unit = session.get(Unit, context.idea.unit_id)
    return tuple(each for each in categories if each.fits(unit.kind if unit is not None else ""))


def find_no_category(session: Session, context: IdeaContext) -> Refusal | None:
    """Why an idea can be in no category: its call has such, and none of them is for units of its kind."""
    if not context.policy.categories or list_fitting(session, context):
        return None
    return Conflict("no_category_fits", given=", ".join(each.label for each in context.policy.categories))


def has_own_criteria(context: IdeaContext) -> bool:
    """Whether an idea's category is judged by criteria of its own: whoever judges by them knows of it anyway, a blind reviewer too."""
    category = context.policy.find_category(context.idea.category)
    return category is not None and bool(category.rubric)


def keeps_category(session: Session, context: IdeaContext) -> bool:
    """Whether an idea is in the category that its submission fixed; nobody moves an idea to where a prize is easier to get."""
    submitted = select(Decision).where(Decision.idea_id == context.idea.id, col(Decision.action).in_(FIXING))
    decision = session.exec(submitted.order_by(col(Decision.at).desc())).first()
    return decision is None or bool(decision.detail.get("category", "") == context.idea.category)


def list_fixed(session: Session, call_id: str) -> dict[str, str]:
    """The categories that were fixed last of the call's ideas, by the ideas' ids."""
    submitted = select(Decision.idea_id, Decision.detail).join(Idea, col(Idea.id) == col(Decision.idea_id))
    found = session.exec(submitted.where(Idea.call_id == call_id, col(Decision.action).in_(FIXING)).order_by(col(Decision.at)))
    return {idea_id: str(detail.get("category", "")) for idea_id, detail in found}


def name_distinction(context: IdeaContext, label: str) -> str:
    """A grade as it is told: with the idea's category where it has one, `Juara I, Kategori Kecamatan`."""
    category = context.policy.find_category(context.idea.category)
    return label if category is None else f"{label}, {category.title}"
