"""An idea's files as they are read: which it has, who may open which copy of them, and under which name."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session, col, or_, select

from models.attachments import Attachment, AttachmentState
from workflows.adapters.inspection import MEDIA, SHOWN_PHOTO, kind_of
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_context
from workflows.process.refusals import Conflict, NotFound
from workflows.process.relations import is_blind

LONGEST_NAME = 120
NAMELESS = "berkas"
AT_ONCE = 500
_UNSAFE = re.compile(r'[<>:"/\\|?*;%]')


class Copy(StrEnum):
    """What there is of a file: what others open, a small picture, and the bytes as they were handed in."""

    SHOWN = "shown"
    THUMBNAIL = "thumbnail"
    ORIGINAL = "original"


@dataclass(frozen=True)
class ListedFile:
    """A file of an idea as somebody may see it: its name for them, its kind, and whether they may open it."""

    row: Attachment
    name: str
    kind: str
    may_open: bool

    @property
    def has_thumbnail(self) -> bool:
        """Whether there is a small picture of it that may be shown."""
        return self.may_open and self.row.thumbnail_sha256 is not None


@dataclass(frozen=True)
class FileToOpen:
    """Where the bytes of a copy lie in the store, what they are, and the name to save them under."""

    sha256: str
    media_type: str
    name: str

    @property
    def suffix(self) -> str:
        """The end of its name in the store."""
        return MEDIA[self.media_type]


def list_present(session: Session, idea_id: str) -> Sequence[Attachment]:
    """The files that an idea has now, in the order in which they were added."""
    present = select(Attachment).where(Attachment.idea_id == idea_id, col(Attachment.removed_in).is_(None))
    return session.exec(present.order_by(col(Attachment.added_in), col(Attachment.id))).all()


def name_files(session: Session, idea_id: str, revision: int) -> list[dict[str, str]]:
    """What a revision says of the files that the idea has in it: id, name and SHA-256 of each, so that its own hash covers them."""
    within = col(Attachment.added_in) <= revision, or_(col(Attachment.removed_in).is_(None), col(Attachment.removed_in) > revision)
    found = session.exec(
        select(Attachment).where(Attachment.idea_id == idea_id, *within).order_by(col(Attachment.added_in), col(Attachment.id))
    )
    return [{"id": each.id, "name": each.name, "sha256": each.sha256} for each in found]


def list_files(session: Session, context: IdeaContext, *, actor: Actor) -> list[ListedFile]:
    """An idea's files as the actor may see them; who may see the idea sees that they are there.

    Who is not told who proposes learns no file's own name, and opens photos alone unless the policy says more: a paper names its author,
    a photo is a copy without what the camera wrote into it.
    """
    return _list_as(session, context, blind=is_blind(session, context, actor))


def preview_files(session: Session, context: IdeaContext) -> list[ListedFile]:
    """An idea's files as somebody will see them who reviews it and nothing else."""
    return _list_as(session, context, blind=context.policy.blind)


def _list_as(session: Session, context: IdeaContext, *, blind: bool) -> list[ListedFile]:
    rule, listed = context.policy.attachments, []
    for place, row in enumerate(list_present(session, context.idea.id), 1):
        kind = kind_of(row.media_type)
        is_told = not blind or kind == "photo" or rule.papers_to_blind
        name = f"{NAMELESS}-{place}.{MEDIA[row.media_type]}" if blind else row.name
        listed.append(ListedFile(row, name, kind, is_told and row.state == AttachmentState.CLEAN))
    return listed


def find_file_to_open(session: Session, idea_id: str, attachment_id: str, copy: Copy, *, actor: Actor) -> FileToOpen:
    """A copy of a file, for whoever may see the idea; the bytes as they were handed in only for who added them.

    Raises NotFound for what there is not or may not be opened; Conflict while the scanner has not looked at it, and where it refused it.
    """
    context = read_context(session, idea_id, actor=actor)
    found = next((each for each in list_files(session, context, actor=actor) if each.row.id == attachment_id), None)
    if found is None or (copy == Copy.ORIGINAL and found.row.added_by != actor.person_id):
        raise NotFound("attachment_not_found")
    if found.row.state != AttachmentState.CLEAN:
        raise Conflict(f"attachment_{found.row.state.value}")
    sha256 = {Copy.SHOWN: found.row.shown_sha256, Copy.THUMBNAIL: found.row.thumbnail_sha256, Copy.ORIGINAL: found.row.sha256}[copy]
    if not found.may_open or sha256 is None:
        raise NotFound("attachment_not_found")
    media = SHOWN_PHOTO if found.kind == "photo" and copy != Copy.ORIGINAL else found.row.media_type
    return FileToOpen(sha256, media, name_as(found.name, media))


def find_needed(session: Session, digests: Collection[str]) -> set[str]:
    """Of some files' SHA-256 those that a row needs."""
    columns = col(Attachment.sha256), col(Attachment.shown_sha256), col(Attachment.thumbnail_sha256)
    kept = col(Attachment.is_discarded).is_(False), col(Attachment.state) != AttachmentState.REFUSED
    asked, needed = sorted(digests), set[str]()
    for start in range(0, len(asked), AT_ONCE):
        some = asked[start : start + AT_ONCE]
        rows = session.exec(select(Attachment).where(*kept, or_(*(column.in_(some) for column in columns))))
        needed |= {digest for row in rows for digest in row.files}
    return needed


def clean_name(given: str, media_type: str) -> str:
    """A file's name as it is kept: the last part of a path, one line of plain letters, not too long, and with the end of its true type."""
    last = re.split(r"[/\\]", given)[-1]
    plain = "".join(each if unicodedata.category(each)[0] not in "CZ" else " " for each in unicodedata.normalize("NFC", last))
    line = " ".join(_UNSAFE.sub(" ", plain).split()).strip(". ")
    return name_as(line or NAMELESS, media_type)


def name_as(name: str, media_type: str) -> str:
    """A name with the end that belongs to a type."""
    suffix = MEDIA[media_type]
    stem, point, end = name.rpartition(".")
    known = {*MEDIA.values(), "jpeg", "heif"}
    same = end.casefold() == suffix or (suffix == "jpg" and end.casefold() == "jpeg")
    if point and stem and (same or end.casefold() in known):
        name = stem
    return f"{name[:LONGEST_NAME].rstrip('. ')}.{suffix}"
