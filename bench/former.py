"""The release before ideas had evidence, teams that agree and search: it submits beside this one, in the same rounds."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.client import write_request
from bench.stand import ROOT, Stand
from models.database import Database
from models.ids import new_id

COMMIT = "48e8aeb4b41a988a7add0ecb261203ead87369d6"  # of 29 November 2026, the last one before
PREPARE = """
import json
import sys
from bench.village import add_ideas, settle
from models.database import Database

town = settle(Database(sys.argv[1]))
print(json.dumps(town["lead"].headers), flush=True)
for number in sys.stdin:
    print(json.dumps(add_ideas(town, int(number))), flush=True)
"""


@dataclass(frozen=True)
class Former:
    """That release behind a server of its own, and a process that makes drafts for it."""

    port: int
    drafting: "subprocess.Popen[str]"
    headers: dict[str, str]

    def prepare(self, number: int) -> list[bytes]:
        """Makes so many drafts and the requests that submit them."""
        asked, answered = self.drafting.stdin, self.drafting.stdout
        assert asked is not None
        assert answered is not None
        print(number, file=asked, flush=True)
        ids = json.loads(answered.readline())
        sent = [{**self.headers, "Idempotency-Key": new_id()} for _ in ids]
        return [write_request("POST", f"/api/v1/ideas/{id_}/submission", head) for id_, head in zip(ids, sent, strict=True)]


def serve_former(stand: Stand, store: Database) -> Former | None:
    """Start it on an empty database; None where its files cannot be had, since this is no clone with its history."""
    code = unpack(stand.folder / "former")
    if code is None:
        stand.say("the former release is not in this clone's history")
        return None
    url = store.url.render_as_string(hide_password=False)
    drafting = stand.start(["-c", PREPARE, url], {}, code, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert drafting.stdout is not None
    headers = json.loads(drafting.stdout.readline())
    return Former(stand.serve("api.app:create_app", store, code), drafting, headers)


def unpack(folder: Path) -> Path | None:
    """A folder with its files as they were."""
    packed = subprocess.run(["git", "-C", str(ROOT), "archive", COMMIT], capture_output=True, check=False)
    if packed.returncode:
        return None
    folder.mkdir(exist_ok=True)
    subprocess.run(["tar", "-x", "-C", str(folder)], input=packed.stdout, check=True)
    return folder
