"""A small village for the pages' tests: a city, a district, people for every role, a call; browsers with sessions."""

import re
import shutil
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.signing_in import activate, admit, hash_password
from models.database import Database
from models.instants import now
from models.migrations import migrate
from models.people import EmploymentKind, Role
from workflows.intake.draft import Proposal, draft_idea
from workflows.intake.route import route_idea
from workflows.intake.submit import submit_idea
from workflows.intake.team import MemberShare
from workflows.pilot.roll_out import roll_out_in_use
from workflows.process.actors import Actor, actor_of, flow_actor
from workflows.recognition.issue import Rendered, mark_issued
from workflows.recognition.letters import number_certificates, number_receipt
from workflows.region.calls import NewCall, open_call, plan_call
from workflows.region.people import NewPerson, NewUnit, found_region, grant_role, issue_activation, register_person, register_unit
from workflows.review.assign import assign_evenly
from workflows.review.close_review import close_review, draft_recommendation
from workflows.reward.announce import announce_award
from workflows.reward.propose import draft_award

PASSWORD = "gerimis di atas sawah"
ORIGIN = "http://testserver"
SENTENCE = "Warga tidak perlu lagi datang dua kali karena berkas diperiksa sejak di posyandu oleh kader."

POLICY: dict[str, Any] = {
    "sections": [
        {"name": "background", "label": "Latar belakang", "label_en": "Background", "minimum_words": 5, "maximum_words": 150},
        {"name": "main_change", "label": "Pokok perubahan", "label_en": "Main change", "minimum_words": 5, "maximum_words": 100},
    ],
    "requirements": [
        {"name": "renewal", "label": "Mengandung pembaruan, seluruhnya atau sebagian", "label_en": "Contains renewal"},
        {"name": "benefit", "label": "Bermanfaat bagi daerah atau masyarakat", "label_en": "Benefits the region or the public"},
        {"name": "no_burden", "label": "Tidak membebani masyarakat di luar ketentuan hukum", "label_en": "Puts no burden on the public"},
        {"name": "competence", "label": "Termasuk kewenangan daerah", "label_en": "Lies within the region's competence"},
        {"name": "replicable", "label": "Dapat ditiru di tempat lain", "label_en": "Can be replicated elsewhere"},
    ],
    "rubric": [
        {"name": "need", "label": "Masalah nyata dan terukur", "label_en": "A real and measured problem", "weight": 40},
        {"name": "novelty", "label": "Kebaruan bagi unit kerja", "label_en": "Novelty for the unit", "weight": 60},
    ],
    "rule_book": {
        "kind": "fixed_tiers",
        "name": "Penghargaan Gagasan Andir",
        "version": "2026.1",
        "source": "Contoh; bukan peraturan yang berlaku",
        "tiers": [
            {"name": "principal", "label": "Gagasan Utama", "label_en": "Principal idea", "minimum_score": "80", "amount_rupiah": 5_000_000}
        ],
    },
    "reviewers": 2,
    "documents": {
        "letterhead": {
            "lines": ["PEMERINTAH DAERAH KOTA BANDUNG", "KECAMATAN ANDIR"],
            "address": "Jalan Contoh 1",
            "contact": "x@contoh.example",
        },
        "place": "Bandung",
        "signatory": {"name": "Jajang Naratadipa", "position": "Camat Andir"},
        "legal_basis": "Keputusan Wali Kota Bandung",
        "unit_code": "KBDG",
    },
}
CAST: dict[str, tuple[str, str, tuple[tuple[Role, str], ...]]] = {
    "proposer": ("Siti Rohaenitami", "KEL-CAMPAKA", ()),
    "mate": ("Ujang Sudrajayana", "KEL-CAMPAKA", ()),
    "stranger": ("Asep Permanasakti", "KBDG", ()),
    "head": ("Enung Wiraresmi", "KEL-CAMPAKA", ((Role.UNIT_HEAD, "KEL-CAMPAKA"),)),
    "secretary": ("Nenden Lestarini", "KBDG", ((Role.SECRETARIAT, "KBDG"),)),
    "reviewer": ("Dadan Kusumahdinata", "KBDG", ((Role.REVIEWER, "KBDG"),)),
    "other_reviewer": ("Lilis Kartawidia", "KBDG", ((Role.REVIEWER, "KBDG"),)),
    "chair": ("Ratna Sekarlangit", "KBDG", ((Role.CHAIR, "KBDG"),)),
    "leader": ("Wiragati Suryakancana", "KBDG", ((Role.LEADER, "KBDG"),)),
    "owner": ("Yanwar Prabamulya", "KBDG", ((Role.PILOT_OWNER, "KBDG"),)),
    "verifier": ("Toha Kartasubaga", "KBDG", ((Role.VERIFIER, "KBDG"),)),
    "operator": ("Imas Komalaningrum", "KEL-CAMPAKA", ((Role.OPERATOR, "KEL-CAMPAKA"),)),
    "auditor": ("Oting Suparmanto", "KBDG", ((Role.AUDITOR, "KBDG"),)),
}


