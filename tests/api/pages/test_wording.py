"""What a page shows is words: no code of the program, no old word, figures as Indonesian writes them."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from sqlmodel import select

from api.pages.texts import Words, texts
from api.sentences import catalogue
from models.instants import now, today
from models.pilots import Indicator, Pilot
from models.stages import AwardStage, IdeaStage
from tests.api.pages.browsing import open_browser
from tests.api.pages.test_actions import GATE
from tests.building import POLICY, Town
from tests.foreign_words import find_english
from workflows.pilot.measure import Correction, Reading, correct_measurement, report_measurement
from workflows.process.refusals import Refusal
from workflows.region.amendments import NewAmendment, amend_running
from workflows.region.call_life import extend_call
from workflows.region.calls import amend_policy
from workflows.review.gates import pass_gate

CODE = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b|\bgate:\w+")
OLD = re.compile(
    r"\b(panggilan|buku besar|penapisan|menapis|gerbang|dihargai|unggulan|waktu daerah|mundur|putusan anda"
    r"|batas lulus|nilai lulus|tidak diterima|NIP(?!/NI PPPK))\b",
    re.IGNORECASE,
)
PAGES = {
    "secretary": (
        *("/kotak-masuk", "/daftar", "/penghargaan", "/laporan", "/usulan/{idea}", "/usulan/{piloted}", "/usulan/{gated}"),
        *("/usulan/{scored}", "/usulan/{duplicate}", "/usulan/{returned}", "/usulan/{determined}/rencana-uji-coba", "/usulan/{award_idea}"),
        *("/periode-usulan/{call}", "/periode-usulan/{call}/perubahan/1", "/ketentuan/{call}/3", "/ketentuan?arsip=1"),
    ),
    "chair": ("/kotak-masuk", "/ketentuan", "/ketentuan/{call}/1", "/ketentuan/{call}/2", "/usulan/{scored}"),
    "owner": ("/kotak-masuk", "/usulan/{trial}"),
    "verifier": ("/usulan/{piloted}",),
    "head": ("/kotak-masuk", "/usulan/{refused}"),
    "admin": ("/pegawai", "/konfirmasi", "/jejak-audit", "/keadaan-sistem", "/akun", "/kalender"),
    "leader": ("/batas-penghargaan", "/kotak-masuk", "/penghargaan/{award}", "/penghargaan/{declined}"),
    "auditor": ("/jejak-audit", "/usulan/{idea}"),
    "operator": ("/pegawai",),
    "lead": (
        *("/usulan", "/usulan/baru", "/usulan/{idea}", "/dokumen", "/usulan/{draft}/ubah", "/usulan/{returned}/lengkapi"),
        *("/usulan/{returned}", "/usulan/{refused}", "/usulan/{duplicate}", "/usulan/{trial}", "/usulan/{piloted}", "/penghargaan"),
        "/usulan/{award_idea}",
    ),
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
    town.do(extend_call, town.call, now() + timedelta(days=40), "Jaringan terputus tiga hari.", by="secretary")
    town.do(amend_running, town.call, NewAmendment(1, {"days.review": 20}, "Kantor tutup karena banjir."), by="secretary")
    named = {"idea": idea, "piloted": piloted, "gated": gated, "award": proposed, "declined": declined, "call": town.call}
    return named | add_figures(town) | {"award_idea": town.award(proposed).idea_id}


def add_figures(town: Town) -> dict[str, str]:
    """Ideas whose scores, measurements and shares have decimals, and others that ended in each way."""
    points = Decimal("86.78")
    scored = town.build_idea(IdeaStage.SHORTLISTED, points=points, call=town.build_call(pass_mark="62.5"))  # type: ignore[arg-type]
    trial = town.build_idea(IdeaStage.IN_PILOT)
    (indicator,) = town.rows(select(Indicator.id).join(Pilot).where(Pilot.idea_id == trial))
    reading = town.do(report_measurement, trial, Reading(indicator, today(), Decimal("75.25")), by="owner")
    town.do(correct_measurement, trial, Correction(reading.id, Decimal("61.4")), reason="Salah menyalin angkanya.", by="owner")
    duplicate = town.build_idea(IdeaStage.SCREENING)
    town.take(duplicate, "screen duplicate")
    return {
        "scored": scored,
        "trial": trial,
        "duplicate": duplicate,
        "draft": town.build_idea(budget_rupiah=1_250_000),
        "returned": town.build_returned("budget", "team"),
        "refused": town.build_idea(IdeaStage.CLOSED),
        "determined": town.build_idea(IdeaStage.DETERMINED),
    }


WRONG_FIGURE = {  # what the other language writes: a point before decimals, or a comma; days, hours and numbers of decrees aside
    "id": re.compile(r"(?<![\w.,/])\d+\.(?:\d{1,2}|\d{4,})(?![\w./])"),
    "en": re.compile(r"(?<![\w.,/])\d+,(?:\d{1,2}|\d{4,})(?![\w,/])"),
}
HOUR = re.compile(r"pukul \d\d\.\d\d")


@pytest.mark.parametrize("language", ["id", "en"])
def test_no_code_and_no_old_word_stands_on_a_page(town: Town, places: dict[str, str], language: str) -> None:
    for who, paths in PAGES.items():
        browser = open_browser(town, who)
        browser.cookies.set("language", language, domain="testserver.local", path="/")
        for path in paths:
            shown = visible(browser.get(path.format(**places)).text)
            assert CODE.findall(shown) == [], path
            assert OLD.findall(shown) == [], path
            assert WRONG_FIGURE[language].findall(HOUR.sub("", shown)) == [], path
            assert ".." not in shown.replace("…", ""), path
            assert language == "en" or find_english(shown) == [], path


def test_a_completed_step_of_the_policy_is_told_by_its_label(town: Town, places: dict[str, str]) -> None:
    shown = visible(open_browser(town, "secretary").get(f"/usulan/{places['gated']}").text)
    assert f"Tahapan selesai: {GATE['label']}" in shown


def test_the_catalogues_hold_no_old_word_and_write_percents_without_a_space() -> None:
    said = [each["id"] for each in (*texts().values(), *catalogue().values(), *catalogue("words").values())]
    assert [text for text in said if OLD.search(text)] == []
    assert [text for text in said if re.search(r"[\d}]\s%|Rp\s", text)] == []


def test_the_mark_that_an_idea_must_reach_has_one_word() -> None:
    marks = [texts()["part.pass_mark"], catalogue()["score_below_mark"], catalogue()["score_above_mark"], catalogue("words")["passed"]]
    assert ["batas nilai" in each["id"].lower() for each in marks] == [True] * 4
    assert "refusal" not in catalogue("words"), "a letter of rejection has one name"


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


def test_a_name_that_ends_in_a_point_ends_its_sentence() -> None:
    assert Words("id").text("inbox.hello", name="Siti Rohaeni, S.T., M.M.") == "Tugas yang menunggu Anda, Siti Rohaeni, S.T., M.M."
    assert Words("en").text("inbox.hello", name="Siti Rohaeni") == "Tasks waiting for you, Siti Rohaeni."
    assert Words("id").refusal("indicator_unmeasured", {"indicator": "Lama antre (mnt.)"}).endswith("indikator Lama antre (mnt.).")
    assert Words("id").refusal("indicator_unmeasured", {"indicator": "Lama antre dlm. mnt."}).endswith("indikator Lama antre dlm. mnt.")


@pytest.mark.parametrize(("language", "figures"), [("id", ("62,5", "97,5")), ("en", ("62.5", "97.5"))])
def test_figures_of_a_policys_changes_are_written_as_the_language_writes_them(town: Town, language: str, figures: tuple[str, str]) -> None:
    town.do(
        amend_policy, town.call, {**POLICY, "pass_mark": "62.5", "rubric": [{**POLICY["rubric"][0], "maximum": "97.5"}]}, by="secretary"
    )
    browser = open_browser(town, "chair")
    browser.cookies.set("language", language, domain="testserver.local", path="/")
    shown = visible(browser.get(f"/ketentuan/{town.call}/2").text)
    assert all(figure in shown for figure in figures)


@pytest.mark.parametrize("language", ["id", "en"])
def test_no_refusal_of_a_page_speaks_of_fields_of_the_api(language: str) -> None:
    of_programs = {"method_not_allowed", "request_refused", "number_template_unknown"}  # an address, a whole request, a policy as a file
    told = {code: texts().get(f"refusal.{code}", said)[language] for code, said in catalogue().items()}
    assert {code for code, said in told.items() if "`" in said or "/api/" in said} - of_programs == set()
