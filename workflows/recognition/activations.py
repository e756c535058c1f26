"""Mail a code of activation: the code is made and its hash kept before the mail goes out, so the one that arrives opens the account."""

from collections.abc import Callable, Mapping

from sqlmodel import Session

from models.database import LostRace, database
from models.instants import region_zone
from models.people import MailCode, Person
from models.private import read_own_secret
from models.settings import settings
from models.units import Unit
from workflows.adapters.mail import OutgoingMail
from workflows.documents.mail import ActivationMail
from workflows.documents.mail_forms import Reader
from workflows.documents.text import format_instant
from workflows.recognition.outgoing import Told, read_reader, send_safely
from workflows.region.code_mails import make_mailed_code

Effect = Callable[[Session], None]


def mail_activations(codes: Mapping[int, str]) -> dict[int, Effect | Exception]:
    """Mail the code that each message is about, by the id of its row; of each what is left to do, or what kept it from going out."""
    return {number: _mail_activation(code_id) or _nothing for number, code_id in codes.items()}


def _mail_activation(code_id: str) -> Exception | None:
    """Mail the code of a row, where it may open anything; answers with what kept it from going out. It may go out twice, as one code."""
    try:
        secret = read_own_secret(settings().mail_secret)
        with database().unit_of_work() as session:
            mail = write_activation_mail(session, code_id, secret)
    except (OSError, LostRace) as fault:
        return fault
    return send_safely([mail]) if mail is not None else None


def write_activation_mail(session: Session, code_id: str, secret: bytes) -> OutgoingMail | None:
    """The mail with a code, to be sent once this is committed; None where the code is worth nothing any more.

    It names neither number nor sign-in name: whoever reads it by mistake lacks what is typed beside the code.
    """
    made = make_mailed_code(session, code_id, secret)
    if made is None:
        return None
    row, code = made
    person, reader = session.get_one(Person, row.person_id), Reader(read_reader(session, row.person_id).language)
    unit, until = session.get_one(Unit, person.unit_id), format_instant(row.until.astimezone(region_zone()), reader.language)
    mail = ActivationMail(person.full_name, unit.name, code, until, f"{settings().address}/aktivasi")
    written = Told(person, reader, "activation", mail, message_id_of(row)).written
    return OutgoingMail(row.email, written.subject, written.text, message_id_of(row), written.html)


def message_id_of(row: MailCode) -> str:
    """The message id of a code's mail: the same each time it goes out, as the code is."""
    return f"<{row.id}@gagas>"


def _nothing(_session: Session) -> None:
    """All was done before the mail went out."""
