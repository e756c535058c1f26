"""The office that these tests begin with."""

from tests.workflows.region.appointing import office

__all__ = ["office"]
