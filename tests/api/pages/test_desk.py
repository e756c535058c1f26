"""The desk of those who decide: lists as tables and files, the facts beside the form, final acts, whose desk."""

import csv
import io
import re
from datetime import timedelta
from html import unescape

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from api.pages import inbox
from api.pages.final import FINAL, OF_ACCOUNTS, OF_CALLS
from api.pages.texts import texts
from models.database import append_rows
from models.ids import new_id
from models.inbox import InboxItem
from models.instants import now, today
from models.people import Role
from models.stages import AwardStage, IdeaStage
from tests.api.pages.browsing import confirm, fields_of, open_browser, send
from tests.building import Town
from tests.steps import MET, REASON
from workflows.process.ways import AWARD, IDEA, Kind

pytestmark = pytest.mark.slow

FORMULAE = ("=HYPERLINK(1)", "+62 812", "-1+2", "@SUM(A1)", "=cmd|' /C calc'!A0")
ACCEPTED = {"outcome": "accepted", **{f"answers.{name}": "yes" for name in MET}}


def rows_of(page: str) -> list[str]:
    """The titles of a table of ideas, in its order."""
    return [unescape(title) for title in re.findall(r'class="title"><a href="[^"]*">([^<]*)</a>', page)]


def address_of(page: str, title: str) -> str:
    (to,) = re.findall(rf'class="title"><a href="([^"]*)">{re.escape(title)}</a>', page)
    return unescape(to)


def holder_of(page: str) -> str:
    """What the page says of whose desk the idea lies on."""
    found = re.search(r'aria-labelledby="holder">(.*?)</section>', page, re.S)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", found[1])).split()) if found else ""


def test_the_list_is_a_table_with_counts_per_stage_that_is_searched_and_sorted(town: Town) -> None:
    for title, points in (("Bank Sampah", 70), ("Antrean Daring", 95), ("Peta Saluran", 80)):
        town.build_idea(IdeaStage.SHORTLISTED, title=title, points=points)
    town.build_idea(IdeaStage.SCREENING, title="Kelas Malam")
    browser = open_browser(town, "chair")
    page = browser.get("/daftar?sort=score").text
    assert rows_of(page) == ["Antrean Daring", "Peta Saluran", "Bank Sampah", "Kelas Malam"]
    assert "4 usulan" in page
    assert "Lolos penilaian (3)" in page
    assert re.findall(r'<th [^>]*aria-sort="descending"><a href="[^"]*">([^<]*)', page) == ["Nilai"]
    assert rows_of(browser.get("/daftar?q=malam").text) == ["Kelas Malam"]
    assert rows_of(browser.get("/daftar?unit=maleber&stage=screening").text) == ["Kelas Malam"]
    assert rows_of(browser.get("/daftar?due=soon").text) == ["Kelas Malam"]
    assert rows_of(browser.get("/daftar?due=overdue").text) == []
    assert 'class="figure"' not in open_browser(town, "head").get("/daftar").text
    for hostile in ("?q=%00&sort=;--&stage='&due=x", "?q=" + "%25" * 200, "?call=" + "x" * 500, "?&" * 50):
        assert browser.get(f"/daftar{hostile}").status_code == 200


def test_what_the_filter_shows_is_exported_and_no_title_becomes_a_formula(town: Town) -> None:
    for title in FORMULAE:
        town.build_idea(IdeaStage.SCREENING, title=title)
    town.build_idea(IdeaStage.SHORTLISTED, title="Bank Sampah; dan arsip", points=87)
    browser = open_browser(town, "secretary")
    (to,) = re.findall(r'href="(/daftar/usulan.csv[^"]*)"', browser.get("/daftar?sort=score").text)
    answer = browser.get(unescape(to))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text.startswith("\ufeff")
    head, *lines = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";")
    assert head == ["Kode", "Judul", "Unit", "Tahap", "Nilai", "Selisih", "Tenggat", "Diterima", "Ditangani oleh"]
    assert lines[0][1:6] == ["Bank Sampah; dan arsip", "Kelurahan Maleber", "Lolos penilaian", "87", "0"]
    assert {line[1] for line in lines[1:]} == {f"'{title}" for title in FORMULAE}
    narrowed = browser.get("/daftar/usulan.csv?stage=shortlisted").text
    assert narrowed.count("IDE-") == 1
    assert open_browser(town, "stranger").get("/daftar/usulan.csv").text.count("IDE-") == 0
    told = open_browser(town, "head").get("/daftar/usulan.csv?stage=shortlisted").text
    assert "87" not in told.split("\n")[1].split(";")[4:6]


