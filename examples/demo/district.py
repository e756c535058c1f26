"""The district's standing track: from an idea on paper through its pilot to an award."""

from datetime import date, timedelta
from typing import Any

from examples.demo.acts import (
    Story,
    Tale,
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

BEFORE_PILOT = (
    "draft",
    "awaiting_permission",
    "permission_refused",
    "withdrawn",
    "screening",
    "duplicate",
    "screened_out",
    "unanswered",
    "in_review",
    "shortlisted",
    "recommended",
    "rejected",
    "deferred",
)


def list_scenes(story: Story) -> list[Scene]:
    """The scenes of the standing track, January to September."""
    secretary = story.cast.holding("secretariat@KEC-ANDIR")[0]
    chair, (mayor, regional_secretary) = story.cast.holding("chair")[0], story.cast.holding("leader")
    honoured_on = "2026-09-25T10:00:00+07:00"
    return [
        Scene(at(2026, 1, 12), "draft", lambda: draft_all(story)),
        Scene(at(2026, 1, 19), "awaiting_permission", lambda: submit_all(story)),
        Scene(at(2026, 1, 21), "screening", lambda: permit_all(story)),
        Scene(at(2026, 1, 22), "screening", lambda: withdraw_some(story)),
        Scene(at(2026, 1, 26), "in_review", lambda: screen_all(story, secretary)),
        Scene(at(2026, 1, 30), "in_review", lambda: supplement_some(story, secretary)),
        Scene(at(2026, 2, 6), "shortlisted", lambda: score_all(story)),
        Scene(at(2026, 2, 12), "recommended", lambda: recommend_all(story, chair)),
        Scene(at(2026, 2, 20), "determined", lambda: determine_all(story, mayor, "100.3.3.3/Kep.112-Contoh/2026")),
        Scene(at(2026, 2, 23), "determined", lambda: resume_some(story)),
        Scene(at(2026, 2, 25), "in_pilot", lambda: plan_pilots(story)),
        Scene(at(2026, 3, 2), "in_pilot", story.theatre.settle),
        Scene(at(2026, 4, 15), "in_pilot", lambda: measure_all(story, half=True)),
        Scene(at(2026, 5, 1), "in_pilot", lambda: measure_all(story, half=False)),
        Scene(at(2026, 5, 8), "pilot_reported", lambda: conclude_all(story)),
        Scene(at(2026, 5, 12), "rolled_out", lambda: verify_all(story)),
        Scene(at(2026, 8, 3), "rolled_out", lambda: finish_extended(story)),
        Scene(at(2026, 9, 7), "scheduled", lambda: award_all(story, regional_secretary, "100.3.3.3/Kep.871-Contoh/2026", honoured_on)),
    ]


def resume_some(story: Story) -> None:
    """An idea that was deferred is taken up again and adopted."""
    secretary, chair = story.cast.holding("secretariat@KEC-ANDIR")[0], story.cast.holding("chair")[0]
    for tale in story.tales:
        if tale.fate.get("resumed"):
            secretary.post(f"{tale.path}/resumption", {"reason": "Anggaran perubahan sudah dipastikan."})
    recommend_all(story, chair)
    determine_all(story, story.cast.holding("leader")[0], "100.3.3.3/Kep.118-Contoh/2026")
    story.theatre.note("Usulan yang ditunda dilanjutkan kembali")


def plan_pilots(story: Story) -> None:
    """The secretariat plans each pilot for the second of March; the flow starts it."""
    secretary, owners = story.cast.holding("secretariat@KEC-ANDIR")[0], story.cast.holding("pilot_owner")
    for index, tale in enumerate(story.past(*BEFORE_PILOT)):
        longer = 240 if tale.end == "in_pilot" else 62
        plan = {
            "unit_code": tale.idea["unit_code"],
            "owner_id": owners[index % len(owners)].person_id,
            "site": "Wilayah kerja unit pengusul",
            "starts_on": "2026-03-02",
            "ends_on": f"{date(2026, 3, 2) + timedelta(days=longer)}",
            "budget_rupiah": tale.idea["budget_rupiah"],
            "indicators": [
                {"name": "Warga terlayani per bulan", "unit_label": "orang", "direction": "up", "baseline": "40", "target": "120"},
                {"name": "Waktu tunggu", "unit_label": "menit", "direction": "down", "baseline": "90", "target": "30"},
                *cost(tale.idea["savings_rupiah_per_year"] // 12),
            ],
        }
        secretary.post(f"{tale.path}/pilot", plan)
        story.advance(1)
    story.theatre.note("Rencana uji coba ditetapkan, mulai 2 Maret 2026")
    story.theatre.settle()


def cost(monthly: int) -> list[dict[str, str]]:
    """What a month of the service costs, where the idea claims to save so many rupiah of it: half of it is to be left."""
    falls = {"direction": "down", "baseline": str(2 * monthly), "target": str(monthly)}
    return [{"name": "Biaya rutin", "unit_label": "rupiah per bulan", **falls}] if monthly else []


def measure_all(story: Story, *, half: bool) -> None:
    """The pilots' owners report figures, poor ones where a pilot will be stopped."""
    for tale in story.past(*BEFORE_PILOT):
        measure(story, tale, half=half, good=tale.end != "stopped")
    story.theatre.note("Penanggung jawab uji coba melaporkan hasil ukur")


def measure(story: Story, tale: Tale, *, half: bool, good: bool) -> None:
    """One reading of each indicator."""
    owner = next(player for player in story.cast.holding("pilot_owner") if player.person_id == pilot(tale, story)["owner_id"])
    for indicator in pilot(tale, story)["indicators"]:
        start, target = float(indicator["baseline"]), float(indicator["target"])
        reached = (0.5 if half else 1.05) if good else 0.1
        value = f"{start + (target - start) * reached:.1f}"
        reading = {"indicator_id": indicator["id"], "measured_on": f"{story.theatre.instant:%Y-%m-%d}", "value": value}
        owner.post(f"{tale.path}/pilot/measurements", reading)
    story.advance(1)


def pilot(tale: Tale, story: Story) -> dict[str, Any]:
    """An idea's pilot."""
    answer: dict[str, Any] = story.cast.holding("secretariat@KEC-ANDIR")[0].get(f"{tale.path}/pilot")
    return answer


def conclude_all(story: Story) -> None:
    """The owners hand in their reports; two pilots go on."""
    for tale in story.past(*BEFORE_PILOT, "in_pilot"):
        conclude(story, tale)
    story.theatre.settle()


def conclude(story: Story, tale: Tale) -> None:
    """Hand in one report."""
    owner = next(player for player in story.cast.holding("pilot_owner") if player.person_id == pilot(tale, story)["owner_id"])
    summary = "Uji coba berjalan sesuai rencana; hasil ukur dan kendala dicatat pada lampiran kerja."
    owner.post(f"{tale.path}/pilot/conclusion", {"summary": summary})
    story.advance(1)


def verify_all(story: Story) -> None:
    """The verifier rolls out, extends one, and stops two."""
    verifier = story.cast.holding("verifier")[0]
    for tale in story.past(*BEFORE_PILOT, "in_pilot"):
        verdict: dict[str, Any] = {"outcome": "roll_out", "reason": "Sasaran tercapai dan dapat diterapkan seterusnya."}
        if tale.end == "stopped":
            verdict = {"outcome": "stop", "reason": "Sasaran tidak tercapai dan kendalanya belum dapat diatasi."}
        elif tale.fate.get("extend"):
            verdict = {"outcome": "extend", "reason": "Hasil menjanjikan, perlu satu musim lagi.", "until": "2026-07-31"}
        verifier.post(f"{tale.path}/pilot/verdict", verdict)
        story.advance(1)
    story.theatre.note("Verifikator menyampaikan kesimpulan verifikasi uji coba")
    story.theatre.settle()


def finish_extended(story: Story) -> None:
    """The extended pilot ends well after all."""
    verifier = story.cast.holding("verifier")[0]
    for tale in story.tales:
        if tale.fate.get("extend"):
            measure(story, tale, half=False, good=True)
            conclude(story, tale)
            story.theatre.settle()
            verifier.post(f"{tale.path}/pilot/verdict", {"outcome": "roll_out", "reason": "Sasaran tercapai setelah perpanjangan."})
    story.theatre.settle()
