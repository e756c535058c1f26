"""What a return for completion asks for: parts of the idea, single files among them, each with a note on what is to be done."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session

from workflows.intake.answers import ANSWERS
from workflows.intake.attachments import list_present
from workflows.intake.supplement import FILE, SECTION, list_parts, name_form_parts
from workflows.process.asked import list_asked
from workflows.process.context import IdeaContext
from workflows.process.refusals import Faults, Invalid
from workflows.process.wording import read_text

SHORTEST_NOTE, LONGEST_NOTE = 5, 1_000  # characters


@dataclass(frozen=True)
class PartsAsked:
    """Notes by section or field, notes by other parts, every part that may be changed in the order of the form, and the names of the
    single files among them by id."""

    notes: dict[str, str] = field(default_factory=dict)
    part_notes: dict[str, str] = field(default_factory=dict)
    parts: tuple[str, ...] = ()
    files: dict[str, str] = field(default_factory=dict)

    def list_without_note(self) -> Iterator[Invalid]:
        """The parts of which nothing is said, each by the field in which it would be said."""
        for part in self.parts:
            name = part.removeprefix(SECTION).removeprefix(ANSWERS)
            if name != part and name not in self.notes:
                yield Invalid("part_reason_missing", f"notes.{name}")
            elif name == part and part not in self.part_notes:
                yield Invalid("part_reason_missing", f"part_notes.{part}")

    def as_detail(self) -> dict[str, object]:
        """What a decision says of them; nothing of other notes and single files where there are none, as decisions of before."""
        more = {"part_notes": self.part_notes, "files": self.files}
        return {"parts": list(self.parts), **{name: said for name, said in more.items() if said}}


def read_parts_asked(
    session: Session, context: IdeaContext, notes: Mapping[str, str], part_notes: Mapping[str, str], parts: Sequence[str]
) -> PartsAsked:
    """What is asked for of an idea as it is: what has a note, and the parts that are named.

    Raises Invalid, all faults at once: for a note on a section or field that the idea's answers do not ask for, a part that there is not,
    a file that the idea does not have, and a note that is too short or too long.
    """
    askable = _name_askable(context)
    files = {FILE + each.id: each.name for each in list_present(session, context.idea.id)} if context.policy.attachments.most else {}
    form = set(name_form_parts(context.policy).values())
    others = [part for part in list_parts(context.policy) if part not in form] + list(files)
    known, faults = [*askable.values(), *others], Faults()
    read, read_others = (_read_notes(faults, *each) for each in (("notes", notes, list(askable)), ("part_notes", part_notes, others)))
    faults.found += [Invalid("part_unknown", f"parts.{place}", known=known) for place, part in enumerate(parts) if part not in known]
    faults.settle()
    noted = {askable[name] for name in read} | set(read_others)
    asked = tuple(part for part in known if part in noted or part in parts)
    return PartsAsked(read, read_others, asked, {part.removeprefix(FILE): files[part] for part in asked if part in files})


def _name_askable(context: IdeaContext) -> dict[str, str]:
    """The parts of the form by their names that the idea's answers ask for: no other can be completed."""
    asked = list_asked(context.policy, context.content.answers)
    return {name: part for name, part in name_form_parts(context.policy).items() if name in asked}


def _read_notes(faults: Faults, within: str, given: Mapping[str, str], known: list[str]) -> dict[str, str]:
    """The notes as they are kept; what is wrong with them is gathered."""
    read = dict[str, str]()
    for name, text in given.items():
        with faults.gather():
            if name not in known:
                raise Invalid("section_unknown" if within == "notes" else "part_unknown", f"{within}.{name[:40]}", known=sorted(known))
            read[name] = read_text(f"{within}.{name}", text, maximum=LONGEST_NOTE, minimum=SHORTEST_NOTE)
    return read
