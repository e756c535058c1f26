"""What is typed and not saved: kept for whoever typed it, never over another page's text, and no part of any idea.

Who would err: two devices of one person, a page that is left while its last text is under way, a text that comes after its own form. Who
would pry: the team, the secretariat, whoever lists or searches.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, func, select

from models.ideas import Decision, Idea, Invitation, Revision
from models.inbox import InboxItem
from models.instants import wall_now
from models.kept_writing import KeptWriting
from models.ledger import LedgerEntry
from models.outbox import Message
from models.stages import IdeaStage
from tests.building import Town
from workflows.intake.draft import draft_idea, new_idea, revise_idea
from workflows.intake.keep_writing import (
    KEPT_DAYS,
    Typed,
    WritingPage,
    find_kept,
    find_revision,
    forget_old,
    forget_writing,
    keep_writing,
    list_new,
    mark,
)
from workflows.process.actors import Actor
from workflows.process.browse import list_ideas
from workflows.process.context import IdeaContext, read_context
from workflows.process.keyset import Slice
from workflows.process.refusals import Conflict, Forbidden, NotFound, Refusal
from workflows.process.wanted import WantedIdeas
from workflows.region.calls import close_call, current_policy, get_call

ONE, OTHER = WritingPage("one"), WritingPage("other")
PRESENT = -1  # stands for the present revision
FACTS = (Idea, Revision, Decision, Invitation, InboxItem, LedgerEntry, Message)


def open_new(town: Town, session: Any, who: str = "lead") -> IdeaContext:
    """An idea of somebody's that is only about to be drafted for the usual call."""
    return new_idea(*get_call(session, town.call), current_policy(session, town.call), actor=town.actor(session, who))


def keep(town: Town, idea: str, text: str, page: WritingPage = ONE, turn: int = 1) -> str:
    """Have a text of the lead's kept, typed over the present revision; answers its mark, or why it was refused."""
    return send(town, "lead", idea, Typed(PRESENT, {"title": text}, turn), page)


def send(town: Town, who: str, idea: str, typed: Typed, page: WritingPage = ONE) -> str:
    """Have what somebody typed kept; answers its mark, or why it was refused."""
    assert town.call  # planned before a transaction begins
    with town.store.unit_of_work() as session:
        actor = town.actor(session, who)
        try:
            context = read_context(session, idea, actor=actor) if idea else open_new(town, session, who)
            typed = replace(typed, revision=find_revision(context)) if typed.revision == PRESENT else typed
            return mark(keep_writing(session, context, typed, page, actor=actor))
        except Refusal as refusal:
            return refusal.code


def act(town: Town, idea: str, action: Callable[..., Any], *values: Any, who: str = "lead") -> Any:
    """An action on what is written, by somebody."""
    with town.store.unit_of_work() as session:
        actor: Actor = town.actor(session, who)
        context = read_context(session, idea, actor=actor) if idea else open_new(town, session, who)
        return action(session, context, *values, actor=actor)


def text_of(town: Town, idea: str, who: str = "lead") -> str | None:
    """The title that somebody typed last and did not save."""
    kept = act(town, idea, find_kept, who=who)
    return kept and kept.fields["title"]


