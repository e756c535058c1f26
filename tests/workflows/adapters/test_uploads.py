"""Files on their way in: whole or not at all, and no sweep takes one whose row is still to come."""

import hashlib
import os
import threading
from collections.abc import Collection
from pathlib import Path

import pytest

from tests.workflows.adapters.deaths import count_deaths
from workflows.adapters.files import DRAFTS, find_file
from workflows.adapters.uploads import Draft, drop_files, hold_store, sweep_store

CONTENT = b"foto sebelum dan sesudah " * 40_000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def need_nothing(_digests: Collection[str]) -> Collection[str]:
    return ()


def write(folder: Path) -> Draft:
    draft = Draft(folder)
    for start in range(0, len(CONTENT), 70_000):
        draft.write(CONTENT[start : start + 70_000])
    return draft


def list_files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.rglob("*") if file.is_file() and file.name != ".lock")


def test_pieces_become_one_file_under_its_sum_that_nobody_else_may_read(tmp_path: Path) -> None:
    draft = write(tmp_path / "store")
    assert (draft.size, draft.digest) == (len(CONTENT), DIGEST)
    assert draft.keep("jpg") == DIGEST
    kept = find_file(tmp_path / "store", DIGEST, "jpg")
    assert kept.read_bytes() == CONTENT
    assert [place.stat().st_mode & 0o077 for place in (kept, kept.parent, tmp_path / "store")] == [0, 0, 0]


def test_a_draft_that_is_dropped_or_kept_leaves_no_draft(tmp_path: Path) -> None:
    write(tmp_path).drop()
    assert list_files(tmp_path) == []
    kept = write(tmp_path)
    kept.keep("pdf")
    kept.drop()
    assert list_files(tmp_path) == [f"{DIGEST}.pdf"]


def test_what_another_process_wrote_is_read_anew(tmp_path: Path) -> None:
    draft = Draft(tmp_path)
    draft.path.write_bytes(CONTENT)
    draft.read_anew()
    assert (draft.size, draft.digest) == (len(CONTENT), DIGEST)
    draft.drop()


def test_the_sweep_takes_what_no_row_needs_and_leaves_what_is_being_written(tmp_path: Path) -> None:
    write(tmp_path).keep("pdf")
    needed = Draft(tmp_path)
    needed.write(b"lain")
    other = needed.keep("jpg")
    writing = write(tmp_path)
    abandoned = tmp_path / DRAFTS / "abandoned"
    abandoned.write_bytes(b"setengah")
    assert sweep_store(tmp_path, lambda digests: {other} & set(digests)) == 2
    assert list_files(tmp_path) == sorted([writing.path.name, f"{other}.jpg"])
    writing.drop()


def test_the_sweep_waits_for_whoever_holds_the_store(tmp_path: Path) -> None:
    rows = set[str]()
    with hold_store(tmp_path):
        sweeping = threading.Thread(target=sweep_store, args=(tmp_path, lambda digests: rows & set(digests)))
        digest = write(tmp_path).keep("pdf")
        sweeping.start()
        sweeping.join(0.3)
        assert sweeping.is_alive()
        rows.add(digest)  # the row is committed before the hold ends
    sweeping.join(10)
    assert list_files(tmp_path) == [f"{DIGEST}.pdf"]


def test_files_of_a_row_that_was_refused_go_but_for_those_that_another_needs(tmp_path: Path) -> None:
    digests = [write(tmp_path).keep("jpg")]
    for content in (b"satu", b"dua"):
        draft = Draft(tmp_path)
        draft.write(content)
        digests.append(draft.keep("jpg"))
    assert drop_files(tmp_path, digests, lambda _digests: {digests[1]}) == 2
    assert list_files(tmp_path) == [f"{digests[1]}.jpg"]


def test_a_store_that_there_is_not_is_swept_of_nothing(tmp_path: Path) -> None:
    assert sweep_store(tmp_path / "none", need_nothing) == 0
    assert not (tmp_path / "none").exists()


KEEPING = """
import os, sys
from pathlib import Path
from tests.workflows.adapters.deaths import die_before_each_line
from workflows.adapters import uploads
content, root = b"foto " * 1_000_000, Path(sys.argv[1])
def keep(step):
    handle = uploads.take_hold(root)
    draft = uploads.Draft(root)
    draft.write(content)
    draft.sync()
    draft.keep("jpg")
    os.close(handle)
def check(step):
    assert all(file.read_bytes() == content for file in root.rglob("*.jpg")), step
    uploads.sweep_store(root, lambda digests: ())
    assert [file.name for file in root.rglob("*") if file.is_file() and file.name != ".lock"] == [], step
print(die_before_each_line(uploads.__file__, keep, check))
"""


def test_a_death_before_any_line_leaves_a_whole_file_or_none_and_the_sweep_takes_it_at_once(tmp_path: Path) -> None:
    assert count_deaths(KEEPING, tmp_path) > 30


def test_a_closed_draft_takes_nothing_more(tmp_path: Path) -> None:
    draft = Draft(tmp_path)
    draft.drop()
    with pytest.raises(ValueError, match="closed"):
        draft.write(b"x")
    assert os.listdir(tmp_path / DRAFTS) == []
