"""Rows that say that somebody has a duty on an idea, each written by hand as no action writes it."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select, update

from models.awards import Award
from models.claims import AdoptionClaim, ClaimState
from models.database import append_row
from models.dictated_ideas import DictatedIdea
from models.ideas import Decision, Idea, TeamMember
from models.ids import new_id
from models.instants import now, today
from models.mentors import Mentor, Mentorship
from models.merges import IdeaMerge, MergePart
from models.people import SignIn
from models.pilots import Pilot
from models.replacements import Replacement
from models.reviews import Review, ReviewState
from models.transfers import IdeaTransfer

Write = Callable[[Session, str, str], None]
JOINED = ", of what has joined"


def decided(action: str) -> Write:
    """A decision, as the engine writes it."""
    return lambda session, idea, person: append_row(session, Decision, idea_id=idea, action=action, actor_id=person, at=now(), detail={})


def scored(session: Session, idea: str, person: str) -> None:
    """A review that becomes scored."""
    append_row(session, Review, idea_id=idea, reviewer_id=person, due_at=now())
    session.exec(update(Review).where(Review.reviewer_id == person).values(state=ReviewState.SCORED))  # type: ignore[call-overload]


def scored_at_once(session: Session, idea: str, person: str) -> None:
    append_row(session, Review, idea_id=idea, reviewer_id=person, due_at=now(), state=ReviewState.SCORED)


def owned(session: Session, idea: str, person: str) -> None:
    """A pilot that is given to somebody."""
    unit = session.execute(sa.text("SELECT id FROM unit")).scalars().first()
    append_row(session, Pilot, idea_id=idea, unit_id=unit, owner_id=person, site="Kantor", starts_on=today(), ends_on=today())


def proposed(session: Session, idea: str, person: str | None) -> None:
    """An award that somebody proposed."""
    append_row(session, Award, idea_id=idea, call_id=of(session, idea).call_id, tier="gold", distinction="Emas", proposed_by=person)


def approved(session: Session, idea: str, person: str) -> None:
    """An award that somebody approved."""
    if session.exec(select(Award.id).where(Award.idea_id == idea)).first() is None:
        proposed(session, idea, None)
    session.exec(update(Award).where(Award.idea_id == idea).values(approved_by=person))  # type: ignore[call-overload]


def written_as_approved(session: Session, idea: str, person: str) -> None:
    """An award that comes into its table as approved."""
    append_row(session, Award, idea_id=idea, call_id=of(session, idea).call_id, tier="gold", distinction="Emas", approved_by=person)


def given_another_proposer(session: Session, idea: str, person: str) -> None:
    """An award whose proposer is put in later."""
    if session.exec(select(Award.id).where(Award.idea_id == idea)).first() is None:
        proposed(session, idea, None)
    session.exec(update(Award).where(Award.idea_id == idea).values(proposed_by=person))  # type: ignore[call-overload]


def of(session: Session, idea: str) -> Idea:
    return session.exec(select(Idea).where(Idea.id == idea)).one()


def stranger(session: Session) -> str:
    return session.exec(select(SignIn.person_id).where(SignIn.form_token == "form-stranger")).one()


def other_than(session: Session, idea: str) -> str:
    return session.exec(select(Idea.id).where(Idea.id != idea).order_by(Idea.id)).first() or ""


def typed(session: Session, idea: str, person: str) -> None:
    """What somebody typed in the lead's name."""
    about = of(session, idea)
    said = {"call_id": about.call_id, "person_id": about.lead_id, "typed_by": person, "title": "", "proposal": {}, "settled_at": now()}
    append_row(session, DictatedIdea, idea_id=idea, **said)


def advised(*, at_once: bool) -> Write:
    """A mentor who advises a team, from the beginning of its row or later."""

    def write(session: Session, idea: str, person: str) -> None:
        about, mentor = of(session, idea), new_id()
        append_row(session, Mentor, id=mentor, call_id=about.call_id, person_id=person, themes=[], capacity=1, set_by=about.lead_id)
        said = {"mentor_id": mentor, "person_id": person, "wish": "Tolong.", "matching": {}, "asked_by": about.lead_id}
        append_row(session, Mentorship, idea_id=idea, **said, accepted_at=now() if at_once else None)
        session.exec(update(Mentorship).where(Mentorship.mentor_id == mentor).values(accepted_at=now()))  # type: ignore[call-overload]

    return write


def was_replaced(session: Session, idea: str, person: str) -> None:
    """Somebody whose place in the team another has taken."""
    said = {"leaver_id": person, "reason": "Pindah.", "asked_by": of(session, idea).lead_id, "terms": "", "settled_at": now()}
    append_row(session, Replacement, idea_id=idea, is_done=True, **said)


def merged(**values: object) -> Write:
    """An idea that has joined another, or is to; `into` says whether the idea in question took the other in."""

    def write(session: Session, idea: str, person: str) -> None:
        merge_of(session, idea, **{name: person if value == "whoever" else value for name, value in values.items()})

    return write


def merge_of(session: Session, idea: str, *, into: bool, later: bool = False, **values: object) -> str:
    pair = (other_than(session, idea), idea) if into else (idea, other_than(session, idea))
    merge, done = new_id(), {"is_done": True, "settled_at": now()} | values
    said = {"id": merge, "idea_id": pair[0], "into_id": pair[1], "reason": "Sama.", "asked_by": of(session, idea).lead_id, "terms": ""}
    append_row(session, IdeaMerge, **said | (done if not later else {}))
    if later:
        session.exec(update(IdeaMerge).where(IdeaMerge.id == merge).values(**done))  # type: ignore[call-overload]
    return merge


