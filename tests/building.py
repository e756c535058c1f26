"""What tests build on: a town with its people, a call, and ideas and awards at any stage, brought there by the real actions."""

import shutil
from collections.abc import Callable, Iterator
from copy import copy
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from api.app import create_app
from api.books import Binding
from models.awards import Award
from models.database import Database
from models.ideas import Idea
from models.instants import now
from models.people import EmployeeNumber, Person, Role, SignIn
from models.reviews import Review, ReviewState
from models.stages import AwardStage, IdeaStage
from models.units import Unit
from tests.books import bind_plainly
from tests.databases import Pattern
from tests.specimens import take_as_printed
from tests.steps import AWARD_STEPS, IDEA_STEPS, NOTES, STEPS, IdeaUnderWay
from tests.town import TownPerson
from workflows.intake.agree import answer_invitation
from workflows.intake.draft import Proposal, draft_idea
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.team import MemberShare
from workflows.process.actors import Actor, actor_of, flow_actor
from workflows.process.context import IdeaContext, read_context
from workflows.region.calls import NewCall, amend_policy, open_call, plan_call
from workflows.region.confirmations import confirm
from workflows.region.grants import grant_role
from workflows.region.holders import NewHolder, appoint_holder
from workflows.region.signatures import sign_policy
from workflows.region.soundness import validate_policy

SECTIONS = {"background": "Warga menunggu lama di loket pelayanan surat.", "idea": "Antrean daring dengan nomor yang pasti."}

POLICY: dict[str, Any] = {
    "sections": [
        {"name": "background", "label": "Latar belakang", "label_en": "Background", "minimum_words": 3},
        {"name": "idea", "label": "Gagasan", "label_en": "Idea", "minimum_words": 3, "maximum_words": 50},
    ],
    "requirements": [
        {"name": "renewal", "label": "Mengandung pembaruan", "label_en": "Holds a renewal"},
        {"name": "benefit", "label": "Bermanfaat", "label_en": "Is of benefit"},
    ],
    "rubric": [
        {"name": "novelty", "label": "Kebaruan", "label_en": "Novelty", "weight": 60},
        {"name": "impact", "label": "Dampak", "label_en": "Impact", "weight": 40},
    ],
    "pilot": {"minimum_days": 0, "maximum_days": 365},  # so that a test may conclude at once; tests/workflows/pilot has the days
    "rule_book": {
        "kind": "fixed_tiers",
        "name": "Penghargaan contoh",
        "version": "1",
        "source": "Keputusan contoh",
        "tiers": [
            {"name": "gold", "label": "Emas", "minimum_score": "85", "amount_rupiah": 10_000_001},
            {"name": "silver", "label": "Perak", "minimum_score": "60", "amount_rupiah": 5_000_000},
        ],
    },
    "documents": {
        "letterhead": {"lines": ["PEMERINTAH KOTA CONTOH", "BAPPEDA"], "address": "Jalan Contoh 1", "contact": "bappeda@contoh.example"},
        "place": "Contoh",
        "signatory": {"name": "Joko Surapati", "position": "Wali Kota Contoh"},
        "legal_basis": "Keputusan Wali Kota Contoh",
        "unit_code": "BAPPEDA",
    },
}


