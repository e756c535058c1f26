"""How tests bring an idea or an award to a stage: steps by name, and the way of steps to each stage."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from sqlmodel import Session, col, select

from models.awards import Award
from models.instants import now, today
from models.pilots import Indicator, Pilot
from models.reviews import Review, ReviewState
from models.stages import ENDED_AWARDS, AwardStage, IdeaStage
from tests.clock import stopped_clock
from workflows.intake.permit import permit_idea
from workflows.intake.route import route_idea
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.submit import submit_idea
from workflows.intake.withdraw import withdraw_idea
from workflows.pilot.conclude import Verdict, compute_result, conclude_pilot, verify_pilot
from workflows.pilot.measure import Reading, report_measurement
from workflows.pilot.roll_out import roll_out_in_use
from workflows.pilot.start import IndicatorPlan, PilotPlan, plan_pilot, start_pilot
from workflows.process.actors import Actor, actor_of, flow_actor
from workflows.review.assign import assign_evenly
from workflows.review.close_review import close_review, draft_recommendation
from workflows.review.determine import Decree, Determination, determine_idea
from workflows.review.recommend import Recommendation, recommend_idea
from workflows.review.score import score_idea
from workflows.reward.announce import announce_award, schedule_award
from workflows.reward.approve import approve_award, decline_award
from workflows.reward.propose import draft_award
from workflows.reward.revoke import revoke_award

REASON = "Alasan yang cukup jelas untuk dicatat."
MET = {"renewal": True, "benefit": True}


@dataclass(frozen=True)
class Builder:
    """One idea under way: who does the steps, and what its reviewers give."""

    session: Session
    idea_id: str
    people: Mapping[str, str]
    lead: str
    points: int

    def by(self, who: str) -> Actor:
        """A resident as an actor."""
        return actor_of(self.session, self.people[who])

    def walk(self, steps: Mapping[str, Callable[["Builder"], object]], way: Iterable[str]) -> None:
        """Take the steps of a way, one after the other."""
        for name in way:
            steps[name](self)

    @property
    def award_id(self) -> str:
        """The idea's standing award."""
        return self.session.exec(select(Award.id).where(Award.idea_id == self.idea_id, col(Award.stage).not_in(ENDED_AWARDS))).one()


def score_all(at: Builder) -> None:
    """Every reviewer who was asked gives the same points; then the review is closed."""
    asked = select(Review.reviewer_id).where(Review.idea_id == at.idea_id, Review.state == ReviewState.ASSIGNED)
    for reviewer_id in at.session.exec(asked).all():
        points = {"novelty": Decimal(at.points), "impact": Decimal(at.points)}
        score_idea(at.session, at.idea_id, points, comment="Baik.", actor=actor_of(at.session, reviewer_id))
    close_review(at.session, at.idea_id, actor=flow_actor("review"))
    draft_recommendation(at.session, at.idea_id, actor=flow_actor("review"))


def plan(owner_id: str, **changes: object) -> PilotPlan:
    """A plan that starts today."""
    first = today()
    goal = (IndicatorPlan("Lama antre", Decimal(60), Decimal(90)),)
    usual = {"unit_code": "ANDIR", "owner_id": owner_id, "site": "Kantor Kecamatan", "starts_on": first, "indicators": goal}
    return PilotPlan(**{**usual, "ends_on": first + timedelta(days=60), **changes})  # type: ignore[arg-type]


def start(at: Builder) -> None:
    """Plan a pilot that starts today, and start it."""
    plan_pilot(at.session, at.idea_id, plan(at.people["owner"]), actor=at.by("secretary"))
    start_pilot(at.session, at.idea_id, actor=flow_actor("pilot"))


def measure_all(at: Builder) -> None:
    """Measure every indicator once."""
    pilot = at.session.exec(select(Pilot).where(Pilot.idea_id == at.idea_id)).one()
    for indicator in at.session.exec(select(Indicator).where(Indicator.pilot_id == pilot.id)).all():
        report_measurement(at.session, at.idea_id, Reading(indicator.id, today(), Decimal(75)), actor=at.by("owner"))


def report(at: Builder) -> None:
    """Measure, conclude, compute."""
    measure_all(at)
    conclude_pilot(at.session, at.idea_id, summary="Uji coba berjalan sesuai rencana.", actor=at.by("owner"))
    compute_result(at.session, at.idea_id, actor=flow_actor("pilot"))


def announce(at: Builder) -> None:
    """Schedule for this very instant, and announce while it lasts."""
    with stopped_clock():
        schedule(at, timedelta())
        announce_award(at.session, at.award_id, actor=flow_actor("reward"))


def schedule(at: Builder, ahead: timedelta = timedelta(days=7)) -> None:
    """Fix the hour."""
    schedule_award(at.session, at.award_id, announce_at=now() + ahead, actor=at.by("leader"))


def _screen(at: Builder, outcome: Screening, findings: Findings) -> None:
    screen_idea(at.session, at.idea_id, outcome, findings, actor=at.by("secretary"))


def _determine(at: Builder, outcome: Determination) -> None:
    decree = Decree("100.3/1", date(2026, 11, 1))
    determine_idea(at.session, at.idea_id, outcome, reason=REASON, decree=decree, actor=at.by("leader"))


