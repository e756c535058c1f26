"""Keys of runs: what makes the same work one run at Prefect, and nobody able to make that run before us."""

import hashlib
import hmac

from sqlmodel import col, update

from models.database import Database
from models.ids import new_secret
from models.outbox import ClockTick
from workflows.delivery.claims import Batch


def idempotency_key(batch: Batch, secret: str) -> str:
    """A batch's idempotency key: the same messages at the same attempt are one run.

    Prefect answers a known key with the run it has, whoever made it and whatever became of it: without the secret, a run that a stranger
    left under the next attempts' keys would be taken for ours, and its messages given up.
    """
    text = f"{batch.topic}:{','.join(map(str, batch.ids))}:{batch.attempts}"
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def read_secret(store: Database) -> str:
    """The secret part of every key of this database, made when it is first asked for; it never leaves the database and the relay."""
    with store.reading() as session:
        tick = session.get(ClockTick, 1)
        if tick is not None and tick.key_secret:
            return tick.key_secret
    with store.unit_of_work() as session:
        if session.get(ClockTick, 1) is None:
            session.add(ClockTick(id=1))
            session.flush()
        first = update(ClockTick).where(col(ClockTick.id) == 1, col(ClockTick.key_secret) == "")
        session.execute(first.values(key_secret=new_secret()).execution_options(synchronize_session=False))
    return read_secret(store)