@dataclass
class Village:
    """Its database, its people by role word, its open calls: `new` has a pilot, `used` judges what runs already."""

    database: Database
    people: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    calls: dict[str, str] = field(default_factory=dict)

    @cached_property
    def app(self) -> FastAPI:
        """The application that serves it."""
        return create_app(self.database)

    def act(self, action: Any, *arguments: Any, who: str, **named: Any) -> Any:
        """Run an action as a person, or as a flow where `who` is a flow's name."""
        with self.database.unit_of_work() as session:
            return action(session, *arguments, actor=self.actor(session, who), **named)

    def actor(self, session: Any, who: str) -> Actor:
        """A person or a flow as an actor."""
        return actor_of(session, self.people[who]) if who in self.people else flow_actor(who)

    def token(self, who: str) -> str:
        """A fresh session of a person."""
        with self.database.unit_of_work() as session:
            return admit(session, self.people[who]).token

    def draft(self, call: str = "new", **said: Any) -> str:
        """An idea of the proposer and the mate, as a draft."""
        team = (MemberShare(self.numbers["proposer"], 6_000, "Penanggung jawab"), MemberShare(self.numbers["mate"], 4_000, "Pendamping"))
        told = {"title": "Akta Kelahiran Dijemput di Posyandu", "theme": "Administrasi kependudukan", "budget_rupiah": 3_500_000}
        told |= {"sections": {"background": SENTENCE, "main_change": SENTENCE}, "team": team}
        return str(self.act(draft_idea, self.calls[call], Proposal(**told | said), who="proposer").id)

    def submitted(self, call: str = "new", **said: Any) -> str:
        """An idea that waits for its unit head's permission, with its receipt."""
        idea_id = self.draft(call, **said)
        self.act(submit_idea, idea_id, who="proposer")
        self.act(number_receipt, idea_id, who="recognition")
        self.act(route_idea, idea_id, who="intake")
        return idea_id

    def to_reviewers(self, idea_id: str) -> None:
        """What the flow of review does once an idea is accepted."""
        self.act(assign_evenly, idea_id, who="review")

    def end_review(self, idea_id: str) -> None:
        """What the flow of review does once the scores are in."""
        self.act(close_review, idea_id, who="review")
        self.act(draft_recommendation, idea_id, who="review")

    def reward(self, idea_id: str) -> None:
        """What the flows do with a determined idea that is in use."""
        self.act(roll_out_in_use, idea_id, who="pilot")
        self.act(draft_award, idea_id, who="reward")

    def announce(self, award_id: str) -> None:
        """What the flows do when the hour of an announcement has struck."""
        self.act(announce_award, award_id, who="reward")
        self.act(number_certificates, award_id, who="recognition")

    def issue(self, document_id: str, sha256: str) -> None:
        """What the flow of recognition does once a document is rendered."""
        self.act(mark_issued, document_id, Rendered(sha256), who="recognition")


def build_village(store: Database) -> Village:
    """A village in an empty database."""
    migrate(store)
    village = Village(store)
    with store.unit_of_work() as session:
        _, admin, _code = found_region(session, NewUnit("KBDG", "Pemerintah Kota Bandung", "city", ""), _person("Ade Contohria", 0, "KBDG"))
        village.people["admin"], village.numbers["admin"] = admin.id, _number(0)
        actor = actor_of(session, admin.id)
        register_unit(session, NewUnit("KEC-ANDIR", "Kecamatan Andir", "district", "KBDG"), actor=actor)
        register_unit(session, NewUnit("KEL-CAMPAKA", "Kelurahan Campaka", "urban_village", "KEC-ANDIR"), actor=actor)
        for place, (who, (name, unit, roles)) in enumerate(CAST.items(), start=1):
            person, _ = register_person(session, _person(name, place, unit), actor=actor)
            village.people[who], village.numbers[who] = person.id, _number(place)
            for role, over in roles:
                grant_role(session, person.id, role, over, actor=actor)
        for code, entry, title in (("new", "new", "Gagasan Andir 2026"), ("used", "in_use", "Lomba Inovasi Bandung 2026")):
            dates = (now() - timedelta(days=10), now() + timedelta(days=40))
            call = plan_call(session, NewCall(f"UJI-{code}", title, "KBDG", *dates, {**POLICY, "entry": entry}), actor=actor)
            village.calls[code] = open_call(session, call.id, actor=actor).id
    return village


def build_village_file(folder: Path) -> tuple[Village, Path]:
    """A village and the closed file it lies in, to be copied for every test."""
    file = folder / "village.db"
    store = Database(f"sqlite:///{file}")
    village = build_village(store)
    store.close()
    return village, file


def copy_village(village: Village, file: Path, folder: Path) -> Village:
    """The same village in a file of one's own."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(file, folder / "gagas.db")
    return replace(village, database=Database(f"sqlite:///{folder / 'gagas.db'}"))


def give_password(village: Village, who: str) -> None:
    """Activate a person's account with the tests' password."""
    with village.database.unit_of_work() as session:
        activate(session, issue_activation(session, village.people[who]), hash_password(PASSWORD))


def open_browser(village: Village, who: str | None = None) -> TestClient:
    """A client that follows no redirect by itself and sends what browsers send; signed in as `who`."""
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": ORIGIN}
    client = TestClient(village.app, headers=headers, follow_redirects=False, raise_server_exceptions=False)
    if who:
        client.cookies.set("gagas_session", village.token(who), domain="testserver.local", path="/")
    return client


def fields_of(html: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that posts to `action`."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', html, re.S)
    assert form, f"no form posts to {action}"
    return dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form[0]))


def send(client: TestClient, page: str, action: str, **fields: str) -> Any:
    """Open a page and send its form to `action` with these fields; `__` in a name is a dot."""
    shown = client.get(page)
    assert shown.status_code == 200, shown.text
    return client.post(action, data=fields_of(shown.text, action) | {name.replace("__", "."): value for name, value in fields.items()})


def _person(name: str, place: int, unit: str) -> NewPerson:
    return NewPerson(name, _number(place), EmploymentKind.PNS, unit)


def _number(place: int) -> str:
    return f"19800101200604{1 + place % 2}{901 + place}"


def iso(moment: datetime) -> str:
    """As a browser sends a day and an hour."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S")
