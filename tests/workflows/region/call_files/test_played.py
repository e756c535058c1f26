"""Policies that nobody programmed, written by hand as files, are planned, signed, opened and played: gates, movers, categories."""

from decimal import Decimal

import pytest
from sqlmodel import col, select

from models.awards import Award
from models.documents import Document, DocumentKind
from models.instants import now
from models.stages import IdeaStage
from tests.building import Town
from tests.clock import stopped_clock
from tests.specimens import take_as_printed
from tests.steps import REASON, decree_of_today
from workflows.intake.draft import draft_idea
from workflows.pilot.conclude import Verdict, verify_pilot
from workflows.process.refusals import Conflict, Forbidden, Invalid
from workflows.recognition.letters import number_certificates
from workflows.recognition.report import ask_report
from workflows.region.call_files.call import check_file
from workflows.region.calls import close_call, open_call, plan_call
from workflows.region.signatures import sign_policy
from workflows.review.determine import Determination, determine_idea
from workflows.review.gates import pass_gate
from workflows.review.recommend import Recommendation, recommend_idea
from workflows.review.score import score_idea
from workflows.reward.announce import announce_award, schedule_award
from workflows.reward.approve import approve_award
from workflows.reward.propose import draft_ranked_awards

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


def open_file(town: Town, file: str) -> str:
    """The call of a file, planned, signed and opened; answers its id."""
    checked = check_file(file.encode())
    assert checked.faults == []
    assert checked.policy is not None
    with town.store.unit_of_work() as session:
        take_as_printed(session, checked.policy)
    planned = town.do(plan_call, checked.call, by="secretary")
    town.do(sign_policy, planned.id, 1, by="chair")
    return str(town.do(open_call, planned.id, by="secretary").id)


@pytest.fixture
def call(town: Town) -> str:
    """The call of the first file, opened."""
    return open_file(town, FILE)


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


# A contest with categories

CONTEST = """
code: LOMBA-KATEGORI
title: Lomba inovasi kecamatan dan kelurahan
unit_code: BAPPEDA
opens_at: 2020-01-01
closes_at: 2099-12-31
policy:
  entry: in_use
  permission: false
  blind: false
  gates:
    - {name: visit, label: Kunjungan, label_en: Visit, stage: shortlisted, role: verifier}
    - {name: interview, label: Wawancara, label_en: Interview, stage: recommended, role: secretariat, after: [minutes]}
    - {name: minutes, label: Berita acara, label_en: Minutes, stage: recommended, role: auditor}
  categories:
    - name: kecamatan
      label: Kecamatan
      label_en: District
      unit_kinds: [district]
      pass_mark: 70
      rubric:
        - {name: reach, label: Jangkauan, label_en: Reach, weight: 70}
        - {name: saving, label: Penghematan, label_en: Saving, weight: 30, maximum: 10}
    - name: kelurahan
      label: Kelurahan
      label_en: Urban village
      unit_kinds: [urban_village]
      pass_mark: 50
      rubric:
        - {name: nearness, label: Kedekatan dengan warga, label_en: Nearness, weight: 100}
      tiers:
        - {name: first, label: Juara I, minimum_score: 60, amount_rupiah: 3000000, places: 1}
        - {name: second, label: Juara II, minimum_score: 50, amount_rupiah: 2000000, places: 1}
  sections:
    - {name: background, label: Latar belakang, label_en: Background, minimum_words: 3}
    - {name: idea, label: Gagasan, label_en: Idea, maximum_words: 50}
  requirements:
    - {name: renewal, label: Mengandung pembaruan, label_en: Holds a renewal}
    - {name: benefit, label: Bermanfaat, label_en: Is of benefit}
  rubric:
    - {name: novelty, label: Kebaruan, label_en: Novelty, weight: 100}
  pass_mark: 95
  movers: {schedule: secretariat, propose: chair}
  rule_book:
    name: Hadiah lomba
    version: "1"
    source: Keputusan contoh
    tiers:
      - {name: first, label: Juara I, minimum_score: 85, amount_rupiah: 9000000, places: 1}
      - {name: second, label: Juara II, minimum_score: 70, amount_rupiah: 6000000, places: 1}
  documents:
    letterhead: {lines: [PEMERINTAH KOTA CONTOH]}
    place: Contoh
    signatory: {name: Joko Surapati, position: Wali Kota Contoh}
    legal_basis: Keputusan Wali Kota Contoh
    unit_code: BAPPEDA
"""
POINTS = {  # by who leads an idea; the first two are of districts, the others of urban villages
    "operator": {"reach": 95, "saving": 9},
    "other_head": {"reach": 90, "saving": 9},
    "lead": {"nearness": 65},
    "stranger": {"nearness": 62},
    "mate": {"nearness": 55},
    "owner": {"nearness": 49},
}


