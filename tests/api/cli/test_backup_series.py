"""The dated backups of a folder: how they are named, what a broken one left, and which may go."""

import json
import os
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.cli.backup_folder import BackupRefused, Manifest
from api.cli.backup_series import alone, name_next, remove_oldest, sweep
from models.settings import settings


def put_backup(folder: Path, name: str, *missing: str) -> Path:
    """A finished backup of a name, which may lack files."""
    (folder / name / "database").mkdir(parents=True)
    Manifest("2026-01-01T00:00:00+00:00", "sqlite", "0001", 1, "00" * 32, {}, missing=list(missing)).write(folder / name)
    return folder / name


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_a_backup_is_named_by_the_regions_day_and_a_later_one_of_it_by_the_hour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "clock").write_text("2026-11-27T18:34:05+00:00")
    for name, value in {"GAGAS_CLOCK": f"test:{tmp_path / 'clock'}", "GAGAS_ZONE": "Asia/Jayapura"}.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    given_names = []
    for _ in range(3):
        given_names.append(name_next(tmp_path / "nightly").name)
        (tmp_path / "nightly" / given_names[-1]).mkdir(parents=True)
    assert given_names == ["2026-11-28", "2026-11-28-0334", "2026-11-28-033405"]


def test_of_days_that_need_not_be_kept_the_oldest_go_and_all_of_a_kept_day_stay(tmp_path: Path) -> None:
    for day in range(1, 6):
        put_backup(tmp_path, f"2026-11-0{day}")
    put_backup(tmp_path, "2026-11-04-1004")
    made = put_backup(tmp_path, "2026-11-05-0915")
    assert [gone.name for gone in remove_oldest(tmp_path, 2, made)] == ["2026-11-01", "2026-11-02", "2026-11-03"]
    assert names(tmp_path) == ["2026-11-04", "2026-11-04-1004", "2026-11-05", "2026-11-05-0915"]


def test_the_newest_that_lacks_no_file_stays_however_old_it_is(tmp_path: Path) -> None:
    """The paper that is gone since lies in it, and nowhere else."""
    put_backup(tmp_path, "2026-11-01")
    put_backup(tmp_path, "2026-11-02")
    for day in range(3, 9):
        made = put_backup(tmp_path, f"2026-11-0{day}", "PGM/1/2026")
    remove_oldest(tmp_path, 2, made)
    assert names(tmp_path) == ["2026-11-02", "2026-11-07", "2026-11-08"]


def test_nothing_but_a_finished_dated_backup_is_removed(tmp_path: Path) -> None:
    for name in ("2026-01-01", "2026-01-02-1004x", "yearly-2025"):
        put_backup(tmp_path, name)
    (tmp_path / "2026-01-03").mkdir()  # somebody's own folder: it has no manifest
    (tmp_path / "2026-01-04").write_text("a file")
    put_backup(tmp_path / "elsewhere", "2026-01-05")
    (tmp_path / "2026-01-05").symlink_to(tmp_path / "elsewhere" / "2026-01-05")
    made = put_backup(tmp_path, "2026-11-28")
    assert [gone.name for gone in remove_oldest(tmp_path, 1, made)] == ["2026-01-01"]
    assert names(tmp_path) == ["2026-01-02-1004x", "2026-01-03", "2026-01-04", "2026-01-05", "2026-11-28", "elsewhere", "yearly-2025"]
    assert (tmp_path / "elsewhere" / "2026-01-05" / "manifest.json").exists()


def test_what_was_cut_off_is_cleared_and_nothing_else_that_ends_so(tmp_path: Path) -> None:
    for name in ("2026-01-01.unfinished", "2026-01-01-1004.unfinished", "by-hand.unfinished", "2026-01-02"):
        (tmp_path / name / "documents").mkdir(parents=True)
    sweep(tmp_path)
    sweep(tmp_path / "not there")
    assert names(tmp_path) == ["2026-01-02", "by-hand.unfinished"]


def test_a_removal_that_is_cut_off_leaves_no_half_backup_that_passes_for_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_backup(tmp_path, "2026-01-01")
    made = put_backup(tmp_path, "2026-11-28")

    def stop(*_values: object, **_more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "rmdir", stop)
        patch.setattr(os, "unlink", stop)
        with pytest.raises(KeyboardInterrupt):
            remove_oldest(tmp_path, 1, made)
    assert names(tmp_path) == ["2026-01-01.unfinished", "2026-11-28"]
    sweep(tmp_path)
    assert names(tmp_path) == ["2026-11-28"]


@given(
    st.lists(st.tuples(st.integers(0, 30), st.sampled_from(["", "-0915", "-1004"]), st.booleans()), min_size=1, max_size=12),
    st.integers(1, 20),
)
def test_whatever_lies_there_the_new_one_the_newest_days_and_a_whole_one_stay(laid: list[tuple[int, str, bool]], days: int) -> None:
    with TemporaryDirectory() as place:
        folder, whole = Path(place), set[str]()
        for day, hour, lacks in laid:
            name = f"{date(2026, 11, 1) + timedelta(days=day)}{hour}"
            if not (folder / name).exists():
                put_backup(folder, name, *(["PGM/1/2026"] if lacks else []))
                whole |= set() if lacks else {name}
        before = names(folder)
        made = folder / before[len(before) // 2]  # a clock that was wrong for a while: it need not be the last by name
        gone = {each.name for each in remove_oldest(folder, days, made)}
        stay = set(names(folder))
        assert (stay | gone, stay & gone) == (set(before), set())
        newest = sorted({name[:10] for name in before})[-days:]
        assert {name for name in before if name[:10] in newest} | {made.name} <= stay
        assert not whole or max(whole) in stay
        assert len(stay) <= len([name for name in before if name[:10] in newest]) + 2
        assert json.loads((made / "manifest.json").read_text())["size"] == 1


def test_whoever_makes_a_backup_is_alone_and_lets_the_next_one_in(tmp_path: Path) -> None:
    with alone(tmp_path / "data"), pytest.raises(BackupRefused, match="Another backup"), alone(tmp_path / "data"):
        pass
    with alone(tmp_path / "data"):
        assert (tmp_path / "data" / "backup.lock").stat().st_mode & 0o777 == 0o600
