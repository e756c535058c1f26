"""Comments below an idea that is open to colleagues: written, taken back, hidden with a reason, read in pages, and kept as they were.

Who would err or cheat: a colleague who insults, floods or pretends to be the system, a secretary who removes what is awkward without a
word, a server's operator who rewrites what somebody said.
"""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from models.colleagues import LONGEST_COMMENT, IdeaComment
from models.instants import now, region_zone
from models.ledger import LedgerEntry
from models.people import Role
from tests.building import Town
from tests.clock import set_clock
from tests.sharing import OPEN, build_shared, comments_of, regard_of, stand
from tests.steps import REASON
from tests.workflows.process.attest.everything import compare
from workflows.intake.commenting import MOST_A_DAY, hide_comment, list_newest, show_comment, take_back_comment, write_comment
from workflows.process.attest.commit import write_commitment
from workflows.process.attest.tables import OF_TABLE
from workflows.process.keyset import Slice
from workflows.process.refusals import Conflict, Forbidden, Invalid, NotFound

pytestmark = pytest.mark.slow
TEXT = "Di kelurahan kami\ncara ini juga jalan."


def say(town: Town, idea: str, text: str = TEXT, *, by: str = "walker") -> str:
    return str(town.do(write_comment, idea, text, by=by).id)


def read(town: Town, idea: str, who: str) -> list[tuple[str, str, str, str, bool]]:
    """What somebody reads: state, text, author, reason, whether of the team."""
    lines = comments_of(town, idea, who).rows
    return [(line.state.value, line.text, line.by, line.hide_reason, line.is_of_team) for line in lines]


def test_comments_are_read_in_pages_the_newest_last(either_town: Town) -> None:
    town = either_town
    idea = build_shared(town)
    said = [say(town, idea, f"Komentar {number}", by=who) for number, who in enumerate(("walker", "lead", "mate", "stranger", "walker"))]
    whole = comments_of(town, idea, "operator")
    assert ([line.id for line in whole.rows], whole.after) == (said, None)
    assert [line.is_of_team for line in whole.rows] == [False, True, True, False, False]
    assert (whole.rows[0].by, whole.rows[0].unit) == (town["walker"].name, "Dinas Pendidikan Kota Contoh")
    pages, after = [], None
    while True:
        page = comments_of(town, idea, "operator", Slice(after, 2))
        pages.append([line.id for line in page.rows])
        after = page.after
        if after is None:
            break
    assert pages == [said[3:], said[1:3], said[:1]]
    assert regard_of(town, idea, "operator").comments == 5
    with pytest.raises(Invalid, match="cursor_invalid"):
        comments_of(town, idea, "operator", Slice("zzz", 2))


def test_what_is_removed_is_read_by_its_author_and_the_secretariat_with_the_reason_and_by_nobody_else(either_town: Town) -> None:
    town = either_town
    idea = build_shared(town)
    hidden, gone = say(town, idea, "Tim ini malas."), say(town, idea, "Salah ketik.")
    town.do(hide_comment, idea, hidden, reason=REASON, by="secretary")
    town.do(take_back_comment, idea, gone, by="walker")
    told, nothing = ("hidden", "Tim ini malas.", town["walker"].name, REASON, False), ("hidden", "", "", "", False)
    taken_back = ("taken_back", "", "", "", False)
    for who, expected in {"walker": told, "secretary": told, **dict.fromkeys(("lead", "stranger", "chair", "admin"), nothing)}.items():
        assert read(town, idea, who) == [expected, taken_back], who
    assert regard_of(town, idea, "stranger").comments == 0
    assert [(line.may_take_back, line.may_hide) for line in comments_of(town, idea, "walker").rows] == [(False, False)] * 2
    for comment, code in ((hidden, "comment_hidden"), (gone, "comment_taken_back")):
        with pytest.raises(Conflict, match=code):
            town.do(take_back_comment, idea, comment, by="walker")
        with pytest.raises(Conflict, match=code):
            town.do(hide_comment, idea, comment, reason=REASON, by="secretary")


