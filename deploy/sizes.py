"""The rules of size and name, checked: `python deploy/sizes.py` prints what breaks one, and ends with 1 if anything does."""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOMS = ("api", "models", "workflows", "templates")
FOLDERS = (*ROOMS, "tests", "bench", "deploy", "examples")
SUFFIXES = {".py", ".sh", ".html", ".jinja", ".j2", ".css", ".js", ".toml", ".yml", ".yaml"}
FILE_LINES, FUNCTION_LINES, PARAMETERS = 300, 50, 5
EMPTY_NAMES = {"manager", "service", "handler", "helper", "util", "common", "base", "data", "info"}
# Words of a private dialect that were put into plain ones: as a word of a class' name, and as the whole name of a function.
DIALECT = {"standing", "errand", "luggage", "onward", "twin", "seam", "landing", "door", "house", "told", "taken", "cell"}
VAGUE = {"tell", "told", "look", "luggage", "onward", "twin", "seams", "let_go", "hand_back", "set_aside", "give_up", "turned_down"}
VAGUE |= {"apart_from_index", "asked_for_hands"}
KEPT_WORDS = {
    "Told": "sixteen files of recognition know it: whom a mail tells, and what",
    "ToldOut": "a name of the API's description, which clients are made of",
}
KEPT_DOUBLES = {  # public classes of one name, and why each keeps it
    "Kind": "of a stage it is known everywhere; of a trouble and of a file it stands in the API's description",
    "Match": "of If-Match the contract and the routes know it; of texts it stands in the published schema of a calculation",
    "Named": "of a policy's parts every policy file knows it; of a team what merges ideas knows it",
}
ROUTES = {"get", "post", "put", "patch", "delete", "head", "options", "api_route", "websocket", "middleware", "exception_handler"}
COMMANDS = {"command", "callback"}
COMMITS_HERE = "models/database.py"
GENERATED = "models/migrations/"
SAMPLES = "examples/calls/"

UNFINISHED = re.compile(r"\b(TODO|FIXME)\b")
BARE_IGNORE = re.compile(r"#\s*type:\s*ignore(?!\[)")
WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Breach:
    """One broken rule, and where."""

    path: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.sentence}"


def breaches(root: Path) -> list[Breach]:
    """Every broken rule below `root`, in order of path and line."""
    found: list[Breach] = []
    classes: dict[str, tuple[str, int]] = {}
    for file in list_files(root):
        path, text = file.relative_to(root).as_posix(), file.read_text(encoding="utf-8")
        found += check_length(path, text)
        if file.suffix == ".py":
            tree = ast.parse(text, path)
            found += [*check_comments(path, text, tree), *check_python(path, tree), *check_doubles(path, tree, classes)]
        elif match := UNFINISHED.search(text):
            found.append(Breach(path, line_of(text, match), f"unfinished: {match[0]}"))
    return sorted(found, key=lambda breach: (breach.path, breach.line))


def list_files(root: Path) -> Iterator[Path]:
    """The files the rules are about: code and its settings in the rooms and their support, and at the top."""
    yield from (file for file in sorted(root.iterdir()) if file.is_file() and file.suffix in SUFFIXES)
    for folder in FOLDERS:
        yield from (file for file in sorted((root / folder).rglob("*")) if file.is_file() and file.suffix in SUFFIXES)


def check_length(path: str, text: str) -> Iterator[Breach]:
    """Files end before line 300; migrations are written by a tool, and the sample calls say every rule there is."""
    lines = text.count("\n")
    if lines > FILE_LINES and not path.startswith((GENERATED, SAMPLES)):
        yield Breach(path, FILE_LINES, f"{lines} lines; a file has at most {FILE_LINES}: split it by noun")


def check_python(path: str, tree: ast.Module) -> Iterator[Breach]:
    """All rules for what Python says."""
    yield from check_module_name(path)
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from check_function(path, node)
                yield from check_dialect(path, node)
            case ast.ClassDef():
                yield from check_name(path, node.lineno, node.name)
                yield from check_dialect(path, node)
            case ast.Import() | ast.ImportFrom():
                yield from check_import(path, node)
            case ast.Name(id="NotImplementedError"):
                yield Breach(path, node.lineno, "unfinished: NotImplementedError")
            case ast.Call(func=ast.Attribute(attr="commit")) if path.split("/")[0] in ROOMS and path != COMMITS_HERE:
                yield Breach(path, node.lineno, f"commits; only {COMMITS_HERE} does")


def check_module_name(path: str) -> Iterator[Breach]:
    """A module and its folders are named for a noun of the field."""
    for part in Path(path).with_suffix("").parts:
        yield from check_name(path, 1, part)


