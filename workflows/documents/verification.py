"""Reads back, without a renderer, what a document's file says of itself: the content that lies in it."""

import json
import re
import zlib
from typing import Any

MOST_BYTES = 20_000_000  # of a file that is read: a hundred times as much as any that is issued
MOST_CONTENT = 2_000_000  # bytes of the content within: a small stream may inflate without end
_ATTACHED = re.compile(rb"/EmbeddedFile(?![A-Za-z])")
_BEGINS, DESCRIBED = b"stream\n", 800  # what stands between the description of an attached file, of at most so many bytes, and its own


class NotADocument(ValueError):
    """A file that no release of Gagas wrote: it is no PDF, or does not hold exactly one content."""


def read_attached_content(pdf: bytes) -> dict[str, Any]:
    """What a document's file says, as it was frozen when the document was numbered; NotADocument where it does not hold exactly one.

    It believes nothing: whoever asks compares the file, or the content, with what the ledger says.
    """
    if not pdf.startswith(b"%PDF-"):
        raise NotADocument("no PDF")
    attached = [*_ATTACHED.finditer(pdf)]
    begins = pdf.find(_BEGINS, attached[0].end(), attached[0].end() + DESCRIBED) if len(attached) == 1 else -1
    if begins < 0:
        raise NotADocument(f"{len(attached)} attached files")
    try:
        inflating = zlib.decompressobj()
        written = inflating.decompress(pdf[begins + len(_BEGINS) :], MOST_CONTENT)
        if not inflating.eof:
            raise NotADocument("an attached file that does not end")
        content = json.loads(written)
    except (zlib.error, ValueError, RecursionError) as wrong:
        raise NotADocument("an attached file that is not a document's content") from wrong
    if not isinstance(content, dict):
        raise NotADocument("an attached file that is not a document's content")
    return content
