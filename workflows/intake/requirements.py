"""What the screening answers to each requirement of a call: yes or no, and why not."""

from collections.abc import Iterator, Mapping

from models.policy import Policy
from workflows.process.decide import is_printed
from workflows.process.refusals import Faults, Invalid
from workflows.process.ways import Transition
from workflows.process.wording import read_text, require_printable

SHORTEST_REASON, LONGEST_REASON = 5, 1_000  # characters, why one requirement is not met


def answer_all(policy: Policy) -> dict[str, bool]:
    """Yes to every requirement of a policy."""
    return {requirement.name: True for requirement in policy.requirements}


def read_reasons(policy: Policy, met: Mapping[str, bool], reasons: Mapping[str, str], transition: Transition) -> dict[str, str]:
    """Why each requirement is not met, of those of which it was said, in the policy's order; `met` are the answers by requirement.

    Raises Invalid, all faults at once: a reason for what was not answered with no or is no requirement of the call, one that is missing
    where the policy asks for each, one that is too short or too long, and, where a letter prints it, one that no font can draw.
    """
    faults, read = Faults(_list_misplaced(policy, met, reasons)), dict[str, str]()
    for name in (requirement.name for requirement in policy.requirements):
        text, path = reasons.get(name, ""), f"reasons.{name}"
        if met.get(name) is not False:
            continue
        if not text.strip():
            faults.found += [Invalid("requirement_reason_missing", path)] if policy.screening.reason_for_each else []
            continue
        with faults.gather():
            said = read_text(path, text, maximum=LONGEST_REASON, minimum=SHORTEST_REASON)
            read[name] = require_printable(path, said) if is_printed(transition) else said
    faults.settle()
    return read


def _list_misplaced(policy: Policy, met: Mapping[str, bool], reasons: Mapping[str, str]) -> Iterator[Invalid]:
    names = [requirement.name for requirement in policy.requirements]
    for name, text in reasons.items():
        if name not in names:
            yield Invalid("requirement_unknown", f"reasons.{name[:40]}", known=names)
        elif text.strip() and met.get(name) is not False:
            yield Invalid("requirement_reason_misplaced", f"reasons.{name}")
