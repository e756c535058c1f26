"""An idea's files: attached one by one, listed, opened and taken out again."""

import hashlib
import re
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.staticfiles import NotModifiedResponse

from api.access import Api, ApiRequest, Head, Match
from api.problems import WrongMedia
from api.uploads import Arrival
from api.v1 import PREFIX
from api.v1.recognition import BYTES, CONDITIONS, IssuedFile
from api.v1.shapes import Id, ResponseBody
from models.attachments import AttachmentState
from models.form_rules import FileKind
from models.ideas import Idea
from models.settings import settings
from workflows.adapters.files import find_file
from workflows.adapters.inspection import MEDIA
from workflows.intake.attach import attach_file, read_rule, remove_attachment
from workflows.intake.attachments import Copy, FileToOpen, ListedFile, find_file_to_open, list_files
from workflows.process.actors import Actor
from workflows.process.context import read_context

OF_IDEA = "/ideas/{idea_id}/attachments"
WITH_FILE = re.compile(r"/(api/v1/ideas/[^/]+/attachments|usulan/[^/]+/lampiran)")  # the paths whose bodies are streamed
RAW = "application/octet-stream"
SANDBOX = "sandbox; default-src 'none'"  # whatever a browser does with it, it runs nothing and asks for nothing
SENT = {"requestBody": {"required": True, "description": "The file's bytes.", "content": {RAW: BYTES}}}
FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The whole file.", "content": dict.fromkeys(MEDIA, BYTES)},
    206: {"description": "The part that Range names.", "content": dict.fromkeys(MEDIA, BYTES)},
    304: {"description": "The file is the one that If-None-Match names."},
    416: {},
}

router = APIRouter(prefix=PREFIX + OF_IDEA, tags=["intake"])
AttachingApi = Annotated[ApiRequest, Depends(Head(match=Match.READ, creates=OF_IDEA + "/{id}/file"))]
MatchingApi = Annotated[ApiRequest, Depends(Head(match=Match.READ))]
FileName = Annotated[str, Query(min_length=1, max_length=1_000)]


class AttachmentOut(ResponseBody):
    """A file of an idea; its name is a neutral one for a reviewer who is not told who proposes.

    `size` and `sha256` are those of the bytes as they were handed in; of a photo others open a copy without what the camera wrote into it.
    `may_open` is false while the scanner has not looked at it (`state`), and for a paper that tells too much. `is_scanned` is false where
    no scanner is set: then a file was looked at by its form alone.
    """

    id: str
    name: str
    kind: FileKind
    media_type: str
    size: int
    sha256: str
    state: AttachmentState
    is_scanned: bool
    may_open: bool
    has_thumbnail: bool
    added_at: datetime


@router.get("")
async def show_attachments(idea_id: Id, request: Api) -> list[AttachmentOut]:
    """The files of an idea, in the order in which they were added."""

    def read(session: Session, actor: Actor) -> list[AttachmentOut]:
        context = read_context(session, idea_id, actor=actor)
        return [show_file(each) for each in list_files(session, context, actor=actor)]

    return await request.read(read)


@router.post("", status_code=201, response_model=AttachmentOut, responses={415: {}}, openapi_extra=SENT)
async def attach(idea_id: Id, request: AttachingApi, name: FileName) -> JSONResponse:
    """Attach a file to a draft, or to a returned idea of which files were asked for; its bytes are the body, its name stands in the query.

    What it is follows from its content: the call's policy says which kinds are taken, how large and how many. A file that is encrypted,
    broken, or does anything when it is opened is refused.
    """
    request.require_key()
    require_raw(request)
    rule = await request.read(lambda s, a: read_rule(s, idea_id, actor=a))
    async with Arrival(request, rule) as arrival:
        await arrival.receive(request.http.stream())
        request.body_sha256 = digest_sent(arrival.digest, name)
        new = await arrival.settle(name)

        def act(session: Session, actor: Actor) -> AttachmentOut:
            row = attach_file(session, idea_id, new, actor=actor)
            context = read_context(session, idea_id, actor=actor)
            return next(show_file(each) for each in list_files(session, context, actor=actor) if each.row.id == row.id)

        answer = await request.write(act, status=201, match=(Idea, idea_id))
        arrival.is_taken = True
    return answer


@router.delete("/{attachment_id}", status_code=204, response_class=Response)
async def take_out(idea_id: Id, attachment_id: Id, request: MatchingApi) -> Response:
    """Take a file out of a draft, or out of a returned idea of which files were asked for."""

    def act(session: Session, actor: Actor) -> None:
        remove_attachment(session, idea_id, attachment_id, actor=actor)

    await request.write(act, match=(Idea, idea_id))
    return Response(status_code=204)


@router.get("/{attachment_id}/file", response_class=Response, responses=FILE)
async def open_attachment(idea_id: Id, attachment_id: Id, request: Api, copy: Copy = Copy.SHOWN) -> Response:
    """A file, or a part of it; `copy` asks for a photo's thumbnail, or for the original, which only who attached it may have."""
    return await send_file(request, lambda s, a: find_file_to_open(s, idea_id, attachment_id, copy, actor=a))


async def send_file(request: ApiRequest, find: Any, *, inline: bool = False) -> Response:
    """The bytes of a copy, to be saved and never shown as a page; `inline` is for the small pictures, which we made."""
    found: FileToOpen = await request.read(find)
    path = await run_in_threadpool(find_file, settings().attachments, found.sha256, found.suffix)
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": "inline" if inline else write_disposition(found.name),
        "Content-Security-Policy": SANDBOX,
        "Cross-Origin-Resource-Policy": "same-origin",
        "ETag": f'"{found.sha256}"',
        "X-Content-Type-Options": "nosniff",
    }
    answer = IssuedFile(path, headers=headers, media_type=found.media_type, stat_result=path.stat())
    return NotModifiedResponse(answer.headers) if CONDITIONS.is_not_modified(answer.headers, request.http.headers) else answer


def write_disposition(name: str) -> str:
    """A file's name in a header (RFC 6266): a plain one for old readers, the whole one for all others."""
    stem, _, suffix = name.rpartition(".")
    plain = "".join(each for each in stem if each.isascii() and (each.isalnum() or each in " ._-")).strip(" .") or "berkas"
    return f"attachment; filename=\"{plain}.{suffix}\"; filename*=UTF-8''{quote(name, safe='')}"


def show_file(listed: ListedFile) -> AttachmentOut:
    """A file as the API shows it."""
    row = listed.row
    return AttachmentOut(
        id=row.id,
        name=listed.name,
        kind=FileKind(listed.kind),
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        state=row.state,
        is_scanned=row.checked_at is not None,
        may_open=listed.may_open,
        has_thumbnail=listed.has_thumbnail,
        added_at=row.added_at,
    )


def require_raw(request: ApiRequest) -> None:
    """Refuse a body that is not sent as bytes."""
    if request.http.headers.get("content-type", "").partition(";")[0].strip().lower() != RAW:
        raise WrongMedia("media_type_not_bytes", "Content-Type")


def digest_sent(sha256: str, *fields: str) -> str:
    """What stands for a streamed body beside its Idempotency-Key: its file and what else was sent."""
    return hashlib.sha256("\0".join((sha256, *fields)).encode("utf-8", "replace")).hexdigest()
