"""What people do in both stories: draft, submit, permit, screen, score, recommend, determine, award."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from examples.demo.cast import Cast
from examples.demo.theatre import Player, Theatre

EXAMPLES = Path(__file__).parent.parent
PERMITTED_ANYWAY = "Usulan bermanfaat dan dapat dikerjakan dengan tenaga yang ada."


@dataclass
class Tale:
    """One idea's tale: its sample text, its fate, its proposer, and its id once drafted."""

    idea: dict[str, Any]
    fate: dict[str, Any]
    proposer: Player
    idea_id: str = ""

    @property
    def end(self) -> str:
        """Where the tale ends."""
        return str(self.fate["end"])

    @property
    def path(self) -> str:
        """The idea's address."""
        return f"/ideas/{self.idea_id}"


@dataclass
class Story:
    """A call's story: who plays, the tales, and how progress is shown."""

    theatre: Theatre
    cast: Cast
    call: dict[str, Any]
    tales: list[Tale]
    advance: Callable[[int], None] = field(default=lambda _count: None)

    def ending(self, *ends: str) -> list[Tale]:
        """The tales with one of these ends."""
        return [tale for tale in self.tales if tale.end in ends]

    def past(self, *ends: str) -> list[Tale]:
        """The tales that go further than these ends."""
        return [tale for tale in self.tales if tale.end not in ends]


@cache
def read_fates() -> dict[str, dict[str, dict[str, Any]]]:
    """What becomes of each idea."""
    fates: dict[str, dict[str, dict[str, Any]]] = json.loads((EXAMPLES / "demo" / "fates.json").read_text("utf-8"))
    return fates


def list_tales(cast: Cast, track: str) -> list[Tale]:
    """The tales of a track, in the order of the sample file."""
    ideas = json.loads((EXAMPLES / "ideas.json").read_text("utf-8"))
    fates = read_fates()[track]
    return [Tale(idea, fates[idea["key"]], cast.players[idea["proposer"]]) for idea in ideas if idea["track"] == track]


def draft_all(story: Story) -> None:
    """Everybody writes a draft; whoever is asked to join its team does."""
    for tale in story.tales:
        tale.idea_id = tale.proposer.post("/ideas", {"call_id": story.call["id"], **proposal(story.cast, tale.idea)})["id"]
        for part in tale.idea.get("team", []):
            member = story.cast.players[part["person"]]
            if member is not tale.proposer:
                member.post(f"{tale.path}/agreement", {"outcome": "joined"})
        story.advance(1)


