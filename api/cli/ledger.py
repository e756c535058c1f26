"""`gagas ledger`: verify the chain, sign a checkpoint to publish elsewhere."""

import json
from pathlib import Path
from typing import Annotated

import rfc8785
import typer
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from sqlmodel import Session, col, select

from models.database import database
from models.instants import now
from models.ledger import LedgerEntry, LedgerHead
from models.settings import settings
from workflows.calculations.ledger import ChainEntry, Checkpoint, verify_chain

ledger = typer.Typer(no_args_is_help=True, help="Verify the ledger, or sign a checkpoint of it.")
PAGE = 5_000


@ledger.command()
def verify(
    checkpoint: Annotated[Path | None, typer.Option(help="A checkpoint published before; shows whether entries were cut off.")] = None,
) -> None:
    """Recompute every link of the chain; exit code 1 when it is broken."""
    known = _read_checkpoint(checkpoint) if checkpoint else None
    with database().reading() as session:
        head = session.exec(select(LedgerHead)).one()
        report = verify_chain(_links(session), known or Checkpoint(size=head.seq, head=head.hash))
    typer.echo(report.model_dump_json(indent=2))
    raise typer.Exit(0 if report.valid else 1)


@ledger.command("checkpoint")
def sign_checkpoint() -> None:
    """Print size, head and time of the ledger, signed with the data folder's Ed25519 key; keep it off this machine."""
    with database().reading() as session:
        head = session.exec(select(LedgerHead)).one()
    key = load_pem_private_key((settings().data / "keys" / "ledger.pem").read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise typer.BadParameter("the ledger's key is not an Ed25519 key; run `gagas init`")
    said: dict[str, int | str] = {"size": head.seq, "head": head.hash, "at": now().isoformat()}
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    typer.echo(json.dumps({**said, "signature": key.sign(rfc8785.dumps(dict(said))).hex(), "public_key": public}, indent=2))


def _read_checkpoint(file: Path) -> Checkpoint:
    try:
        known = json.loads(file.read_text())
        said = {name: known[name] for name in ("size", "head", "at")}
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(known["public_key"]))
        key.verify(bytes.fromhex(known["signature"]), rfc8785.dumps(said))
        return Checkpoint(size=known["size"], head=known["head"])
    except (OSError, ValueError, KeyError, TypeError, InvalidSignature) as wrong:
        raise typer.BadParameter(f"{file} is not a checkpoint as it was signed") from wrong


def _links(session: Session) -> list[ChainEntry]:
    links: list[ChainEntry] = []
    while True:
        after = links[-1].seq if links else 0
        page = session.exec(select(LedgerEntry).where(col(LedgerEntry.seq) > after).order_by(col(LedgerEntry.seq)).limit(PAGE)).all()
        if not page:
            return links
        links += [ChainEntry(seq=entry.seq, payload=entry.payload, hash=entry.hash) for entry in page]
