"""How the API takes figures: a JSON number, or a decimal string of one written format, the same in every language."""

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

DECIMAL = re.compile(r"-?\d{1,18}(\.\d{1,12})?", re.ASCII)


def _is_decimal(given: Any) -> Any:
    """Refuse a text that is no decimal string, though a library may read it: `1_000`, `1e3`, `1,24`."""
    if isinstance(given, bool) or (isinstance(given, str) and DECIMAL.fullmatch(given) is None):
        raise PydanticCustomError("number_format", "no JSON number and no decimal string")
    return given


FIGURE = "A JSON number, or a string of digits with at most one point before the decimals; neither groups thousands."
Figure = Annotated[Decimal, BeforeValidator(_is_decimal), Field(max_digits=24, decimal_places=6, description=FIGURE, examples=["1240.5"])]
Points = Annotated[Decimal, BeforeValidator(_is_decimal), Field(max_digits=10, decimal_places=2, description=FIGURE, examples=["82.5"])]
