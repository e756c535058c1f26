"""Each contract of pyproject.toml is broken once on purpose, and import-linter names it."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
ROOMS = ("api", "models", "workflows", "templates")
CONTRACTS = {
    contract["id"]: contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}

# contract, file, what it wrongly imports
WRONG = [
    ("models", "models/planted.py", "workflows.planted_target"),
    ("models", "models/planted.py", "api.planted_target"),
    ("models", "models/planted.py", "templates"),
    ("workflows", "workflows/intake/planted.py", "api.planted_target"),
    ("calculations", "workflows/calculations/planted.py", "models.planted_target"),
    ("calculations", "workflows/calculations/planted.py", "workflows.planted_target"),
    ("process", "workflows/process/planted.py", "workflows.region.planted_target"),
    ("process", "workflows/process/planted.py", "workflows.intake.planted_target"),
    ("process", "workflows/process/planted.py", "workflows.documents.planted_target"),
    ("process", "workflows/process/planted.py", "templates"),
    ("delivery", "workflows/intake/planted.py", "workflows.delivery.planted_target"),
    ("delivery", "workflows/region/planted.py", "workflows.delivery.relay"),
    ("delivery", "api/v1/planted.py", "workflows.delivery.planted_target"),
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


FAR = ("api/v1/planted_far.py", "workflows.intake.planted_between", "workflows.intake.flow")  # the second imports the third


def make_module(rooms: Path, file: Path) -> None:
    """An empty module, with the packages around it."""
    (rooms / file.parent).mkdir(parents=True, exist_ok=True)
    for package in list(file.parents)[:-1]:
        (rooms / package / "__init__.py").touch()
    (rooms / file).touch()


def plant(rooms: Path, file: str, module: str) -> None:
    """Append the import to a file, making the packages and the imported module where the copy has none."""
    make_module(rooms, Path(file))
    with (rooms / file).open("a") as text:
        text.write(f"\nimport {module}  # planted\n")
    if module.split(".")[0] in ROOMS and not (rooms / module.replace(".", "/")).is_dir():
        make_module(rooms, Path(module.replace(".", "/") + ".py"))


def importer_of(place: int) -> str:
    """The file of one plant: a name of its own, so that what is said of it is said of no other."""
    return WRONG[place][1].replace("planted.py", f"planted_{place}.py")


def name_of(file: str) -> str:
    return file.removesuffix(".py").replace("/", ".")


def lint(rooms: Path) -> tuple[int, str]:
    """import-linter's end code and what it says, in the copy."""
    run = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-logo", "--no-cache"],
        cwd=rooms,
        env={**os.environ, "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return run.returncode, run.stdout + run.stderr


def copy_rooms(folder: Path) -> Path:
    """A copy of the rooms and their contracts."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, folder / room, ignore=lambda _, names: [name for name in names if "." in name and name[-3:] != ".py"])
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.fixture
def rooms(tmp_path: Path) -> Path:
    """A copy of the rooms and their contracts."""
    return copy_rooms(tmp_path)


@pytest.fixture(scope="module")
def said_of(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A copy with every wrong import in a file of its own: what is said of each broken contract, by its id."""
    rooms = copy_rooms(tmp_path_factory.mktemp("rooms"))
    for place, (_contract, _file, module) in enumerate(WRONG):
        plant(rooms, importer_of(place), module)
    plant(rooms, FAR[0], FAR[1])
    plant(rooms, FAR[1].replace(".", "/") + ".py", FAR[2])
    code, said = lint(rooms)
    assert code == 1, said
    assert [contract for contract, name in CONTRACTS.items() if f"{name} BROKEN" not in said] == []
    _, *parts = re.split(rf"^({'|'.join(map(re.escape, CONTRACTS.values()))})\n-+$", said.split("Broken contracts")[1], flags=re.MULTILINE)
    ids = {name: contract for contract, name in CONTRACTS.items()}
    return {ids[name]: part for name, part in zip(parts[::2], parts[1::2], strict=True)}


def test_the_rooms_keep_every_contract(rooms: Path) -> None:
    code, said = lint(rooms)
    assert code == 0, said
    assert [name for name in CONTRACTS.values() if f"{name} KEPT" not in said] == []


def test_every_contract_is_broken_once() -> None:
    assert {contract for contract, _, _ in WRONG} == set(CONTRACTS)


@pytest.mark.parametrize("place", range(len(WRONG)), ids=lambda place: f"{WRONG[place][1]} imports {WRONG[place][2]}")
def test_a_wrong_import_breaks_its_contract(place: int, said_of: dict[str, str]) -> None:
    contract, _file, module = WRONG[place]
    assert re.search(rf"{name_of(importer_of(place))} -> {re.escape(module)}\b", said_of[contract]), said_of[contract]


def test_a_wrong_import_through_another_module_breaks_its_contract(said_of: dict[str, str]) -> None:
    importer, between, target = FAR
    chain = rf"{name_of(importer)} -> {re.escape(between)} \(l\.\d+\)\s+{re.escape(between)} -> {re.escape(target)}"
    assert re.search(chain, said_of["answers"]), said_of["answers"]


def test_right_imports_break_nothing(rooms: Path) -> None:
    for file, module in RIGHT:
        plant(rooms, file, module)
    code, said = lint(rooms)
    assert code == 0, said
