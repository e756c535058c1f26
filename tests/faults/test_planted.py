"""Five bugs planted on purpose: the checker sees each of them, by the rule that names it, or it is blind."""

import re
from random import Random

import pytest
import sqlalchemy as sa

from models.database import Database
from tests.building import Town
from tests.faults.checker import broken
from tests.faults.conftest import HouseMaker
from tests.faults.house import await_true
from tests.faults.people import Crowd, Load
from tests.faults.run import Tally, await_ideas, await_quiet, kill_at_work, settle
from workflows.process.crashpoints import DEAD
from workflows.process.planted_bugs import BUGS

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.timeout(1_200), pytest.mark.xdist_group("faults")]
SEED = 5
LOAD = Load(ideas=12, submit_every=1, walked=0)
PATIENCE_SECONDS = 60  # until what does not come to rest is called stuck
APART = ("ack_before_effect", "effect_outside_ack", "dual_write")  # bugs that make two transactions of one
DEATHS = {"GAGAS_TEST_CRASH": "between_two_transactions:2"}  # so each process dies between the two, every second time
FEWEST_DEATHS = 4

# bug -> the rule that must see it
SEEN_BY = {
    "ack_before_effect": "handled_without_effect",
    "effect_outside_ack": "effects_torn",
    "missing_unique": "documents_twice",
    "no_lease": "facts_twice",
    "dual_write": "stuck",
}


def test_every_bug_has_the_rule_that_sees_it() -> None:
    assert set(SEEN_BY) == set(BUGS)


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_seen(bug: str, build_house: HouseMaker, either_town: Town) -> None:
    if bug == "missing_unique":
        drop_unique(either_town.store)
    house = build_house(GAGAS_TEST_BUG=bug, GAGAS_BATCH_SIZE="4", **DEATHS)
    crowd, luck, tally = Crowd(house.api, either_town, LOAD), Random(SEED), Tally()
    crowd.start()
    for number, victim in enumerate(("relay1", "api", "relay2")):
        await_ideas(crowd, LOAD.ideas * number // 3)
        kill_at_work(house, crowd, victim, luck, tally)
    await_ideas(crowd, LOAD.ideas)
    crowd.stop_proposing()
    if bug in APART:
        await_true(lambda: house.ends().count(DEAD) >= FEWEST_DEATHS, "deaths between two transactions")
        await_quiet(house, PATIENCE_SECONDS)
    del house.environment["GAGAS_TEST_CRASH"]
    for name in ("api", "relay1", "relay2"):
        house.restart(name)
    found = settle(house, crowd, luck, PATIENCE_SECONDS)
    print(f"{bug}: {tally}, {house.ends().count(DEAD)} deaths between two transactions, seen: {broken(found)}")
    assert SEEN_BY[bug] in broken(found), f"{bug} went unseen: {found}"


def drop_unique(store: Database) -> None:
    """Take away the constraint that refuses a second document of one cause."""
    with store.unit_of_work() as session:
        connection = session.connection()
        (unique,) = [c for c in sa.inspect(connection).get_unique_constraints("document") if "cause_id" in c["column_names"]]
        if not store.is_sqlite:
            connection.exec_driver_sql(f'ALTER TABLE document DROP CONSTRAINT "{unique["name"]}"')
            return
        parts = connection.exec_driver_sql("SELECT type, sql FROM sqlite_master WHERE tbl_name = 'document' AND sql IS NOT NULL").all()
        connection.exec_driver_sql("DROP TABLE document")
        for _, sql in sorted(parts, key=lambda part: part[0] != "table"):
            without = re.sub(r",\s*(CONSTRAINT \w+ )?UNIQUE \(kind, cause_id, holder_id\)", "", sql)
            connection.exec_driver_sql(without)
