"""Which files a call asks for and which an idea still lacks: told while it is written, and before it is handed in.

A file that waits for the scanner counts, as nobody is to miss a deadline by a slow one; a file that the scanner refused does not.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, select

from models.attachments import Attachment, AttachmentState
from models.form_rules import AttachmentRule, FileKind
from models.stages import IdeaStage
from workflows.adapters.inspection import kind_of
from workflows.intake.attachments import list_present
from workflows.intake.draft import REVISE
from workflows.intake.supplement import FILE, AskedFor, Part, read_asked_for
from workflows.process.context import IdeaContext
from workflows.process.refusals import Invalid
from workflows.process.ways import IDEA


@dataclass(frozen=True)
class Needed:
    """A kind of file that must be there: how many at least, and how many there are."""

    kind: FileKind
    least: int
    count: int

    @property
    def is_there(self) -> bool:
        """Whether there are as many as there must be."""
        return self.count >= self.least


def list_needed(rule: AttachmentRule, present: Iterable[Attachment] = ()) -> list[Needed]:
    """The kinds of files that must be there whenever an idea is handed in, in their usual order, beside the files that there are."""
    return _list_needed(rule.least, present)


def list_still_needed(session: Session, context: IdeaContext) -> list[Needed]:
    """The kinds of files that must be there for the idea to be handed in now; of a returned one only as far as its files may be changed.

    Where single files were asked for there is one place for each: then no more is needed than was handed in.
    """
    rule = context.policy.attachments
    if not rule.least or not _is_written(context):
        return []
    present = list_present(session, context.idea.id)
    if context.idea.stage == IdeaStage.DRAFT:
        return list_needed(rule, present)
    asked_for = read_asked_for(session, context)
    if Part.FILES in asked_for.parts:
        return list_needed(rule, present)
    if not asked_for.takes_files:
        return []
    before, there = _count(_list_handed_in(session, context, asked_for)), _count(present)
    room = max(0, rule.most - len(present))  # none where the idea came from a call that takes more
    return _list_needed({kind: min(least, before[kind], there[kind] + room) for kind, least in rule.least.items()}, present)


def list_refused(session: Session, context: IdeaContext) -> list[Attachment]:
    """The files that the scanner refused and that can still be taken out: nobody hands in, unknowing, what nobody can open."""
    present = list_present(session, context.idea.id) if context.policy.attachments.most and _is_written(context) else ()
    refused = [each for each in present if each.state == AttachmentState.REFUSED]
    if not refused or context.idea.stage == IdeaStage.DRAFT:
        return refused
    asked_for = read_asked_for(session, context)
    return [each for each in refused if asked_for.takes_files and asked_for.may_remove(each)]


def list_file_faults(session: Session, context: IdeaContext) -> Iterator[Invalid]:
    """A refusal for each kind of file of which too few are there, at `files.<kind>`, and for each refused file, at `files.<id>`."""
    yield from list_lacking(list_still_needed(session, context))
    for each in list_refused(session, context):
        yield Invalid("attachment_to_remove", FILE + each.id, given=each.name)


def list_lacking(needed: Iterable[Needed]) -> Iterator[Invalid]:
    """A refusal for each kind of which there are too few."""
    for each in needed:
        if not each.is_there:
            kinds = [each.kind.value]
            yield Invalid("attachments_too_few", FILE + each.kind, kinds=kinds, minimum=each.least, count=each.count)


def _is_written(context: IdeaContext) -> bool:
    """Whether the idea may be changed and handed in as it stands: a draft, and a returned one."""
    return any(each.action == REVISE for each in IDEA.leaving(context.idea.stage))


def _list_needed(least: Mapping[FileKind, int], present: Iterable[Attachment]) -> list[Needed]:
    counts = _count(present)
    return [Needed(kind, least[kind], counts[kind]) for kind in FileKind if least.get(kind)]


def _count(present: Iterable[Attachment]) -> Counter[str]:
    """How many files of each kind count."""
    return Counter(kind_of(each.media_type) for each in present if each.state != AttachmentState.REFUSED)


def _list_handed_in(session: Session, context: IdeaContext, asked_for: AskedFor) -> Sequence[Attachment]:
    """The files of the returned revision that count or may be replaced."""
    rows = session.exec(select(Attachment).where(Attachment.idea_id == context.idea.id, Attachment.added_in <= asked_for.revision)).all()
    there = [each for each in rows if each.removed_in is None or each.removed_in > asked_for.revision]
    return [each for each in there if each.state != AttachmentState.REFUSED or each.id in asked_for.files]
