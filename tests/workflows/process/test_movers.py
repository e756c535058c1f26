"""Who may be given which step: the list written by hand, every other gift refused, and no two steps of a pair in one role.

Who would cheat: a secretariat that plans a call and, by its policy, gives itself approval; a chair that gives itself the determination of
what it recommends. An inspector expects the list, not the holders of the day, to say no.
"""

import csv
import itertools
from pathlib import Path

import pytest

from api.sentences import sentence
from models.people import Role
from models.policy import Policy
from tests.building import POLICY
from workflows.process import ways
from workflows.process.check import Finding, check_policy
from workflows.process.movers import ALLOWED as LISTED
from workflows.process.movers import BEARING_DUTY, list_concentrations
from workflows.process.ways import Relation

ALLOWED = {
    row["action"]: [row["usual"], *filter(None, row["others"].split(","))]
    for row in csv.DictReader((Path(__file__).parent / "movers.csv").read_text().splitlines())
}
GIFTS = sorted(itertools.product(ALLOWED, Role))
NEVER_TOGETHER = [  # movers, the step moved, the other, how the sentence tells it
    ({"determine": "chair"}, "determine", "recommend", "Ketua tim penilai: Penetapan, Rekomendasi"),
    ({"recommend": "chair", "determine": "chair"}, "determine", "recommend", "Ketua tim penilai: Penetapan, Rekomendasi"),
    ({"recommend": "verifier"}, "recommend", "verify", "Verifikator: Rekomendasi, Verifikasi"),
]


def check(movers: dict[str, str]) -> list[Finding]:
    policy = Policy.model_validate({**POLICY, "movers": movers})
    return check_policy(policy, ways.IDEA, ways.AWARD, ways.DOCUMENT)


@pytest.mark.parametrize(("action", "role"), GIFTS)
def test_a_step_is_given_to_the_roles_of_the_list_and_to_no_other(action: str, role: Role) -> None:
    found = {each.code for each in check({action: role})} - {"policy_concentrates"}
    assert found == (set() if role in ALLOWED[action] else {"policy_mover_not_allowed"})


def test_the_list_has_every_step_of_an_office_that_bears_a_duty_or_has_content_with_the_tables_own_role_first() -> None:
    steps = [step for way in (ways.IDEA, ways.AWARD) for step in way.transitions if step.relation == Relation.SCOPE]
    steps = [step for step in steps if step.has_content or step.action in BEARING_DUTY or step.action in ALLOWED]
    usual = {step.action: str(step.who) for step in reversed(steps)}  # another row of an action is for where its role is held by nobody
    assert usual == {action: roles[0] for action, roles in ALLOWED.items()}


@pytest.mark.parametrize(("movers", "moved", "other", "said"), NEVER_TOGETHER)
def test_two_steps_that_must_differ_are_not_brought_into_one_role(movers: dict[str, str], moved: str, other: str, said: str) -> None:
    (found,) = check(movers)
    assert (found.code, found.path, found.parameters["actions"]) == ("policy_concentrates", f"policy.movers.{moved}", [moved, other])
    assert said in sentence(found.code, "id", found.parameters)


def test_a_chair_may_determine_where_others_recommend_and_verify() -> None:
    assert check({"determine": "chair", "recommend": "verifier", "verify": "auditor"}) == []


def test_the_refusal_names_the_roles_that_may_be_chosen() -> None:
    (found,) = check({"approve": "secretariat"})
    assert sentence(found.code, "id", found.parameters) == (
        "Langkah Persetujuan tidak boleh diserahkan kepada Sekretariat. Pilih salah satu: Pimpinan."
    )


@pytest.mark.parametrize("moved", ["screen", "reopen"])
def test_every_step_of_a_duty_is_asked_whether_another_must_take_it(moved: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LISTED, moved, (Role.SECRETARIAT, Role.CHAIR))  # were the list to let a chair have it
    policy = Policy.model_validate({**POLICY, "movers": {moved: "chair"}})
    found = {(each.moved, each.other, each.role) for each in list_concentrations(policy, ways.IDEA, ways.AWARD)}
    assert found == {(moved, "recommend", Role.CHAIR)}
