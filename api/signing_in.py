"""Accounts: activate with a one-time code, sign in, sign out, change the password; tokens are kept as hashes, tries are counted."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, delete, select, update

from api.tries import AccountTry, Try, digest, forget_account_tries, forget_tries
from models.ids import new_secret
from models.instants import wall_now
from models.people import Account, MailPurpose, NoticeKind, SignIn
from models.statements.people import find_token
from workflows.process.actors import Actor, read_actor
from workflows.process.journal import record
from workflows.process.refusals import Conflict, Invalid, NotFound, Refusal
from workflows.region.code_mails import fits_mailed
from workflows.region.codes import end_sessions, fits_code, void_mail_codes
from workflows.region.identifiers import find_by_identifier
from workflows.region.mail_codes import fits_forgotten
from workflows.region.notices import send_notice
from workflows.region.powers import lock_account

TOKEN_HOURS = 12  # a sign-in ends then at the latest, by cookie and by bearer alike
IDLE_MINUTES = 30  # and after so long without a request
SEEN_MINUTES = 5  # a visit is noted at most this often


class Unauthenticated(Refusal):
    """Nobody is signed in, or what was sent to prove it is wrong or over."""


@dataclass(frozen=True)
class NewSignIn:
    """A new sign-in: the token, shown once, and after how many seconds it ends."""

    token: str
    person_id: str
    expires_in: int


@dataclass(frozen=True)
class CodeTry:
    """What somebody wrote to say who they are, and the one-time code that was typed with it, from an address."""

    identifier: str
    code: str
    address: str = ""

    @property
    def tried(self) -> AccountTry:
        """What is counted; apart from the tries at the password."""
        return AccountTry(self.identifier, self.address, "code of ")


def find_activation(session: Session, typed: CodeTry) -> str:
    """The id of the person whose one-time code this is; raises Invalid when the code is another's, wrong, used or over.

    One answer for all of them and for a number or name that nobody has: it tells nobody which accounts there are.
    """
    person_id = find_by_identifier(session, typed.identifier)
    account = session.exec(select(Account).where(Account.person_id == person_id)).first()
    opens = _opens(session, account or Account(person_id=""), typed.code)  # nobody's code takes as long to be found wrong
    if account is None or account.closed_at is not None or not opens:
        raise Invalid("activation_code_invalid", "code")
    return account.person_id


def _opens(session: Session, account: Account, code: str) -> bool:
    return fits_code(account, code) or fits_mailed(session, account, code) or fits_forgotten(session, account.person_id, code)


def activate(session: Session, typed: CodeTry, password_hash: str) -> str:
    """Set the password of the account a one-time code belongs to; the code is used up. Answers with the person's id."""
    account = lock_account(session, find_activation(session, typed))
    if not _opens(session, account, typed.code):
        raise Invalid("activation_code_invalid", "code")
    again, account.password_hash = account.password_hash is not None, password_hash
    account.activation_hash = account.activation_until = None
    session.add(account)
    end_sessions(session, account.person_id)
    void_mail_codes(session, account.person_id, MailPurpose.FORGOTTEN, MailPurpose.ACTIVATION)
    forget_account_tries(session, typed.tried, account.person_id)
    session.flush()
    if again:
        send_notice(session, account.person_id, NoticeKind.PASSWORD_CHANGED)
    return account.person_id


def find_account(session: Session, person_id: str | None) -> tuple[str, str] | None:
    """Somebody's id and the hash of their password; None for nobody, and where the account is not activated or closed."""
    account = session.exec(select(Account).where(Account.person_id == person_id, col(Account.closed_at).is_(None))).first()
    return None if account is None or account.password_hash is None else (account.person_id, account.password_hash)


def get_password_hash(session: Session, person_id: str | None) -> str | None:
    """The hash of somebody's present password."""
    return session.exec(select(Account.password_hash).where(Account.person_id == person_id)).first()


def enter(session: Session, tried: AccountTry, known: tuple[str, str], device: str) -> NewSignIn:
    """Sign in somebody whose password was found to fit; refuses where it was changed, or the account closed, in between."""
    person_id, stored = known
    account = lock_account(session, person_id)
    if account.closed_at is not None or account.password_hash != stored:
        raise Unauthenticated("sign_in_wrong")
    forget_account_tries(session, tried, person_id)
    return sign_in(session, person_id, device)


