"""Submit a draft; answer a request to complete it."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from sqlmodel import Session

from models.instants import now, today
from workflows.intake.agree import leave_out_unanswered
from workflows.intake.answers import list_form_faults
from workflows.intake.category import fix_category, settle_category
from workflows.intake.content import Proposal, keep_what_is_asked, list_said, write_revision
from workflows.intake.draft import REVISE, revise_idea
from workflows.intake.required_files import list_file_faults
from workflows.intake.supplement import apply_agreed
from workflows.process.actors import Actor
from workflows.process.closing import hold_near_end, settle_entry
from workflows.process.context import IdeaContext, read_again, read_context
from workflows.process.eligibility import list_entry_faults, list_field_faults
from workflows.process.engine import Grounds, Permitted, permit, take
from workflows.process.numbering import next_running
from workflows.process.permission import must_be_permitted_again
from workflows.process.quota import lock_quota
from workflows.process.refusals import Conflict, Faults, Invalid
from workflows.process.ways import IDEA

SUBMIT = IDEA.action("submit")
SUPPLEMENT = IDEA.action("supplement")


def submit_idea(
    session: Session, idea_id: str, *, without_unanswered: bool = False, declares_truth: bool = False, actor: Actor
) -> IdeaContext:
    """Hand a draft in: complete, in the call's time, by a team that agreed. The idea gets its code; a flow takes it from here.

    What its form does not ask for, given the other answers, is left behind first, in a revision of its own; its category is fixed, whatever
    becomes of its unit. What comes in within the grace, or by a permit after it, is marked as late in the decision and in the ledger, and
    where the call asks for a declaration of truth both say the digest of what was declared.
    Raises Invalid, all faults at once, for a section or answer that is missing or out of bounds, too few files or a refused one, a category
    that was not chosen, a missing declaration and for what keeps the idea out of its call; Conflict when nobody may come in, where no
    category is for the idea's unit or that has no place left, and where somebody has not answered whether they join, unless the idea is
    handed in without them.
    """
    context = read_context(session, idea_id, actor=actor)
    hold_near_end(session, context.call, now())
    lock_quota(session, context)
    if without_unanswered:
        leave_out_unanswered(session, idea_id, actor=actor)
        context = read_context(session, idea_id, actor=actor)
    lacking = [*_list_lacking(session, context), *_list_undeclared(context, declares_truth)]
    permitted = _permit(session, context, (SUBMIT, None), lacking, actor=actor)
    faults, category = Faults(lacking), ""
    with faults.gather():
        category = settle_category(session, context)
    faults.settle()
    year, at = today().year, now()
    late = settle_entry(session, context, at)
    context = fix_category(session, _leave_unasked_behind(session, context, actor=actor), category)
    context.idea.submitted_at, context.idea.code = at, f"IDE-{year}-{next_running(session, 'idea', year):06d}"
    said: dict[str, Any] = {"late": late.write_down()} if late is not None else {}
    if context.policy.declaration.is_asked:
        said["declaration"] = hashlib.sha256(context.policy.declaration.text.encode()).hexdigest()
    detail = said | ({"category": category} if category else {})
    recorded = said | {"content": context.content.content_sha256}
    take(session, context, permitted, Grounds(detail=detail, recorded=recorded), actor=actor)
    return context


def supplement_idea(
    session: Session, idea_id: str, proposal: Proposal | None = None, *, without_unanswered: bool = False, actor: Actor
) -> IdeaContext:
    """Answer what the secretariat asked for, with a new revision (a step of its own) or as it was last put by; the time of receipt stays.

    Back to screening; where title, budget or team changed, to the head who permitted them, and only after the team agreed. What changed
    of these stands in the decision, before and after. Raises Invalid for a part that was not asked for, Conflict where somebody has not
    answered.
    """
    if without_unanswered:
        leave_out_unanswered(session, idea_id, actor=actor)
    context = read_context(session, idea_id, actor=actor)
    with suppress(*([Invalid] if proposal is not None else [])):  # what is wrong with the stored content may be mended by the proposal
        permitted = _permit_supplement(session, context, actor=actor)
    if proposal is not None:
        faults = Faults()
        with faults.gather():
            context = revise_idea(session, idea_id, proposal, actor=actor)
        if faults.found:
            fields = list_field_faults(context.policy, context.call, proposal)
            form = list_form_faults(context.policy, proposal.form_content)
            Faults([*faults.found, *fields, *form, *list_file_faults(session, context)]).settle()
        permitted = _permit_supplement(session, context, actor=actor)
    Faults(_list_lacking(session, context)).settle()
    context = _leave_unasked_behind(session, context, actor=actor)
    take(session, context, permitted, apply_agreed(session, context, actor=actor), actor=actor)
    return read_again(session, context)


def _leave_unasked_behind(session: Session, context: IdeaContext, *, actor: Actor) -> IdeaContext:
    """The idea in a revision that says nothing but what is asked, where it said more: a draft keeps what a changed choice has hidden, but
    nobody who judges the idea is to read it."""
    kept = keep_what_is_asked(context)
    if kept is None:
        return context
    permitted = permit(session, context, REVISE, actor=actor)
    context.idea.revision += 1
    revision = write_revision(session, context.idea, kept, actor)
    take(session, context, permitted, Grounds(rows=(revision,)), actor=actor)
    return read_again(session, context)


def _permit_supplement(session: Session, context: IdeaContext, *, actor: Actor) -> Permitted:
    outcome = "permission" if must_be_permitted_again(session, context) else None
    lacking = [*_list_lacking(session, context)]
    return _permit(session, context, (SUPPLEMENT, outcome), lacking, actor=actor)


def _permit(session: Session, context: IdeaContext, step: tuple[str, str | None], lacking: list[Invalid], *, actor: Actor) -> Permitted:
    """As `permit`; all that is wrong with the content is said at once, and before that others have not answered."""
    try:
        return permit(session, context, *step, actor=actor)
    except (Conflict, Invalid) as refused:
        if isinstance(refused, Invalid) or refused.code == "team_unanswered":
            Faults([*list_entry_faults(session, context), *lacking]).settle()
        raise


def _list_lacking(session: Session, context: IdeaContext) -> Iterator[Invalid]:
    """What an idea lacks to be handed in as it is stored: in the form's order, its files last."""
    yield from list_form_faults(context.policy, list_said(context))
    yield from list_file_faults(session, context)


def _list_undeclared(context: IdeaContext, declares_truth: bool) -> Iterator[Invalid]:
    """The refusal where the call asks for a declaration of truth and none was made; a stored draft never makes one by itself."""
    if context.policy.declaration.is_asked and not declares_truth:
        yield Invalid("declaration_missing", "declaration")
