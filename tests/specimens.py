"""Specimens for calls that tests plan: printed for real, once in each process for what prints alike."""

from typing import Any

from sqlmodel import Session

from models.policy import Policy
from workflows.documents.render import render_documents
from workflows.recognition.specimens import find_faults, keep_specimen
from workflows.region.soundness import digest_print

_printed: dict[str, list[dict[str, Any]]] = {}


def print_specimens(session: Session, policy: Policy) -> None:
    """Keep what comes out of printing a policy's documents, as the flow does."""
    digest = digest_print(policy)
    if digest not in _printed:
        _printed[digest] = find_faults(policy, render_documents)
    keep_specimen(digest, _printed[digest], session)