def _recommend(at: Builder) -> None:
    recommend_idea(at.session, at.idea_id, Recommendation.FEASIBLE, reason=REASON, actor=at.by("chair"))


def _verify(at: Builder, verdict: Verdict) -> None:
    verify_pilot(at.session, at.idea_id, verdict, reason=REASON, actor=at.by("verifier"))


def _permit(at: Builder, granted: bool) -> None:
    permit_idea(at.session, at.idea_id, granted=granted, reason=REASON, actor=at.by("head"))


def _approve(at: Builder) -> None:
    approve_award(at.session, at.award_id, decree_number="100.3/2", decree_on=date(2026, 11, 2), actor=at.by("leader"))


IDEA_STEPS: dict[str, Callable[[Builder], object]] = {
    "submit": lambda at: submit_idea(at.session, at.idea_id, actor=at.by(at.lead)),
    "withdraw": lambda at: withdraw_idea(at.session, at.idea_id, actor=at.by(at.lead)),
    "route": lambda at: route_idea(at.session, at.idea_id, actor=flow_actor("intake")),
    "permit": lambda at: _permit(at, True),
    "refuse": lambda at: _permit(at, False),
    "return": lambda at: _screen(at, Screening.RETURNED, Findings(notes={"idea": "Jelaskan biayanya."})),
    "accept": lambda at: _screen(at, Screening.ACCEPTED, Findings(MET)),
    "assign": lambda at: assign_evenly(at.session, at.idea_id, actor=flow_actor("review")),
    "score": score_all,
    "score_low": lambda at: score_all(replace(at, points=10)),
    "recommend": _recommend,
    "adopt": lambda at: _determine(at, Determination.ADOPTED),
    "defer": lambda at: _determine(at, Determination.DEFERRED),
    "reject": lambda at: _determine(at, Determination.REJECTED),
    "start": start,
    "report": report,
    "roll_out": lambda at: _verify(at, Verdict.ROLL_OUT),
    "stop": lambda at: _verify(at, Verdict.STOP),
    "roll_out_in_use": lambda at: roll_out_in_use(at.session, at.idea_id, actor=flow_actor("pilot")),
}
IDEA_WAYS: dict[IdeaStage, tuple[str, ...]] = {IdeaStage.DRAFT: ()}
for _stage, _before, _step in (
    (IdeaStage.SUBMITTED, IdeaStage.DRAFT, "submit"),
    (IdeaStage.WITHDRAWN, IdeaStage.SUBMITTED, "withdraw"),
    (IdeaStage.AWAITING_PERMISSION, IdeaStage.SUBMITTED, "route"),
    (IdeaStage.CLOSED, IdeaStage.AWAITING_PERMISSION, "refuse"),
    (IdeaStage.SCREENING, IdeaStage.AWAITING_PERMISSION, "permit"),
    (IdeaStage.SUPPLEMENT_ASKED, IdeaStage.SCREENING, "return"),
    (IdeaStage.IN_REVIEW, IdeaStage.SCREENING, "accept assign"),
    (IdeaStage.SHORTLISTED, IdeaStage.IN_REVIEW, "score"),
    (IdeaStage.BELOW_MARK, IdeaStage.IN_REVIEW, "score_low"),
    (IdeaStage.RECOMMENDED, IdeaStage.SHORTLISTED, "recommend"),
    (IdeaStage.DETERMINED, IdeaStage.RECOMMENDED, "adopt"),
    (IdeaStage.DEFERRED, IdeaStage.RECOMMENDED, "defer"),
    (IdeaStage.REJECTED, IdeaStage.RECOMMENDED, "reject"),
    (IdeaStage.IN_PILOT, IdeaStage.DETERMINED, "start"),
    (IdeaStage.PILOT_REPORTED, IdeaStage.IN_PILOT, "report"),
    (IdeaStage.ROLLED_OUT, IdeaStage.PILOT_REPORTED, "roll_out"),
    (IdeaStage.STOPPED, IdeaStage.PILOT_REPORTED, "stop"),
):
    IDEA_WAYS[_stage] = (*IDEA_WAYS[_before], *_step.split())

AWARD_STEPS: dict[str, Callable[[Builder], object]] = {
    "propose": lambda at: draft_award(at.session, at.idea_id, actor=flow_actor("reward")),
    "approve": _approve,
    "decline": lambda at: decline_award(at.session, at.award_id, reason=REASON, actor=at.by("leader")),
    "schedule": schedule,
    "announce": announce,
    "revoke": lambda at: revoke_award(at.session, at.award_id, reason=REASON, actor=at.by("leader")),
}
AWARD_WAYS: dict[AwardStage, tuple[str, ...]] = {
    AwardStage.PROPOSED: ("propose",),
    AwardStage.APPROVED: ("propose", "approve"),
    AwardStage.SCHEDULED: ("propose", "approve", "schedule"),
    AwardStage.ANNOUNCED: ("propose", "approve", "announce"),
    AwardStage.DECLINED: ("propose", "decline"),
    AwardStage.REVOKED: ("propose", "approve", "announce", "revoke"),
}