def test_a_hidden_comment_is_shown_again_with_a_reason_and_the_hiding_stays_on_record(either_town: Town) -> None:
    """Who hid it mends their own error; whoever reads it as others do reads nothing of that."""
    town = either_town
    town.give_role("operator", Role.SECRETARIAT, "BAPPEDA")
    idea = build_shared(town)
    comment = say(town, idea)
    with pytest.raises(Conflict, match="comment_not_hidden"):
        town.do(show_comment, idea, comment, reason=REASON, by="secretary")
    for why, mends in (("Menyerang pribadi.", "secretary"), ("Diminta pimpinan.", "operator")):
        town.do(hide_comment, idea, comment, reason=why, by="secretary")
        assert [comments_of(town, idea, who).rows[0].show_reason for who in ("walker", "secretary")] == ["", ""], "while it is hidden"
        for who in ("walker", "chair", "lead"):
            with pytest.raises(Forbidden):
                town.do(show_comment, idea, comment, reason=REASON, by=who)
        with pytest.raises(Invalid, match="text_too_short"):
            town.do(show_comment, idea, comment, reason="Keliru", by=mends)
        town.do(show_comment, idea, comment, reason=f"Keliru: {why}", by=mends)
    assert read(town, idea, "stranger") == [("open", TEXT, town["walker"].name, "", False)]
    told = {who: comments_of(town, idea, who).rows[0].show_reason for who in ("walker", "secretary", "stranger", "lead")}
    assert told == {"walker": "Keliru: Diminta pimpinan.", "secretary": "Keliru: Diminta pimpinan.", "stranger": "", "lead": ""}
    assert regard_of(town, idea, "stranger").comments == 1
    (row,) = town.rows(select(IdeaComment))
    assert [(each["hidden_by"], each["hide_reason"], each["shown_by"]) for each in row.shown_again] == [
        (town["secretary"].id, "Menyerang pribadi.", town["secretary"].id),
        (town["secretary"].id, "Diminta pimpinan.", town["operator"].id),
    ]
    assert compare(town).differences == []
    town.do(take_back_comment, idea, comment, by="walker")


def test_only_its_author_takes_a_comment_back_and_only_the_calls_secretariat_hides_one(town: Town) -> None:
    town.give_role("mate", Role.SECRETARIAT, "BAPPEDA")
    town.give_role("operator", Role.SECRETARIAT, "ANDIR")  # over the idea's unit, and not over its call
    idea, other = build_shared(town), build_shared(town)
    comment = say(town, idea)
    assert [(line.may_take_back, line.may_hide) for line in comments_of(town, idea, "secretary").rows] == [(False, True)]
    assert [(line.may_take_back, line.may_hide) for line in comments_of(town, idea, "walker").rows] == [(True, False)]
    for who, code in {
        "mate": "conflict_of_interest",
        **dict.fromkeys(("operator", "chair", "admin", "walker"), "only_secretariat"),
    }.items():
        with pytest.raises(Forbidden, match=code):
            town.do(hide_comment, idea, comment, reason=REASON, by=who)
    with pytest.raises(Invalid, match="text_too_short"):
        town.do(hide_comment, idea, comment, reason="Kasar", by="secretary")
    with pytest.raises(Forbidden, match="only_comment_author"):
        town.do(take_back_comment, idea, comment, by="secretary")
    for action, named in ((take_back_comment, {"by": "walker"}), (hide_comment, {"by": "secretary", "reason": REASON})):
        with pytest.raises(NotFound, match="comment_not_found"):
            town.do(action, other, comment, **named)
    assert read(town, idea, "stranger") == [("open", TEXT, town["walker"].name, "", False)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "text_empty"),
        (" \n\t ", "text_empty"),
        ("\u200b\ufeff", "text_empty"),
        ("Sekretariat\0", "control_characters"),
        ("\u202eterbalik", "control_characters"),
        ("\u2028baris", "control_characters"),
        ("a\x1b[2J", "control_characters"),
        ("\ud800", "control_characters"),
        ("\ue000", "control_characters"),
        ("e" + "\u0301" * 9, "marks_piled"),
        ("x" * (LONGEST_COMMENT + 1), "text_too_long"),
    ],
    ids=["nothing", "spaces", "invisible", "nul", "turned", "line", "escape", "half", "private", "piled", "long"],
)
def test_a_text_that_nobody_can_read_is_no_comment(town: Town, text: str, code: str) -> None:
    idea = build_shared(town)
    with pytest.raises(Invalid, match=code):
        say(town, idea, text)
    assert town.rows(select(IdeaComment.id)) == []


