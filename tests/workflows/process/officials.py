"""A town in which a few people hold every role, each of them all; and how far the handwritten pairs let them come."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from sqlmodel import delete

from models.people import EmploymentKind, Role, RoleGrant
from models.stages import IdeaStage
from tests.building import Town
from tests.town import employee_number, sign_in
from workflows.region.people import NewPerson, register_person

BY_HAND = list(csv.DictReader((Path(__file__).parent / "pairs.csv").read_text().splitlines()))
DIFFER = {frozenset((line["one"], line["other"])): line["differ"] for line in BY_HAND}
LOOSENABLE = [(line["one"], line["other"]) for line in BY_HAND if line["differ"] == "unless_loosened"]
HOMES = ("KOTA", "DAGO", "DISKOMINFO", "DINKES", "DISDIK", "ANDIR", "COBLONG", "KOTA")
SUPERIOR = "official0"  # heads every unit; the others head and lead such as nobody works in, so that no rule on superiors meets them
OVER = {Role.UNIT_HEAD: "BAPPEDA", Role.LEADER: "BAPPEDA"}  # where those others have the roles by which one stands above people
NOT_A_SUPERIORS = ("score", "own")
MOST = len(HOMES)
OFFICES = {  # acts in office that are a screening, as an inspector would say: each with whose act it must not be, as two people are needed
    "merge": "",
    "offer": "",
    "take_in": "offer",
    "turn_down": "",
    "reopen": "turn_down",
}
IN_OFFICE = ((), ("merge",), ("offer", "take_in"), ("turn_down", "reopen"))


@dataclass(frozen=True)
class Case:
    """A policy, how many officials there are, who proposes, whether the award is proposed by hand, and what an office brings about before
    the screening: that another idea joins, that it is handed to another call, or that it is turned down and reopened."""

    policy: dict[str, Any]
    officials: tuple[str, ...]
    lead: str
    by_hand: bool
    in_office: tuple[str, ...] = ()

    @property
    def duties(self) -> tuple[str, ...]:
        """The duties in the order in which an idea asks for them."""
        permitted = ("permit",) if self.policy["permission"] and self.lead != SUPERIOR else ()
        pilot = ("own", "verify") if self.policy["entry"] == "new" else ()
        before, after = (self.in_office, ()) if "merge" in self.in_office else ((), self.in_office)
        begun = (*before, *permitted, *after, "screen", "score", "recommend", "determine")
        return (*begun, *pilot, *(("propose_award",) if self.by_hand else ()), "approve")


@dataclass
class Borne:
    """Who bears which duties so far, as plain sets."""

    loosened: tuple[tuple[str, str], ...]
    lead: str
    duties: dict[str, set[str]] = field(default_factory=dict)
    acts: dict[str, str] = field(default_factory=dict)  # who did what in office

    def may(self, who: str, duty: str) -> bool:
        """Whether the handwritten pairs let somebody take a duty, or do in office what counts as one."""
        if duty in OFFICES:
            return self.may(who, "screen") and self.acts.get(OFFICES[duty]) != who
        if (who == SUPERIOR and duty in NOT_A_SUPERIORS) or (who != SUPERIOR and duty == "permit"):
            return False
        earlier = self.duties.get(who, set()) | ({"propose"} if who == self.lead else set())
        return not any(self._must_differ(each, duty) for each in earlier)

    def can(self, who: str, duty: str, officials: Iterable[str]) -> bool:
        """Whether they may, and the way goes on: no pilot is given to somebody whom nobody is left to verify."""
        return self.may(who, duty) and (duty != "own" or any(self.take(who, "own").may(each, "verify") for each in officials))

    def _must_differ(self, one: str, other: str) -> bool:
        word = DIFFER.get(frozenset((one, other)), "no")
        return word == "always" or (word == "unless_loosened" and not {(one, other), (other, one)} & set(self.loosened))

    def take(self, who: str, duty: str) -> "Borne":
        """The same once somebody took a duty."""
        more = {**self.duties, who: self.duties.get(who, set()) | {"screen" if duty in OFFICES else duty}}
        return Borne(self.loosened, self.lead, more, {**self.acts, duty: who} if duty in OFFICES else self.acts)


def draw_case(luck: Random, number: int) -> Case:
    """A policy at random for so many officials."""
    gates = [
        {"name": f"gate_{stage}", "label": "Tahapan", "label_en": "Step", "stage": stage, "role": luck.choice(["secretariat", "auditor"])}
        for stage in luck.sample(["screening", "shortlisted", "recommended"], luck.choice([0, 0, 1, 2]))
    ]
    policy = {
        "entry": luck.choice(["new", "in_use"]),
        "permission": luck.random() < 0.7,
        "reviewers": 1,
        "loosened": luck.sample(LOOSENABLE, luck.randint(0, len(LOOSENABLE))),
        "gates": gates,
    }
    officials = tuple(f"official{place}" for place in range(number))
    lead = luck.choice(["lead", "lead", officials[-1]])
    is_gated = any(gate["stage"] == "screening" for gate in gates)  # what waits for a gate is neither merged nor handed on
    return Case(policy, officials, lead, luck.random() < 0.5, () if is_gated else luck.choice(IN_OFFICE))


def find_farthest(case: Case) -> list[tuple[str, str]]:
    """Who takes which duty so that the idea comes as far as the pairs let it, by trying every choice."""
    loosened = tuple(case.policy["loosened"])

    def go_on(left: tuple[str, ...], borne: Borne) -> list[tuple[str, str]]:
        if not left:
            return []
        able = [who for who in case.officials if borne.can(who, left[0], case.officials)]
        return max(([(left[0], who), *go_on(left[1:], borne.take(who, left[0]))] for who in able), key=len, default=[])

    return go_on(case.duties, Borne(loosened, case.lead))


def settle_officials(town: Town, officials: Iterable[str]) -> Town:
    """Take every role from everybody, and give each official all of them; answers the town with the officials in it."""
    with town.store.unit_of_work() as session:
        admin = town.actor(session, "admin")
        for place, who in enumerate(officials):
            home = HOMES[place]
            new = NewPerson(f"Pejabat {place}", employee_number(70 + place), EmploymentKind.PNS, home)
            person, _code = register_person(session, new, actor=admin)
            sign_in(session, who, person.id)
        session.execute(delete(RoleGrant))
        session.flush()
    settled = Town(town.store)
    with settled.store.unit_of_work() as session:
        for who in officials:
            for role in Role:
                over = "KOTA" if who == SUPERIOR else OVER.get(role, "KOTA")
                session.add(RoleGrant(person_id=settled[who].id, role=role, unit_id=settled.units[over][0]))
    return settled


def hand_in(town: Town, call: str, lead: str, **changes: Any) -> str:
    """An idea of the call that was handed in and passed on by the flow."""
    idea = town.build_idea(IdeaStage.SUBMITTED, call=call, lead=lead, **changes)
    town.take(idea, "route", lead=lead)
    return idea
