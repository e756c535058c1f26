"""The town in which the sample offices are set."""

from tests.building import shelf, town

__all__ = ["shelf", "town"]
