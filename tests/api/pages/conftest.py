"""Every test of the pages lives in a village of its own."""

import pytest

from tests.api.pages.village import Village, build_village


@pytest.fixture
def village() -> Village:
    """A village with people for every role and two open calls."""
    return build_village()
