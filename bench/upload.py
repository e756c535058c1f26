"""`upload`: a file of 20 MB attached over the API, against writing the same bytes with fsync; and what it adds to the API's memory."""

import http.client
import io
import os
import time
import uuid
from pathlib import Path
from random import Random

import pikepdf

from bench.lines import Line, median
from bench.stand import Stand, await_answer, surroundings
from bench.village import settle
from workflows.delivery.processes import free_port

BYTES, MEBIBYTES = 20_000_000, 10
RULE = {"most": 20, "largest_megabytes": 25, "kinds": ["pdf"]}
PIECE = 1 << 18

PAGE = 4 / 1_024  # MiB: the kernel counts memory in pages, and one that did not grow is told as one page


def measure(stand: Stand) -> list[Line]:
    """On SQLite: each round a new file, written plainly and attached; the memory's highest point in all rounds."""
    town = settle(stand.open_sqlite("upload"))
    idea = town.build_idea(call=town.build_call(attachments=RULE))
    port = free_port("127.0.0.1")
    application = ["--factory", "api.app:create_app", "--http", "api.connections:LimitedConnection", "--port", str(port)]
    process = stand.start(["-m", "uvicorn", "--log-level", "warning", *application], surroundings(stand.folder, town.store))
    await_answer(f"http://127.0.0.1:{port}/api/v1/health")
    head = {**town["lead"].headers, "Content-Type": "application/octet-stream"}

    def attach(content: bytes) -> float:
        """Seconds until the answer; httpx would copy what is left of a body with each part that it sends."""
        begun, client = time.perf_counter(), http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        named = {**head, "Idempotency-Key": uuid.uuid4().hex}
        client.request("POST", f"/api/v1/ideas/{idea}/attachments?name=besar.pdf", content, named)
        answer = client.getresponse()
        told = answer.read()
        client.close()
        if answer.status != 201:
            raise RuntimeError(told.decode())
        return time.perf_counter() - begun

    attach(write_paper(100_000, 0))  # what a process imports and opens once is no part of it
    before, taken = read_memory(process.pid), list[float]()
    forget_peak(process.pid)
    plain = list[float]()
    for number in range(1, stand.size.rounds + 1):
        stand.say(f"round {number}")
        content = write_paper(BYTES, number)
        plain.append(_write_plainly(stand.folder / "plain", content))
        taken.append(attach(content))
    grown = max(read_memory(process.pid, "VmHWM") - before, PAGE)
    stand.numbers["upload"] = {"plain": plain, "ours": taken, "grown": grown}
    rates = (BYTES / 1e6 / median(taken), BYTES / 1e6 / median(plain))
    return [
        Line("upload", "20 MB attached, inspected and chained, SQLite", *rates, "MB/s", 0.5, against="write and fsync"),
        Line("upload", "API memory while it comes", grown, MEBIBYTES, "MiB", 1, most=True, against="limit"),
    ]


def write_paper(size: int, number: int) -> bytes:
    """A paper of about so many bytes that do not pack."""
    paper, file = pikepdf.new(), io.BytesIO()
    paper.add_blank_page()
    filling = Random(number).randbytes(size)
    paper.Root.Filling = pikepdf.Stream(paper, filling)
    paper.save(file, compress_streams=False)
    return file.getvalue()


def _write_plainly(file: Path, content: bytes) -> float:
    """The floor: the same bytes in pieces, and on disk."""
    begun = time.perf_counter()
    with file.open("wb") as written:
        for start in range(0, len(content), PIECE):
            written.write(content[start : start + PIECE])
        written.flush()
        os.fsync(written.fileno())
    return time.perf_counter() - begun


def read_memory(pid: int, name: str = "VmRSS") -> float:
    """A process' memory, in mebibytes: what it holds now, or the most it held (`VmHWM`)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1_024


def forget_peak(pid: int) -> None:
    """Let the most that a process held be counted from now on."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
