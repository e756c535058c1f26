"""The database refuses two duties in one person whatever act bears them, also those that came after 0007; old rows stay.
And an idea is handed on by what its team and the other office agreed to.

Reopening is screening. What was done about an idea that has joined another was done about that one. Whoever said in office that two ideas
are one or two again, or handed one on or took it in, has screened it. Who typed it, advised its team, left it, or claimed it stays apart
from what belongs to others.
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"

REFUSAL = "one person has two duties on an idea"
DUTY_OF = {
    "draft": "propose",
    "permit": "permit",
    "screen": "screen",
    "reopen": "screen",
    "score": "score",
    "recommend": "recommend",
    "determine": "determine",
    "measure": "own",
    "conclude": "own",
    "verify": "verify",
    "award_propose": "propose_award",
    "award_approve": "approve",
    "dictate": "dictate",
    "advise": "advise",
    "left_team": "left_team",
    "claim": "claim",
}
ANYBODY = tuple({"propose_award", other} for other in ("screen", "score", "recommend", "determine", "own", "verify"))
LOOSENABLE = (("permit", "screen"), ("determine", "permit"), ("approve", "permit"), ("approve", "determine"))
AS_TEAM = ("dictate", "advise", "left_team")  # apart from all that the team is apart from
BESIDE = ({"propose", "dictate"}, {"propose", "advise"}, {"dictate", "advise"})
NOT_BY_CLAIMANT = ("verify", "propose_award", "approve")
GUARDED_STEPS = tuple(step for step in DUTY_OF if step not in ("draft", "dictate", "left_team", "claim"))
DECIDED = ", ".join(f"'{step}'" for step in GUARDED_STEPS if step != "advise")

FIRST = "adoptionclaim JOIN teammember ON teammember.idea_id = adoptionclaim.idea_id"
PART = "SELECT 1 FROM mergepart WHERE mergepart.merge_id = {merge}.id AND mergepart.person_id = {merge}.undone_by"
MAY_COME = "(is_done OR settled_at IS NULL)"
IN_OFFICE = f"undone_at IS NOT NULL AND NOT EXISTS ({PART.format(merge='ideamerge')})"
ACTS = (  # what says that somebody took a step: the rows, the idea that they are about, the person, the step, and which of the rows
    ("decision", "idea_id", "actor_id", "action", "true"),
    ("review", "idea_id", "reviewer_id", "'score'", "state IN ('scored', 'recused')"),
    ("pilot", "idea_id", "owner_id", "'measure'", "true"),
    ("award", "idea_id", "proposed_by", "'award_propose'", "true"),
    ("award", "idea_id", "approved_by", "'award_approve'", "true"),
    ("dictatedidea", "idea_id", "typed_by", "'dictate'", "true"),
    ("mentorship", "idea_id", "person_id", "'advise'", "accepted_at IS NOT NULL"),
    ("replacement", "idea_id", "leaver_id", "'left_team'", "is_done"),
    ("ideamerge", "idea_id", "confirmed_by", "'screen'", MAY_COME),
    ("ideamerge", "into_id", "confirmed_by", "'screen'", MAY_COME),
    ("ideamerge", "idea_id", "undone_by", "'screen'", IN_OFFICE),
    ("ideamerge", "into_id", "undone_by", "'screen'", IN_OFFICE),
    ("ideatransfer", "idea_id", "offered_by", "'screen'", MAY_COME),
    ("ideatransfer", "idea_id", "accepted_by", "'screen'", MAY_COME),
    ("adoptionclaim", "adopted_id", "filed_by", "'claim'", "state IN ('claim_filed', 'claim_upheld', 'claim_dismissed')"),
    (FIRST, "adopted_id", "teammember.person_id", "'claim'", "state = 'claim_upheld'"),
)
OWN_ACTS = (  # of the idea itself alone: whoever is of a team that has joined is of the joint team
    ("teammember", "idea_id", "person_id", "'draft'", "true"),
    ("mergepart", "apart_id", "person_id", "'left_team'", "true"),
)

DECISION = (("idea_id", "actor_id", "NEW.action"),)
REVIEW = (("idea_id", "reviewer_id", "'score'"),)
PILOT = (("idea_id", "owner_id", "'measure'"),)
PROPOSED = (("idea_id", "proposed_by", "'award_propose'"),)
APPROVED = (("idea_id", "approved_by", "'award_approve'"),)
CONFIRMED = (("idea_id", "confirmed_by", "'screen'"), ("into_id", "confirmed_by", "'screen'"))
UNDONE = (("idea_id", "undone_by", "'screen'"), ("into_id", "undone_by", "'screen'"))
OFFERED = (("idea_id", "offered_by", "'screen'"),)
ACCEPTED = (("idea_id", "accepted_by", "'screen'"),)
ADVISED = (("idea_id", "person_id", "'advise'"),)
FORMER = (  # the triggers of 0007 and 0017 that are made anew
    ("decision", "decision_insert_apart"),
    ("review", "review_insert_apart"),
    ("review", "review_update_apart"),
    ("pilot", "pilot_insert_apart"),
    ("pilot", "pilot_update_apart"),
    ("award", "award_insert_apart"),
    ("award", "award_update_apart"),
    ("award", "award_insert_approved_apart"),
    ("award", "award_update_proposed_apart"),
)
GUARDED = (  # a trigger's table, name, act, when it looks, and the ideas, persons and steps that it looks at
    ("decision", "decision_insert_apart", "INSERT", f"NEW.actor_id IS NOT NULL AND NEW.action IN ({DECIDED})", DECISION),
    ("review", "review_insert_apart", "INSERT", "NEW.state = 'scored'", REVIEW),
    ("review", "review_update_apart", "UPDATE OF state, reviewer_id", "NEW.state = 'scored'", REVIEW),
    ("pilot", "pilot_insert_apart", "INSERT", "NEW.owner_id IS NOT NULL", PILOT),
    ("pilot", "pilot_update_apart", "UPDATE OF owner_id", "NEW.owner_id IS NOT NULL", PILOT),
    ("award", "award_insert_apart", "INSERT", "NEW.proposed_by IS NOT NULL", PROPOSED),
    ("award", "award_insert_approved_apart", "INSERT", "NEW.approved_by IS NOT NULL", APPROVED),
    ("award", "award_update_apart", "UPDATE OF approved_by", "NEW.approved_by IS NOT NULL", APPROVED),
    ("award", "award_update_proposed_apart", "UPDATE OF proposed_by", "NEW.proposed_by IS NOT NULL", PROPOSED),
    ("ideamerge", "merge_insert_confirmed_apart", "INSERT", "NEW.confirmed_by IS NOT NULL", CONFIRMED),
    ("ideamerge", "merge_update_confirmed_apart", "UPDATE OF confirmed_by", "NEW.confirmed_by IS NOT NULL", CONFIRMED),
    ("ideamerge", "merge_insert_undone_apart", "INSERT", "NEW.undone_by IS NOT NULL", UNDONE),
    ("ideamerge", "merge_update_undone_apart", "UPDATE OF undone_by", "NEW.undone_by IS NOT NULL", UNDONE),
    ("ideatransfer", "transfer_insert_offered_apart", "INSERT", "NEW.offered_by IS NOT NULL", OFFERED),
    ("ideatransfer", "transfer_insert_accepted_apart", "INSERT", "NEW.accepted_by IS NOT NULL", ACCEPTED),
    ("ideatransfer", "transfer_update_offered_apart", "UPDATE OF offered_by", "NEW.offered_by IS NOT NULL", OFFERED),
    ("ideatransfer", "transfer_update_accepted_apart", "UPDATE OF accepted_by", "NEW.accepted_by IS NOT NULL", ACCEPTED),
    ("mentorship", "mentorship_insert_apart", "INSERT", "NEW.accepted_at IS NOT NULL", ADVISED),
    ("mentorship", "mentorship_update_apart", "UPDATE OF accepted_at, person_id", "NEW.accepted_at IS NOT NULL", ADVISED),
)

_LOOSENED_SQLITE = (
    "json_each(policyversion.body, '$.loosened') AS loosened WHERE idea.id = {idea} AND idea.policy_id = policyversion.id"
    " AND json_extract(loosened.value, '$[0]') = pair.one AND json_extract(loosened.value, '$[1]') = pair.other"
)
_LOOSENED_POSTGRESQL = (
    "json_array_elements(CASE WHEN json_typeof(policyversion.body -> 'loosened') = 'array' THEN policyversion.body -> 'loosened' END)"
    " AS loosened WHERE idea.id = {idea} AND idea.policy_id = policyversion.id"
    " AND loosened ->> 0 = pair.one AND loosened ->> 1 = pair.other"
)


def upgrade() -> None:
    """The steps that must differ as a view, and a trigger for each act that fulfils a duty; flows have no person and pass.

    Nobody has agreed so far to what is offered: what another office accepted, it accepts again.
    """
    op.add_column("ideatransfer", sa.Column("accepted_terms", sa.String(length=64), server_default="", nullable=False))
    op.add_column("ideatransfer", sa.Column("agreed", sa.JSON(), server_default="{}", nullable=False))
    op.execute(f"CREATE VIEW duty_apart (earlier, present, one, other) AS VALUES {', '.join(_list_apart())}")
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _guard_sqlite() -> None:
    for _table, name in FORMER:
        op.execute(f"DROP TRIGGER IF EXISTS {name}")
    for table, name, act, when, looks in GUARDED:
        found = " OR ".join(_bears_other(f"NEW.{idea}", f"NEW.{person}", step, _LOOSENED_SQLITE) for idea, person, step in looks)
        refusing = f"SELECT RAISE(ABORT, '{REFUSAL}') WHERE {_unless_member(looks)}({found});"
        op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} WHEN {when} BEGIN {refusing} END")


def _guard_postgresql() -> None:
    for table, name in FORMER:
        op.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
        op.execute(f"DROP FUNCTION IF EXISTS {name}()")
    answer = f"BEGIN RETURN {_bears_other('of_idea', 'of_person', 'to_step', _LOOSENED_POSTGRESQL)}; END"
    named = "bears_other_duty(of_idea varchar, of_person varchar, to_step varchar)"
    op.execute(f"CREATE FUNCTION {named} RETURNS boolean LANGUAGE plpgsql AS $$ {answer} $$")
    raised = f"RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'"
    for table, name, act, when, looks in GUARDED:
        ideas = ", ".join(dict.fromkeys(f"NEW.{idea}" for idea, _, _ in looks))
        locked = f"PERFORM 1 FROM idea WHERE id IN ({ideas}) ORDER BY id FOR NO KEY UPDATE;"  # two acts of one person at once meet here
        found = " OR ".join(f"bears_other_duty(NEW.{idea}, NEW.{person}, {step})" for idea, person, step in looks)
        body = f"BEGIN {locked} IF {_unless_member(looks)}({found}) THEN {raised}; END IF; RETURN NEW; END"
        op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
        op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {name}()")


def _unless_member(looks: tuple[tuple[str, str, str], ...]) -> str:
    """A member with whose word two ideas are two again did so for themself, and in no office."""
    return f"NOT EXISTS ({PART.format(merge='NEW')}) AND " if looks is UNDONE else ""


def _bears_other(idea: str, person: str, step: str, loosened: str) -> str:
    """Whether a person took a step on the idea that must be somebody else's than the given one, and the idea's policy loosens it not."""
    joined = f"SELECT {idea} UNION ALL SELECT idea_id FROM ideamerge WHERE into_id = {idea} AND is_done AND undone_at IS NULL"
    acts = [_of(each, f"IN ({joined})", person) for each in ACTS] + [_of(each, f"= {idea}", person) for each in OWN_ACTS]
    return (
        f"EXISTS (SELECT 1 FROM ({' UNION ALL '.join(acts)}) AS act"
        f" JOIN duty_apart AS pair ON pair.earlier = act.step AND pair.present = {step}"
        f" WHERE NOT EXISTS (SELECT 1 FROM idea, policyversion, {loosened.format(idea=idea)}))"
    )


def _of(act: tuple[str, str, str, str, str], about: str, person: str) -> str:
    rows, idea, who, what, which = act
    table = rows.split()[0]
    return f"SELECT {what} AS step FROM {rows} WHERE {table}.{idea} {about} AND {who} = {person} AND {which}"


def _list_apart() -> list[str]:
    """Each two steps that must be taken by different people, and the pair of duties that a policy may loosen, where it may."""
    rows = []
    for earlier, one in DUTY_OF.items():
        for present in GUARDED_STEPS:
            other = DUTY_OF[present]
            pair = (min(one, other), max(one, other))
            named = f"'{pair[0]}', '{pair[1]}'" if pair in LOOSENABLE else "NULL, NULL"
            if _must_differ(one, other):
                rows.append(f"('{earlier}', '{present}', {named})")
    return rows


def _must_differ(one: str, other: str) -> bool:
    pair = {one, other}
    if one == other or "claim" in pair:
        return one != other and bool(pair & {*NOT_BY_CLAIMANT})
    if pair & {*AS_TEAM}:
        return pair in BESIDE or len(pair & {"propose", *AS_TEAM}) == 1
    return pair not in ANYBODY
