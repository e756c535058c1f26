"""Rows as the bodies of answers that say the same of them under the same names."""

from typing import Any, TypeVar

from api.v1.shapes import ResponseBody

Shape = TypeVar("Shape", bound=ResponseBody)


def show_as(shape: type[Shape], row: object, **beside: Any) -> Shape:
    """A row as an answer: what is given `beside` it, and of everything else that the answer says the row's own of that name."""
    return shape(**{name: getattr(row, name) for name in shape.model_fields if name not in beside}, **beside)
