"""The awards of a call as its report lists them by category: what stands, what was revoked, and who moved up to a revoked place."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from models.awards import Award
from models.ideas import Idea, TeamMember
from models.instants import local_day
from models.people import Person
from models.stages import AwardStage
from models.units import Unit
from workflows.documents.text import format_date
from workflows.intake.merge_lists import name_with_joined
from workflows.process.context import read_policy_of

LABELS: dict[str, str] = {AwardStage.ANNOUNCED: "Diumumkan", AwardStage.REVOKED: "Dicabut"}


def list_award_lines(session: Session, call_id: str) -> list[dict[str, Any]]:
    """Every award of a call that was announced, by category, the highest first; one that is still being prepared is not told of."""
    rows = session.exec(
        select(Award, Idea, Unit.name)
        .join(Idea, col(Idea.id) == col(Award.idea_id))
        .join(Unit, col(Unit.id) == col(Idea.unit_id))
        .where(Award.call_id == call_id, col(Award.announced_at).is_not(None))
        .order_by(col(Award.amount_rupiah).desc(), col(Idea.score).desc(), col(Idea.code))
    ).all()
    teams = _list_teams(session, [idea.id for _, idea, _ in rows])
    codes = name_with_joined(session, [idea for _, idea, _ in rows])
    titles = {idea.id: _find_title(session, idea) for _, idea, _ in rows}
    successions = write_successions([(award, idea) for award, idea, _ in rows])
    return [
        {
            "rank": _find_rank(award),
            "idea_code": codes[idea.id],
            "idea_title": idea.title,
            "unit": unit,
            "team": teams.get(idea.id, []),
            "distinction": award.distinction,
            "amount_rupiah": award.amount_rupiah,
            "decree": _name_decree(award),
            "state": LABELS.get(award.stage, LABELS[AwardStage.ANNOUNCED]),  # every award here was announced
            "stands": award.stage == AwardStage.ANNOUNCED,
            "note": successions.get(award.id, ""),
            "category": titles[idea.id][1],
        }
        for award, idea, unit in sorted(rows, key=lambda row: titles[row[1].id])
    ]


def write_successions(awards: Sequence[tuple[Award, Idea]]) -> dict[str, str]:
    """Of every revoked award who moved up to its place, or why nobody did; by the award's id.

    Who moved up was awarded the same tier of the same category after the revocation; each fills one place, in the order of the revocations.
    """
    standing = sorted((pair for pair in awards if pair[0].stage == AwardStage.ANNOUNCED), key=lambda pair: pair[0].created_at)
    revoked = sorted((pair for pair in awards if pair[0].revoked_at is not None), key=lambda pair: str(pair[0].revoked_at))
    notes: dict[str, str] = {}
    for award, idea in revoked:
        alike = [pair for pair in standing if (pair[0].tier, pair[1].category) == (award.tier, idea.category)]
        later = [pair for pair in alike if award.revoked_at and pair[0].created_at >= award.revoked_at]
        if later:
            standing.remove(later[0])
            notes[award.id] = f"Tempatnya diisi {later[0][1].code}."
        elif _has_limited_places(award):
            since = format_date(local_day(award.revoked_at)) if award.revoked_at else ""
            notes[award.id] = f"Tidak ada yang naik: sejak dicabut pada {since} belum ada penggantinya yang ditetapkan."
        else:
            notes[award.id] = "Tidak ada yang naik: jumlah penerima predikat ini tidak dibatasi."
    return notes


def _find_title(session: Session, idea: Idea) -> tuple[int, str]:
    """The title of an idea's category, and where among the others it stands; empty and first where it has none."""
    categories = read_policy_of(session, idea).categories
    found = ((place, each.title) for place, each in enumerate(categories) if each.name == idea.category)
    return next(found, (-1, ""))


def _name_decree(award: Award) -> str:
    dated = f" tanggal {format_date(award.decree_on)}" if award.decree_on else ""
    return f"Keputusan Nomor {award.decree_number}{dated}" if award.decree_number else ""


def _has_limited_places(award: Award) -> bool:
    tiers = award.computation.get("question", {}).get("rule_book", {}).get("tiers", [])
    return any(tier["name"] == award.tier and tier.get("places") is not None for tier in tiers)


def _find_rank(award: Award) -> int | None:
    rank: int | None = award.computation.get("question", {}).get("facts", {}).get("rank")
    return rank


def _list_teams(session: Session, idea_ids: list[str]) -> dict[str, list[str]]:
    rows = session.exec(
        select(TeamMember.idea_id, Person)
        .join(Person, col(Person.id) == col(TeamMember.person_id))
        .where(col(TeamMember.idea_id).in_(idea_ids))
        .order_by(col(TeamMember.lead).desc(), col(TeamMember.position))
    )
    teams: dict[str, list[str]] = {}
    for idea_id, person in rows:
        teams.setdefault(idea_id, []).append(person.full_name)
    return teams
