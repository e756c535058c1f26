"""A private draft of an open call is not to be told from no draft, nor from another: by no address, cursor or tag, and by nothing that is
sent.

Who would look: the secretariat, the chair and the leader of the call, an auditor with the whole ledger at hand, an admin who sees the
operator's pages, the head of the unit, colleagues to whom the call opens what it accepted, and whoever types the same into a form of their
own. The draft has a file. Who keeps the call is told how many drafts it has, and nothing else.
"""

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.calls import Call
from models.people import Role
from models.stages import IdeaStage
from tests.attaching import TAKING, put
from tests.building import SECTIONS, Shelf, Town
from tests.conftest import ALL
from tests.sharing import OPEN
from tests.steps import IDEA_STEPS
from tests.worlds import EVERY, Make, Worlds, ask_only

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
KEEPERS, ALL_KEEPERS = ("secretary",), ("secretary", "admin", "operator")
OTHERS, ALL_OTHERS = ("auditor", "stranger"), ("", "auditor", "stranger", "chair", "leader", "reviewer1", "owner", "head", "other_head")
NEAR = r"idea_id|call_id|ideas|daftar|rekan|ledger|outbox|kotak|beranda"


def build_open(town: Town) -> None:
    """An open call with an idea in review, which has a file and is open to everybody."""
    shown = town.build_idea(call=town.build_call(code="TERBUKA", attachments=TAKING, **OPEN))
    put(town, shown)
    town.take(shown, *IDEA_STEPS[IdeaStage.IN_REVIEW])
    town.give_role("operator", Role.ADMIN, "ANDIR")  # over the very unit of the draft


def draft(title: str, text: str, *, is_submitted: bool = False) -> Make:
    """A world in which somebody writes this, alone, and gives it a file."""

    def act(town: Town) -> None:
        [call] = town.rows(select(Call.id).where(Call.code == "TERBUKA"))
        idea = town.build_idea(call=call, lead="walker", title=title, sections={"background": text, "idea": text})
        put(town, idea, f"%PDF-1.7 {text}".encode(), name=f"{title}.pdf")
        if is_submitted:
            town.take(idea, "submit", "route", lead="walker")

    return act


def nothing(_town: Town) -> None:
    """A world without it."""


def test_nobody_can_tell_a_private_draft_of_an_open_call_from_none_or_from_another(
    shelf: Shelf, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_only(monkeypatch, NEAR)
    worlds = Worlds(shelf, client, build_open)
    like, unlike = draft("Antrean daring kelurahan", SECTIONS["idea"]), draft("Gagasan lain", "Zamrud di khatulistiwa bersinar.")
    assert worlds.compare(nothing, like, unlike, who=ALL_OTHERS if ALL else OTHERS, every=1 if ALL else 2 * EVERY) == {}
    assert worlds.compare(like, unlike, who=ALL_KEEPERS if ALL else KEEPERS, every=EVERY) == {}


def test_its_author_is_told_of_it_and_the_head_once_it_was_handed_in(
    shelf: Shelf, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison itself sees what there is to see."""
    ask_only(monkeypatch, r"^/api/v1/ideas$|/file$")
    worlds = Worlds(shelf, client, build_open)
    told = worlds.compare(nothing, draft("Gagasan", SECTIONS["idea"], is_submitted=True), who=("walker", "leader"))
    assert "/api/v1/ideas" in told["walker"]
    assert any(address.endswith("/file") for address in told["walker"])
    assert any(address.startswith("POST /") for address in told["walker"])
    assert any(address.startswith("typed for") for address in told["leader"]), "it is like what the leader types"
