"""HTTPS in front of a server, as nginx stands there on the machine: a certificate made as the README makes one, and bytes passed on."""

import asyncio
import queue
import re
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.serving import ROOT

START_SECONDS = 60
AT_ONCE = 64 * 1024


@contextmanager
def https_front(folder: Path, port: int) -> Iterator[tuple[str, ssl.SSLContext]]:
    """An address that speaks HTTPS for a server on a port of this machine, and what a client needs to trust it; ends with the block."""
    certificate, secret = make_certificate(folder)
    offered = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    offered.load_cert_chain(certificate, secret)
    trusted = ssl.create_default_context(cafile=str(certificate))
    trusted.check_hostname = False  # the certificate is for the region's name, and the test asks by address
    taken, ended = queue.Queue[int](), threading.Event()
    front = threading.Thread(target=lambda: asyncio.run(_stand(port, offered, taken, ended)), daemon=True)
    front.start()
    try:
        yield f"https://127.0.0.1:{taken.get(timeout=START_SECONDS)}", trusted
    finally:
        ended.set()
        front.join(START_SECONDS)


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """The certificate and its key, by the line of the README that makes one to try with."""
    found = re.search(r"(?m)^# (openssl req .*)$", (ROOT / "README.md").read_text("utf-8"))
    assert found
    subprocess.run(found[1].replace("/root/", f"{folder}/").split(), check=True, capture_output=True, timeout=START_SECONDS)
    return folder / "gagas.pem", folder / "gagas.key"


async def _stand(port: int, offered: ssl.SSLContext, taken: "queue.Queue[int]", ended: threading.Event) -> None:
    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_pump(reader, inner_writer), _pump(inner_reader, writer), return_exceptions=True)

    async with await asyncio.start_server(pass_on, "127.0.0.1", 0, ssl=offered) as server:
        taken.put(server.sockets[0].getsockname()[1])
        await asyncio.to_thread(ended.wait)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while part := await reader.read(AT_ONCE):
            writer.write(part)
            await writer.drain()
    finally:
        writer.close()
