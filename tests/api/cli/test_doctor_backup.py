"""What the doctor says of backups, and of one that is half brought in."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from api.cli.doctor.finding import State
from api.cli.doctor.storage import check_backup, check_restored
from models.settings import Settings


def test_a_region_that_is_half_restored_fails(tmp_path: Path) -> None:
    chosen = Settings(data=tmp_path)
    assert check_restored(chosen) == []
    (tmp_path / "restoring").touch()
    (remark,) = check_restored(chosen)
    assert (remark.state, "gagas restore" in remark.sentence) == (State.FAIL, True)


def test_a_backup_that_is_missing_or_old_is_told(tmp_path: Path) -> None:
    chosen, at = Settings(data=tmp_path), datetime(2026, 11, 28, 9, tzinfo=UTC)
    assert check_backup(chosen, at) == []
    (tmp_path / "keys").mkdir()
    assert [remark.state for remark in check_backup(chosen, at)] == [State.WARN]
    for days, state in ((1, State.OK), (3, State.WARN)):
        (tmp_path / "backup.json").write_text(json.dumps({"made_at": (at - timedelta(days=days)).isoformat(), "to": "/backup/x"}))
        (remark,) = check_backup(chosen, at)
        assert (remark.state, "/backup/x" in remark.sentence) == (state, True)
    (tmp_path / "backup.json").write_text("[]")
    assert "No backup" in check_backup(chosen, at)[0].sentence
