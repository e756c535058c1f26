"""Ideas' files held against their rows: the ledger commits to a row, the row names its files by their SHA-256."""

from collections.abc import Callable, Iterator

from sqlmodel import Session, col, select

from models.attachments import Attachment
from models.settings import settings
from workflows.adapters.files import DamagedFile, find_file
from workflows.adapters.inspection import MEDIA, SHOWN_PHOTO, kind_of
from workflows.process.attest.compare import Problem, RowDifference

AT_ONCE = 500


def list_altered(session: Session, advance: Callable[[int], None]) -> Iterator[RowDifference]:
    """A difference for each file that is missing, or whose bytes are not those that its row names; of what was taken out none is kept."""
    after = ""
    while rows := session.exec(select(Attachment).where(col(Attachment.id) > after).order_by(col(Attachment.id)).limit(AT_ONCE)).all():
        for row in rows:
            yield from _compare(row)
        after = rows[-1].id
        advance(len(rows))


def _compare(row: Attachment) -> Iterator[RowDifference]:
    if not row.is_kept:
        return
    copies = MEDIA[SHOWN_PHOTO if kind_of(row.media_type) == "photo" else row.media_type]
    named = (("sha256", row.sha256, MEDIA[row.media_type]), ("shown_sha256", row.shown_sha256, copies))
    for field, digest, suffix in (*named, ("thumbnail_sha256", row.thumbnail_sha256, copies)):
        if digest is None:
            continue
        try:
            find_file(settings().attachments, digest, suffix)
        except DamagedFile:
            yield RowDifference("attachment", row.id, field, None, Problem.CHANGED)
        except OSError:
            yield RowDifference("attachment", row.id, field, None, Problem.MISSING)
