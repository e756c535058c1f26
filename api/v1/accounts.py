"""Accounts: activate, sign in, sign out, who am I."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import AliasChoices, Field
from sqlmodel import Session

from api.access import Api, ApiRequest, Head
from api.email_addresses import Email, mask_email
from api.passwords import activate_account, change_email, change_own_password, confirm_new_email, mail_new_password, sign_in_with_password
from api.request_log import known_of
from api.signing_in import end_other_sign_ins, end_sign_in, list_sign_ins, sign_out, sign_out_everywhere
from api.tries import digest
from api.v1 import PREFIX
from api.v1.shapes import Id, RequestBody, ResponseBody
from models.people import EmploymentKind, NoticeKind, Role
from workflows.calculations.employee_number import mask_held_number
from workflows.process.actors import Actor
from workflows.region.email_address import LONGEST
from workflows.region.mail_codes import NewAddress, read_profile
from workflows.region.notices import list_notices

router = APIRouter(prefix=PREFIX, tags=["accounts"])
SignInApi = Annotated[ApiRequest, Depends(Head(publicly=True, throttled=True))]
PasswordApi = Annotated[ApiRequest, Depends(Head(throttled=True))]
SESSION_FIELDS = {"device", "created_at", "seen_at", "until"}


# An employee number, a sign-in name, or a confirmed mail address; clients of earlier releases call it by the first of them.
Identifier = Annotated[str, Field(max_length=LONGEST, validation_alias=AliasChoices("identifier", "employee_number"))]


class ActivationIn(RequestBody):
    identifier: Identifier
    code: str = Field(max_length=100)
    password: str = Field(max_length=1_000)


class SignInIn(RequestBody):
    identifier: Identifier
    password: str = Field(max_length=1_000)


class TokenOut(ResponseBody):
    access_token: str
    token_type: str = "bearer"  # noqa: S105
    expires_in: int


class PasswordIn(RequestBody):
    present_password: str = Field(max_length=1_000)
    password: str = Field(max_length=1_000)


class SessionOut(ResponseBody):
    """A sign-in: from what kind of device (empty where it did not say), since when, when last used, and when it ends at the latest."""

    id: str
    device: str
    created_at: datetime
    seen_at: datetime
    until: datetime
    current: bool


class NoticeOut(ResponseBody):
    """Something that happened to one's account; `role` where it was about one."""

    kind: NoticeKind
    role: Role | None
    at: datetime


class GrantOut(ResponseBody):
    role: Role
    unit_path: str


class EmailIn(RequestBody):
    email: Email = Field(max_length=LONGEST)
    present_password: str = Field(max_length=1_000)


class EmailCodesIn(RequestBody):
    """The codes that came to the new address and, where there was one, to the address so far."""

    new_code: str = Field(max_length=100)
    old_code: str = Field(default="", max_length=100)


class ForgottenIn(RequestBody):
    identifier: Identifier


class MeOut(ResponseBody):
    """One's own account; number and mail address masked, and empty where there is none. `email_awaited` waits for its codes."""

    person_id: str
    name: str
    unit_id: str
    unit: str
    position: str
    kind: EmploymentKind
    employee_number_masked: str
    sign_in_name: str
    email_masked: str
    email_confirmed: bool
    email_awaited: str
    roles: list[GrantOut]


@router.post("/activation", status_code=204)
async def use_code(body: ActivationIn, request: SignInApi) -> Response:
    """Set a password by the one-time code, with one's employee number, sign-in name or confirmed mail address.

    The code has 12 signs; case and hyphens make no difference.
    """
    await activate_account(request, body.identifier, body.code, body.password)
    return Response(status_code=204)


@router.post("/tokens", status_code=201, responses={401: {}})
async def make_token(body: SignInIn, request: SignInApi) -> TokenOut:
    """Sign in with a password, and one's employee number, sign-in name or confirmed mail address.

    The token is a bearer token for 12 hours, and over after 30 minutes without a request.
    """
    new = await sign_in_with_password(request, body.identifier, body.password)
    known_of(request.http).person = new.person_id
    return TokenOut(access_token=new.token, expires_in=new.expires_in)


