"""Random ids and secrets: the one place where every process makes them."""

import base64
import hashlib
import hmac
import itertools
import os
import secrets

from models.settings import settings

SIGNS = "2346789ACDEFGHJKMNPQRTUVWXY"  # none is read as another: no 0 and O, no 1, I and L, no 5 and S, no B (8), no Z (2)
_counter = itertools.count()


def new_id() -> str:
    """A random public id: 26 letters and digits, 128 bits; repeatable only under `GAGAS_SEED`."""
    return base64.b32encode(_random(16)).decode().rstrip("=").lower()


def new_secret() -> str:
    """A secret for tokens and one-time codes: 43 URL-safe characters, 256 bits; never repeatable."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """A one-time code to be typed by hand: 12 signs in three groups, 57 bits, such as `K7MP-3QXR-9TWD`; never repeatable."""
    return "-".join("".join(secrets.choice(SIGNS) for _ in range(4)) for _ in range(3))


def derive_code(secret: bytes, of: str) -> str:
    """The one-time code of an id, as typed by hand: the same whenever it is asked for, and nobody's guess without the secret."""
    number = int.from_bytes(hmac.digest(secret, of.encode(), "sha256"))
    signs = [SIGNS[number // len(SIGNS) ** place % len(SIGNS)] for place in range(12)]
    return "-".join("".join(signs[first : first + 4]) for first in (0, 4, 8))


def new_salt() -> str:
    """A salt that hides a guessable value under its hash: 32 hex digits, 128 bits; never repeatable."""
    return secrets.token_hex(16)


def _random(size: int) -> bytes:
    seed = settings().seed
    if not seed:
        return secrets.token_bytes(size)
    return hashlib.sha256(f"{seed}:{os.getpid()}:{next(_counter)}".encode()).digest()[:size]
