"""What a book of an idea says: what its page says to the same reader, and the files that they may open."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlmodel import Session

from api.pages.render import write_part
from api.pages.texts import Words
from api.v1.history import show_history
from api.v1.shapes import IdeaOut, show_context
from models.documents import Document, DocumentKind
from models.instants import local_day, now
from models.people import Person
from models.settings import settings
from models.units import Unit
from workflows.adapters.files import path_of
from workflows.adapters.inspection import MEDIA, SHOWN_PHOTO
from workflows.documents.book_content import BookContent, BookFile, BookWords, Chapter, Fact
from workflows.intake.attachments import ListedFile, list_files
from workflows.process.actors import Actor
from workflows.process.asked import list_asked
from workflows.process.context import IdeaContext, read_context
from workflows.process.keyset import Slice
from workflows.process.relations import is_blind
from workflows.recognition.opening import WantedDocuments, list_documents

OWN_WORDS = ("contents", "cover", "number", "file", "where", "leaf", "leaf_alt", "photo", "too_many", "too_large", "unreadable")


def read_book(session: Session, idea_id: str, words: Words, *, actor: Actor) -> BookContent:
    """The book of an idea as the actor may see it now; raises NotFound where they may not see it.

    Chapters are the page's own parts, so that nobody reads more in the book than on the page. What was said about it (scores, comments,
    advice) is not in it: a book is passed on.
    """
    context = read_context(session, idea_id, actor=actor)
    idea, moment = show_context(session, context, actor), words.moment(now())
    reader = session.get_one(Person, actor.person_id).full_name
    files = list_files(session, context, actor=actor)
    return BookContent(
        language="id" if words.language == "id" else "en",
        spoken="id" if settings().language == "id" else "en",
        address=settings().address,
        title=idea.title,
        code=idea.code or words.text("idea.draft"),
        call_title=context.call.title,
        facts=tuple(_list_facts(session, context, idea, words, actor)),
        made=words.text("book.made", name=reader, moment=moment),
        notice=words.text("book.notice", name=reader, moment=moment),
        made_on=local_day(now()),
        chapters=tuple(_list_chapters(session, context, idea, words, actor)),
        files=tuple(_show_file(each, number, words) for number, each in enumerate(files, 1)),
        words=_read_words(words),
    )


def list_bound(book: BookContent) -> list[tuple[str, str]]:
    """The stored files that a book is made of: the SHA-256 and the end of the name of each."""
    paths = [Path(each.path) for each in book.files if each.path]
    return [(path.stem, path.suffix[1:]) for path in paths]


def _read_words(words: Words) -> BookWords:
    own = {name: words.text(f"book.{name}") for name in OWN_WORDS}
    return BookWords(**own, files=words.text("files.title"), photo_alt=words.text("files.photo_alt"))


def _list_facts(session: Session, context: IdeaContext, idea: IdeaOut, words: Words, actor: Actor) -> Iterator[Fact]:
    """What stands on the cover: to a blind reviewer neither unit nor receipt."""
    category = context.policy.find_category(idea.category or "")
    if not is_blind(session, context, actor):
        yield Fact(words.text("book.unit"), session.get_one(Unit, context.idea.unit_id).name)
    if category is not None:
        yield Fact(words.text("book.category"), words.label(category))
    yield Fact(words.text("book.stage"), words.word(idea.stage))
    if idea.submitted_at is None:
        return
    receipt = _find_receipt(session, idea.id, actor)
    if receipt is None:
        yield Fact(words.text("idea.received"), words.moment(idea.submitted_at))
        yield Fact(words.text("book.content_digest"), idea.content_sha256)
        return
    said = receipt.content
    yield Fact(words.text("book.receipt"), words.text("book.receipt_line", number=receipt.number, moment=words.moment(idea.submitted_at)))
    yield Fact(words.text("book.content_digest"), said["content_sha256"])
    yield Fact(words.text("book.ledger"), words.text("book.ledger_line", seq=words.count(said["ledger_seq"]), hash=said["ledger_hash"]))
    yield Fact(words.text("book.verify"), said["verify_url"])


def _find_receipt(session: Session, idea_id: str, actor: Actor) -> Document | None:
    """The idea's receipt, where the actor may open it."""
    wanted = WantedDocuments(DocumentKind.RECEIPT, idea_id)
    return next(iter(list_documents(session, wanted, Slice(limit=1), actor=actor).rows), None)


def _list_chapters(session: Session, context: IdeaContext, idea: IdeaOut, words: Words, actor: Actor) -> Iterator[Chapter]:
    asked = list_asked(context.policy, context.content.answers)
    shared: dict[str, Any] = {"idea": idea, "policy": context.policy, "spoken": settings().language}
    yield Chapter(words.text("idea.content"), write_part(words, "idea_said.html", asked_parts=asked, **shared))
    yield Chapter(words.text("team.title"), write_part(words, "idea_team.html", **shared))
    history = show_history(session, idea.id, actor)
    if history:
        yield Chapter(words.text("idea.history"), write_part(words, "idea_history.html", history=history, has_changed=False, **shared))


def _show_file(listed: ListedFile, number: int, words: Words) -> BookFile:
    """A file as it is to be bound; of a photo the copy that others see, never the original."""
    row, kind = listed.row, listed.kind
    facts = (
        Fact(words.text("book.kind"), f"{MEDIA[row.media_type].upper()}, {words.size(row.size)}"),
        Fact(words.text("book.digest"), row.sha256),
        Fact(words.text("book.added"), words.moment(row.added_at)),
    )
    title = words.text("book.file_title", number=number, name=listed.name)
    if not listed.may_open:
        name = "files.not_for_blind" if row.state == "clean" else f"files.{row.state}"
        return BookFile(title, listed.name, facts, apart=words.text(name))
    if kind not in ("photo", "pdf"):
        return BookFile(title, listed.name, facts, apart=words.text("book.apart"))
    suffix = MEDIA[SHOWN_PHOTO if kind == "photo" else row.media_type]
    path = path_of(settings().attachments.absolute(), row.shown_sha256, suffix)
    return BookFile(title, listed.name, facts, bound="photo" if kind == "photo" else "pdf", path=str(path))
