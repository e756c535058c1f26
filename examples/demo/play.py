"""Plays the demo from the founding of the region to the manifest."""

import json
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from examples.demo import contest, district
from examples.demo.acts import Story, list_tales
from examples.demo.cast import (
    Cast,
    founding_admins,
    plan_calls,
    read_offices,
    read_people,
    read_units,
    register_people,
    register_units,
    set_offices,
    sign_in,
)
from examples.demo.harvest import check_addresses, closing_table, download_all, read_prefect, write_accounts, write_manifest
from examples.demo.scenes import Scene, at
from examples.demo.theatre import Theatre, write_clock

PAGES = ("database", "ledger")
REQUESTS_IN_ALL = 1_060  # steps the bar counts; a little more or less does no harm


def empty_folder(out: Path) -> None:
    """Empty a demo's folder; one that holds anything else is left alone."""
    if out.exists() and any(out.iterdir()):
        if not (out / "demo-clock.txt").exists():
            raise SystemExit(f"{out} is not empty and holds no demo; choose another folder with --out")
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    write_clock(out / "demo-clock.txt", at(2026, 1, 5).isoformat())


def play(out: Path, codes: list[str], addresses: Any, until: str | None, console: Console) -> dict[str, Any]:
    """Play every scene up to the stage asked for, then bring in the harvest; answers with the manifest."""
    started = time.monotonic()
    theatre = Theatre(addresses.pages, out / "demo-clock.txt", out / "journal.md")
    theatre.journal_file.write_text("# Jurnal peragaan\n\n", "utf-8")
    columns = (TextColumn("{task.description:<34}"), BarColumn(40), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        cast = _gather(theatre, codes, progress)
        for scene in _play_scenes(theatre, cast, progress, until):
            theatre.set_clock(scene.instant)
            theatre.settle()
            scene.play()
        theatre.settle()
        bar = progress.add_task("Documents and their verification", total=2)
        documents = download_all(theatre, cast, out)
        progress.advance(bar)
        certificates = check_addresses(theatre, documents)
        progress.advance(bar)
    write_accounts(out, cast)
    setup = Path(".venv/setup-seconds")
    seconds = {
        "setup": float(setup.read_text()) if setup.exists() else None,
        "demo": round(time.monotonic() - started, 1),
    }
    figures = {"certificates": certificates, "prefect": read_prefect(addresses.prefect, out), "seconds": seconds}
    manifest = write_manifest(out, cast, documents, figures)
    write_clock(theatre.clock_file, f"{theatre.instant.astimezone(UTC).isoformat()} running")
    console.print(closing_table(manifest))
    return manifest


def _gather(theatre: Theatre, codes: list[str], progress: Progress) -> Cast:
    admins = [sign_in(theatre, row, "", code) for row, code in zip(founding_admins(), codes, strict=True)]
    for each in admins:
        each.person_id = each.get("/me")["person_id"]
    theatre.admin = admin = admins[0]
    units = progress.add_task("Units", total=len(read_units()))
    register_units(admin, lambda: progress.advance(units))
    people = progress.add_task("People", total=len(read_people()) - len(admins))
    cast = Cast(register_people(theatre, admins, lambda: progress.advance(people)))
    offices = progress.add_task("Offices", total=len(read_offices()))
    set_offices(admins, cast.players, lambda: progress.advance(offices))
    plan_calls(theatre, cast, admin)
    return cast


def _play_scenes(theatre: Theatre, cast: Cast, progress: Progress, until: str | None) -> list[Scene]:
    scenes: list[Scene] = []
    for name, track, module in (("standing_track", "district", district), ("city_contest", "city", contest)):
        call = cast.calls[name]
        bar = progress.add_task(str(call["title"])[:34], total=None)

        def advance(count: int, bar: Any = bar) -> None:
            progress.advance(bar, count)

        listed = module.list_scenes(Story(theatre, cast, call, list_tales(cast, track), advance))
        scenes += _up_to(listed, until)
    return sorted(scenes, key=lambda scene: scene.instant)


def _up_to(scenes: list[Scene], until: str | None) -> list[Scene]:
    if until is None:
        return scenes
    stages = [scene.stage for scene in scenes]
    if until not in stages:
        return scenes
    return scenes[: len(stages) - stages[::-1].index(until)]


def read_manifest(out: Path) -> dict[str, Any]:
    """The manifest of a demo that was played."""
    manifest: dict[str, Any] = json.loads((out / "manifest.json").read_text("utf-8"))
    return manifest


def story_instant(out: Path) -> datetime:
    """Where a demo's story stands."""
    return datetime.fromisoformat((out / "demo-clock.txt").read_text().split()[0])
