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

from models.private import FILE, close_folder, make_private_folder
from models.settings import settings

console = Console()
MARK = "SHA256:"


def prepare_folder() -> None:
    """Make the data folder and the ledger's key where there is none, and take from others what they could read of it.

    A key that was pinned here is never replaced: it may lie where this process cannot see it.
    """
    make_private_folder(settings().data)
    close_folder(settings().data)
    key, pin = settings().signing_key, settings().pinned_key
    former, here = settings().data / "keys" / "ledger.pem", _is_here(key)
    if former.exists() and not here:
        raise typer.BadParameter(f"the ledger's key lies at {former}; move it to {key}, or unset GAGAS_LEDGER_KEY")
    if not here and not pin.exists():
        _make_key(key)
        here = True
        console.print(f"The ledger's key was made. Keep its fingerprint off this machine:\n{read_pinned_fingerprint()}", soft_wrap=True)
    if here and not pin.exists():
        make_private_folder(pin.parent)
        _write(pin, _write_public(read_signing_key().public_key()))


def _is_here(key: Path) -> bool:
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


def _make_key(file: Path) -> None:
    secret = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        make_private_folder(file.parent)
        _write(file, secret)
    except OSError as wrong:
        refused = f"the ledger's key cannot be made at {file}: {wrong.strerror}; make its folder for this account"
        raise typer.BadParameter(refused) from wrong


def _write_public(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _write(file: Path, content: bytes) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE), "wb") as opened:
        opened.write(content)
