"""The category of an idea: chosen while it is a draft where several are for its unit, and fixed as it is submitted."""

from dataclasses import replace

from sqlmodel import Session

from models.stages import IdeaStage
from workflows.process.categories import list_fitting
from workflows.process.context import IdeaContext, read_policy_of
from workflows.process.refusals import Invalid

FIELD = "category"


def read_category(session: Session, context: IdeaContext, name: str) -> str:
    """The category that a proposal names; empty where it names none.

    Raises Invalid for one that the call has not or that is for units of other kinds, and for another than the one that was fixed.
    """
    if context.idea.stage != IdeaStage.DRAFT:
        if name not in ("", context.idea.category):
            raise Invalid("category_fixed", FIELD)
        return context.idea.category
    if not name:
        return ""
    fitting = [each.name for each in list_fitting(session, context)]
    if context.policy.find_category(name) is None:
        raise Invalid("category_unknown", FIELD, known=fitting)
    if name not in fitting:
        raise Invalid("category_not_for_unit", FIELD, known=fitting)
    return name


def settle_category(session: Session, context: IdeaContext) -> str:
    """The category in which an idea is handed in: the only one for its unit, or the one chosen among several; empty where there are none.

    What was chosen for a unit of another kind, as it was then, counts no more. Raises Invalid where nobody chose.
    """
    fitting = [each.name for each in list_fitting(session, context)]
    if len(fitting) < 2 or context.idea.category in fitting:
        return context.idea.category if context.idea.category in fitting else "".join(fitting)
    raise Invalid("category_missing", FIELD, known=fitting)


def fix_category(session: Session, context: IdeaContext, category: str) -> IdeaContext:
    """Put an idea into a category for good; answers it with the policy as it holds for it from now on."""
    context.idea.category = category
    return replace(context, policy=read_policy_of(session, context.idea))
