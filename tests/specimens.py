"""Specimens for calls that tests plan: taken as printed, since printing one policy's documents takes longer than a usual test."""

from typing import Any

from sqlmodel import Session

from models.policy import Policy
from tests.extent import ALL
from workflows.documents.render import render_documents
from workflows.recognition.specimens import find_faults, keep_specimen
from workflows.region.soundness import digest_print

_printed: dict[str, list[dict[str, Any]]] = {}


def print_specimens(session: Session, policy: Policy) -> None:
    """Keep what comes out of printing a policy's documents, as the flow does; what prints alike is printed once in each process."""
    digest = digest_print(policy)
    if digest not in _printed:
        _printed[digest] = find_faults(policy, render_documents)
    keep_specimen(digest, _printed[digest], session)


def take_as_printed(session: Session, policy: Policy) -> None:
    """Keep that a policy's documents fit their paper, for tests that are not about that; where everything is run, they are printed."""
    if ALL:
        print_specimens(session, policy)
    else:
        keep_specimen(digest_print(policy), [], session)
