"""What completes a submitted idea: only the parts that the secretariat asked for, and what of them the head and the team see again."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, select

from models.attachments import Attachment
from models.form_rules import FormField
from models.ideas import Answer, Decision, Revision, TeamMember
from models.policy import Policy
from workflows.intake.answers import ANSWERS
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
from workflows.process.asked import list_asked, list_form
from workflows.process.attest.found import take_away
from workflows.process.context import IdeaContext, read_again
from workflows.process.engine import Grounds
from workflows.process.inbox import InboxChanges
from workflows.process.refusals import Faults, Invalid

SECTION = "sections."  # before a section's name: the part that it is
FILE = "files."  # before a file's id: the part that it is, of which one may be put in the place
KIND = ("form", "medium", "theme", "initiator", "in_use_since", "earlier_code")  # the fields of one part
FIELDS = {"kind": "form", "budget": "budget_rupiah"}  # the fields of parts that are named otherwise


class Part(StrEnum):
    """What the secretariat may ask to be changed beside the form's fields and sections: title, form with all of its kind, budget, team,
    and all of the files, where the call takes any; a single file is a part as well, by its id."""

    TITLE = "title"
    KIND = "kind"
    BUDGET = "budget"
    TEAM = "team"
    FILES = "files"


@dataclass(frozen=True)
class AskedFor:
    """The parts that may be changed, the number of the revision that was returned, the notes by section or field, and the reason for all.

    `part_notes` are those on other parts, `files` the names of the single files that were asked for, by id. `asked` are the names of the
    parts of the form that the returned revision's answers ask for; `unmet` the requirements that were answered with no, each with its
    reason or an empty text.
    """

    parts: frozenset[str]
    revision: int
    notes: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    asked: frozenset[str] = frozenset()
    unmet: dict[str, str] = field(default_factory=dict)
    part_notes: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    @property
    def takes_files(self) -> bool:
        """Whether any file may be changed."""
        return Part.FILES in self.parts or bool(self.files)

    def may_remove(self, attachment: Attachment) -> bool:
        """Whether a file may be taken out: where all may be changed, where it was asked for, and where it came in with the completion."""
        return Part.FILES in self.parts or attachment.id in self.files or attachment.added_in > self.revision

    def may_add(self, present: Iterable[Attachment]) -> bool:
        """Whether one more file may be added to those present: where single ones were asked for, one in the place of each."""
        added = sum(each.added_in > self.revision for each in present)
        return Part.FILES in self.parts or added < len(self.files)

    def list_wanted(self, policy: Policy) -> list[tuple[str, str]]:
        """What the proposer is to do, as parts with their notes, in the form's order.

        A return of an older database could open every section for one note: then only those with a note are wanted.
        """
        sections = [SECTION + section.name for section in policy.sections]
        is_chosen = not self.notes or not self.parts.issuperset(sections)
        form = name_form_parts(policy)
        noted = {form[name]: note for name, note in self.notes.items() if name in form}
        chosen = [part for part in form.values() if part in self.parts and (is_chosen or part.startswith(ANSWERS))]
        wanted = [part for part in form.values() if part in noted or part in chosen]
        wanted += [part for part in Part if part in self.parts] + [FILE + file_id for file_id in self.files]
        return [(part, noted.get(part, "") or self.part_notes.get(part, "")) for part in wanted]

    def list_open(self, policy: Policy, answers: Mapping[str, str]) -> frozenset[str]:
        """The parts that may be changed when the answers are these: those asked for, and what another answer to a choice newly asks for."""
        form = name_form_parts(policy)
        return self.parts | {form[name] for name in list_asked(policy, answers) - self.asked}


def name_form_parts(policy: Policy) -> dict[str, str]:
    """The parts of a call's form by the names of its fields and sections, in its order: `answers.<field>`, then `sections.<section>`."""
    return {part.name: (ANSWERS if isinstance(part, FormField) else SECTION) + part.name for part in list_form(policy)}


def list_parts(policy: Policy) -> list[str]:
    """Every part of an idea under a policy: the fields and sections of its form, then the others."""
    return [*name_form_parts(policy).values(), *(part for part in Part if part != Part.FILES or policy.attachments.most)]


