"""Which ideas a call takes, in sentences, as its page and its form say them; and what the writing form asks of it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from api.pages.texts import Words
from models.calls import Call
from models.entry_rules import QuotaPer
from models.instants import local_day
from models.policy import Policy
from workflows.calculations.months import months_before
from workflows.process.eligibility import latest_in_use


def list_conditions(policy: Policy, closes_at: datetime, words: Words) -> list[str]:
    """A sentence for each condition of a policy, for a call that closes at an instant; those for colleagues and files last."""
    return list(_say(policy, closes_at, words))


def _say(policy: Policy, closes_at: datetime, words: Words) -> Iterator[str]:
    rule, day = policy.eligibility, local_day(closes_at)
    if policy.declaration.is_asked:
        yield words.text("entry.declared")
    if rule.initiators:
        named = "; ".join(words.word(each) for each in rule.initiators)
        yield words.text("entry.by_one" if len(rule.initiators) == 1 else "entry.by_many", initiators=named)
    if rule.minimum_months:
        last = months_before(day, rule.minimum_months)
        yield words.text("entry.months", months=words.count(rule.minimum_months), day=words.day(day), last=words.day(last))
    if rule.quota is not None:
        per = "entry.per_unit" if rule.quota_per == QuotaPer.OWN_UNIT else "entry.per_agency"
        yield words.text(per, limit=words.count(rule.quota))
    if rule.earlier_awards is not None and rule.earlier_years is None:
        yield words.text("entry.never_again", limit=words.count(rule.earlier_awards))
    elif rule.earlier_awards is not None:
        yield words.text("entry.not_again", limit=words.count(rule.earlier_awards), years=words.count(rule.earlier_years or 0))
    if opened := words.opened(policy):
        yield opened
    if policy.attachments.most:
        yield words.text("files.limits", **words.file_limits(policy.attachments))
    if required := words.files_required(policy.attachments):
        yield required


def read_asked(policy: Policy, call: Call) -> dict[str, Any]:
    """What the writing form asks of an idea's entry: which initiators to choose from, the last day since when it may be in use."""
    return {"initiators": policy.eligibility.initiators, "latest": latest_in_use(policy, call), "closing_day": local_day(call.closes_at)}
