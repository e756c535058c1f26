"""The names of all stages: those of the process' tables, one for each row; a test holds the two against each other."""

from enum import StrEnum


class IdeaStage(StrEnum):
    """Where an idea stands on its way."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    AWAITING_PERMISSION = "awaiting_permission"
    SCREENING = "screening"
    SUPPLEMENT_ASKED = "supplement_asked"
    IN_REVIEW = "in_review"
    BELOW_MARK = "below_mark"
    NO_QUORUM = "no_quorum"
    SHORTLISTED = "shortlisted"
    RECOMMENDED = "recommended"
    DETERMINED = "determined"
    DEFERRED = "deferred"
    REJECTED = "rejected"
    IN_PILOT = "in_pilot"
    PILOT_REPORTED = "pilot_reported"
    ROLLED_OUT = "rolled_out"
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class AwardStage(StrEnum):
    """Where an award stands on its way."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    ANNOUNCED = "announced"
    DECLINED = "declined"
    REVOKED = "revoked"


ENDED_AWARDS = (AwardStage.DECLINED, AwardStage.REVOKED)  # an idea may be awarded again
