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

    words: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)


def read_recorded(folder: Path) -> Recorded:
    """Everything that any file below a folder may record."""
    files = {str(path.with_suffix("")).replace("/", "."): _read(path) for path in sorted(folder.rglob("*.py"))}
    found = Recorded()
    for file in files.values():
        for within, call in file.calls:
            if _name_of(call) == RECORD and file.path.stem != "journal":
                _follow(files, file, within, _argument(call, SUBJECT, "kind"), found, frozenset())
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


def _follow(
    files: dict[str, File], file: File, within: Function | None, kind: ast.expr | None, found: Recorded, seen: frozenset[str]
) -> None:
    """Add what an expression may say to what is found."""
    place = f"{file.path}:{getattr(kind, 'lineno', '?')}"
    mark = f"{place}:{ast.dump(kind) if kind else ''}"
    if kind is None or mark in seen:
        found.unknown |= {place} if kind is None else set()
        return
    seen |= {mark}
    said = _said(kind)
    found.words |= said
    match kind:
        case _ if said:
            return
        case ast.JoinedStr(values=[ast.FormattedValue(value=inner), *_]):
            _follow(files, file, within, inner, found, seen)
        case ast.IfExp(body=one, orelse=other):
            for each in (one, other):
                _follow(files, file, within, each, found, seen)
        case ast.Call(func=ast.Name(id=name)) if name in file.functions:
            for node in ast.walk(file.functions[name]):
                if isinstance(node, ast.Return):
                    _follow(files, file, file.functions[name], node.value, found, seen)
        case ast.Name(id=name):
            _follow_name(files, file, within, name, (found, seen, place))
        case _:
            found.unknown.add(place)


def _said(kind: ast.expr) -> set[str]:
    """The first words that an expression says as it stands."""
    match kind:
        case ast.Constant(value=str() as text):
            return {text.partition(".")[0]}
        case ast.JoinedStr(values=[ast.Constant(value=str() as text), *_]) if "." in text:
            return {text.partition(".")[0]}
        case ast.Attribute(attr="name"):
            return {*WAYS}
    return set()


def _follow_name(
    files: dict[str, File], file: File, within: Function | None, name: str, so_far: tuple[Recorded, frozenset[str], str]
) -> None:
    found, seen, place = so_far
    local = [value for one, value in _assigned(ast.walk(within)) if one == name] if within else []
    known = file if name in file.constants else files.get(file.imported.get(name, ""))
    if local:
        for value in local:
            _follow(files, file, within, value, found, seen)
    elif within is not None and name in (names := [each.arg for each in (*within.args.args, *within.args.kwonlyargs)]):
        for other in files.values():
            for caller, call in other.calls:
                if _name_of(call) == within.name and _reaches(other, file, within.name):
                    _follow(files, other, caller, _argument(call, names.index(name), name), found, seen)
    elif known is not None and name in known.constants:
        for value in known.constants[name]:
            _follow(files, known, None, value, found, seen)
    else:
        found.unknown.add(place)


def _reaches(caller: File, file: File, name: str) -> bool:
    """Whether a call by name in one file is one of the other's function."""
    module = str(file.path.with_suffix("")).replace("/", ".")
    return caller is file or caller.imported.get(name) == module


def _argument(call: ast.Call, place: int, name: str) -> ast.expr | None:
    named = {each.arg: each.value for each in call.keywords}
    return call.args[place] if len(call.args) > place else named.get(name)


def _name_of(call: ast.Call) -> str:
    return str(getattr(call.func, "id", ""))
