"""Only the engine writes a stage, a decision, an inbox item or a follow-up job; whoever else would is found, however it is written."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from workflows.process.ways import JOBS, STEPS

ROWS = ("Decision", "InboxItem", "Message")
# they have no way of their own
STATES_OF_OTHER_ROWS = ("ReviewState", "CallState", "MessageState", "GateState", "AttachmentState", "MentorshipState", "ClaimState")
BY_HAND = re.compile(r"\b(insert\s+into|update|delete\s+from)\s+\"?(idea|award|document|decision|inboxitem|message)\b", re.IGNORECASE)
OF_JOURNAL = {"add_messages", "follow_up", "release_held", "send", "send_each_once"}
WITHOUT_A_WAY = {  # what they ask the flows for is about accounts, calls and offices, or is found by the clock; none of it follows a step
    "workflows/intake/attach.py": {"send"},  # a file is shown to the scanner: no step of the idea follows
    "workflows/intake/unanswered.py": {"send"},  # the clock finds a request whose day has come: no step of the idea follows
    "workflows/intake/claim_records.py": {"send"},  # whoever may claim is told: beside the process, as a notice is
    "workflows/delivery/due.py": {"find_overdue", "send", "send_each_once"},
    "workflows/region/call_changes.py": {"send_each_once"},
    "workflows/region/calls.py": {"send"},
    "workflows/region/mail_codes.py": {"send"},
    "workflows/region/notices.py": {"send"},
    "workflows/region/offices.py": {"send"},
}
WRITERS = {
    "workflows/process/engine.py": {
        *("stage", "state", "Decision", "ask_awaited", "ask_gate", "change_inbox", "settle", "follow_up", "release_held"),
    },
    "workflows/process/leading.py": {"change_inbox", "hand_on"},  # another lead of what is handed in: no stage moves, what is asked does
    "workflows/process/amending.py": {"inbox"},  # who is asked to join has until a call's new end
    "workflows/process/moving.py": {"Decision", "inbox"},  # an amendment or a day off, about many ideas at once: dates move, no stage does
    "workflows/process/passing_up.py": {"inbox"},  # who is asked above is not late yet
    "workflows/process/reminding.py": {"pass_up"},  # the last step after a permission's date asks the head above, as an overdue one does
    "workflows/process/inbox.py": {"InboxItem", "inbox", "send", "pass_on"},
    "workflows/process/journal.py": {"Message"},
    "models/statements/directory.py": {"InboxItem"},  # what is asked goes along with a unit that moves; nothing is asked or settled
}


def list_files() -> list[Path]:
    """The program's own files; migrations carry over what older programs wrote."""
    return [file for room in ("api", "models", "workflows") for file in Path(room).rglob("*.py") if "migrations" not in file.parts]


def test_only_the_engine_writes_a_stage_a_decision_an_inbox_item_or_a_follow_up() -> None:
    asking = {"inbox": list_writing("inbox"), "passing_up": list_writing("passing_up"), "journal": OF_JOURNAL}
    found: dict[str, set[str]] = {}
    for file in list_files():
        for what in find_writes(file.read_text(), asking):
            found.setdefault(str(file), set()).add(what)
    assert found == WRITERS | WITHOUT_A_WAY


def test_the_functions_that_write_the_inbox_are_found_by_what_they_do() -> None:
    assert list_writing("inbox") > {"ask_awaited", "ask_gate", "change_inbox", "settle", "find_overdue"}
    assert not list_writing("inbox") & {"is_asked", "due_for", "end_of_day", "find_gate_date"}


def test_no_job_that_follows_a_step_is_named_outside_the_tables() -> None:
    named = re.compile(f"({'|'.join(STEPS)})[.][a-z_]*[a-z]")
    saying = ("tables.py", "jobs.py")  # which jobs there are, and which step each takes
    engine = [file for file in Path("workflows/process").rglob("*.py") if file.name not in saying]
    constants = ((file, node) for file in engine for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Constant))
    assert [(str(file), node.value) for file, node in constants if named.fullmatch(str(node.value))] == []
    assert JOBS == {
        "asked_in_person": "recognition.send_digest",
        "dropped_from_team": "recognition.tell_dropped",
        "award_may_be_lost": "reward.recheck_award",
        "call_unsealed": "intake.unseal",
        "head_was_silent": "recognition.tell_head",
    }


PLANTED = [
    ("from workflows.process.inbox import settle", "settle"),
    ("from workflows.process.inbox import change_inbox as change", "change_inbox"),
    ("from workflows.process import inbox\ninbox.settle(session, context)", "settle"),
    ("import workflows.process.journal\nworkflows.process.journal.send(session, 'intake.route', idea)", "send"),
    ("faults.settle()", None),
    ("import workflows.process.inbox as box\nbox.ask_awaited(session, context)", "ask_awaited"),
    ("from workflows.process.journal import send", "send"),
    ("InboxItem(task='score')", "InboxItem"),
    ("models.inbox.InboxItem(task='score')", "InboxItem"),
    ("append_row(session, Decision, action='score')", "Decision"),
    ("sa.insert(Message).values(job='route')", "Message"),
    ("update(InboxItem).where(x).values(role='chair')", "InboxItem"),
    ("items = table_of(InboxItem)", "InboxItem"),
    ("session.execute(delete(Decision))", "Decision"),
    ("item.done_at = now()", "inbox"),
    ("idea.stage = 'closed'", "stage"),
    ("idea.stage, idea.due_at = 'closed', None", "stage"),
    ("idea.stage: str = 'closed'", "stage"),
    ("setattr(idea, 'stage', 'closed')", "stage"),
    ("update(Idea).values(stage='closed')", "stage"),
    ("update(Idea).values({'stage': 'closed'})", "stage"),
    ("update(Idea).values({Idea.stage: 'closed'})", "stage"),
    ("idea.sqlmodel_update({'stage': 'closed'})", "stage"),
    ("vars(idea).update(stage='closed')", "stage"),
    ("idea.__dict__['stage'] = 'closed'", "stage"),
    ("changes = {'stage': 'closed'}\nidea.sqlmodel_update(changes)", "stage"),
    ("Idea(title='x', stage='closed')", "stage"),
    ("document.state = DocumentState.ISSUED", "state"),
    ("document.state = wanted", "state"),
    ("update(Document).values(state=DocumentState.REVOKED)", "state"),
    ("Document(state='issued')", "state"),
    ("text('UPDATE idea SET revision = 1')", "by hand"),
    ("text('delete from inboxitem')", "by hand"),
    ("review.state = ReviewState.SCORED", None),
    ("update(Message).values(state=MessageState.WAITING)", None),
    ("if idea.stage == 'closed':\n    stage = idea.stage", None),
    ("from workflows.process.inbox import is_asked", None),
]


