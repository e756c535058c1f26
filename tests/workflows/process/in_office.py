"""What an office brings about before the screening: another idea joins, one is handed to another call, or is turned down and reopened."""

from dataclasses import dataclass

from sqlmodel import select

from models.ideas import Idea
from models.merges import IdeaMerge
from models.transfers import IdeaTransfer
from tests.building import Town
from tests.steps import REASON, UNMET
from tests.workflows.intake.merged import agree
from tests.workflows.intake.transferred import accept
from tests.workflows.intake.transferred import agree as agree_to_rules
from workflows.intake.merge import NewMerge, ask_merge, open_merge
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.transfer import NewTransfer, offer_transfer
from workflows.review.reopen import reopen_idea

JOINING = "owner"  # who leads the idea that joins: a colleague of a team's member, in whose unit no official works


@dataclass(frozen=True)
class Office:
    """What acts in office speak of: the idea, its team with the lead first, and the call to which it may be handed on."""

    idea: str
    team: tuple[str, ...]
    elsewhere: str


def act_in_office(town: Town, office: Office, who: str, act: str) -> None:
    """Somebody does their part in office; where all that lacks then are the words of the teams, these are given."""
    idea = office.idea
    match act:
        case "merge":
            (other,) = town.rows(select(Idea.code).where(Idea.id != idea))
            town.do(ask_merge, idea, NewMerge(str(other), REASON), by=who)
            (merge,) = town.rows(select(IdeaMerge.id))
            for lead in (office.team[0], JOINING):
                town.do(open_merge, merge, by=lead)
            agree(town, merge, *office.team, JOINING)
        case "offer":
            town.do(offer_transfer, idea, NewTransfer(office.elsewhere, REASON), by=who)
        case "take_in":
            (offered,) = town.rows(select(IdeaTransfer.id))
            accept(town, offered, by=who)
            agree_to_rules(town, offered, *reversed(office.team))
        case "turn_down":
            town.do(screen_idea, idea, Screening.REJECTED, Findings(UNMET, reason=REASON), by=who)
        case "reopen":
            town.do(reopen_idea, idea, reason=REASON, by=who)
