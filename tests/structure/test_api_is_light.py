"""What answers requests loads no flow engine, no renderer and no solver: it starts at once and stays small."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
HEAVY = ("prefect", "weasyprint", "scipy", "ortools", "pandas", "pyhanko", "numpy")
LOADED = f"import sys; print(sorted(name for name in {HEAVY} if name in sys.modules))"

SERVED = f"""
from fastapi.testclient import TestClient
from api.app import create_app
from models.database import database
from models.migrations import migrate
migrate(database())
with TestClient(create_app()) as client:
    assert client.get("/api/v1/health").status_code == 200
    assert client.get("/api/v1/ledger").status_code == 200
    assert client.get("/").status_code < 500
{LOADED}
"""


def run(code: str, folder: Path) -> str:
    environment = {**os.environ, "GAGAS_DATA": str(folder)}
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False, cwd=ROOT, env=environment
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def test_an_api_that_has_answered_has_loaded_nothing_heavy(tmp_path: Path) -> None:
    assert run(SERVED, tmp_path) == "[]"


def test_the_values_of_documents_load_no_renderer(tmp_path: Path) -> None:
    """In one process, one after another: who loads it is the first after which it is there."""
    modules = [*(f"workflows.documents.{name}" for name in ("content", "text", "mail", "kinds")), "api.cli.main"]
    loaded = run("\n".join(f"import {module}; {LOADED}" for module in modules), tmp_path).splitlines()
    assert len(loaded) == len(modules)
    assert [module for module, names in zip(modules, loaded, strict=True) if "weasyprint" in names] == []


def test_the_search_itself_sees_what_is_loaded(tmp_path: Path) -> None:
    assert run(f"import prefect, weasyprint; {LOADED}", tmp_path) == "['prefect', 'weasyprint']"
