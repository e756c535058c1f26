"""A transfer meets what else goes on with an idea: a merge that can come about no more, more calls than are looked at, an end."""

import pytest
from sqlmodel import select

from models.calls import Call, CallChange, CallChangeKind
from models.instants import now
from models.stages import IdeaStage
from models.transfers import IdeaTransfer
from tests.building import Town
from tests.statements import watch
from tests.steps import MET, NOTES
from tests.workflows.intake.merged import propose
from tests.workflows.intake.transferred import accept, agree, build_elsewhere, offer, require_whole
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.transfer_lists import list_transfers
from workflows.intake.transferring import list_calls_to_transfer_into
from workflows.intake.withdraw import withdraw_idea
from workflows.process.context import read_context
from workflows.process.refusals import Conflict


def build_alone(town: Town) -> tuple[str, str]:
    """Two ideas of which nobody is of the other call's office."""
    return town.build_idea(IdeaStage.SCREENING), town.build_idea(IdeaStage.SCREENING, lead="owner", title="Nomor antre dari rumah")


def test_a_merge_that_can_come_about_no_more_holds_no_idea_back(town: Town) -> None:
    other = build_elsewhere(town)
    first, second = build_alone(town)
    propose(town, first, second)
    with pytest.raises(Conflict, match="merge_waits"):
        offer(town, second, other)
    town.do(withdraw_idea, first, by="lead")
    offered = offer(town, second, other)
    accept(town, offered)
    agree(town, offered, "owner")
    assert town.idea(second).call_id == other
    require_whole(town)


def test_an_idea_that_two_offices_agreed_upon_goes_though_the_other_went_into_its_review(town: Town) -> None:
    other = build_elsewhere(town)
    first, second = build_alone(town)
    offered = offer(town, second, other)
    accept(town, offered)
    propose(town, first, second)
    with pytest.raises(Conflict, match="merge_waits"):
        agree(town, offered, "owner")
    town.do(screen_idea, first, Screening.ACCEPTED, Findings(MET), by="secretary")
    assert town.idea(first).stage == IdeaStage.IN_REVIEW
    agree(town, offered, "owner")
    assert town.rows(select(IdeaTransfer.is_done)) == [True]
    require_whole(town)


def test_an_offer_that_can_come_about_no_more_is_on_nobodys_list(town: Town) -> None:
    other = build_elsewhere(town)
    withdrawn, accepted, returned = (town.build_idea(IdeaStage.SCREENING, title=f"Antrean {number}") for number in range(3))
    for idea in (withdrawn, accepted, returned):
        offer(town, idea, other)
    assert [len(listed(town, who)) for who in ("lead", "mate", "walker")] == [3, 3, 3]
    town.do(withdraw_idea, withdrawn, by="lead")
    town.do(screen_idea, accepted, Screening.ACCEPTED, Findings(MET), by="secretary")
    town.do(screen_idea, returned, Screening.RETURNED, Findings(notes=NOTES), by="secretary")
    assert [listed(town, who) for who in ("lead", "mate", "walker")] == [[returned], [returned], []], "what is completed comes back"


def listed(town: Town, who: str) -> list[str]:
    with town.store.reading() as session:
        return [each.context.idea.id for each in list_transfers(session, actor=town.actor(session, who))]


def test_every_call_that_fits_is_offered_however_many_others_there_are(town: Town) -> None:
    other = build_elsewhere(town)
    with town.store.unit_of_work() as session:
        known = session.get_one(Call, other).model_dump(exclude={"id", "code", "title"})
        over = [Call(**{**known, "code": f"TUTUP-{number}", "title": f"A {number}", "state": "closed"}) for number in range(101)]
        session.add_all(over)
        session.flush()
        session.add_all(CallChange(call_id=each.id, kind=CallChangeKind.CLOSED, at=now(), closes_at=each.closes_at) for each in over)
    idea = town.build_idea(IdeaStage.SCREENING)
    with town.store.reading() as session:
        actor = town.actor(session, "secretary")
        context = read_context(session, idea, actor=actor)
        asked = watch(session)
        assert [each.id for each in list_calls_to_transfer_into(session, context, actor)] == [other]
    assert len(asked) < 15