class Town:
    """A database with its people, and the builders of what tests begin from."""

    def __init__(self, store: Database) -> None:
        self.store = store
        with store.reading() as session:
            known = select(SignIn.form_token, Person, EmployeeNumber.number).join(Person, col(Person.id) == col(SignIn.person_id))
            rows = session.exec(known.join(EmployeeNumber, col(EmployeeNumber.person_id) == col(Person.id))).all()
            self.people = {form[5:]: TownPerson(form[5:], person.id, person.name, number) for form, person, number in rows}
            self.units = {unit.code: (unit.id, unit.path) for unit in session.exec(select(Unit))}
        self._calls: dict[str, str] = {}

    @cached_property
    def app(self) -> FastAPI:
        """The application that serves it; the books of ideas are what they say, as no test has the seconds to have each one made."""
        app = create_app(self.store)
        app.state.binding = Binding(bind_plainly)
        return app

    def __getitem__(self, who: str) -> TownPerson:
        return self.people[who]

    def do(self, action: Callable[..., Any], *values: Any, by: str, **named: Any) -> Any:
        """One action in a transaction of its own, by somebody of the town or by a flow (`by="flow:review"`)."""
        with self.store.unit_of_work() as session:
            return action(session, *values, actor=self.actor(session, by), **named)

    def give_role(self, who: str, role: Role, over: str) -> None:
        """A role given by one admin and, where a second person must agree, confirmed by the other."""
        grant = self.do(grant_role, self[who].id, role, over, by="admin")
        if grant.confirmed_at is None:
            self.do(confirm, grant.id, by="second_admin")

    def appoint(self, unit: str, new: NewHolder) -> str:
        """An appointment to an office made by one admin and confirmed by the other; answers its id."""
        holder = self.do(appoint_holder, unit, new, by="admin")
        self.do(confirm, holder.id, by="second_admin")
        return str(holder.id)

    def actor(self, session: Session, by: str) -> Actor:
        """Somebody of the town, or a flow, as an actor."""
        return flow_actor(by[5:]) if by.startswith("flow:") else actor_of(session, self[by].id)

    def build_call(self, *, code: str = "", **policy: Any) -> str:
        """An open call of the planning agency, its policy signed by the chair; `policy` replaces parts of the usual one."""
        code = code or f"UJI-{len(self._calls) + 1}"
        opens, closes = now() - timedelta(days=1), now() + timedelta(days=30)
        body = {**POLICY, **policy}
        with self.store.unit_of_work() as session:
            actor = self.actor(session, "secretary")
            take_as_printed(session, validate_policy(body))
            call = plan_call(session, NewCall(code, f"Lomba {code}", "BAPPEDA", opens, closes, body), actor=actor)
            sign_policy(session, call.id, 1, actor=self.actor(session, "chair"))
            open_call(session, call.id, actor=actor)
        self._calls[code] = call.id
        return call.id

    def amend(self, call_id: str, **policy: Any) -> int:
        """A new version of a call's policy, written by the secretary and signed by the chair; answers its number."""
        body = {**POLICY, **policy}
        with self.store.unit_of_work() as session:
            take_as_printed(session, validate_policy(body))
            version = amend_policy(session, call_id, body, actor=self.actor(session, "secretary"))
            return sign_policy(session, call_id, version.number, actor=self.actor(session, "chair")).number

    @property
    def call(self) -> str:
        """The usual call, planned when it is first needed."""
        return self._calls.get("UJI-0") or self.build_call(code="UJI-0")

    @property
    def call_in_use(self) -> str:
        """The call for ideas that are in use already, and so need no pilot."""
        return self._calls.get("UJI-PAKAI") or self.build_call(code="UJI-PAKAI", entry="in_use")

    def proposal(self, **changes: Any) -> Proposal:
        """The lead's and the mate's idea."""
        team = (MemberShare(self["lead"].number, 6_000, ""), MemberShare(self["mate"].number, 4_000, "Perancang"))
        return Proposal(**{"title": "Antrean daring kelurahan", "sections": SECTIONS, "team": team, **changes})

    def build_idea(
        self, stage: IdeaStage = IdeaStage.DRAFT, *, call: str = "", lead: str = "lead", points: int = 90, **changes: Any
    ) -> str:
        """An idea that real actions brought to a stage; `points` is what every reviewer gives, `changes` alter the proposal.

        Whoever it names for the team has joined.
        """
        call = call or self.call
        if lead != "lead":
            changes.setdefault("team", ())
        with self.store.unit_of_work() as session:
            context = draft_idea(session, call, self.proposal(**changes), actor=self.actor(session, lead))
            idea = context.idea
            join_all(session, context)
            self._take(session, idea.id, *IDEA_STEPS[stage], lead=lead, points=points)
            if idea.stage != stage:
                raise AssertionError(f"the steps to {stage} ended at {idea.stage}")
            return idea.id

    def ask_team(self, **changes: Any) -> str:
        """A draft of the lead's whose team was asked to join and has not answered."""
        return str(self.do(draft_idea, self.call, self.proposal(**changes), by="lead").idea.id)

    def build_returned(self, *parts: str, stage: IdeaStage = IdeaStage.SCREENING, **named: Any) -> str:
        """An idea that the secretariat returned, with these parts to be changed beside its sections."""
        idea = self.build_idea(stage, **named)
        self.do(screen_idea, idea, Screening.RETURNED, Findings(notes=NOTES, parts=parts), by="secretary")
        return idea

    def join(self, idea_id: str) -> None:
        """Everybody who is asked joins the team."""
        with self.store.unit_of_work() as session:
            join_all(session, read_context(session, idea_id, actor=flow_actor("test")))

    def take(self, idea_id: str, *steps: str, lead: str = "lead", points: int = 90) -> None:
        """Bring an idea on by steps of `tests.steps`, all in one transaction."""
        with self.store.unit_of_work() as session:
            self._take(session, idea_id, *steps, lead=lead, points=points)

    def _take(self, session: Session, idea_id: str, *steps: str, lead: str, points: int) -> None:
        for name in steps:
            STEPS[name](IdeaUnderWay(self, session, idea_id, lead, points))

    def build_award(self, stage: AwardStage = AwardStage.PROPOSED, *, idea: str = "", **named: Any) -> str:
        """An award that real actions brought to a stage; its idea is rolled out."""
        idea = idea or self.build_idea(IdeaStage.ROLLED_OUT, **named)
        self.take(idea, *AWARD_STEPS[stage])
        return str(self.rows(select(Award.id).where(Award.idea_id == idea).order_by(col(Award.created_at).desc()))[0])

    def idea(self, idea_id: str) -> Idea:
        """An idea as it stands now."""
        with self.store.reading() as session:
            return session.exec(select(Idea).where(Idea.id == idea_id)).one()

    def award(self, award_id: str) -> Award:
        """An award as it stands now."""
        with self.store.reading() as session:
            return session.exec(select(Award).where(Award.id == award_id)).one()

    def reviewers(self, idea_id: str) -> list[str]:
        """Who of the town still answers for an idea's review."""
        answering = col(Review.state).in_((ReviewState.ASSIGNED, ReviewState.SCORED))
        asked = self.rows(select(Review.reviewer_id).where(Review.idea_id == idea_id, answering))
        return sorted(one.who for one in self.people.values() if one.id in asked)

    def rows(self, query: Any) -> list[Any]:
        """What a query finds now."""
        with self.store.reading() as session:
            return list(session.exec(query).all())


