"""Pages of colleagues' ideas, without a script: found, read, supported, followed, commented on; and kept in order by the secretariat."""

import html
import re
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from models.stages import IdeaStage
from tests.api.pages.browsing import open_browser, send
from tests.api.pages.test_links import text_of
from tests.building import Town
from tests.sharing import OPEN, build_shared
from tests.steps import REASON
from workflows.intake.commenting import write_comment

pytestmark = pytest.mark.slow


def read(browser: TestClient, path: str) -> str:
    """A page as text."""
    return html.unescape(re.sub(r"<[^>]+>|\s+", " ", browser.get(path).text))


def test_a_colleague_finds_an_idea_supports_and_follows_it_and_takes_both_back(town: Town) -> None:
    idea, browser = build_shared(town), open_browser(town, "walker")
    page = f"/rekan/{idea}"
    assert f'href="{page}"' in browser.get("/rekan").text
    assert "Kelurahan Maleber" in read(browser, page)
    for form, give, end in (("dukungan", "supported", "unsupported"), ("ikuti", "followed", "unfollowed")):
        given = send(browser, page, f"{page}/{form}", do="give")
        assert (given.status_code, given.headers["location"]) == (303, f"{page}?ok={give}#rekan")
        if form == "dukungan":
            assert "Didukung 1 rekan" in text_of(browser.get(page).text, "regard")
        else:
            assert f'href="{page}"' in browser.get("/rekan?diikuti=1").text
        taken = send(browser, page, f"{page}/{form}", do="end")
        assert taken.headers["location"] == f"{page}?ok={end}#rekan"
    assert "Didukung 0 rekan" in text_of(browser.get(page).text, "regard")
    assert "Tidak ada usulan rekan yang cocok." in read(browser, "/rekan?diikuti=1")
    assert browser.get(f"{page}/dukungan").headers["location"] == page


def test_colleagues_and_team_write_and_what_is_typed_stays_text(town: Town) -> None:
    idea = build_shared(town)
    page, hostile = f"/rekan/{idea}", '<script>alert(1)</script> "><b>{{ 7*7 }}</b>'
    browser, lead = open_browser(town, "walker"), open_browser(town, "lead")
    assert send(browser, page, f"{page}/komentar", text=hostile).headers["location"] == f"{page}?ok=commented#rekan"
    assert send(lead, page, f"{page}/komentar", text="Terima kasih.").status_code == 303
    shown = browser.get(page).text
    assert "<script>" not in shown
    assert html.escape(hostile, quote=False).replace('"', "&#34;") in shown
    told = text_of(shown, "comments")
    assert told.index("alert(1)") < told.index("Terima kasih.")
    assert "Tim pengusul" in told
    assert "dukungan" not in re.findall(r'action="[^"]*/(\w+)"', lead.get(page).text)
    long = "Panjang sekali. " * 90
    refused = send(browser, page, f"{page}/komentar", text=long)
    assert (refused.status_code, 'id="comment-text-error"' in refused.text, long.strip() in refused.text) == (422, True, True)


def test_the_secretariat_hides_a_comment_and_its_author_reads_why(town: Town) -> None:
    idea = build_shared(town)
    comment = str(town.do(write_comment, idea, "Tim ini malas.", by="walker").id)
    page, to = f"/rekan/{idea}", f"/rekan/{idea}/komentar/{comment}"
    secretary, author, other = (open_browser(town, who) for who in ("secretary", "walker", "stranger"))
    short = send(secretary, page, f"{to}/sembunyikan", reason="Kasar")
    assert (short.status_code, f'id="hide-{comment}-reason-error"' in short.text) == (422, True)
    assert send(secretary, page, f"{to}/sembunyikan", reason=REASON).headers["location"] == f"{page}?ok=comment_hidden#rekan"
    assert "Tim ini malas." in read(author, page)
    assert REASON in read(author, page)
    removed = text_of(other.get(page).text, "comments")
    assert "Disembunyikan oleh sekretariat." in removed
    assert not [word for word in ("malas", REASON, town["walker"].name) if word in removed]
    assert send(secretary, page, f"{to}/tampilkan", reason="Tidak menyerang.").headers["location"] == f"{page}?ok=comment_shown#rekan"
    shown = text_of(other.get(page).text, "comments")
    assert ("Tim ini malas." in shown, "Tidak menyerang." in shown, "Tidak menyerang." in read(author, page)) == (True, False, True)
    again = str(town.do(write_comment, idea, "Salah ketik.", by="walker").id)
    assert send(author, page, f"{page}/komentar/{again}/tarik").headers["location"] == f"{page}?ok=comment_taken_back#rekan"
    assert "Komentar ditarik oleh penulisnya." in text_of(other.get(page).text, "comments")


