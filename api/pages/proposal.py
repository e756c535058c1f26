"""The writing form: an idea's sections, team and budget, from what was typed to a proposal and back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlmodel import Session, col, select

from api.pages.forms import Form
from api.pages.texts import Words
from models.ideas import Idea, TeamMember
from models.people import EmployeeNumber, Person
from workflows.calculations.employee_number import mask_employee_number
from workflows.calculations.shares import equal_shares
from workflows.intake.draft import Form as IdeaForm
from workflows.intake.draft import Medium, Proposal
from workflows.intake.team import MemberShare
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext

ROWS = 3
MOST_ROWS = 50


@dataclass(frozen=True)
class Row:
    """A line of the team: a person known already, shown by name and masked number, or a number that was typed."""

    person_id: str = ""
    name: str = ""
    masked: str = ""
    number: str = ""
    share: str = ""
    role: str = ""
    lead: bool = False


def read_proposal(form: Form, numbers: Mapping[str, str]) -> Proposal:
    """What was typed as a proposal; `numbers` gives the employee numbers of the people that the form knows by id."""
    return Proposal(
        title=form.text("title"),
        form=IdeaForm(form.choice("form", tuple(IdeaForm)) or IdeaForm.PUBLIC_SERVICE),
        medium=Medium(form.choice("medium", tuple(Medium)) or Medium.NON_DIGITAL),
        theme=form.text("theme"),
        sections={name: text for name, text in form.under("sections").items() if text.strip()},
        budget_rupiah=form.rupiah("budget_rupiah"),
        team=_read_team(form, numbers),
    )


def read_rows(form: Form, people: Mapping[str, Row]) -> list[Row]:
    """The team's lines as they were typed, empty ones left out."""
    rows = []
    for place in range(MOST_ROWS):
        known = people.get(form.text(f"team.{place}.person", 26))
        if form.text(f"team.{place}.remove", 3) and known and not known.lead:
            continue
        number, share = form.text(f"team.{place}.employee_number", 40).strip(), form.text(f"team.{place}.share", 40).strip()
        role = form.text(f"team.{place}.role", 200)
        if known:
            rows.append(Row(known.person_id, known.name, known.masked, "", share, role, known.lead))
        elif number or share or role.strip():
            rows.append(Row(number=number, share=share, role=role))
    return rows


def with_rows(form: Form, rows: list[Row]) -> Form:
    """The form with its team's lines set anew, numbered from the top."""
    fields = [(name, value) for name, value in form.fields if not name.startswith("team.")]
    for place, row in enumerate(rows):
        fields += [(f"team.{place}.person", row.person_id), (f"team.{place}.employee_number", row.number)]
        fields += [(f"team.{place}.share", row.share), (f"team.{place}.role", row.role)]
    return Form(fields, form.wrong)


def split_evenly(rows: list[Row], words: Words) -> list[Row]:
    """Equal shares; what does not divide goes to the lead first."""
    if not rows:
        return rows
    lead = next((place for place, row in enumerate(rows) if row.lead), 0)
    return [replace(row, share=words.share(share)) for row, share in zip(rows, equal_shares(len(rows), lead), strict=True)]


def list_people(session: Session, idea: Idea | None, actor: Actor) -> dict[str, tuple[Row, str]]:
    """The people a form may name by id, with their number for the action alone: the team so far, or the writer."""
    query = (
        select(Person, EmployeeNumber.number)
        .outerjoin(EmployeeNumber, (col(EmployeeNumber.person_id) == col(Person.id)) & col(EmployeeNumber.valid_until).is_(None))
        .where(col(Person.id).in_(_team_of(session, idea)) | (col(Person.id) == actor.person_id))
    )
    lead = idea.lead_id if idea else actor.person_id
    return {
        person.id: (Row(person.id, person.full_name, mask_employee_number(number or ""), lead=person.id == lead), number or "")
        for person, number in session.exec(query)
    }


def stored_values(context: IdeaContext, words: Words) -> dict[str, str]:
    """What an idea says now, as its form's fields."""
    said = context.content
    values = {"title": context.idea.title, "form": said.form, "medium": said.medium, "theme": said.theme}
    values["budget_rupiah"] = words.count(said.budget_rupiah) if said.budget_rupiah else ""
    values |= {f"sections.{name}": text for name, text in said.sections.items()}
    for place, member in enumerate(context.members):
        values |= {f"team.{place}.person": member.person_id, f"team.{place}.role": member.role}
        values[f"team.{place}.share"] = words.share(member.share_hundredths)
    return values


def _team_of(session: Session, idea: Idea | None) -> list[str]:
    return list(session.exec(select(TeamMember.person_id).where(TeamMember.idea_id == idea.id))) if idea else []


def _read_team(form: Form, numbers: Mapping[str, str]) -> tuple[MemberShare, ...]:
    rows = read_rows(form, {person_id: Row(person_id) for person_id in numbers})
    alone = len(rows) == 1 and rows[0].person_id and not rows[0].share
    if alone:
        return ()
    flat = with_rows(form, rows)
    flat.wrong = form.wrong
    parts = []
    for place, row in enumerate(rows):
        share = flat.percent(f"team.{place}.share")
        parts.append(MemberShare(numbers.get(row.person_id, "") or row.number, share, row.role))
    return tuple(parts)
