"""Two ideas of two teams, and how they become one."""

from sqlmodel import col, select

from models.merges import IdeaMerge
from models.people import AccountNotice
from models.stages import IdeaStage
from tests.building import Town
from tests.steps import REASON
from workflows.intake.merge import NewMerge, answer_merge, ask_merge, open_merge
from workflows.intake.separate import undo_merge
from workflows.intake.team import MemberShare
from workflows.process.attest.compare import compare_rows

ALL = ("lead", "mate", "owner", "walker")


def team(town: Town, **shares: int) -> tuple[MemberShare, ...]:
    return tuple(MemberShare(town[who].number, share) for who, share in shares.items())


def build_two(
    town: Town, stage: IdeaStage = IdeaStage.SCREENING, later: IdeaStage = IdeaStage.SCREENING, call: str = ""
) -> tuple[str, str]:
    """An idea of lead and mate, and one of owner and walker that came in after it."""
    call = call or town.call
    first = town.build_idea(stage, call=call)
    other = team(town, owner=7_000, walker=3_000)
    return first, town.build_idea(later, call=call, lead="owner", title="Nomor antre dari rumah", team=other)


def propose(town: Town, idea: str, other: str, by: str = "secretary") -> str:
    return str(town.do(ask_merge, idea, NewMerge(str(town.idea(other).code), REASON), by=by).id)


def open_both(town: Town, merge: str) -> None:
    for who in ("lead", "owner"):
        town.do(open_merge, merge, by=who)


def terms_of(town: Town, merge: str) -> str:
    return str(town.rows(select(IdeaMerge.terms).where(IdeaMerge.id == merge))[0])


def agree(town: Town, merge: str, *people: str) -> None:
    for who in people:
        town.do(answer_merge, merge, agrees=True, terms=terms_of(town, merge), by=who)


def merge(town: Town, first: str, second: str, *people: str, by: str = "secretary") -> str:
    """Two ideas that have become one, by the word of these people, of whom the first and the last lead; by default of two teams of two."""
    asked = propose(town, first, second, by)
    for who in (people[0], people[-1]) if people else ("lead", "owner"):
        town.do(open_merge, asked, by=who)
    agree(town, asked, *(people or ALL))
    return asked


def take_back(town: Town, merge: str, *, lead: str = "lead", by: str = "secretary") -> None:
    """An office lets two ideas be two again, with the word of one who leads."""
    for who in (lead, by):
        town.do(undo_merge, merge, reason=REASON, by=who)


def require_whole(town: Town) -> None:
    """The ledger commits to everything as it is."""
    with town.store.reading() as session:
        assert compare_rows(session).differences == []


def told(town: Town, who: str) -> list[str]:
    notices = town.rows(select(AccountNotice).where(AccountNotice.person_id == town[who].id).order_by(col(AccountNotice.at)))
    return [each.kind.value for each in notices if each.kind.value.startswith("merge_")]
