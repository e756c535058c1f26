"""Tries at passwords and codes: counted by account and address and by address alone, in the database that all processes share."""

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session, col, delete, select

from models.instants import wall_now
from models.sign_in_failures import SignInFailure
from models.statements.tries import count_try, forget_count, take_back_tries
from workflows.process.refusals import Refusal
from workflows.region.identifiers import find_by_identifier, fold_identifier

MOST_FAILURES = 10  # at one account from one address
MOST_FROM_ADDRESS = 300  # at all accounts from one address: an office of hundreds may stand behind it
FAILURE_MINUTES = 15


class TooMany(Refusal):
    """Too many tries from one address; wait."""


@dataclass(frozen=True)
class Try:
    """Whose password is tried, and from which address; a stranger's tries elsewhere never count against the holder's own.

    Two counts: of the pair, and of everything that failed from the address, so that nobody tries one password at every account.
    """

    name: str
    address: str

    @property
    def digest(self) -> str:
        """The hash that stands for the pair."""
        return digest(f"{self.name} {network_of(self.address)}")

    @property
    def place_digest(self) -> str:
        """The hash that stands for the address alone."""
        return digest(f"from {network_of(self.address)}")


def network_of(address: str) -> str:
    """What counts as one address: of an IPv6 address the network, as one household or office has 2^64 addresses."""
    try:
        host = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{host}/64", strict=False)) if host.version == 6 else str(host)


@dataclass(frozen=True)
class AccountTry:
    """A try at the account that somebody names by a number, a name or an address; `purpose` keeps tries at different things apart."""

    identifier: str
    address: str
    purpose: str = ""

    @property
    def as_named(self) -> Try:
        """What is counted of the name as it was typed, alike whether anybody has it."""
        return Try(f"{self.purpose}{fold_identifier(self.identifier)}", self.address)

    def at(self, person_id: str | None) -> Try:
        """What is counted of the account, by whatever name it is tried; of nobody's, the name."""
        return Try(f"{self.purpose}account {person_id or fold_identifier(self.identifier)}", self.address)


def reserve_try(session: Session, tried: Try) -> None:
    """Count a try before its password is looked at, in a transaction of its own; raises TooMany where so many failed lately.

    A try that is refused counts no further: at a closed pair somebody else behind the same address loses nothing of theirs.
    """
    at, since = wall_now(), wall_now() - timedelta(minutes=FAILURE_MINUTES)
    for counted, most in ((tried.digest, MOST_FAILURES), (tried.place_digest, MOST_FROM_ADDRESS)):
        if count_try(session, counted, at, since) > most:
            raise TooMany("too_many_sign_ins", minutes=FAILURE_MINUTES)
    # Rows that somebody counts at this moment are left to them: two who wait for each other's would end in an error.
    over = select(SignInFailure.id).where(col(SignInFailure.at) < since).with_for_update(skip_locked=True)
    session.execute(delete(SignInFailure).where(col(SignInFailure.id).in_(over)))


def reserve_account_try(session: Session, tried: AccountTry) -> str | None:
    """Count a try as `reserve_try` does, and once more for the account it is at; answers the person's id, None for nobody.

    One account tried by three names counts as one. Whoever finds it closed by tries under another name is answered as if nobody had the
    name that was typed, since `TooMany` at the first try of a name would say that both names are one person's.
    """
    reserve_try(session, tried.as_named)
    person_id = find_by_identifier(session, tried.identifier)
    at, since = wall_now(), wall_now() - timedelta(minutes=FAILURE_MINUTES)
    return person_id if count_try(session, tried.at(person_id).digest, at, since) <= MOST_FAILURES else None


def forget_tries(session: Session, tried: Try) -> None:
    """Let a try that succeeded, and those before it under the same name, count no longer, for the account nor for the address."""
    take_back_tries(session, tried.digest, tried.place_digest)


def forget_account_tries(session: Session, tried: AccountTry, person_id: str) -> None:
    """Let a try at somebody's account that succeeded count no longer, nor those before it by whatever name."""
    forget_tries(session, tried.as_named)
    forget_count(session, tried.at(person_id).digest)


def digest(text: str) -> str:
    """What is kept of a secret, or of a name that must not be kept."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
