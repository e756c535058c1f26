"""A call's file as a call to be planned, checked without a database: whatever is wrong is told at once, each with its place."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_core import PydanticCustomError

from models.instants import region_zone
from models.policy import Policy
from models.policy_parts import Frozen
from workflows.calculations.rule_books import Tier, read_rule_book
from workflows.process.refusals import Faults, Invalid, Refusal
from workflows.process.wording import read_line
from workflows.region.call_files.faults import FileFault, Unreadable
from workflows.region.call_files.reading import ReadFile, read_file
from workflows.region.calls import NewCall, require_short_seal
from workflows.region.soundness import list_contradictions, validate_policy

FIRST, LAST = time(0), time(23, 59, 59)
YEARS = range(1900, 3000)


def _read_instant(last: time, given: object) -> datetime:
    """`2026-11-02`, `2026-11-02 08:00` in the region's zone, or an instant with its own."""
    try:
        if not isinstance(given, str):
            raise ValueError("no text")
        text = given.strip()
        read = datetime.combine(date.fromisoformat(text), last) if len(text) == len("2026-11-02") else datetime.fromisoformat(text)
    except ValueError as wrong:
        raise PydanticCustomError("call_file_instant_unreadable", "no day and no instant") from wrong
    if read.year not in YEARS:
        raise PydanticCustomError("date_out_of_range", "the year lies outside 1900 to 2999")
    return read if read.tzinfo else read.replace(tzinfo=region_zone())


def _first(given: object) -> datetime:
    return _read_instant(FIRST, given)


def _last(given: object) -> datetime:
    return _read_instant(LAST, given)


def _title(text: str) -> str:
    try:
        return read_line("title", text, maximum=200)
    except Invalid as wrong:
        raise _AsRefusal(wrong) from wrong


class _AsRefusal(ValueError):
    """A refusal on its way through pydantic."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


class CallFile(Frozen):
    """A call as its file says it."""

    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
    title: Annotated[str, Field(max_length=2_000), AfterValidator(_title)]
    unit_code: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$")]
    opens_at: Annotated[datetime, BeforeValidator(_first)]
    closes_at: Annotated[datetime, BeforeValidator(_last)]
    policy: dict[str, Any]


@dataclass
class CheckedFile:
    """What a file says: its values where they could be read, the call and its policy where they hold, and what is wrong."""

    read: ReadFile
    faults: list[FileFault] = field(default_factory=list)
    call: NewCall | None = None
    policy: Policy | None = None
    is_alone: bool = False  # whether the file holds a policy without its call

    def locate_fault(self, code: str, path: str | None, parameters: dict[str, Any]) -> FileFault:
        """A fault with its place in the file."""
        inner = (path or "").removeprefix("policy.") if self.is_alone else path or ""
        value = self.read.values.get(inner)
        if (
            parameters.get("problem") == "string_type"
            and value
            and not value.is_quoted
            and (said := _find(self.read.body, inner)) is not None
        ):
            shown = str(said).lower() if isinstance(said, bool) else str(said)
            if not isinstance(said, dict | list):
                return FileFault("call_file_text_unquoted", path or "", value.place, {"given": shown})
        return FileFault(code, path or "", self.read.find_place(inner), parameters)


def check_file(content: bytes) -> CheckedFile:
    """Read a file and hold it against all that can be known without the region's data."""
    try:
        read = read_file(content)
    except Unreadable as wrong:
        return CheckedFile(ReadFile(""), [wrong.fault])
    checked = CheckedFile(read, list(read.faults))
    body = read.body
    if not isinstance(body, dict) or not isinstance(body.get("policy", {}), dict):
        checked.faults.append(FileFault("call_file_no_call", "policy" if isinstance(body, dict) else "", read.find_place("policy")))
        return checked
    checked.is_alone = "policy" not in body and not set(body) & set(CallFile.model_fields)
    checked.faults += [checked.locate_fault(*found) for found in _check_call(checked)] if not checked.is_alone else []
    if checked.is_alone or "policy" in body:
        checked.faults += [checked.locate_fault(*found) for found in _check_policy(checked)]
    checked.faults.sort(key=lambda fault: fault.place)
    return checked


def _check_call(checked: CheckedFile) -> Iterator[tuple[str, str | None, dict[str, Any]]]:
    try:
        call = CallFile.model_validate(checked.read.body)
    except ValidationError as wrong:
        for error in wrong.errors():
            path, context = ".".join(map(str, error["loc"])), error.get("ctx", {})
            said = context.get("error")
            if isinstance(said, _AsRefusal):
                yield said.refusal.code, path, said.refusal.parameters
            else:
                yield "call_invalid", path, {"problem": error["type"], **context}
        return
    if call.closes_at <= call.opens_at:
        yield "dates_out_of_order", "closes_at", {}
        return
    checked.call = NewCall(**dict(call))


def _check_policy(checked: CheckedFile) -> Iterator[tuple[str, str | None, dict[str, Any]]]:
    body = checked.read.body if checked.is_alone else checked.read.body["policy"]
    faults = Faults()
    with faults.gather():
        checked.policy = validate_policy(body)
        if checked.call is not None:
            require_short_seal(checked.call.opens_at, checked.call.closes_at, checked.policy)
    yield from ((each.code, each.field, each.parameters) for each in faults.found)
    if checked.policy is not None:
        yield from ((finding.code, finding.path, finding.parameters) for finding in list_contradictions(checked.policy))


def arrange(call: NewCall, policy: Policy) -> dict[str, Any]:
    """The values of a call's file, every rule said, in the order of the models."""
    rules = policy.model_dump()
    rules["rule_book"] = read_rule_book(policy.rule_book).model_dump()
    for category in rules["categories"]:
        category["tiers"] = [Tier.model_validate(tier).model_dump() for tier in category["tiers"]]
    head = {"code": call.code, "title": call.title, "unit_code": call.unit_code}
    dates = {"opens_at": _say_instant(call.opens_at, FIRST), "closes_at": _say_instant(call.closes_at, LAST)}
    return {**head, **dates, "policy": rules}


def _say_instant(instant: datetime, usual: time) -> date | datetime:
    """An instant in the region's zone; only its day where it is the hour that a day alone means."""
    local = instant.astimezone(region_zone())
    return local.date() if local.time() == usual else local


def _find(body: Any, path: str) -> Any:
    for part in path.split("."):
        body = body[int(part)] if isinstance(body, list) else body.get(part)
    return body
