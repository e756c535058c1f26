"""The yardstick of `submit`: FastAPI and SQLModel, one row a request, on the same engine; nothing is checked, kept or told."""

import asyncio
from datetime import datetime
from typing import Annotated

from fastapi import FastAPI
from pydantic import BaseModel, StringConstraints
from sqlmodel import Field, SQLModel
from starlette.concurrency import run_in_threadpool

from models.columns import UtcInstant
from models.database import database
from models.ids import new_id
from models.instants import now


class Note(SQLModel, table=True):
    """The one row."""

    id: str = Field(default_factory=new_id, primary_key=True)
    title: str
    text: str
    created_at: datetime = Field(default_factory=now, sa_type=UtcInstant)


class NoteIn(BaseModel):
    """What a request brings."""

    title: Annotated[str, StringConstraints(max_length=300)]
    text: str


class NoteOut(NoteIn):
    """What it is answered."""

    id: str
    created_at: datetime


def create_app() -> FastAPI:
    """The whole application: `/notes` queues its writers as ours do, `/plain-notes` is a tutorial's sync route."""
    app, store = FastAPI(), database()
    queue = asyncio.Semaphore(store.writers)
    SQLModel.metadata.create_all(store.writing, tables=[Note.__table__])  # type: ignore[attr-defined]

    def insert(body: NoteIn) -> Note:
        with store.unit_of_work() as session:
            note = Note(title=body.title, text=body.text)
            session.add(note)
        return note

    @app.get("/api/v1/health")
    def tell_health() -> dict[str, str]:
        return {}

    @app.post("/notes", status_code=201, response_model=NoteOut)
    async def add(body: NoteIn) -> Note:
        async with queue:
            return await run_in_threadpool(insert, body)

    @app.post("/plain-notes", status_code=201, response_model=NoteOut)
    def add_plainly(body: NoteIn) -> Note:
        return insert(body)

    return app
