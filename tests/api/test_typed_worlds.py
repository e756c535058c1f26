"""What is typed and not saved, an idea that is typed for a colleague, and a rejected idea of an earlier year are not to be told from none,
nor from others: by no address, cursor or tag, by nothing that is sent, and by nothing that is like what one writes.

Who would look: colleagues of the call, and whoever types the same into a form of their own. A file of earlier years that counts stands
beside, so that a word that only the rejected idea has could change how rare others are.
"""

import re

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.calls import Call
from tests.building import SECTIONS, Shelf, Town
from tests.conftest import ALL
from tests.past import LAMPS, SORTING, row, tell_and_confirm
from tests.worlds import EVERY, Make, Worlds, list_patterns
from workflows.intake.dictate import dictate_idea
from workflows.intake.draft import new_idea
from workflows.intake.keep_writing import Typed, WritingPage, keep_writing
from workflows.region.calls import current_policy, get_call

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
OTHERS, ALL_OTHERS = ("lead", "stranger", "owner"), ("", "lead", "stranger", "owner")
NEAR = r"past|terdahulu|dictat|titipan|call_id|^/api/v1/ideas$|^/usulan$|/usulan/baru|kotak|inbox|similar|\?q="
FORM = "/usulan/baru?call={call_id}"  # where whoever typed something finds it again
WRITER, PERSON = "walker", "mate"


def build_open(town: Town) -> None:
    """An open call with a draft of the lead's, and a file of earlier years that counts."""
    town.build_idea(call=town.build_call(code="TERBUKA"))
    tell_and_confirm(town, row(SORTING), row(LAMPS, outcome="Berjalan", day="2022-02-01"))


def typed(title: str, text: str) -> Make:
    """A world in which somebody types this and does not save it, an operator types it for a colleague, and it was rejected years ago."""

    def act(town: Town) -> None:
        [call] = town.rows(select(Call.id).where(Call.code == "TERBUKA"))
        with town.store.unit_of_work() as session:
            actor = town.actor(session, WRITER)
            context = new_idea(*get_call(session, call), current_policy(session, call), actor=actor)
            keep_writing(session, context, Typed(0, {"title": title, "sections.idea": text}, 1), WritingPage("one"), actor=actor)
        said = town.proposal(team=(), title=title, sections={**SECTIONS, "idea": text})
        town.do(dictate_idea, call, town[PERSON].number, said, by="operator")
        rejected = row(title, outcome="Ditolak", day="2023-02-01", summary=text)
        tell_and_confirm(town, rejected, name="ditolak.csv")

    return act


def nothing(_town: Town) -> None:
    """A world without it."""


LIKE = typed("Antrean daring kelurahan", SECTIONS["idea"])
UNLIKE = typed("Gagasan lain", "Zamrud di khatulistiwa bersinar bagi warga yang menunggu.")


def ask_only(monkeypatch: pytest.MonkeyPatch, near: str) -> None:
    """Have the addresses asked that say this, the form of a new idea of each call among them."""
    chosen = [each for each in (*list_patterns(), FORM) if re.search(near, each)]
    monkeypatch.setattr("tests.worlds.list_patterns", lambda: chosen)


def test_nobody_who_may_not_know_can_tell_what_was_only_typed_or_was_rejected_years_ago(
    shelf: Shelf, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_only(monkeypatch, "" if ALL else NEAR)
    worlds = Worlds(shelf, client, build_open)
    assert worlds.compare(nothing, LIKE, UNLIKE, who=ALL_OTHERS if ALL else OTHERS, every=1 if ALL else EVERY) == {}


def test_each_is_told_of_what_is_theirs(shelf: Shelf, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison itself sees what there is to see."""
    ask_only(monkeypatch, r"^/usulan$|/baru\?call|^/usulan-titipan/\{|^/api/v1/past-ideas/")
    worlds = Worlds(shelf, client, build_open)
    told = worlds.compare(nothing, LIKE, UNLIKE, who=(WRITER, PERSON, "head"))
    assert "/usulan" in told[WRITER]
    assert any(address.startswith("/usulan/baru?call=") for address in told[WRITER])
    assert any(address.startswith("/usulan-titipan/") for address in told[PERSON])
    assert any(address.startswith("/api/v1/past-ideas/") for address in told["head"])
    assert any(address.startswith("typed for") for address in told["head"]), "it is like what the head types"
