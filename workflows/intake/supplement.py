"""What completes a submitted idea: only the parts that the secretariat asked for, and what of them the head and the team see again."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, delete, select

from models.ideas import Answer, Decision, Revision, TeamMember
from models.policy import Policy
from workflows.intake.content import Proposal, read_content, write_revision
from workflows.intake.team import (
    Named,
    TeamChange,
    invite,
    read_memberships,
    record_team_change,
    write_member,
)
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_again
from workflows.process.engine import Grounds
from workflows.process.inbox import InboxChanges
from workflows.process.refusals import Faults, Invalid

SECTION = "sections."  # before a section's name: the part that it is
KIND = ("form", "medium", "theme", "initiator", "in_use_since", "earlier_code")  # the fields of one part
FIELDS = {"kind": "form", "budget": "budget_rupiah"}  # the fields of parts that are named otherwise


class Part(StrEnum):
    """What the secretariat may ask to be changed beside the sections: title, form with all of its kind, budget, team."""

    TITLE = "title"
    KIND = "kind"
    BUDGET = "budget"
    TEAM = "team"


@dataclass(frozen=True)
class AskedFor:
    """The parts that may be changed, the number of the revision that was returned, the notes by section, and the reason for all of it."""

    parts: frozenset[str]
    revision: int
    notes: dict[str, str] = field(default_factory=dict)
    reason: str = ""

    def list_wanted(self, policy: Policy) -> list[tuple[str, str]]:
        """What the proposer is to do, as parts with their notes, in the form's order.

        A return of an older database could open every section for one note: then only those with a note are wanted.
        """
        sections = [SECTION + section.name for section in policy.sections]
        is_chosen = not self.notes or not self.parts.issuperset(sections)
        noted = {SECTION + name: note for name, note in self.notes.items()}
        wanted = [part for part in sections if part in noted or (is_chosen and part in self.parts)]
        return [(part, noted.get(part, "")) for part in (*wanted, *(part for part in Part if part in self.parts))]


def list_parts(policy: Policy) -> list[str]:
    """Every part of an idea under a policy: the sections, then the others."""
    return [*(SECTION + section.name for section in policy.sections), *Part]


def read_asked_for(session: Session, context: IdeaContext) -> AskedFor:
    """What the last return asked for; one of an older database named no parts, and asked for the sections."""
    returned = select(Decision).where(Decision.idea_id == context.idea.id, Decision.action == "screen", Decision.outcome == "returned")
    last = session.exec(returned.order_by(col(Decision.at).desc(), col(Decision.id).desc())).first()
    if last is None:
        return AskedFor(frozenset(), context.idea.revision)
    sections = [SECTION + section.name for section in context.policy.sections]
    revision = last.detail.get("revision") or _find_revision(session, last)
    return AskedFor(frozenset(last.detail.get("parts", sections)), revision, last.detail.get("notes", {}), last.reason)


def _find_revision(session: Session, returned: Decision) -> int:
    before = select(Revision.number).where(Revision.idea_id == returned.idea_id, col(Revision.created_at) <= returned.at)
    return session.exec(before.order_by(col(Revision.number).desc())).first() or 1


def complete(session: Session, context: IdeaContext, proposal: Proposal, *, actor: Actor) -> tuple[IdeaContext, Grounds]:
    """Keep a revision of a returned idea; a team that is not named stays as it is.

    Where title, budget or team are no more what the head permitted, everybody but the lead is asked to agree, and again after each further
    change of one of them. Raises Invalid for a part that was not asked for.
    """
    idea, asked_for = context.idea, read_asked_for(session, context)
    returned = session.exec(select(Revision).where(Revision.idea_id == idea.id, Revision.number == asked_for.revision)).one()
    kept, named = read_content(session, context, proposal, actor=actor)
    named = named if proposal.team else list_present(context)
    before = idea.title, context.content.budget_rupiah
    idea.title = kept.title
    idea.revision += 1
    revision = write_revision(session, idea, kept, actor)
    changed = set(_list_changed(returned, revision))
    if _list_terms(named) != _list_terms(list_members(context)):
        changed.add(Part.TEAM)
    allowed = asked_for.parts
    if _list_terms(named) == _list_terms(list_present(context)):  # it is as it was put by, be it that somebody stayed out since
        allowed |= {Part.TEAM}
    Faults(Invalid("part_not_asked_for", FIELDS.get(part, part)) for part in sorted(changed - allowed)).settle()
    agreed = changed & {Part.TITLE, Part.BUDGET, Part.TEAM}
    inbox = invite(session, context, list(enumerate(named)) if agreed else [], anew=before != (revision.title, revision.budget_rupiah))
    session.flush()
    return read_again(session, context), Grounds(rows=(revision,), inbox=inbox)


def apply_agreed(session: Session, context: IdeaContext, *, actor: Actor) -> Grounds:
    """Put the team that agreed in place of the present one, as the completed idea is sent; what changed stands in the decision.

    A changed team is chained as well.
    """
    if not context.invited:
        return Grounds()
    joined = [each for each in context.invited if each.answer == Answer.JOINED]
    change = TeamChange(read_memberships(context.members), read_memberships(joined))
    detail, rows, inbox = _describe_changes(session, context), [], InboxChanges()
    if set(change.before) != set(change.after):
        session.execute(delete(TeamMember).where(col(TeamMember.idea_id) == context.idea.id))
        rows = [write_member(context.idea.id, each.position, each) for each in joined]
        session.add_all(rows)
        session.flush()
        record_team_change(session, context.idea, change, actor=actor)
        stayed_out = {each.person_id for each in context.invited if each.answer == Answer.NOT_JOINED}  # they know
        present = {each.person_id for each in change.after} | stayed_out
        inbox = InboxChanges(dropped=tuple(each.person_id for each in change.before if each.person_id not in present))
        detail |= change.as_detail()
    return Grounds(detail=detail, rows=tuple(rows), inbox=inbox)


def list_members(context: IdeaContext) -> list[Named]:
    """The present team as a proposal names it."""
    members = sorted(context.members, key=lambda each: each.position)
    return [Named(each.number or "", each.person_id, each.share_hundredths, each.role, each.lead) for each in members]


def list_present(context: IdeaContext) -> list[Named]:
    """The team as it was last put by: the one that is asked to agree, else the present one."""
    asked = sorted((each for each in context.invited if each.answer != Answer.NOT_JOINED), key=lambda each: each.position)
    return [Named(each.number, each.person_id, each.share_hundredths, each.role, each.lead) for each in asked] or list_members(context)


def _list_terms(named: list[Named]) -> set[tuple[str, int, str]]:
    return {(each.key, each.share_hundredths, each.role) for each in named}


def _list_changed(returned: Revision, revision: Revision) -> Iterator[str]:
    """The parts in which a revision differs from the one that was returned, the team aside."""
    if revision.title != returned.title:
        yield Part.TITLE
    if any(getattr(revision, name) != getattr(returned, name) for name in KIND):
        yield Part.KIND
    if revision.budget_rupiah != returned.budget_rupiah:
        yield Part.BUDGET
    for name in revision.sections.keys() | returned.sections.keys():
        if revision.sections.get(name, "") != returned.sections.get(name, ""):
            yield SECTION + name


def _describe_changes(session: Session, context: IdeaContext) -> dict[str, Any]:
    """Title and budget before and after, where they are no more what was permitted."""
    numbers = read_asked_for(session, context).revision, context.idea.revision
    found = select(Revision).where(Revision.idea_id == context.idea.id, col(Revision.number).in_(numbers)).order_by(col(Revision.number))
    before, *_, after = session.exec(found).all()
    pairs = {name: [getattr(before, name), getattr(after, name)] for name in ("title", "budget_rupiah")}
    changed = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    return {"changed": changed} if changed else {}