def test_who_works_on_an_idea_says_nothing_and_nobody_where_no_comments_are_taken_or_it_is_over(town: Town) -> None:
    idea = build_shared(town)
    judge = town.reviewers(idea)[0]
    for who, code in {"secretary": "works_on_idea", "head": "works_on_idea", judge: "reviewers_apart"}.items():
        with pytest.raises(Forbidden, match=code):
            say(town, idea, by=who)
    silent = build_shared(town, **{**OPEN, "colleagues": {"open_to": "whole_region", "takes_comments": False}})
    for who in ("walker", "lead"):
        with pytest.raises(Conflict, match="comments_not_taken"):
            say(town, silent, by=who)
    comment, others = say(town, idea), say(town, idea, by="stranger")
    town.take(idea, "withdraw")
    with pytest.raises(Forbidden, match="not_open_to_colleagues"):
        say(town, idea, by="lead")
    assert stand(town, idea, "walker") == "idea_not_found"
    with pytest.raises(NotFound, match="idea_not_found"):
        town.do(take_back_comment, idea, others, by="walker")
    town.do(take_back_comment, idea, comment, by="walker")  # one's own words, whatever became of the idea
    town.do(hide_comment, idea, others, reason=REASON, by="secretary")
    assert [state for state, *_ in read(town, idea, "lead")] == ["taken_back", "hidden"]


def test_nobody_writes_more_than_so_many_comments_a_day(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ideas = [build_shared(town) for _ in range(2)]
    late = datetime.combine(now().astimezone(region_zone()).date(), datetime.max.time(), region_zone()) - timedelta(minutes=1)
    set_clock(monkeypatch, tmp_path, late)
    first = say(town, ideas[0])
    town.do(take_back_comment, ideas[0], first, by="walker")
    for number in range(1, MOST_A_DAY):
        say(town, ideas[number % 2])
    with pytest.raises(Conflict, match="comments_too_many"):
        say(town, ideas[1])
    say(town, ideas[1], by="stranger")
    set_clock(monkeypatch, tmp_path, late + timedelta(minutes=2))
    say(town, ideas[1])


def test_the_secretariat_finds_the_newest_comments_of_its_calls_on_one_list(town: Town) -> None:
    town.give_role("mate", Role.SECRETARIAT, "BAPPEDA")
    town.give_role("operator", Role.SECRETARIAT, "ANDIR")
    ideas = [build_shared(town) for _ in range(2)]
    said = [say(town, idea, f"Komentar {number}") for number, idea in enumerate((*ideas, *ideas))]
    town.do(hide_comment, ideas[0], said[0], reason=REASON, by="secretary")
    town.do(take_back_comment, ideas[1], said[1], by="walker")

    def listed(who: str, wanted: Slice | None = None) -> list[tuple[str, str]]:
        with town.store.reading() as session:
            found = list_newest(session, wanted or Slice(), actor=town.actor(session, who)).rows
            return [(line.text, line.idea.id) for line in found]

    assert listed("secretary") == [("Komentar 3", ideas[1]), ("Komentar 2", ideas[0])]
    assert listed("secretary", Slice(limit=1)) == [("Komentar 3", ideas[1])]
    assert (listed("mate"), listed("operator")) == ([], []), "one is of the team, the other is secretariat of no such call"
    for who in ("chair", "admin", "walker"):
        with pytest.raises(Forbidden, match="only_secretariat"):
            listed(who)


def test_the_ledger_tells_that_something_was_said_and_proves_what_it_was(either_town: Town) -> None:
    town = either_town
    idea = build_shared(town)
    comments = [say(town, idea) for _ in range(2)]
    town.do(hide_comment, idea, comments[0], reason=REASON, by="secretary")
    town.do(take_back_comment, idea, comments[1], by="walker")
    kinds = ["idea.comment", "idea.comment", "idea.hide_comment", "idea.take_back_comment"]
    entries = town.rows(select(LedgerEntry).where(col(LedgerEntry.kind).in_(kinds)).order_by(col(LedgerEntry.seq)))
    assert [entry.kind for entry in entries] == kinds
    assert {entry.idea_id for entry in entries} == {idea}
    assert not [entry for entry in entries if "kelurahan" in str(entry.payload) or REASON in str(entry.payload)]
    committed = entries[0].payload["detail"]["commits"]["ideacomment"][comments[0]]["said"]
    with town.store.reading() as session:
        comment = session.get_one(IdeaComment, comments[0])
        session.expunge(comment)
    [said] = [group for group in OF_TABLE["ideacomment"] if group.name == "said"]
    assert write_commitment(said, comment) == committed
    comment.text = "Lain"
    assert write_commitment(said, comment) != committed
    assert compare(town).differences == []


def test_no_comment_is_deleted_or_rewritten(either_town: Town) -> None:
    idea = build_shared(either_town)
    say(either_town, idea)
    for statement in (sa.delete(IdeaComment), sa.update(IdeaComment).values(text="Lain")):
        with pytest.raises(DBAPIError, match="stays on record"), either_town.store.unit_of_work() as session:
            session.execute(statement)
    assert [text for _state, text, *_ in read(either_town, idea, "stranger")] == [TEXT]