@pytest.mark.parametrize(("source", "what"), PLANTED)
def test_another_writer_is_found(source: str, what: str | None) -> None:
    asking = {"inbox": list_writing("inbox"), "journal": OF_JOURNAL}
    assert set(find_writes(source, asking)) == ({what} if what else set())


def list_writing(module: str) -> set[str]:
    """The functions of a module of the process that write, themselves or through another of the module."""
    tree = ast.parse(Path(f"workflows/process/{module}.py").read_text())
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    writing = {"append_row", "append_rows", "run_plain", "send"}
    while True:
        more = {name for name, node in functions.items() if name not in writing and does_write(node, writing)}
        if not more:
            return writing & functions.keys()
        writing |= more


def does_write(function: ast.FunctionDef, writing: set[str]) -> bool:
    """Whether a function sets an attribute or calls one that writes."""
    calls = (node.func.id for node in ast.walk(function) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name))
    return any(name in writing for name in calls) or any(
        isinstance(each, ast.Attribute) for node in ast.walk(function) for each in targets(node)
    )


def find_writes(source: str, asking: dict[str, set[str]]) -> Iterator[str]:
    """What of the engine's own a file writes, or takes from the process in order to have it written; `asking` by module."""
    tree = ast.parse(source)
    dicts = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    aliases = dict(_list_aliases(tree, asking))
    for node in ast.walk(tree):
        yield from _by_import(node, asking, aliases)
        if isinstance(node, ast.Call):
            yield from _by_call(node, dicts)
        for target in targets(node):
            yield from _by_assignment(target, node)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and BY_HAND.search(node.value):
            yield "by hand"


def targets(node: ast.AST) -> Iterator[ast.expr]:
    """What an assignment sets."""
    given = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else []
    for target in given:
        yield from target.elts if isinstance(target, ast.Tuple) else [target]


def _list_aliases(tree: ast.AST, asking: dict[str, set[str]]) -> Iterator[tuple[str, str]]:
    """What a file calls whole modules of the process, with each one's name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            room = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            modules = {f"{room}{each.name}": each.asname or each.name for each in node.names}
            yield from ((modules[path], name) for name in asking if (path := f"workflows.process.{name}") in modules)


def _by_import(node: ast.AST, asking: dict[str, set[str]], aliases: dict[str, str]) -> Iterator[str]:
    """Functions that write, by name; or called on the module, whatever that is called here."""
    if isinstance(node, ast.ImportFrom) and str(node.module).startswith("workflows.process."):
        writing = asking.get(str(node.module).rpartition(".")[2], set())
        yield from (each.name for each in node.names if each.name in writing)
    if aliases and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        yield from {node.func.attr} & asking.get(aliases.get(ast.unparse(node.func.value), ""), set())


def _by_call(call: ast.Call, dicts: dict[str, ast.Dict]) -> Iterator[str]:
    """A row that is made, a statement on its table, or a stage among what is set."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in ROWS:
        yield name
    elif name in ("append_row", "append_rows", "insert", "delete", "table_of") or name == "update":
        of_rows = {getattr(each, "id", getattr(each, "attr", "")) for each in call.args} & set(ROWS)
        yield from of_rows - ({"Message"} if name in ("update", "delete", "table_of") else set())  # the outbox' own upkeep
    if name == "setattr":
        yield from {getattr(each, "value", None) for each in call.args} & {"stage", "state"}
    if name in ("values", "update", "sqlmodel_update", "Idea", "Award", "Document"):
        given = [dicts.get(each.id, each) if isinstance(each, ast.Name) else each for each in call.args]
        pairs = [(keyword.arg, keyword.value) for keyword in call.keywords]
        pairs += [
            (_word(key), value) for each in given if isinstance(each, ast.Dict) for key, value in zip(each.keys, each.values, strict=True)
        ]
        yield from (str(word) for word, value in pairs if word == "stage" or (word == "state" and _is_document(ast.unparse(value))))


def _by_assignment(target: ast.expr, node: ast.AST) -> Iterator[str]:
    """An attribute that is set, or an entry of the dictionary behind a row."""
    word = target.attr if isinstance(target, ast.Attribute) else ""
    if isinstance(target, ast.Subscript) and getattr(target.value, "attr", "") == "__dict__":
        word = str(_word(target.slice))
    if word == "stage" or (word == "state" and _is_document(ast.unparse(node))):
        yield word
    if word in ("done_at", "escalated_at"):
        yield "inbox"


def _is_document(value: str) -> bool:
    return not any(other in value for other in STATES_OF_OTHER_ROWS)


def _word(key: ast.expr | None) -> str | None:
    return str(key.value) if isinstance(key, ast.Constant) else getattr(key, "attr", None)
