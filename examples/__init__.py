"""Sample data of the project's own, and the demo that plays it."""

from pathlib import Path

UNITS = Path(__file__).parent / "units.csv"
