"""What a reminder says is to be done."""

from sqlmodel import select

from models.inbox import InboxItem
from models.people import Person
from models.stages import IdeaStage
from tests.building import Town
from workflows.recognition.remind import find_reminders

GATE = {"name": "presentation", "label": "Paparan di hadapan tim", "label_en": "Presentation", "stage": "screening", "role": "secretariat"}


def reminded_of(town: Town, idea: str) -> set[str]:
    """The tasks that the mails about an idea's open items name."""
    with town.store.unit_of_work() as session:
        session.get_one(Person, town["secretary"].id).email = "sari@contoh.example"
    with town.store.reading() as session:
        items = session.exec(select(InboxItem.id).where(InboxItem.idea_id == idea)).all()
        return {reminder.mail.task for item in items for reminder in find_reminders(session, item)}


def test_a_gate_is_named_by_its_label_and_everything_else_in_the_inboxs_words(town: Town) -> None:
    gated = town.build_idea(IdeaStage.SCREENING, call=town.build_call(gates=[GATE]))
    assert reminded_of(town, gated) == {"Nyatakan tahapan selesai: Paparan di hadapan tim"}
    assert reminded_of(town, town.build_idea(IdeaStage.SCREENING)) == {"Lakukan seleksi administrasi"}
