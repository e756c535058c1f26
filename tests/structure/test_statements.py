"""SQL is written down in `models/` alone (decision 0047): neither statements on tables without objects, nor strings of SQL.

Queries over models that SQLAlchemy writes (`select(Idea)...`) stand where they are asked: their columns and types are checked there.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOMS = ("api", "workflows")
AS_WRITTEN = {"text", "literal_column", "exec_driver_sql"}  # of SQLAlchemy: they take SQL as it is written
VERBS = "SELECT|INSERT INTO|UPDATE|DELETE FROM|PRAGMA|VACUUM|CREATE|DROP|ALTER|ATTACH|EXPLAIN|ANALYZE|REINDEX|COPY|TRUNCATE|SET|BEGIN|WITH"
STATEMENT = re.compile(rf"\s*({VERBS})\s")
OUTSIDE = {  # what is none of our tables, or no session's
    "api/cli/backup.py": "SQLite's own copy of a whole file, and whether that is whole",
    "api/cli/doctor/storage.py": "what the SQLite of this machine can do, asked of an empty file",
    "workflows/delivery/prefect_blank.py": "Prefect's database, which is not ours",
    "workflows/delivery/prefect_server.py": "Prefect's database, which is not ours",
    "workflows/delivery/holders.py": "whether the connection that keeps a lock still stands",
    "workflows/recognition/messages.py": "a constant as the index has it: a parameter would pass the index by",
}


def test_only_models_run_statements_on_tables() -> None:
    running = {name for name, tree in read_rooms() if "run_plain" in list_called(tree)}
    assert running == {"workflows/process/inbox.py"}, "settling the inbox is still written where it is used"


def test_only_models_hold_strings_of_sql() -> None:
    found = {name: list_sql(tree) for name, tree in read_rooms()}
    assert {name for name, strings in found.items() if strings} == set(OUTSIDE), {n: s for n, s in found.items() if s and n not in OUTSIDE}


@pytest.mark.parametrize(
    "planted",
    [
        'session.execute(sa.text("SELECT 1"))',
        'session.execute(text(f"DELETE FROM {table}"))',
        'session.connection().exec_driver_sql("PRAGMA foreign_keys=OFF")',
        'sa.literal_column("now()")',
        'connection.execute("""\n    UPDATE idea SET stage = ?""", (stage,))',
        'NAME = "INSERT INTO idea VALUES (1)"',
        'connection.execute(f"DELETE FROM {table}")',
    ],
)
def test_a_planted_string_of_sql_is_found(planted: str) -> None:
    assert list_sql(ast.parse(planted))


@pytest.mark.parametrize(
    "innocent", ['"""SELECT what is meant."""', 'texts.text("selected")', "session.exec(select(Idea))", 'x = "Update"']
)
def test_what_is_no_sql_is_not_taken_for_it(innocent: str) -> None:
    assert list_sql(ast.parse(innocent)) == []


def read_rooms() -> Iterator[tuple[str, ast.Module]]:
    """Every file of the rooms that hold no statements, read."""
    for room in ROOMS:
        for file in sorted(Path(room).rglob("*.py")):
            yield str(file), ast.parse(file.read_text())


def list_called(tree: ast.Module) -> list[str]:
    """The names by which a file calls functions: `run_plain(...)` and `database.run_plain(...)` alike."""
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [name.id if isinstance(name, ast.Name) else name.attr for name in called if isinstance(name, ast.Name | ast.Attribute)]


def list_sql(tree: ast.Module) -> list[str]:
    """What in a file is SQL as it is written: a string that is a statement, or one that SQLAlchemy is told to take as it is."""
    sayings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    strings = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    statements = [node.value for node in strings if id(node) not in sayings and STATEMENT.match(node.value)]
    return statements + [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Call) and takes_sql(node.func)]


def takes_sql(called: ast.expr) -> bool:
    """Whether it is a function of SQLAlchemy that takes SQL as it is written; a page's `texts.text` is none."""
    if isinstance(called, ast.Name):
        return called.id in AS_WRITTEN
    is_of_library = isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id in ("sa", "sqlalchemy")
    return isinstance(called, ast.Attribute) and (called.attr == "exec_driver_sql" or (is_of_library and called.attr in AS_WRITTEN))
