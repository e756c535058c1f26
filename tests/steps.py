"""The steps of the process by name: what the tests do to bring an idea or an award on, as an action or as a request."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, col, select

from models.awards import Award
from models.ideas import Idea, Revision
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
from workflows.review.assign import assign_evenly, assign_reviewer
from workflows.review.close_review import close_review, draft_recommendation
from workflows.review.determine import Determination, determine_idea, resume_idea
from workflows.review.recommend import Recommendation, recommend_idea
from workflows.review.reopen import reopen_idea
from workflows.review.score import recuse_reviewer, score_idea
from workflows.reward.announce import announce_award, schedule_award
from workflows.reward.approve import approve_award, decline_award
from workflows.reward.propose import draft_award, propose_award
from workflows.reward.revoke import revoke_award

if TYPE_CHECKING:
    from tests.building import Town

REASON = "Alasan yang cukup jelas untuk dicatat."
MET = {"renewal": True, "benefit": True}
UNMET = {**MET, "renewal": False}
NOTES = {"idea": "Jelaskan biayanya."}
CRITERIA = ("novelty", "impact")  # of the town's rubric
FINDINGS = {
    "accepted": Findings(MET),
    "returned": Findings(notes=NOTES),
    "duplicate": Findings(reason=REASON, duplicate_not_registered=True),
    "rejected": Findings(UNMET, reason=REASON),
}


@dataclass(frozen=True)
class IdeaUnderWay:
    """One idea in one transaction: who leads it, what its reviewers give, and what else its steps speak of."""

    town: "Town"
    session: Session
    idea: str
    lead: str = "lead"
    points: int = 90
    indicator: str = ""
    subject: str = ""
    until_announced: timedelta = timedelta(days=7)

    def do(self, action: Callable[..., Any], *values: Any, by: str, **named: Any) -> Any:
        """One action on the idea, by somebody of the town or by a flow (`by="flow:review"`)."""
        return self.acting(self.actor(by))(action, self.idea, *values, **named)

    def acting(self, actor: Actor) -> Callable[..., Any]:
        """What takes an action as this actor: its first argument is the action, the others are the action's own."""
        return lambda action, *values, **named: action(self.session, *values, actor=actor, **named)

    def actor(self, by: str) -> Actor:
        """Somebody of the town, or a flow, as an actor."""
        return self.town.actor(self.session, by)

    @property
    def award(self) -> str:
        """The idea's award that has not ended."""
        standing = select(Award.id).where(Award.idea_id == self.idea, col(Award.stage).not_in(ENDED_AWARDS))
        return self.session.exec(standing).one()

    @property
    def later(self) -> date:
        """A last day of the pilot a month after its present one."""
        return self.session.exec(select(Pilot.ends_on).where(Pilot.idea_id == self.idea)).one() + timedelta(days=30)

    @property
    def completed(self) -> Proposal:
        """What completes the idea: other words in the section that was asked about, everything else as it is."""
        idea = self.session.get_one(Idea, self.idea)
        said = self.session.exec(select(Revision).where(Revision.idea_id == idea.id, Revision.number == idea.revision)).one()
        sections = {**said.sections, "idea": "Antrean daring dengan biaya yang dihitung."}
        return self.town.proposal(title=idea.title, sections=sections, answers=said.answers, team=())


def plan(owner_id: str, **changes: object) -> PilotPlan:
    """A plan that starts today."""
    first = today()
    goal = (IndicatorPlan("Lama antre", Decimal(60), Decimal(90)),)
    usual = {"unit_code": "ANDIR", "owner_id": owner_id, "site": "Kantor Kecamatan", "starts_on": first, "indicators": goal}
    return PilotPlan(**{**usual, "ends_on": first + timedelta(days=60), **changes})  # type: ignore[arg-type]


def decree_of_today(number: str) -> NamedDecree:
    """A decree that was issued today; another day's has another number."""
    return NamedDecree(f"100.3/{number}/{today():%Y%m%d}", today())


