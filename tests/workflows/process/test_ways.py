"""The process' tables are sound, and they are what a person wrote down by hand elsewhere, column by column."""

import ast
import csv
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from models.documents import DocumentState
from models.people import Role
from models.policy import Days
from models.stages import AwardStage, IdeaStage
from workflows.delivery.job import Job, job, require_every_job
from workflows.delivery.relay import FLOWS
from workflows.intake.route import route_idea
from workflows.process import duties, jobs, movers, tables, ways
from workflows.process.guards import GUARDS
from workflows.process.tables import IDEA_STAGES, IDEA_TRANSITIONS
from workflows.process.ways import AWARD, DOCUMENT, FLOW, IDEA, Kind, Relation, Stage, Transition, Way, read_way
from workflows.recognition.flow import mail_teams

WAYS = (IDEA, AWARD, DOCUMENT)
EACH = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
HERE = Path(__file__).parent


def written_by_hand(name: str = "transitions") -> list[dict[str, str]]:
    with (HERE / f"{name}.csv").open() as file:
        return list(csv.DictReader(file))


def permitted_by_hand(*, passed_up: bool = False) -> dict[tuple[str, ...], str]:
    """Way, stage, action, outcome, role and relation to the target, as a person wrote them down; with what stand-ins may once asked."""
    lines = [line for line in written_by_hand() if passed_up or "passed_up" not in line["guards"].split()]
    return {tuple(line[c] for c in ("way", "stage", "action", "outcome", "role", "relation")): line["target"] for line in lines}


def expand(way: Way) -> Iterator[tuple[str, ...]]:
    """The transitions as the lines of the handwritten table, which says in its own words who stands how to the idea."""
    for each in way.transitions:
        reason = "-" if each.reason is None else str(each.reason)
        more = (reason, "yes" if each.has_content else "no", " ".join(each.guards) or "-", each.code or "-", " ".join(each.jobs) or "-")
        begin = (way.name, each.stage or "-", each.action, each.outcome or "-")
        yield *begin, str(each.who or FLOW), *_role(each), each.target or str(each.stage), *more, str(each.readers), each.milestone or "-"


def _role(each: Transition) -> tuple[str, str]:
    """The role that somebody must hold, and how they must stand to the idea; what is a proposer's anybody may who stands so to it."""
    if each.relation == Relation.SCOPE:
        return str(each.who), "over_unit" if each.who == Role.UNIT_HEAD else "over_call"
    if each.relation == Relation.ASSIGNED:
        return str(each.who), "reviews_it" if each.who == Role.REVIEWER else "owns_pilot"
    own = {Relation.LEAD: "lead", Relation.ASKED: "asked"}
    return (FLOW, "any") if each.who is None else ("any", own.get(each.relation, "any"))


def test_the_tables_permit_what_was_written_by_hand_and_nothing_else() -> None:
    lines = [tuple(line.values()) for line in written_by_hand()]
    assert len(lines) == len(set(lines))
    assert set(lines) == {line for way in WAYS for line in expand(way)}


def test_the_stages_are_what_was_written_by_hand() -> None:
    lines = [tuple(line.values()) for line in written_by_hand("stages")]
    assert lines == [
        (way.name, s.name, s.awaits or "-", str(s.role or "-"), s.days or "-", s.late.replace(",", "+") or "-", str(s.kind), *_shown(s))
        for way in WAYS
        for s in way.stages.values()
    ]


def _shown(stage: Stage) -> tuple[str, ...]:
    return str(stage.tone), str(stage.reached), stage.step or "-", stage.place or "-"


TABLES = {name: text for name, text in vars(tables).items() if name.isupper() and isinstance(text, str)}


@pytest.mark.parametrize("name", TABLES)
def test_the_columns_of_a_table_begin_in_the_same_place_in_every_line(name: str) -> None:
    head, *lines = TABLES[name].strip().splitlines()
    starts = {line: [word.start() for word in re.finditer(r"\S+", line)] for line in (head, *lines)}
    assert [line for line in lines if starts[line] != starts[head]] == []


@EACH
def test_every_stage_can_be_reached(way: Way) -> None:
    reached: set[str | None] = {None}
    following = {each.target for each in way.leaving(None)}
    while following - reached:
        reached |= following
        following = {each.target for each in way.transitions if each.stage in reached and each.target}
    assert reached - {None} == set(way.stages)


@EACH
def test_an_end_is_left_only_by_a_revocation_or_where_a_merge_is_undone_and_every_other_stage_has_a_way_out(way: Way) -> None:
    for stage in way.stages.values():
        leaving = {each.action for each in way.leaving(stage.name) if each.target not in (None, stage.name)}
        assert leaving <= {"revoke", "separate"} if stage.kind == Kind.END else leaving, stage.name


def test_the_code_has_a_name_for_each_stage_of_the_tables_and_for_no_other() -> None:
    assert {stage.value for stage in IdeaStage} == set(IDEA.stages)
    assert {stage.value for stage in AwardStage} == set(AWARD.stages)
    assert {stage.value for stage in DocumentState} == set(DOCUMENT.stages)


@EACH
def test_no_step_has_two_targets(way: Way) -> None:
    steps = [(each.stage, each.action, each.outcome, each.who) for each in way.transitions]
    assert len(steps) == len(set(steps))


@EACH
def test_what_a_stage_awaits_can_be_done_there_by_whom_it_awaits(way: Way) -> None:
    for stage in way.stages.values():
        if stage.awaits:
            steps = [each for each in way.leaving(stage.name) if each.action == stage.awaits and "passed_up" not in each.guards]
            assert {each.who for each in steps} == {stage.role}, stage.name


@EACH
def test_the_days_a_stage_names_are_days_of_a_policy(way: Way) -> None:
    assert {stage.days for stage in way.stages.values()} - {""} <= set(Days.model_fields)


