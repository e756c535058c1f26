"""A Python client as `openapi-python-client` makes it of the API's description, generated once for each description."""

import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.clients.conftest import made_once, write_description
from tests.described import described

PACKAGE = "gagas_client"
CONFIG = f"""
post_hooks: []
package_name_override: {PACKAGE}
content_type_overrides:
  application/pdf: application/octet-stream
  application/vnd.openxmlformats-officedocument.spreadsheetml.sheet: application/octet-stream
  text/csv: application/octet-stream
"""


def generate() -> Path:
    """The folder in which the client's package lies; raises AssertionError where the generator complains of anything."""
    kept = made_once(json.dumps(described(), sort_keys=True).encode(), CONFIG.encode(), version("openapi-python-client").encode())
    if not kept.exists():
        folder = Path(tempfile.mkdtemp())
        (folder / "config.yml").write_text(CONFIG)
        generator = Path(sys.executable).with_name("openapi-python-client")
        command = [generator, "generate", "--path", write_description(folder), "--meta", "none", "--config", folder / "config.yml"]
        done = subprocess.run([*command, "--output-path", folder / PACKAGE], text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "WARNING" not in done.stdout + done.stderr, done.stdout
        try:
            os.rename(folder, kept)
        except OSError:  # another run was faster
            shutil.rmtree(folder)
    return kept


@dataclass(frozen=True)
class Caller:
    """Somebody who calls the API's operations by their names, through the generated client."""

    client: Any

    def call(self, name: str, *values: str, **named: Any) -> Any:
        """An operation's whole answer: its status and what was read of it. A body is given as plain values."""
        module = importlib.import_module(f"{PACKAGE}.api.{part_of(name)}.{name}")
        if "body" in named:
            named["body"] = module._get_kwargs.__annotations__["body"].from_dict(named["body"])
        return module.sync_detailed(*values, client=self.client, **named)

    def get(self, name: str, *values: str, **named: Any) -> Any:
        """What an operation answers where it does as it is asked."""
        answer = self.call(name, *values, **named)
        assert answer.status_code < 300, answer.content
        return answer.parsed

    def act(self, name: str, *values: str, **named: Any) -> Any:
        """As `get`, with a key of its own, as every POST needs."""
        return self.get(name, *values, idempotency_key=os.urandom(8).hex(), **named)

    def wait_for(self, idea: str, stage: str) -> Any:
        """The idea once it is in a stage, to which a flow brings it."""
        until = time.monotonic() + 60
        while (found := self.get("show_idea", idea)).stage != stage:
            assert time.monotonic() < until, f"{found.stage} instead of {stage}"
            time.sleep(0.05)
        return found


def part_of(operation_id: str) -> str:
    """The part of the API that an operation belongs to."""
    operations = (each for path in described()["paths"].values() for each in path.values())
    return next(str(each["tags"][0]) for each in operations if each["operationId"] == operation_id)


def sign_in(address: str, number: str, password: str) -> Caller:
    """Somebody signed in."""
    made = importlib.import_module(f"{PACKAGE}.client")
    anybody = Caller(made.Client(base_url=address, raise_on_unexpected_status=True))
    return recognise(address, anybody.get("make_token", body={"identifier": number, "password": password}).access_token)


def recognise(address: str, token: str) -> Caller:
    """Somebody who has a token."""
    made = importlib.import_module(f"{PACKAGE}.client")
    return Caller(made.AuthenticatedClient(base_url=address, token=token, raise_on_unexpected_status=True))
