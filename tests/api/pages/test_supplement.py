"""A returned idea says on top, and inside each section, what is wanted of it; and what was completed is kept without being handed in."""

import re

from models.stages import IdeaStage
from tests.api.pages.browsing import open_browser, send
from tests.building import Town
from workflows.intake.screen import Findings, Screening, screen_idea

NOTE, REASON = "Jelaskan biaya per bulan.", "Dua hal perlu dilengkapi."


def returned(town: Town) -> str:
    idea = town.build_idea(IdeaStage.SCREENING)
    town.do(screen_idea, idea, Screening.RETURNED, Findings(notes={"idea": NOTE}, reason=REASON, parts=("budget",)), by="secretary")
    return idea


def test_what_is_wanted_stands_on_top_and_inside_its_section(town: Town) -> None:
    idea, browser = returned(town), open_browser(town, "lead")
    path = f"/usulan/{idea}/lengkapi"
    form = browser.get(path).text
    top = form[: form.index("<form", form.index("<main"))]
    assert all(words in top for words in (NOTE, REASON, "lagi"))
    assert re.findall(r'<li><a href="([^"]*)">([^<]*)</a>', top) == [
        ("#writing-sections-idea", "Gagasan"),
        ("#writing-budget_rupiah", "Anggaran"),
    ]
    field = re.findall(r'<label for="writing-sections-idea">.*?</textarea>', form, re.S)[0]
    assert f'id="writing-sections-idea-note"><strong>Catatan sekretariat:</strong> {NOTE}</p>' in field
    assert 'aria-describedby="writing-sections-idea-note ' in field
    assert 'id="writing-budget_rupiah"' in form
    assert f'href="{path}#writing-sections-idea"' in browser.get(f"/usulan/{idea}").text


def test_a_supplement_is_kept_as_a_draft_without_being_handed_in(town: Town) -> None:
    idea, browser = returned(town), open_browser(town, "lead")
    path = f"/usulan/{idea}/lengkapi"
    half = {
        "sections.idea": "Setengah jadi",
        "sections.background": "Warga menunggu lama di loket pelayanan surat.",
        "budget_rupiah": "1.250.000",
    }
    saved = send(browser, path, path, **half, do="save")
    assert (saved.headers["location"], town.idea(idea).stage) == (f"{path}?ok=completion_saved", IdeaStage.SUPPLEMENT_ASKED)
    again = browser.get(path).text
    assert all(words in again for words in ("Setengah jadi</textarea>", 'value="1.250.000"', NOTE))
    assert "Setengah jadi" not in open_browser(town, "secretary").get("/kotak-masuk").text
    refused = send(browser, path, path, **half, do="submit")
    assert (refused.status_code, town.idea(idea).stage) == (422, IdeaStage.SUPPLEMENT_ASKED)
    assert "Setengah jadi</textarea>" in refused.text