def test_every_guard_is_used_and_every_guard_used_is_there() -> None:
    assert {guard for way in WAYS for each in way.transitions for guard in each.guards} | {"gate_open_now"} == set(GUARDS)


WRONG_ROWS = [
    ("drft withdraw - withdrawn proposer lead 0 - - - - all", "drft is no stage"),
    ("draft withdraw - withdrwn proposer lead 0 - - - - all", "withdrwn is no stage"),
    ("draft withdraw - withdrawn propser lead 0 - - - - all", "propser"),
    ("draft withdraw - withdrawn proposer leed 0 - - - - all", "leed"),
    ("draft withdraw - withdrawn proposer lead ten - - - - all", "ten"),
    ("draft withdraw - withdrawn proposer lead 0 gate - - - all", "gate is no guard"),
    ("draft withdraw - withdrawn proposer lead 0 - - intke.route - all", "intke.route is no job"),
    ("draft withdraw - withdrawn proposer lead 0 - - intake.rooute - all", "intake.rooute is no job"),
    ("draft withdraw - withdrawn proposer lead 0 - - intake.tell_team - all", "intake.tell_team is no job"),
    ("draft withdraw - withdrawn proposer lead 0 - - - - everybody", "everybody"),
    ("draft withdraw - withdrawn proposer lead 0 - - - -", "zip"),
]


@pytest.mark.parametrize(("line", "wrong"), WRONG_ROWS)
def test_a_slip_of_the_pen_in_a_transition_stops_the_program_at_its_start(line: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        read_way("idea", IDEA_STAGES, f"{IDEA_TRANSITIONS.rstrip()}\n{line}")


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("hearing heer chair review - open - - review main/4", "heer is awaited and no action"),
        ("hearing screen cheer review - open - - review main/4", "cheer"),
        ("hearing screen chair review later open - - review main/4", "later is no job"),
        ("hearing screen chair review review.close_rejectd open - - review main/4", "review.close_rejectd is no job"),
        ("hearing screen chair review - opn - - review main/4", "opn"),
        ("hearing screen chair review - open - - revue main/4", "revue is no step"),
        ("hearing screen chair review - open loud - review main/4", "loud"),
        ("hearing screen chair review - open - held review main/4", "held"),
    ],
)
def test_a_slip_of_the_pen_in_a_stage_stops_the_program_at_its_start(line: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        read_way("idea", f"{IDEA_STAGES.rstrip()}\n{line}", IDEA_TRANSITIONS)


@EACH
def test_a_wrong_action_stops_the_program_at_its_start(way: Way) -> None:
    action = way.transitions[0].action
    assert way.action(action) == action
    with pytest.raises(ValueError, match="recomend is no action of the way"):
        way.action("recomend")


def test_a_wrong_step_in_the_tables_of_jobs_duties_and_movers_stops_the_program_at_its_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(jobs.JOB_STEPS, "intake.route", ("rooute",))
    with pytest.raises(ValueError, match="rooute is no step of the process, in the row intake"):
        load_again(ways)
    monkeypatch.undo()
    monkeypatch.setattr(tables, "DUTIES", tables.DUTIES.replace("award_propose", "award_propse"))
    with pytest.raises(ValueError, match="award_propse is no step of the process, in the row propose_award"):
        load_again(duties)
    monkeypatch.undo()
    monkeypatch.undo()
    with pytest.raises(ValueError, match="recomend is no step of the process, in the row MOVERS"):
        load_again(movers, "\nrecommend ", "\nrecomend  ")


def load_again(module: ModuleType, word: str = "-", wrong: str = "-") -> None:
    """The module's own text, one word of it wrong, run as at the program's start; what is loaded already stays as it is."""
    loaded, text = ModuleType("loaded_again"), Path(str(module.__file__)).read_text().replace(word, wrong)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "loaded_again", loaded)
        exec(compile(text, str(module.__file__), "exec"), loaded.__dict__)


def test_the_code_names_its_actions_where_a_wrong_one_stops_the_start() -> None:
    assert list(unchecked_actions()) == []


def unchecked_actions() -> Iterator[str]:
    """Every action that the code asks for by a word instead of by `Way.action`."""
    asking = {**dict.fromkeys(("permit", "_permit", "decide", "is_asked", "is_offered"), 2), "Ask": 0, "Settled": 0}
    for file in (*Path("workflows").rglob("*.py"), *Path("api").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in asking:
                yield from (f"{file}: {text}" for each in node.args[asking[node.func.id] :][:1] for text in texts_in(each))


def texts_in(node: ast.AST) -> Iterator[str]:
    """The texts that an expression may be."""
    yield from (each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str))


def test_every_job_that_the_code_asks_for_is_one_of_the_flows() -> None:
    asked = set(jobs_in_code())
    assert {"recognition.tell_holder"} <= asked <= set(jobs.JOB_STEPS)


def jobs_in_code() -> Iterator[str]:
    """Every job that the code asks for, as `topic.job`."""
    for file in Path("workflows").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("send", "send_each_once"):
                yield from (a.value for a in node.args[1:2] if isinstance(a, ast.Constant) and isinstance(a.value, str))


def test_a_job_that_no_flow_has_and_a_flows_job_that_the_process_does_not_name_stop_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(FLOWS) == set(ways.STEPS)
    require_every_job()
    with pytest.raises(ValueError, match="rooute is no job"):
        job("intake", "rooute", route_idea)
    with pytest.raises(ValueError, match="tell_teem is no job"):
        Job("tell_teem", mail_teams)
    monkeypatch.setitem(jobs.JOB_STEPS, "intake.rooute", ("route",))
    with pytest.raises(ValueError, match="rooute is a job of no flow"):
        require_every_job()
