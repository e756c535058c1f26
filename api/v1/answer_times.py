"""Until when something asked may be answered, as the API says it beside each request that waits."""

from typing import Any

from models.answer_times import AnswerTime


def show_answer_time(time: AnswerTime | None) -> dict[str, Any]:
    """`answer_until` and `ends_unanswered` of a request; null and false where nobody has been given a time yet."""
    return {"answer_until": time.until if time else None, "ends_unanswered": time is not None and time.is_binding}
