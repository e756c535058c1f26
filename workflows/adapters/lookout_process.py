"""Stands ready to look at files from outside: has read into memory what looks at them, and starts a process of its own for each.

Run by its path as `python -I lookout_process.py`, with a socket as its stdin over which files are named. It opens none of them itself. What
it starts has nothing to lose (no settings, no database, little memory, little time), hears of no other file, and ends with its own. Of ours
it imports nothing but `looking.py`, `office_text.py` and `heif.py` beside it.
"""

import contextlib
import ctypes
import gc
import json
import os
import resource
import signal
import socket
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

LOOKING, OFFICE_TEXT, HEIF = (Path(__file__).with_name(name) for name in ("looking.py", "office_text.py", "heif.py"))
PLUGINS = ("Bmp", "Gif", "Jpeg", "Mpo", "Png", "Ppm", "Tiff", "WebP")  # Pillow imports these as it goes; read are the formats it is told
READERS = ("defusedxml.ElementTree", "pikepdf", "PIL.ImageOps", *(f"PIL.{name}ImagePlugin" for name in PLUGINS))
MEMORY, SECONDS, LARGEST_COPY, OPEN_FILES = 1 << 30, 20, 64_000_000, 64
IDLE_SECONDS, LONGEST_QUESTION = 900, 1 << 16  # after which it ends and gives its memory back; bytes
PR_SET_PDEATHSIG, PR_SET_DUMPABLE = 1, 4


def prepare() -> Any:
    """What looks at files, with all that it needs in memory; what is missing is told of the file that needs it."""
    for asked_to_end in (signal.SIGINT, signal.SIGTERM):  # it ends with who asks, who has the files under way looked at first
        signal.signal(asked_to_end, signal.SIG_IGN)
    _control(PR_SET_DUMPABLE, 0)  # no process of one file reads the memory of another's
    looking = _load(LOOKING)
    with contextlib.suppress(OSError):  # without it nobody looks at documents and sheets
        looking.office_text = _load(OFFICE_TEXT)
    with contextlib.suppress(OSError):  # without it photos as phones take them are refused, with what to do
        heif = _load(HEIF)
        heif.load_heif()
        looking.open_heic = heif.Heic
    for name in READERS:
        with contextlib.suppress(ImportError):
            import_module(name)
    gc.freeze()  # what is in memory stays shared with whoever is started
    return looking


def _load(file: Path) -> Any:
    spec = spec_from_file_location(file.stem, file)
    if spec is None or spec.loader is None:
        raise ImportError(str(file))
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def serve(looking: Any, asking: socket.socket) -> None:
    """Start a process for each file that is asked for, until nobody asks any more, or for long; its answer goes where the question says."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for how they end
    asking.settimeout(IDLE_SECONDS)
    with contextlib.suppress(TimeoutError):
        while True:
            question, handles, _, _ = socket.recv_fds(asking, LONGEST_QUESTION, 1)
            if not question:
                return
            if os.fork() == 0:
                try:
                    asking.close()
                    answer(looking, json.loads(question), handles[0])
                finally:
                    os._exit(0)
            os.close(handles[0])


def answer(looking: Any, asked: dict[str, Any], handle: int) -> None:
    """Look at the file that is asked for and tell what it is as JSON; an empty line before says that it begins."""
    os.write(handle, b"\n")
    try:
        limit(asked["seconds"])
        told = looking.main(*asked["paths"])
    except Exception as fault:
        told = {"failed": repr(fault)}
    os.write(handle, json.dumps(told).encode())


def limit(seconds: float) -> None:
    """Take from this process what it does not need, so that a file can take nothing from others, and end it after so many seconds."""
    _control(PR_SET_PDEATHSIG, signal.SIGKILL)
    limits = {
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_CPU: SECONDS,
        resource.RLIMIT_FSIZE: LARGEST_COPY,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_CORE: 0,
    }
    for which, most in limits.items():
        resource.setrlimit(which, (most, most))
    signal.setitimer(signal.ITIMER_REAL, seconds)


def _control(what: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(what, value)


if __name__ == "__main__":
    serve(prepare(), socket.socket(fileno=0))
    os._exit(0)  # at once, and with it whoever still looks at a file