def test_the_secretariat_keeps_order_from_one_list(town: Town) -> None:
    idea = build_shared(town)
    comment = str(town.do(write_comment, idea, "Tim ini malas.", by="walker").id)
    secretary = open_browser(town, "secretary")
    assert 'href="/rekan/komentar"' in secretary.get("/rekan").text
    assert "Tim ini malas." in read(secretary, "/rekan/komentar")
    sent = send(secretary, "/rekan/komentar", f"/rekan/{idea}/komentar/{comment}/sembunyikan", reason=REASON)
    assert sent.headers["location"] == f"/rekan/{idea}?ok=comment_hidden#rekan"
    assert "Tim ini malas." not in read(secretary, "/rekan/komentar")
    assert open_browser(town, "walker").get("/rekan/komentar").status_code == 403


def test_many_comments_come_in_pages(town: Town) -> None:
    idea, browser = build_shared(town), open_browser(town, "stranger")
    for number in range(22):
        town.do(write_comment, idea, f"Komentar nomor {number:02}", by=("walker", "operator")[number % 2])
    shown = browser.get(f"/rekan/{idea}").text
    assert re.findall(r"nomor (\d\d)", shown) == [f"{number:02}" for number in range(2, 22)]
    earlier = re.search(r'href="(/rekan/[^"]*after=[^"]*)#comments"', shown)
    assert earlier
    assert re.findall(r"nomor (\d\d)", browser.get(html.unescape(earlier[1])).text) == ["00", "01"]
    assert browser.get(f"/rekan/{idea}?after=zzz").status_code == 422


def test_an_ideas_own_page_tells_its_team_and_offices_what_colleagues_say_and_a_reviewer_nothing(town: Town) -> None:
    idea = build_shared(town)
    judge = town.reviewers(idea)[0]
    town.do(write_comment, idea, "Bagus.", by="walker")
    told = text_of(open_browser(town, "lead").get(f"/usulan/{idea}").text, "colleagues")
    assert ("Didukung 0 rekan" in told, "Komentar: 1" in told) == (True, True)
    assert "setelah usulan diputuskan" in text_of(open_browser(town, "chair").get(f"/usulan/{idea}").text, "colleagues")
    assert text_of(open_browser(town, judge).get(f"/usulan/{idea}").text, "colleagues") == ""
    assert open_browser(town, judge).get(f"/rekan/{idea}").status_code == 403
    closed = town.build_idea(IdeaStage.IN_REVIEW)
    assert text_of(open_browser(town, "lead").get(f"/usulan/{closed}").text, "colleagues") == ""
    assert open_browser(town, "walker").get(f"/rekan/{closed}").status_code == 404
    assert open_browser(town, "walker").get(f"/rekan/{'x' * 26}").status_code == 404


def test_a_colleague_reads_what_is_proposed_and_nothing_else_of_the_idea(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SHORTLISTED, call=town.build_call(**OPEN), budget_rupiah=98_765_432)
    shown = read(open_browser(town, "walker"), f"/rekan/{idea}")
    assert "Antrean daring dengan nomor yang pasti." in shown
    assert not [secret for secret in ("98.765.432", "Riwayat", "Nilai 90", "Lolos penilaian", town["lead"].number[-4:]) if secret in shown]
    assert "Antrean daring kelurahan" in read(open_browser(town, "walker"), f"/rekan?q={quote('antre')}")
    assert "Antrean daring kelurahan" not in read(open_browser(town, "walker"), f"/rekan?q={quote('malam')}")


def test_a_writing_form_says_to_whom_the_call_opens_ideas(town: Town) -> None:
    browser = open_browser(town, "lead")
    opened, blind = town.build_call(**OPEN), town.build_call(colleagues={"open_to": "whole_agency", "takes_comments": False})
    said = "Setelah lolos seleksi administrasi, usulan dapat dibaca, didukung, dan diikuti semua pegawai pemerintah daerah."
    for path in (f"/usulan/baru?call={opened}", f"/periode-usulan/{opened}"):
        assert f"{said} Mereka dan tim pengusul juga dapat saling berkomentar." in read(browser, path)
    told = read(browser, f"/usulan/baru?call={blind}")
    assert ("Setelah ditetapkan, usulan dapat dibaca" in told, "saling berkomentar" in told) == (True, False)
    assert "diikuti" not in read(browser, f"/usulan/baru?call={town.call}").replace("Usulan rekan", "")
