"""Who else could read what Gagas keeps, and where the key lies that signs the ledger's checkpoints."""

from datetime import datetime
from pathlib import Path

import typer

from api.cli.checkpoints import CHECKPOINT, AnotherKey, NotACheckpoint, read_checkpoint
from api.cli.doctor.finding import Remark, State
from api.cli.folder import read_pinned_fingerprint
from models.backups import OLDEST
from models.private import is_open, is_shared
from models.settings import Settings

KEY, FOLDER = "ledger's key", "data folder"


def check_key(chosen: Settings) -> Remark:
    """The signing key is its owner's alone; where others run the database, it does not lie beside what it vouches for."""
    key = chosen.signing_key
    try:
        there, exposed = key.exists(), key.exists() and is_open(key)
    except OSError:  # a folder this account may not look into: so it should be for all but whoever signs
        return Remark(KEY, State.OK, f"kept from this account, at {key}")
    if exposed:
        return Remark(KEY, State.WARN, f"Others may read {key}, and sign in the region's name.", f"chmod 600 {key}")
    if not there and chosen.pinned_key.exists():
        return Remark(KEY, State.OK, f"not on this machine; checkpoints are held against {chosen.pinned_key}")
    if chosen.database_url.startswith("postgresql") and key.absolute().is_relative_to(chosen.data.absolute()):
        said = f"The key that signs checkpoints lies in the data folder, {key}: whoever copies that could sign a forged chain."
        mend = f"mv {key} <a folder apart>, and export GAGAS_LEDGER_KEY=<where it lies then>"
        return Remark(KEY, State.WARN, said, mend if there else "export GAGAS_LEDGER_KEY=<a file outside the data folder>")
    return Remark(KEY, State.OK, f"{key}" if there else f"will be made at {key}")


def check_checkpoint(chosen: Settings, at: datetime) -> list[Remark]:
    """Where the key is kept apart, whoever reads it signs a checkpoint each night; nothing is said where nothing was founded yet."""
    if not chosen.ledger_key or not chosen.pinned_key.is_file():
        return []
    kept, mend = chosen.data / CHECKPOINT, "systemctl status gagas-checkpoint tells why; deploy/README.md says how it is installed"
    try:
        signed = datetime.fromisoformat(read_checkpoint(kept, read_pinned_fingerprint(str(chosen.pinned_key))).at)
    except (NotACheckpoint, AnotherKey, ValueError, typer.BadParameter):
        return [Remark("checkpoint", State.WARN, f"No checkpoint of the ledger that the region's key signed lies at {kept}.", mend)]
    if at - signed > OLDEST:
        return [Remark("checkpoint", State.WARN, f"The last checkpoint of the ledger is {(at - signed).days} days old.", mend)]
    return [Remark("checkpoint", State.OK, f"signed {signed:%Y-%m-%d %H:%M}")]


def check_folder(data: Path) -> Remark:
    """The data folder is its owner's alone; `serve`, `init` and `migrate` see to that where nothing else lies in it."""
    try:
        if not data.exists() or not is_open(data):
            return Remark(FOLDER, State.OK, f"{data}, read by this account alone" if data.exists() else f"will be made at {data}")
        shared = is_shared(data)
    except OSError as error:
        return Remark(FOLDER, State.FAIL, f"{data} cannot be read: {error.strerror}.", "export GAGAS_DATA=<a folder of this account>")
    if not shared:
        return Remark(FOLDER, State.OK, f"{data}; closed to others at the next start")
    said = f"Others may look into {data}, and it holds more than Gagas' own, so Gagas leaves its rights as they are."
    return Remark(FOLDER, State.WARN, said, f"export GAGAS_DATA=<a folder for Gagas alone>, or chmod 700 {data}")