def proposal(cast: Cast, idea: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A sample idea as the API takes it."""
    team = [
        {
            "employee_number": cast.players[part["person"]].number,
            "share_hundredths": part["share_hundredths"],
            "role": part.get("role", ""),
        }
        for part in idea.get("team", [])
    ]
    fields = {name: idea[name] for name in ("title", "form", "medium", "theme", "sections", "budget_rupiah")}
    return {**fields, "team": team, **changes}


def submit_all(story: Story) -> None:
    """Who is to submit does; one is taken back at once."""
    for tale in story.past("draft"):
        tale.proposer.post(f"{tale.path}/submission")
        story.advance(1)
    story.theatre.note(f"{len(story.past('draft'))} usulan diajukan pada {story.call['title']}")
    story.theatre.settle()


def permit_all(story: Story) -> None:
    """The heads of the units permit, or refuse one."""
    waiting = {item["idea"]["id"] for head in story.cast.holding("unit_head") for item in head.list("/inbox") if item["task"] == "permit"}
    for tale in story.past("draft", "awaiting_permission"):
        if tale.idea_id not in waiting:
            continue
        head = story.cast.head_of(tale.idea["unit_code"])
        if tale.end == "permission_refused":
            reason = "Layanan serupa sudah berjalan di unit ini; tenaga belum cukup untuk menambah satu lagi."
            head.post(f"{tale.path}/permission", {"outcome": "refused", "reason": reason})
            story.theatre.note(f"Izin ditolak: {tale.idea['title']}")
        else:
            head.post(f"{tale.path}/permission", {"outcome": "granted", "reason": PERMITTED_ANYWAY})
        story.advance(1)
    story.theatre.settle()


def withdraw_some(story: Story) -> None:
    """Somebody changes their mind."""
    for tale in story.ending("withdrawn"):
        tale.proposer.post(f"{tale.path}/withdrawal", {"reason": "Akan digabung dengan usulan rekan satu tim."})
        story.theatre.note(f"Ditarik: {tale.idea['title']}")


def screen_all(story: Story, secretary: Player) -> None:
    """The secretariat screens: accepts, returns, finds a duplicate, rejects."""
    requirements = [requirement["name"] for requirement in story.call["policy"]["requirements"]]
    yes = dict.fromkeys(requirements, True)
    for tale in story.past("draft", "awaiting_permission", "permission_refused", "withdrawn", "screening"):
        body: dict[str, Any] = {"outcome": "accepted", "answers": yes, "reason": ""}
        if tale.end == "duplicate":
            submitted = story.past("draft")
            earlier = submitted[: submitted.index(tale)]
            named = {"duplicate_of": secretary.get(earlier[0].path)["code"]} if earlier else {"duplicate_not_registered": True}
            body = {"outcome": "duplicate", "reason": "Isi pokoknya sama dengan usulan yang diterima lebih dahulu.", **named}
        elif tale.end == "screened_out":
            unmet = {**yes, requirements[0]: False}
            body = {"outcome": "rejected", "answers": unmet, "reason": "Pembaruan terhadap layanan yang sudah berjalan belum tampak."}
        elif tale.end == "unanswered" or tale.fate.get("supplement"):
            body = {"outcome": "returned", "notes": {"benefits": "Sebutkan jumlah warga yang dilayani dan sumber angkanya."}}
        secretary.post(f"{tale.path}/screening", body)
        story.advance(1)
    story.theatre.note("Sekretariat melakukan seleksi administrasi atas usulan yang masuk")
    story.theatre.settle()


def supplement_some(story: Story, secretary: Player) -> None:
    """Who was asked to complete does, and is screened again; one never answers."""
    yes = {requirement["name"]: True for requirement in story.call["policy"]["requirements"]}
    for tale in story.tales:
        if tale.fate.get("supplement"):
            sections = dict(tale.idea["sections"])
            sections["benefits"] += " Angka ini dihitung dari buku pelayanan tiga bulan terakhir."
            tale.proposer.post(f"{tale.path}/supplement", proposal(story.cast, tale.idea, sections=sections))
            secretary.post(f"{tale.path}/screening", {"outcome": "accepted", "answers": yes})
            story.theatre.note(f"Dilengkapi: {tale.idea['title']}")
    story.theatre.settle()


def score_all(story: Story, *, besides: tuple[str, ...] = ("in_review",)) -> None:
    """The reviewers score what their inboxes hold; one steps back, and a colleague is asked instead."""
    tales = {tale.idea_id: tale for tale in story.past(*besides)}
    recused: set[str] = set()
    given: Counter[str] = Counter()  # scores so far, by idea
    for _ in range(3):
        for reviewer in story.cast.holding("reviewer"):
            for item in reviewer.list("/inbox"):
                tale = tales.get(item["idea"]["id"])
                if item["task"] != "score" or tale is None:
                    continue
                if tale.fate.get("recused") and tale.idea_id not in recused:
                    recused.add(tale.idea_id)
                    reviewer.post(f"{tale.path}/recusal", {"reason": "Pernah menjadi pembimbing pengusul."})
                    continue
                given[tale.idea_id] += 1
                said = {"points": points(story, tale, given[tale.idea_id]), "comment": "Dinilai dari berkas usulan."}
                reviewer.post(f"{tale.path}/score", said)
                story.advance(1)
        story.theatre.settle()


def points(story: Story, tale: Tale, nth: int) -> dict[str, int]:
    """Points around the score an idea tends to, each score a little stricter or milder; the same in every run.

    By the score's place among the idea's, not by its reviewer: whom the flow asks first is nobody's to say, and awards hang on the sum.
    """
    tends_to = int(tale.fate["score"])
    wobble = hashlib.sha256(f"{tale.idea['key']}:{nth}".encode()).digest()
    criteria = [criterion["name"] for criterion in story.call["policy"]["rubric"]]
    return {name: max(0, min(100, tends_to + wobble[index] % 5 - 2)) for index, name in enumerate(criteria)}


def recommend_all(story: Story, chair: Player) -> None:
    """The chair passes the committee's advice on what waits in the inbox."""
    tales = {tale.idea_id: tale for tale in story.past("shortlisted")}
    for item in chair.list("/inbox"):
        tale = tales.get(item["idea"]["id"])
        if item["task"] != "recommend" or tale is None:
            continue
        feasible = item["idea"]["stage"] == "shortlisted"
        reason = "Bermanfaat, dapat dikerjakan, dan mudah ditiru." if feasible else "Nilai gabungan di bawah batas nilai."
        chair.post(f"{tale.path}/recommendation", {"outcome": "feasible" if feasible else "not_feasible", "reason": reason})
        story.advance(1)
    story.theatre.note("Ketua tim penilai menyampaikan rekomendasi")


def determine_all(story: Story, leader: Player, decree: str) -> None:
    """The leader decides on what waits in the inbox."""
    tales = {tale.idea_id: tale for tale in story.past("recommended")}
    for item in leader.list("/inbox"):
        tale = tales.get(item["idea"]["id"])
        if item["task"] != "determine" or tale is None:
            continue
        body: dict[str, Any] = {"outcome": "adopted", "decree_number": decree, "decree_on": f"{story.theatre.instant:%Y-%m-%d}"}
        if tale.end == "rejected":
            body = {"outcome": "rejected", "reason": "Belum menjadi prioritas tahun ini dan belum siap dijalankan."}
        elif tale.end == "deferred" or (tale.fate.get("resumed") and "resumed" not in tale.idea):
            tale.idea["resumed"] = True
            body = {"outcome": "deferred", "reason": "Menunggu kepastian anggaran perubahan."}
        leader.post(f"{tale.path}/determination", body)
        story.advance(1)
    story.theatre.note(f"Penetapan dengan keputusan {decree}")
    story.theatre.settle()


def award_all(story: Story, leader: Player, decree: str, announce_at: str) -> None:
    """A leader who determined none of them approves the drafted awards, declines one, and fixes the hour of the announcement."""
    ends = {tale.idea_id: tale.end for tale in story.tales}
    for award in leader.list("/awards", call_id=story.call["id"], stage="proposed"):
        address = f"/awards/{award['id']}"
        if ends.get(award["idea_id"]) == "declined":
            leader.post(f"{address}/refusal", {"reason": "Hasil penerapan dinilai belum berbeda dari layanan biasa."})
            continue
        leader.post(f"{address}/approval", {"decree_number": decree, "decree_on": f"{story.theatre.instant:%Y-%m-%d}"})
        leader.post(f"{address}/schedule", {"announce_at": announce_at})
        story.advance(1)
    hour = datetime.fromisoformat(announce_at)
    story.theatre.note(f"Penghargaan disetujui dengan keputusan {decree}, diumumkan {hour:%d-%m-%Y} pukul {hour:%H.%M}")
    story.theatre.settle()
