"""One of many processes that race: it waits for an order, carries it out on its own connection, and answers how that ended."""

import json
import os
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from api.app import create_app
from models.database import database
from models.documents import Document
from tests.faults.processes import HANG_SECONDS, Launcher
from workflows.process.actors import flow_actor
from workflows.recognition.letters import number_receipt


def race() -> None:
    """Carry out one line after the other until the connection is closed."""
    with ExitStack() as ending, socket.create_connection(("127.0.0.1", int(os.environ["RACE"]))) as line:

        @cache
        def client() -> TestClient:  # made by whoever asks: sixty-four that only number need none
            return ending.enter_context(TestClient(create_app(), raise_server_exceptions=False))

        file = line.makefile("rw")
        file.write("ready\n")
        file.flush()
        for order in file:
            wanted = json.loads(order)
            file.write(json.dumps(ORDERS[wanted["order"]](client, wanted)) + "\n")
            file.flush()


def ask(client: Callable[[], TestClient], wanted: dict[str, Any]) -> dict[str, Any]:
    """A request, as an API process of its own would take it."""
    answer = client().post(wanted["path"], json=wanted["body"], headers=wanted["headers"])
    return {"status": answer.status_code, "answer": answer.json()}


def number(_client: Callable[[], TestClient], wanted: dict[str, Any]) -> dict[str, Any]:
    """The receipt of an idea, as a flow would number it; what the database refuses would be tried again."""
    try:
        with database().unit_of_work() as session:
            number_receipt(session, wanted["idea"], actor=flow_actor("recognition"))
            return {"running": session.exec(select(Document.running).where(Document.cause_id == wanted["idea"])).one()}
    except IntegrityError:
        return {"running": None}


ORDERS: dict[str, Callable[[Callable[[], TestClient], dict[str, Any]], dict[str, Any]]] = {"ask": ask, "number": number}


class Racers:
    """Many racers, started together for each round."""

    def __init__(self, launcher: Launcher, size: int, **environment: str) -> None:
        self.server = socket.create_server(("127.0.0.1", 0), backlog=size)
        self.server.settimeout(HANG_SECONDS)
        port = str(self.server.getsockname()[1])
        for _ in range(size):
            launcher.launch("racer", launcher.folder / "racer.log", {"RACE": port, **environment})
        self.lines = [self.server.accept()[0] for _ in range(size)]
        for line in self.lines:
            line.settimeout(HANG_SECONDS)
        self.files = [line.makefile("rw") for line in self.lines]
        for file in self.files:
            file.readline()

    def run(self, orders: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """One order for each racer, all at once; answers how each ended."""
        together = threading.Barrier(len(orders))
        ended: list[dict[str, Any]] = [{} for _ in orders]

        def give(place: int) -> None:
            together.wait()
            self.files[place].write(json.dumps(orders[place]) + "\n")
            self.files[place].flush()
            ended[place] = json.loads(self.files[place].readline())

        threads = [threading.Thread(target=give, args=(place,)) for place in range(len(orders))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return ended

    def close(self) -> None:
        """Close every connection, upon which the racers end."""
        for file, line in zip(self.files, self.lines, strict=True):
            file.close()
            line.close()
        self.server.close()