def test_a_page_replaces_its_own_text_and_a_later_text_is_never_replaced_by_one_before_it(either_town: Town) -> None:
    town = either_town
    assert town.call
    for idea in ("", town.build_idea()):
        first = keep(town, idea, "satu", turn=1)
        third = keep(town, idea, "tiga\0 \ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), turn=3)
        assert keep(town, idea, "dua", turn=2) == third != first
        assert text_of(town, idea) == "tiga\0 😀"
        assert len(town.rows(select(KeptWriting).where(KeptWriting.page == "one"))) == 1
        act(town, idea, forget_writing, ONE)
        assert text_of(town, idea) is None


def test_another_page_replaces_a_text_only_where_it_shows_that_very_text(either_town: Town) -> None:
    town = either_town
    idea = town.build_idea()
    shown = keep(town, idea, "di ponsel")
    assert keep(town, idea, "di meja", OTHER) == "writing_kept_elsewhere"
    assert keep(town, idea, "di meja", WritingPage("other", shows="lain")) == "writing_kept_elsewhere"
    later = keep(town, idea, "di ponsel lagi", turn=2)
    assert keep(town, idea, "di meja", WritingPage("other", shows=shown)) == "writing_kept_elsewhere"
    assert text_of(town, idea) == "di ponsel lagi"
    taken_over = keep(town, idea, "di meja", WritingPage("other", shows=later))
    assert text_of(town, idea) == "di meja"
    assert keep(town, idea, "di ponsel", turn=3) == "writing_kept_elsewhere"
    answered = keep(town, idea, "baris tim ditambah", WritingPage("third", former="other"))
    assert len({later, taken_over, answered}) == 3
    assert text_of(town, idea) == "baris tim ditambah"
    act(town, idea, forget_writing, WritingPage("fourth", shows=answered))
    again = keep(town, idea, "mulai lagi", OTHER)
    assert keep(town, idea, "lama", WritingPage("fifth", shows=shown)) == "writing_kept_elsewhere", "a mark is never given twice"
    assert act(town, idea, forget_writing, WritingPage("fifth", shows=shown)) is False
    assert (text_of(town, idea), again != shown) == ("mulai lagi", True)


def test_over_a_revision_that_is_no_longer_the_last_nothing_is_kept_and_what_was_kept_before_stays(town: Town) -> None:
    idea = town.build_idea()
    keep(town, idea, "belum disimpan")
    town.do(revise_idea, idea, town.proposal(title="Disimpan di tempat lain"), by="lead")
    assert send(town, "lead", idea, Typed(1, {"title": "belum disimpan juga"}, 2)) == "writing_saved_elsewhere"
    assert (text_of(town, idea), town.idea(idea).title) == ("belum disimpan", "Disimpan di tempat lain")
    assert act(town, idea, forget_writing, OTHER) is False


def test_what_is_kept_is_a_fact_of_nothing_and_changes_no_idea(town: Town) -> None:
    idea = town.build_idea()
    before = {table.__name__: town.rows(select(func.count()).select_from(table)) for table in FACTS}
    version = town.idea(idea).version
    for turn in range(1, 30):
        keep(town, idea, "x" * turn, turn=turn)
        keep(town, "", "y" * turn, turn=turn)
    assert {table.__name__: town.rows(select(func.count()).select_from(table)) for table in FACTS} == before
    assert town.idea(idea).version == version
    assert len(town.rows(select(KeptWriting))) == 2


def test_nobody_else_finds_it_not_even_of_the_same_call_team_or_office(town: Town) -> None:
    idea = town.build_idea()
    keep(town, idea, "zamrud khatulistiwa")
    keep(town, "", "zamrud khatulistiwa")
    for who in ("mate", "stranger", "secretary", "admin"):
        assert text_of(town, "", who) is None
        with town.store.reading() as session:
            actor = town.actor(session, who)
            assert list_new(session, actor=actor) == []
            assert list_ideas(session, WantedIdeas(text="zamrud"), Slice(), actor=actor).rows == []
    assert send(town, "mate", idea, Typed(PRESENT, {"title": "rekan"}, 1)) == "only_proposer"
    assert send(town, "stranger", idea, Typed(PRESENT, {"title": "orang lain"}, 1)) == "idea_not_found"
    assert text_of(town, idea) == "zamrud khatulistiwa"


def test_it_is_kept_where_the_form_could_be_saved_and_nowhere_else(town: Town) -> None:
    draft, returned, screened = (town.build_idea(stage) for stage in (IdeaStage.DRAFT, IdeaStage.SUPPLEMENT_ASKED, IdeaStage.SCREENING))
    assert text_of(town, draft) is text_of(town, returned) is None
    for idea in (draft, returned):
        keep(town, idea, "setengah kata")
        assert text_of(town, idea) == "setengah kata"
    assert keep(town, screened, "terlambat") == "wrong_stage"
    town.take(draft, "submit")
    assert keep(town, draft, "terlambat", turn=2) == "wrong_stage"
    call = town.build_call()
    town.do(close_call, call, by="secretary")
    with town.store.unit_of_work() as session:
        actor = town.actor(session, "lead")
        closed = new_idea(*get_call(session, call), current_policy(session, call), actor=actor)
        with pytest.raises(Conflict, match="call_not_open"):
            keep_writing(session, closed, Typed(0, {"title": "terlambat"}, 1), ONE, actor=actor)


def test_a_text_of_the_draft_is_not_shown_when_the_idea_is_to_be_completed(town: Town) -> None:
    idea = town.build_idea()
    keep(town, idea, "dari draf")
    town.take(idea, "submit", "route", "permit granted", "screen returned")
    assert town.idea(idea).stage == IdeaStage.SUPPLEMENT_ASKED
    assert text_of(town, idea) is None
    keep(town, idea, "perbaikan")
    assert text_of(town, idea) == "perbaikan"


def test_new_ideas_are_listed_with_their_calls_until_they_are_drafts(town: Town) -> None:
    keep(town, "", "belum jadi draf")
    with town.store.reading() as session:
        found = list_new(session, actor=town.actor(session, "lead"))
    assert [(kept.fields["title"], call.id) for kept, call in found] == [("belum jadi draf", town.call)]
    town.do(draft_idea, town.call, town.proposal(), by="lead")
    act(town, "", forget_writing, ONE)
    with town.store.reading() as session:
        assert list_new(session, actor=town.actor(session, "lead")) == []


def test_what_nobody_went_on_with_is_forgotten(town: Town) -> None:
    young, old = town.build_idea(), town.build_idea()
    for idea, days in ((young, KEPT_DAYS - 1), (old, KEPT_DAYS + 1)):
        keep(town, idea, "lama")
        with town.store.unit_of_work() as session:
            session.execute(
                sa.update(KeptWriting).where(col(KeptWriting.idea_id) == idea).values(kept_at=wall_now() - timedelta(days=days))
            )
    with town.store.unit_of_work() as session:
        forget_old(session)
    assert town.rows(select(KeptWriting.idea_id)) == [young]


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["one", "other"]), st.integers(0, 4), st.booleans()), min_size=1, max_size=12))
def test_whatever_two_pages_send_in_whatever_order_no_text_is_lost_unseen(town: Town, sent: list[tuple[str, int, bool]]) -> None:
    """A page that is not told of a conflict has its latest text kept; what another page keeps goes only where that page was shown it."""
    idea, model = town.build_idea(), tuple[str, int, str]()
    for page, turn, sees in sent:
        present = act(town, idea, find_kept)
        shows = mark(present) if sees and present is not None else ""
        answer = keep(town, idea, f"{page} {turn}", WritingPage(page, shows=shows), turn)
        if not model or page == model[0] or shows:
            model = (page, turn, f"{page} {turn}") if not model or page != model[0] or turn > model[1] else model
            assert answer == mark(act(town, idea, find_kept))
        else:
            assert answer == "writing_kept_elsewhere"
        assert text_of(town, idea) == model[2]


def test_who_may_not_write_an_idea_is_refused_as_by_the_form_itself(town: Town) -> None:
    idea = town.build_idea()
    with town.store.unit_of_work() as session:
        context = read_context(session, idea, actor=town.actor(session, "lead"))
        with pytest.raises(Forbidden):
            keep_writing(session, context, Typed(1, {}, 1), ONE, actor=town.actor(session, "mate"))
    with pytest.raises(NotFound):
        act(town, idea, find_kept, who="stranger")
