"""A search finds the same ideas whether the index is asked beforehand or each idea on the way, on either database: by what they say, and by
who proposes them, whoever is told.

Who would look for more: a reviewer who is told no names types those of a colleague, or the host of an office's own films.
"""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import select

from models.database import append_rows
from models.ids import new_id
from models.search import SearchText
from models.stages import IdeaStage
from models.statements.search import prepare_holding
from models.units import Unit
from tests.answers import CHANNELS, REACHED, depends, named
from tests.building import SECTIONS, Town
from tests.models.test_names import add_crowd
from tests.statements import explain, watch
from tests.tables import COST, ITEM, PHASE, kept
from tests.workflows.intake.transferred import build_elsewhere, hand_on
from workflows.calculations.words import EDITION
from workflows.intake.draft import revise_idea
from workflows.intake.search_terms import index_lagging
from workflows.process import search
from workflows.process.browse import list_ideas
from workflows.process.keyset import Slice
from workflows.process.wanted import WantedIdeas
from workflows.region.details import Details, change_details
from workflows.region.posts import Dated

pytestmark = pytest.mark.slow
TEXTS = (
    ("Antrean daring puskesmas", "Nomor diambil dari rumah.", "Pasien menunggu sejak subuh."),
    ("Bank sampah", "Warga menabung botol di kelurahan.", "Sungai penuh sampah plastik."),
    ("Loket 24 jam", "Layanan kependudukan pada malam hari.", "Buruh pulang larut malam."),
    ("Kelas PKK", "Kader belajar mencatat timbangan balita.", "Catatan posyandu sering hilang."),
)
TOOLS = named("tools", "Peralatan", "Tools", kind="table", is_required=False, columns=[ITEM, COST, PHASE])
FILMS = named("films", "Video", "Films", kind="links", is_required=False)
FORM: dict[str, Any] = {"fields": [REACHED, CHANNELS, TOOLS, depends(FILMS, "reached", "applied")]}
SAID = {
    "reached": "applied",
    "channels": "counter,chat",
    "tools": kept({"item": "Mengantarkan tablet", "cost": "4500000", "phase": "preparation"}),
    "films": "https://www.youtube.com/watch?v=kenari\nhttps://maleber.contoh.go.id/antrean",
}
BY_ANSWERS = ("penerapan", "terap", "pesan", "pesan singkat", "antar tablet", "TABL", "persiapan", "tablet penerapan")
BY_WHO = (
    "youtube",
    "www.youtube.com",
    "contoh",
    "maleber",
    "sari",
    "SAR",
    "Kenanga Wulandari",
    "gambiranom",
    "sari tono",
    "sari tablet",
    "tono youtube",
)
BY_NOTHING = ("4500000", "applied", "pelaksanaan", "situs", "https", "kenari", "kenari sari", "sa", "sari hesti", "tablet hesti")
MIXED = ("sari-wulandari", "s'ari", "sari 24", "hesti larasati", "hesti botol", "sampah sari", "sari penuh")
ASKED = (
    *(*BY_ANSWERS, *BY_WHO, *BY_NOTHING, *MIXED),
    *("antrean", "antrian", "mengantri", "ANTRE", "antr", "an", "a", "puskesmas", "pusat kesehatan masyarakat", "pkk", "kesejahteraan"),
    *("botol", "tabung", "menabung sampah", "sampah antrean", "24", "24 jam", "jam", "malam", "warga", "masyarakat", "online", "tidak-ada"),
    *(
        "yang",
        "di",
        "loket 24",
        "kelurahan",
        "maleber",
        "maleber malam",
        "IDE-",
        "IDE-2026-000001",
        "ide-2026",
        "000002",
        "%",
        "- malam",
        "_",
    ),
    *(
        '"',
        '" OR "antre',
        "antre*",
        "NEAR(antre",
        "title:antre",
        "a & b",
        "antre | botol",
        "!antre",
        "(",
        "\\",
        "'",
        "é",
        "山",
        "😀",
        "x" * 90,
    ),
)


