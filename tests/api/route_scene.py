"""The town in which every route is asked: calls, ideas and awards in every stage, ours and another agency's."""

import itertools
import shutil
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import col, delete, select, update

from models.awards import Award, AwardShare
from models.calendars import DeclaredKind
from models.calls import Call
from models.claims import AdoptionClaim, ClaimState
from models.documents import Document
from models.ideas import Idea, TeamMember
from models.instants import now, today
from models.links import LinkKind
from models.past_ideas import PastIdea
from models.people import EmploymentKind, Role, RoleGrant
from models.pilots import Pilot
from models.posts import Post
from models.reviews import Review
from models.settings import settings
from models.stages import AwardStage, IdeaStage
from tests.attaching import TAKING, put
from tests.building import POLICY, Town
from tests.past import QUEUE, SORTING, row, tell_and_confirm
from tests.sharing import BLIND, OPEN
from tests.steps import REASON
from tests.workflows.region.pausing import stopped
from workflows.adapters.files import store_file
from workflows.intake.claim_records import TELL, keep_claim
from workflows.intake.clinics import book_clinic
from workflows.intake.commenting import write_comment
from workflows.intake.courses import NewCourse, add_course
from workflows.intake.dictate import dictate_idea
from workflows.intake.links import NewLink, link_ideas
from workflows.intake.mentoring import ask_mentor
from workflows.intake.merge import NewMerge, ask_merge
from workflows.intake.replace import ask_replacement
from workflows.intake.replacing import NewReplacement
from workflows.intake.transfer import NewTransfer, offer_transfer
from workflows.recognition.issue import Rendered, mark_issued
from workflows.recognition.letters import number_certificates
from workflows.region.accounts import close_account
from workflows.region.amendments import NewAmendment, amend_running
from workflows.region.calendar import NewDay, declare_day
from workflows.region.call_life import archive_call
from workflows.region.calls import NewCall, close_call, plan_call
from workflows.region.clinics import NewClinic, plan_clinic
from workflows.region.grants import grant_role
from workflows.region.holders import NewHolder
from workflows.region.late_permits import NewPermit, give_late_permit
from workflows.region.mentors import NewMentor, set_mentor
from workflows.region.offices import NewOffice, set_office
from workflows.region.people import NewPerson, register_person
from workflows.region.retirement import Leaving, retire_person
from workflows.region.signatures import sign_policy

GATE = {"name": "visit", "label": "Kunjungan", "label_en": "Visit", "stage": "rejected", "role": "verifier"}
TWO = ("ours", "foreign")
SECOND_NUMBER = "198505052010011238"  # of a record that is somebody's second
AWARDS = (AwardStage.PROPOSED, AwardStage.APPROVED, AwardStage.ANNOUNCED)


FIXED = {
    "call_id": ("call", "-"),
    "name": ("gate", "-"),
    "person_id": ("person", "-"),
    "code": ("unit", "-"),
    "action": ("step", "-"),
    "number": ("number", "-"),
}


@dataclass(frozen=True)
class Scene:
    """The town's ideas and those of another unit in another agency's call, in every stage; ids by `of`, what and stage."""

    town: Town
    ids: dict[tuple[str, str, str], str]

    def find(self, row: dict[str, str], name: str) -> str:
        """The id that stands for a part of a path."""
        key = FIXED.get(name, (name, row["stage"]))
        return self.ids[row["of"] if (row["of"], *key) in self.ids else "-", key[0], key[1]]


