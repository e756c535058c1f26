"""Which e-mail addresses people may have: those of email-validator, and none at all."""

from typing import Annotated

from email_validator import validate_email
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

LONGEST = 254
ENCODED_WORD = "=?"  # would be decoded in the header of a mail


def read_email(text: str) -> str:
    """The address with its domain in lower case, or the empty text; raises ValueError for any other. No name server is asked."""
    if not text:
        return ""
    if ENCODED_WORD in text or len(text) > LONGEST:
        raise ValueError("no e-mail address")
    return validate_email(text, check_deliverability=False).normalized


def _check_email(text: str) -> str:
    try:
        return read_email(text)
    except ValueError as wrong:
        raise PydanticCustomError("email_invalid", "this is no e-mail address") from wrong


Email = Annotated[str, AfterValidator(_check_email)]


def mask_email(email: str) -> str:
    """The first letter and the domain, as in `s•••@contoh.example`; nothing for no address."""
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}•••@{domain}" if domain else ""
