"""Statements on tables, without objects, stand in `models/`, where each has a type."""

import ast
from pathlib import Path


def test_only_models_run_statements_on_tables() -> None:
    running = {str(file) for room in ("api", "workflows") for file in Path(room).rglob("*.py") if runs_statements(file)}
    assert running == {"workflows/process/inbox.py"}, "settling the inbox is still written where it is used"


def runs_statements(file: Path) -> bool:
    """Whether a file calls `run_plain`."""
    called = (node.func for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call))
    return any(isinstance(name, ast.Name) and name.id == "run_plain" for name in called)
