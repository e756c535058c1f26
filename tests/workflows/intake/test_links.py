"""Links between ideas: said by who screens them or leads the team, read by who may see both, taken back and kept on record."""

from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from models.ledger import LedgerEntry
from models.links import IdeaLink, LinkKind
from models.people import Role
from models.stages import IdeaStage
from tests.asking import ask
from tests.building import Town
from tests.steps import REASON
from tests.workflows.process.attest.everything import compare
from workflows.intake.links import NewLink, link_ideas, list_kinds, list_links, unlink_ideas
from workflows.process.context import read_context
from workflows.process.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal

pytestmark = pytest.mark.slow
LONG_AGO = "IDE-1999-000001"


def link(town: Town, idea: str, other: str, *, by: str = "secretary", **said: Any) -> IdeaLink:
    """Somebody says how an idea stands to another, by that one's id or a code; similar, where nothing else is said."""
    code = str(town.idea(other).code) if len(other) == 26 else other
    new = NewLink(**{"kind": LinkKind.SIMILAR, "other": code, "reason": REASON, **said})
    return town.do(link_ideas, idea, new, by=by)  # type: ignore[no-any-return]


def read(town: Town, idea: str, who: str) -> list[tuple[str, str, bool, str, bool]]:
    """What somebody reads beside an idea: kind, the other idea, whether it was said of that one, who said it, whether it stands."""
    with town.store.reading() as session:
        actor = town.actor(session, who)
        lines = list_links(session, read_context(session, idea, actor=actor), actor=actor)
        return [(str(line.link.kind), line.other.id, line.is_said_of_other, line.by, line.link.ended_at is None) for line in lines]


def test_a_link_is_read_on_both_ideas_by_who_may_see_both_and_stays_on_record(either_town: Town) -> None:
    town = either_town
    first, second = town.build_idea(IdeaStage.AWAITING_PERMISSION, lead="stranger"), town.build_idea(IdeaStage.SCREENING)
    made = link(town, second, first)
    name = town["secretary"].name
    for who in ("secretary", "chair", "auditor", "admin"):
        assert read(town, second, who) == [("similar", first, False, name, True)], who
        assert read(town, first, who) == [("similar", second, True, name, True)], who
    assert (read(town, second, "lead"), read(town, first, "stranger"), read(town, second, "head")) == ([], [], [])
    with pytest.raises(Conflict, match="ideas_linked"):
        link(town, first, second, kind=LinkKind.SAME)
    town.do(unlink_ideas, first, made.id, reason=REASON, by="secretary")
    assert read(town, second, "chair") == [("similar", first, False, name, False)]
    with pytest.raises(Conflict, match="link_ended"):
        town.do(unlink_ideas, second, made.id, reason=REASON, by="secretary")
    link(town, first, second, kind=LinkKind.SAME)
    assert [line[0] for line in read(town, first, "secretary")] == ["similar", "same"]
    kinds = select(LedgerEntry.kind).where(col(LedgerEntry.kind).in_(("idea.link", "idea.unlink"))).order_by(col(LedgerEntry.seq))
    assert town.rows(kinds) == ["idea.link", "idea.unlink", "idea.link"]
    assert compare(town).differences == []
    with pytest.raises(DBAPIError, match="stays on record"), town.store.unit_of_work() as session:
        session.execute(sa.delete(IdeaLink))


def test_the_ledger_names_no_other_idea_and_sees_a_changed_reason(town: Town) -> None:
    first, second = (town.build_idea(IdeaStage.SCREENING) for _ in range(2))
    link(town, second, first)
    [payload] = town.rows(select(LedgerEntry.payload).where(LedgerEntry.kind == "idea.link"))
    assert payload["idea"] == second
    assert first not in str(payload)
    with town.store.unit_of_work() as session:
        session.execute(sa.update(IdeaLink).values(reason="Lain"))
    assert [each.table for each in compare(town).differences] == ["idealink"]


