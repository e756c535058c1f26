"""A generated TypeScript client takes an idea its whole way, and is told by types what went wrong."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.api.pages.browsing import PASSWORD
from tests.clients.conftest import Office, made_once, write_description
from tests.conftest import ALL

SOURCE = Path(__file__).parent / "typescript"
STAGES = ("awaiting_permission", "screening", "in_review", "shortlisted", "in_pilot", "rolled_out")
REFUSALS = tuple(
    f"{status} urn:gagas:problem:{code}"
    for status, code in ((409, "wrong_stage"), (412, "version_stale"), (422, "text_empty"), (428, "match_missing"))
)
NO_NPM = "the TypeScript generator needs Node.js 20 or later with npm: install them (Debian: apt install nodejs npm) and run again"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def require_npm(where: str | None, *, whole: bool) -> None:
    """Skip the test where there is no npm; where the whole suite was asked for, fail it, as the contract would go untried."""
    if where is None and whole:
        pytest.fail(NO_NPM, pytrace=False)
    if where is None:
        pytest.skip(NO_NPM)


@pytest.fixture(scope="module")
def npm() -> None:
    """The package installer of Node.js."""
    require_npm(shutil.which("npm"), whole=ALL)


def run(*command: str | Path, folder: Path) -> str:
    """What a command says; raises AssertionError where it fails."""
    done = subprocess.run(command, cwd=folder, text=True, capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def program(npm: None, tmp_path: Path) -> Path:
    """The walk, checked against the generated types and compiled, with the packages that its lock names."""
    for file in SOURCE.iterdir():
        shutil.copy(file, tmp_path)
    (tmp_path / "node_modules").symlink_to(install_packages())
    run("npx", "--no-install", "openapi-typescript", write_description(tmp_path), "-o", "schema.d.ts", folder=tmp_path)
    run("npx", "--no-install", "tsc", folder=tmp_path)
    return tmp_path


def install_packages() -> Path:
    """The packages, installed once for each lock."""
    kept = made_once((SOURCE / "package-lock.json").read_bytes())
    if not (kept / "node_modules").exists():
        kept.mkdir(exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(SOURCE / name, kept)
        run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", folder=kept)
    return kept / "node_modules"


@pytest.mark.parametrize(("whole", "told"), [(True, pytest.fail.Exception), (False, pytest.skip.Exception)])
def test_without_npm_the_whole_suite_fails_and_says_what_to_install(whole: bool, told: type[Exception]) -> None:
    with pytest.raises(told, match="install them"):
        require_npm(None, whole=whole)


def test_a_generated_typescript_client_takes_an_idea_to_its_verified_certificate_and_meets_typed_problems(
    program: Path, office: Office
) -> None:
    town = office.town
    scene = {"address": office.address, "number": town["lead"].number, "password": PASSWORD}
    scene |= {"mate": town["mate"].number, "owner": town["owner"].id}
    said = run("node", "made/walk.js", json.dumps(scene), folder=program)
    for line in (*REFUSALS, *STAGES):
        assert f"  {line}\n" in said
    assert said.endswith("  certificate issued Sari Kenanga Wulandari\n")
