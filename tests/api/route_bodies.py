"""What a right request to each route says."""

from datetime import timedelta
from typing import Any

from sqlmodel import select

from models.instants import now, today
from models.pilots import Indicator, Pilot
from models.reviews import Review
from models.stages import IdeaStage
from tests.api.route_scene import SECOND_NUMBER, Scene
from tests.building import POLICY, SECTIONS
from tests.hostile_papers import pdf
from tests.steps import MET, REASON

OF_ACCOUNTS = {
    "/forgotten-passwords": {"identifier": "x"},
    "/me/email": {"email": "nama@contoh.example", "present_password": "x"},
    "/me/email/confirmation": {"new_code": "x"},
    "/me/message-choice": {"pace": "daily"},
    "/activation-mails": {"unit_code": "MALEBER"},
    "/activation": {"identifier": "x", "code": "x", "password": "pendek"},
    "/people/{person_id}/sign-in-name": {"sign_in_name": "pendamping.maleber"},
}
OF_MENTORS = {
    "/calls/{call_id}/mentors": {"identifier": "tamu.daerah", "themes": ["Pelayanan publik"], "capacity": 3},
    "/ideas/{idea_id}/mentorships": {"wish": REASON},
    "/ideas/{idea_id}/advice": {"text": REASON},
    "/mentorships/{mentorship_id}/answer": {"outcome": "declined"},
    "/mentorships/{mentorship_id}/ending": {"reason": REASON},
}


def bodies_of_coaching(scene: Scene) -> dict[str, Any]:
    """What a right request about mentors, clinics and courses says."""
    new = {"title": "Klinik", "place": "Aula", "starts_at": (now() + timedelta(days=9)).isoformat(), "places": 5}
    return {
        **OF_MENTORS,
        "/calls/{call_id}/clinics": new,
        "/calls/{call_id}/courses": {"theme": "Pelayanan", "title": "Kursus", "provider": "Lembaga", "url": "https://contoh.go.id/kursus"},
        "/calls/{call_id}/clinics/{clinic_id}/cancellation": {"reason": REASON},
        "/ideas/{idea_id}/clinic-bookings": {"clinic_id": scene.ids["ours", "clinic_id", "-"]},
    }


def late_permit(number: str) -> dict[str, str]:
    """A permit for a day."""
    return {"employee_number": number, "until": (now() + timedelta(days=1)).isoformat(), "reason": REASON}


def pilot_plan(owner_id: str) -> dict[str, Any]:
    """A pilot of forty days with one indicator."""
    goal = {"name": "Antre", "baseline": 1, "target": 2}
    days = {"starts_on": today().isoformat(), "ends_on": (today() + timedelta(days=40)).isoformat()}
    return {"unit_code": "ANDIR", "owner_id": owner_id, "site": "x", **days, "indicators": [goal]}


