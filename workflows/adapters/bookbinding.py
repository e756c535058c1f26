"""Having a book made: in a process of its own, since pages that a person wrote and papers from outside may ask for much.

What makes it is started by its name alone: whoever answers requests loads no renderer. The book comes back as a file without a name, gone
as soon as it is closed.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO, cast

ROOT = Path(__file__).parents[2]
PROGRAM = "workflows.documents.book_process"
TOO_MUCH = 3


class TooDemanding(Exception):
    """A book that is not made within its bounds of time and memory."""


def bind_book(content: bytes, seconds: float, program: str = PROGRAM) -> BinaryIO:
    """The book of a content, as JSON, from its beginning.

    Raises TooDemanding for one that asks for too much, TimeoutError where the machine was too busy for so many seconds, OSError where none
    could be made.
    """
    book = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - closed once it is sent
    nothing = subprocess.DEVNULL  # what it might say of the content is for no log
    try:
        with tempfile.TemporaryDirectory(prefix="gagas-book-") as folder:
            surroundings = {"PYTHONPATH": str(ROOT), "TMPDIR": folder, "HOME": folder, "LC_ALL": "C.UTF-8"}
            words = [sys.executable, "-s", "-m", program]
            ended = subprocess.run(
                words, input=content, stdout=book, stderr=nothing, cwd=folder, env=surroundings, timeout=seconds, check=False
            )
        if ended.returncode == TOO_MUCH or ended.returncode < 0:  # it was ended by its limits
            raise TooDemanding
        if ended.returncode:
            raise OSError(f"a book could not be made: {program} ended with {ended.returncode}")
    except subprocess.TimeoutExpired:
        book.close()
        raise TimeoutError from None
    except BaseException:
        book.close()
        raise
    book.seek(0)
    return book
