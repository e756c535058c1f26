"""The fields of a call's form: its file's values as people type them, and back."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from api.call_rules import ROOMS, find_rule, make_schema
from api.pages.call_named import NAMED, read_named, with_unwritten, without_unwritten
from api.pages.forms import Form
from api.pages.texts import Words, texts
from api.written_numbers import read_number, read_whole
from api.written_waits import read_wait
from models.waits import is_span
from workflows.process import ways
from workflows.process.visibility import OVERSEERS
from workflows.process.ways import Kind

PREFIX, REMOVE, ADD, UP, DOWN = "v", "remove", "add", "up", "down"
LISTS = frozenset(room.removesuffix(".*") for room in ROOMS if room.endswith(".*"))
WAITS = "policy.days"
REMIND = ".remind"  # days before (-3) and after (1) the last one, a line each
BOUNDS = (".lowest", ".highest")  # of a figure on the proposal form; every other number is points
WRITTEN = frozenset(("policy.declaration.text", "policy.declaration.text_en"))  # texts longer than a line
CAPACITIES = ("", "Plt.", "Plh.", "Pj.", "Pjs.")


@dataclass(frozen=True)
class Field:
    """A field: its path, what stands in it, whether it takes a line, several or one of its options."""

    path: str
    label: str
    hint: str
    value: str
    kind: str
    options: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """Its name in the form."""
        return f"{PREFIX}.{self.path}"


@dataclass(frozen=True)
class FieldGroup:
    """Fields that belong together, and the groups within; an entry of a list may be removed, a list added to."""

    path: str
    label: str
    hint: str
    fields: tuple[Field, ...] = ()
    groups: tuple["FieldGroup", ...] = ()
    is_list: bool = False
    is_entry: bool = False


def list_groups(body: Mapping[str, Any], words: Words) -> tuple[FieldGroup, ...]:
    """The whole form: the call's own fields, and a group for each part of its policy."""
    head = _group({name: value for name, value in body.items() if name != "policy"}, "", words)
    policy = _group(body["policy"], "policy", words)
    single = FieldGroup("policy", words.text("callform.rules"), "", policy.fields)
    return (FieldGroup("", words.text("callform.call"), "", head.fields), single, *policy.groups)


def count_fields(groups: tuple[FieldGroup, ...]) -> int:
    """How many fields the form would send."""
    return sum(len(group.fields) + group.is_entry + count_fields(group.groups) for group in groups)


def read_fields(body: Any, form: Form, act: str, path: str = "") -> Any:
    """The values with what was typed into their fields; what was not sent stays. `act` may add an entry to a list, or move one."""
    if _has_parts(body, path):
        parts = with_unwritten(body, path).items()
        return without_unwritten({name: read_fields(value, form, act, f"{path}.{name}".lstrip(".")) for name, value in parts}, path, body)
    if _as_room(path) in LISTS and isinstance(body, list):
        entries = [read_fields(body[place], form, act, f"{path}.{place}") for place in _list_places(form, act, path, len(body))]
        return [*entries, _blank(path)] if act == f"{ADD}.{path}" else entries
    typed = form.values.get(f"{PREFIX}.{path}")
    if typed is None or typed.replace("\r\n", "\n").strip() == show_value(body, path, Words(form.language)).strip():
        return body
    typed = form.text(f"{PREFIX}.{path}", 4_000)
    return read_named(typed, path) if path in NAMED else _read_typed(body, typed, path, form.language)


def list_orders(body: Any, form: Form, act: str, path: str = "") -> dict[str, list[int]]:
    """By the path of each list, the present places of its entries in the order in which they are to stand; who is removed has none."""
    inner: Iterable[tuple[str, Any]] = ()
    own: dict[str, list[int]] = {}
    if _has_parts(body, path):
        inner = ((f"{path}.{name}".lstrip("."), value) for name, value in body.items())
    elif _as_room(path) in LISTS and isinstance(body, list):
        own = {path: _list_places(form, act, path, len(body))}
        inner = ((f"{path}.{place}", value) for place, value in enumerate(body))
    for at, value in inner:
        own |= list_orders(value, form, act, at)
    return own


