"""Letters of any kind from their content: upright pages with the kop, as many as the words need."""

from collections.abc import Sequence

from workflows.documents.content import DocumentContent, write_content
from workflows.documents.finish import FileDetails
from workflows.documents.fit import pages_from, require_blocks, require_inside, require_most_pages
from workflows.documents.kinds import DocumentType
from workflows.documents.markup import fill_template
from workflows.documents.ornament import Emblems, letter_background
from workflows.documents.pdf import CHUNK, in_chunks, lay_out, write_file

STYLES = ("letterhead/upright.css", "letter/letter.css")
MOST_PAGES = 40


def render_letters(kind: DocumentType, letters: Sequence[DocumentContent], emblems: Emblems) -> list[bytes]:
    """One PDF/A-3a each, in order; DocumentDoesNotFit when a block is lost, a text runs out of its place, or a
    letter is longer than anybody would read."""
    return [file for chunk in in_chunks(letters, CHUNK if kind.together else 1) for file in _render_chunk(kind, chunk, emblems)]


def _render_chunk(kind: DocumentType, chunk: Sequence[DocumentContent], emblems: Emblems) -> list[bytes]:
    document = lay_out(fill_template(kind.template, {"letters": chunk}), STYLES)
    require_most_pages(document, MOST_PAGES * len(chunk))
    files: list[bytes] = []
    for content, pages in zip(chunk, pages_from(document, "title"), strict=True):
        require_blocks(pages, kind.blocks)
        require_inside(pages)
        background = letter_background(emblems(content.letterhead.emblem))
        details = FileDetails(kind.title(content), content.issued_on, write_content(content), content.verify_url, background, upright=True)
        files.append(write_file(document, pages, details))
    return files
