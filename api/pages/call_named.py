"""Fields of a call's form whose values have names of their own: a line each, `name: value`."""

import re
from collections.abc import Mapping
from typing import Any

from workflows.region.call_files.reading import NAME

REQUIRED_FILES = "policy.attachments.least"
NAMED = frozenset(("policy.movers", "policy.documents.numbers", REQUIRED_FILES))


def with_unwritten(values: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The parts of a value with those that a file leaves out while they say nothing: they have a field all the same."""
    room, _, name = REQUIRED_FILES.rpartition(".")
    return {**values, name: values.get(name, {})} if path == room else dict(values)


def without_unwritten(values: dict[str, Any], path: str, known: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a value as the file says them: what it left out stays out while nothing was typed for it."""
    room, _, name = REQUIRED_FILES.rpartition(".")
    return {key: each for key, each in values.items() if path != room or key != name or each or key in known}


def read_named(typed: str, path: str) -> dict[str, Any]:
    """What was typed into such a field; a number of files that cannot be read stays text, and is told of with its line."""
    pairs = [line.partition(":") for line in typed.split("\n") if line.strip()]
    read: dict[str, Any] = {_name(name): value.strip() for name, _, value in pairs}
    if path != REQUIRED_FILES:
        return read
    return {name: int(value) if re.fullmatch("[0-9]{1,3}", value) else value for name, value in read.items()}


def _name(typed: str) -> str:
    """What was typed as a name that a file may have."""
    name = re.sub(r"[^A-Za-z0-9_-]", "_", typed.strip())[:60]
    return name if NAME.fullmatch(name) else "_"
