"""The parts of the API: what each is for, and the noun that completes the name of an operation in it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tag:
    """A part of the API."""

    name: str
    says: str
    noun: str = ""


TAGS = (
    Tag(
        "accounts",
        "Sign in and out, activate an account, and what concerns one's own: password, sessions, notices, messages.",
    ),
    Tag("intake", "An idea from its draft to the end of its screening.", "idea"),
    Tag("mentoring", "Mentors of a call, what teams ask of them and what they advise; coaching clinics and courses.", "mentorship"),
    Tag("review", "Reviewers, scores, recommendation, determination, and steps that need no more than a reason.", "idea"),
    Tag("pilot", "The trial of an adopted idea: plan, measurements, conclusion, verdict.", "pilot"),
    Tag("reward", "Awards: proposed, approved or declined, scheduled, revoked.", "award"),
    Tag("recognition", "Documents, their files, and whether one is genuine.", "document"),
    Tag("calls", "Calls for ideas, the versions of their policies, and the region's ceilings for awards."),
    Tag("region", "Units, people, and the calendar of working days."),
    Tag("people", "A person's roles, employee number, unit, codes and account.", "person"),
    Tag("confirmations", "What waits for a second person.", "confirmation"),
    Tag("offices", "The offices of units: what their papers carry and who holds them."),
    Tag("operations", "The inbox, the outbox, the ledger, and whether the service is well."),
    Tag("pages", "Files as the pages give them, known by the session's cookie instead of a token."),
)


def name_operation(function: str, tag: str) -> str:
    """A short name of an operation such as `submit_idea`: its function's, completed by its part's noun where that is a bare verb."""
    noun = next(each.noun for each in TAGS if each.name == tag)
    return function if "_" in function or not noun else f"{function}_{noun}"
