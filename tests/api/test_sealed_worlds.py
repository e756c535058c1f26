"""An idea of a sealed call is not to be told from no idea, nor from another, by whoever may not read it: by no address, cursor or tag.

Who would look: the secretariat, the chair and the leader who will judge it, an auditor with the whole ledger at hand, an admin who sees the
operator's pages, reviewers, a head of another district, a colleague. The head who permits it reads it, as the team does.
Each idea has a file.
"""

import itertools

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.calls import Call
from models.ideas import Idea
from models.people import Role
from models.stages import IdeaStage
from tests.attaching import TAKING, put
from tests.building import Shelf, Town
from tests.steps import IDEA_STEPS
from tests.worlds import Worlds, ask_only, spread
from workflows.recognition.letters import number_receipt
from workflows.region.calls import close_call

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
OTHERS = (
    *("", "secretary", "chair", "leader", "deputy", "auditor", "admin", "verifier", "operator"),
    *("reviewer1", "owner", "other_head", "stranger"),
)
KNOW = ("lead", "mate", "head")


def build_shared(town: Town) -> None:
    """An idea of a usual call on its way, and a sealed call in which somebody's draft lies."""
    usual = town.build_idea(title="Gagasan biasa", call=town.build_call(attachments=TAKING))
    put(town, usual)
    town.take(usual, *IDEA_STEPS[IdeaStage.IN_REVIEW])
    sealed = town.build_call(code="TERTUTUP", closing={"is_sealed": True, "late_days": 3}, attachments=TAKING)
    town.build_idea(call=sealed, title="Draf di laci")
    town.give_role("operator", Role.ADMIN, "ANDIR")  # over the very unit of the idea


def come_in(title: str, *steps: str, text: str = "Antrean daring dengan nomor yang pasti.") -> object:
    """A world in which an idea of the sealed call came so far, with its receipt numbered; `text` is what it proposes."""

    def act(town: Town) -> None:
        [call] = town.rows(select(Call.id).where(Call.code == "TERTUTUP"))
        idea = town.build_idea(call=call, title=title, sections={"background": text, "idea": text})
        put(town, idea, f"%PDF-1.7 {text}".encode(), name=f"{title}.pdf")
        if steps:
            town.take(idea, *steps)
            town.do(number_receipt, idea, by="flow:recognition")

    return act


def nothing(_town: Town) -> None:
    """A world without it."""


def test_no_address_tells_a_sealed_idea_from_none_or_from_another(shelf: Shelf, client: TestClient) -> None:
    worlds = Worlds(shelf, client, build_shared)
    secrets = (
        nothing,
        come_in("Gagasan pertama", "submit"),
        come_in("Gagasan kedua", "submit", "route", text="Gagasan biasa tentang loket, loket, dan sekali lagi loket."),
        come_in("Gagasan ketiga", "submit", "route", "permit granted", text="Zamrud di khatulistiwa bersinar."),
    )
    assert worlds.compare(*secrets, who=OTHERS, every=spread(OTHERS)) == {}  # type: ignore[arg-type]


def test_the_team_and_the_head_are_told_of_it_and_all_offices_once_the_call_is_over(
    shelf: Shelf, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison itself sees what there is to see."""
    ask_only(monkeypatch, r"^/api/v1/(ideas|ledger/entries|outbox/messages)$|/file$")
    worlds = Worlds(shelf, client, build_shared)
    told = worlds.compare(nothing, come_in("Gagasan", "submit", "route"), who=KNOW)  # type: ignore[arg-type]
    assert sorted(told) == sorted(KNOW)
    assert all("/api/v1/ideas" in addresses for addresses in told.values())
    for who, addresses in told.items():
        assert any(address.endswith("/file") for address in addresses), who
    assert any(address.startswith("typed for") for address in told["head"]), "to whom the idea is like what they type"
    assert any(address.startswith("POST /api/v1/ideas/") for address in itertools.chain(*told.values()))

    def over(*steps: str) -> object:
        def act(town: Town) -> None:
            come_in("Gagasan", *steps)(town)  # type: ignore[operator]
            [call] = town.rows(select(Idea.call_id).where(Idea.title == "Gagasan"))
            town.do(close_call, call, by="secretary")

        return act

    told = worlds.compare(over(), over("submit", "route"), who=("secretary", "auditor", "admin"))  # type: ignore[arg-type]
    assert sorted(told) == ["admin", "auditor", "secretary"]
