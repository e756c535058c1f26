"""Specimens: every kind of document of a policy with the longest texts that people may bring, printed before the policy counts.

Who errs: a secretariat that writes a letterhead of four long lines finds out at the ceremony that no certificate can be issued. The
specimens are printed by the same renderer as the documents; what it refuses is told with the part of the policy that is at fault.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, time
from typing import Any

from pydantic import ValidationError
from sqlmodel import Session

from models.calls import Specimen
from models.documents import DocumentKind
from models.instants import region_zone
from models.policy import Entry, Policy, SignatoryRule
from workflows.calculations.rule_books import read_rule_book
from workflows.documents.content import Letterhead, Signatory
from workflows.documents.kinds import DocumentType, get_document_type
from workflows.documents.specimen import DAY, RUNNING, SpecimenFacts
from workflows.process.numbering import NumberFacts, fill_template
from workflows.region.soundness import digest_print

Render = Callable[[str, Sequence[Any]], object]


@dataclass(frozen=True)
class Parts:
    """What of a policy stands on its documents; each is named as the parts of PLACES are."""

    letterhead: tuple[tuple[str, ...], str, str]
    signatory: SignatoryRule
    place: str
    legal_basis: str
    number: str
    tier: str
    team_limit: int


PLACES = {
    "letterhead": "policy.documents.letterhead",
    "signatory": "policy.documents.signatory",
    "place": "policy.documents.place",
    "legal_basis": "policy.documents.legal_basis",
    "number": "policy.documents.numbers",
    "tier": "policy.rule_book.tiers",
    "team_limit": "policy.team_limit",
}
USUAL = Parts(
    (("KOTA CONTOH",), "", ""), SignatoryRule(name="Joko", position="Wali Kota"), "Contoh", "Keputusan Wali Kota", "1/2026", "Emas", 1
)


def find_faults(policy: Policy, render: Render) -> list[dict[str, Any]]:
    """What keeps a policy's documents from being issued: a code, its place in the policy and parameters for each kind that fails."""
    return [fault for kind in DocumentKind for fault in _print(policy, kind, render)]


def keep_specimen(policy: Policy, faults: list[dict[str, Any]], session: Session) -> None:
    """Keep what came out of printing a policy's specimens; the first result for what prints alike stays."""
    digest = digest_print(policy)
    if session.get(Specimen, digest) is None:
        session.add(Specimen(sha256=digest, faults=faults))
        session.flush()


def _print(policy: Policy, kind: DocumentKind, render: Render) -> Iterator[dict[str, Any]]:
    parts = _read_parts(policy, kind)
    contest = policy.entry == Entry.IN_USE
    fault = _try(kind, parts, contest, render)
    if fault is None:
        return
    code = "specimen_refused" if isinstance(fault, ValidationError) else "specimen_does_not_fit"
    guilty = (each.name for each in fields(Parts) if _mends(each.name, kind, parts, contest, render))
    yield {"code": code, "path": PLACES.get(next(guilty, ""), "policy.documents"), "parameters": {"document": kind}}


def _mends(name: str, kind: DocumentKind, parts: Parts, contest: bool, render: Render) -> bool:
    """Whether the document could be issued if this part alone were a short one."""
    mended: Parts = replace(parts, **{name: getattr(USUAL, name)})
    return mended != parts and _try(kind, mended, contest, render) is None


def _try(kind: DocumentKind, parts: Parts, contest: bool, render: Render) -> ValueError | None:
    record = get_document_type(kind)
    try:
        render(kind, [record.content(**_frame(record, parts), **record.specimen(_read_facts(parts, contest)))])
    except ValueError as fault:  # of the content's limits, or of what does not fit its paper
        return fault
    return None


def _read_parts(policy: Policy, kind: DocumentKind) -> Parts:
    rule = policy.documents
    template = rule.numbers.get(kind, get_document_type(kind).number)
    return Parts(
        letterhead=(rule.letterhead.lines, rule.letterhead.address, rule.letterhead.contact),
        signatory=rule.signatory,
        place=rule.place,
        legal_basis=rule.legal_basis,
        number=fill_template(template, NumberFacts(RUNNING, rule.unit_code, DAY)),
        tier=max((tier.label for tier in read_rule_book(policy.rule_book).tiers), key=len),
        team_limit=policy.team_limit,
    )


def _frame(record: DocumentType, parts: Parts) -> dict[str, Any]:
    signed = {"signatory": Signatory(**parts.signatory.model_dump())} if record.signed else {}
    return {
        "number": parts.number,
        "verify_url": f"https://gagas.contoh.example/v/{'0' * 26}",
        "letterhead": Letterhead(*parts.letterhead),
        "place": parts.place,
        "issued_on": DAY,
        **signed,
    }


def _read_facts(parts: Parts, contest: bool) -> SpecimenFacts:
    moment = datetime.combine(DAY, time(23, 59, 59), tzinfo=region_zone())
    return SpecimenFacts(contest, parts.tier, parts.legal_basis, parts.team_limit, moment)
