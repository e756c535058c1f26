"""The file store: whole or not at all, and never other bytes than the name says."""

import hashlib
import os
import time
from pathlib import Path

import pytest

from tests.workflows.adapters.deaths import count_deaths
from workflows.adapters.files import DRAFT_KEPT_SECONDS, DRAFTS, find_file, path_of, store_file, sweep_drafts

CONTENT = b"%PDF-1.7 piagam " * 5_000
DIGEST = hashlib.sha256(CONTENT).hexdigest()

STORING = """
import sys
from pathlib import Path
from tests.workflows.adapters.deaths import die_before_each_line
from workflows.adapters import files
content, root = b"%PDF-1.7 piagam " * 5_000, Path(sys.argv[1])
print(die_before_each_line(files.__file__, lambda step: files.store_file(root / str(step), content, "pdf")))
"""


def test_bytes_come_back_as_they_were_stored(tmp_path: Path) -> None:
    assert store_file(tmp_path, CONTENT, "pdf") == DIGEST
    assert find_file(tmp_path, DIGEST, "pdf").read_bytes() == CONTENT
    assert path_of(tmp_path, DIGEST, "pdf") == tmp_path / DIGEST[:2] / f"{DIGEST}.pdf"


def test_the_same_bytes_are_stored_once(tmp_path: Path) -> None:
    assert store_file(tmp_path, CONTENT, "pdf") == store_file(tmp_path, CONTENT, "pdf")
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == [f"{DIGEST}.pdf"]


def test_a_crash_before_any_line_leaves_the_whole_file_or_none_and_the_next_try_succeeds(tmp_path: Path) -> None:
    crashes = count_deaths(STORING, tmp_path)
    assert crashes >= 15
    print(f"N = {crashes} crashes, one before every line")
    whole = 0
    for step in range(1, crashes + 1):
        folder = tmp_path / str(step)
        target = path_of(folder, DIGEST, "pdf")
        if target.exists():
            whole += 1
            assert target.read_bytes() == CONTENT
        assert store_file(folder, CONTENT, "pdf") == DIGEST
        assert find_file(folder, DIGEST, "pdf").read_bytes() == CONTENT
    assert 0 < whole < crashes


def test_what_a_crash_left_is_swept_a_day_later_and_what_is_being_written_stays(tmp_path: Path) -> None:
    assert sweep_drafts(tmp_path) == 0
    store_file(tmp_path, CONTENT, "pdf")
    old, fresh = tmp_path / DRAFTS / "left", tmp_path / DRAFTS / "being-written"
    for draft in (old, fresh):
        draft.write_bytes(CONTENT[:100])
    day_ago = time.time() - DRAFT_KEPT_SECONDS - 1
    os.utime(old, (day_ago, day_ago))
    assert sweep_drafts(tmp_path) == 1
    assert sweep_drafts(tmp_path) == 0
    assert fresh.exists()
    assert find_file(tmp_path, DIGEST, "pdf").read_bytes() == CONTENT


@pytest.mark.parametrize("at", [0, len(CONTENT) // 2, len(CONTENT) - 1])
def test_one_changed_bit_is_noticed(tmp_path: Path, at: int) -> None:
    store_file(tmp_path, CONTENT, "pdf")
    changed = bytearray(CONTENT)
    changed[at] ^= 1
    path_of(tmp_path, DIGEST, "pdf").write_bytes(changed)
    with pytest.raises(OSError, match="was changed"):
        find_file(tmp_path, DIGEST, "pdf")


@pytest.mark.parametrize("left", [b"", CONTENT[:-1], CONTENT + b" "], ids=["empty", "cut", "longer"])
def test_a_file_of_another_length_is_noticed_and_written_anew(tmp_path: Path, left: bytes) -> None:
    store_file(tmp_path, CONTENT, "pdf")
    path_of(tmp_path, DIGEST, "pdf").write_bytes(left)
    with pytest.raises(OSError, match="was changed"):
        find_file(tmp_path, DIGEST, "pdf")
    store_file(tmp_path, CONTENT, "pdf")
    assert find_file(tmp_path, DIGEST, "pdf").read_bytes() == CONTENT


def test_a_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        find_file(tmp_path, DIGEST, "pdf")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError):
        store_file(tmp_path, CONTENT, "pdf")