@router.delete("/tokens/current", status_code=204)
async def end_token(request: Api) -> Response:
    """Sign out."""
    token = request.token
    await request.write_publicly(lambda session: sign_out(session, token))
    return Response(status_code=204)


@router.get("/me")
async def show_me(request: Api) -> MeOut:
    """The account that asks, with its roles."""

    def read_me(session: Session, actor: Actor) -> MeOut:
        known = read_profile(session, actor=actor)
        return MeOut(
            person_id=known.person.id,
            name=known.person.full_name,
            unit_id=known.person.unit_id,
            unit=known.unit,
            position=known.person.position,
            kind=known.person.kind,
            employee_number_masked=mask_held_number(known.number),
            sign_in_name=known.sign_in_name,
            email_masked=mask_email(known.email),
            email_confirmed=known.email_confirmed,
            email_awaited=mask_email(known.awaited),
            roles=[GrantOut(role=grant.role, unit_path=grant.unit_path) for grant in actor.grants],
        )

    return await request.read(read_me)


@router.get("/me/sessions")
async def list_sessions(request: Api) -> list[SessionOut]:
    """Where one is signed in, the last seen first."""

    def read_sessions(session: Session, actor: Actor) -> list[SessionOut]:
        present = digest(request.token)
        return [
            SessionOut(id=row.token_hash[:26], current=row.token_hash == present, **row.model_dump(include=SESSION_FIELDS))
            for row in list_sign_ins(session, actor.person_id)
        ]

    return await request.read(read_sessions)


@router.delete("/me/sessions", status_code=204)
async def end_sessions(request: Api) -> Response:
    """Sign out everywhere, here too."""
    await request.write(lambda session, actor: sign_out_everywhere(session, actor=actor))
    return Response(status_code=204)


@router.delete("/me/other-sessions", status_code=204)
async def end_others(request: Api) -> Response:
    """Sign out everywhere but here."""
    token = request.token
    await request.write(lambda session, actor: end_other_sign_ins(session, token, actor=actor))
    return Response(status_code=204)


@router.delete("/me/sessions/{session_id}", status_code=204)
async def end_session(session_id: Id, request: Api) -> Response:
    """Sign out on one device."""
    await request.write(lambda session, actor: end_sign_in(session, session_id, actor=actor))
    return Response(status_code=204)


@router.put("/me/password", status_code=204)
async def put_password(body: PasswordIn, request: PasswordApi) -> Response:
    """Change one's password; the present one is asked for, and sign-ins elsewhere end."""
    await change_own_password(request, body.present_password, body.password)
    return Response(status_code=204)


@router.put("/me/email", status_code=204)
async def put_email(body: EmailIn, request: PasswordApi) -> Response:
    """Ask for a new mail address: a code goes to it and one to the address so far, and it counts once both are sent back."""
    await change_email(request, body.present_password, body.email)
    return Response(status_code=204)


@router.put("/me/email/confirmation", status_code=204)
async def confirm_address(body: EmailCodesIn, request: PasswordApi) -> Response:
    """Let the new mail address count, by the codes that came."""
    await confirm_new_email(request, NewAddress(body.new_code, body.old_code))
    return Response(status_code=204)


@router.post("/forgotten-passwords", status_code=204)
async def forget_password(body: ForgottenIn, request: SignInApi) -> Response:
    """Ask for a code by mail, with which `/activation` sets a new password; the answer is the same whether there is such an account."""
    await mail_new_password(request, body.identifier)
    return Response(status_code=204)


@router.get("/me/notices")
async def show_notices(request: Api) -> list[NoticeOut]:
    """What happened to one's account, the last first."""

    def read_notices(session: Session, actor: Actor) -> list[NoticeOut]:
        return [NoticeOut.model_validate(notice, from_attributes=True) for notice in list_notices(session, actor=actor)]

    return await request.read(read_notices)
