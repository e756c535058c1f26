"""What is built around an idea and its steps for the town of `everything.py`: its links, mentors, comments, team, claims and merges."""

from datetime import timedelta

from models.instants import now
from models.links import LinkKind
from models.people import EmploymentKind, Role
from models.stages import IdeaStage
from tests.building import Town
from tests.clock import stopped_clock
from tests.outsiders import outsider, welcome
from tests.past import LAMPS, QUEUE, SORTING, row, tell, tell_and_confirm
from tests.sharing import build_shared
from tests.steps import REASON
from tests.workflows.intake.claiming import build_filed, build_told
from tests.workflows.intake.merged import build_two, take_back
from tests.workflows.intake.merged import merge as merge_ideas
from tests.workflows.intake.transferred import accept, agree
from workflows.intake.advice import give_advice
from workflows.intake.claims import decide_claim, lapse_claims, withdraw_claim
from workflows.intake.clinics import book_clinic, end_booking
from workflows.intake.commenting import hide_comment, show_comment, take_back_comment, write_comment
from workflows.intake.links import NewLink, link_ideas, unlink_ideas
from workflows.intake.mentor_silence import end_unanswered
from workflows.intake.mentoring import answer_request, ask_mentor, end_mentorship
from workflows.intake.replace import answer_replacement, ask_replacement, confirm_replacement
from workflows.intake.replacing import NewReplacement
from workflows.intake.transfer import NewTransfer, offer_transfer
from workflows.intake.unanswered import see_to_request
from workflows.region.clinics import NewClinic, plan_clinic
from workflows.region.mentors import NewMentor, set_mentor
from workflows.region.past_files import end_past_file


def link_and_unlink(town: Town, idea: str, *others: str) -> None:
    """An idea is said to be like others, and the last is taken back."""
    for other in others:
        new = NewLink(LinkKind.SIMILAR, str(town.idea(other).code), REASON)
        link = town.do(link_ideas, idea, new, by="secretary")
    town.do(unlink_ideas, idea, link.id, reason=REASON, by="secretary")


def comment(town: Town) -> None:
    """Below an idea that is open to colleagues one comment is shown again, one is hidden, and one is taken back."""
    idea = build_shared(town)
    shown, hidden, taken_back = (town.do(write_comment, idea, f"Komentar {number}", by="walker").id for number in range(3))
    town.do(hide_comment, idea, shown, reason=REASON, by="secretary")
    town.do(show_comment, idea, shown, reason=REASON, by="secretary")
    town.do(hide_comment, idea, hidden, reason=REASON, by="secretary")
    town.do(take_back_comment, idea, taken_back, by="walker")


def replace_member_and_lead(town: Town) -> None:
    """A member would not be followed, is asked in vain, and then is followed; and who came in leads in the lead's place."""
    idea = town.build_idea(IdeaStage.SCREENING)
    leaves = NewReplacement(town["mate"].id, REASON, employee_number=town["walker"].number)
    unanswered = town.do(ask_replacement, idea, leaves, by="lead").id
    with stopped_clock(timedelta(days=90)):
        town.do(see_to_request, unanswered, by="flow:intake")
    town.do(answer_replacement, town.do(ask_replacement, idea, leaves, by="lead").id, agrees=False, by="mate")
    asked = town.do(ask_replacement, idea, leaves, by="lead").id
    for who in ("mate", "walker"):
        town.do(answer_replacement, asked, agrees=True, by=who)
    town.do(confirm_replacement, asked, confirms=True, by="head")
    leads = NewReplacement(town["lead"].id, REASON, person_id=town["walker"].id)
    asked = town.do(ask_replacement, idea, leads, by="walker").id
    town.do(answer_replacement, asked, agrees=True, by="lead")
    town.do(confirm_replacement, asked, confirms=True, reason=REASON, by="head")


def advise_and_end(town: Town, idea: str) -> None:
    """A mentor advises the team of an idea until the lead ends it, and a place of a clinic is booked and given back."""
    welcome(town, "adviser", outsider(EmploymentKind.MENTOR, "pendamping.saksi"))
    town.do(set_mentor, town.call, NewMentor("pendamping.saksi", ("Kesehatan",), 2), by="secretary")
    mentorship = town.do(ask_mentor, idea, REASON, by="lead")
    town.do(answer_request, mentorship.id, accepts=True, by="adviser")
    town.do(give_advice, idea, REASON, by="adviser")
    town.do(end_mentorship, mentorship.id, by="lead")
    welcome(town, "silent", outsider(EmploymentKind.MENTOR, "pendamping.diam"))
    town.do(set_mentor, town.call, NewMentor("pendamping.diam", ("Kesehatan",), 3), by="secretary")
    town.do(ask_mentor, town.build_idea(), REASON, by="lead")
    with stopped_clock(timedelta(days=90)):
        town.do(end_unanswered, 9, by="flow:clock")
    clinic = town.do(plan_clinic, town.call, NewClinic("Klinik", "Aula", now() + timedelta(days=9), 5), by="secretary")
    town.do(end_booking, idea, town.do(book_clinic, idea, clinic.id, by="lead").id, by="lead")


def claim_and_reopen(town: Town) -> None:
    """A claim that was upheld, one taken back, one not filed in time, one that waits to be filed; and a rejected idea that was reopened."""
    *_ideas, claim = build_filed(town)
    town.do(decide_claim, claim, upholds=True, reason=REASON, by="leader")
    town.do(withdraw_claim, build_told(town)[2], by="operator")
    build_told(town)
    with stopped_clock(timedelta(days=90)):
        town.do(lapse_claims, 9, by="flow:clock")
    build_told(town)
    town.take(town.build_idea(IdeaStage.REJECTED), "reopen")


def merge_and_hand_on(town: Town) -> None:
    """Ideas that became one and are two again, others that stay one, and an idea that was handed to another call."""
    merge_ideas(town, *build_two(town))
    take_back(town, merge_ideas(town, *build_two(town)))
    town.give_role("walker", Role.SECRETARIAT, "BAPPEDA")
    idea, other = town.build_idea(IdeaStage.SCREENING), town.build_call(code="UJI-LAIN")
    offered = town.do(offer_transfer, idea, NewTransfer(other, REASON), by="secretary").id
    accept(town, offered)
    agree(town, offered)


def tell_of_earlier_years(town: Town) -> None:
    """A file of earlier years that counts, one that waits, and one that was refused."""
    tell_and_confirm(town, row(SORTING), row(QUEUE, outcome="Ditolak", initiator="Ujang Contoh"), name="a.csv")
    tell(town, row(LAMPS, outcome="Berjalan", number=town["mate"].number), name="b.csv")
    town.do(end_past_file, tell(town, row("Taman Baca Keliling"), name="c.csv"), by="leader")
