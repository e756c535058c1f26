"""The mail that tells the lead of a rejected idea that a near one was determined, and what became of their claim.

Which idea it was is told only to whoever may see it when the mail is written.
"""

from sqlmodel import Session

from models.claims import AdoptionClaim, ClaimState
from models.ideas import Idea
from models.instants import local_day
from models.outbox import Message
from models.people import Person
from models.settings import settings
from models.units import Unit
from workflows.documents.mail import ClaimMail
from workflows.documents.text import format_date
from workflows.intake.claim_records import KEY, find_due
from workflows.intake.claims import knows_adopted
from workflows.process.actors import actor_of, flow_actor
from workflows.process.context import IdeaContext, read_context
from workflows.recognition.outgoing import Told, find_reached, read_reader

_FLOW = flow_actor("recognition")
HAPPENED = {ClaimState.TOLD: "told", ClaimState.UPHELD: "upheld", ClaimState.DISMISSED: "dismissed"}


def find_claim_mail(session: Session, asked: Message) -> Told | None:
    """The mail that a message asks for; None for who has no address or a closed account, and what has gone on since."""
    return find_reached(session, tell_claim(session, asked))


def tell_claim(session: Session, asked: Message) -> Told | None:
    """What a message tells a lead of a claim of theirs; None where it stands otherwise by now, or somebody else leads the idea."""
    claim_id, _, state = str(asked.dedupe_key).removeprefix(KEY).partition(":")
    claim, person = session.get(AdoptionClaim, claim_id), session.get(Person, asked.subject_id)
    if claim is None or person is None or claim.state != state or claim.state not in HAPPENED:
        return None
    idea = session.get_one(Idea, claim.idea_id)
    if idea.lead_id != person.id:
        return None
    reader = read_reader(session, person.id)
    is_told = claim.state == ClaimState.TOLD
    adopted = read_context(session, claim.adopted_id, actor=_FLOW)
    known = knows_adopted(session, adopted, actor_of(session, person.id))
    mail = ClaimMail(
        name=person.full_name,
        happened=HAPPENED[claim.state],
        title=idea.title,
        code=str(idea.code),
        adopted=_name(session, adopted) if known else "",
        adopted_on=format_date(local_day(claim.adopted_at), reader.language),
        until=format_date(local_day(find_due(session, claim, idea)), reader.language) if is_told else "",
        reason=claim.end_reason,
        url=f"{settings().address}/klaim",
    )
    return Told(person, reader, "claim", mail, f"<{asked.id}.{person.id}@gagas>", has_due=is_told)


def _name(session: Session, adopted: IdeaContext) -> str:
    """A determined idea as one line: its title and unit."""
    return f"{adopted.idea.title} ({session.get_one(Unit, adopted.idea.unit_id).name})"
