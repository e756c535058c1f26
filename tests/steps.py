"""The steps of the process by name: what the tests do to bring an idea or an award on, as an action or as a request."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, col, select

from models.awards import Award
from models.ideas import Idea
from models.instants import now, today
from models.pilots import Indicator, Measurement, Pilot
from models.reviews import Review, ReviewState
from models.stages import ENDED_AWARDS, AwardStage, IdeaStage
from tests.clock import stopped_clock
from workflows.intake.draft import Proposal, revise_idea
from workflows.intake.permit import permit_idea
from workflows.intake.route import route_idea
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.submit import submit_idea, supplement_idea
from workflows.intake.withdraw import withdraw_idea
from workflows.pilot.conclude import Verdict, compute_result, conclude_pilot, verify_pilot
from workflows.pilot.measure import Correction, Reading, correct_measurement, report_measurement
from workflows.pilot.roll_out import roll_out_in_use
from workflows.pilot.start import IndicatorPlan, PilotPlan, plan_pilot, start_pilot
from workflows.process.actors import Actor, actor_of
from workflows.region.decrees import NamedDecree
from workflows.review.assign import assign_evenly
from workflows.review.close_review import close_review, draft_recommendation
from workflows.review.determine import Determination, determine_idea, resume_idea
from workflows.review.recommend import Recommendation, recommend_idea
from workflows.review.score import recuse_reviewer, score_idea
from workflows.reward.announce import announce_award, schedule_award
from workflows.reward.approve import approve_award, decline_award
from workflows.reward.propose import draft_award
from workflows.reward.revoke import revoke_award

if TYPE_CHECKING:
    from tests.building import Town

REASON = "Alasan yang cukup jelas untuk dicatat."
MET = {"renewal": True, "benefit": True}
UNMET = {**MET, "renewal": False}
NOTES = {"idea": "Jelaskan biayanya."}


@dataclass(frozen=True)
class IdeaUnderWay:
    """One idea in one transaction: who leads it, and what its reviewers give."""

    town: "Town"
    session: Session
    id: str
    lead: str = "lead"
    points: int = 90

    def do(self, action: Callable[..., Any], *values: Any, by: str, **named: Any) -> Any:
        """One action on the idea, by somebody of the town or by a flow (`by="flow:review"`)."""
        return action(self.session, self.id, *values, actor=self.actor(by), **named)

    def do_award(self, action: Callable[..., Any], *, by: str, **named: Any) -> Any:
        """One action on the idea's award."""
        standing = select(Award.id).where(Award.idea_id == self.id, col(Award.stage).not_in(ENDED_AWARDS))
        return action(self.session, self.session.exec(standing).one(), actor=self.actor(by), **named)

    def actor(self, by: str) -> Actor:
        """Somebody of the town, or a flow, as an actor."""
        return self.town.actor(self.session, by)


def score(at: IdeaUnderWay) -> None:
    """Every reviewer who was asked gives the same points to every criterion."""
    asked = select(Review.reviewer_id).where(Review.idea_id == at.id, Review.state == ReviewState.ASSIGNED)
    for reviewer_id in at.session.exec(asked).all():
        points = {"novelty": Decimal(at.points), "impact": Decimal(at.points)}
        score_idea(at.session, at.id, points, comment="Baik.", actor=actor_of(at.session, reviewer_id))


def plan(owner_id: str, **changes: object) -> PilotPlan:
    """A plan that starts today."""
    first = today()
    goal = (IndicatorPlan("Lama antre", Decimal(60), Decimal(90)),)
    usual = {"unit_code": "ANDIR", "owner_id": owner_id, "site": "Kantor Kecamatan", "starts_on": first, "indicators": goal}
    return PilotPlan(**{**usual, "ends_on": first + timedelta(days=60), **changes})  # type: ignore[arg-type]


def decree_of_today(number: str) -> NamedDecree:
    """A decree that was issued today; another day's has another number."""
    return NamedDecree(f"100.3/{number}/{today():%Y%m%d}", today())


def measure(at: IdeaUnderWay) -> None:
    """Measure every indicator once."""
    indicators = select(Indicator.id).join(Pilot).where(Pilot.idea_id == at.id)
    for indicator_id in at.session.exec(indicators).all():
        at.do(report_measurement, Reading(indicator_id, today(), Decimal(75)), by="owner")


