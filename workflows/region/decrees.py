"""Record a decree: its number and day are such as a decree can have, and the same wherever it is named."""

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.decrees import Decree, DecreeKind
from models.ideas import Decision
from models.instants import local_day, today
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext
from workflows.process.refusals import Conflict, Faults, Invalid
from workflows.process.wording import read_line

LONGEST_NUMBER = 100
PDF_END = 2_048  # bytes in which every whole PDF says where its table lies and that it ends
DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class NamedDecree:
    """A decree as somebody names it: its number, its day, and its PDF's SHA-256 in hex where there is one."""

    number: str = ""
    on: date | None = None
    sha256: str | None = None


def record_decree(session: Session, idea: IdeaContext, kind: DecreeKind, named: NamedDecree, *, actor: Actor) -> Decree:
    """The decree under which something is done with an idea, recorded where it was not yet; many share one.

    Raises Invalid for a number that is empty, not printable, longer than 100 characters or without a digit, and for a day that is missing,
    still to come (in the region), before the call opened or before the decree that adopted the idea; Conflict for a number that was
    recorded with another day or another PDF. An award's decree is secret before its hour: other acts are not held against it.
    """
    faults, number, digest = Faults(), "", None
    with faults.gather():
        number = _read_number(named.number)
    with faults.gather():
        if named.on is None:
            raise Invalid("decree_day_missing", "decree_on")
        _check_day(session, idea, kind, named.on)
    with faults.gather():
        digest = _read_digest(named.sha256)
    faults.settle()
    found = _find_decrees(session, idea.call.unit_id, kind, number)
    if any(each.issued_on != named.on or (digest and each.sha256 and each.sha256 != digest) for each in found):
        other = next((each for each in found if each.issued_on != named.on), None)
        if other is not None:
            raise Conflict("decree_known_by_day", "decree_on", day=other.issued_on.isoformat())
        raise Conflict("decree_known_by_file", "decree_sha256")
    decree = next((each for each in found if each.kind == kind), None)
    if decree is None:
        decree = Decree(
            unit_id=idea.call.unit_id,
            kind=kind,
            number=number,
            folded_number=fold_number(number),
            issued_on=named.on,
            sha256=next((each.sha256 for each in found if each.sha256), None),
            recorded_by=str(actor.person_id),
        )
    decree.sha256 = decree.sha256 or digest
    session.add(decree)
    session.flush()
    return decree


def hash_pdf(content: bytes) -> str:
    """The SHA-256 of a decree's PDF in hex; raises Invalid for what is no whole PDF file."""
    if not content.startswith(b"%PDF-") or b"startxref" not in content[-PDF_END:] or b"%%EOF" not in content[-PDF_END:]:
        raise Invalid("file_not_pdf", "decree_file")
    return hashlib.sha256(content).hexdigest()


def write_decree(decree: Decree) -> dict[str, Any]:
    """What the ledger keeps of a decree, in the entry of the step that was taken under it."""
    return {"decree_number": decree.number, "decree_on": decree.issued_on.isoformat(), "decree_sha256": decree.sha256}


def fold_number(number: str) -> str:
    """A number as it is compared: without spaces, in small letters."""
    return "".join(number.split()).casefold()[:LONGEST_NUMBER]


def _read_number(text: str) -> str:
    number = read_line("decree_number", text, maximum=LONGEST_NUMBER)
    if not any(character.isdecimal() for character in number):
        raise Invalid("decree_number_without_digit", "decree_number")
    return number


def _check_day(session: Session, idea: IdeaContext, kind: DecreeKind, day: date) -> None:
    if day > today():
        raise Invalid("decree_day_ahead", "decree_on", day=today().isoformat())
    opened = local_day(idea.call.opens_at)
    if day < opened:
        raise Invalid("decree_before_call", "decree_on", day=opened.isoformat())
    adopted = None if kind == DecreeKind.DETERMINATION else _find_adoption(session, idea.idea.id)
    if adopted is not None and day < adopted:
        raise Invalid("decree_before_adoption", "decree_on", day=adopted.isoformat())


def _find_adoption(session: Session, idea_id: str) -> date | None:
    """The day of the decree that adopted an idea; None where none did, or it says no day."""
    adopting = select(Decision).where(Decision.idea_id == idea_id, Decision.action == "determine", Decision.outcome == "adopted")
    decision = session.exec(adopting.order_by(col(Decision.at).desc())).first()
    said = decision.detail.get("decree_on") if decision is not None else None
    return date.fromisoformat(said) if said else None


def _read_digest(text: str | None) -> str | None:
    digest = "".join((text or "").split()).lower().removeprefix("sha256:")
    if digest and not DIGEST.fullmatch(digest):
        raise Invalid("digest_invalid", "decree_sha256")
    return digest or None


def _find_decrees(session: Session, unit_id: str, kind: DecreeKind, number: str) -> list[Decree]:
    """The unit's decrees of this number that the act may be held against."""
    of_number = select(Decree).where(Decree.unit_id == unit_id, Decree.folded_number == fold_number(number))
    told = sa.true() if kind == DecreeKind.AWARD else col(Decree.kind) != DecreeKind.AWARD
    return list(session.exec(of_number.where(told).order_by(col(Decree.recorded_at))))