def body_of(scene: Scene, row: dict[str, str], who: str) -> Any:
    """What a right request says."""
    town, path = scene.town, row["path"]
    person = {"name": "Orang Baru", "employee_number": "198505052010011234", "kind": "pns", "unit_code": "MALEBER"}
    dates = {"opens_at": now().isoformat(), "closes_at": (now() + timedelta(days=9)).isoformat()}
    proposal = {"title": "Antrean daring kelurahan", "sections": SECTIONS}
    if path in ("/ideas/{idea_id}", "/ideas/{idea_id}/supplement"):
        return proposal
    if path.endswith("/attachments"):
        return pdf()
    if path.endswith("/pilot"):
        return pilot_plan(town["owner"].id)
    if path.endswith("/measurements"):
        return measurement(scene, row)
    if path.endswith("/assignments"):
        asked = town.rows(select(Review.reviewer_id).where(Review.idea_id == scene.find(row, "idea_id")))
        return {"reviewer_id": next(town[f"reviewer{n}"].id for n in range(1, 5) if town[f"reviewer{n}"].id not in asked)}
    return {
        **OF_ACCOUNTS,
        "/tokens": {"identifier": town[who].number if who else "1", "password": "bukan ini"},
        "/units": {"code": "BARU", "name": "Baru", "kind": "section", "parent_code": "MALEBER"},
        "/units/{code}/office": {"letterhead_lines": ["BARU"], "place": "Contoh", "unit_code": "B", "position": "Camat Baru"},
        "/units/{code}/office/holders": {"person_id": town["mate"].id, "valid_from": today().isoformat(), "capacity": "Plh."},
        "/units/{code}/office/holders/{holder_id}/end": {"last_day": today().isoformat()},
        "/people": person,
        "/me/password": {"present_password": "bukan ini", "password": "tujuh kuda nil"},
        **bodies_of_people(),
        "/calls": {"code": "BARU", "title": "Baru", "unit_code": "BAPPEDA", **dates, "policy": POLICY},
        "/calls/{call_id}/policies": {"policy": POLICY},
        "/calls/{call_id}/extension": {"until": (now() + timedelta(days=40)).isoformat(), "reason": REASON},
        "/calls/{call_id}/late-permits": late_permit(town["mate"].number),
        "/calls/{call_id}/amendments": {"amends": 1, "changes": {"days.review": 20}, "reason": REASON},
        "/calendar/days/{day}": {"kind": "holiday", "name": "Hari jadi kota", "name_en": "Anniversary", "source": "Keputusan 1/2026"},
        "/pauses": pause_of_clocks(),
        "/screenings": {"idea_ids": ["x" * 26], "dry_run": True},
        "/ceilings": {"tier_rupiah": 20_000_000, "call_rupiah": 100_000_000, "basis": "Keputusan Wali Kota Contoh"},
        **bodies_of_proposers(scene, proposal),
        "/ideas/{idea_id}/agreement": {"outcome": "joined"},
        "/ideas/{idea_id}/permission": {"outcome": "granted"},
        "/ideas/{idea_id}/screening": {"outcome": "accepted", "answers": MET},
        "/ideas/{idea_id}/score": {"points": {"novelty": 1, "impact": 1}},
        "/ideas/{idea_id}/recommendation": {"outcome": "feasible", "reason": REASON},
        "/ideas/{idea_id}/determination": {"outcome": "adopted", "decree_number": "100.3.3/1/2026", "decree_on": today().isoformat()},
        "/ideas/{idea_id}/pilot/corrections": {"measurement_id": "x", "value": 1, "reason": REASON},
        "/ideas/{idea_id}/pilot/conclusion": {"summary": REASON},
        "/ideas/{idea_id}/pilot/verdict": {"outcome": "stop", "reason": REASON},
        "/awards/{award_id}/approval": {"decree_number": "1", "decree_on": today().isoformat()},
        "/awards/{award_id}/schedule": {"announce_at": (now() + timedelta(days=1)).isoformat()},
    }.get(path, {"reason": REASON} if path.split("/")[-1] in REASONED else {})


