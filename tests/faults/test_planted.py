"""Five bugs planted on purpose: the checker sees each of them, by the rule that names it, or it is blind; without one it sees nothing."""

import re
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from models.database import Database
from tests.building import Town
from tests.conftest import SOAK
from tests.faults.bugs import BUGS, ROOMS
from tests.faults.checker import broken
from tests.faults.conftest import Start
from tests.faults.people import Crowd, Load
from tests.faults.processes import FaultyProcesses, await_true
from tests.faults.run import Tally, await_ideas, await_quiet, is_quiet, kill_at_work, settle
from tests.faults.stall import Stall
from tests.serving import ROOT
from workflows.process.crashpoints import DEAD

in_processes = [pytest.mark.server, pytest.mark.slow, pytest.mark.timeout(1_200), pytest.mark.xdist_group("faults")]
SEED = 5
LOAD = Load(ideas=12, submit_every=1, walked=0)
DYING_SECONDS = 15  # that processes go on dying between two transactions, once they have done so often enough
QUIET_SECONDS = 60  # until what does not come to rest is called stuck
APART = ("ack_before_effect", "effect_outside_ack", "dual_write")  # bugs that make two transactions of one
OVERTAKEN = ("no_lease", "")  # where a relay that halts amidst its work is overtaken by the other: without a bug it does no harm
DEATHS = {"GAGAS_TEST_CRASH": "between_two_transactions:2"}  # so each process dies between the two, every second time
FEWEST_DEATHS = 4
RUNS = range(1, 11 if SOAK else 2)  # on each database

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


def test_what_people_install_holds_no_bug_and_no_switch_for_one() -> None:
    files = [file for room in ROOMS for file in (ROOT / room).rglob("*.py")]
    assert len(files) > 100
    named = re.compile("|".join([*BUGS, "GAGAS_TEST_BUG", "planted", r"(?m:^\s*(?:from|import) tests\b)"]))
    assert [(file.name, found[0]) for file in files if (found := named.search(file.read_text()))] == []


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("bug", [pytest.param(bug, marks=in_processes) for bug in BUGS])
def test_a_planted_bug_is_seen(bug: str, run: int, start: Start, either_town: Town, tmp_path: Path) -> None:
    found = run_with(bug, start, either_town, tmp_path)
    assert SEEN_BY[bug] in broken(found), f"{bug} went unseen: {found}"


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("bug", [pytest.param("", marks=in_processes, id="none")])
def test_where_none_is_planted_none_is_seen(bug: str, run: int, start: Start, either_town: Town, tmp_path: Path) -> None:
    assert broken(run_with(bug, start, either_town, tmp_path)) == {}


def run_with(bug: str, start: Start, town: Town, folder: Path) -> dict[str, list[str]]:
    """People submit ideas while processes with a bug in them are killed; answers what the checker finds afterwards."""
    if bug == "missing_unique":
        drop_unique(town.store)
    processes = start(bug=bug, GAGAS_BATCH_SIZE="4", **DEATHS)
    crowd, chance, tally = Crowd(processes.api, town, LOAD), Random(SEED), Tally()
    crowd.start()
    try:
        if bug in OVERTAKEN:
            overtake_stalled(processes, crowd, Stall("after_send_before_ack", str(folder)))
        for number, victim in enumerate(("relay1", "api", "relay2")):
            await_ideas(crowd, LOAD.ideas * number // 3)
            kill_at_work(processes, crowd, victim, chance, tally)
        await_ideas(crowd, LOAD.ideas)
        crowd.stop_proposing()
        if bug in APART:
            await_true(lambda: processes.ends().count(DEAD) >= FEWEST_DEATHS, "deaths between two transactions")
            await_quiet(processes, DYING_SECONDS)
        del processes.environment["GAGAS_TEST_CRASH"]
        for name in ("api", "relay1", "relay2"):
            processes.restart(name)
        found = settle(processes, crowd, chance, QUIET_SECONDS)
    finally:
        crowd.stop()
    print(f"{bug or 'no bug'}: {tally}, {processes.ends().count(DEAD)} deaths between two transactions, seen: {broken(found)}")
    return found


def overtake_stalled(processes: FaultyProcesses, crowd: Crowd, stall: Stall) -> None:
    """Let the first relay halt amidst its work until the other has done all there is, and then go on.

    Nobody proposes meanwhile. While others wrote without a pause, the first relay's late transaction was kept waiting for its database so
    long that it was given up, and its second effect, which is what is looked for, never came: the bug went unseen in one of four runs.
    """
    for name in ("relay1", "relay2"):
        processes.kill(name, start_again=False)
    await_ideas(crowd, crowd.ideas + 3)  # what only the first relay can begin
    with crowd.resting():
        processes.start("relay1", stall=stall)
        await_true(lambda: stall.reached, f"a relay at {stall.point}")
        processes.start("relay2")
        await_true(lambda: is_quiet(processes), "the other relay's work")
        stall.end()
        await_true(lambda: stall.over, "the first relay's own")


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
