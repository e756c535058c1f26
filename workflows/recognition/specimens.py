"""Specimens: every kind of document of a policy with the longest texts that people may bring, printed before the policy counts.

Who errs: a secretariat that writes a letterhead of four long lines finds out at the ceremony that no certificate can be issued. The
specimens are printed by the same renderer as the documents; what it refuses is told with the part of the policy that is at fault.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, time
from typing import Any

from pydantic import ValidationError
from sqlmodel import Session, select

from models.calls import Call, CallState, PolicyVersion, Specimen
from models.documents import DocumentKind
from models.instants import region_zone
from models.offices import HeadKind, UnitOffice
from models.policy import Entry, Policy, SignatoryRule
from workflows.documents.content import Letterhead, Signatory
from workflows.documents.kinds import DocumentType, get_document_type
from workflows.documents.specimen import DAY, RUNNING, SpecimenFacts
from workflows.process.context import read_policy
from workflows.process.numbering import NumberFacts, fill_template
from workflows.region.calls import current_policy
from workflows.region.offices import digest_office
from workflows.region.soundness import digest_print, find_longest_category, find_longest_tier

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
    category: str
    team_limit: int
    declaration: str = ""


PLACES = {
    "letterhead": "policy.documents.letterhead",
    "signatory": "policy.documents.signatory",
    "place": "policy.documents.place",
    "legal_basis": "policy.documents.legal_basis",
    "number": "policy.documents.numbers",
    "tier": "policy.rule_book.tiers",
    "category": "policy.categories",
    "team_limit": "policy.team_limit",
    "declaration": "policy.declaration.text",
}
USUAL = Parts(
    (("KOTA CONTOH",), "", ""), SignatoryRule(name="Joko", position="Wali Kota"), "Contoh", "Keputusan Wali Kota", "1/2026", "Emas", "", 1
)
OFFICE_PLACES = {"letterhead": "letterhead_lines", "signatory": "position", "place": "place", "number": "unit_code"}
HOLDER = "Raden Ajeng Sekar Kenanga Wulandari Puspaningrum"  # a long name, as whoever holds the office comes and goes


@dataclass(frozen=True)
class OfficePrint:
    """What of an office stands on documents, with the policies whose documents it may head; `sha256` names all of the first."""

    sha256: str
    letterhead: tuple[tuple[str, ...], str, str]
    signatory: SignatoryRule
    place: str
    unit_code: str
    policies: tuple[Policy, ...]


def find_faults(policy: Policy | OfficePrint, render: Render) -> list[dict[str, Any]]:
    """What keeps documents of a policy or an office from being issued: a code, its place and parameters for each kind that fails."""
    if isinstance(policy, OfficePrint):
        return _find_office_faults(policy, render)
    return [fault for kind in DocumentKind for fault in _print(policy, kind, render)]


def read_print(session: Session, subject_id: str) -> tuple[str, Policy | OfficePrint]:
    """A policy version or a unit's office as it is to be printed, and the digest of all that of it which stands on paper."""
    version = session.get(PolicyVersion, subject_id)
    if version is None:
        office = read_office_print(session, subject_id)
        return office.sha256, office
    policy = read_policy(version)
    return digest_print(policy), policy


def read_office_print(session: Session, unit_id: str) -> OfficePrint:
    """An office as its papers would be printed, with the policies of all calls that are not closed."""
    office = session.get_one(UnitOffice, unit_id)
    ids = session.exec(select(Call.id).where(Call.state != CallState.CLOSED).order_by(Call.code)).all()
    policies = {digest_print(policy): policy for policy in (read_policy(current_policy(session, each)) for each in ids)}
    rank, number = ("Pembina Utama Muda (IV/c)", "197903172004111702") if office.head_kind == HeadKind.UNIT_HEAD else (None, None)
    signatory = SignatoryRule.model_construct(name=HOLDER, position=office.position, capacity="Plt.", rank=rank, employee_number=number)
    return OfficePrint(
        sha256=digest_office(office),
        letterhead=(tuple(office.letterhead_lines), office.address, office.contact),
        signatory=signatory,
        place=office.place,
        unit_code=office.unit_code,
        policies=tuple(policies.values()),
    )


def _find_office_faults(office: OfficePrint, render: Render) -> list[dict[str, Any]]:
    """What keeps documents with an office's letterhead from being issued: a code, the office's field and parameters, each once."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for kind in DocumentKind:
        for parts, contest in _list_alike(office, kind):
            if _try(kind, parts, contest, render) is None:
                continue
            guilty = (name for name in OFFICE_PLACES if _mends(name, kind, parts, contest, render))
            path = OFFICE_PLACES[next(guilty, "letterhead")]
            found[kind, path] = {"code": "specimen_does_not_fit", "path": path, "parameters": {"document": kind}}
    return list(found.values())


def _list_alike(office: OfficePrint, kind: DocumentKind) -> list[tuple[Parts, bool]]:
    """The parts of which an office's documents of a kind are made, and whether of a contest; policies that print alike give one."""
    printed: list[tuple[Parts, bool]] = []
    for policy in office.policies or (None,):
        each = _of_office(office, policy, kind), policy is not None and policy.entry == Entry.IN_USE
        if each not in printed:
            printed.append(each)
    return printed


def _of_office(office: OfficePrint, policy: Policy | None, kind: DocumentKind) -> Parts:
    parts = _read_parts(policy, kind) if policy is not None else USUAL
    template = (policy.documents.numbers.get(kind) if policy is not None else None) or get_document_type(kind).number
    number = fill_template(template, NumberFacts(RUNNING, office.unit_code, DAY))
    return replace(parts, letterhead=office.letterhead, signatory=office.signatory, place=office.place, number=number)


def keep_specimen(sha256: str, faults: list[dict[str, Any]], session: Session) -> None:
    """Keep what came out of printing specimens; the first result for what prints alike stays."""
    if session.get(Specimen, sha256) is None:
        session.add(Specimen(sha256=sha256, faults=faults))
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
        tier=find_longest_tier(policy),
        category=find_longest_category(policy),
        team_limit=policy.team_limit,
        declaration=policy.declaration.text if policy.declaration.is_asked else "",
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
    return SpecimenFacts(contest, parts.tier, parts.legal_basis, parts.team_limit, moment, parts.category, parts.declaration)