def was_one_team(session: Session, idea: str, person: str) -> None:
    """Somebody who was in one team with its people."""
    merge = merge_of(session, idea, into=True, undone_at=now())
    part = {"position": 0, "in_earlier": False, "in_later": True, "share_hundredths": 1, "apart_id": idea}
    append_row(session, MergePart, merge_id=merge, idea_id=other_than(session, idea), person_id=person, **part)


def handed_on(*, later: bool = False, **values: object) -> Write:
    """An idea that came from another call, or may come."""

    def write(session: Session, idea: str, person: str) -> None:
        about, transfer = of(session, idea), new_id()
        said = {"from_call_id": about.call_id, "to_call_id": about.call_id, "policy_before": about.policy_id, "reason": "Salah alamat."}
        done = {name: person if value == "whoever" else value for name, value in values.items()}
        usual = {"offered_by": stranger(session), "is_done": True, "settled_at": now()}
        append_row(session, IdeaTransfer, id=transfer, idea_id=idea, **said, **usual | ({} if later else done))
        if later:
            session.exec(update(IdeaTransfer).where(IdeaTransfer.id == transfer).values(**done))  # type: ignore[call-overload]

    return write


def claimed(state: ClaimState) -> Write:
    """Somebody who claimed the idea, or is of the team that had it first."""

    def write(session: Session, idea: str, person: str) -> None:
        first, is_upheld = other_than(session, idea), state == ClaimState.UPHELD
        said = {"adopted_at": now(), "due_at": now(), "filed_by": None if is_upheld else person}
        append_row(session, AdoptionClaim, idea_id=first, adopted_id=idea, state=state, **said)
        if is_upheld:
            append_row(session, TeamMember, idea_id=first, person_id=person, position=9, share_hundredths=1)

    return write


def of_joined(write: Write) -> Write:
    """The same, done about an idea that has joined the one in question."""

    def written(session: Session, idea: str, person: str) -> None:
        merge_of(session, idea, into=True)
        write(session, other_than(session, idea), person)

    return written


WAITS: dict[str, Any] = {"is_done": False, "settled_at": None}
WRITES: dict[str, dict[str, Write]] = {  # by duty, how it comes to be borne: by a decision on its step, or by rows of their own
    "propose": {"team": lambda _session, _idea, _person: None},  # whoever is of the team has it from the beginning
    "permit": {"permit": decided("permit"), f"permit{JOINED}": of_joined(decided("permit"))},
    "screen": {
        "screen": decided("screen"),
        "reopen": decided("reopen"),
        f"screen{JOINED}": of_joined(decided("screen")),
        f"reopen{JOINED}": of_joined(decided("reopen")),
        "merged_away": merged(into=False, confirmed_by="whoever"),
        "merged_away, later": merged(into=False, confirmed_by="whoever", later=True),
        "merged_away, while it waits": merged(into=False, confirmed_by="whoever", **WAITS),
        "merged_in": merged(into=True, confirmed_by="whoever"),
        "merged_in, later": merged(into=True, confirmed_by="whoever", later=True),
        "merged_in, while it waits": merged(into=True, confirmed_by="whoever", **WAITS),
        "separated": merged(into=False, undone_by="whoever", undone_at=now()),
        "separated, later": merged(into=False, undone_by="whoever", undone_at=now(), later=True),
        "let_go": merged(into=True, undone_by="whoever", undone_at=now()),
        "let_go, later": merged(into=True, undone_by="whoever", undone_at=now(), later=True),
        "handed_on": handed_on(offered_by="whoever"),
        "handed_on, later": handed_on(offered_by="whoever", later=True),
        "handed_on, while it waits": handed_on(offered_by="whoever", **WAITS),
        "took_in": handed_on(accepted_by="whoever"),
        "took_in, later": handed_on(accepted_by="whoever", later=True),
        "took_in, while it waits": handed_on(accepted_by="whoever", **WAITS),
        f"took_in{JOINED}": of_joined(handed_on(accepted_by="whoever")),
    },
    "score": {
        "score": decided("score"),
        "reviewed": scored,
        "reviewed, at once": scored_at_once,
        f"reviewed{JOINED}": of_joined(scored_at_once),
    },
    "recommend": {"recommend": decided("recommend")},
    "determine": {"determine": decided("determine")},
    "own": {"measure": decided("measure"), "conclude": decided("conclude"), "owns_pilot": owned},
    "verify": {"verify": decided("verify")},
    "propose_award": {
        "award_propose": decided("award_propose"),
        "proposed_award": proposed,
        "proposed_award, later": given_another_proposer,
    },
    "approve": {
        "award_approve": decided("award_approve"),
        "approved_award": approved,
        "approved_award, at once": written_as_approved,
    },
    "dictate": {"typed": typed, f"typed{JOINED}": of_joined(typed)},
    "advise": {
        "advised": advised(at_once=True),
        "advised, later": advised(at_once=False),
        f"advised{JOINED}": of_joined(advised(at_once=True)),
    },
    "left_team": {"was_replaced": was_replaced, "was_one_team": was_one_team, f"was_replaced{JOINED}": of_joined(was_replaced)},
    "claim": {
        "claimed": claimed(ClaimState.FILED),
        "claimed, dismissed": claimed(ClaimState.DISMISSED),
        "had_it_first": claimed(ClaimState.UPHELD),
        f"claimed{JOINED}": of_joined(claimed(ClaimState.FILED)),
    },
}
