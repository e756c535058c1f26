"""What people write to say who they are: an employee number, a sign-in name, or a mail address that they confirmed."""

import re

from sqlmodel import Session, col, select

from models.people import Account, EmployeeNumber, Person, SignInName
from workflows.calculations.employee_number import LENGTH, strip_employee_number
from workflows.region.email_address import LONGEST, fold_email, read_email
from workflows.region.sign_in_names import is_shaped

_NUMBER = re.compile(f"[0-9]{{{LENGTH}}}")


def fold_identifier(written: str) -> str:
    """What two ways to write one identifier have in common, whether anybody has it or not."""
    digits = strip_employee_number(written)
    return digits if _NUMBER.fullmatch(digits) else written.strip().lower()[:LONGEST]


def find_by_identifier(session: Session, written: str) -> str | None:
    """The id of the person who signs in so; None where nobody does, or more than one.

    A mail address counts once its holder confirmed it, and while one open account alone has it.
    """
    folded = fold_identifier(written)
    if "@" in folded:
        return _find_by_email(session, folded)
    if _NUMBER.fullmatch(folded):
        held = select(EmployeeNumber.person_id).where(EmployeeNumber.number == folded, col(EmployeeNumber.valid_until).is_(None))
        return session.exec(held).first()
    if not is_shaped(folded):
        return None
    return session.exec(select(SignInName.person_id).where(SignInName.name == folded, col(SignInName.ended_at).is_(None))).first()


def find_by_number_or_name(session: Session, written: str) -> str | None:
    """The id of the person of an employee number or a sign-in name, as those name people who look after accounts."""
    return None if "@" in written else find_by_identifier(session, written)


def _find_by_email(session: Session, written: str) -> str | None:
    try:
        key = fold_email(read_email(written))
    except ValueError:
        return None
    held = select(Account.person_id).join(Person, col(Person.id) == col(Account.person_id))
    held = held.where(Account.email_key == key, Account.confirmed_email == Person.email, col(Account.closed_at).is_(None))
    found = session.exec(held.limit(2)).all()
    return found[0] if len(found) == 1 else None