def join_all(session: Session, context: IdeaContext) -> None:
    """Everybody who is asked joins the team."""
    for each in context.unanswered:
        if each.person_id is not None:
            answer_invitation(session, context.idea.id, joins=True, actor=actor_of(session, each.person_id))


class Shelf:
    """Database files put aside, and one database onto which any of them is laid: opening a new one each time would cost far more."""

    def __init__(self, folder: Path, settled: Path) -> None:
        self.folder, self.file = folder, folder / "present.db"
        self.store = Database(f"sqlite:///{self.file}")
        shutil.copyfile(settled, self.folder / "town.kept")
        self.lay("town")
        self.town = Town(self.store)

    def put_aside(self, name: str) -> None:
        """Keep the present state under a name."""
        self.store.close()
        shutil.copyfile(self.file, self.folder / f"{name}.kept")

    def has(self, name: str) -> bool:
        """Whether a state of this name was put aside."""
        return (self.folder / f"{name}.kept").exists()

    def lay(self, name: str) -> None:
        """Bring a state back; what was in the database is gone."""
        self.store.close()
        for rest in ("-wal", "-shm"):
            self.file.with_name(self.file.name + rest).unlink(missing_ok=True)
        shutil.copyfile(self.folder / f"{name}.kept", self.file)

    def open_town(self, name: str = "town") -> Town:
        """The town in a state put aside."""
        self.lay(name)
        town = copy(self.town)
        town._calls, town.people = {}, dict(town.people)
        return town


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory, settled_pattern: Pattern) -> Iterator[Shelf]:
    """The settled town and what was built on it, for all tests of a process."""
    made = Shelf(tmp_path_factory.mktemp("shelf"), settled_pattern.sqlite())
    yield made
    made.store.close()


@pytest.fixture(scope="session")
def client(shelf: Shelf) -> Iterator[TestClient]:
    """The application on the shelf's database; faults become answers, as they do for real clients."""
    with TestClient(shelf.town.app, raise_server_exceptions=False) as client:
        shelf.town.app.state.portal = client.portal
        yield client


@pytest.fixture
def town(shelf: Shelf) -> Town:
    """The town as it was settled, on SQLite."""
    return shelf.open_town()


@pytest.fixture
def either_town(own_database: Callable[[Pattern], str], settled_pattern: Pattern) -> Iterator[Town]:
    """A town of one's own, once on SQLite and once on PostgreSQL."""
    store = Database(own_database(settled_pattern))
    yield Town(store)
    store.close()
