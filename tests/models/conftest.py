"""The town that these tests live in."""

from tests.building import either_town, shelf, town

__all__ = ["either_town", "shelf", "town"]