# By action and outcome; `do` takes an action as somebody, `at` is what it is about.
ACTIONS: dict[tuple[str, str], Callable[..., object]] = {
    ("submit", "-"): lambda do, at: do(submit_idea, at.idea),
    ("withdraw", "-"): lambda do, at: do(withdraw_idea, at.idea),
    ("permit", "granted"): lambda do, at: do(permit_idea, at.idea, granted=True, reason=REASON),
    ("permit", "refused"): lambda do, at: do(permit_idea, at.idea, granted=False, reason=REASON),
    ("supplement", "-"): lambda do, at: do(supplement_idea, at.idea, at.completed),
    ("assign", "-"): lambda do, at: do(assign_reviewer, at.idea, at.town[at.subject].id),
    ("score", "-"): lambda do, at: do(score_idea, at.idea, dict.fromkeys(CRITERIA, Decimal(at.points)), comment="Baik."),
    ("recuse", "-"): lambda do, at: do(recuse_reviewer, at.idea, reason=REASON),
    ("resume", "passed"): lambda do, at: do(resume_idea, at.idea, reason=REASON),
    ("reopen", "-"): lambda do, at: do(reopen_idea, at.idea, reason=REASON),
    ("plan_pilot", "-"): lambda do, at: do(plan_pilot, at.idea, plan(at.town["owner"].id)),
    ("measure", "-"): lambda do, at: do(report_measurement, at.idea, Reading(at.indicator, today(), Decimal(at.points))),
    ("conclude", "-"): lambda do, at: do(conclude_pilot, at.idea, summary="Uji coba berjalan sesuai rencana."),
    ("verify", "extend"): lambda do, at: do(verify_pilot, at.idea, Verdict.EXTEND, reason=REASON, until=at.later),
    ("propose", "-"): lambda do, at: do(propose_award, at.idea),
    ("approve", "approved"): lambda do, at: do(approve_award, at.award, decree=decree_of_today("2")),
    ("approve", "declined"): lambda do, at: do(decline_award, at.award, reason=REASON),
    ("schedule", "-"): lambda do, at: do(schedule_award, at.award, announce_at=now() + at.until_announced),
    ("revoke", "-"): lambda do, at: do(revoke_award, at.award, reason=REASON),
}
for _outcome, _found in FINDINGS.items():
    ACTIONS["screen", _outcome] = lambda do, at, o=_outcome, f=_found: do(screen_idea, at.idea, Screening(o), f)
for _outcome in ("feasible", "not_feasible", "deferred"):
    ACTIONS["recommend", _outcome] = lambda do, at, o=_outcome: do(recommend_idea, at.idea, Recommendation(o), reason=REASON)
for _outcome in ("adopted", "deferred", "rejected"):
    ACTIONS["determine", _outcome] = lambda do, at, o=_outcome: do(
        determine_idea, at.idea, Determination(o), reason=REASON, decree=decree_of_today("1")
    )
for _outcome in ("roll_out", "stop"):
    ACTIONS["verify", _outcome] = lambda do, at, o=_outcome: do(verify_pilot, at.idea, Verdict(o), reason=REASON)


def score(at: IdeaUnderWay) -> None:
    """Every reviewer who was asked gives the same points to every criterion."""
    for reviewer_id in _asked(at):
        ACTIONS["score", "-"](at.acting(actor_of(at.session, reviewer_id)), at)


def recuse(at: IdeaUnderWay) -> None:
    """One of those who were asked to review steps back."""
    ACTIONS["recuse", "-"](at.acting(actor_of(at.session, _asked(at)[0])), at)


def run_out(at: IdeaUnderWay) -> None:
    """Everybody who is asked to review steps back until nobody may be asked any more, and the review's date is past."""
    while asked := _asked(at):
        for _ in asked:
            recuse(at)
        at.do(assign_evenly, by="flow:review")
    idea = at.session.get_one(Idea, at.idea)
    idea.due_at = now() - timedelta(minutes=1)
    at.do(close_review, by="flow:review")


