"""The Prefect server that these tests ask."""

from tests.workflows.prefect_server import prefect_server

__all__ = ["prefect_server"]