def check_name(path: str, line: int, name: str) -> Iterator[Breach]:
    """Some words name nothing."""
    for word in WORDS.findall(name):
        if word.lower().removesuffix("s") in EMPTY_NAMES or word.lower() in EMPTY_NAMES:
            yield Breach(path, line, f"`{name}`: the word `{word.lower()}` names nothing; take one from the glossary")


def check_dialect(path: str, node: Function | ast.ClassDef) -> Iterator[Breach]:
    """What the program is made of is named in the field's own words; tests may tell their stories."""
    if path.startswith("tests/") or node.name in KEPT_WORDS:
        return
    if isinstance(node, ast.ClassDef):
        words = {word.lower().removesuffix("s") for word in WORDS.findall(node.name)} & DIALECT
    else:
        words = {node.name.strip("_")} & VAGUE
    for word in words:
        yield Breach(path, node.lineno, f"`{node.name}`: `{word}` is of a private dialect; say what it is or does")


def check_doubles(path: str, tree: ast.Module, classes: dict[str, tuple[str, int]]) -> Iterator[Breach]:
    """No two public classes of the rooms bear one name; `classes` has those that were met, and takes these in."""
    if path.split("/")[0] not in ROOMS or path.startswith(GENERATED):
        return
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and node.name not in KEPT_DOUBLES:
            before = classes.setdefault(node.name, (path, node.lineno))
            if before != (path, node.lineno):
                yield Breach(path, node.lineno, f"`{node.name}`: a class of {before[0]} bears this name; give each its own")


def check_comments(path: str, text: str, tree: ast.Module) -> Iterator[Breach]:
    """Comments and docstrings leave nothing for later; an ignored type says which."""
    if not (UNFINISHED.search(text) or BARE_IGNORE.search(text)):
        return  # to read all tokens takes longer than everything else
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            if BARE_IGNORE.search(token.string):
                yield Breach(path, token.start[0], "`type: ignore` without a code")
            if match := UNFINISHED.search(token.string):
                yield Breach(path, token.start[0], f"unfinished: {match[0]}")
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | Function) and (match := UNFINISHED.search(ast.get_docstring(node) or "")):
            yield Breach(path, getattr(node, "lineno", 1), f"unfinished: {match[0]}")


def check_import(path: str, node: ast.Import | ast.ImportFrom) -> Iterator[Breach]:
    """No mocks: the clock, the sender and the starter are parameters."""
    modules = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
    if any(part in {"mock", "pytest_mock"} for module in modules for part in module.split(".")):
        yield Breach(path, node.lineno, "a mock; pass a fake that records as a parameter")


def check_function(path: str, node: Function) -> Iterator[Breach]:
    """Functions are short and take few parameters."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if lines > FUNCTION_LINES and not path.startswith((GENERATED, SAMPLES)):
        yield Breach(path, node.lineno, f"`{node.name}` has {lines} lines; a function has at most {FUNCTION_LINES}")
    count = len(list_parameters(node))
    if count > PARAMETERS and not is_filled_by_framework(path, node):
        yield Breach(path, node.lineno, f"`{node.name}` takes {count} parameters; a function takes at most {PARAMETERS}")
    if any(parameter.arg == "mocker" for parameter in node.args.args):
        yield Breach(path, node.lineno, "a mock; pass a fake that records as a parameter")


def list_parameters(node: Function) -> list[str]:
    """What a caller must think of; `self`, `cls` and the keyword-only `actor` are not counted."""
    arguments = node.args
    names = [argument.arg for argument in [*arguments.posonlyargs, *arguments.args]]
    if names[:1] in (["self"], ["cls"]):
        names = names[1:]
    names += [argument.arg for argument in arguments.kwonlyargs if argument.arg != "actor"]
    return names + [argument.arg for argument in (arguments.vararg, arguments.kwarg) if argument]


def is_filled_by_framework(path: str, node: Function) -> bool:
    """Routes and commands in `api` and tests with their fixtures: nobody writes the call."""
    if path.startswith("tests/"):
        return node.name.startswith("test_") or any("fixture" in ast.unparse(decorator) for decorator in node.decorator_list)
    calls = [decorator.func for decorator in node.decorator_list if isinstance(decorator, ast.Call)]
    names = {call.attr for call in calls if isinstance(call, ast.Attribute)}
    is_command = all("typer." in ast.unparse(argument) for argument in [*node.args.args, *node.args.kwonlyargs])
    return path.startswith("api/") and (bool(names & (ROUTES | COMMANDS)) or is_command)


def line_of(text: str, match: re.Match[str]) -> int:
    """The line on which a match begins."""
    return text.count("\n", 0, match.start()) + 1


def main(arguments: list[str]) -> int:
    """Print every breach; 1 if there is one."""
    found = breaches(Path(arguments[0]) if arguments else Path(__file__).parent.parent)
    for breach in found:
        print(breach)
    print(f"sizes and names: {len(found)} to mend" if found else "sizes and names: as they should be")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
