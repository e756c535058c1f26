"""The data folder and the ledger's key: made once, read by this account alone."""

import os
from pathlib import Path

import typer
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from rich.console import Console
from sqlmodel import select

from models.database import Database
from models.ledger import LedgerHead
from models.migrations import read_schema
from models.private import FILE, close_folder, make_private_folder
from models.restoring import HalfRestored, require_restored
from models.settings import settings

console = Console()
MARK = "SHA256:"
SIGNING = "ledger.pem"  # the name of the signing key's file in the data folder and in a backup


def prepare_folder() -> None:
    """Make the data folder and the ledger's key where there is none, and take from others what they could read of it.

    A key that was pinned here is never replaced: it may lie where this process cannot see it. Exits with a sentence where neither that one
    nor its pin is here although the ledger has facts, and where a backup is half restored.
    """
    refuse_half_restored()
    make_private_folder(settings().data)
    close_folder(settings().data)
    key, pin = settings().signing_key, settings().pinned_key
    former, here = settings().data / "keys" / SIGNING, is_here(key)
    if former.exists() and not here:
        raise typer.BadParameter(f"the ledger's key lies at {former}; move it to {key}, or unset GAGAS_LEDGER_KEY")
    if pin.exists():
        return
    if here:
        _pin_key()
        console.print(f"The key at {key} is pinned; compare it with what you wrote down:\n{read_pinned_fingerprint()}", soft_wrap=True)
        return
    _require_first_day()
    make_key()
    console.print(f"The ledger's key was made. Keep its fingerprint off this machine:\n{read_pinned_fingerprint()}", soft_wrap=True)


def refuse_half_restored() -> None:
    """Exit with a sentence where a backup was not brought in to its end."""
    try:
        require_restored(settings().data)
    except HalfRestored as half:
        console.print(f"[red]Not started.[/] {half}", soft_wrap=True)
        raise typer.Exit(1) from None


def _require_first_day() -> None:
    """A second key would sign a ledger whose checkpoints another one signed, and all of those would count as a stranger's."""
    store = Database(settings().sqlalchemy_url)
    try:
        with store.reading() as session:
            facts = session.exec(select(LedgerHead.seq)).first() if read_schema(session) else None
    finally:
        store.close()
    if facts:
        raise typer.BadParameter(
            f"the ledger here holds {facts:,} facts, and the region's key is missing: no other is made. Put ledger.pub, from the"
            f" backup's folder keys or from where you keep it, back to {settings().pinned_key}, and ledger.pem to {settings().signing_key}"
        )


def is_here(key: Path) -> bool:
    """Whether this process sees the key: what runs may not even look into its folder."""
    try:
        return key.exists()
    except OSError:
        return False


def read_signing_key() -> Ed25519PrivateKey:
    """The key that signs checkpoints; exits with a sentence where it is not here or is no Ed25519 key."""
    file = settings().signing_key
    try:
        key = load_pem_private_key(file.read_bytes(), None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as wrong:
        raise typer.BadParameter(f"the ledger's signing key cannot be read at {file}; set GAGAS_LEDGER_KEY to where it lies") from wrong
    if not isinstance(key, Ed25519PrivateKey):
        raise typer.BadParameter(f"{file} is not an Ed25519 key; `gagas init` makes one where there is none")
    return key


def read_pinned_fingerprint(given: str = "") -> str:
    """The fingerprint that checkpoints must be signed with: by a file or a fingerprint given, else of the key pinned in the data folder."""
    if given and not Path(given).is_file():
        return _read_fingerprint(given)
    pin = Path(given) if given else settings().pinned_key
    if not given and not pin.is_file():
        if not settings().signing_key.is_file():
            raise typer.BadParameter("no key of the region is pinned here; give --key with the fingerprint that `gagas init` printed")
        return fingerprint(read_signing_key().public_key())
    try:
        key = load_pem_public_key(pin.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm) as wrong:
        raise typer.BadParameter(f"{pin} is not a public key; compare with a copy of keys/ledger.pub") from wrong
    if not isinstance(key, Ed25519PublicKey):
        raise typer.BadParameter(f"{pin} is not an Ed25519 key")
    return fingerprint(key)


def fingerprint(key: Ed25519PublicKey) -> str:
    """What people compare of a key: SHA-256 over its 32 bytes, in hex."""
    digest = Hash(SHA256())
    digest.update(write_raw(key))
    return MARK + digest.finalize().hex()


def write_raw(key: Ed25519PublicKey) -> bytes:
    """The key's 32 bytes."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _read_fingerprint(given: str) -> str:
    digits = given.strip().removeprefix(MARK).lower()
    if len(digits) != 64 or set(digits) - set("0123456789abcdef"):
        raise typer.BadParameter(f"{given[:100]} is neither a file nor a fingerprint ({MARK} and 64 digits)")
    return MARK + digits


def make_key() -> None:
    """Make the region's key and pin it; exits with a sentence where it cannot be written."""
    file = settings().signing_key
    secret = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        make_private_folder(file.parent)
        _write(file, secret)
    except OSError as wrong:
        refused = f"the ledger's key cannot be made at {file}: {wrong.strerror}; make its folder for this account"
        raise typer.BadParameter(refused) from wrong
    _pin_key()


def _pin_key() -> None:
    pin = settings().pinned_key
    make_private_folder(pin.parent)
    _write(pin, _write_public(read_signing_key().public_key()))


def _write_public(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _write(file: Path, content: bytes) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE), "wb") as opened:
        opened.write(content)
