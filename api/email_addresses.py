"""A mail address as a request gives it, and as others see it."""

from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from workflows.region.email_address import mask_email, read_email

__all__ = ["Email", "mask_email"]


def _check_email(text: str) -> str:
    try:
        return read_email(text)
    except ValueError as wrong:
        raise PydanticCustomError("email_invalid", "this is no e-mail address") from wrong


Email = Annotated[str, AfterValidator(_check_email)]
