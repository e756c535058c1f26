"""The Python packages whose release matters."""

from importlib import metadata

from packaging.requirements import Requirement

from api.cli.doctor.finding import Remark, State


def check_package(name: str, version: str = "", requirement: str = "") -> Remark:
    """A package whose release matters lies in the range that Gagas was tried with."""
    try:
        version = version or metadata.version(name)
        wanted = Requirement(requirement) if requirement else find_requirement(name)
    except (metadata.PackageNotFoundError, StopIteration):
        return Remark(name, State.FAIL, f"{name} or Gagas itself is not installed.", "make setup")
    if wanted.specifier.contains(version, prereleases=True):
        return Remark(name, State.OK, version)
    return Remark(name, State.FAIL, f"{version} is outside the range Gagas works with: {wanted}.", "make setup")


def find_requirement(name: str) -> Requirement:
    """What Gagas asks of a package; raises StopIteration when it asks for none of that name."""
    return next(wanted for wanted in map(Requirement, metadata.requires("gagas") or []) if wanted.name == name)
