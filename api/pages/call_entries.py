"""Comments of a call's file go with the entry of a list that they belong to, when entries are moved or removed by the form."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from api.call_rules import find_rule
from workflows.region.call_files.comments import Comment
from workflows.region.call_files.reading import ReadFile
from workflows.region.call_files.writing import wrap_comment

T = TypeVar("T")


def move_comments(read: ReadFile, orders: Mapping[str, Sequence[int]]) -> ReadFile:
    """What a file held, with the paths that its values and comments are to have.

    `orders` has of each list the present places of its entries in their new order. What somebody wrote beside an entry goes with it, or is
    gone with it; what explains a rule, as the program writes it, stays where the rule first stands.
    """
    if all(list(order) == sorted(order) == list(range(len(order))) for order in orders.values()) and not _drops(read, orders):
        return read
    places = {path: {old: new for new, old in enumerate(order)} for path, order in orders.items()}
    comments: dict[str, Comment] = {}
    for path, comment in read.comments.items():
        to = _find_path(path, places)
        if to == path:
            _add(comments, path, comment)
            continue
        explained, own = _part(path, comment)
        if explained:
            _add(comments, path, Comment(explained), first=True)
        if to is not None:
            _add(comments, to, own)
    return replace(read, values=_rename(read.values, places), comments=comments)


def _drops(read: ReadFile, orders: Mapping[str, Sequence[int]]) -> bool:
    """Whether an entry of the file has no place any more."""
    return any(f"{path}.{len(order)}" in read.values for path, order in orders.items())


def _rename(values: Mapping[str, T], places: Mapping[str, Mapping[int, int]]) -> dict[str, T]:
    return {to: value for path, value in values.items() if (to := _find_path(path, places)) is not None}


def _find_path(path: str, places: Mapping[str, Mapping[int, int]]) -> str | None:
    """The path that the value of a path is to have; None for one that goes."""
    at, found = "", list[str]()
    for part in path.split("."):
        of_list = places.get(at)
        if of_list is not None and part.isdecimal():
            if int(part) not in of_list:
                return None
            found.append(str(of_list[int(part)]))
        else:
            found.append(part)
        at = f"{at}.{part}".lstrip(".")
    return ".".join(found)


def _part(path: str, comment: Comment) -> tuple[tuple[str, ...], Comment]:
    """The lines above a value that explain its rule, in either language, and the rest of the comment."""
    for said in find_rule(path).values():
        lines = wrap_comment(said, path).above
        for first in range(len(comment.above) - len(lines) + 1):
            if comment.above[first : first + len(lines)] == lines:
                return lines, replace(comment, above=comment.above[:first] + comment.above[first + len(lines) :])
    return (), comment


def _add(comments: dict[str, Comment], path: str, comment: Comment, *, first: bool = False) -> None:
    """Put a comment at a path, beside what stands there already."""
    there = comments.get(path, Comment())
    above = comment.above + there.above if first else there.above + comment.above
    if above or comment.behind or there.behind:
        comments[path] = Comment(above, comment.behind or there.behind)
