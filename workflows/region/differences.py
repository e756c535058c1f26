"""What a version of a policy changes against the one before: each part that differs, with what stood there and what stands there now."""

from dataclasses import dataclass
from typing import Any

from models.waits import Span, is_span

Leaf = str | int | bool | Span | None


@dataclass(frozen=True)
class PathPart:
    """One step of the way to a part: a field of the policy by its name, or an entry of a list by its label or place."""

    name: str
    is_field: bool


@dataclass(frozen=True)
class Difference:
    """A part that differs; None where it is missing on that side."""

    place: tuple[PathPart, ...]
    before: Leaf
    after: Leaf

    @property
    def field(self) -> str:
        """The innermost field of the policy that the part belongs to."""
        return next((step.name for step in reversed(self.place) if step.is_field), "")

    @property
    def is_wait(self) -> bool:
        """Whether the part says how long somebody has: of a step of the process, or of a gate."""
        return "days" in (self.place[0].name, self.field)


def list_differences(before: dict[str, Any], after: dict[str, Any]) -> list[Difference]:
    """The parts of two bodies that differ, in the order of the newer, what is gone last."""
    old, new = _flatten(before), _flatten(after)
    places = dict.fromkeys([*new, *old])
    return [Difference(place, old.get(place), new.get(place)) for place in places if old.get(place) != new.get(place)]


def _flatten(part: Any, place: tuple[PathPart, ...] = ()) -> dict[tuple[PathPart, ...], Leaf]:
    if is_span(part):
        return {place: Span.model_validate(part)}
    if isinstance(part, dict):
        return {
            inner: leaf for name, each in part.items() for inner, leaf in _flatten(each, (*place, PathPart(name, is_field=True))).items()
        }
    if isinstance(part, list):
        entries = [(PathPart(_name_entry(each, number), is_field=False), each) for number, each in enumerate(part, start=1)]
        return {inner: leaf for step, each in entries for inner, leaf in _flatten(each, (*place, step)).items()}
    return {place: part}


def _name_entry(entry: Any, number: int) -> str:
    return str(entry["label"]) if isinstance(entry, dict) and entry.get("label") else str(number)