def build(town: Town) -> dict[tuple[str, str, str], str]:
    calls = {
        of: town.build_call(code=of, gates=[GATE], attachments=TAKING, **opened) for of, opened in zip(TWO, (BLIND, OPEN), strict=True)
    }
    planned, unsigned = (NewCall(code, "Lomba", "BAPPEDA", now(), now() + timedelta(days=9), POLICY) for code in ("planned", "unsigned"))
    ids = {
        ("planned", "call", "-"): town.do(plan_call, planned, by="secretary").id,
        ("unsigned", "call", "-"): town.do(plan_call, unsigned, by="secretary").id,
        ("-", "number", "-"): "1",
        ("-", "gate", "-"): "visit",
        ("-", "step", "-"): "withdraw",
        ("-", "session_id", "-"): "x" * 26,
    }
    ids |= build_accounts(town)
    dictated = town.do(dictate_idea, calls["ours"], town["mate"].number, town.proposal(team=()), by="operator")
    ids["-", "dictated_id", "-"] = dictated.id
    town.do(sign_policy, ids["planned", "call", "-"], 1, by="chair")
    ids |= build_later_calls(town)
    ids |= build_days(town)
    ids |= build_offices(town) | build_past(town)
    ids |= {("-", "person", "-"): town["mate"].id} | {(of, "call", "-"): calls[of] for of in TWO}
    for of, stage in itertools.product(TWO, IdeaStage):
        team = {} if of == "ours" else {"team": ()}
        ids[of, "idea_id", stage] = town.build_idea(stage, call=calls[of], **team)
    for of in TWO:
        ids[of, "attachment_id", IdeaStage.DRAFT] = put(town, ids[of, "idea_id", IdeaStage.DRAFT]).id
    for of, award_stage in itertools.product(TWO, AWARDS):
        team = {} if of == "ours" else {"team": ()}
        award = town.build_award(award_stage, idea=town.build_idea(IdeaStage.ROLLED_OUT, call=calls[of], **team))
        ids[of, "award_id", award_stage] = award
    ids["asked", "idea_id", IdeaStage.DRAFT] = town.ask_team()
    ids |= build_what_was_said(town, calls["ours"], ids)
    ids |= build_mentors(town, calls["ours"], ids["ours", "idea_id", IdeaStage.SUPPLEMENT_ASKED])
    move_away(town, calls["foreign"])
    ids |= build_claims(town, ids)
    for of in TWO:
        award = ids[of, "award_id", AwardStage.ANNOUNCED]
        town.do(number_certificates, award, by="flow:recognition")
        holder = town["lead" if of == "ours" else "stranger"].id
        (document,) = town.rows(select(Document).where(Document.award_id == award, Document.holder_id == holder))
        digest = store_file(settings().documents, f"%PDF {of}".encode(), "pdf")
        town.do(mark_issued, document.id, Rendered(digest), by="flow:recognition")
        ids |= {
            (of, "document_id", "announced"): document.id,
            (of, "token", "announced"): document.token,
            (of, "sha256", "announced"): digest,
        }
    shutil.copytree(settings().documents, town.store.url.database + ".files")  # type: ignore[operator]
    shutil.copytree(settings().attachments, town.store.url.database + ".attached")  # type: ignore[operator]
    return ids


def build_past(town: Town) -> dict[tuple[str, str, str], str]:
    """Two ideas of an earlier year on record: one that everybody may know of, and a rejected one of a district."""
    tell_and_confirm(town, row(SORTING), row(QUEUE, outcome="Ditolak"))
    found = dict(town.rows(select(PastIdea.title, PastIdea.id)))
    return {("ours", "past_id", "-"): found[SORTING], ("rejected", "past_id", "-"): found[QUEUE]}


