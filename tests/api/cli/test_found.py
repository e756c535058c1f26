"""`gagas init` on the first day: what it is told of the region counts, and what it refuses leaves nothing behind."""

import os
import re
import sys
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from api.cli.main import app
from models.database import Database, database
from models.ledger import LedgerEntry
from models.offices import UnitOffice
from models.settings import REGION, settings
from models.units import Unit
from tests.api.cli.test_set_up import NUMBER, SECOND, codes, folder, gagas, init, mode
from tests.serving import ROOT
from tests.terminal import type_answers

__all__ = ["folder"]
EMBLEM = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path d="M0 0H10V10H0Z" fill="#123456"/></svg>'
PAPERS = ("--letterhead", "WALI KOTA CONTOH", "--position", "Wali Kota Contoh", "--place", "Contoh", "--papers-code", "Setda")


def read_office() -> UnitOffice:
    with database().reading() as session:
        return session.exec(select(UnitOffice)).one()


def test_zone_and_language_that_init_is_told_hold_for_every_command_after_it(folder: Path) -> None:
    assert init("--zone", "Asia/Jayapura", "--language", "en").exit_code == 0
    settings.cache_clear()
    assert (settings().zone, settings().language) == ("Asia/Jayapura", "en")
    assert mode(folder / REGION) == 0o600
    assert "Others" not in gagas("doctor").stdout


def test_what_the_surroundings_say_goes_before_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    init("--zone", "Asia/Jayapura")
    monkeypatch.setenv("GAGAS_ZONE", "Asia/Makassar")
    settings.cache_clear()
    assert settings().zone == "Asia/Makassar"


def test_a_zone_that_is_not_indonesias_is_refused_before_anything_is_made(folder: Path) -> None:
    assert init("--zone", "Mars/Phobos").exit_code == 2
    assert not folder.exists()


def test_letterhead_and_emblem_stand_on_the_regions_own_papers(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "lambang.svg").write_text(EMBLEM)
    done = init(*PAPERS, "--emblem", str(tmp_path / "lambang.svg"))
    assert done.exit_code == 0, done.stdout
    office = read_office()
    assert (office.letterhead_lines, office.emblem, office.head_kind) == (["WALI KOTA CONTOH"], "region", "regional_head")
    assert (folder / "emblems" / "region.svg").read_text() == EMBLEM
    with database().reading() as session:
        facts = [fact.payload["actor"] for fact in session.exec(select(LedgerEntry).where(LedgerEntry.kind == "office.set"))]
    assert facts == ["flow:init"]


@pytest.mark.parametrize(
    ("drawing", "code"),
    [('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><script/></svg>', "emblem_not_plain"), ("PNG", "emblem_unreadable")],
    ids=["script", "no-drawing"],
)
def test_an_emblem_that_papers_cannot_draw_is_refused_and_nothing_is_left_of_it(
    folder: Path, tmp_path: Path, drawing: str, code: str
) -> None:
    (tmp_path / "lambang.svg").write_text(drawing)
    refused = init(*PAPERS, "--zone", "Asia/Makassar", "--emblem", str(tmp_path / "lambang.svg"))
    assert (refused.exit_code, codes(refused), code in refused.stdout) == (1, [], True)
    assert not (folder / REGION).exists()
    assert not (folder / "emblems" / "region.svg").exists()
    with database().reading() as session:
        assert session.exec(select(Unit)).all() == []
    assert init(*PAPERS).exit_code == 0


def test_an_emblem_that_is_not_there_is_told_before_anything_is_made(folder: Path, tmp_path: Path) -> None:
    assert init("--emblem", str(tmp_path / "none.svg")).exit_code == 2
    assert not folder.exists()


def test_an_emblem_without_a_letterhead_is_refused_with_what_is_missing(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "lambang.svg").write_text(EMBLEM)
    assert "letterhead_lines_out_of_range" in init("--emblem", str(tmp_path / "lambang.svg")).stdout


@pytest.mark.parametrize("root", ["KBDG", "KCTH"])
def test_the_example_units_hang_below_the_regions_own(folder: Path, root: str) -> None:
    assert init("--unit-code", root, "--unit-name", "Pemerintah Kota Contoh", "--example-units").exit_code == 0
    with database().reading() as session:
        units = {unit.code: unit for unit in session.exec(select(Unit))}
    assert len(units) == 226
    assert (units[root].name, units[root].parent_id) == ("Pemerintah Kota Contoh", None)
    assert all(unit.path.startswith(units[root].path) for unit in units.values())


