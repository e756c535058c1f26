"""An idea's files: who adds and removes them and when, what a revision's hash covers, and what an auditor finds that was altered."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import col, select, update

from api.cli.ledger import check_ledger
from models.attachments import Attachment, AttachmentState
from models.ideas import Decision, Revision
from models.settings import settings
from models.stages import IdeaStage
from tests.attaching import TAKING, build_draft, list_stored, put
from tests.building import SECTIONS, Town
from tests.steps import IDEA_STEPS, NOTES
from workflows.adapters.files import path_of
from workflows.intake.attach import MOST_EVER, remove_attachment
from workflows.intake.attachments import Copy, ListedFile, clean_name, find_file_to_open, list_files
from workflows.intake.draft import revise_idea
from workflows.intake.permit import permit_idea
from workflows.intake.route import route_idea
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.submit import submit_idea, supplement_idea
from workflows.intake.sweep import sweep_attachments
from workflows.process.attest.commit import hash_content, read_hashed
from workflows.process.context import read_context
from workflows.process.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal

PHOTO = {"name": "sebelum.jpg", "media": "image/jpeg"}


def files_of(town: Town, idea: str, who: str = "lead") -> list[ListedFile]:
    with town.store.reading() as session:
        actor = town.actor(session, who)
        return list_files(session, read_context(session, idea, actor=actor), actor=actor)


def names(town: Town, idea: str, who: str = "lead") -> list[str]:
    return [each.name for each in files_of(town, idea, who)]


def revision(town: Town, idea: str, number: int = 0) -> Revision:
    wanted = number or town.idea(idea).revision
    found: Revision = town.rows(select(Revision).where(Revision.idea_id == idea, Revision.number == wanted))[0]
    return found


def sound(town: Town) -> Any:
    """Nothing where ledger, rows and files agree, else the first difference."""
    report = check_ledger(town.store)
    assert report["valid"]
    return report["rows"]["first"]


def refuse(town: Town, idea: str, kind: type[Refusal], code: str, act: Callable[..., Any] | None = None) -> None:
    """Another file, or another act, is refused."""
    with pytest.raises(kind) as refused:
        (act or (lambda: put(town, idea, b"%PDF lain")))()
    assert refused.value.code == code


def test_each_file_is_a_revision_whose_hash_covers_it(either_town: Town) -> None:
    town = either_town
    idea = build_draft(town)
    bare = revision(town, idea)
    assert "attachments" not in read_hashed(bare)
    put(town, idea, b"foto sebelum", **PHOTO)
    put(town, idea, b"%PDF-1.7 lampiran")
    present = revision(town, idea)
    assert [each["name"] for each in present.attachments] == names(town, idea) == ["sebelum.jpg", "contoh.pdf"]
    assert present.content_sha256 == hash_content(bytes.fromhex(present.salt), read_hashed(present))
    other = [{**present.attachments[0], "sha256": "0" * 64}, *present.attachments[1:]]
    assert present.content_sha256 != hash_content(bytes.fromhex(present.salt), {**read_hashed(present), "attachments": other})
    assert sound(town) is None


def test_words_that_are_changed_later_keep_the_files(town: Town) -> None:
    idea = build_draft(town)
    put(town, idea)
    town.do(revise_idea, idea, town.proposal(theme="Pelayanan"), by="lead")
    assert len(revision(town, idea).attachments) == 1
    town.do(submit_idea, idea, by="lead")
    assert (town.idea(idea).stage, names(town, idea)) == (IdeaStage.SUBMITTED, ["contoh.pdf"])


def test_a_policy_that_says_nothing_takes_no_file(town: Town) -> None:
    refuse(town, town.build_idea(), Conflict, "attachments_not_taken")


def test_nobody_but_the_lead_adds_or_removes_a_file(town: Town) -> None:
    idea = build_draft(town)
    row = put(town, idea)
    unseen = NotFound, "idea_not_found"
    for who, (kind, code) in {"mate": (Forbidden, "only_proposer"), "stranger": unseen, "secretary": unseen}.items():
        refuse(town, idea, kind, code, act=lambda who=who: town.do(remove_attachment, idea, row.id, by=who))  # type: ignore[misc]
    assert names(town, idea) == ["contoh.pdf"]


def test_limits_of_the_policy_hold(town: Town) -> None:
    idea = build_draft(town, most=2, kinds=["pdf"], largest_megabytes=1)
    refuse(town, idea, Invalid, "attachment_kind_not_taken", act=lambda: put(town, idea, b"x", **PHOTO))
    refuse(town, idea, Invalid, "attachment_too_large", act=lambda: put(town, idea, b"%PDF" + bytes(1_000_000)))
    put(town, idea, b"%PDF satu")
    refuse(town, idea, Conflict, "attachment_there_already", act=lambda: put(town, idea, b"%PDF satu"))
    put(town, idea, b"%PDF dua")
    refuse(town, idea, Conflict, "attachments_full")


def test_who_adds_and_removes_without_end_is_stopped(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_EVER >= 100
    monkeypatch.setattr("workflows.intake.attach.MOST_EVER", 3)
    idea = build_draft(town)
    for number in range(3):
        town.do(remove_attachment, idea, put(town, idea, b"%%PDF %d" % number).id, by="lead")
    refuse(town, idea, Conflict, "attachments_too_often")


def test_what_is_taken_out_of_a_draft_goes_with_the_sweep_and_stays_on_record(town: Town) -> None:
    idea = build_draft(town)
    gone, kept = put(town, idea, b"%PDF salah"), put(town, idea, b"%PDF benar")
    town.do(remove_attachment, idea, gone.id, by="lead")
    refuse(town, idea, NotFound, "attachment_not_found", act=lambda: town.do(remove_attachment, idea, gone.id, by="lead"))
    assert sweep_attachments(town.store) == 1
    assert list_stored() == {f"{kept.sha256[:2]}/{kept.sha256}.pdf": kept.sha256}
    assert [(row.is_discarded, row.removed_in) for row in town.rows(select(Attachment).order_by(col(Attachment.added_in)))] == [
        (True, town.idea(idea).revision),
        (False, None),
    ]
    assert sound(town) is None


def test_bytes_that_two_ideas_have_stay_while_one_needs_them(town: Town) -> None:
    first, second = build_draft(town), build_draft(town)
    row = put(town, first)
    put(town, second)
    town.do(remove_attachment, first, row.id, by="lead")
    assert sweep_attachments(town.store) == 0
    assert len(list_stored()) == 1


def build_returned(town: Town, *parts: str) -> tuple[str, Attachment]:
    """An idea that was handed in with a file and returned."""
    idea = build_draft(town)
    row = put(town, idea, b"%PDF pertama", name="pertama.pdf")
    town.do(submit_idea, idea, by="lead")
    town.do(route_idea, idea, by="flow:intake")
    town.do(permit_idea, idea, granted=True, reason="Silakan diteruskan.", by="head")
    town.do(screen_idea, idea, Screening.RETURNED, Findings(notes=NOTES, parts=parts, reason="Lampirkan foto sesudahnya."), by="secretary")
    return idea, row


def test_a_returned_idea_takes_files_where_they_were_asked_for_and_its_history_shows_them(town: Town) -> None:
    idea, first = build_returned(town, "files")
    second = put(town, idea, b"%PDF kedua", name="kedua.pdf")
    town.do(remove_attachment, idea, first.id, by="lead")
    town.do(supplement_idea, idea, town.proposal(sections={**SECTIONS, "idea": "Antrean daring dengan biaya."}, team=()), by="lead")
    assert town.idea(idea).stage == IdeaStage.SCREENING
    assert names(town, idea, "secretary") == ["kedua.pdf"]
    revised = select(Decision.detail).where(Decision.idea_id == idea, Decision.action == "revise").order_by(col(Decision.at))
    told = [detail for detail in town.rows(revised) if detail.keys() & {"attached", "detached"}]
    assert told == [{"attached": ["kedua.pdf"]}, {"detached": ["pertama.pdf"]}]
    assert sweep_attachments(town.store) == 0, "the idea was handed in with both"
    assert [each["id"] for each in revision(town, idea).attachments] == [second.id]
    assert sound(town) is None


def test_a_returned_idea_whose_files_were_not_asked_for_keeps_them(town: Town) -> None:
    idea, first = build_returned(town, "title")
    refuse(town, idea, Invalid, "part_not_asked_for")
    refuse(town, idea, Invalid, "part_not_asked_for", act=lambda: town.do(remove_attachment, idea, first.id, by="lead"))


def test_the_secretariat_cannot_ask_for_files_of_a_call_that_takes_none(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING)
    findings = Findings(notes=NOTES, parts=("files",), reason="Lampirkan foto.")
    refuse(town, idea, Invalid, "part_unknown", act=lambda: town.do(screen_idea, idea, Screening.RETURNED, findings, by="secretary"))


def test_a_handed_in_idea_takes_no_more_files(town: Town) -> None:
    idea = build_draft(town)
    put(town, idea)
    town.do(submit_idea, idea, by="lead")
    refuse(town, idea, Conflict, "wrong_stage")


ALTERED: dict[str, tuple[Callable[[Town, Attachment], object], tuple[str, str | None]]] = {
    "a byte of a file": (lambda _town, row: place_of(row).write_bytes(b"%PDF lain"), ("attachment", "sha256")),
    "a file that is gone": (lambda _town, row: place_of(row).unlink(), ("attachment", "sha256")),
    "a row's file": (lambda town, row: write(town, row, sha256="0" * 64, shown_sha256="0" * 64), ("attachment", None)),
    "a row's name": (lambda town, row: write(town, row, name="lain.pdf"), ("attachment", None)),
    "a row that says it was taken out": (lambda town, row: write(town, row, is_discarded=True), ("attachment", "removed_in, is_discarded")),
    "a row that says it was refused": (
        lambda town, row: write(town, row, state=AttachmentState.REFUSED),
        ("attachment", "state, checked_at"),
    ),
    "a revision's list": (lambda town, row: unlist(town, row.idea_id), ("revision", None)),
}


def place_of(row: Attachment) -> Any:
    return path_of(settings().attachments, row.sha256, "pdf")


def write(town: Town, row: Attachment, **values: Any) -> None:
    with town.store.unit_of_work() as session:
        session.execute(update(Attachment).where(col(Attachment.id) == row.id).values(**values))


def unlist(town: Town, idea: str) -> None:
    with town.store.unit_of_work() as session:
        session.execute(update(Revision).where(col(Revision.idea_id) == idea).values(attachments=[]))


def test_an_auditor_finds_whatever_was_altered(town: Town) -> None:
    for what, (alter, (table, field)) in ALTERED.items():
        row = put(town, build_draft(town), what.encode())
        assert sound(town) is None, what
        alter(town, row)
        report = check_ledger(town.store, every=True)
        found = [(each["table"], each["field"]) for each in report["rows"]["all"]]
        assert any(each[0] == table and field in (None, each[1]) for each in found), (what, found)
        mend(town, row, what)


def mend(town: Town, row: Attachment, content: str) -> None:
    """Everything as it was, for the next."""
    place_of(row).write_bytes(content.encode())
    columns = ("name", "sha256", "shown_sha256", "is_discarded", "state")
    write(town, row, **{name: getattr(row, name) for name in columns})
    with town.store.unit_of_work() as session:
        listed = [{"id": row.id, "name": row.name, "sha256": row.sha256}]
        session.execute(update(Revision).where(col(Revision.idea_id) == row.idea_id, col(Revision.number) > 1).values(attachments=listed))


def test_who_is_not_told_who_proposes_gets_neutral_names_and_photos_alone(town: Town) -> None:
    for opened in (False, True):
        call = town.build_call(attachments={**TAKING, "papers_to_blind": opened})
        idea = town.build_idea(call=call)
        photo, paper = put(town, idea, b"foto", name="Sari Wulandari.jpg", media="image/jpeg"), put(town, idea, name="Sari.pdf")
        town.take(idea, *IDEA_STEPS[IdeaStage.IN_REVIEW])
        reviewer = town.reviewers(idea)[0]
        assert [(each.name, each.may_open) for each in files_of(town, idea, reviewer)] == [("berkas-1.jpg", True), ("berkas-2.pdf", opened)]
        assert names(town, idea, "secretary") == ["Sari Wulandari.jpg", "Sari.pdf"]
        with town.store.reading() as session:
            actor = town.actor(session, reviewer)
            assert find_file_to_open(session, idea, photo.id, Copy.SHOWN, actor=actor).name == "berkas-1.jpg"
            if not opened:
                with pytest.raises(NotFound):
                    find_file_to_open(session, idea, paper.id, Copy.SHOWN, actor=actor)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("foto.jpg", "foto.jpg"),
        ("FOTO.JPEG", "FOTO.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\Sari\\foto.png", "foto.jpg"),
        ("foto\u202egpj.exe", "foto gpj.exe.jpg"),
        ("foto.jpg\r\nSet-Cookie: x=1", "foto.jpg Set-Cookie x=1.jpg"),
        ("a" * 300 + ".jpg", "a" * 120 + ".jpg"),
        ("", "berkas.jpg"),
        ("....", "berkas.jpg"),
        ("\0\0.pdf", "pdf.jpg"),
        ("<img src=x onerror=1>.jpg", "img src=x onerror=1.jpg"),
        ('"; filename="x.exe', "filename= x.exe.jpg"),
        ("\ud800\udfff", "berkas.jpg"),
        ("Sebelum & sesudah – RW 04.jpg", "Sebelum & sesudah – RW 04.jpg"),
        ("фото 写真.jpg", "фото 写真.jpg"),
    ],
)
def test_a_name_is_kept_as_one_safe_line_with_the_end_of_its_true_type(given: str, kept: str) -> None:
    assert clean_name(given, "image/jpeg") == kept
