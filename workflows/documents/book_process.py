"""Makes one book and ends, in a process of its own with little time and memory: its content comes as JSON, the PDF goes to its stdout.

Started as `python -m workflows.documents.book_process` by whoever answers requests (`workflows/adapters/bookbinding.py`), without settings,
database or address of anything. It reads the files that the content names, which were found harmless before, and nothing else of ours.
"""

import ctypes
import os
import resource
import signal
import sys

MEMORY, SECONDS, LARGEST, OPEN_FILES = 1 << 30, 40, 250_000_000, 256  # processor time; bytes of the book
NICENESS = 10  # others come first
TOO_MUCH = 3  # how it ends where its memory was not enough
PR_SET_PDEATHSIG = 1


def limit() -> None:
    """Bound what this process takes, and let it end with whoever started it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.nice(NICENESS)
    limits = {
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_CPU: SECONDS,
        resource.RLIMIT_FSIZE: LARGEST,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_CORE: 0,
    }
    for which, most in limits.items():
        resource.setrlimit(which, (most, most))


def main() -> int:
    """Make the book; answers how the process ends."""
    limit()
    try:
        from workflows.documents.book import render_book
        from workflows.documents.book_content import BookContent
        from workflows.documents.content import read_content

        book = read_content(BookContent, sys.stdin.buffer.read())
        with os.fdopen(1, "w+b", closefd=False) as target:
            render_book(book, target)
    except MemoryError:
        return TOO_MUCH
    return 0


if __name__ == "__main__":
    sys.exit(main())