def found(town: Town, who: str, text: str) -> list[str]:
    with town.store.reading() as session:
        return [idea.id for idea in list_ideas(session, WantedIdeas(text=text), Slice(limit=50), actor=town.actor(session, who)).rows]


def test_the_index_and_a_look_at_each_idea_give_one_answer(either_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    call = either_town.build_call(**FORM)
    for number, (title, idea, background) in enumerate(TEXTS):
        stage = IdeaStage.DRAFT if number == 2 else IdeaStage.SCREENING
        said = {"sections": {"idea": idea, "background": background}, "answers": SAID if number == 0 else {"reached": "trial"}}
        either_town.build_idea(stage, call=call, lead="owner" if number == 1 else "lead", title=title, **said)
    answers = []
    for gathered in (1_000, 0):
        monkeypatch.setattr(search, "MOST_GATHERED", gathered)
        answers.append({(who, text): found(either_town, who, text) for who in ("lead", "secretary", "stranger") for text in ASKED})
    assert answers[0] == answers[1]
    told = answers[0]
    (queue,), (bank,), (night,), (kader,) = (
        found(either_town, who, text) for who, text in (("lead", "antrean"), ("owner", "botol"), ("lead", "larut"), ("lead", "balita"))
    )
    for text in (*BY_ANSWERS, "youtube", "tono youtube", "sari tablet", "sari-wulandari tablet"):
        assert found(either_town, "secretary", text) == [queue], text
    for text in ("sari", "Kenanga Wulandari", "gambiranom", "sari tono", "sari-wulandari", "s'ari"):
        assert found(either_town, "secretary", text) == [kader, queue], text
        assert found(either_town, "lead", text) == [kader, night, queue], text
    for text in ("hesti larasati", "hesti botol"):
        assert (told["secretary", text], told["lead", text]) == ([bank], []), text
    for text in BY_NOTHING:
        assert told["secretary", text] == [], text
    for text in ("antrian", "mengantri", "ANTRE", "antr", "pusat kesehatan masyarakat", "online"):
        assert told["secretary", text] == [queue], text
    for text in ("tidak-ada", "%", "sampah antrean", "山", '" OR "antre'):
        assert told["lead", text] == [], text
    assert night in told["lead", "malam"]
    assert night not in told["secretary", "malam"]
    assert all(told["stranger", text] == [] for text in ASKED)


def test_a_draft_is_found_by_what_it_says_now(either_town: Town) -> None:
    draft = either_town.build_idea(title="Antrean daring")
    changed = either_town.proposal(title="Bank sampah", sections={"background": "Sungai penuh plastik.", "idea": "Botol ditabung warga."})
    either_town.do(revise_idea, draft, changed, by="lead")
    assert (found(either_town, "lead", "antrean"), found(either_town, "lead", "botol")) == ([], [draft])
    assert found(either_town, "secretary", "botol") == []


def test_short_answers_are_found_by_what_they_say_now_and_change_no_likeness(either_town: Town) -> None:
    call = either_town.build_call(**FORM)
    idea = either_town.build_idea(call=call, answers=SAID)
    [before] = either_town.rows(select(SearchText).where(SearchText.idea_id == idea))
    assert found(either_town, "lead", "tablet youtube") == [idea]
    either_town.do(revise_idea, idea, either_town.proposal(answers={**SAID, "reached": "trial", "tools": ""}), by="lead")
    [after] = either_town.rows(select(SearchText).where(SearchText.idea_id == idea))
    assert (after.title, after.body) == (before.title, before.body)
    assert [found(either_town, "lead", word) for word in ("tablet", "youtube", "penerapan", "uji")] == [[], [], [], [idea]]
    with either_town.store.reading() as session:
        holding = prepare_holding(session, sa.true(), 50)
        assert (holding([["pesan"]]), holding([["antre"]])) == ([], [idea])


def test_answers_of_an_older_release_are_indexed_once_and_those_of_an_idea_in_another_call_by_its_form(either_town: Town) -> None:
    renamed = {**REACHED, "options": [named("trial", "Perintisan", "Pioneering"), named("applied", "Pembiasaan", "In use")]}
    other = build_elsewhere(either_town, fields=[renamed, CHANNELS, TOOLS])
    idea = either_town.build_idea(IdeaStage.SCREENING, call=either_town.build_call(**FORM), answers=SAID)
    with either_town.store.unit_of_work() as session:
        session.execute(sa.text("UPDATE searchtext SET edition = 2, words = '_antrean _daring'"))
    assert (found(either_town, "secretary", "tablet"), found(either_town, "secretary", "antrean")) == ([], [idea])
    with either_town.store.unit_of_work() as session:
        assert [each.idea_id for each in index_lagging(session, 10)] == [idea]
        assert index_lagging(session, 10) == []
    [row] = either_town.rows(select(SearchText))
    assert (row.edition, found(either_town, "secretary", "tablet penerapan youtube")) == (EDITION, [idea])
    hand_on(either_town, idea, other)
    assert [found(either_town, "walker", word) for word in ("tablet", "pembiasaan", "penerapan", "youtube")] == [[idea], [idea], [], []]


def test_whoever_is_told_no_names_finds_by_none_and_by_no_address(either_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    blind, open_call = either_town.build_call(**FORM), either_town.build_call(**FORM, blind=False)
    idea, shown = (
        either_town.build_idea(IdeaStage.IN_REVIEW, call=call, answers=SAID, sections={**SECTIONS, "idea": f"{SECTIONS['idea']} {word}"})
        for call, word in ((blind, "Zamrud"), (open_call, "Intan"))
    )
    reviewer = next(who for who in either_town.reviewers(idea) if who in either_town.reviewers(shown))
    either_town.do(change_details, either_town["mate"].id, Details("Zamrud Intan Kenari"), Dated(), by="admin")
    for gathered in (1_000, 0):
        monkeypatch.setattr(search, "MOST_GATHERED", gathered)
        for text in (*BY_ANSWERS, "antrean"):
            assert found(either_town, reviewer, text) == [shown, idea], text
        for text in ("youtube", "maleber", "sari", "kenari", "sari tablet", "wulandari antrean", "youtube tablet", "kenari youtube"):
            assert found(either_town, reviewer, text) == [shown], text
            assert found(either_town, "secretary", text) == [shown, idea], text
        assert (found(either_town, reviewer, "zamrud"), found(either_town, reviewer, "zamrud tablet")) == ([shown, idea],) * 2
        assert (found(either_town, reviewer, "intan"), found(either_town, reviewer, "zamrud intan")) == ([shown], [shown])
        assert found(either_town, "secretary", "gambiranom") == [], "a name of before"


def test_a_name_is_looked_for_along_an_index_however_many_people_there_are(either_town: Town) -> None:
    add_crowd(either_town, 2_000, "DAGO")
    idea = either_town.build_idea(title="Antrean daring")
    with either_town.store.unit_of_work() as session:
        if not either_town.store.is_sqlite:
            session.execute(sa.text("ANALYZE"))
        actor, asked = either_town.actor(session, "lead"), watch(session)
        for text, ids in (("kenanga", [idea]), ("nomor01999", []), ("wulandari antrean", [idea])):
            assert [each.id for each in list_ideas(session, WantedIdeas(text=text), Slice(limit=50), actor=actor).rows] == ids, text
        plans = explain(session, [each for each in asked if "nameword" in each[0]])
    assert any("ix_nameword_of_word" in plan for plan in plans), plans
    for plan in plans:
        assert not any(read in plan for read in ("Seq Scan on nameword", "SCAN nameword")), plan


def test_words_that_name_thousands_of_units_are_asked_for_in_one_statement(either_town: Town) -> None:
    """Eight words of nine thousand units each are more values than PostgreSQL takes with one statement."""
    idea, (parent, path) = either_town.build_idea(), either_town.units["KOTA"]
    same = {"kind": "urban_village", "parent_id": parent}
    units = [{"id": new_id(), "code": f"DESA-{place}", "name": f"Kelurahan {place}", **same} for place in range(9_000)]
    with either_town.store.unit_of_work() as session:
        append_rows(session, Unit, [{**unit, "path": f"{path}{unit['id']}/"} for unit in units])
    assert found(either_town, "lead", " ".join(["kelurahan"] * 8)) == [idea]
