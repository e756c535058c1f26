"""Attach files to an idea and take them out again: to a draft, and to a returned idea where the secretariat asked for files."""

from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from models.attachments import Attachment, AttachmentState
from models.form_rules import AttachmentRule, FileKind
from models.ideas import Idea
from models.instants import now
from models.people import NoticeKind
from models.stages import IdeaStage
from workflows.adapters.inspection import kind_of
from workflows.intake.attachments import list_present
from workflows.intake.content import list_said, restate, write_revision
from workflows.intake.draft import REVISE
from workflows.intake.supplement import read_asked_for
from workflows.process.actors import Actor
from workflows.process.attest.commit import commit_rows
from workflows.process.context import IdeaContext, read_again, read_context
from workflows.process.engine import Grounds, permit, take
from workflows.process.journal import record, send
from workflows.process.refusals import Conflict, Forbidden, Invalid, NotFound
from workflows.region.notices import send_notice

SCAN = "intake.scan_attachment"
CHECKED = "idea.check_attachment"
MOST_EVER = 200  # files that one idea may have had: whoever adds and removes without end fills the disk


@dataclass(frozen=True)
class NewFile:
    """A file that lies in the store already, inspected; `name` is cleaned. Without a scanner it is clean at once."""

    name: str
    media_type: str
    size: int
    sha256: str
    shown_sha256: str
    thumbnail_sha256: str | None = None
    waits_for_scanner: bool = False


def read_rule(session: Session, idea_id: str, *, actor: Actor) -> AttachmentRule:
    """Which files an idea takes, asked before any byte of one is read.

    Raises NotFound for an idea that may not be seen, Forbidden for anybody but its lead, Conflict where its call takes no files.
    """
    context = read_context(session, idea_id, actor=actor)
    if context.idea.lead_id != actor.person_id:
        raise Forbidden("only_proposer")
    if not context.policy.attachments.most:
        raise Conflict("attachments_not_taken")
    return context.policy.attachments


def attach_file(session: Session, idea_id: str, new: NewFile, *, actor: Actor) -> Attachment:
    """Add a file to a draft, or to a returned idea of which files were asked for, in a revision of its own; the lead proposer may.

    Raises Conflict where there are as many as the policy takes, or one in the place of each file that was asked for, for bytes that the
    idea has already, and where too many came and went; Invalid for a kind or size that the policy does not take, and for a returned idea
    whose files were not asked for.
    """
    read_rule(session, idea_id, actor=actor)
    context = read_context(session, idea_id, actor=actor)
    permitted = permit(session, context, REVISE, actor=actor)
    _require_open(session, context)
    _require_within(session, context, new)
    context.idea.revision += 1
    state = AttachmentState.WAITING if new.waits_for_scanner else AttachmentState.CLEAN
    row = Attachment(
        idea_id=idea_id,
        name=new.name,
        media_type=new.media_type,
        size=new.size,
        sha256=new.sha256,
        shown_sha256=new.shown_sha256,
        thumbnail_sha256=new.thumbnail_sha256,
        added_in=context.idea.revision,
        state=state,
        added_by=str(actor.person_id),
    )
    session.add(row)
    session.flush()
    revision = write_revision(session, context.idea, restate(context, list_said(context)), actor)
    told = {} if context.idea.stage == IdeaStage.DRAFT else {"attached": [row.name]}
    if new.waits_for_scanner:
        send(session, SCAN, row.id, idea_id=idea_id)
    take(session, context, permitted, Grounds(detail=told, rows=(revision, row)), actor=actor)
    return row


def remove_attachment(session: Session, idea_id: str, attachment_id: str, *, actor: Actor) -> IdeaContext:
    """Take a file out, in a revision of its own; where the idea was never handed in with it, its bytes go too.

    Raises NotFound for a file that the idea does not have, and what `attach_file` raises for the wrong hour.
    """
    read_rule(session, idea_id, actor=actor)
    context = read_context(session, idea_id, actor=actor)
    permitted = permit(session, context, REVISE, actor=actor)
    row = next((each for each in list_present(session, idea_id) if each.id == attachment_id), None)
    if row is None:
        raise NotFound("attachment_not_found")
    _require_open(session, context, row)
    is_draft = context.idea.stage == IdeaStage.DRAFT
    handed_in = 0 if is_draft else read_asked_for(session, context).revision
    context.idea.revision += 1
    row.removed_in, row.is_discarded = context.idea.revision, row.added_in > handed_in
    session.add(row)
    session.flush()
    revision = write_revision(session, context.idea, restate(context, list_said(context)), actor)
    told = {} if is_draft else {"detached": [row.name]}
    take(session, context, permitted, Grounds(detail=told, rows=(revision, row)), actor=actor)
    return read_again(session, context)


def settle_scan(session: Session, attachment_id: str, *, is_clean: bool, actor: Actor) -> None:
    """Write what the scanner said of a file that waited, and chain it; nothing where somebody else did so before.

    Whoever leads the idea is told of one that was refused and is of the idea still: it may be handed in by now, and nobody opens the file.
    """
    row = session.get(Attachment, attachment_id, with_for_update=True)
    if row is None or row.state != AttachmentState.WAITING:
        return
    row.state, row.checked_at = AttachmentState.CLEAN if is_clean else AttachmentState.REFUSED, now()
    session.add(row)
    session.flush()
    commits = commit_rows(CHECKED, [("attachment", row)])
    record(session, CHECKED, row.idea_id, actor=actor, idea_id=row.idea_id, state=row.state.value, commits=commits)
    if not is_clean and row.removed_in is None:
        send_notice(session, session.get_one(Idea, row.idea_id).lead_id, NoticeKind.FILE_REFUSED)


def _require_open(session: Session, context: IdeaContext, removed: Attachment | None = None) -> None:
    """Raise Invalid for a returned idea where a file may not be added, or one not removed; Conflict where all places are taken."""
    if context.idea.stage == IdeaStage.DRAFT:
        return
    asked_for = read_asked_for(session, context)
    if not asked_for.takes_files or (removed is not None and not asked_for.may_remove(removed)):
        raise Invalid("part_not_asked_for", "file")
    if removed is None and not asked_for.may_add(list_present(session, context.idea.id)):
        raise Conflict("attachments_none_left", "file", count=len(asked_for.files))


def _require_within(session: Session, context: IdeaContext, new: NewFile) -> None:
    rule, present = context.policy.attachments, list_present(session, context.idea.id)
    kind = kind_of(new.media_type)
    if kind not in rule.kinds:
        raise Invalid("attachment_kind_not_taken", "file", kinds=[FileKind(each).value for each in rule.kinds])
    if new.size > rule.largest_bytes:
        raise Invalid("attachment_too_large", "file", maximum=rule.largest_megabytes)
    if len(present) >= rule.most:
        raise Conflict("attachments_full", "file", maximum=rule.most)
    if any(each.sha256 == new.sha256 for each in present):
        raise Conflict("attachment_there_already", "file")
    ever = session.exec(select(func.count(col(Attachment.id))).where(Attachment.idea_id == context.idea.id)).one()
    if ever >= MOST_EVER:
        raise Conflict("attachments_too_often", "file", maximum=MOST_EVER)
