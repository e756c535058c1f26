"""Dictated ideas: typed by an operator in a colleague's name, printed with a code by somebody else, confirmed by the colleague."""

from datetime import date, datetime

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlmodel import Session

from api.access import Api
from api.v1 import PREFIX
from api.v1.proposals import ProposalIn
from api.v1.shapes import Id, RequestBody, ResponseBody
from workflows.intake.dictate import (
    Dictated,
    PrintedCode,
    change_dictated,
    confirm_dictated,
    dictate_idea,
    end_dictated,
    list_dictated,
    print_dictated,
    read_dictated,
)
from workflows.process.actors import Actor

router = APIRouter(prefix=PREFIX + "/dictated-ideas", tags=["intake"])


class DictationIn(ProposalIn):
    """An idea in the name of somebody of a unit that one looks after; team and earlier idea they add themself."""

    call_id: Id
    employee_number: str = Field(max_length=100)


class ChangedDictationIn(ProposalIn):
    """Another text in place of the version that was read; a code that was printed for it is void."""

    text_version: int = Field(ge=1, le=10**6)


class DictationConfirmationIn(RequestBody):
    """Of the version that was read: by its person without a code, or by who typed it with the code from the person's sheet."""

    text_version: int = Field(ge=1, le=10**6)
    code: str | None = Field(default=None, max_length=100)


class DictatedTextOut(ResponseBody):
    """What a dictated idea says."""

    title: str
    form: str
    medium: str
    theme: str
    sections: dict[str, str]
    answers: dict[str, str]
    budget_rupiah: int
    category: str
    initiator: str | None
    in_use_since: date | None


class DictationOut(ResponseBody):
    """A dictated idea; `says` is null once it is settled, and `idea_id` then names the idea that it became, if it did."""

    id: str
    call_id: str
    person_id: str
    person: str
    typed_by: str
    typed_at: datetime
    text_version: int
    code_until: datetime | None
    settled_at: datetime | None
    idea_id: str | None
    says: DictatedTextOut | None


class DictationCodeOut(ResponseBody):
    """The code for a person's sheet, shown once; a repeated request is answered without it."""

    confirmation_code: str | None
    until: datetime


@router.post("", status_code=201, response_model=DictationOut, responses={404: {}})
async def dictate(body: DictationIn, request: Api) -> JSONResponse:
    """Type an idea in a colleague's name; it counts for nothing until they confirm it."""

    def write(session: Session, actor: Actor) -> DictationOut:
        row = dictate_idea(session, body.call_id, body.employee_number, body.read(), actor=actor)
        return show_dictated(read_dictated(session, row.id, actor=actor))

    return await request.write(write, status=201)


@router.get("")
async def list_waiting_dictated(request: Api) -> list[DictationOut]:
    """The dictated ideas that wait: those in one's own name, those that one typed, those whose sheet one may print."""
    return await request.read(lambda s, a: [show_dictated(each) for each in list_dictated(s, actor=a)])


@router.get("/{dictated_id}")
async def show_one_dictated(dictated_id: Id, request: Api) -> DictationOut:
    """A dictated idea with what it says."""
    return await request.read(lambda s, a: show_dictated(read_dictated(s, dictated_id, actor=a)))


@router.put("/{dictated_id}", response_model=DictationOut)
async def change_dictated_idea(dictated_id: Id, body: ChangedDictationIn, request: Api) -> JSONResponse:
    """Put another text in place of one that waits."""

    def write(session: Session, actor: Actor) -> DictationOut:
        change_dictated(session, dictated_id, body.text_version, body.read(), actor=actor)
        return show_dictated(read_dictated(session, dictated_id, actor=actor))

    return await request.write(write)


@router.post("/{dictated_id}/code", status_code=201, response_model=DictationCodeOut)
async def print_dictated_sheet(dictated_id: Id, request: Api) -> JSONResponse:
    """A code for the person's sheet, which has the whole text; somebody else than who typed it asks for it."""
    return await request.write(lambda s, a: _show_code(print_dictated(s, dictated_id, actor=a)), status=201)


@router.post("/{dictated_id}/confirmation", response_model=DictationOut)
async def confirm_dictated_idea(dictated_id: Id, body: DictationConfirmationIn, request: Api) -> JSONResponse:
    """Let a dictated idea be its person's own: a draft of theirs, or, by the code on their sheet, handed in at once."""

    def write(session: Session, actor: Actor) -> DictationOut:
        confirm_dictated(session, dictated_id, body.text_version, body.code or "", actor=actor)
        return show_dictated(read_dictated(session, dictated_id, actor=actor))

    return await request.write(write)


@router.post("/{dictated_id}/ending", response_model=DictationOut)
async def end_dictated_idea(dictated_id: Id, request: Api) -> JSONResponse:
    """Give a dictated idea up; its text is forgotten."""

    def write(session: Session, actor: Actor) -> DictationOut:
        end_dictated(session, dictated_id, actor=actor)
        return show_dictated(read_dictated(session, dictated_id, actor=actor))

    return await request.write(write)


def show_dictated(found: Dictated) -> DictationOut:
    """A dictated idea as those see it whom it concerns."""
    row, said = found.row, found.proposal
    return DictationOut(
        id=row.id,
        call_id=row.call_id,
        person_id=row.person_id,
        person=found.person.full_name,
        typed_by=found.typed_by,
        typed_at=row.typed_at,
        text_version=row.version,
        code_until=row.code_until,
        settled_at=row.settled_at,
        idea_id=row.idea_id,
        says=DictatedTextOut.model_validate(said, from_attributes=True) if said else None,
    )


def _show_code(printed: PrintedCode) -> DictationCodeOut:
    return DictationCodeOut(confirmation_code=printed.code, until=printed.until)
