"""Who may hold which role and office: the expectation is written by hand, and every cell of it is looked at."""

import pytest

from models.may_hold import MAY_HEAD, MAY_HOLD
from models.offices import HeadKind
from models.people import CIVIL_SERVANTS, EmploymentKind, Role

ROLES = """
elected_head    leader
council_member  reviewer,auditor
academic        reviewer,chair,verifier
outside_juror   reviewer,chair
mentor          -
"""
HEADED = {
    "regional_head": "elected_head",
    "deputy_regional_head": "elected_head",
    "regional_secretary": "",
    "unit_head": "",
}
RUN_THE_HOUSE = {Role.PROPOSER, Role.ADMIN, Role.OPERATOR, Role.SECRETARIAT, Role.UNIT_HEAD, Role.PILOT_OWNER}


@pytest.mark.parametrize("line", ROLES.strip().splitlines())
def test_whoever_is_no_civil_servant_holds_only_what_the_list_says(line: str) -> None:
    kind, roles = line.split()
    assert {str(role) for role in MAY_HOLD[EmploymentKind(kind)]} == set(roles.split(",")) - {"-"}


def test_every_kind_stands_in_the_table_and_civil_servants_may_hold_everything() -> None:
    assert set(MAY_HOLD) == set(EmploymentKind)
    assert {kind for kind, roles in MAY_HOLD.items() if roles == set(Role)} == CIVIL_SERVANTS == {"pns", "pppk", "pppk_part_time"}


def test_nobody_else_proposes_or_runs_the_house() -> None:
    for kind in set(EmploymentKind) - CIVIL_SERVANTS:
        assert MAY_HOLD[kind] & RUN_THE_HOUSE == set()


def test_offices_are_headed_by_civil_servants_and_a_region_also_by_whom_it_elected() -> None:
    assert {str(head): {str(kind) for kind in kinds - CIVIL_SERVANTS} for head, kinds in MAY_HEAD.items()} == {
        head: {kind} - {""} for head, kind in HEADED.items()
    }
    assert all(kinds >= CIVIL_SERVANTS for kinds in MAY_HEAD.values())
    assert set(MAY_HEAD) == set(HeadKind)
