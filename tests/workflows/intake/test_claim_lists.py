"""The list of claims with a backlog: it asks no more of a hundred than of one, and the late ones are on it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import col

from models.claims import AdoptionClaim
from models.instants import now
from models.people import Role
from tests.building import Town
from tests.statements import watch
from tests.workflows.intake.claiming import build_filed, build_told, listed
from workflows.intake import claim_lists
from workflows.intake.claim_lists import list_claims
from workflows.intake.merge_lists import list_waiting_merges
from workflows.intake.transfer_lists import list_transfers

READERS = ("leader", "chair", "owner", "operator", "stranger")


def count_questions(town: Town, who: str) -> int:
    """How many statements it takes to list somebody's claims."""
    with town.store.reading() as session:
        actor = town.actor(session, who)
        asked = watch(session)
        list_claims(session, actor=actor)
    return len(asked)


def test_a_backlog_asks_no_more_than_one_claim_and_lists_the_late_and_ones_own(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.give_role("operator", Role.AUDITOR, "KOTA")
    claims = [build_filed(town, lead="owner")[2]]
    short = {who: count_questions(town, who) for who in READERS}
    assert short["stranger"] == 1, "whom no claim concerns"
    assert max(short.values()) <= 16, short
    claims += [build_filed(town, lead="owner")[2] for _ in range(2)]
    assert len(listed(town, "leader")) == 3
    assert {who: count_questions(town, who) for who in READERS} == short
    own = build_told(town)[2]  # the operator's
    with town.store.unit_of_work() as session:
        for claim, ahead in zip(claims, (9, -1, 3), strict=True):
            due = sa.update(AdoptionClaim).where(col(AdoptionClaim.id) == claim)
            session.execute(due.values(due_at=now() + timedelta(days=ahead), filed_at=now() - timedelta(days=90)))
    monkeypatch.setattr(claim_lists, "MOST_LISTED", 2)
    assert [each.row.id for each in listed(town, "leader")] == [claims[1], claims[2]]
    assert [each.row.id for each in listed(town, "operator")] == [own, claims[1]]


def test_every_list_that_the_inbox_counts_is_read_on_either_database(either_town: Town) -> None:
    with either_town.store.reading() as session:
        actor = either_town.actor(session, "secretary")
        assert [list_waiting_merges(session, actor=actor), list_transfers(session, actor=actor)] == [[], []]
    build_filed(either_town, lead="owner")
    assert [len(listed(either_town, who)) for who in ("leader", "owner", "stranger")] == [1, 1, 0]
