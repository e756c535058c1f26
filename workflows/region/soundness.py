"""Whether a policy holds: as data, under the process as it is, within the region's ceilings, and on the paper of its documents."""

import hashlib
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError
from sqlmodel import Session, col, select

from models.calls import Specimen
from models.policy import Policy
from models.units import Unit
from workflows.calculations.ledger import write_canonical
from workflows.calculations.refusals import InvalidPayload
from workflows.calculations.rule_books import read_rule_book
from workflows.process import ways
from workflows.process.ceilings import list_excesses, read_ceiling
from workflows.process.check import Finding, check_policy
from workflows.process.numbering import check_template
from workflows.process.refusals import Conflict, Faults, Invalid
from workflows.process.wording import read_text, require_printable

MOST_FAULTS = 100  # of a policy that are told at once


def validate_policy(body: dict[str, Any]) -> Policy:
    """The policy as its model, rule book and number templates checked; raises Invalid naming the first wrong part."""
    path = "policy.rule_book"
    try:
        policy = Policy.model_validate(body)
        read_rule_book(policy.rule_book)
        for number, category in enumerate(policy.categories):
            path = f"policy.categories.{number}"
            read_rule_book(policy.for_category(category.name).rule_book)
    except InvalidPayload as wrong:
        problem = wrong.problems[0]["code"]
        raise Invalid("policy_invalid", f"{path}.{wrong.field}", problem=problem, **wrong.limits) from wrong
    except ValidationError as wrong:
        found = [each for each in wrong.errors() if each["type"] != "default_factory_not_called"]  # it follows from another
        Faults(map(_read_error, found[:MOST_FAULTS])).settle()
    _check_wording("policy", policy.model_dump(mode="json"))
    for name, template in policy.documents.numbers.items():
        check_template(f"policy.documents.numbers.{name}", template)
    return policy


def list_contradictions(policy: Policy) -> list[Finding]:
    """What would leave an idea of this policy stuck, or never comes to pass, by the ways as they are."""
    return check_policy(policy, ways.IDEA, ways.AWARD, ways.DOCUMENT)


def require_sound(policy: Policy) -> None:
    """Raise Invalid for a policy that contradicts itself: the first finding, with all of them as its parts."""
    Faults(Invalid(finding.code, finding.path, **finding.parameters) for finding in list_contradictions(policy)).settle()


def require_ready(session: Session, policy: Policy) -> None:
    """Raise for a policy that must not be signed, nor a call opened under it.

    It contradicts itself, has a category that no unit of the region is for, pays more than the region's ceilings allow, or has a document
    that cannot be issued (Invalid with all findings of a kind); no ceiling is set for what it pays, or its specimens are still being
    printed (Conflict).
    """
    require_sound(policy)
    Faults(_list_without_units(session, policy)).settle()
    Faults(list_excesses(policy, read_ceiling(session))).settle()
    specimen = session.get(Specimen, digest_print(policy))
    if specimen is None:
        raise Conflict("specimens_not_printed")
    Faults(Invalid(fault["code"], fault["path"], **fault["parameters"]) for fault in specimen.faults).settle()


def _list_without_units(session: Session, policy: Policy) -> Iterator[Invalid]:
    """A refusal for each category whose kinds no unit has, as where a kind is misspelt: nobody could ever enter it."""
    named = {kind for category in policy.categories for kind in category.unit_kinds}
    known = set(session.exec(select(Unit.kind).where(col(Unit.kind).in_(named)).distinct())) if named else set()
    for number, category in enumerate(policy.categories):
        if category.unit_kinds and not known.intersection(category.unit_kinds):
            yield Invalid("category_without_units", f"policy.categories.{number}.unit_kinds", given=", ".join(category.unit_kinds))


def digest_body(body: dict[str, Any]) -> str:
    """The SHA-256 of a policy's canonical JSON (RFC 8785), in hex."""
    return hashlib.sha256(write_canonical(body)).hexdigest()


def digest_print(policy: Policy) -> str:
    """The SHA-256 of all that of a policy which stands on paper: two that agree in it print alike."""
    documents = policy.documents.model_dump(mode="json")
    said = {"documents": documents, "entry": policy.entry, "team_limit": policy.team_limit, "tier": find_longest_tier(policy)}
    more = {"category": find_longest_category(policy), "declaration": policy.declaration.text if policy.declaration.is_asked else ""}
    return digest_body(said | {name: text for name, text in more.items() if text})


def find_longest_tier(policy: Policy) -> str:
    """The longest label of a tier that an idea of any category may earn."""
    books = [read_rule_book(each.rule_book) for _, each in policy.list_by_category()]
    return max((tier.label for book in books for tier in book.tiers), key=_by_length)


def find_longest_category(policy: Policy) -> str:
    """The longest title of a category, which stands beside a tier; empty where there are none."""
    return max((category.title for category in policy.categories), key=_by_length, default="")


def _by_length(text: str) -> tuple[int, str]:
    return len(text), text


def _read_error(error: Any) -> Invalid:
    path = ".".join(str(part) for part in ("policy", *error["loc"]))
    return Invalid("policy_invalid", path, problem=error["type"], **error.get("ctx", {}))


def _check_wording(field: str, part: Any) -> None:
    """Everything a policy says may come to stand on a form or in a document."""
    if isinstance(part, dict | list):
        for name, inner in part.items() if isinstance(part, dict) else enumerate(part):
            _check_wording(f"{field}.{name}", inner)
    elif isinstance(part, str):
        require_printable(field, read_text(field, part))
