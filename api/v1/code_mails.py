"""Codes of activation by mail: to those of a unit who cannot sign in yet, or to one person; no answer holds a code."""

from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlmodel import Session

from api.access import Api
from api.v1 import PREFIX
from api.v1.shapes import Id, RequestBody, ResponseBody
from workflows.process.actors import Actor
from workflows.region.code_mails import CodeMailing, Hindrance, LeftOut, MailedCode, Recipient, mail_code, mail_unit_codes

router = APIRouter(prefix=PREFIX, tags=["people"])


class CodeMailsIn(RequestBody):
    """The unit whose people are mailed codes."""

    unit_code: str = Field(max_length=60)


class RecipientOut(ResponseBody):
    """To whom a code goes out; the address masked."""

    person_id: str
    name: str
    email_masked: str


class LeftOutOut(ResponseBody):
    """To whom none goes out, and why."""

    person_id: str
    name: str
    why: Hindrance


class CodeMailsOut(ResponseBody):
    """To whom of a unit codes go out, and who is left out: at most 500 are named, `counts` says how many there are by why.

    `left` people were not looked at yet: ask once more for them.
    """

    unit: str
    until: datetime
    mailed: list[RecipientOut]
    left_out: list[LeftOutOut]
    counts: dict[str, int]
    left: int


class CodeMailOut(RecipientOut):
    """To whom a code goes out, and until when it can be used."""

    until: datetime


@router.post("/activation-mails", response_model=CodeMailsOut)
async def mail_codes(body: CodeMailsIn, request: Api) -> JSONResponse:
    """Mail a code, valid for 30 days, to those of a unit who have no password yet and an address of their own in the directory.

    Left out is who holds a role or an office, who was mailed a code in the last three days, and whose address is missing, shared, or was
    written by whoever asks. What is unused of theirs on paper is void once the mail goes out.
    """

    def act(session: Session, actor: Actor) -> CodeMailsOut:
        return _show_mailing(mail_unit_codes(session, body.unit_code, actor=actor))

    return await request.write(act)


@router.post("/people/{person_id}/activation-mail", response_model=CodeMailOut)
async def mail_one_code(person_id: Id, request: Api) -> JSONResponse:
    """Mail a code, valid for three days, to somebody who has no password yet and lost theirs; the one before is void."""

    def act(session: Session, actor: Actor) -> CodeMailOut:
        mailed: MailedCode = mail_code(session, person_id, actor=actor)
        return CodeMailOut(until=mailed.until, **_show(mailed.to).model_dump())

    return await request.write(act)


def _show_mailing(mailing: CodeMailing) -> CodeMailsOut:
    mailed, left_out = [_show(to) for to in mailing.mailed], [_show_left_out(each) for each in mailing.left_out]
    return CodeMailsOut(
        unit=mailing.unit,
        until=mailing.until,
        mailed=mailed,
        left_out=left_out,
        counts={str(why): count for why, count in mailing.counts.items()},
        left=mailing.left,
    )


def _show(to: Recipient) -> RecipientOut:
    return RecipientOut(person_id=to.person_id, name=to.name, email_masked=to.masked_email)


def _show_left_out(each: LeftOut) -> LeftOutOut:
    return LeftOutOut(person_id=each.person_id, name=each.name, why=each.why)