def test_who_screens_says_how_ideas_stand_and_the_lead_what_theirs_goes_on_with(town: Town) -> None:
    first, second = (town.build_idea(IdeaStage.SCREENING) for _ in range(2))
    draft = town.build_idea()
    sealed = town.build_call(code="TERTUTUP", closing={"is_sealed": True})
    hidden = town.build_idea(call=sealed)
    town.take(hidden, "submit")
    by_office = [LinkKind.SAME, LinkKind.SIMILAR, LinkKind.RELATED]
    for idea, who, kinds in (
        (first, "secretary", by_office),
        (first, "lead", [LinkKind.CONTINUES]),
        (draft, "lead", [LinkKind.CONTINUES]),
        (hidden, "lead", [LinkKind.CONTINUES]),
        *((first, who, []) for who in ("mate", "head", "chair", "leader", "verifier", "auditor", "admin")),
    ):
        with town.store.reading() as session:
            actor = town.actor(session, who)
            assert list_kinds(session, read_context(session, idea, actor=actor), actor=actor) == kinds, who
    refusals: list[tuple[type[Refusal], str, dict[str, Any]]] = [
        (Forbidden, "only_secretariat", {"by": "chair"}),
        (Forbidden, "conflict_of_interest", {"by": "lead"}),
        (Forbidden, "only_proposer", {"kind": LinkKind.CONTINUES}),
        (Forbidden, "only_proposer", {"kind": LinkKind.CONTINUES, "by": "mate"}),
        (NotFound, "idea_not_found", {"by": "stranger"}),
        (Invalid, "text_too_short", {"reason": "Sama"}),
        (Invalid, "link_unknown", {"other": LONG_AGO}),
        (Invalid, "link_unknown", {"other": second}),
        (Invalid, "link_unknown", {"other": hidden}),
        (Invalid, "control_characters", {"other": "IDE\0"}),
    ]
    for kind, code, changes in refusals:
        with pytest.raises(kind, match=code):
            link(town, second, changes.pop("other", first), **changes)
    assert town.rows(select(IdeaLink.id)) == []
    link(town, draft, first, kind=LinkKind.CONTINUES, by="lead")
    assert read(town, first, "lead") == [("continues", draft, True, town["lead"].name, True)]
    assert read(town, first, "secretary") == []  # it is a draft


def test_what_a_proposer_says_keeps_no_office_from_its_word(town: Town) -> None:
    first, second = (town.build_idea(IdeaStage.SCREENING) for _ in range(2))
    link(town, first, second, kind=LinkKind.CONTINUES, by="lead")
    for idea, other in ((first, second), (second, first)):
        with pytest.raises(Conflict, match="ideas_linked"):
            link(town, idea, other, kind=LinkKind.CONTINUES, by="lead")
    link(town, first, second, kind=LinkKind.SAME)
    with pytest.raises(Conflict, match="ideas_linked"):
        link(town, second, first, kind=LinkKind.RELATED)


def test_nobody_judges_how_an_idea_stands_to_their_own(town: Town) -> None:
    town.give_role("mate", Role.SECRETARIAT, "BAPPEDA")
    own, other = town.build_idea(IdeaStage.SCREENING), town.build_idea(IdeaStage.AWAITING_PERMISSION, lead="stranger")
    for idea, about in ((own, other), (other, own)):
        with pytest.raises(Forbidden, match="conflict_of_interest"):
            link(town, idea, about, kind=LinkKind.SAME, by="mate")
    made = link(town, other, own)
    with pytest.raises(Forbidden, match="conflict_of_interest"):
        town.do(unlink_ideas, other, made.id, reason=REASON, by="mate")
    with pytest.raises(NotFound, match="link_not_found"):
        town.do(unlink_ideas, own, "x" * 26, reason=REASON, by="secretary")
    with pytest.raises(NotFound, match="idea_not_found"):
        town.do(unlink_ideas, own, made.id, reason=REASON, by="stranger")
    third = town.build_idea(IdeaStage.SCREENING)
    with pytest.raises(NotFound, match="link_not_found"):
        town.do(unlink_ideas, third, made.id, reason=REASON, by="secretary")


def test_history_tells_of_a_link_and_a_blind_reviewer_reads_no_name_no_reason_and_nothing_of_the_team(
    town: Town, client: TestClient
) -> None:
    first, second = (town.build_idea(IdeaStage.IN_REVIEW) for _ in range(2))
    reviewer = next(iter({*town.reviewers(first)} & {*town.reviewers(second)}))
    made = link(town, second, first, kind=LinkKind.RELATED)
    town.do(unlink_ideas, second, made.id, reason="Ternyata menyangkut hal lain.", by="secretary")
    link(town, second, first, kind=LinkKind.CONTINUES, by="lead")
    steps = ("link", "unlink")

    def told(who: str, idea: str) -> list[tuple[str, str, str, str | None, str]]:
        entries = ask(client, town[who], f"GET /ideas/{idea}/history").json()
        lines = [entry for entry in entries if entry["action"] in steps]
        return [(line["action"], line["outcome"], line["reason"], line["by"], line["detail"]["linked"]["id"]) for line in lines]

    secretary, lead = town["secretary"].name, town["lead"].name
    whole = [
        ("link", "related", REASON, secretary, first),
        ("unlink", "related", "Ternyata menyangkut hal lain.", secretary, first),
        ("link", "continues", REASON, lead, first),
    ]
    assert told("lead", second) == told("secretary", second) == whole
    assert told(reviewer, second) == [("link", "related", "", None, first), ("unlink", "related", "", None, first)]
    shown = ask(client, town[reviewer], f"GET /ideas/{first}/links").json()
    assert [(one["kind"], one["reason"], one["by"], one["other"]["unit_id"]) for one in shown] == [("related", "", None, None)]
