"""The harvest: every file downloaded, every verification address checked, the manifest and the closing table."""

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
from rich.table import Table

from examples.demo.cast import Cast
from examples.demo.theatre import PASSWORD, StoryBroken, Theatre
from workflows.delivery.prefect_server import USER, read_password

FOLDERS = {"receipt": "receipts", "rejection": "letters", "certificate": "certificates", "report": "reports"}


def download_all(theatre: Theatre, cast: Cast, out: Path) -> list[dict[str, Any]]:
    """Save every issued document under its number; answers with their lines for the manifest."""
    auditor = cast.holding("auditor")[0]
    lines = []
    for document in reversed(auditor.list("/documents")):
        if document["sha256"] is None:
            continue
        folder = out / FOLDERS[document["kind"]]
        folder.mkdir(exist_ok=True)
        name = document["number"].replace("/", "-")
        file = folder / f"{name}.pdf"
        file.write_bytes(_fetch(theatre, auditor.token, document["id"], spreadsheet=False))
        if hashlib.sha256(file.read_bytes()).hexdigest() != document["sha256"]:
            raise StoryBroken(f"{file} is not what was issued")
        if document["spreadsheet_sha256"]:
            (folder / f"{name}.xlsx").write_bytes(_fetch(theatre, auditor.token, document["id"], spreadsheet=True))
        lines.append({**document, "file": str(file.relative_to(out))})
    return lines


def check_addresses(theatre: Theatre, documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Open every certificate's verification address, as a phone would; it must show the right state."""
    lines = []
    for document in documents:
        if document["kind"] != "certificate":
            continue
        page = httpx.get(document["verify_url"], timeout=30)
        token = document["verify_url"].rpartition("/")[2]
        checked = theatre.ask("GET", f"/verification/{token}")
        if page.status_code != 200 or document["number"] not in page.text or checked["state"] != document["state"]:
            raise StoryBroken(f"{document['verify_url']} does not show the state of {document['number']}")
        keys = {"number": "number", "file": "file", "sha256": "sha256", "verify_url": "verify_url", "state": "state"}
        lines.append({"holder": checked["holder_name"], **{key: document[name] for key, name in keys.items()}})
    return lines


def read_prefect(api: str, out: Path) -> dict[str, int]:
    """How many flow and task runs Prefect counts, and how many of them failed or crashed."""
    bad = {"state": {"type": {"any_": ["FAILED", "CRASHED"]}}}
    with httpx.Client(base_url=api, auth=(USER, read_password(out)), timeout=30) as client:

        def count(path: str, body: dict[str, Any]) -> int:
            answer = client.post(path, json=body)
            answer.raise_for_status()
            return int(answer.json())

        flow_runs, task_runs = count("/flow_runs/count", {}), count("/task_runs/count", {})
        failed = count("/flow_runs/count", {"flow_runs": bad}) + count("/task_runs/count", {"task_runs": bad})
    return {"flow_runs": flow_runs, "task_runs": task_runs, "failed": failed}


def list_all_ideas(cast: Cast) -> list[dict[str, Any]]:
    """Every submitted idea with its score."""
    auditor = cast.holding("auditor")[0]
    return [auditor.get(f"/ideas/{line['id']}") for line in auditor.list("/ideas")]


def write_manifest(out: Path, cast: Cast, documents: list[dict[str, Any]], figures: dict[str, Any]) -> dict[str, Any]:
    """Write `manifest.json`: ideas, awards, certificates, reports, Prefect's counts, seconds."""
    ideas = list_all_ideas(cast)
    codes = {idea["id"]: idea["code"] for idea in ideas}
    reports = [{"file": d["file"], "sha256": d["sha256"]} for d in documents if d["kind"] == "report"]
    awards = cast.holding("auditor")[0].list("/awards")
    manifest = {
        "ideas": [{key: idea[key] for key in ("code", "title", "stage", "score", "reason_code")} for idea in ideas],
        "awards": [
            {"idea": codes[a["idea_id"]], "tier": a["tier"], "amount_rupiah": a["amount_rupiah"], "state": a["stage"]} for a in awards
        ],
        "reports": reports,
        **figures,
    }
    (out / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return manifest


def write_accounts(out: Path, cast: Cast) -> None:
    """Write who can sign in, so that a committee can try its day by hand."""
    lines = ["employee_number,name,roles,password"]
    lines += [f'{p.number},"{p.name}",{";".join(p.roles) or "proposer"},{PASSWORD}' for p in cast.players.values()]
    (out / "accounts.csv").write_text("\n".join(lines) + "\n", "utf-8")


def closing_table(manifest: dict[str, Any]) -> Table:
    """What came of it all, for people."""
    table = Table(title="Gagas demo", title_justify="left", show_header=False, box=None, padding=(0, 2))
    stages = Counter(idea["stage"] for idea in manifest["ideas"])
    table.add_row(
        "Ideas", str(len(manifest["ideas"])), ", ".join(f"{stage.replace('_', ' ')} {count}" for stage, count in stages.most_common())
    )
    states = Counter(award["state"] for award in manifest["awards"])
    table.add_row("Awards", str(len(manifest["awards"])), ", ".join(f"{state} {count}" for state, count in states.items()))
    paid = sum(award["amount_rupiah"] for award in manifest["awards"] if award["state"] == "announced")
    table.add_row("Announced", "", f"Rp{paid:,}".replace(",", "."))
    certificates = Counter(certificate["state"] for certificate in manifest["certificates"])
    table.add_row("Certificates", str(len(manifest["certificates"])), ", ".join(f"{s} {c}" for s, c in certificates.items()))
    prefect = manifest["prefect"]
    runs = f"{prefect['flow_runs']} flow runs, {prefect['task_runs']} task runs, {prefect['failed']} failed"
    table.add_row("Prefect", "", runs)
    setup = manifest["seconds"]["setup"]
    table.add_row("Seconds", str(manifest["seconds"]["demo"]), "" if setup is None else f"set-up {setup}")
    return table


def _fetch(theatre: Theatre, token: str, document_id: str, *, spreadsheet: bool) -> bytes:
    answer = theatre.client.get(
        f"/documents/{document_id}/file",
        params={"spreadsheet": "true"} if spreadsheet else {},
        headers={"Authorization": f"Bearer {token}"},
    )
    answer.raise_for_status()
    return answer.content
