"""Which mail addresses people may have: those of email-validator, and none at all."""

from email_validator import validate_email

LONGEST = 254
ENCODED_WORD = "=?"  # would be decoded in the header of a mail


def read_email(text: str) -> str:
    """The address with its domain in lower case, or the empty text; raises ValueError for any other. No name server is asked."""
    if not text:
        return ""
    if ENCODED_WORD in text or len(text) > LONGEST:
        raise ValueError("no e-mail address")
    return validate_email(text, check_deliverability=False).normalized


def fold_email(address: str) -> str:
    """What two ways to write one mailbox have in common: no mail server tells upper from lower case in a name."""
    return address.lower()


def mask_email(email: str) -> str:
    """The first letter and the domain, as in `s•••@contoh.example`; nothing for no address."""
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}•••@{domain}" if domain else ""
