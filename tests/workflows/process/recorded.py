"""Which kinds of facts the program may record, by their first words, read off its source: also a kind that comes by a variable.

A kind is followed back to where it is written: through the names it is given in a function, the constants of its file or of the one it is
imported from, what a function answers, and every call of a function that is handed it. What cannot be followed is told and not passed over.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef
WAYS = frozenset({"idea", "award", "document"})  # what the name of a way may be
RECORD, SUBJECT = "record", 1  # the function that writes a fact, and the place of its kind


@dataclass
class File:
    """A file's constants, functions and imported names."""

    path: Path
    constants: dict[str, list[ast.expr]] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    imported: dict[str, str] = field(default_factory=dict)
    calls: list[tuple[Function | None, ast.Call]] = field(default_factory=list)


@dataclass
class Recorded:
    """The first words of all kinds that are found, and the places where a kind cannot be followed."""

    files: dict[str, File]
    words: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Place:
    """Where an expression stands: in which file, and within which function."""

    file: File
    within: Function | None


def read_recorded(folder: Path) -> Recorded:
    """Everything that any file below a folder may record."""
    files = {str(path.with_suffix("")).replace("/", "."): _read(path) for path in sorted(folder.rglob("*.py"))}
    found = Recorded(files)
    for file in files.values():
        for within, call in file.calls:
            if _name_of(call) == RECORD and file.path.stem != "journal":
                _follow(found, Place(file, within), _argument(call, SUBJECT, "kind"), frozenset())
    return found


def _read(path: Path) -> File:
    file = File(path)
    tree = ast.parse(path.read_text())
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            file.imported |= {each.asname or each.name: node.module for each in node.names}
    for name, value in _assigned(tree.body):
        file.constants.setdefault(name, []).append(value)
    file.calls = [*_calls(tree, None)]
    file.functions = {node.name: node for node in ast.walk(tree) if isinstance(node, Function)}
    return file


def _calls(node: ast.AST, within: Function | None) -> Iterator[tuple[Function | None, ast.Call]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield within, child
        yield from _calls(child, child if isinstance(child, Function) else within)


def _assigned(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    for node in nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            yield from _pairs(node.targets[0], node.value)


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for one, given in zip(target.elts, value.elts, strict=True):
            yield from _pairs(one, given)


def _follow(found: Recorded, at: Place, kind: ast.expr | None, seen: frozenset[str]) -> None:
    """Add what an expression may say to what is found."""
    line = f"{at.file.path}:{getattr(kind, 'lineno', '?')}"
    mark = f"{line}:{ast.dump(kind) if kind else ''}"
    if mark in seen:
        return
    said = _said(kind)
    found.words |= said
    sources = [] if said else [*_list_sources(found.files, at, kind)]
    found.unknown |= set() if said or sources else {line}
    for place, value in sources:
        _follow(found, place, value, seen | {mark})


def _list_sources(files: dict[str, File], at: Place, kind: ast.expr | None) -> Iterator[tuple[Place, ast.expr | None]]:
    """What an expression gets its first word from; nothing where that cannot be read off the source."""
    match kind:
        case ast.JoinedStr(values=[ast.FormattedValue(value=inner), *_]):
            yield at, inner
        case ast.IfExp(body=one, orelse=other):
            yield from ((at, one), (at, other))
        case ast.Call(func=ast.Name(id=name)) if name in at.file.functions:
            function = at.file.functions[name]
            yield from ((Place(at.file, function), node.value) for node in ast.walk(function) if isinstance(node, ast.Return))
        case ast.Name(id=name):
            yield from _list_origins(files, at, name)


def _said(kind: ast.expr | None) -> set[str]:
    """The first words that an expression says as it stands."""
    match kind:
        case ast.Constant(value=str() as text):
            return {text.partition(".")[0]}
        case ast.JoinedStr(values=[ast.Constant(value=str() as text), *_]) if "." in text:
            return {text.partition(".")[0]}
        case ast.Attribute(attr="name"):
            return {*WAYS}
    return set()


def _list_origins(files: dict[str, File], at: Place, name: str) -> Iterator[tuple[Place, ast.expr | None]]:
    """Where a name gets what it stands for: its function, the calls of that function, its file, or the one it is imported from."""
    local = [value for one, value in _assigned(ast.walk(at.within)) if one == name] if at.within else []
    names = [each.arg for each in (*at.within.args.args, *at.within.args.kwonlyargs)] if at.within else []
    known = at.file if name in at.file.constants else files.get(at.file.imported.get(name, ""))
    if local:
        yield from ((at, value) for value in local)
    elif at.within is not None and name in names:
        for other in files.values():
            for caller, call in other.calls:
                if _name_of(call) == at.within.name and _reaches(other, at.file, at.within.name):
                    yield Place(other, caller), _argument(call, names.index(name), name)
    elif known is not None:
        yield from ((Place(known, None), value) for value in known.constants.get(name, ()))


def _reaches(caller: File, file: File, name: str) -> bool:
    """Whether a call by name in one file is one of the other's function."""
    module = str(file.path.with_suffix("")).replace("/", ".")
    return caller is file or caller.imported.get(name) == module


def _argument(call: ast.Call, place: int, name: str) -> ast.expr | None:
    named = {each.arg: each.value for each in call.keywords}
    return call.args[place] if len(call.args) > place else named.get(name)


def _name_of(call: ast.Call) -> str:
    return str(getattr(call.func, "id", ""))
