"""Accounts: activate, sign in, sign out, who am I."""

from fastapi import APIRouter, Response
from pydantic import Field
from sqlmodel import Session

from api.access import Api
from api.request_log import known_of
from api.signing_in import Unauthenticated, check_password, count_failure, sign_in, sign_out
from api.v1 import PREFIX
from api.v1.shapes import RequestBody, ResponseBody
from models.people import Person, Role
from models.units import Unit
from workflows.process.actors import Actor

router = APIRouter(prefix=PREFIX, tags=["accounts"])


class ActivationIn(RequestBody):
    code: str = Field(max_length=100)
    password: str = Field(max_length=1_000)


class SignInIn(RequestBody):
    employee_number: str = Field(max_length=30)
    password: str = Field(max_length=1_000)


class TokenOut(ResponseBody):
    access_token: str
    token_type: str = "bearer"  # noqa: S105
    expires_in: int


class GrantOut(ResponseBody):
    role: Role
    unit_path: str


class MeOut(ResponseBody):
    person_id: str
    name: str
    unit_id: str
    unit: str
    roles: list[GrantOut]


@router.post("/activation", status_code=204)
async def activate_account(body: ActivationIn, request: Api) -> Response:
    """Set a password with the one-time code."""
    await request.activate(body.code, body.password)
    return Response(status_code=204)


@router.post("/tokens", status_code=201)
async def make_token(body: SignInIn, request: Api) -> TokenOut:
    """Sign in with employee number and password; the token is a bearer token for 12 hours."""
    person_id = await request.read_publicly(lambda session: check_password(session, body.employee_number, body.password))
    if person_id is None:
        await request.write_publicly(lambda session: count_failure(session, body.employee_number))
        raise Unauthenticated("sign_in_wrong")
    new = await request.write_publicly(lambda session: sign_in(session, person_id))
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
        person, unit = session.get_one(Person, actor.person_id), session.get_one(Unit, actor.unit_id)
        roles = [GrantOut(role=grant.role, unit_path=grant.unit_path) for grant in actor.grants]
        return MeOut(person_id=person.id, name=person.full_name, unit_id=unit.id, unit=unit.name, roles=roles)

    return await request.read(read_me)
