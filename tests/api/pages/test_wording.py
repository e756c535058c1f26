"""What a page shows is words: no code of the program, no old word, figures as Indonesian writes them."""

import re
from decimal import Decimal
from html import unescape

import pytest

from api.pages.texts import Words, texts
from api.sentences import catalogue
from models.stages import AwardStage, IdeaStage
from tests.api.pages.browsing import open_browser
from tests.api.pages.test_actions import GATE
from tests.building import POLICY, Town
from workflows.process.refusals import Refusal
from workflows.region.calls import amend_policy
from workflows.review.gates import pass_gate

CODE = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b|\bgate:\w+")
OLD = re.compile(
    r"\b(panggilan|buku besar|penapisan|menapis|gerbang|dihargai|unggulan|waktu daerah|mundur|putusan anda|NIP(?!/NI PPPK))\b",
    re.IGNORECASE,
)
PAGES = {
    "secretary": ("/kotak-masuk", "/daftar", "/penghargaan", "/laporan", "/usulan/{idea}", "/usulan/{piloted}", "/usulan/{gated}"),
    "chair": ("/kotak-masuk", "/ketentuan", "/ketentuan/{call}/1", "/ketentuan/{call}/2"),
    "leader": ("/batas-penghargaan", "/kotak-masuk", "/penghargaan/{award}", "/penghargaan/{declined}"),
    "auditor": ("/jejak-audit", "/usulan/{idea}"),
    "operator": ("/pegawai",),
    "lead": ("/usulan", "/usulan/baru", "/usulan/{idea}", "/dokumen"),
    None: ("/", "/proses", "/verifikasi", "/masuk", "/aktivasi", "/tidak-ada"),
}


def visible(html: str) -> str:
    """What a reader sees: no tags, no attributes, no style; commands to copy are left out."""
    body = re.sub(r"<(style|code|head)\b.*?</\1>", " ", html, flags=re.S)
    return unescape(re.sub(r"<[^>]*>", " ", body))


@pytest.fixture
def places(town: Town) -> dict[str, str]:
    """Ideas that went far, and awards in three stages."""
    piloted, idea = town.build_idea(IdeaStage.PILOT_REPORTED), town.build_idea(IdeaStage.IN_REVIEW)
    proposed, declined = town.build_award(AwardStage.PROPOSED), town.build_award(AwardStage.DECLINED)
    gated = town.build_idea(IdeaStage.SCREENING, call=town.build_call(gates=[GATE]))
    town.do(pass_gate, gated, "presentation", note="Aula kecamatan, lima orang hadir.", by="secretary")
    changed = {
        "movers": {"verify": "auditor"},
        "entry": "in_trial",
        "loosened": [["determine", "approve"]],
        "gates": [GATE],
        "award_from": ["rolled_out", "stopped"],
    }
    town.do(amend_policy, town.call, {**POLICY, **changed}, by="secretary")
    return {"idea": idea, "piloted": piloted, "gated": gated, "award": proposed, "declined": declined, "call": town.call}


@pytest.mark.parametrize("language", ["id", "en"])
def test_no_code_and_no_old_word_stands_on_a_page(town: Town, places: dict[str, str], language: str) -> None:
    for who, paths in PAGES.items():
        browser = open_browser(town, who)
        browser.cookies.set("language", language, domain="testserver.local", path="/")
        for path in paths:
            shown = visible(browser.get(path.format(**places)).text)
            assert CODE.findall(shown) == [], path
            assert OLD.findall(shown) == [], path


def test_a_completed_step_of_the_policy_is_told_by_its_label(town: Town, places: dict[str, str]) -> None:
    shown = visible(open_browser(town, "secretary").get(f"/usulan/{places['gated']}").text)
    assert f"Tahapan selesai: {GATE['label']}" in shown


def test_the_catalogues_hold_no_old_word_and_write_percents_without_a_space() -> None:
    said = [each["id"] for each in (*texts().values(), *catalogue().values(), *catalogue("words").values())]
    assert [text for text in said if OLD.search(text)] == []
    assert [text for text in said if re.search(r"[\d}]\s%|Rp\s", text)] == []


def test_sums_and_shares_are_written_as_the_language_writes_them() -> None:
    assert Words("id").rupiah(38_500_000) == "Rp38.500.000"
    assert Words("en").rupiah(38_500_000) == "Rp38,500,000"
    assert [Words("id").share(hundredths) for hundredths in (8_130, 3_333, 10_000)] == ["81,3%", "33,33%", "100%"]
    assert Words("id").number(Decimal("1087.20")) == "1.087,2"


def test_a_wrong_policy_is_explained_in_the_readers_language(town: Town) -> None:
    with pytest.raises(Refusal) as refused:
        town.do(amend_policy, town.call, {**POLICY, "sections": []}, by="secretary")
    told = Words("id").refusal(refused.value.code, refused.value.parameters)
    assert told == "Ketentuan periode usulan ini tidak sah. Daftar terlalu pendek; isi paling sedikit 1 butir."
