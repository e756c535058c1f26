"""Ways through the process without the pages: each brings an idea of the village to where a test begins."""

from datetime import timedelta
from decimal import Decimal

from sqlmodel import select

from models.awards import Award
from models.instants import today
from models.pilots import Indicator
from tests.api.pages.village import POLICY, Village
from workflows.intake.permit import permit_idea
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.pilot.conclude import compute_result, conclude_pilot
from workflows.pilot.measure import Reading, report_measurement
from workflows.pilot.start import IndicatorPlan, PilotPlan, plan_pilot, start_pilot
from workflows.review.determine import Decree, Determination, determine_idea
from workflows.review.recommend import Recommendation, recommend_idea
from workflows.review.score import score_idea

YES = {requirement["name"]: True for requirement in POLICY["requirements"]}


def screened(village: Village, call: str = "new", until: str = "in_review", **said: str) -> str:
    """An idea before the secretariat, or past it and with its reviewers."""
    idea = village.submitted(call, **said)
    village.act(permit_idea, idea, who="head", granted=True)
    if until == "screening":
        return idea
    village.act(screen_idea, idea, Screening.ACCEPTED, Findings(YES), who="secretary")
    village.to_reviewers(idea)
    return idea


def reviewed(village: Village, call: str = "new", **said: str) -> str:
    """An idea with all its scores in and a draft for the chair."""
    idea = screened(village, call, **said)
    for who, points in (("reviewer", 88), ("other_reviewer", 84)):
        village.act(score_idea, idea, {"need": Decimal(points), "novelty": Decimal(points + 2)}, who=who, comment="Manfaatnya terukur.")
    village.end_review(idea)
    return idea


def recommended(village: Village, call: str = "new", **said: str) -> str:
    """An idea before the leader."""
    idea = reviewed(village, call, **said)
    village.act(recommend_idea, idea, Recommendation.FEASIBLE, who="chair", reason="Layak, karena manfaatnya terukur.")
    return idea


def adopted(village: Village, call: str = "new", **said: str) -> str:
    """A determined idea."""
    idea = recommended(village, call, **said)
    village.act(determine_idea, idea, Determination.ADOPTED, who="leader", reason="", decree=Decree("100.3.3/12/2026", today()))
    return idea


def piloted(village: Village, **said: str) -> str:
    """An idea whose pilot runs since today."""
    idea = adopted(village, **said)
    indicators = (IndicatorPlan("Bayi dengan akta sebelum tiga bulan", Decimal(65), Decimal(90), unit_label="persen"),)
    days = (today(), today() + timedelta(days=90))
    plan = PilotPlan("KEL-CAMPAKA", village.people["owner"], "Lima posyandu RW 02 sampai RW 05", *days, indicators)
    village.act(plan_pilot, idea, plan, who="secretary")
    village.act(start_pilot, idea, who="pilot")
    return idea


def measured(village: Village, **said: str) -> str:
    """A pilot with a reading."""
    idea = piloted(village, **said)
    with village.database.reading() as session:
        indicator = session.exec(select(Indicator)).first()
    assert indicator
    village.act(report_measurement, idea, Reading(indicator.id, today(), Decimal("88.5"), "Catatan kader"), who="owner")
    return idea


def reported(village: Village, **said: str) -> str:
    """A pilot whose report waits for the verifier."""
    idea = measured(village, **said)
    village.act(conclude_pilot, idea, who="owner", summary="Empat bulan berjalan di lima posyandu; hampir semua bayi memegang akta.")
    village.act(compute_result, idea, who="pilot")
    return idea


def awarded(village: Village, **said: str) -> str:
    """A proposed award, by its id, of an innovation in use."""
    idea = adopted(village, "used", **said)
    village.reward(idea)
    with village.database.reading() as session:
        return str(session.exec(select(Award.id).where(Award.idea_id == idea)).one())
