"""The writing form: an idea's answers, sections, team and budget, from what was typed to a proposal and back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlmodel import Session, col, select

from api.pages.answers import part_of, read_answers, stored_answers
from api.pages.forms import Form
from api.pages.texts import Words
from models.entry_rules import Initiator
from models.ideas import Answer
from models.people import EmployeeNumber, Person, write_full_name
from models.policy import Policy
from models.statements.ideas import Invited, Member
from workflows.calculations.employee_number import mask_held_number
from workflows.calculations.shares import equal_shares
from workflows.intake.answers import ANSWERS
from workflows.intake.draft import IdeaForm, Medium, Proposal
from workflows.intake.name_search import list_colleagues
from workflows.intake.supplement import KIND, SECTION, Part
from workflows.intake.team import MemberShare
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext
from workflows.process.relations import knows_name

ROWS = 3
MOST_ROWS = 50
FIND, ADD = "colleague", "add"  # the field in which part of a name is typed, and the button that picks somebody found


@dataclass(frozen=True)
class TypedMember:
    """A line of the team: a person known already, shown by name and masked number, or a number that was typed."""

    person_id: str = ""
    name: str = ""
    masked: str = ""
    number: str = ""
    share: str = ""
    role: str = ""
    lead: bool = False
    answer: str = ""
    note: str = ""  # in the mask's place, of a colleague who was found by name: their position and unit


FIELDS = {Part.TITLE: ("title",), Part.KIND: KIND, Part.BUDGET: ("budget_rupiah",)}


def read_proposal(form: Form, policy: Policy, numbers: Mapping[str, str]) -> Proposal:
    """What was typed as a proposal under a policy; `numbers` gives the employee numbers of the people that the form knows by id."""
    return Proposal(
        title=form.text("title"),
        form=IdeaForm(form.choice("form", tuple(IdeaForm)) or IdeaForm.PUBLIC_SERVICE),
        medium=Medium(form.choice("medium", tuple(Medium)) or Medium.NON_DIGITAL),
        theme=form.text("theme"),
        answers=read_answers(form, policy),
        sections={name: text for name, text in form.under("sections").items() if text.strip()},
        budget_rupiah=form.rupiah("budget_rupiah"),
        team=_read_team(form, numbers),
        category=form.text("category", 40),
        initiator=_read_initiator(form),
        in_use_since=form.day("in_use_since", required=False),
        earlier_code=form.text("earlier_code", 60),
    )


def _read_initiator(form: Form) -> Initiator | None:
    """Who was picked; a draft may be saved before anybody is."""
    picked = form.choice("initiator", ("", *Initiator)) if "initiator" in form.values else ""
    return Initiator(picked) if picked else None


def read_rows(form: Form, people: Mapping[str, TypedMember]) -> list[TypedMember]:
    """The team's lines as they were typed, empty ones left out."""
    rows = []
    for place in range(MOST_ROWS):
        known = people.get(form.text(f"team.{place}.person", 26))
        if form.text(f"team.{place}.remove", 3) and known and not known.lead:
            continue
        number, share = form.text(f"team.{place}.employee_number", 40).strip(), form.text(f"team.{place}.share", 40).strip()
        role = form.text(f"team.{place}.role", 200)
        if known:
            rows.append(replace(known, number="", share=share, role=role))
        elif number or share or role.strip():
            rows.append(TypedMember(number=number, share=share, role=role))
    return rows


def with_rows(form: Form, rows: list[TypedMember]) -> Form:
    """The form with its team's lines set anew, numbered from the top."""
    fields = [(name, value) for name, value in form.fields if not name.startswith("team.")]
    for place, row in enumerate(rows):
        fields += [(f"team.{place}.person", row.person_id), (f"team.{place}.employee_number", row.number)]
        fields += [(f"team.{place}.share", row.share), (f"team.{place}.role", row.role)]
    return replace(form, fields=fields)


def split_evenly(rows: list[TypedMember], words: Words) -> list[TypedMember]:
    """Equal shares; what does not divide goes to the lead first."""
    if not rows:
        return rows
    lead = next((place for place, row in enumerate(rows) if row.lead), 0)
    return [replace(row, share=words.share(share)) for row, share in zip(rows, equal_shares(len(rows), lead), strict=True)]


