"""How an idea's history shows a change of its team: member by member, with shares before and after, in both languages."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from sqlmodel import Session, col, select

from api.formats import show_share
from api.sentences import catalogue
from models.people import Person
from workflows.intake.team import Membership, TeamChange, read_team_change


class MemberChangeOut(BaseModel):
    """One member before and after; a share is null where the person was not, or is no longer, in the team."""

    person_id: str
    name: str
    share_before_hundredths: int | None
    share_hundredths: int | None
    role_before: str
    role: str
    text: str
    text_en: str


def list_changed_people(details: Iterable[Mapping[str, Any]]) -> set[str]:
    """The ids of everybody whom a change of a team is about, as decisions' details keep it."""
    changes = [change for detail in details if (change := read_team_change({**detail}))]
    return {member.person_id for change in changes for member in change.before + change.after}


def show_team_change(detail: Mapping[str, Any], names: Mapping[str, str]) -> list[MemberChangeOut] | None:
    """What was changed in the team, as a decision's detail keeps it, by people's names; None where nothing was."""
    change = read_team_change({**detail})
    return (
        None
        if change is None
        else [_show_member(person_id, names[person_id], before, after) for person_id, before, after in change.list_members()]
    )


def show_members(session: Session, change: TeamChange | None) -> list[MemberChangeOut]:
    """What was changed in a team, by people's names as they are now; nothing where nothing was."""
    if change is None:
        return []
    people = session.exec(select(Person).where(col(Person.id).in_({each.person_id for each in change.before + change.after})))
    return show_team_change(change.as_detail(), {person.id: person.full_name for person in people}) or []


def _show_member(person_id: str, name: str, before: Membership | None, after: Membership | None) -> MemberChangeOut:
    return MemberChangeOut(
        person_id=person_id,
        name=name,
        share_before_hundredths=before.share_hundredths if before else None,
        share_hundredths=after.share_hundredths if after else None,
        role_before=before.role if before else "",
        role=after.role if after else "",
        text=_write_change(name, before, after, "id"),
        text_en=_write_change(name, before, after, "en"),
    )


def _write_change(name: str, before: Membership | None, after: Membership | None, language: str) -> str:
    code = "joined" if before is None else "left" if after is None else _compare_shares(before, after)
    shares = {"before": _write_share(before, language), "after": _write_share(after, language)}
    sentences = [catalogue("team")[code][language].format(name=name, **shares)]
    if before and after and before.role != after.role:
        roles = {"role": after.role or "–", "role_before": before.role or "–"}
        sentences.append(catalogue("team")["role_changed"][language].format(**roles))
    return " ".join(sentences)


def _compare_shares(before: Membership, after: Membership) -> str:
    return "share_kept" if before.share_hundredths == after.share_hundredths else "share_changed"


def _write_share(member: Membership | None, language: str) -> str:
    return show_share(member.share_hundredths, language) if member else ""
