"""To whom a mail would go: of each job that mails one person, who that is and under which address."""

from dataclasses import dataclass

from sqlmodel import Session

from models.documents import Document
from models.people import AccountNotice, MailCode, Person
from workflows.process.jobs import MAIL_JOBS


@dataclass(frozen=True)
class Addressee:
    """A person and the address to which a mail would go; the address is for the mail alone, and is masked wherever it is shown."""

    person_id: str
    name: str
    email: str


def find_addressee(session: Session, job: str, subject_id: str) -> Addressee | None:
    """Whom a job's mail about a subject is for; None for a mail to a whole team, and where nobody is left."""
    known_by = MAIL_JOBS.get(job)
    email = ""
    person_id = subject_id if known_by == "person" else None
    if known_by == "document":
        document = session.get(Document, subject_id)
        person_id = document.holder_id if document is not None else None
    elif known_by == "notice":
        notice = session.get(AccountNotice, subject_id)
        person_id = notice.person_id if notice is not None else None
    elif known_by == "code":
        code = session.get(MailCode, subject_id)
        person_id, email = (code.person_id, code.email) if code is not None else (None, "")
    person = session.get(Person, person_id) if person_id else None
    return Addressee(person.id, person.full_name, email or person.email) if person is not None else None
