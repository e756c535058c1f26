"""The adoption watch: who had a near idea that was rejected is told once, as much as they may know; and no other text has a part in it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from models.calls import Call
from models.claims import AdoptionClaim, ClaimState
from models.ideas import Idea
from models.instants import now
from models.ledger import LedgerEntry
from models.outbox import Message
from models.stages import IdeaStage
from tests.building import Town
from tests.sharing import OPEN
from tests.workflows.intake.claiming import FAR, FIRST, NEAR, build_pair, claim_of, listed, mails_asked, require_whole, watch
from tests.workflows.turns import Clock, clock, deliver, own_town, quiet, read_mails, text_of
from workflows.intake import watch as watching
from workflows.intake.team import MemberShare
from workflows.intake.watch import NEAR as THRESHOLD
from workflows.intake.watch import find_near
from workflows.process.context import read_context
from workflows.recognition.messages import list_messages
from workflows.recognition.tell_claims import find_claim_mail

__all__ = ["clock", "own_town"]
pytestmark = pytest.mark.slow


def near_to(town: Town, adopted: str) -> list[tuple[str, Decimal]]:
    """The ideas under watch that are near a determined one, and how near."""
    with town.store.reading() as session:
        context = read_context(session, adopted, actor=town.actor(session, "flow:intake"))
        return [(match.id, match.likeness) for match in find_near(session, context)]


def test_the_lead_of_a_near_rejected_idea_is_told_once_and_of_a_far_one_nobody(either_town: Town) -> None:
    town = either_town
    far = town.build_idea(IdeaStage.REJECTED, lead="owner", **FAR)
    first, adopted = build_pair(town)
    before = town.idea(adopted).version
    assert town.rows(select(Message.subject_id).where(Message.job == "watch")) == [adopted], "the determination asks for it"
    for _ in range(2):
        watch(town, adopted)
    claim = claim_of(town, first, adopted)
    assert (claim.state, far in town.rows(select(AdoptionClaim.idea_id))) == (ClaimState.TOLD, False)
    assert Decimal(claim.matching["likeness"]) >= THRESHOLD
    (message,) = mails_asked(town)
    assert message.subject_id == town["operator"].id
    (fact,) = town.rows(select(LedgerEntry.payload).where(LedgerEntry.kind == "idea.tell_claim"))
    assert (fact["idea"], adopted in str(fact)) == (first, False), "which idea was determined is committed to and not told"
    assert town.idea(adopted).version == before, "of the determined idea nothing is written"
    require_whole(town)
    (shown,) = listed(town, "operator")
    assert (shown.adopted, shown.words, shown.likeness, shown.may_file) == (None, [], "", True)


@pytest.mark.parametrize("is_open", [False, True], ids=["closed to others", "open to colleagues"])
def test_the_mail_names_the_determined_idea_only_to_whom_it_is_open(town: Town, is_open: bool) -> None:
    call = town.build_call(code="TERBUKA", **OPEN) if is_open else ""
    _first, adopted = build_pair(town, **({"call": call} if is_open else {}))
    watch(town, adopted)
    (message,) = mails_asked(town)
    with town.store.reading() as session:
        mail = find_claim_mail(session, message)
        (again,) = [each.told for each in list_messages(session, actor=town.actor(session, "operator")) if each.told.folder == "claim"]
    assert mail is not None
    assert (NEAR["title"] in mail.text, "Kelurahan Maleber" in mail.text) == (is_open, is_open)
    assert (mail.has_due, FIRST["title"] in mail.subject) == (True, True)
    assert mail.text == again.text, "who has no address reads it on their page"
    assert (listed(town, "operator")[0].adopted is not None) is is_open


def test_what_went_on_or_was_never_so_is_told_nobody(town: Town) -> None:
    """Received later, kept no more, led by one of the team; or not rejected at all. In which call it was rejected is all one."""
    first, adopted = build_pair(town)
    later = town.build_idea(IdeaStage.REJECTED, lead="operator", **FIRST)
    own = town.build_idea(IdeaStage.REJECTED, lead="owner", **FIRST)
    other = town.build_call(code="LAIN")
    town.build_idea(IdeaStage.SHORTLISTED, lead="owner", **FIRST)
    town.build_idea(IdeaStage.CLOSED, lead="owner", **FIRST)
    team = tuple(MemberShare(town[who].number, 5_000) for who in ("lead", "owner"))
    second = town.build_idea(IdeaStage.DETERMINED, team=team, **NEAR)
    assert [each for each, _ in near_to(town, adopted)] == [first]
    assert sorted(each for each, _ in near_to(town, second)) == sorted([first, later]), "the team's own is none of others"
    with town.store.unit_of_work() as session:
        session.execute(sa.update(Idea).where(col(Idea.id) == first).values(due_at=now() - timedelta(seconds=1)))
        session.execute(sa.update(Idea).where(col(Idea.id) == later).values(call_id=other))
        session.execute(sa.update(Call).where(col(Call.id) == other).values(unit_id=town.units["COBLONG"][0]))
    assert [each for each, _ in near_to(town, second)] == [later]
    assert own not in town.rows(select(AdoptionClaim.idea_id))


@pytest.mark.parametrize("compared", [300, 2], ids=["all compared", "by the index"])
def test_among_many_the_near_one_is_found_on_either_database(either_town: Town, compared: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "COMPARED", compared)
    first = either_town.build_idea(IdeaStage.REJECTED, lead="operator", **FIRST)
    for _ in range(3):
        either_town.build_idea(IdeaStage.REJECTED, lead="owner", **FAR)
    adopted = either_town.build_idea(IdeaStage.DETERMINED, **NEAR)
    assert [each for each, _ in near_to(either_town, adopted)] == [first]


def test_no_sealed_no_unfinished_and_no_other_text_has_a_part_in_how_near_two_ideas_are(town: Town) -> None:
    first, adopted = build_pair(town)
    before = near_to(town, adopted)
    sealed = town.build_call(code="TERTUTUP", closing={"is_sealed": True})
    town.build_idea(lead="owner", **FIRST)
    hidden = town.build_idea(call=sealed, lead="owner", **FIRST)
    town.take(hidden, "submit", lead="owner")
    for stage in (IdeaStage.SCREENING, IdeaStage.REJECTED):
        town.build_idea(stage, lead="owner", **FAR)
    assert near_to(town, adopted) == before != []
    with town.store.unit_of_work() as session:  # a sealed call's idea is rejected by nobody; were one, it would not be told either
        session.execute(sa.update(Idea).where(col(Idea.id) == first).values(call_id=sealed))
    assert near_to(town, adopted) == []


def test_only_an_idea_that_was_determined_is_looked_for_and_a_strange_text_finds_nothing(town: Town) -> None:
    town.build_idea(IdeaStage.REJECTED, lead="operator", **FIRST)
    deferred = town.build_idea(IdeaStage.DEFERRED, **NEAR)
    watch(town, deferred)
    assert town.rows(select(AdoptionClaim.id)) == []
    empty = "yang dan di ke dari untuk pada dengan"  # words that say nothing of what a text is about
    odd: dict[str, Any] = {"title": "yang dan di", "sections": {"background": empty, "idea": empty}}
    assert near_to(town, town.build_idea(IdeaStage.DETERMINED, **odd)) == []


def test_the_flow_looks_and_the_mail_goes_out(own_town: Town, clock: Clock) -> None:
    first = own_town.build_idea(IdeaStage.REJECTED, lead="operator", **FIRST)
    clock.set("2026-11-25T10:00:00+07:00")
    adopted = own_town.build_idea(IdeaStage.DETERMINED, **NEAR)
    quiet(own_town, "tell_team", "number_receipt", "number_rejection", "route", "send_digest")
    deliver(own_town, "intake")
    quiet(own_town, "send_digest")
    deliver(own_town, "recognition")
    assert claim_of(own_town, first, adopted).told_at == now()
    (mail,) = [each for each in read_mails() if "operator" in str(each["To"])]
    assert "masa pemantauan" in text_of(mail)
    assert "23 Desember 2026" in text_of(mail), "twenty working days by the calendar of offices"