def correct(at: IdeaUnderWay) -> None:
    """Correct every measurement."""
    readings = select(Measurement).join(Indicator).join(Pilot).where(Pilot.idea_id == at.id)
    for reading in at.session.exec(readings).all():
        at.do(correct_measurement, Correction(reading.id, reading.value + 1), reason=REASON, by="owner")


def extend(at: IdeaUnderWay) -> None:
    """The verifier asks for another month."""
    until = at.session.exec(select(Pilot.ends_on).where(Pilot.idea_id == at.id)).one() + timedelta(days=30)
    at.do(verify_pilot, Verdict.EXTEND, reason=REASON, until=until, by="verifier")


def announce(at: IdeaUnderWay) -> None:
    """Schedule for this very instant, and announce while it lasts."""
    with stopped_clock():
        at.do_award(schedule_award, announce_at=now(), by="leader")
        at.do_award(announce_award, by="flow:reward")


def recuse(at: IdeaUnderWay) -> None:
    """One of those who were asked to review steps back."""
    asked = select(Review.reviewer_id).where(Review.idea_id == at.id, Review.state == ReviewState.ASSIGNED).order_by(Review.reviewer_id)
    recuse_reviewer(at.session, at.id, reason=REASON, actor=actor_of(at.session, at.session.exec(asked).first() or ""))


def _rewritten(at: IdeaUnderWay) -> Proposal:
    return at.town.proposal(title="Antrean yang ditulis ulang")


def _completed(at: IdeaUnderWay) -> Proposal:
    """What completes it: other words in a section, everything else as it is."""
    idea = at.session.get_one(Idea, at.id)
    sections = {"background": "Warga menunggu lama di loket.", "idea": "Antrean daring dengan biaya yang dihitung."}
    return at.town.proposal(title=idea.title, sections=sections, team=())


def _screen(at: IdeaUnderWay, outcome: str, findings: Findings) -> None:
    at.do(screen_idea, Screening(outcome), findings, by="secretary")


def _recommend(at: IdeaUnderWay, outcome: str) -> None:
    at.do(recommend_idea, Recommendation(outcome), reason=REASON, by="chair")


def _determine(at: IdeaUnderWay, outcome: str) -> None:
    at.do(determine_idea, Determination(outcome), reason=REASON, decree=decree_of_today("1"), by="deputy")


def _verify(at: IdeaUnderWay, outcome: str) -> None:
    at.do(verify_pilot, Verdict(outcome), reason=REASON, by="verifier")


def _approve(at: IdeaUnderWay) -> None:
    at.do_award(approve_award, decree=decree_of_today("2"), by="leader")