def build_what_was_said(town: Town, call: str, ids: dict[tuple[str, str, str], str]) -> dict[tuple[str, str, str], str]:
    """A link between two ideas, a comment on one, a member of a team who is to be replaced, and two ideas that are to become one."""
    new = NewLink(LinkKind.SIMILAR, str(town.idea(ids["ours", "idea_id", IdeaStage.REJECTED]).code), REASON)
    link = town.do(link_ideas, ids["ours", "idea_id", IdeaStage.SCREENING], new, by="secretary").id
    said = {(of, "link_id", IdeaStage.SCREENING): link for of in ("-", "ours")}
    comment = town.do(write_comment, ids["ours", "idea_id", IdeaStage.IN_PILOT], "Juga jalan di tempat kami.", by="operator").id
    said |= {(of, "comment_id", IdeaStage.IN_PILOT): comment for of in ("-", "ours")}
    leaves = NewReplacement(town["mate"].id, REASON, employee_number=town["walker"].number)
    asked = town.do(ask_replacement, ids["ours", "idea_id", IdeaStage.AWAITING_PERMISSION], leaves, by="lead")
    one, two = (town.build_idea(IdeaStage.AWAITING_PERMISSION, call=call) for _ in range(2))
    merge = town.do(ask_merge, one, NewMerge(str(town.idea(two).code), REASON), by="secretary")
    said |= {("ours", "merge_id", IdeaStage.AWAITING_PERMISSION): merge.id}
    wrong = town.build_idea(IdeaStage.SCREENING, call=call)
    offered = town.do(offer_transfer, wrong, NewTransfer(town.build_call(code="elsewhere"), REASON), by="secretary")
    said |= {("ours", "transfer_id", IdeaStage.SCREENING): offered.id}
    return said | {("ours", "replacement_id", IdeaStage.AWAITING_PERMISSION): asked.id}


def build_claims(town: Town, ids: dict[tuple[str, str, str], str]) -> dict[tuple[str, str, str], str]:
    """Our rejected idea is near two of the other agency's that were determined: of one its lead was told, the other they claim."""
    made = {}
    for stage in (IdeaStage.REJECTED, IdeaStage.ROLLED_OUT):
        near = IdeaStage.IN_PILOT if stage == IdeaStage.REJECTED else stage
        idea, adopted, due = ids["ours", "idea_id", IdeaStage.REJECTED], ids["foreign", "idea_id", near], now() + timedelta(days=20)
        claim = AdoptionClaim(idea_id=idea, adopted_id=adopted, adopted_at=now(), told_at=now(), due_at=due)
        if stage == IdeaStage.ROLLED_OUT:
            claim.state, claim.filed_by, claim.filed_at, claim.reason = ClaimState.FILED, town["lead"].id, now(), REASON
        with town.store.unit_of_work() as session:
            keep_claim(session, TELL, claim, actor=town.actor(session, "flow:intake"))
        made["ours", "claim_id", str(stage)] = claim.id
    return made


def build_later_calls(town: Town) -> dict[tuple[str, str, str], str]:
    """A call that is closed, one that was put away, one that lets somebody in late, one with an amendment that waits to be signed."""
    calls = {of: town.build_call(code=of) for of in ("done", "archived", "amended")}
    for of in ("done", "archived"):
        town.do(close_call, calls[of], by="secretary")
    town.do(archive_call, calls["archived"], by="secretary")
    late = town.build_call(code="late", closing={"late_days": 7})
    town.do(close_call, late, by="secretary")
    permit = town.do(give_late_permit, late, NewPermit(town["other_head"].number, now() + timedelta(days=2), REASON), by="secretary")
    number = town.do(amend_running, calls["amended"], NewAmendment(1, {"days.review": 20}, REASON), by="secretary").number
    kept = {("amended", "number", "-"): str(number), ("late", "call", "-"): late, ("late", "permit_id", "-"): permit.id}
    return {(of, "call", "-"): call for of, call in calls.items()} | kept


def build_mentors(town: Town, call: str, idea: str) -> dict[tuple[str, str, str], str]:
    """A mentor of the call who was asked and has not answered, a clinic of which the idea has a place, and a course."""
    mentor = town.do(set_mentor, call, NewMentor("tamu.daerah", ("Pelayanan publik",), 3), by="secretary")
    asked = town.do(ask_mentor, idea, REASON, by="lead").id
    clinic = town.do(plan_clinic, call, NewClinic("Klinik inovasi", "Aula", now() + timedelta(days=9), 5), by="secretary").id
    booking = town.do(book_clinic, idea, clinic, by="lead").id
    new = NewCourse("Pelayanan publik", "Merancang layanan", "Lembaga contoh", "https://kursus.contoh.go.id/layanan")
    return {
        ("ours", "mentor_id", "-"): mentor.id,
        ("ours", "mentorship_id", IdeaStage.SUPPLEMENT_ASKED): asked,
        ("ours", "clinic_id", "-"): clinic,
        ("ours", "course_id", "-"): town.do(add_course, call, new, by="secretary").id,
        ("ours", "booking_id", IdeaStage.SUPPLEMENT_ASKED): booking,
    }


