"""An idea that is handed to another call: offered, accepted, agreed to, each as a person would who has just read it."""

from sqlmodel import col, select, update

from models.calls import Call
from models.people import Role
from models.transfers import IdeaTransfer
from tests.building import Town
from workflows.intake.transfer import Agreement, NewTransfer, agree_to_transfer, answer_transfer, offer_transfer
from workflows.intake.transferring import hash_terms
from workflows.process.attest.compare import compare_rows
from workflows.process.context import read_context
from workflows.process.refusals import NotFound

WHY = "Menyangkut sekolah, sehingga menjadi urusan Dinas Pendidikan."


def build_elsewhere(town: Town, **policy: object) -> str:
    """A call of the education agency, of whose secretariat the walker is."""
    if not town.rows(select(Call.id).where(Call.unit_id == town.units["DISDIK"][0])):
        town.give_role("walker", Role.SECRETARIAT, "DISDIK")
    call = town.build_call(**policy)
    with town.store.unit_of_work() as session:
        session.execute(update(Call).where(col(Call.id) == call).values(unit_id=town.units["DISDIK"][0]))
    return call


def offer(town: Town, idea: str, call: str, by: str = "secretary") -> str:
    return str(town.do(offer_transfer, idea, NewTransfer(call, WHY), by=by).id)


def terms_of(town: Town, offered: str) -> str:
    """What whoever accepts or agrees reads now."""
    with town.store.reading() as session:
        row = session.get_one(IdeaTransfer, offered)
        context = read_context(session, row.idea_id, actor=town.actor(session, "flow:intake"))
        return hash_terms(session, context, session.get_one(Call, row.to_call_id))


def accept(town: Town, offered: str, by: str = "walker") -> None:
    town.do(answer_transfer, offered, accepts=True, terms=terms_of(town, offered), by=by)


def agree(town: Town, offered: str, *people: str, **agreement: object) -> None:
    """These of the team agree to what they read now, the lead last; by default both of the usual team."""
    for who in people or ("mate", "lead"):
        town.do(agree_to_transfer, offered, Agreement(terms_of(town, offered), **agreement), by=who)  # type: ignore[arg-type]


def hand_on(town: Town, idea: str, call: str, *people: str, **agreement: object) -> str:
    """An idea that stands in another call."""
    offered = offer(town, idea, call)
    accept(town, offered)
    agree(town, offered, *people, **agreement)
    return offered


def require_whole(town: Town) -> None:
    """The ledger commits to everything as it is."""
    with town.store.reading() as session:
        assert compare_rows(session).differences == []


def sees(town: Town, who: str, idea: str) -> bool:
    with town.store.reading() as session:
        try:
            read_context(session, idea, actor=town.actor(session, who))
        except NotFound:
            return False
    return True
