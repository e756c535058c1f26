"""Two requests of one team are confirmed at the same moment: by another lead, and in the place of a member."""

import threading

from sqlmodel import select

from models.database import LostRace
from models.replacements import Replacement
from models.stages import IdeaStage
from tests.building import Town
from tests.steps import REASON
from tests.workflows.intake.test_agree import named, team_of
from tests.workflows.intake.test_new_lead import THREE, ask_to_lead, lead_of
from tests.workflows.intake.test_replace import agree, require_whole
from workflows.intake.replace import ask_replacement, confirm_replacement
from workflows.intake.replacing import NewReplacement
from workflows.process.refusals import Conflict


def test_of_two_requests_that_are_confirmed_at_once_one_comes_about_and_one_is_refused(either_town: Town) -> None:
    town = either_town
    idea = town.build_idea(IdeaStage.SCREENING, team=named(town, **THREE))
    member = NewReplacement(town["stranger"].id, REASON, employee_number=town["walker"].number)
    leaves = str(town.do(ask_replacement, idea, member, by="lead").id)
    agree(town, leaves, "stranger", "walker", "mate")
    leads = ask_to_lead(town, idea)
    agree(town, leads, "lead")
    ready, done, refused = threading.Barrier(2), list[str](), list[Exception]()

    def confirm(asked: str) -> None:
        ready.wait()
        try:
            town.do(confirm_replacement, asked, confirms=True, by="head")
            done.append(asked)
        except (Conflict, LostRace) as fault:
            refused.append(fault)

    threads = [threading.Thread(target=confirm, args=(asked,)) for asked in (leaves, leads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(done), len(refused)) == (1, 1), (done, refused)
    assert town.rows(select(Replacement.id).where(Replacement.is_done)) == done
    has_left = team_of(town, idea) != THREE
    assert (lead_of(town, idea), has_left) == {leads: ("mate", False), leaves: ("lead", True)}[done[0]]
    require_whole(town)
