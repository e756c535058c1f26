"""The Prefect server that these tests ask."""

from tests.workflows.delivery.prefect_server import prefect_server

__all__ = ["prefect_server"]
