"""A search finds the same ideas whether the index is asked beforehand or each idea on the way, on either database."""

import pytest

from models.stages import IdeaStage
from tests.building import Town
from workflows.intake.draft import revise_idea
from workflows.process import search
from workflows.process.browse import list_ideas
from workflows.process.keyset import Slice
from workflows.process.wanted import WantedIdeas

pytestmark = pytest.mark.slow
TEXTS = (
    ("Antrean daring puskesmas", "Nomor diambil dari rumah.", "Pasien menunggu sejak subuh."),
    ("Bank sampah", "Warga menabung botol di kelurahan.", "Sungai penuh sampah plastik."),
    ("Loket 24 jam", "Layanan kependudukan pada malam hari.", "Buruh pulang larut malam."),
    ("Kelas PKK", "Kader belajar mencatat timbangan balita.", "Catatan posyandu sering hilang."),
)
ASKED = (
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
    for number, (title, idea, background) in enumerate(TEXTS):
        stage = IdeaStage.DRAFT if number == 2 else IdeaStage.SCREENING
        either_town.build_idea(stage, title=title, sections={"idea": idea, "background": background})
    answers = []
    for gathered in (1_000, 0):
        monkeypatch.setattr(search, "MOST_GATHERED", gathered)
        answers.append({(who, text): found(either_town, who, text) for who in ("lead", "secretary", "stranger") for text in ASKED})
    assert answers[0] == answers[1]
    told = answers[0]
    queue, _bank, night, _kader = (ids for text in ("antrean", "botol", "larut", "balita") for ids in found(either_town, "lead", text))
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
