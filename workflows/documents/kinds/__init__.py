"""One file per kind of document, named as the kind: what it says, how it is drawn, numbered, named and announced by mail.

A kind's file and everything it imports may be loaded by whatever answers requests: a record names its renderer, and only
`documents/render.py` loads it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Literal

from workflows.documents.specimen import SpecimenFacts


@dataclass(frozen=True, kw_only=True)
class DocumentType:
    """What distinguishes one kind of document from another."""

    content: type[Any]
    renderer: Literal["letter", "certificate", "report"]
    template: str  # below templates/
    title: Callable[[Any], str]  # of the file, as readers show it
    blocks: tuple[str, ...]  # what must stand on the paper: ids in the template
    number: str  # the number's template where the call's policy gives none
    name: str
    name_en: str
    specimen: Callable[[SpecimenFacts], dict[str, Any]]  # the longest content that people may bring, but for frame and number
    mail: str = "document"  # the folder below templates/mail that tells the holder
    signed: bool = True
    titled: bool = True  # the signatory's name stands with academic titles (Permendagri 1/2023 art. 44)
    together: bool = False  # many are laid out at once; such documents count no pages
    spreadsheet: bool = False
    public: tuple[str, ...] = ()  # what verification tells anybody beyond number, day and issuer


@cache
def get_document_type(kind: str) -> DocumentType:
    """The record of a kind, by the kind's stored value; ModuleNotFoundError for a kind without a file here."""
    record: DocumentType = import_module(f"{__name__}.{kind}").TYPE
    return record
