"""Accounts: activate with a one-time code, sign in, sign out; passwords as argon2id, tokens as hashes."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlmodel import Session, col, delete, func, select

from models.ids import new_secret
from models.instants import wall_now
from models.people import Account, EmployeeNumber, SignIn, SignInFailure
from models.statements.people import find_token
from workflows.calculations.employee_number import strip_employee_number
from workflows.process.actors import Actor, read_actor
from workflows.process.refusals import Invalid, Refusal

TOKEN_HOURS = 12
IDLE_MINUTES = 30
MOST_FAILURES = 10
FAILURE_MINUTES = 15
SHORTEST, LONGEST = 12, 128
COMMON = frozenset({"password1234", "123456789012", "qwertyuiop12", "indonesia123", "bandungjuara", "katasandi123", "passwordpassword"})

# OWASP's first setting: one core, 19 MiB. With the library's 64 MiB a few who sign in at once would fill the process' memory.
_hasher = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19 * 1_024, parallelism=1),))
_nobody = _hasher.hash(new_secret())  # verified for unknown names, so that they take as long as known ones


class Unauthenticated(Refusal):
    """Nobody is signed in, or what was sent to prove it is wrong or over."""


class TooMany(Refusal):
    """Too many failed tries to sign in; wait."""


@dataclass(frozen=True)
class NewSignIn:
    """A new sign-in: the token, shown once, and after how many seconds it ends."""

    token: str
    person_id: str
    expires_in: int


def hash_password(password: str) -> str:
    """The argon2id hash of a password that is long and uncommon enough; takes tens of milliseconds, so never inside a transaction."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid("password_length", "password", minimum=SHORTEST, maximum=LONGEST)
    if password.lower() in COMMON or len(set(password)) < 5:
        raise Invalid("password_common", "password")
    return _hasher.hash(password)


def find_activation(session: Session, code: str) -> Account:
    """The account a one-time code belongs to; raises Invalid when it is wrong, used or over."""
    account = session.exec(select(Account).where(Account.activation_hash == _digest(code))).first()
    if account is None or account.activation_until is None or account.activation_until < wall_now():
        raise Invalid("activation_code_invalid", "code")
    return account


def activate(session: Session, code: str, password_hash: str) -> str:
    """Set the password of the account a one-time code belongs to; the code is used up. Answers with the person's id."""
    account = find_activation(session, code)
    account.password_hash = password_hash
    account.activation_hash = account.activation_until = None
    session.execute(delete(SignIn).where(col(SignIn.person_id) == account.person_id))
    session.flush()
    return account.person_id


def check_password(session: Session, employee_number: str, password: str) -> str | None:
    """The person's id when number and password fit, else None; takes as long for unknown numbers. Raises TooMany when throttled."""
    name_hash = _digest(strip_employee_number(employee_number))
    since = wall_now() - timedelta(minutes=FAILURE_MINUTES)
    failures = select(func.count()).select_from(SignInFailure).where(SignInFailure.name_hash == name_hash, col(SignInFailure.at) > since)
    if session.exec(failures).one() >= MOST_FAILURES:
        raise TooMany("too_many_sign_ins", minutes=FAILURE_MINUTES)
    account = session.exec(
        select(Account)
        .join(EmployeeNumber, col(EmployeeNumber.person_id) == col(Account.person_id))
        .where(EmployeeNumber.number == strip_employee_number(employee_number), col(EmployeeNumber.valid_until).is_(None))
    ).first()
    stored = account.password_hash if account is not None and account.password_hash else _nobody
    fits = _hasher.verify(password[:LONGEST], stored)
    return account.person_id if fits and account is not None and stored is not _nobody else None


def count_failure(session: Session, employee_number: str) -> None:
    """Remember a failed try, and forget those that no longer count."""
    session.add(SignInFailure(name_hash=_digest(strip_employee_number(employee_number))))
    session.execute(delete(SignInFailure).where(col(SignInFailure.at) < wall_now() - timedelta(minutes=FAILURE_MINUTES)))


def sign_in(session: Session, person_id: str) -> NewSignIn:
    """A new token for a person; only its hash is kept."""
    token, until = new_secret(), wall_now() + timedelta(hours=TOKEN_HOURS)
    session.add(SignIn(token_hash=_digest(token), person_id=person_id, form_token=new_secret(), until=until))
    session.execute(delete(SignIn).where(col(SignIn.until) < wall_now()))
    session.flush()
    return NewSignIn(token, person_id, TOKEN_HOURS * 3600)


@dataclass(frozen=True)
class SignedIn:
    """Who a token stands for, what their forms must carry, and when they were last seen."""

    actor: Actor
    token_hash: str
    form_token: str
    seen_at: datetime


def find_sign_in(session: Session, token: str) -> SignedIn:
    """Who a token stands for; raises Unauthenticated when it is unknown or over."""
    token_hash = _digest(token)
    found = find_token(session, token_hash)
    if found is None or found.until < wall_now():
        raise Unauthenticated("sign_in_needed")
    return SignedIn(read_actor(found.person), token_hash, found.form_token, found.seen_at)


def sign_out(session: Session, token: str) -> None:
    """End a sign-in."""
    session.execute(delete(SignIn).where(col(SignIn.token_hash) == _digest(token)))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