def enter(town: Town, call: str, who: str) -> str:
    """An idea of somebody who stands alone, judged by every reviewer by the criteria of its category."""
    idea = str(town.do(draft_idea, call, town.proposal(title=f"Inovasi {who}", team=()), by=who).idea.id)
    town.take(idea, "submit", "route", "screen accepted", "assign", lead=who)
    points = {name: Decimal(given) for name, given in POINTS[who].items()}
    for reviewer in town.reviewers(idea):
        with pytest.raises(Invalid):
            town.do(score_idea, idea, {"novelty": Decimal(99)}, comment="", by=reviewer)
        town.do(score_idea, idea, points, comment="Baik.", by=reviewer)
    town.take(idea, "close_review", lead=who)
    return idea


def decide(town: Town, idea: str, outcome: Determination = Determination.ADOPTED) -> None:
    """What follows the committee's recommendation: the gates in the order that the file gives them, and the determination."""
    with pytest.raises(Conflict):
        town.do(pass_gate, idea, "interview", by="secretary")
    town.do(pass_gate, idea, "minutes", by="auditor")
    town.do(pass_gate, idea, "interview", by="secretary")
    town.do(determine_idea, idea, outcome, reason=REASON, decree=decree_of_today("1"), by="deputy")


def adopt(town: Town, idea: str) -> None:
    """Bring a shortlisted idea to its end."""
    with pytest.raises(Conflict):
        town.do(recommend_idea, idea, Recommendation.FEASIBLE, reason=REASON, by="chair")
    town.do(pass_gate, idea, "visit", by="verifier")
    town.do(recommend_idea, idea, Recommendation.FEASIBLE, reason=REASON, by="chair")
    decide(town, idea)
    town.take(idea, "roll_out")


def announce(town: Town, award: str) -> None:
    """Approved by the leader, scheduled by the secretariat to which the file gives that, announced at the hour, certified."""
    town.do(approve_award, award, decree=decree_of_today("2"), by="leader")
    with stopped_clock():
        with pytest.raises(Forbidden):
            town.do(schedule_award, award, announce_at=now(), by="leader")
        town.do(schedule_award, award, announce_at=now(), by="secretary")
        town.do(announce_award, award, by="flow:reward")
    town.do(number_certificates, award, by="flow:recognition")


def test_a_contest_written_by_hand_honours_a_first_of_each_category(either_town: Town) -> None:
    town = either_town
    call = open_file(town, CONTEST)
    ideas = {who: enter(town, call, who) for who in POINTS}
    assert {who: town.idea(idea).category for who, idea in ideas.items()} == {
        **dict.fromkeys(("operator", "other_head"), "kecamatan"),
        **dict.fromkeys(("lead", "stranger", "mate", "owner"), "kelurahan"),
    }
    stages = {who: town.idea(idea).stage for who, idea in ideas.items()}
    assert stages == dict.fromkeys(POINTS, IdeaStage.SHORTLISTED) | {"owner": IdeaStage.BELOW_MARK}
    for who in ("operator", "other_head", "lead", "stranger", "mate"):
        adopt(town, ideas[who])
    town.do(recommend_idea, ideas["owner"], Recommendation.NOT_FEASIBLE, reason=REASON, by="chair")
    decide(town, ideas["owner"], Determination.REJECTED)
    town.do(close_call, call, by="secretary")
    town.do(draft_ranked_awards, call, by="flow:reward")
    leads = {idea: who for who, idea in ideas.items()}
    awards = {leads[each.idea_id]: each for each in town.rows(select(Award).where(Award.call_id == call))}
    assert {who: (each.distinction, each.amount_rupiah) for who, each in awards.items()} == {
        "operator": ("Juara I, Kategori Kecamatan", 9_000_000),
        "other_head": ("Juara II, Kategori Kecamatan", 6_000_000),
        "lead": ("Juara I, Kategori Kelurahan", 3_000_000),
        "stranger": ("Juara II, Kategori Kelurahan", 2_000_000),
    }
    for award in awards.values():
        announce(town, award.id)
    papers = town.rows(select(Document).where(Document.kind == DocumentKind.CERTIFICATE).order_by(col(Document.running)))
    assert [(each.content["distinction"], each.content["category"]) for each in papers] == [
        tuple(award.distinction.split(", ")) for award in awards.values()
    ]
    told = town.do(ask_report, call, by="secretary").content["awards"]
    assert [line["category"] for line in told] == ["Kategori Kecamatan"] * 2 + ["Kategori Kelurahan"] * 2
    assert [line["rank"] for line in told] == [1, 2, 1, 2]
