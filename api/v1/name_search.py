"""Colleagues of one's own unit, found by the first letters of their names: whom a proposer may ask to join."""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session

from api.access import SearchingApi
from api.v1 import PREFIX
from api.v1.shapes import ResponseBody
from workflows.intake.name_search import find_colleagues
from workflows.process.actors import Actor

router = APIRouter(prefix=PREFIX + "/me/unit", tags=["intake"])


class ColleagueOut(ResponseBody):
    """A colleague: `person_id` names them in a proposal's team; no employee number is told."""

    person_id: str
    name: str
    position: str
    unit: str


class ColleaguesOut(ResponseBody):
    """At most ten by name; `is_more` says that more of the name is to be typed."""

    people: list[ColleagueOut]
    is_more: bool


@router.get("/people")
async def find_in_own_unit(name: Annotated[str, Query(max_length=100)], request: SearchingApi) -> ColleaguesOut:
    """Colleagues of one's own unit in whose names each word of `name` begins a word, in any case and without accents; of one three letters
    at least."""

    def read(session: Session, actor: Actor) -> ColleaguesOut:
        request.count_search(actor)
        return ColleaguesOut.model_validate(find_colleagues(session, name, actor=actor), from_attributes=True)

    return await request.read(read)
