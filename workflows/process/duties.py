"""The duties on an idea: which steps fulfil each, who bears which, and which two one person may not have (`tables.DUTIES`).

An inspector asks of every rupiah who else had to agree; whoever would approve what they determined, or verify a pilot of their own, is
refused. What a flow does is nobody's duty, and a gate of a policy is none: docs/decisions/0004-one-person-one-duty.md.
"""

from collections.abc import Collection, Mapping

from sqlmodel import Session

from models.policy import Policy
from models.statements.acts import list_acts_of, list_acts_on
from workflows.process import tables
from workflows.process.ways import AWARD, IDEA, read_rows, require_known_steps

Pair = tuple[str, str]  # two duties in the order of the alphabet, as a policy keeps them

PROPOSE = "propose"  # the team's own: nobody in it has any other
DICTATE = "dictate"  # of whoever typed an idea in another's name: no step, and apart from proposing it and all that is apart from that
ADVISE = "advise"  # of whoever is or was the team's mentor: as DICTATE
BESIDE = (DICTATE, ADVISE)
FORMER = "left_team"  # of whoever was of the team until somebody took their place: apart from all that the team is apart from
CLAIM = "claim"  # of whoever claimed a determined idea, or is of the team named as its originator: what comes of it is not theirs to say
NOT_BY_CLAIMANT = ("verify", "propose_award", "approve")  # and its pilot's owner goes on, as nobody could take their place
ALWAYS, BY_DEFAULT = "apart", "policy"


def read_duties(table: str) -> tuple[dict[str, tuple[str, ...]], dict[Pair, str]]:
    """Each duty's steps, and each pair that must differ with `apart` or `policy`; raises ValueError for a word that is neither."""
    steps: dict[str, tuple[str, ...]] = {}
    pairs: dict[Pair, str] = {}
    for row in read_rows(table):
        name = row["duty"]
        for other in steps:
            word = row[other]
            if word not in (ALWAYS, BY_DEFAULT, ""):
                raise ValueError(f"{word} is no word for a pair of duties")
            if word:
                pairs[pair_of(name, other)] = word
        steps[name] = tuple(filter(None, row["steps"].split(",")))
    return steps, pairs


def pair_of(one: str, other: str) -> Pair:
    """Two duties as a pair, whichever is named first."""
    return (one, other) if one < other else (other, one)


STEPS, PAIRS = read_duties(tables.DUTIES)
require_known_steps(STEPS, IDEA, AWARD)
LOOSENABLE = tuple(pair for pair, word in PAIRS.items() if word == BY_DEFAULT)
_DUTY_OF = {step: duty for duty, steps in STEPS.items() for step in steps} | {each: each for each in (*BESIDE, FORMER, CLAIM)}


def find_duty(way: str, action: str) -> str | None:
    """The duty that an action of a way fulfils; None for one that is no duty."""
    return _DUTY_OF.get(f"award_{action}" if way == "award" else action)


def must_differ(one: str, other: str, policy: Policy) -> bool:
    """Whether two duties belong to different people under a policy."""
    if CLAIM in (one, other):
        return not {one, other}.isdisjoint(NOT_BY_CLAIMANT)
    if FORMER in (one, other):
        return {one, other}.isdisjoint({PROPOSE, *BESIDE}) and one != other and must_differ(_as_team(one), _as_team(other), policy)
    if one in BESIDE or other in BESIDE:
        as_team = _as_team(one), _as_team(other)
        return one != other and (as_team == (PROPOSE, PROPOSE) or must_differ(*as_team, policy))
    pair = pair_of(one, other)
    return pair in PAIRS and not (PAIRS[pair] == BY_DEFAULT and pair in policy.loosened)


def _as_team(duty: str) -> str:
    return PROPOSE if duty in (*BESIDE, FORMER) else duty


def list_borne(session: Session, idea_id: str, person_id: str) -> list[str]:
    """The duties on an idea that somebody bears, in the table's order, beside that of proposing it."""
    return list_borne_on(session, [idea_id], person_id).get(idea_id, [])


def list_borne_on(session: Session, idea_ids: Collection[str], person_id: str) -> dict[str, list[str]]:
    """The duties that somebody bears on each of some ideas; ideas on which they bear none are left out."""
    found: dict[str, set[str]] = {}
    for act in list_acts_of(session, person_id, idea_ids):
        if act.step in _DUTY_OF:
            found.setdefault(act.idea_id, set()).add(_DUTY_OF[act.step])
    return {idea_id: [duty for duty in (*STEPS, *BESIDE, FORMER, CLAIM) if duty in borne] for idea_id, borne in found.items()}


def find_other_duty(session: Session, idea_id: str, duty: str, person_id: str, policy: Policy) -> str | None:
    """A duty on an idea that somebody bears and that must be another's than a given one; None where they may take that on."""
    return next((each for each in list_borne(session, idea_id, person_id) if must_differ(each, duty, policy)), None)


def list_barred(session: Session, idea_id: str, duty: str, policy: Policy) -> set[str]:
    """Who may not take on a duty, because they bear another that must be somebody else's."""
    return list_barred_on(session, duty, {idea_id: policy})[idea_id]


def list_barred_on(session: Session, duty: str, policies: Mapping[str, Policy]) -> dict[str, set[str]]:
    """Of each of some ideas, given with its policy, who may not take on a duty."""
    barred: dict[str, set[str]] = {idea_id: set() for idea_id in policies}
    for act in list_acts_on(session, policies):
        if act.step in _DUTY_OF and must_differ(_DUTY_OF[act.step], duty, policies[act.idea_id]):
            barred[act.idea_id].add(act.person_id)
    return barred