def _list_places(form: Form, act: str, path: str, length: int) -> list[int]:
    places = [place for place in range(length) if not form.text(f"{REMOVE}.{path}.{place}", 3)]
    way, _, entry = act.partition(".")
    around, _, moved = entry.rpartition(".")
    if way in (UP, DOWN) and around == path and moved.isdecimal() and int(moved) in places:
        here = places.index(int(moved))
        there = here + (1 if way == DOWN else -1)
        if 0 <= there < len(places):
            places[here], places[there] = places[there], places[here]
    return places


def show_value(value: Any, path: str, words: Words) -> str:
    """A value as its field shows it."""
    if _is_wait(path) and is_span(value):
        return words.wait(value)
    if isinstance(value, Mapping):
        return "\n".join(f"{name}: {each}" for name, each in value.items())
    if isinstance(value, list | tuple):
        return "\n".join(", ".join(map(str, each)) if isinstance(each, list | tuple) else str(each) for each in value)
    if value is None or isinstance(value, bool):
        return {None: "", True: "true", False: "false"}[value]
    kind = _kind_of(path)
    if kind == "number":
        found = read_number(str(value), "en")
        return words.plain(found[0]) if found else str(value)
    return words.count(value) if path.endswith(".amount_rupiah") and isinstance(value, int) else str(value)


def _group(values: Mapping[str, Any], path: str, words: Words) -> FieldGroup:
    fields, groups = list[Field](), list[FieldGroup]()
    for name, value in with_unwritten(values, path).items():
        inner = f"{path}.{name}".lstrip(".")
        if _as_room(inner) in LISTS and isinstance(value, list):
            entries = [_entry(each, f"{inner}.{place}", words) for place, each in enumerate(value) if isinstance(each, Mapping)]
            groups.append(FieldGroup(inner, _label(inner, words), _hint(inner, words), groups=tuple(entries), is_list=True))
        elif _has_parts(value, inner):
            groups.append(_group(value, inner, words))
        else:
            shown = show_value(value, inner, words)
            fields.append(Field(inner, _label(inner, words), _hint(inner, words), shown, *_choose_input(value, inner, words)))
    return FieldGroup(path, _label(path, words) if path else "", _hint(path, words), tuple(fields), tuple(groups))


def _entry(values: Mapping[str, Any], path: str, words: Words) -> FieldGroup:
    label = str(values.get("label" if words.language == "id" else "label_en") or values.get("name") or "")
    made = _group(values, path, words)
    return FieldGroup(path, label or words.text("callform.entry"), "", made.fields, made.groups, is_entry=True)


def name_path(path: str, words: Words) -> str:
    """The path of a value as people read it: `policy.gates.1.role` as `Tahapan wajib 2, Peran`."""
    said = list[str]()
    at = ""
    for part in path.split("."):
        at = f"{at}.{part}".lstrip(".")
        if part.isdigit():
            said[-1:] = [f"{said[-1]} {int(part) + 1}" if said else part]
        elif at != "policy":
            said.append(_label(at, words))
    return ", ".join(said)


def _label(path: str, words: Words) -> str:
    name = path.rpartition(".")[2]
    known = f"part.{name}" if path.startswith("policy.") else f"head.{name}"
    return words.text(known) if known in texts() else words.word(name)


def _hint(path: str, words: Words) -> str:
    """What a rule does, as a form says it; of the entries of a list only the first says it."""
    if any(part.isdigit() and part != "0" for part in path.split(".")):
        return ""
    if path == WAITS or (_is_wait(path) and not path.startswith(WAITS)):
        return words.text("callform.wait_hint")
    said = find_rule(path).get(words.language, "")
    for written, name in (("true:", "policy.yes"), ("false:", "policy.no")):
        said = said.replace(written, f"{words.text(name)}:")
    nothing = words.text("callform.nothing")
    said = re.sub(r"(?<=[.] )(\[\]|\{\}|null)", nothing.capitalize(), said)
    return re.sub(r"\[\]|\{\}|\bnull\b", nothing, said)


