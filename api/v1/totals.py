"""How many there are in all, in the pages of a list."""

from typing import Any

from api.v1.shapes import PageOut
from workflows.process.browse import Count


class CountedPage(PageOut):
    """`total` is there where `count` asked for it: up to 1,000; `total_is_exact` is false where there are more."""

    total: int | None
    total_is_exact: bool | None


def show_total(count: Count | None) -> dict[str, Any]:
    """The part of a counted page that says how many there are."""
    return {"total": count and count.number, "total_is_exact": count and count.is_exact}