def sign_in(session: Session, person_id: str, device: str = "") -> NewSignIn:
    """A new token for a person; only its hash is kept."""
    token, until = new_secret(), wall_now() + timedelta(hours=TOKEN_HOURS)
    session.add(SignIn(token_hash=digest(token), person_id=person_id, form_token=new_secret(), until=until, device=device))
    session.execute(delete(SignIn).where(col(SignIn.until) < wall_now()))
    session.flush()
    return NewSignIn(token, person_id, TOKEN_HOURS * 3600)


@dataclass(frozen=True)
class Changed:
    """A password that was found to fit, by its hash, and the hash of the one that takes its place."""

    tried: Try
    stored: str | None
    password_hash: str


def change_password(session: Session, token: str, changed: Changed) -> None:
    """Set the password of who is signed in, after the present one was found to fit; their sign-ins elsewhere end."""
    signed_in = find_sign_in(session, token)
    account = lock_account(session, str(signed_in.actor.person_id))
    if account.password_hash != changed.stored:
        raise Conflict("lost_race")
    account.password_hash = changed.password_hash
    account.activation_hash = account.activation_until = None
    session.add(account)
    void_mail_codes(session, account.person_id, MailPurpose.FORGOTTEN)
    end_sessions(session, account.person_id, but=signed_in.token_hash)
    record(session, "account.change_password", account.person_id, actor=signed_in.actor)
    forget_tries(session, changed.tried)
    send_notice(session, account.person_id, NoticeKind.PASSWORD_CHANGED)


@dataclass(frozen=True)
class SignedIn:
    """Who a token stands for, what their forms must carry, and when they were last seen."""

    actor: Actor
    token_hash: str
    form_token: str
    seen_at: datetime


def find_sign_in(session: Session, token: str) -> SignedIn:
    """Who a token stands for; raises Unauthenticated when it is unknown, over, or was not used for IDLE_MINUTES."""
    token_hash = digest(token)
    found = find_token(session, token_hash)
    if found is None or found.until < wall_now() or found.seen_at < rested_since():
        raise Unauthenticated("sign_in_needed")
    return SignedIn(read_actor(found.person), token_hash, found.form_token, found.seen_at)


def rested_since() -> datetime:
    """A sign-in that was last used before this instant is over."""
    return wall_now() - timedelta(minutes=IDLE_MINUTES)


def note_visit(session: Session, signed_in: SignedIn) -> None:
    """Let a sign-in rest anew."""
    session.execute(update(SignIn).where(col(SignIn.token_hash) == signed_in.token_hash).values(seen_at=wall_now()))


def list_sign_ins(session: Session, person_id: str | None) -> list[SignIn]:
    """Where somebody is signed in now, the last seen first."""
    present = select(SignIn).where(SignIn.person_id == person_id, SignIn.until > wall_now(), SignIn.seen_at > rested_since())
    return list(session.exec(present.order_by(col(SignIn.seen_at).desc())))


def end_sign_in(session: Session, session_id: str, *, actor: Actor) -> None:
    """End one of one's own sign-ins, by the beginning of its hash; raises NotFound."""
    mine = select(SignIn).where(SignIn.person_id == actor.person_id, sa.func.substr(SignIn.token_hash, 1, 26) == session_id)
    row = session.exec(mine).first()
    if row is None:
        raise NotFound("session_not_found")
    session.delete(row)


def end_other_sign_ins(session: Session, token: str, *, actor: Actor) -> None:
    """End all of one's own sign-ins but the one of a token."""
    record(session, "account.end_other_sign_ins", str(actor.person_id), actor=actor)
    end_sessions(session, str(actor.person_id), but=digest(token))


def sign_out_everywhere(session: Session, *, actor: Actor) -> None:
    """End all of one's own sign-ins, this one among them."""
    record(session, "account.sign_out_everywhere", str(actor.person_id), actor=actor)
    end_sessions(session, str(actor.person_id))


def sign_out(session: Session, token: str) -> None:
    """End a sign-in."""
    session.execute(delete(SignIn).where(col(SignIn.token_hash) == digest(token)))
