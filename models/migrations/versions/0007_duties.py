"""No person bears two duties on one idea that belong to different people: refused below the engine too, from now on; old rows stay."""

from alembic import op

revision = "0007"
down_revision = "0006"

REFUSAL = "one person has two duties on an idea"
DUTY_OF = {
    "draft": "propose",
    "permit": "permit",
    "screen": "screen",
    "score": "score",
    "recommend": "recommend",
    "determine": "determine",
    "measure": "own",
    "conclude": "own",
    "verify": "verify",
    "award_propose": "propose_award",
    "award_approve": "approve",
}
DUTIES = tuple(dict.fromkeys(DUTY_OF.values()))
ANYBODY = {("propose_award", other) for other in ("screen", "score", "recommend", "determine", "own", "verify")}
LOOSENABLE = {("permit", "screen"), ("determine", "permit"), ("approve", "permit"), ("approve", "determine")}
ACTS = (  # what says that somebody did a step: the table, the person, the step, and which of its rows
    ("teammember", "person_id", "'draft'", "true"),
    ("decision", "actor_id", "action", "true"),
    ("review", "reviewer_id", "'score'", "state IN ('scored', 'recused')"),
    ("pilot", "owner_id", "'measure'", "true"),
    ("award", "proposed_by", "'award_propose'", "true"),
    ("award", "approved_by", "'award_approve'", "true"),
)
STEPS = ", ".join(f"'{step}'" for step in DUTY_OF if step != "draft")
GUARDED = (  # the table, the act, the person, the step, and when it is one
    ("decision", "INSERT", "actor_id", "NEW.action", f"NEW.action IN ({STEPS})"),
    ("review", "INSERT", "reviewer_id", "'score'", "NEW.state = 'scored'"),
    ("review", "UPDATE", "reviewer_id", "'score'", "NEW.state = 'scored'"),
    ("pilot", "INSERT", "owner_id", "'measure'", "true"),
    ("pilot", "UPDATE OF owner_id", "owner_id", "'measure'", "true"),
    ("award", "INSERT", "proposed_by", "'award_propose'", "true"),
    ("award", "UPDATE OF approved_by", "approved_by", "'award_approve'", "true"),
)


def upgrade() -> None:
    """A trigger for each act that fulfils a duty; flows have no person and pass. Whoever is of the team proposed."""
    if op.get_bind().dialect.name == "sqlite":
        for name, (table, act, person, step, when) in _named():
            refusing = f"SELECT RAISE(ABORT, '{REFUSAL}') WHERE {_has_other_duty(f'NEW.{person}', step, _LOOSENED_SQLITE)};"
            op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} WHEN NEW.{person} IS NOT NULL AND {when} BEGIN {refusing} END")
        return
    refused = f"RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'"
    for name, (table, act, person, step, when) in _named():
        locked = "PERFORM 1 FROM idea WHERE id = NEW.idea_id FOR NO KEY UPDATE"  # two acts of one person at once meet here
        checked = f"IF {_has_other_duty(f'NEW.{person}', step, _LOOSENED_POSTGRESQL)} THEN {refused}; END IF"
        op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {locked}; {checked}; RETURN NEW; END $$")
        condition = f"NEW.{person} IS NOT NULL AND {when}"
        op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {name}()")


def _named() -> list[tuple[str, tuple[str, str, str, str, str]]]:
    return [(f"{each[0]}_{each[1].split()[0].lower()}_apart", each) for each in GUARDED]


_LOOSENED_SQLITE = (
    "json_each(policyversion.body, '$.loosened') AS loosened WHERE idea.id = NEW.idea_id AND idea.policy_id = policyversion.id"
    " AND json_extract(loosened.value, '$[0]') = pair.one AND json_extract(loosened.value, '$[1]') = pair.other"
)
_LOOSENED_POSTGRESQL = (
    "json_array_elements(CASE WHEN json_typeof(policyversion.body -> 'loosened') = 'array' THEN policyversion.body -> 'loosened' END)"
    " AS loosened WHERE idea.id = NEW.idea_id AND idea.policy_id = policyversion.id"
    " AND loosened ->> 0 = pair.one AND loosened ->> 1 = pair.other"
)


def _has_other_duty(person: str, step: str, loosened: str) -> str:
    """Whether a person bears a duty on the idea that must be somebody else's than the step's, and the idea's policy loosens it not."""
    acts = [
        f"SELECT {what} AS step FROM {table} WHERE idea_id = NEW.idea_id AND {who} = {person} AND {which}"
        for table, who, what, which in ACTS
    ]
    duties = " UNION ALL ".join(f"SELECT '{step}' AS step, '{duty}' AS duty" for step, duty in DUTY_OF.items())
    return (
        f"EXISTS (SELECT 1 FROM ({' UNION ALL '.join(acts)}) AS act JOIN ({duties}) AS earlier ON earlier.step = act.step"
        f" JOIN ({duties}) AS present ON present.step = {step} JOIN ({_pairs()}) AS pair"
        " ON pair.one = CASE WHEN earlier.duty < present.duty THEN earlier.duty ELSE present.duty END"
        " AND pair.other = CASE WHEN earlier.duty < present.duty THEN present.duty ELSE earlier.duty END"
        f" WHERE NOT (pair.loosenable = 1 AND EXISTS (SELECT 1 FROM idea, policyversion, {loosened})))"
    )


def _pairs() -> str:
    """The pairs that must differ, in the order of the alphabet, and whether a policy may loosen them."""
    apart = [(one, other) for one in DUTIES for other in DUTIES if one < other and not {(one, other), (other, one)} & ANYBODY]
    return " UNION ALL ".join(
        f"SELECT '{one}' AS one, '{other}' AS other, {int((one, other) in LOOSENABLE)} AS loosenable" for one, other in apart
    )