def bodies_of_proposers(scene: Scene, proposal: dict[str, Any]) -> dict[str, Any]:
    """What a right request says that begins an idea, or tells what it has to do with another."""
    call = {"call_id": scene.ids["ours", "call", "-"]}
    return {
        "/ideas": {**proposal, **call},
        **bodies_of_coaching(scene),
        "/ideas/{idea_id}/links": {"kind": "related", "other": code_of(scene, IdeaStage.SUBMITTED), "reason": REASON},
        "/ideas/{idea_id}/links/{link_id}/ending": {"reason": REASON},
        "/shared-ideas/{idea_id}/comments": {"text": "Juga jalan di tempat kami."},
        "/shared-ideas/{idea_id}/comments/{comment_id}/hiding": {"reason": REASON},
        "/shared-ideas/{idea_id}/comments/{comment_id}/showing": {"reason": REASON},
        "/ideas/{idea_id}/replacements": {
            "leaver_id": scene.town["mate"].id,
            "employee_number": scene.town["walker"].number,
            "reason": REASON,
        },
        **bodies_of_merges(scene),
        "/ideas/{idea_id}/transfers": {"call_id": scene.ids["done", "call", "-"], "reason": REASON},
        "/transfers/{transfer_id}/answer": {"outcome": "returned", "reason": REASON},
        "/transfers/{transfer_id}/agreement": {"outcome": "refused"},
        "/replacements/{replacement_id}/answer": {"outcome": "agreed"},
        "/replacements/{replacement_id}/confirmation": {"outcome": "refused", "reason": REASON},
        **bodies_of_claims(),
        "/dictated-ideas": {**proposal, **call, "employee_number": scene.town["lead"].number},
        "/dictated-ideas/{dictated_id}": {**proposal, "text_version": 1},
        "/dictated-ideas/{dictated_id}/confirmation": {"text_version": 1},
        "/ideas/{idea_id}/copy": call,
    }


def bodies_of_claims() -> dict[str, Any]:
    """What a right request about a claim says; no idea has the code."""
    return {
        "/ideas/{idea_id}/claims": {"adopted": "IDE-1999-000001", "reason": REASON},
        "/claims/{claim_id}/filing": {"reason": REASON},
        "/claims/{claim_id}/decision": {"outcome": "upheld", "reason": REASON},
    }


def bodies_of_merges(scene: Scene) -> dict[str, Any]:
    """What a right request says by which ideas become one."""
    shares = [{"person_id": scene.town[who].id, "share_hundredths": share} for who, share in (("lead", 6_000), ("mate", 4_000))]
    return {
        "/ideas/{idea_id}/merges": {"other": code_of(scene, IdeaStage.SUPPLEMENT_ASKED), "reason": REASON},
        "/merges/{merge_id}/shares": {"shares": shares},
        "/merges/{merge_id}/answer": {"outcome": "opened"},
        "/merges/{merge_id}/confirmation": {"outcome": "refused", "reason": REASON},
        "/merges/{merge_id}/undoing": {"reason": REASON},
    }


def code_of(scene: Scene, stage: IdeaStage) -> str:
    """The code of our idea in a stage."""
    return str(scene.town.idea(scene.ids["ours", "idea_id", stage]).code)


def bodies_of_people() -> dict[str, Any]:
    """What a right request about a person says."""
    day = today().isoformat()
    return {
        "/people/{person_id}/move": {"unit_code": "MALEBER"},
        "/people/{person_id}/details": {"name": "Tono Gambiranom", "position": "Analis"},
        "/people/{person_id}/double": {"double": SECOND_NUMBER, "has_true_number": False, "reason": REASON},
        "/people/{person_id}/retirement": {"last_day": day, "reason": REASON},
        "/people/{person_id}/restoration": {"valid_from": day, "reason": REASON},
        "/people/{person_id}/number": {"employee_number": "198505052010011235", "kind": "pns", "valid_from": day},
        "/people/{person_id}/roles": {"role": "reviewer", "unit_code": "MALEBER"},
    }


def measurement(scene: Scene, row: dict[str, str]) -> Any:
    """A reading of an idea's only indicator."""
    (indicator,) = scene.town.rows(select(Indicator.id).join(Pilot).where(Pilot.idea_id == scene.find(row, "idea_id")))
    return {"indicator_id": indicator, "measured_on": today().isoformat(), "value": 1}


REASONED = ("{action}", "withdrawal", "recusal", "resumption", "reopening", "refusal", "revocation")


def pause_of_clocks() -> dict[str, str]:
    """A pause that begins tomorrow."""
    first, last = (str(today() + timedelta(days=ahead)) for ahead in (1, 3))
    return {"cause": "flood", "unit_code": "KOTA", "call_code": "", "first_day": first, "last_day": last, "reason": REASON}
