"""Specimens: every kind of document of a policy with the longest texts that people may bring, printed before the policy counts.

Who errs: a secretariat that writes a letterhead of four long lines finds out at the ceremony that no certificate can be issued. The
specimens are printed by the same renderer as the documents; what it refuses is told with the part of the policy that is at fault.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError
from sqlmodel import Session

from models.calls import Specimen
from models.documents import DocumentKind
from models.instants import region_zone
from models.policy import Entry, Policy, SignatoryRule
from workflows.calculations.rule_books import read_rule_book
from workflows.calculations.values import MAXIMUM_RUPIAH
from workflows.documents.content import LONGEST_FULL_NAME, Letterhead, Signatory
from workflows.documents.kinds import DocumentType, get_document_type
from workflows.process.numbering import NumberFacts, fill_template
from workflows.region.soundness import digest_print

Render = Callable[[str, Sequence[Any]], object]
DAY = date(2026, 9, 30)  # a long month; a specimen is never issued
RUNNING = 99_999
DIGEST = hashlib.sha256(b"specimen").hexdigest()
WORDS = "Raden Ajeng Sekar Kenanga Wulandari Puspaningrum Kusumawardhani "


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
        render(kind, [record.content(**_frame(record, parts), **CONTENTS[kind](parts, contest))])
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


def _words(length: int) -> str:
    """Words of a person's name, so many characters in all."""
    return (WORDS * (length // len(WORDS) + 1))[:length].strip().ljust(length, "a")


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


def _certificate(parts: Parts, contest: bool) -> dict[str, Any]:
    return {
        "holder_name": _words(LONGEST_FULL_NAME),
        "holder_employee_number": "197903172004111702",
        "holder_rank": _words(53),
        "holder_position": _words(120),
        "holder_unit": _words(200),
        "holder_role": "Ketua Tim Pengusul",
        "idea_title": _words(300),
        "idea_code": "IDE-2026-999999",
        "in_use": contest,
        "distinction": parts.tier,
        "call_title": _words(100) if contest else "",
        "legal_basis": parts.legal_basis.replace("{number}", "100.3.3.3/Kep.1234-Bappelitbang/2026").replace("{date}", "30 September 2026"),
    }


def _receipt(parts: Parts, _contest: bool) -> dict[str, Any]:
    each, rest = divmod(10_000, parts.team_limit)
    member = {"name": _words(LONGEST_FULL_NAME), "masked_number": "1979•••• •••••• • 702", "unit": _words(200), "role": _words(100)}
    return {
        "call_title": _words(200),
        "idea_code": "IDE-2026-999999",
        "idea_title": _words(300),
        "team": [{**member, "share_hundredths": each + (rest if place == 0 else 0)} for place in range(parts.team_limit)],
        "received_at": datetime(2026, 9, 30, 23, 59, 59, tzinfo=region_zone()),
        "received_by": _words(220),
        "content_sha256": DIGEST,
        "ledger_seq": 2**40,
        "ledger_hash": DIGEST,
    }


def _rejection(_parts: Parts, _contest: bool) -> dict[str, Any]:
    return {
        "addressee": _words(LONGEST_FULL_NAME),
        "addressee_unit": _words(200),
        "idea_code": "IDE-2026-999999",
        "idea_title": _words(300),
        "call_title": _words(200),
        "decided_on": DAY,
        "decided_by": _words(200),
        "stage": "determination",
        "reasons": [{"code": "determination", "label": _words(200), "text": _words(1_000)}],
        "what_would_help": _words(500),
        "copies_to": [_words(120)] * 2,
    }


def _report(parts: Parts, _contest: bool) -> dict[str, Any]:
    award = {"idea_code": "IDE-2026-999999", "idea_title": _words(300), "unit": _words(200), "state": "Diumumkan", "decree": _words(150)}
    team = [_words(LONGEST_FULL_NAME)] * parts.team_limit
    return {
        "call_title": _words(200),
        "period_from": date(2026, 1, 1),
        "period_until": DAY,
        **dict.fromkeys(("submitted", "adopted", "piloted", "awarded"), RUNNING),
        "stages": [{"label": "Diajukan", "count": RUNNING}],
        "units": [{"name": _words(200), "submitted": RUNNING, "adopted": 1, "awarded": 1}],
        "region_units": RUNNING,
        "months": [{"label": "September 2026", "count": RUNNING}],
        "awards": [{**award, "team": team, "distinction": parts.tier, "amount_rupiah": MAXIMUM_RUPIAH}],
        "savings_rupiah": MAXIMUM_RUPIAH,
        "median_days_to_decision": 49,
        "chain_head": DIGEST,
    }


CONTENTS: dict[DocumentKind, Callable[[Parts, bool], dict[str, Any]]] = {
    DocumentKind.RECEIPT: _receipt,
    DocumentKind.REJECTION: _rejection,
    DocumentKind.CERTIFICATE: _certificate,
    DocumentKind.REPORT: _report,
}
