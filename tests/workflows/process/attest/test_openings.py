"""What an award pays is sealed in the chain when it is proposed, and opened when it is announced: who reads both can compare them.

Who would cheat: somebody who lets a small award be approved and has a large one announced, with database and rule book altered to fit.
"""

import json
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import select
from typer.testing import CliRunner

from api.cli.main import app as gagas
from models.calls import PolicyVersion
from models.ledger import LedgerEntry
from models.stages import AwardStage
from tests.building import Town
from tests.workflows.turns import clock, own_town
from workflows.calculations.ledger import commitment, write_canonical
from workflows.process import context
from workflows.process.attest.compare import Problem, compare_rows

__all__ = ["clock", "own_town"]
EARLY = [AwardStage.PROPOSED, AwardStage.APPROVED, AwardStage.SCHEDULED]


def entry_of(town: Town, kind: str) -> dict[str, Any]:
    payload: dict[str, Any] = town.rows(select(LedgerEntry.payload).where(LedgerEntry.kind == kind))[-1]
    return payload


@pytest.mark.parametrize("stage", EARLY)
def test_before_its_hour_no_entry_says_tier_distinction_or_sum_of_an_award(town: Town, stage: AwardStage) -> None:
    award = town.award(town.build_award(stage))
    told = " ".join(json.dumps(payload) for payload in town.rows(select(LedgerEntry.payload)))
    shares = [40 * award.amount_rupiah // 100, 60 * award.amount_rupiah // 100]
    for word in (award.distinction, f'"{award.tier}"', award.amount_rupiah, *shares, award.salt, award.computation["steps"][0]["text"]):
        assert str(word) not in told


def test_at_its_hour_the_entry_opens_what_the_proposal_sealed(town: Town) -> None:
    award = town.award(town.build_award(AwardStage.ANNOUNCED))
    sealed = entry_of(town, "award.propose")["detail"]["commits"]["award"][award.id]["prize"]
    opened = entry_of(town, "award.announce")["detail"]
    said = write_canonical(["award", "prize", award.id, opened["tier"], opened["distinction"], opened["amount_rupiah"]])
    assert (opened["tier"], opened["distinction"], opened["amount_rupiah"]) == ("gold", "Emas", 10_000_001)
    assert commitment(said.decode(), bytes.fromhex(opened["opens"]["prize"])) == sealed


def test_what_opens_the_prize_opens_nothing_else(town: Town) -> None:
    """Who proposed, how it was computed, its hour and a later revocation stay sealed."""
    award = town.award(town.build_award(AwardStage.ANNOUNCED))
    assert award.salt not in json.dumps(town.rows(select(LedgerEntry.payload)))


def test_a_larger_award_is_not_announced_than_was_proposed_without_the_verification_naming_it(own_town: Town) -> None:
    """Award, shares, team and rule book were altered together, so that even a recomputation agrees."""
    town = own_town
    idea = town.award(town.build_award(AwardStage.APPROVED)).idea_id
    with town.store.unit_of_work() as session:
        for (name,) in session.execute(
            sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'policyversion'")
        ).all():
            session.execute(sa.text(f"DROP TRIGGER {name}"))
        version = session.exec(select(PolicyVersion)).one()
        book = json.loads(json.dumps(version.body["rule_book"]).replace("10000001", "20000000"))
        session.execute(sa.update(PolicyVersion).values(body={**version.body, "rule_book": book}))
        session.execute(sa.text("UPDATE award SET amount_rupiah = 20000000"))
        session.execute(sa.text("UPDATE awardshare SET amount_rupiah = 2000 * share_hundredths"))
    context._POLICIES.clear()
    town.take(idea, "announce")
    context._POLICIES.clear()
    with town.store.reading() as session:
        found = compare_rows(session).differences
    announced = entry_of(town, "award.announce")
    assert announced["detail"]["amount_rupiah"] == 20_000_000
    assert [(each.table, each.seq) for each in found if each.problem == Problem.MISOPENED] == [("award", announced["seq"])]
    done = CliRunner().invoke(gagas, ["ledger", "verify", "--all"])
    assert done.exit_code == 1
    assert "misopened" in done.output


def test_an_announcement_that_opens_nothing_is_named_too(town: Town) -> None:
    town.build_award(AwardStage.ANNOUNCED)
    with town.store.writing.connect() as connection:
        entry = town.rows(select(LedgerEntry).where(LedgerEntry.kind == "award.announce"))[0]
        detail = {name: value for name, value in entry.payload["detail"].items() if name != "opens"}
        changed = json.dumps({**entry.payload, "detail": detail})
        for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql("UPDATE ledgerentry SET payload = ? WHERE seq = ?", (changed, entry.seq))
        connection.commit()
    with town.store.reading() as session:
        assert Problem.MISOPENED in {each.problem for each in compare_rows(session).differences}
