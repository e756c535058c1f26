"""How the machinery stands, and what it did not get done: for admins of the whole region."""

from datetime import datetime

from fastapi import APIRouter
from sqlmodel import Session

from api.access import Api
from api.email_addresses import mask_email
from api.v1 import PREFIX
from api.v1.shapes import ResponseBody
from models.settings import settings
from workflows.process.actors import Actor
from workflows.process.condition import Kind, Sign, Trouble, list_troubles, read_condition

router = APIRouter(prefix=PREFIX, tags=["operations"])


class SignOut(ResponseBody):
    """When a part of the machinery last gave a sign of life, and whether that was within two minutes."""

    at: datetime | None
    alive: bool


class BackupOut(ResponseBody):
    """The last backup: its bytes, files and facts, and whether each file of it was checked; `old` where a newer one should be there.

    `missing` counts the documents and ideas of which it lacks a file, as that was gone or damaged.
    """

    made_at: datetime
    size: int | None
    files: int | None
    facts: int | None
    checked: bool
    missing: int
    old: bool


class TroubleOut(ResponseBody):
    """What one job was asked about one subject and is not done; `number` counts its messages.

    `mail` and `job` were given up and can be retried, `late` is taken by nobody, `stuck` never will be. `to` is the masked address that a
    mail did not reach.
    """

    kind: Kind
    job: str
    subject_id: str
    idea_id: str | None
    number: int
    since: datetime | None
    fault: str
    person_id: str | None
    to: str


class ConditionOut(ResponseBody):
    """`waiting` counts what flows could do now or soon, `oldest` is when the oldest of that was asked for."""

    relay: SignOut
    prefect: SignOut
    backup: BackupOut | None
    waiting: int
    oldest: datetime | None
    dead: int
    late: int
    stuck: int
    troubles: list[TroubleOut]


@router.get("/operations")
async def show_operations(request: Api) -> ConditionOut:
    """Whether relay and Prefect live, what waits, what failed and the last backup; for an admin of the whole region.

    Of awards before their hour, and of ideas in which the admin has part, nothing is told. At most 200 messages are looked at.
    """

    def read(session: Session, actor: Actor) -> ConditionOut:
        found = read_condition(session, settings().data, actor=actor)
        backup = found.backup and BackupOut(**found.backup.model_dump(exclude={"to", "first_missing"}), old=found.backup_old)
        return ConditionOut(
            relay=_show_sign(found.relay),
            prefect=_show_sign(found.prefect),
            backup=backup,
            **{name: getattr(found, name) for name in ("waiting", "oldest", "dead", "late", "stuck")},
            troubles=[_show_trouble(each) for each in list_troubles(session, actor=actor)],
        )

    return await request.read(read)


def _show_sign(sign: Sign) -> SignOut:
    return SignOut(at=sign.at, alive=sign.alive)


def _show_trouble(trouble: Trouble) -> TroubleOut:
    to = trouble.addressee
    told = {name: getattr(trouble, name) for name in ("kind", "job", "subject_id", "idea_id", "number", "since", "fault")}
    return TroubleOut(**told, person_id=to and to.person_id, to=mask_email(to.email) if to else "")