def read_asked_for(session: Session, context: IdeaContext) -> AskedFor:
    """What the last return asked for; one of an older database named no parts, and asked for the sections."""
    returned = select(Decision).where(Decision.idea_id == context.idea.id, Decision.action == "screen", Decision.outcome == "returned")
    last = session.exec(returned.order_by(col(Decision.at).desc(), col(Decision.id).desc())).first()
    if last is None:
        present = context.idea.revision
        return AskedFor(frozenset(), present, asked=_list_asked_then(session, context, present))
    sections = [SECTION + section.name for section in context.policy.sections]
    revision = last.detail.get("revision") or _find_revision(session, last)
    asked = _list_asked_then(session, context, revision)
    told = last.detail.get("reasons", {})
    return AskedFor(
        parts=frozenset(last.detail.get("parts", sections)),
        revision=revision,
        notes=last.detail.get("notes", {}),
        reason=last.reason,
        asked=asked,
        unmet={name: told.get(name, "") for name, is_met in last.detail.get("answers", {}).items() if not is_met},
        part_notes=last.detail.get("part_notes", {}),
        files=last.detail.get("files", {}),
    )


def _list_asked_then(session: Session, context: IdeaContext, number: int) -> frozenset[str]:
    """The names of the parts of the form that a revision's answers ask for."""
    answers: Mapping[str, str] = {}
    if context.policy.fields:
        answers = session.exec(select(Revision.answers).where(Revision.idea_id == context.idea.id, Revision.number == number)).one()
    return list_asked(context.policy, answers)


def _find_revision(session: Session, returned: Decision) -> int:
    before = select(Revision.number).where(Revision.idea_id == returned.idea_id, col(Revision.created_at) <= returned.at)
    return session.exec(before.order_by(col(Revision.number).desc())).first() or 1


def complete(session: Session, context: IdeaContext, proposal: Proposal, *, actor: Actor) -> tuple[IdeaContext, Grounds]:
    """Keep a revision of a returned idea; a team that is not named stays as it is.

    Where title, budget or team are no more what the head permitted, everybody but the lead is asked to agree, and again after each further
    change of one of them. Raises Invalid for a part that was not asked for. A part that another answer to a choice newly asks for may be
    written without having been asked for, and one that it asks for no more counts for nothing.
    """
    idea, asked_for = context.idea, read_asked_for(session, context)
    returned = session.exec(select(Revision).where(Revision.idea_id == idea.id, Revision.number == asked_for.revision)).one()
    kept, named = read_content(session, context, proposal, actor=actor)
    kept = _keep_hidden(context.policy, asked_for, returned, kept)
    named = named if proposal.team else list_present(context)
    before = idea.title, context.content.budget_rupiah
    idea.title = kept.title
    idea.revision += 1
    revision = write_revision(session, idea, kept, actor)
    changed = set(_list_changed(context.policy, returned, revision))
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
        take_away(session, TeamMember, context.idea.id)
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


def _keep_hidden(policy: Policy, asked_for: AskedFor, returned: Revision, kept: Proposal) -> Proposal:
    """A proposal with what its answers ask for no more as it was returned, where that was not asked for: until the completed idea is sent,
    whoever changes a choice back loses nothing and has changed nothing."""
    form, hidden = name_form_parts(policy), asked_for.asked - list_asked(policy, kept.answers)
    closed = {name for name in hidden if form[name] not in asked_for.parts}
    sections, answers = (
        {name: text for name, text in new.items() if name not in closed} | {name: text for name, text in old.items() if name in closed}
        for new, old in ((kept.sections, returned.sections), (kept.answers, returned.answers))
    )
    return replace(kept, sections=sections, answers=answers)


def _list_changed(policy: Policy, returned: Revision, revision: Revision) -> Iterator[str]:
    """The parts in which a revision differs from the one that was returned, the team aside: of the form those that both ask for."""
    if revision.title != returned.title:
        yield Part.TITLE
    if any(getattr(revision, name) != getattr(returned, name) for name in KIND):
        yield Part.KIND
    if revision.budget_rupiah != returned.budget_rupiah:
        yield Part.BUDGET
    form, old, new = name_form_parts(policy), returned.sections | returned.answers, revision.sections | revision.answers
    for name in list_asked(policy, returned.answers) & list_asked(policy, revision.answers):
        if new.get(name, "") != old.get(name, ""):
            yield form[name]


def _describe_changes(session: Session, context: IdeaContext) -> dict[str, Any]:
    """Title and budget before and after, where they are no more what was permitted."""
    numbers = read_asked_for(session, context).revision, context.idea.revision
    found = select(Revision).where(Revision.idea_id == context.idea.id, col(Revision.number).in_(numbers)).order_by(col(Revision.number))
    before, *_, after = session.exec(found).all()
    pairs = {name: [getattr(before, name), getattr(after, name)] for name in ("title", "budget_rupiah")}
    changed = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    return {"changed": changed} if changed else {}
