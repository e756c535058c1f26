"""Each contract of pyproject.toml is broken once on purpose, and import-linter names it."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

pytestmark = pytest.mark.slow

HOUSE = Path(__file__).parents[2]
ROOMS = ("api", "models", "workflows", "templates")
CONTRACTS = {
    contract["id"]: contract["name"]
    for contract in tomllib.loads((HOUSE / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}

# contract, file, what it wrongly imports
WRONG = [
    ("models", "models/planted.py", "workflows.planted_target"),
    ("models", "models/planted.py", "api.planted_target"),
    ("models", "models/planted.py", "templates"),
    ("workflows", "workflows/intake/planted.py", "api.planted_target"),
    ("calculations", "workflows/calculations/planted.py", "models.planted_target"),
    ("calculations", "workflows/calculations/planted.py", "workflows.planted_target"),
    ("edges", "workflows/documents/planted.py", "models.planted_target"),
    ("edges", "workflows/documents/planted.py", "workflows.intake.planted_target"),
    ("edges", "workflows/adapters/planted.py", "models.planted_target"),
    ("edges", "workflows/adapters/planted.py", "workflows.process.planted_target"),
    ("stages", "workflows/intake/planted.py", "workflows.review.planted_target"),
    ("stages", "workflows/review/planted.py", "workflows.pilot.planted_target"),
    ("stages", "workflows/pilot/planted.py", "workflows.reward.planted_target"),
    ("stages", "workflows/reward/planted.py", "workflows.recognition.planted_target"),
    ("stages", "workflows/intake/planted.py", "workflows.recognition.planted_target"),
    ("rendering", "workflows/recognition/planted.py", "workflows.documents.planted_target"),
    ("rendering", "api/pages/planted.py", "workflows.documents.planted_target"),
    ("prefect", "workflows/intake/planted.py", "prefect"),
    ("prefect", "workflows/process/planted.py", "prefect"),
    ("prefect", "models/planted.py", "prefect"),
    ("pdf", "workflows/recognition/planted.py", "weasyprint"),
    ("pdf", "api/cli/planted.py", "weasyprint"),
    ("pdf", "workflows/adapters/planted.py", "pyhanko"),
    ("answers", "api/v1/planted.py", "workflows.intake.flow"),
    ("answers", "api/pages/planted.py", "workflows.delivery.relay"),
    ("answers", "api/pages/planted.py", "workflows.delivery.processes"),
    ("answers", "api/planted.py", "scipy"),
    ("terminal", "api/v1/planted.py", "api.cli.planted_target"),
    ("terminal", "api/planted.py", "api.cli"),
]

RIGHT = [
    ("workflows/calculations/planted.py", "workflows.calculations.planted_target"),
    ("workflows/documents/planted.py", "workflows.calculations.planted_target"),
    ("workflows/documents/planted_pdf.py", "weasyprint"),
    ("workflows/adapters/planted.py", "workflows.calculations.planted_target"),
    ("workflows/recognition/planted.py", "workflows.intake.planted_target"),
    ("workflows/recognition/flow.py", "prefect"),
    ("workflows/reward/flow.py", "workflows.documents.planted_target"),
    ("workflows/delivery/planted.py", "prefect"),
    ("workflows/delivery/processes.py", "prefect"),
    ("api/cli/planted.py", "prefect"),
    ("api/cli/planted_serve.py", "workflows.delivery.processes"),
    ("api/v1/planted.py", "workflows.recognition.planted_target"),
    ("api/v1/planted_check.py", "workflows.documents.verification"),
]


def only_python(_: str, names: list[str]) -> list[str]:
    return [name for name in names if "." in name and not name.endswith(".py")]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the rooms and their contracts."""
    for room in ROOMS:
        shutil.copytree(
            HOUSE / room, tmp_path / room, ignore=lambda _, names: [name for name in names if "." in name and name[-3:] != ".py"]
        )
    shutil.copy(HOUSE / "pyproject.toml", tmp_path)
    return tmp_path


def plant(house: Path, file: str, module: str) -> None:
    """Append the import to a file, making the packages and the imported module where the house has none."""
    make_module(house, Path(file))
    with (house / file).open("a") as text:
        text.write(f"\nimport {module}  # planted\n")
    if module.split(".")[0] in ROOMS and not (house / module.replace(".", "/")).is_dir():
        make_module(house, Path(module.replace(".", "/") + ".py"))


def make_module(house: Path, file: Path) -> None:
    (house / file.parent).mkdir(parents=True, exist_ok=True)
    for package in list(file.parents)[:-1]:
        (house / package / "__init__.py").touch()
    (house / file).touch()


def lint(house: Path) -> tuple[int, str]:
    """import-linter's end code and what it says, in the copy."""
    run = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-logo", "--no-cache"],
        cwd=house,
        env={**os.environ, "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return run.returncode, run.stdout + run.stderr


def test_the_house_keeps_every_contract(house: Path) -> None:
    code, said = lint(house)
    assert code == 0, said
    assert [name for name in CONTRACTS.values() if f"{name} KEPT" not in said] == []


def test_every_contract_is_broken_once() -> None:
    assert {contract for contract, _, _ in WRONG} == set(CONTRACTS)


def first_is_fast() -> list[ParameterSet]:
    """The first plant of each contract runs always, its further ones where there is time."""
    firsts = {contract: (file, module) for contract, file, module in reversed(WRONG)}
    return [
        pytest.param(*wrong, marks=[] if firsts[wrong[0]] == wrong[1:] else [pytest.mark.slow], id=f"{wrong[1]} imports {wrong[2]}")
        for wrong in WRONG
    ]


@pytest.mark.parametrize(("contract", "file", "module"), first_is_fast())
def test_a_wrong_import_breaks_its_contract(contract: str, file: str, module: str, house: Path) -> None:
    plant(house, file, module)
    code, said = lint(house)
    assert code == 1, said
    assert f"{CONTRACTS[contract]} BROKEN" in said
    assert file.removesuffix(".py").replace("/", ".") in said


def test_a_wrong_import_through_another_module_breaks_its_contract(house: Path) -> None:
    plant(house, "api/v1/planted.py", "workflows.intake.planted_action")
    plant(house, "workflows/intake/planted_action.py", "workflows.intake.flow")
    code, said = lint(house)
    assert code == 1, said
    assert f"{CONTRACTS['answers']} BROKEN" in said


def test_right_imports_break_nothing(house: Path) -> None:
    for file, module in RIGHT:
        plant(house, file, module)
    code, said = lint(house)
    assert code == 0, said
