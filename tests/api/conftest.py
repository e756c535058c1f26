"""The town that these tests live in."""

from tests.building import client, either_town, shelf, town

__all__ = ["client", "either_town", "shelf", "town"]
