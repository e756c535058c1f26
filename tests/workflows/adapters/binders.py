"""What stands in the place of the program that makes books, as `python -m tests.workflows.adapters.binders`: it does what it is told."""

import os
import signal
import sys
import time
from pathlib import Path

if __name__ == "__main__":
    told = sys.stdin.read()
    Path("left-behind").write_text("x")
    if told == "hang":
        time.sleep(60)
    elif told == "fail":
        sys.exit(1)
    elif told == "eat":
        sys.exit(3)
    elif told == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    elif told == "surroundings":
        print("\n".join(sorted(os.environ)), flush=True)
    else:
        os.write(1, told.encode())
