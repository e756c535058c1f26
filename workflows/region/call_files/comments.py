"""The comments of a call's file: those above a value and the one behind it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workflows.region.call_files.faults import Place

HEAD = ""  # the path of the comments at the top, which a blank line parts from the first value's


@dataclass(frozen=True)
class Comment:
    """Lines above a value, and what stands behind it on its line; both without their `#`."""

    above: tuple[str, ...] = ()
    behind: str = ""


def find_comments(text: str, begins: Mapping[str, Place], scalars: Iterable[tuple[Place, Place, str]]) -> dict[str, Comment]:
    """The comments of each path; what looks like one within a text of several lines is none."""
    lines = text.split("\n")
    scalars = list(scalars)
    within = {number for begin, end, _ in scalars for number in range(begin.line + 1, end.line + (end.column > 1))}
    own = {number for number, line in enumerate(lines, 1) if line.lstrip().startswith("#") and number not in within}
    behind = {path: _cut(lines[end.line - 1][end.column - 1 :].lstrip(" :")) for _, end, path in scalars if end.line <= len(lines)}
    found: dict[str, Comment] = {}
    taken: set[int] = set()
    for path, place in begins.items():
        first = place.line
        while first - 1 in own - taken:
            first -= 1
        above = tuple(_cut(lines[number - 1]) for number in range(first, place.line))
        taken |= set(range(first, place.line))
        if above or behind.get(path):
            found[path] = Comment(above, behind.get(path, ""))
    top = min((place.line for place in begins.values()), default=1)
    head = tuple(_cut(lines[number - 1]) for number in sorted(own - taken) if number < top)
    return found | ({HEAD: Comment(head)} if head else {})


def _cut(line: str) -> str:
    """A comment's text; nothing where the line holds none."""
    line = line.strip()
    return line[1:].removeprefix(" ") if line.startswith("#") else ""
