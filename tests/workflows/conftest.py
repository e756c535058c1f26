"""The town that these tests live in."""

from tests.building import either_town, town, town_file

__all__ = ["either_town", "town", "town_file"]