def build_days(town: Town) -> dict[tuple[str, str, str], str]:
    """A day of the region that waits for its confirmation, and one of which nobody has declared anything; a call whose clocks may pause."""
    town.build_call(code="UJI-JEDA", **stopped("screening"))
    declared, free = today() + timedelta(days=20), today() + timedelta(days=21)
    town.do(declare_day, NewDay(declared, DeclaredKind.HOLIDAY, "Hari jadi kota", "Anniversary", "Keputusan 1/2026"), by="admin")
    return {("declared", "day", "-"): str(declared), ("-", "day", "-"): str(free), ("-", "year", "-"): str(today().year)}


def build_offices(town: Town) -> dict[tuple[str, str, str], str]:
    """A district whose head holds its office, and one that has none."""
    town.do(set_office, "ANDIR", NewOffice(("KECAMATAN ANDIR",), "Contoh", "Kec.Andir", "Camat Andir"), by="admin")
    head = town.appoint("ANDIR", NewHolder(town["head"].id, today()))
    units = {("held", "unit", "-"): "ANDIR", ("unset", "unit", "-"): "COBLONG"}
    return {**units, ("held", "holder_id", "-"): head, ("unset", "holder_id", "-"): head}


def build_accounts(town: Town) -> dict[tuple[str, str, str], str]:
    """Somebody who holds a role, somebody whose account is closed, and a role that waits for its second person."""
    waiting = town.do(grant_role, town["stranger"].id, Role.CHAIR, "KOTA", by="admin").id
    town.do(close_account, town["walker"].id, by="admin")
    new = NewPerson("Orang Purna", "198505052010011237", EmploymentKind.PNS, "MALEBER")
    retired, _code = town.do(register_person, new, by="operator")
    with town.store.unit_of_work() as session:
        session.exec(select(Post).where(Post.person_id == retired.id)).one().valid_from = None
    town.do(retire_person, retired.id, Leaving(today() - timedelta(days=9), REASON), by="operator")
    (held,) = town.rows(select(RoleGrant.id).where(RoleGrant.person_id == town["owner"].id))
    town.do(register_person, NewPerson("Tono Gambiranom", SECOND_NUMBER, EmploymentKind.PNS, "MALEBER"), by="operator")
    guest = NewPerson("Rahmat Wiranata", "", EmploymentKind.MENTOR, "MALEBER", sign_in_name="tamu.daerah")
    return {
        ("guest", "person", "-"): town.do(register_person, guest, by="admin")[0].id,
        ("-", "confirmation_id", "-"): waiting,
        ("closed", "person", "-"): town["walker"].id,
        ("retired", "person", "-"): retired.id,
        ("held", "person", "-"): town["owner"].id,
        ("held", "grant_id", "-"): held,
    }


def move_away(town: Town, call: str) -> None:
    """Make the call another agency's and its ideas a stranger's, reviewed and tried out by nobody known here."""
    ideas = select(Idea.id).where(Idea.call_id == call)
    stranger = town["stranger"].id
    with town.store.unit_of_work() as session:
        session.execute(update(Call).where(col(Call.id) == call).values(unit_id=town.units["DINKES"][0]))
        session.execute(update(TeamMember).where(col(TeamMember.idea_id).in_(ideas)).values(person_id=stranger))
        awards = select(Award.id).where(Award.call_id == call)
        session.execute(update(AwardShare).where(col(AwardShare.award_id).in_(awards)).values(person_id=stranger))
        session.execute(update(Pilot).where(col(Pilot.idea_id).in_(ideas)).values(owner_id=town["other_head"].id))
        session.execute(delete(Review).where(col(Review.idea_id).in_(ideas)))
        session.execute(update(Idea).where(col(Idea.call_id) == call).values(unit_id=town.units["DAGO"][0], lead_id=stranger))
