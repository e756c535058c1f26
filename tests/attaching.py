"""Files as tests attach them: the policy that takes them, by action and over HTTP."""

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fastapi.testclient import TestClient
from httpx import Response

from models.attachments import Attachment
from models.settings import settings
from tests.building import Town
from tests.described import check_described
from workflows.adapters.files import store_file
from workflows.adapters.inspection import MEDIA
from workflows.intake.attach import NewFile, attach_file

KINDS = ["photo", "pdf", "document", "spreadsheet"]
TAKING = {"most": 20, "largest_megabytes": 10, "kinds": KINDS}


def build_draft(town: Town, **rule: Any) -> str:
    """A draft of the lead's in a call that takes files."""
    return town.build_idea(call=town.build_call(attachments={**TAKING, **rule}))


def put(
    town: Town,
    idea: str,
    content: bytes = b"%PDF-1.7 contoh",
    *,
    name: str = "contoh.pdf",
    media: str = "application/pdf",
) -> Attachment:
    """A file that was inspected before, in the store and attached by its lead; of a photo all copies are the same bytes."""
    digest = store_file(settings().attachments, content, MEDIA[media])
    small = digest if media.startswith("image/") else None
    new = NewFile(name, media, len(content), digest, digest, small, bool(settings().scanner))
    lead = town.idea(idea).lead_id
    found: Attachment = town.do(attach_file, idea, new, by=next(who for who, one in town.people.items() if one.id == lead))
    return found


@dataclass(frozen=True)
class Asking:
    """Who attaches and opens files of an idea over the API."""

    client: TestClient
    town: Town
    idea: str

    @property
    def place(self) -> str:
        """Where the idea's files are."""
        return f"/api/v1/ideas/{self.idea}/attachments"

    def send(self, content: Any, name: str = "foto.jpg", *, who: str = "lead", **headers: str) -> Response:
        """The answer to a file that somebody attaches."""
        sent = {**self.town[who].headers, "Idempotency-Key": uuid.uuid4().hex, "Content-Type": "application/octet-stream"}
        sent |= {header.replace("_", "-"): value for header, value in headers.items()}
        answer = self.client.post(f"{self.place}?name={quote(name)}", content=content, headers=sent)
        check_described(answer)
        return answer

    def fetch(self, attachment: str, copy: str = "shown", *, who: str = "lead") -> Response:
        """The answer to who opens a copy of a file."""
        answer = self.client.get(f"{self.place}/{attachment}/file?copy={copy}", headers=self.town[who].headers)
        check_described(answer)
        return answer


def list_stored() -> dict[str, str]:
    """The files in the store, by their name with the SHA-256 of what they hold; the drafts among them."""
    files = (file for file in settings().attachments.rglob("*") if file.is_file() and not file.name.startswith("."))
    return {str(file.relative_to(settings().attachments)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