STEPS: dict[str, Callable[[IdeaUnderWay], object]] = {
    "revise": lambda at: at.do(revise_idea, _rewritten(at), by=at.lead),
    "submit": lambda at: at.do(submit_idea, by=at.lead),
    "withdraw": lambda at: at.do(withdraw_idea, by=at.lead),
    "route": lambda at: at.do(route_idea, by="flow:intake"),
    "permit granted": lambda at: at.do(permit_idea, granted=True, reason=REASON, by="head"),
    "permit refused": lambda at: at.do(permit_idea, granted=False, reason=REASON, by="head"),
    "screen accepted": lambda at: _screen(at, "accepted", Findings(MET)),
    "screen returned": lambda at: _screen(at, "returned", Findings(notes=NOTES)),
    "screen duplicate": lambda at: _screen(at, "duplicate", Findings(reason=REASON, duplicate_not_registered=True)),
    "screen rejected": lambda at: _screen(at, "rejected", Findings(UNMET, reason=REASON)),
    "supplement": lambda at: at.do(supplement_idea, _completed(at), by=at.lead),
    "assign": lambda at: at.do(assign_evenly, by="flow:review"),
    "score": score,
    "score low": lambda at: score(replace(at, points=10)),
    "recuse": recuse,
    "close_review": lambda at: at.do(close_review, by="flow:review"),
    "draft_recommend": lambda at: at.do(draft_recommendation, by="flow:review"),
    "recommend feasible": lambda at: _recommend(at, "feasible"),
    "recommend not_feasible": lambda at: _recommend(at, "not_feasible"),
    "recommend deferred": lambda at: _recommend(at, "deferred"),
    "determine adopted": lambda at: _determine(at, "adopted"),
    "determine deferred": lambda at: _determine(at, "deferred"),
    "determine rejected": lambda at: _determine(at, "rejected"),
    "resume passed": lambda at: at.do(resume_idea, reason=REASON, by="secretary"),
    "resume below_mark": lambda at: at.do(resume_idea, reason=REASON, by="secretary"),
    "plan_pilot": lambda at: at.do(plan_pilot, plan(at.town["owner"].id), by="secretary"),
    "start_pilot": lambda at: at.do(start_pilot, by="flow:pilot"),
    "measure": measure,
    "correct": correct,
    "conclude": lambda at: at.do(conclude_pilot, summary="Uji coba berjalan sesuai rencana.", by="owner"),
    "compute_result": lambda at: at.do(compute_result, by="flow:pilot"),
    "verify roll_out": lambda at: _verify(at, "roll_out"),
    "verify extend": extend,
    "verify stop": lambda at: _verify(at, "stop"),
    "roll_out": lambda at: at.do(roll_out_in_use, by="flow:pilot"),
    "propose": lambda at: at.do(draft_award, by="flow:reward"),
    "approve approved": _approve,
    "approve declined": lambda at: at.do_award(decline_award, reason=REASON, by="leader"),
    "schedule": lambda at: at.do_award(schedule_award, announce_at=now() + timedelta(days=7), by="leader"),
    "announce": announce,
    "revoke": lambda at: at.do_award(revoke_award, reason=REASON, by="leader"),
}

IDEA_STEPS: dict[IdeaStage, tuple[str, ...]] = {IdeaStage.DRAFT: ()}
for _stage, _before, _names in (
    (IdeaStage.SUBMITTED, IdeaStage.DRAFT, "submit"),
    (IdeaStage.WITHDRAWN, IdeaStage.SUBMITTED, "withdraw"),
    (IdeaStage.AWAITING_PERMISSION, IdeaStage.SUBMITTED, "route"),
    (IdeaStage.CLOSED, IdeaStage.AWAITING_PERMISSION, "permit refused"),
    (IdeaStage.SCREENING, IdeaStage.AWAITING_PERMISSION, "permit granted"),
    (IdeaStage.SUPPLEMENT_ASKED, IdeaStage.SCREENING, "screen returned"),
    (IdeaStage.IN_REVIEW, IdeaStage.SCREENING, "screen accepted, assign"),
    (IdeaStage.SHORTLISTED, IdeaStage.IN_REVIEW, "score, close_review, draft_recommend"),
    (IdeaStage.BELOW_MARK, IdeaStage.IN_REVIEW, "score low, close_review, draft_recommend"),
    (IdeaStage.RECOMMENDED, IdeaStage.SHORTLISTED, "recommend feasible"),
    (IdeaStage.DETERMINED, IdeaStage.RECOMMENDED, "determine adopted"),
    (IdeaStage.DEFERRED, IdeaStage.RECOMMENDED, "determine deferred"),
    (IdeaStage.REJECTED, IdeaStage.RECOMMENDED, "determine rejected"),
    (IdeaStage.IN_PILOT, IdeaStage.DETERMINED, "plan_pilot, start_pilot"),
    (IdeaStage.PILOT_REPORTED, IdeaStage.IN_PILOT, "measure, conclude, compute_result"),
    (IdeaStage.ROLLED_OUT, IdeaStage.PILOT_REPORTED, "verify roll_out"),
    (IdeaStage.STOPPED, IdeaStage.PILOT_REPORTED, "verify stop"),
):
    IDEA_STEPS[_stage] = (*IDEA_STEPS[_before], *_names.split(", "))

AWARD_STEPS: dict[AwardStage, tuple[str, ...]] = {
    AwardStage.PROPOSED: ("propose",),
    AwardStage.APPROVED: ("propose", "approve approved"),
    AwardStage.SCHEDULED: ("propose", "approve approved", "schedule"),
    AwardStage.ANNOUNCED: ("propose", "approve approved", "announce"),
    AwardStage.DECLINED: ("propose", "approve declined"),
    AwardStage.REVOKED: ("propose", "approve approved", "announce", "revoke"),
}