def _choose_input(value: Any, path: str, words: Words) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Whether a field takes a line, several or one of some options."""
    if _is_wait(path):
        return "line", ()  # a unit may stand in it, which a keyboard of figures has not
    if isinstance(value, list | Mapping) or path in WRITTEN:
        return "lines", ()
    kind, name = _kind_of(path), path.rpartition(".")[2]
    if kind == "boolean":
        options = [("true", words.text("policy.yes")), ("false", words.text("policy.no"))]
    elif name == "role":
        options = [(str(role), words.word(role)) for role in OVERSEERS]
    elif name == "stage":
        options = [(stage.name, words.word(stage.name)) for stage in ways.IDEA.stages.values() if stage.kind == Kind.OPEN]
    elif (options_there := _list_options(path)) is not None:
        options = [(each, words.word(each)) for each in options_there]
    elif name == "capacity":
        options = [(each, each or words.text("callform.definitive")) for each in CAPACITIES]
    else:
        return ("figure" if kind in ("integer", "number") else "line"), ()
    shown = show_value(value, path, words)
    return "choice", tuple(options if shown in dict(options) else [(shown, shown), *options])


@lru_cache(512)
def _schema_of(path: str) -> Mapping[str, Any]:
    """The schema of a field's value."""
    room, _, name = _as_room(path).rpartition(".")
    model = ROOMS[room][1].__name__ if room in ROOMS else ""
    found: Mapping[str, Any] = _definitions().get(model, {}).get("properties", {}).get(name, {})
    return found


def _list_options(path: str) -> list[str] | None:
    """The values that a field may have where the schema lists them."""
    name = str(_schema_of(path).get("$ref", "")).rpartition("/")[2]
    listed: list[str] | None = _definitions().get(name, {}).get("enum")
    return listed


def _as_room(path: str) -> str:
    """A path with `*` for each place of a list."""
    return re.sub(r"\.\d+(?=\.|$)", ".*", path)


@lru_cache
def _definitions() -> dict[str, Any]:
    defined: dict[str, Any] = make_schema()["$defs"]
    return defined


def _kind_of(path: str) -> str:
    schema = _schema_of(path)
    options = schema.get("anyOf", [schema])
    return next((str(each["type"]) for each in options if each.get("type") in ("boolean", "integer", "number")), "string")


def _has_parts(value: Any, path: str) -> bool:
    """Whether a value is shown as a group of its parts and not in one field."""
    return isinstance(value, Mapping) and path not in NAMED and not (_is_wait(path) and is_span(value))


def _is_wait(path: str) -> bool:
    """Whether a rule says how long somebody has."""
    return re.fullmatch(r"policy\.days\.[^.]+|policy\.gates\.\d+\.days", path) is not None


def _may_be_nothing(path: str) -> bool:
    return any(each.get("type") == "null" for each in _schema_of(path).get("anyOf", ()))


def _read_typed(value: Any, typed: str, path: str, language: str) -> Any:
    """What was typed as a value; a number that cannot be read stays text, and is told of with its line."""
    text = typed.strip()
    if isinstance(value, list):
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        if path.endswith(REMIND):
            return [int(line.replace("−", "-")) if re.fullmatch(r"[+−-]?[0-9]{1,3}", line) else line for line in lines]
        return [[part.strip() for part in line.split(",")] for line in lines] if path == "policy.loosened" else lines
    if not text and _may_be_nothing(path):
        return None
    if _is_wait(path):
        wait = read_wait(text, language)
        return text if wait is None else wait
    kind = _kind_of(path)
    if kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if kind == "integer":
        whole = read_whole(text, language)
        return text if whole is None else whole
    if kind == "number":
        if path.endswith(BOUNDS):  # any figure; what may mean two is read in the page's language, and shown anew without grouped thousands
            return next(iter(read_number(text, language)), text)
        found = [number for number in read_number(text, language) if number <= 100]
        return found[0] if len(found) == 1 else text
    return " ".join(text.split("\n"))


def _blank(path: str) -> dict[str, Any]:
    """A new entry of a list, with what is usual where there is such."""
    model: type[BaseModel] = ROOMS[f"{_as_room(path)}.*"][1]
    return {name: "" if field.default is PydanticUndefined else field.default for name, field in model.model_fields.items()}
