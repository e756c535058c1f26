"""The Python packages whose release matters."""

import re
from importlib import metadata

from api.cli.doctor.finding import Finding, State


def check_package(name: str, version: str = "", requirement: str = "") -> Finding:
    """A package whose release matters lies in the range that Gagas was tried with."""
    try:
        version = version or metadata.version(name)
        requirement = requirement or next(line for line in metadata.requires("gagas") or [] if re.match(rf"{name}\b", line))
    except (metadata.PackageNotFoundError, StopIteration):
        return Finding(name, State.FAIL, f"{name} or Gagas itself is not installed.", "make setup")
    if is_in_range(version, requirement):
        return Finding(name, State.OK, version)
    return Finding(name, State.FAIL, f"{version} is outside the range Gagas works with: {requirement}.", "make setup")


def is_in_range(version: str, requirement: str) -> bool:
    """Whether `3.8.8` satisfies `prefect<3.9,>=3.8.8`."""
    found = numbers_of(version)
    tests = {">=": found.__ge__, "<": found.__lt__, "==": found.__eq__}
    return all(tests[sign](numbers_of(bound)) for sign, bound in re.findall(r"(>=|<|==)\s*([\d.]+)", requirement))


def numbers_of(version: str) -> tuple[int, int, int]:
    """`3.9` as (3, 9, 0); what follows the third number does not count."""
    numbers = [int(part) for part in re.findall(r"\d+", version)[:3]]
    first, second, third = [*numbers, 0, 0, 0][:3]
    return first, second, third
