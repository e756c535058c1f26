"""The pages of ideas of earlier years: confirmed by a second person who read them, found, read with their origin, and shown as similar."""

from fastapi.testclient import TestClient
from sqlmodel import select

from models.past_ideas import PastFile, PastIdea
from models.stages import IdeaStage
from tests.api.pages.browsing import open_browser, send
from tests.building import Town
from tests.past import QUEUE, SORTING, SUMMARIES, row, tell, tell_and_confirm

LIST = "/usulan-terdahulu"


def read(browser: TestClient, path: str) -> str:
    """A page as it is sent."""
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_second_person_reads_a_file_confirms_it_and_takes_it_back(town: Town) -> None:
    file_id = tell(town, row(SORTING), row(QUEUE, outcome="Ditolak"))
    admin, lead = open_browser(town, "admin"), open_browser(town, "lead")
    waiting = read(admin, "/konfirmasi")
    assert ("arsip.csv" in waiting, f"{LIST}?berkas={file_id}" in waiting) == (True, True)
    assert SORTING in read(admin, f"{LIST}?berkas={file_id}")
    assert SORTING not in read(lead, f"{LIST}?berkas={file_id}")
    assert send(admin, "/konfirmasi", f"/konfirmasi/{file_id}", do="confirm").status_code == 303
    shown = read(lead, LIST)
    assert (SORTING in shown, QUEUE in shown, "Tarik berkas" in shown) == (True, False, False)
    assert send(admin, LIST, f"/konfirmasi/{file_id}", do="refuse").status_code == 303
    assert SORTING not in read(lead, LIST)
    assert [file.ended_at is not None for file in town.rows(select(PastFile))] == [True]


def test_an_idea_says_where_it_comes_from_and_who_may_not_see_it_finds_nothing(town: Town) -> None:
    tell_and_confirm(town, row(SORTING, initiator="<b>Ujang</b>"), row(QUEUE, outcome="Ditolak"), name="<arsip>.csv")
    ids = dict(town.rows(select(PastIdea.title, PastIdea.id)))
    [digest] = town.rows(select(PastFile.sha256))
    shown = read(open_browser(town, "head"), f"{LIST}/{ids[SORTING]}")
    for said in (SUMMARIES[SORTING], digest, "&lt;arsip&gt;.csv, baris 2", "&lt;b&gt;Ujang&lt;/b&gt;", "bukan tanda terima"):
        assert said in shown, said
    others = read(open_browser(town, "lead"), f"{LIST}/{ids[SORTING]}")
    assert (SUMMARIES[SORTING] in others, "Ujang" in others) == (True, False)
    hidden = open_browser(town, "lead").get(f"{LIST}/{ids[QUEUE]}")
    missing = open_browser(town, "lead").get(f"{LIST}/{'x' * 26}")
    assert (hidden.status_code, missing.status_code) == (404, 404)


def test_who_writes_and_who_screens_is_shown_similar_ones(town: Town) -> None:
    tell_and_confirm(town, row(SORTING))
    said = dict.fromkeys(("background", "idea"), SUMMARIES[SORTING])
    draft = town.build_idea(title=SORTING, sections=said)
    screened = town.build_idea(IdeaStage.SCREENING, title=SORTING, sections=said)
    assert "Usulan terdahulu yang mirip" in read(open_browser(town, "lead"), f"/usulan/{draft}/ubah")
    screening = read(open_browser(town, "secretary"), f"/usulan/{screened}")
    assert ("Usulan terdahulu yang mirip" in screening, "Baru dicatat" in screening) == (True, False)
    assert "Usulan terdahulu yang mirip" not in read(open_browser(town, "lead"), f"/usulan/{screened}")
