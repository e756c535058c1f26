"""The city's contest: running innovations judged, visited, ranked, honoured on the city's anniversary."""

from examples.demo.acts import (
    Story,
    award_all,
    determine_all,
    draft_all,
    permit_all,
    recommend_all,
    score_all,
    screen_all,
    submit_all,
    supplement_some,
    withdraw_some,
)
from examples.demo.scenes import Scene, at

CEREMONY = "2026-09-25T10:00:00+07:00"


def list_scenes(story: Story) -> list[Scene]:
    """The scenes of the contest, May to October."""
    secretary = story.cast.holding("secretariat@KBDG")[0]
    chair, (mayor, regional_secretary) = story.cast.holding("chair")[0], story.cast.holding("leader")
    return [
        Scene(at(2026, 5, 18), "draft", lambda: draft_all(story)),
        Scene(at(2026, 5, 25), "awaiting_permission", lambda: submit_all(story)),
        Scene(at(2026, 5, 27), "screening", lambda: permit_all(story)),
        Scene(at(2026, 5, 28), "screening", lambda: withdraw_some(story)),
        Scene(at(2026, 6, 3), "in_review", lambda: screen_all(story, secretary)),
        Scene(at(2026, 6, 8), "in_review", lambda: supplement_some(story, secretary)),
        Scene(at(2026, 6, 15), "shortlisted", lambda: score_all(story)),
        Scene(at(2026, 7, 1), "shortlisted", lambda: pass_gates(story)),
        Scene(at(2026, 7, 6), "recommended", lambda: recommend_all(story, chair)),
        Scene(at(2026, 7, 13), "determined", lambda: determine_all(story, mayor, "100.3.3.3/Kep.655-Contoh/2026")),
        Scene(at(2026, 8, 31), "scheduled", lambda: award_all(story, regional_secretary, "100.3.3.3/Kep.870-Contoh/2026", CEREMONY)),
        Scene(at(2026, 9, 25, 11), "announced", lambda: ceremony(story)),
        Scene(at(2026, 10, 19), "revoked", lambda: revoke_some(story)),
        Scene(at(2026, 11, 2), "reported", lambda: ask_reports(story)),
    ]


def pass_gates(story: Story) -> None:
    """Presentations are held and sites visited; the secretariat notes both."""
    secretary = story.cast.holding("secretariat@KBDG")[0]
    for item in secretary.list("/inbox"):
        if item["task"].startswith("gate:"):
            secretary.post(f"/ideas/{item['idea']['id']}/gates/{item['task'][5:]}", {"note": "Berita acara ditandatangani."})
            story.advance(1)
    story.theatre.note("Presentasi dan peninjauan lapangan selesai")


def ceremony(story: Story) -> None:
    """The hour has struck: awards are announced and certificates issued by the flows."""
    story.theatre.settle()
    story.theatre.note("Penganugerahan: penghargaan diumumkan, piagam terbit")


def revoke_some(story: Story) -> None:
    """An award is taken back: its figures proved false."""
    leader = story.cast.holding("leader")[0]
    ideas = {tale.idea_id for tale in story.ending("revoked")}
    for award in leader.list("/awards", call_id=story.call["id"], stage="announced"):
        if award["idea_id"] in ideas:
            leader.post(f"/awards/{award['id']}/revocation", {"reason": "Data capaian pada berkas usulan terbukti tidak benar."})
    story.theatre.settle()
    story.theatre.note("Satu penghargaan dicabut")


def ask_reports(story: Story) -> None:
    """The secretaries ask for the recognition report of each call."""
    for call in story.cast.calls.values():
        unit_code = "KEC-ANDIR" if call["code"].startswith("ANDIR") else "KBDG"
        keeper = story.cast.holding(f"secretariat@{unit_code}")[0]
        keeper.post(f"/calls/{call['id']}/reports")
        story.advance(1)
    story.theatre.settle()
    story.theatre.note("Laporan penghargaan diterbitkan")
