"""Crash points: named places where a test lets a process die at once; in production each is one look into the environment.

`GAGAS_TEST_CRASH=name` ends the process with code 137 when it passes the point for the first time, `name:3` at the third; no
`finally` runs, as after kill -9. `GAGAS_TEST_CRASH_LOG=FILE` gets a line for each death, so that a test can prove that none was missed.
Without `GAGAS_TEST_FAULTS=allowed` beside it Gagas refuses to start.
"""

import os
import threading
from pathlib import Path

CATALOGUE = (
    "in_claim_before_commit",
    "after_claim_before_run",
    "after_run_created_before_named",
    "after_run_named_before_work",
    "before_effect",
    "after_effect_before_ack",
    "after_ack_before_commit",
    "after_commit_before_release",
    "after_run_before_release",
    "after_message_before_ledger",
    "after_number_before_commit",
    "after_document_before_ledger",
    "after_render_before_store",
    "after_temp_before_rename",
    "after_rename_before_sync",
    "after_store_before_issue",
    "after_issue_before_send",
    "after_send_before_ack",
    "in_clock_before_commit",
    "after_action_before_commit",
    "after_commit_before_answer",
)
DEAD = 137  # what a shell says of a process that kill -9 ended

_passed = 0
_counting = threading.Lock()


def crashpoint(name: str) -> None:
    """Die here, if a test asked for it by this name."""
    armed = os.environ.get("GAGAS_TEST_CRASH")
    if armed and armed.partition(":")[0] == name and faults_allowed():
        _die_at(int(armed.partition(":")[2] or 1), name)


def faults_allowed() -> bool:
    """Whether this process may die on purpose."""
    return os.environ.get("GAGAS_TEST_FAULTS") == "allowed"


def _die_at(turn: int, name: str) -> None:
    global _passed
    with _counting:
        _passed += 1
        if _passed < turn:
            return
        log = os.environ.get("GAGAS_TEST_CRASH_LOG")
        if log:
            with Path(log).open("a") as file:
                file.write(f"{name}\n")
        os._exit(DEAD)


if os.environ.get("GAGAS_TEST_CRASH") and not faults_allowed():
    raise SystemExit("GAGAS_TEST_CRASH makes Gagas fail on purpose. It is for tests alone: unset it.")
