"""Run in a copy of the program that has a new kind of document: does what a message asks of it, and prints what came out as JSON."""

import json
import sys
from io import BytesIO

import pypdf
import sqlalchemy as sa
from sqlmodel import col, select

from api.pages.texts import texts
from models.database import database
from models.documents import Document, DocumentKind
from models.outbox import Message
from models.policy import Policy
from models.settings import settings
from tests.building import POLICY
from tests.workflows.turns import WORKS, read_mails, text_of
from workflows.adapters.files import find_file
from workflows.delivery import relay
from workflows.delivery.claims import claim_batch
from workflows.documents.kinds import get_document_type
from workflows.documents.kinds import thanks as kind_of_thanks  # type: ignore[attr-defined]
from workflows.documents.render import render_documents
from workflows.process import tables, ways
from workflows.process.decide import is_printed
from workflows.recognition.specimens import find_faults

KIND = DocumentKind("thanks")
JOB = "number_thanks"
ROW = f"in_review  leave  -  closed  chair  scope  10  gates  unanswered  recognition.{JOB}  -  all\n"


def ask_for_document(idea_id: str) -> None:
    """Leave one message that asks for a document of the new kind, and none else."""
    with database().unit_of_work() as session:
        session.execute(sa.delete(Message))
        session.add(Message(topic="recognition", job=JOB, subject_id=idea_id, idea_id=idea_id))


def do_jobs() -> list[str]:
    """Do what waits until nothing does; answers the states of all messages."""
    while (batch := claim_batch(database(), "recognition")) is not None:
        for job, ids in batch.jobs.items():
            WORKS["recognition", job](batch.token, ids)
    with database().reading() as session:
        return sorted({str(state) for state in session.exec(select(Message.state))})


def read_documents() -> list[dict[str, str]]:
    """The documents of the new kind, with the text on their paper."""
    with database().reading() as session:
        found = session.exec(select(Document).where(col(Document.kind) == KIND)).all()
    files = {each.id: find_file(settings().documents, str(each.sha256), "pdf") for each in found}
    texts_of = {id_: pypdf.PdfReader(BytesIO(file.read_bytes())).pages[0].extract_text() for id_, file in files.items()}
    return [{"state": each.state, "number": each.number, "text": texts_of[each.id]} for each in found]


def main(idea_id: str) -> None:
    """Print how the new kind fared from message to mail, with specimens as long as people may write and longer."""
    relay.require_every_job()
    ask_for_document(idea_id)
    way = ways.read_way("idea", tables.IDEA_STAGES, f"{tables.IDEA_TRANSITIONS.rstrip()}\n{ROW}")
    (row,) = [each for each in way.transitions if each.action == "leave"]
    played = {
        "program": sys.modules[DocumentKind.__module__].__file__,
        "job": texts()[f"job.recognition_{JOB}"],
        "states": do_jobs(),
        "documents": read_documents(),
        "mails": [{"subject": mail["Subject"], "text": text_of(mail)} for mail in read_mails()],
        "faults": find_faults(Policy.model_validate(POLICY), render_documents),
        "asked_by_a_row": row.jobs,
        "printed": is_printed(row),
        "name": get_document_type(KIND).name,
    }
    kind_of_thanks.LENGTH += 1
    played["faults_of_longer"] = find_faults(Policy.model_validate(POLICY), render_documents)
    print(json.dumps(played))


if __name__ == "__main__":
    main(sys.argv[1])
