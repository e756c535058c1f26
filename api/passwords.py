"""Sign in, set a password by code, change one's own: a try is counted first, and the slow hash waits its turn outside any transaction."""

from sqlmodel import Session

from api.access import ApiRequest, address_of
from api.devices import name_device
from api.hashing import check_new_password, hash_password, verify_password
from api.signing_in import (
    Changed,
    CodeTry,
    NewSignIn,
    Unauthenticated,
    activate,
    change_password,
    enter,
    find_account,
    find_activation,
    find_sign_in,
    get_password_hash,
)
from api.tries import AccountTry, Try, forget_tries, network_of, reserve_account_try, reserve_try
from workflows.process.actors import actor_of
from workflows.process.refusals import Invalid
from workflows.region.mail_codes import NewAddress, ask_email, ask_forgotten, confirm_email


async def sign_in_with_password(request: ApiRequest, identifier: str, password: str) -> NewSignIn:
    """A new sign-in where the password fits the number, name or address; takes as long for one that nobody has.

    Raises Unauthenticated, TooMany, Busy.
    """
    tried = AccountTry(identifier, address_of(request.http))
    async with request.hashing.place(network_of(address_of(request.http))):
        person_id = await request.write_publicly(lambda session: reserve_account_try(session, tried))
        known = await request.read_publicly(lambda session: find_account(session, person_id))
        fits = await request.hashing.run(lambda: verify_password(password, known[1] if known else None))
    if known is None or not fits:
        raise Unauthenticated("sign_in_wrong")
    device = name_device(request.http.headers.get("user-agent", ""))
    return await request.write_publicly(lambda session: enter(session, tried, known, device))


async def activate_account(request: ApiRequest, identifier: str, code: str, password: str) -> str:
    """Set a password by one-time code and number, name or address, looked up before anything slow is done; answers the person's id.

    The try is counted first, by account and address. Raises Invalid, TooMany, Busy.
    """
    check_new_password(password)
    typed = CodeTry(identifier, code, address_of(request.http))
    async with request.hashing.place(network_of(address_of(request.http))):
        person_id = await request.write_publicly(lambda session: reserve_account_try(session, typed.tried))
        await request.read_publicly(lambda session: find_activation(session, typed))
        if person_id is None:  # the account was tried too often under another name
            raise Invalid("activation_code_invalid", "code")
        password_hash = await request.hashing.run(lambda: hash_password(password))
    return await request.write_publicly(lambda session: activate(session, typed, password_hash))


async def change_own_password(request: ApiRequest, present: str, password: str) -> None:
    """Change the password of who is signed in, who gives the present one: a device left open is not enough to take an account.

    Raises Invalid (`present_password_wrong`, or what is wrong with the new one), TooMany, Busy.
    """
    token, person_id = request.token, await _find_asker(request)
    check_new_password(password)
    if password == present:
        raise Invalid("password_unchanged", "password")
    tried = Try(f"password of {person_id}", address_of(request.http))
    async with request.hashing.place(network_of(address_of(request.http))):
        stored = await _check_present(request, person_id, present, tried)
        password_hash = await request.hashing.run(lambda: hash_password(password))

    await request.write_publicly(lambda session: change_password(session, token, Changed(tried, stored, password_hash)))


async def change_email(request: ApiRequest, present: str, email: str) -> None:
    """Ask for the codes of a new mail address; the present password is asked for, as a mailbox may open the account later."""
    person_id = await _find_asker(request)
    tried = Try(f"password of {person_id}", address_of(request.http))
    async with request.hashing.place(network_of(address_of(request.http))):
        await _check_present(request, person_id, present, tried)
    await request.write_publicly(lambda session: forget_tries(session, tried))
    await request.write_publicly(lambda session: ask_email(session, email, actor=actor_of(session, person_id)))


async def confirm_new_email(request: ApiRequest, typed: NewAddress) -> None:
    """Let a new mail address count, by the codes that came; tries are counted. Raises Invalid, TooMany."""
    person_id = await _find_asker(request)
    tried = Try(f"mail code of {person_id}", address_of(request.http))
    await request.write_publicly(lambda session: reserve_try(session, tried))

    def act(session: Session) -> None:
        confirm_email(session, typed, actor=actor_of(session, person_id))
        forget_tries(session, tried)

    await request.write_publicly(act)


async def mail_new_password(request: ApiRequest, identifier: str) -> None:
    """Mail a code to the confirmed address of an account, if there is one: whoever asks is told the same either way.

    Asking counts like a try at the account; raises TooMany.
    """
    tried = AccountTry(identifier, address_of(request.http), "forgotten ")
    person_id = await request.write_publicly(lambda session: reserve_account_try(session, tried))
    await request.write_publicly(lambda session: ask_forgotten(session, person_id))


async def _find_asker(request: ApiRequest) -> str:
    token = request.token
    return str((await request.read_publicly(lambda session: find_sign_in(session, token))).actor.person_id)


async def _check_present(request: ApiRequest, person_id: str, present: str, tried: Try) -> str | None:
    """The kept hash of somebody's password, if this is the password; the try is counted first. Raises Invalid, TooMany."""
    await request.write_publicly(lambda session: reserve_try(session, tried))
    stored = await request.read_publicly(lambda session: get_password_hash(session, person_id))
    if not await request.hashing.run(lambda: verify_password(present, stored)):
        raise Invalid("present_password_wrong", "present_password")
    return stored