def measure(at: IdeaUnderWay) -> None:
    """Measure every indicator once."""
    for indicator_id in at.session.exec(select(Indicator.id).join(Pilot).where(Pilot.idea_id == at.idea)).all():
        ACTIONS["measure", "-"](at.acting(at.actor("owner")), replace(at, points=75, indicator=indicator_id))


def correct(at: IdeaUnderWay) -> None:
    """Correct every measurement."""
    readings = select(Measurement).join(Indicator).join(Pilot).where(Pilot.idea_id == at.idea)
    for reading in at.session.exec(readings).all():
        at.do(correct_measurement, Correction(reading.id, reading.value + 1), reason=REASON, by="owner")


def announce(at: IdeaUnderWay) -> None:
    """Schedule for this very instant, and announce while it lasts."""
    with stopped_clock():
        at.acting(at.actor("leader"))(schedule_award, at.award, announce_at=now())
        at.acting(at.actor("flow:reward"))(announce_award, at.award)


def _asked(at: IdeaUnderWay) -> list[str]:
    asked = select(Review.reviewer_id).where(Review.idea_id == at.idea, Review.state == ReviewState.ASSIGNED)
    return list(at.session.exec(asked.order_by(Review.reviewer_id)))


def _rewritten(at: IdeaUnderWay) -> Proposal:
    return at.town.proposal(title="Antrean yang ditulis ulang")


def _by(who: str, action: str, outcome: str = "-") -> Callable[[IdeaUnderWay], object]:
    """An action as a step, taken by whose it is in the town; by the idea's own lead where nobody is named."""
    return lambda at: ACTIONS[action, outcome](at.acting(at.actor(who or at.lead)), at)


STEPS: dict[str, Callable[[IdeaUnderWay], object]] = {
    "revise": lambda at: at.do(revise_idea, _rewritten(at), by=at.lead),
    "submit": _by("", "submit"),
    "withdraw": _by("", "withdraw"),
    "route": lambda at: at.do(route_idea, by="flow:intake"),
    "permit granted": _by("head", "permit", "granted"),
    "permit refused": _by("head", "permit", "refused"),
    **{f"screen {outcome}": _by("secretary", "screen", outcome) for outcome in FINDINGS},
    "supplement": _by("", "supplement"),
    "assign": lambda at: at.do(assign_evenly, by="flow:review"),
    "score": score,
    "score low": lambda at: score(replace(at, points=10)),
    "recuse": recuse,
    "run_out": run_out,
    "close_review": lambda at: at.do(close_review, by="flow:review"),
    "draft_recommend": lambda at: at.do(draft_recommendation, by="flow:review"),
    **{f"recommend {outcome}": _by("chair", "recommend", outcome) for outcome in ("feasible", "not_feasible", "deferred")},
    **{f"determine {outcome}": _by("deputy", "determine", outcome) for outcome in ("adopted", "deferred", "rejected")},
    "resume passed": _by("secretary", "resume", "passed"),
    "resume below_mark": _by("secretary", "resume", "passed"),
    "reopen": _by("secretary", "reopen"),
    "plan_pilot": _by("secretary", "plan_pilot"),
    "start_pilot": lambda at: at.do(start_pilot, by="flow:pilot"),
    "measure": measure,
    "correct": correct,
    "conclude": _by("owner", "conclude"),
    "compute_result": lambda at: at.do(compute_result, by="flow:pilot"),
    **{f"verify {outcome}": _by("verifier", "verify", outcome) for outcome in ("roll_out", "extend", "stop")},
    "roll_out": lambda at: at.do(roll_out_in_use, by="flow:pilot"),
    "propose": lambda at: at.do(draft_award, by="flow:reward"),
    "approve approved": _by("leader", "approve", "approved"),
    "approve declined": _by("leader", "approve", "declined"),
    "schedule": _by("leader", "schedule"),
    "announce": announce,
    "revoke": _by("leader", "revoke"),
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
    (IdeaStage.NO_QUORUM, IdeaStage.IN_REVIEW, "run_out"),
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