def test_a_second_init_changes_no_zone(folder: Path) -> None:
    init("--zone", "Asia/Jayapura")
    assert init("--zone", "Asia/Makassar").exit_code == 1
    assert "Jayapura" in (folder / REGION).read_text()


def test_init_asks_for_all_of_it(folder: Path) -> None:
    said = ["Pemerintah Kota Contoh", "KCTH", "Asia/Makassar", "id", "WALI KOTA CONTOH", "Wali Kota Contoh", "Contoh", "Setda", "", "y"]
    asked = CliRunner().invoke(app, ["init", "--ask"], input="\n".join([*said, "Sari Lestari", NUMBER, "Dewi Anjarsari", SECOND]) + "\n")
    assert (asked.exit_code, len(codes(asked))) == (0, 2), asked.output
    assert read_office().position == "Wali Kota Contoh"
    assert "Makassar" in (folder / REGION).read_text()
    with database().reading() as session:
        assert len(session.exec(select(Unit)).all()) == 226


def test_an_emblem_that_cannot_be_read_and_a_number_that_cannot_be_are_asked_for_again_at_once(folder: Path, tmp_path: Path) -> None:
    """Else all that was typed would be lost with them."""
    (tmp_path / "lambang.svg").write_text(EMBLEM)
    said = ["Pemerintah Kota Contoh", "KCTH", "Asia/Jakarta", "id", "WALI KOTA CONTOH", "Wali Kota Contoh", "Contoh", "Setda"]
    said += [str(tmp_path / "none.svg"), str(tmp_path), str(tmp_path / "lambang.svg"), "n"]
    asked = CliRunner().invoke(app, ["init", "--ask"], input="\n".join([*said, "Sari", "1980", NUMBER, "Dewi", SECOND]) + "\n")
    assert (asked.exit_code, len(codes(asked))) == (0, 2), asked.output
    assert (asked.output.count("cannot be read by this account"), asked.output.count("Write all 18 digits")) == (2, 1)
    assert (folder / "emblems" / "region.svg").read_text() == EMBLEM


def test_on_a_terminal_init_asks_without_being_told_to_and_takes_every_answer(tmp_path: Path) -> None:
    known = {name: value for name, value in os.environ.items() if name not in ("GAGAS_ZONE", "GAGAS_LANGUAGE")}
    known |= {"PYTHONPATH": str(ROOT), "GAGAS_DATA": str(tmp_path / "data")}
    (tmp_path / "lambang.svg").write_text(EMBLEM)
    said = (
        ("Name of the region [Pemerintah Kota Bandung]", "Pemerintah Kota Contoh"),
        ("Code of its root unit [KBDG]", "KCTH"),
        ("Zone (", "Mars"),
        ("Zone (", "Asia/Makassar"),
        ("Language (", "en"),
        ("Letterhead", "PEMERINTAH KOTA CONTOH | WALI KOTA"),
        ("Who signs", "Wali Kota Contoh"),
        ("Where they are signed", "Contoh"),
        ("Code in their numbers", "Setda"),
        ("SVG file of its emblem", "tiada.svg"),
        ("SVG file of its emblem", "lambang.svg"),
        ("Bring in the 226 units", "y"),
        ("Name of the first admin", "Sari Lestari"),
        ("employee number", "1980"),
        ("employee number", NUMBER),
        ("Name of the second admin", "Dewi Anjarsari"),
        ("employee number", SECOND),
    )
    command = [sys.executable, "-c", "from api.cli.main import app; app()", "init"]
    code, screen = type_answers(command, said, surroundings=known, folder=tmp_path, seconds=300)
    assert (code, len(re.findall(r"(?m)^\w{4}-\w{4}-\w{4}$", screen))) == (0, 2), screen
    assert "Mars is none of them." in screen
    assert (tmp_path / "data" / REGION).read_text().splitlines() == ["GAGAS_ZONE=Asia/Makassar", "GAGAS_LANGUAGE=en"]
    assert (tmp_path / "data" / "emblems" / "region.svg").read_text() == EMBLEM
    store = Database(f"sqlite:///{tmp_path / 'data' / 'gagas.db'}")
    try:
        with store.reading() as session:
            office, units = session.exec(select(UnitOffice)).one(), session.exec(select(Unit.code)).all()
    finally:
        store.close()
    assert office.letterhead_lines == ["PEMERINTAH KOTA CONTOH", "WALI KOTA"]
    assert (office.position, office.place, office.unit_code, office.emblem) == ("Wali Kota Contoh", "Contoh", "Setda", "region")
    assert (len(units), "KCTH" in units, "KBDG" in units) == (226, True, False)