def list_people(session: Session, context: IdeaContext | None, actor: Actor) -> dict[str, tuple[TypedMember, str]]:
    """The people a form may name by id, with their number for the action alone: the team, whoever is asked to join, or the writer.

    Who has not joined goes by the id of the invitation, where the writer may not know whose number it is.
    """
    if context is None:
        person = session.get_one(Person, actor.person_id)
        holds = EmployeeNumber.person_id == person.id, col(EmployeeNumber.valid_until).is_(None)
        number = session.exec(select(EmployeeNumber.number).where(*holds)).first() or ""
        return {person.id: (TypedMember(person.id, person.full_name, mask_held_number(number), lead=True), number)}
    people = {}
    for each in context.members:
        name = write_full_name(each.front_title, each.name, each.back_title)
        people[each.person_id] = (
            TypedMember(each.person_id, name, mask_held_number(each.number), lead=each.lead),
            each.number or "",
        )
    for asked in context.invited:
        named = knows_name(asked, actor)
        key = str(asked.person_id) if named else asked.id
        name = write_full_name(asked.front_title or "", asked.name or "", asked.back_title or "") if named else ""
        people[key] = (TypedMember(key, name, mask_held_number(asked.number), lead=asked.lead, answer=asked.answer), asked.number)
    return people


def list_nameable(session: Session, context: IdeaContext | None, form: Form, actor: Actor) -> dict[str, tuple[TypedMember, str]]:
    """The people of `list_people`, and those colleagues whom a form names by id though no number of theirs was typed, without a number."""
    people = list_people(session, context, actor)
    named = {form.text(name, 26) for name in (ADD, *(f"team.{place}.person" for place in range(MOST_ROWS)))}
    for each in list_colleagues(session, sorted(named - people.keys() - {""}), actor=actor):
        note = " · ".join(part for part in (each.position, each.unit) if part)
        people[each.person_id] = (TypedMember(each.person_id, each.name, note=note), "")
    return people


def add_row(rows: list[TypedMember], form: Form, people: Mapping[str, TypedMember]) -> list[TypedMember]:
    """The team's lines with the colleague who was picked, where they do not stand there yet."""
    picked = people.get(form.text(ADD, 26))
    is_new = picked is not None and all(row.person_id != picked.person_id for row in rows)
    return [*rows, picked] if picked is not None and is_new else rows


def stored_values(context: IdeaContext, words: Words, actor: Actor) -> dict[str, str]:
    """What an idea says now, as its form's fields."""
    said = context.content
    values = {"title": context.idea.title, "form": said.form, "medium": said.medium, "theme": said.theme}
    values["category"] = context.idea.category
    values["budget_rupiah"] = words.count(said.budget_rupiah) if said.budget_rupiah else ""
    values |= {"initiator": said.initiator or "", "earlier_code": said.earlier_code or ""}
    values["in_use_since"] = "" if said.in_use_since is None else said.in_use_since.isoformat()
    values |= stored_answers(context.policy, said.answers, words.language)
    values |= {f"sections.{name}": text for name, text in said.sections.items()}
    for place, part in enumerate(_list_parts(context)):
        known = isinstance(part, Member) or knows_name(part, actor)
        values |= {f"team.{place}.person": str(part.person_id) if known else str(getattr(part, "id", "")), f"team.{place}.role": part.role}
        values[f"team.{place}.share"] = words.share(part.share_hundredths)
    return values


def keep_closed(form: Form, context: IdeaContext, parts: frozenset[str], words: Words, actor: Actor) -> Form:
    """The form of a returned idea with what was not asked for as it is, whatever was sent; no team means that it stays."""
    stored = stored_values(context, words, actor)
    kept = {name for part, names in FIELDS.items() if part not in parts for name in names}
    kept |= {name for name in stored if part_of(name).startswith((ANSWERS, SECTION)) and part_of(name) not in parts}
    sent = [(name, value) for name, value in form.fields if not part_of(name).startswith(ANSWERS) or part_of(name) in parts]
    typed = [(name, value) for name, value in sent if name not in kept and (Part.TEAM in parts or not name.startswith("team."))]
    return replace(form, fields=[*typed, *((name, stored[name]) for name in sorted(kept) if name in stored)])


def _list_parts(context: IdeaContext) -> list[Member | Invited]:
    """The team as it is to be: with those who are asked to join, or that which is to take the present one's place."""
    asked = [each for each in context.invited if each.answer != Answer.NOT_JOINED]
    members: list[Member | Invited] = [] if any(each.lead for each in asked) else [*context.members]
    return sorted([*members, *asked], key=lambda each: (not each.lead, each.position))


def _read_team(form: Form, numbers: Mapping[str, str]) -> tuple[MemberShare, ...]:
    rows = read_rows(form, {person_id: TypedMember(person_id) for person_id in numbers})
    alone = len(rows) == 1 and rows[0].person_id and not rows[0].share
    if alone:
        return ()
    flat = with_rows(form, rows)
    parts = []
    for place, row in enumerate(rows):
        share = flat.percent(f"team.{place}.share")
        number = numbers.get(row.person_id, "") or row.number
        parts.append(MemberShare(number, share, row.role, None if number else row.person_id or None))
    return tuple(parts)
