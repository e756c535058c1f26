"""Recognition: documents, their files, their verification, and the report of a call."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import FileResponse, JSONResponse, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import MalformedRangeHeader, RangeNotSatisfiable
from starlette.staticfiles import NotModifiedResponse, StaticFiles

from api.access import Api, LookUpApi
from api.v1 import PREFIX
from api.v1.shapes import Cursor, Id, Limit, ResponseBody
from api.v1.totals import CountedPage, show_total
from models.documents import Document, DocumentKind, DocumentState
from models.settings import settings
from workflows.adapters.files import find_file
from workflows.process.actors import Actor
from workflows.process.keyset import Slice
from workflows.process.refusals import Conflict, Invalid, NotFound
from workflows.recognition.opening import WantedDocuments, count_documents, find_document, list_documents
from workflows.recognition.report import ask_report
from workflows.recognition.verify import LONGEST_NUMBER, Genuineness, Verified, judge, verify_digest, verify_number, verify_token

router = APIRouter(prefix=PREFIX, tags=["recognition"])
CONDITIONS = StaticFiles(check_dir=False)  # compares If-None-Match and If-Modified-Since with an answer
FileDigest = Annotated[str, Query(max_length=200)]
MEDIA = {"pdf": "application/pdf", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
BYTES = {"schema": {"type": "string", "format": "binary"}}
FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The whole file.", "content": dict.fromkeys(MEDIA.values(), BYTES)},
    206: {"description": "The part that Range names.", "content": dict.fromkeys(MEDIA.values(), BYTES)},
    304: {"description": "The file is the one that If-None-Match names."},
    416: {},
}


class IssuedFile(FileResponse):
    """The bytes of an issued document; a Range that cannot be read or names several parts is passed over (RFC 9110, 14.2), one outside the
    file refused."""

    @classmethod
    def _parse_range_header(cls, http_range: str, file_size: int) -> list[tuple[int, int]]:
        try:
            asked = super()._parse_range_header(http_range, file_size)
            return asked if len(asked) == 1 else []
        except MalformedRangeHeader:
            return []
        except RangeNotSatisfiable as outside:
            raise HTTPException(416, headers={"Content-Range": f"bytes */{file_size}"}) from outside


class DocumentOut(ResponseBody):
    id: str
    kind: DocumentKind
    number: str
    state: DocumentState
    idea_id: str | None
    award_id: str | None
    call_id: str | None
    holder_id: str
    issued_on: date
    sha256: str | None
    spreadsheet_sha256: str | None
    verify_url: str


class DocumentPage(CountedPage):
    documents: list[DocumentOut]


class VerifiedOut(ResponseBody):
    verdict: Genuineness
    kind: DocumentKind
    number: str
    state: DocumentState
    issued_on: date
    issuer: str
    sha256: str | None
    spreadsheet_sha256: str | None
    revoked_at: datetime | None
    holder_name: str
    holder_unit: str
    holder_role: str
    idea_title: str
    distinction: str
    category: str
    legal_basis: str
    call_title: str


@router.get("/documents")
async def find_documents(
    request: Api,
    kind: DocumentKind | None = None,
    idea_id: Annotated[str | None, Query(max_length=26)] = None,
    call_id: Annotated[str | None, Query(max_length=26)] = None,
    mine: bool = False,
    after: Cursor = None,
    limit: Limit = 50,
    count: bool = False,
) -> DocumentPage:
    """The documents the asker may open, newest first: their own, and those of the calls they work on."""
    wanted = WantedDocuments(kind, idea_id, call_id, mine)

    def read_documents(session: Session, actor: Actor) -> DocumentPage:
        page = list_documents(session, wanted, Slice(after, limit), actor=actor)
        total = show_total(count_documents(session, wanted, actor=actor) if count else None)
        return DocumentPage(documents=[show_document(document) for document in page.rows], after=page.after, **total)

    return await request.read(read_documents)


@router.get("/documents/{document_id}/file", response_class=Response, responses=FILE)
async def open_file(document_id: Id, request: Api, spreadsheet: bool = False) -> Response:
    """The issued bytes as they were issued, or a part of them; `spreadsheet` asks for a report's XLSX. The ETag is their SHA-256."""

    def find(session: Session, actor: Actor) -> tuple[str, str]:
        document = find_document(session, document_id, actor=actor)
        digest = document.spreadsheet_sha256 if spreadsheet else document.sha256
        if digest is None:
            raise NotFound("document_not_found")
        return digest, document.kind

    digest, kind = await request.read(find)
    suffix = "xlsx" if spreadsheet else "pdf"
    path = await run_in_threadpool(find_file, settings().documents, digest, suffix)
    headers = {"Cache-Control": "no-store", "ETag": f'"{digest}"'}
    name = f"{kind}-{digest[:8]}.{suffix}"
    answer = IssuedFile(path, headers=headers, media_type=MEDIA[suffix], filename=name, stat_result=path.stat())
    return NotModifiedResponse(answer.headers) if CONDITIONS.is_not_modified(answer.headers, request.http.headers) else answer


@router.get("/verification")
async def verify_by_number(
    request: LookUpApi, number: Annotated[str, Query(min_length=1, max_length=LONGEST_NUMBER)], sha256: FileDigest = ""
) -> VerifiedOut:
    """Is the document that bears this number genuine, and does it still stand? The number as printed; spaces and capitals do not matter.

    `sha256` compares a file with it, as below. Anybody may ask, so many times a minute.
    """
    return _public(await request.look_up(lambda s: verify_number(s, number), guessable=True), sha256)


@router.get("/verification/{token}")
async def verify(token: Id, request: LookUpApi, sha256: FileDigest = "") -> VerifiedOut:
    """Is this document genuine and does it still stand? Anybody may ask.

    `sha256` is the digest of a file that is said to be this document: 409 (`document_altered`) where it is not the one that was issued.
    """
    return _public(await request.look_up(lambda s: verify_token(s, token)), sha256)


@router.get("/verification/files/{sha256}")
async def verify_file(sha256: Annotated[str, Path(pattern="^[0-9a-f]{64}$")], request: LookUpApi) -> VerifiedOut:
    """Is the file with this SHA-256 one that was issued? Anybody may ask."""
    return _public(await request.look_up(lambda s: verify_digest(s, sha256)))


@router.post("/calls/{call_id}/reports", status_code=201, response_model=DocumentOut)
async def add_report(call_id: Id, request: Api) -> JSONResponse:
    """Ask for a report of the call as it stands now; it is rendered in a moment."""
    return await request.write(lambda s, a: show_document(ask_report(s, call_id, actor=a)), status=201)


def _public(verified: Verified, sha256: str = "") -> VerifiedOut:
    verdict = judge(verified, sha256)
    if verdict == Genuineness.ALTERED:
        raise Conflict("document_altered", "sha256", number=verified.number)
    if verdict == Genuineness.UNREADABLE:
        raise Invalid("digest_unreadable", "sha256")
    return VerifiedOut(verdict=verdict, **asdict(verified))


def show_document(document: Document) -> DocumentOut:
    """A document as the API shows it."""
    computed = {"verify_url": document.content["verify_url"]}
    return DocumentOut(**computed, **document.model_dump(include=set(DocumentOut.model_fields) - set(computed)))
