"""A policy that nobody programmed, written by hand as a file, is planned, signed, opened and played: its gates in its order, its movers."""

import pytest

from models.stages import IdeaStage
from tests.building import Town
from tests.specimens import print_specimens
from tests.steps import REASON
from workflows.pilot.conclude import Verdict, verify_pilot
from workflows.process.refusals import Conflict, Forbidden
from workflows.region.call_files.call import check_file
from workflows.region.calls import open_call, plan_call
from workflows.region.signatures import sign_policy
from workflows.review.gates import pass_gate

FILE = """
code: LOMBA-KELURAHAN
title: "Lomba kelurahan: tulisan tangan"
unit_code: BAPPEDA
opens_at: 2020-01-01
closes_at: 2099-12-31
policy:
  # the hearing comes last here
  gates:
    - {name: hearing, label: Dengar pendapat, label_en: Hearing, stage: shortlisted, role: chair, after: [visit]}
    - {name: visit, label: Kunjungan, label_en: Visit, stage: shortlisted, role: secretariat, days: 3}
  sections:
    - {name: background, label: Latar belakang, label_en: Background, minimum_words: 3}
    - {name: idea, label: Gagasan, label_en: Idea, maximum_words: 50}
  requirements:
    - {name: renewal, label: Mengandung pembaruan, label_en: Holds a renewal}
    - {name: benefit, label: Bermanfaat, label_en: Is of benefit}
  rubric:
    - {name: novelty, label: Kebaruan, label_en: Novelty, weight: 33.5}
    - {name: impact, label: Dampak, label_en: Impact, weight: 66.5}
  pass_mark: 72.5
  pilot: {minimum_days: 0}
  movers: {verify: auditor}
  rule_book:
    name: Hadiah lomba kelurahan
    version: "1"
    source: Keputusan contoh
    tiers:
      - {name: gold, label: Emas, minimum_score: 85.25, amount_rupiah: 7500000}
  documents:
    letterhead: {lines: [PEMERINTAH KOTA CONTOH]}
    place: Contoh
    signatory: {name: Joko Surapati, position: Wali Kota Contoh}
    legal_basis: Keputusan Wali Kota Contoh
    unit_code: BAPPEDA
"""


@pytest.fixture
def call(town: Town) -> str:
    """The call of the file, opened."""
    checked = check_file(FILE.encode())
    assert checked.faults == []
    assert checked.policy is not None
    with town.store.unit_of_work() as session:
        print_specimens(session, checked.policy)
    planned = town.do(plan_call, checked.call, by="secretary")
    town.do(sign_policy, planned.id, 1, by="chair")
    return str(town.do(open_call, planned.id, by="secretary").id)


def test_its_gates_are_passed_in_its_order_by_its_roles(town: Town, call: str) -> None:
    idea = town.build_idea(IdeaStage.SHORTLISTED, call=call)
    with pytest.raises(Conflict):
        town.do(pass_gate, idea, "hearing", by="chair")
    with pytest.raises(Conflict):
        town.take(idea, "recommend feasible")
    town.do(pass_gate, idea, "visit", by="secretary")
    with pytest.raises(Forbidden):
        town.do(pass_gate, idea, "hearing", by="secretary")
    town.do(pass_gate, idea, "hearing", by="chair")
    town.take(idea, "recommend feasible", "determine adopted")
    assert town.idea(idea).stage == IdeaStage.DETERMINED


def test_its_pass_mark_and_its_movers_count(town: Town, call: str) -> None:
    below = town.build_idea(IdeaStage.IN_REVIEW, call=call)
    town.take(below, "score", "close_review", points=72)
    assert town.idea(below).stage == IdeaStage.BELOW_MARK
    idea = town.build_idea(IdeaStage.SHORTLISTED, call=call, title="Gagasan lain", points=90)
    town.do(pass_gate, idea, "visit", by="secretary")
    town.do(pass_gate, idea, "hearing", by="chair")
    town.take(idea, "recommend feasible", "determine adopted", "plan_pilot", "start_pilot", "measure", "conclude", "compute_result")
    with pytest.raises(Forbidden):
        town.do(verify_pilot, idea, Verdict.ROLL_OUT, reason=REASON, by="verifier")
    town.do(verify_pilot, idea, Verdict.ROLL_OUT, reason=REASON, by="auditor")
    assert town.idea(idea).stage == IdeaStage.ROLLED_OUT