def test_the_inbox_says_how_many_there_are_beyond_what_it_shows(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        town.build_idea(IdeaStage.SCREENING, title=f"Usulan {number}")
    browser = open_browser(town, "secretary")
    assert len(rows_of(browser.get("/kotak-masuk").text)) == 5
    monkeypatch.setattr(inbox, "ON_A_PAGE", 3)
    page = browser.get("/kotak-masuk").text
    assert len(rows_of(page)) == 3
    assert "Tugas yang menunggu Anda: 5." in page


def way_on(page: str, where: str) -> str:
    """The address that a page's link leads to: `before` or `after`."""
    return unescape(re.findall(rf'href="(/kotak-masuk\?{where}=[^"]*)"', page)[0])


def test_every_task_of_an_inbox_is_reached_page_by_page_both_ways_and_decided_one_after_another(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who errs: an inbox that shows a hundred tasks and leads to no other. One without a date comes last."""
    ideas = [town.build_idea(IdeaStage.SCREENING, title=f"Usulan {number}") for number in range(7)]
    with town.store.unit_of_work() as session:
        for days, idea in enumerate(ideas[:6]):
            due = now() + timedelta(days=days - 2)
            session.execute(sa.update(InboxItem).where(col(InboxItem.idea_id) == idea, col(InboxItem.task) == "screen").values(due_at=due))
        session.execute(sa.update(InboxItem).where(col(InboxItem.idea_id) == ideas[6]).values(due_at=None))
    monkeypatch.setattr(inbox, "ON_A_PAGE", 3)
    browser, pages = open_browser(town, "secretary"), []
    for _ in range(3):
        pages.append(browser.get(way_on(pages[-1], "after") if pages else "/kotak-masuk").text)
    assert [rows_of(page) for page in pages] == [[f"Usulan {number}" for number in row] for row in ((0, 1, 2), (3, 4, 5), (6,))]
    assert 'href="/kotak-masuk?after=' not in pages[2]
    back = browser.get(way_on(pages[2], "before")).text
    assert (rows_of(back), rows_of(browser.get(way_on(back, "before")).text)) == (rows_of(pages[1]), rows_of(pages[0]))
    assert browser.get("/kotak-masuk?after=x").status_code == 422
    done, passed = address_of(pages[0], "Usulan 2"), []
    while "kotak-masuk" not in done.partition("?")[0]:
        form = f"{done.partition('?')[0]}/seleksi"
        passed.append(ideas.index(done.partition("?")[0].rpartition("/")[2]))
        done = send(browser, done.partition("#")[0], form, do="next", **ACCEPTED).headers["location"]
    assert passed == [2, 3, 4, 5, 6]


def test_the_menu_counts_to_ninety_nine_and_says_when_there_are_more(town: Town) -> None:
    town.build_idea(IdeaStage.SCREENING)
    browser = open_browser(town, "secretary")
    with town.store.unit_of_work() as session:
        item = session.exec(select(InboxItem).where(InboxItem.task == "screen")).one().model_dump()
        append_rows(session, InboxItem, [item | {"id": new_id()} for _ in range(98)])
    assert '<span class="count">99</span>' in browser.get("/kotak-masuk").text
    with town.store.unit_of_work() as session:
        append_rows(session, InboxItem, [item | {"id": new_id()} for _ in range(30)])
    page = browser.get("/kotak-masuk").text
    assert '<span class="count">99+</span>' in page
    assert "Tugas yang menunggu Anda: 129." in page


def test_an_idea_that_one_has_scored_is_no_longer_ones_turn(town: Town) -> None:
    idea = town.build_idea(IdeaStage.IN_REVIEW)
    browser = open_browser(town, town.reviewers(idea)[0])
    assert "Giliran Anda" in browser.get(f"/usulan/{idea}").text
    points = {"points__novelty": "80", "points__impact": "75"}
    assert send(browser, f"/usulan/{idea}", f"/usulan/{idea}/nilai", **points).status_code == 303
    page = browser.get(f"/usulan/{idea}").text
    assert "Giliran Anda" not in page
    assert "Anda sudah memberi nilai dan masih dapat mengubahnya." in page
    assert send(browser, f"/usulan/{idea}", f"/usulan/{idea}/nilai", **points | {"points__novelty": "81"}).status_code == 303


@pytest.mark.parametrize(
    ("who", "stage", "form"), [("chair", IdeaStage.SHORTLISTED, "rekomendasi"), ("leader", IdeaStage.RECOMMENDED, "penetapan")]
)
def test_score_spread_comments_and_recommendation_stand_beside_the_form(town: Town, who: str, stage: IdeaStage, form: str) -> None:
    idea = town.build_idea(stage, points=88)
    page = open_browser(town, who).get(f"/usulan/{idea}").text
    beside = page.split('class="known"')[1]
    facts, task = beside.split(f'action="/usulan/{idea}/{form}"')[:2]
    assert '<span class="sum">88</span>' in facts
    assert "Selisih antarpenilai: 0" in facts
    assert facts.count("Baik.") == len(town.reviewers(idea))
    assert all(town[each].name in facts for each in town.reviewers(idea))
    assert ("Rekomendasi: Layak" in facts) is (who == "leader")
    assert "Baik." not in task
    assert "Baik." not in open_browser(town, "lead").get(f"/usulan/{idea}").text


def test_who_approves_an_award_sees_how_its_idea_was_judged(town: Town) -> None:
    idea = town.build_idea(IdeaStage.ROLLED_OUT, points=88)
    award = town.build_award(idea=idea)
    facts, task = open_browser(town, "leader").get(f"/penghargaan/{award}").text.split('class="beside"')
    assert '<span class="sum">88</span>' in facts
    assert (facts.count("Baik."), "Rekomendasi: Layak" in facts) == (len(town.reviewers(idea)), True)
    assert (f'action="/penghargaan/{award}/persetujuan"' in task, "Baik." in task) == (True, False)
    town.take(idea, "approve approved", "announce")
    assert "Baik." not in open_browser(town, "lead").get(f"/penghargaan/{award}").text


def test_a_final_act_is_confirmed_on_its_own_page_that_says_what_follows(town: Town) -> None:
    idea, browser = town.build_idea(IdeaStage.RECOMMENDED), open_browser(town, "leader")
    page, form = f"/usulan/{idea}", f"/usulan/{idea}/penetapan"
    refused = send(browser, page, form, outcome="rejected", reason="pendek")
    assert refused.status_code == 422, "what cannot be done is refused before it is confirmed"
    asked = send(browser, page, form, outcome="rejected", reason="Belum ada <dasar> anggarannya")
    assert (asked.status_code, town.idea(idea).stage) == (200, IdeaStage.RECOMMENDED)
    assert "Belum ada &lt;dasar&gt; anggarannya" in asked.text
    assert "Pengusul menerima surat berisi alasan ini dan dapat membaca nilainya." in asked.text
    back = browser.post(form, data=fields_of(asked.text, form) | {"confirmed": "no"})
    assert (back.status_code, "Belum dapat diproses" in back.text) == (200, False)
    assert "Belum ada &lt;dasar&gt; anggarannya</textarea>" in back.text
    assert 'value="rejected" checked' in back.text
    assert town.idea(idea).stage == IdeaStage.RECOMMENDED
    done = confirm(browser, asked)
    assert (done.status_code, town.idea(idea).stage) == (303, IdeaStage.REJECTED)
    assert browser.post(form, data=fields_of(asked.text, form) | {"confirmed": "yes"}).headers["location"] == done.headers["location"]


def test_what_changed_before_the_confirmation_is_not_decided_on(town: Town) -> None:
    idea, browser = town.build_idea(IdeaStage.SCREENING), open_browser(town, "secretary")
    form = f"/usulan/{idea}/seleksi"
    answers = {"answers__renewal": "no", "answers__benefit": "yes"}
    asked = send(browser, f"/usulan/{idea}", form, outcome="rejected", reason="Tidak mengandung pembaruan", **answers)
    town.take(idea, "screen accepted")
    assert confirm(browser, asked).status_code in (409, 412)
    assert town.idea(idea).stage == IdeaStage.IN_REVIEW


def test_approving_announcing_and_withdrawing_are_confirmed_and_the_decrees_file_is_kept_as_its_digest(town: Town) -> None:
    award = town.build_award()
    browser, page = open_browser(town, "leader"), f"/penghargaan/{award}"
    fields = {"outcome": "approved", "decree_number": "100.3.3/9/2026", "decree_on": today().isoformat()}
    pdf = b"%PDF-1.7\n1 0 obj\nstartxref\n0\n%%EOF"
    shown = fields_of(browser.get(page).text, f"{page}/persetujuan")
    asked = browser.post(f"{page}/persetujuan", data=shown | fields, files={"decree_file": ("k.pdf", pdf, "application/pdf")})
    assert (town.award(award).stage, "Penghargaan disetujui" in asked.text) == (AwardStage.PROPOSED, True)
    assert confirm(browser, asked).status_code == 303
    assert town.award(award).stage == AwardStage.APPROVED
    assert town.award(award).decree_sha256
    asked = send(browser, page, f"{page}/jadwal", announce_at=f"{today().year + 1}-01-04T09:30")
    assert f"4 Januari {today().year + 1} pukul 09.30 WIB" in asked.text
    assert (town.award(award).stage, confirm(browser, asked).status_code) == (AwardStage.APPROVED, 303)
    asked = send(browser, page, f"{page}/pencabutan", reason="Ditemukan usulan yang sama dari tahun lalu")
    assert "DICABUT" in asked.text
    assert (town.award(award).stage, confirm(browser, asked).status_code) == (AwardStage.SCHEDULED, 303)
    assert town.award(award).stage == AwardStage.REVOKED


def test_every_final_act_says_what_follows_and_is_an_act_of_the_tables() -> None:
    acts = {(each.action, each.outcome or "") for way in (IDEA, AWARD) for each in way.transitions if each.who is not None}
    final = {(name, outcome) for name, outcomes in FINAL.items() for outcome in outcomes or ("",)}
    assert final - acts == {(name, "") for name in OF_ACCOUNTS | OF_CALLS}
    for name, outcome in final:
        act = f"{name}_{outcome}" if outcome else name
        assert {f"confirm.{act}", f"confirm.{act}_follows", f"confirm.yes_{act}"} <= set(texts()), act


def test_every_act_of_a_person_that_ends_an_idea_or_an_award_is_confirmed_first() -> None:
    for way in (IDEA, AWARD):
        ends = {name for name, stage in way.stages.items() if stage.kind == Kind.END}
        ending = {(each.action, each.outcome or "") for each in way.transitions if each.who is not None and each.target in ends}
        assert ending
        assert {(name, outcome) for name, outcome in ending if name not in FINAL or (FINAL[name] and outcome not in FINAL[name])} == set()


@pytest.mark.parametrize(
    ("stage", "who", "to", "fields", "told"),
    [
        (IdeaStage.SCREENING, "lead", "tarik", {"reason": "Akan ditulis ulang"}, "tidak dapat diajukan ulang dengan kode ini"),
        (IdeaStage.PILOT_REPORTED, "verifier", "verifikasi", {"outcome": "stop", "reason": REASON}, "Usulan berakhir dan tidak diterapkan"),
        (IdeaStage.PILOT_REPORTED, "verifier", "verifikasi", {"outcome": "roll_out", "reason": REASON}, "Perhitungan penghargaan dimulai"),
    ],
)
def test_withdrawing_and_a_verdict_that_ends_are_confirmed_on_a_page_of_their_own(
    town: Town, stage: IdeaStage, who: str, to: str, fields: dict[str, str], told: str
) -> None:
    idea, browser = town.build_idea(stage), open_browser(town, who)
    form = f"/usulan/{idea}/{to}"
    asked = send(browser, f"/usulan/{idea}", form, **fields)
    assert (told in asked.text, town.idea(idea).stage) == (True, stage)
    back = browser.post(form, data=fields_of(asked.text, form) | {"confirmed": "no"})
    assert (back.status_code, fields["reason"] in back.text, town.idea(idea).stage) == (200, True, stage)
    assert (confirm(browser, asked).status_code, town.idea(idea).stage == stage) == (303, False)


@pytest.mark.parametrize(
    ("stage", "told"),
    [
        (IdeaStage.AWAITING_PERMISSION, "Kepala unit , Kelurahan Maleber Beri atau tolak izin tertulis · sejak"),
        (IdeaStage.SCREENING, "Sekretariat , Badan Perencanaan Kota Contoh Lakukan seleksi administrasi · sejak"),
        (IdeaStage.IN_REVIEW, "Penilai Beri nilai · sejak"),
        (IdeaStage.SHORTLISTED, "Ketua tim penilai , Badan Perencanaan Kota Contoh Beri rekomendasi · sejak"),
        (IdeaStage.RECOMMENDED, "Pimpinan , Badan Perencanaan Kota Contoh Tetapkan usulan · sejak"),
        (IdeaStage.IN_PILOT, "Penanggung jawab uji coba Laporkan hasil ukur · sejak"),
    ],
)
def test_proposer_and_secretariat_see_whose_desk_an_idea_lies_on(town: Town, stage: IdeaStage, told: str) -> None:
    idea = town.build_idea(stage)
    pages = {who: open_browser(town, who).get(f"/usulan/{idea}").text for who in ("lead", "mate", "auditor")}
    for who, page in pages.items():
        assert told in holder_of(page), (who, holder_of(page))
        assert "hari lagi" in holder_of(page), who
        if who != "auditor":
            assert not [each for each in town.reviewers(idea) if town[each].name in page]
    for who in town.reviewers(idea) if stage == IdeaStage.IN_REVIEW else ["head"]:
        assert holder_of(open_browser(town, who).get(f"/usulan/{idea}").text) == ""


def test_an_award_in_the_making_shows_on_nobodys_desk_to_its_proposers(town: Town) -> None:
    award = town.build_award()
    idea = town.award(award).idea_id
    assert "Setujui penghargaan" in holder_of(open_browser(town, "secretary").get(f"/usulan/{idea}").text)
    town.give_role("stranger", Role.LEADER, "DAGO")
    assert holder_of(open_browser(town, "lead").get(f"/usulan/{idea}").text) == ""
