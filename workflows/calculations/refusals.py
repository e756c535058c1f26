"""How a calculation says no: a stable code, the field at fault, and a sentence that says what to do."""

from typing import Any, ClassVar

from pydantic import ValidationError

WHOLE_INPUT = "$"

ADVICE = {
    "missing": "Add this field; it is required.",
    "extra_forbidden": "Remove this field; the calculation does not know it.",
    "model_type": "Give one JSON object.",
}


class CalculationRefusal(ValueError):
    """Input that cannot be calculated; `field` is a dotted path, and the sentence never repeats a personal value."""

    code: ClassVar[str] = "refused"

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence

    def as_problem(self) -> dict[str, Any]:
        """The refusal as a JSON-ready object: code, field, detail."""
        return {"code": self.code, "field": self.field, "detail": self.sentence}


class InvalidPayload(CalculationRefusal):
    """A payload that does not fit the input model; `problems` names every field at fault, the first one leads.

    `limits` holds the figures of the first problem under pydantic's names for them, such as `ge` or `max_length`.
    """

    code = "payload_invalid"

    def __init__(self, problems: list[dict[str, Any]], limits: dict[str, Any] | None = None) -> None:
        super().__init__(problems[0]["field"], problems[0]["detail"])
        self.problems = problems
        self.limits = limits or {}

    def as_problem(self) -> dict[str, Any]:
        """The refusal as a JSON-ready object: code, field and detail of the first problem, and all of them under `errors`."""
        return super().as_problem() | {"errors": self.problems}

    @classmethod
    def from_validation(cls, error: ValidationError) -> "InvalidPayload":
        """The refusal behind a failed validation, without the values that were given (they may be personal)."""
        errors = error.errors(include_url=False, include_input=False)
        return cls([_problem(dict(each)) for each in errors], errors[0].get("ctx"))


def _problem(error: dict[str, Any]) -> dict[str, Any]:
    place = ".".join(str(part) for part in error["loc"])
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, CalculationRefusal):
        field = ".".join(part for part in (place, cause.field) if part)
        return cause.as_problem() | {"field": field}
    return {"code": error["type"], "field": place or WHOLE_INPUT, "detail": ADVICE.get(error["type"], error["msg"] + ".")}
