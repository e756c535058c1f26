"""The policy of a call: forms, scales, gates, days and letterheads as validated, versioned data."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from models.clock_rules import OF_GATE, ClockRule, PauseCause, Silence
from models.entry_rules import Category, ClosingRule, ColleagueRule, EligibilityRule, RubricCriterion
from models.form_rules import AttachmentRule, DeclarationRule, FormField, Requirement, ScreeningRule, Section
from models.people import Role
from models.policy_parts import Frozen, Identifier, Label, Named, Points
from models.stages import IdeaStage
from models.waits import Wait, Within


def _in_order(pair: tuple[str, str]) -> tuple[str, str]:
    return (min(pair), max(pair))


UpToAYear = Annotated[Wait, Within(1, 365)]
DutyPair = Annotated[tuple[Identifier, Identifier], AfterValidator(_in_order)]  # two duties, in the order of the alphabet


class Entry(StrEnum):
    """How far an innovation has come when it enters: a contest judges running ones and has no pilot."""

    NEW = "new"
    IN_TRIAL = "in_trial"
    IN_USE = "in_use"


class GateRule(Named):
    """Something that must be passed before an idea may leave a stage; a call adds one without code, and says which gates come before."""

    stage: Identifier
    role: Role
    days: UpToAYear = 14
    after: tuple[Identifier, ...] = Field((), max_length=10)


class Days(Frozen):
    """How long each wait may last, in calendar days, working days or months; a stage may name one that is not listed here."""

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, Annotated[Wait, Within(1, 730, is_strict=True)]] = Field(init=False)

    permission: UpToAYear = 7
    screening: UpToAYear = 7
    supplement: UpToAYear = 14
    review: UpToAYear = 14
    recommendation: UpToAYear = 14
    determination: UpToAYear = 14
    pilot_plan: UpToAYear = 30
    verdict: UpToAYear = 14
    deferral: Annotated[Wait, Within(1, 730)] = 180
    agreement: UpToAYear = 7  # for whoever is asked to join a team, to advise one, or about a merge, a handing on, a change of members
    claim: UpToAYear = 28  # for whoever had a rejected idea near one that was determined
    objection: Annotated[Wait, Within(0, 365)] = 30
    retention: Annotated[Wait, Within(30, 3_650)] = 730
    approval: UpToAYear = 14

    def get(self, name: str) -> Wait:
        """A wait by its name; raises AttributeError for one that neither this list nor the policy names."""
        wait: Wait = getattr(self, name)
        return wait


class PilotRule(Frozen):
    """How long a pilot runs at least, from its start to its report, and at most; a minimum of 0 asks for no days at all."""

    minimum_days: int = Field(30, ge=0, le=3_650)
    maximum_days: int = Field(365, ge=1, le=3_650)


class LetterheadRule(Frozen):
    """What stands at the head of every document."""

    lines: tuple[Label, ...] = Field(min_length=1, max_length=4)
    address: str = Field("", max_length=200)
    contact: str = Field("", max_length=200)


class SignatoryRule(Frozen):
    """Who signs, without academic titles (Permendagri 1/2023 art. 44)."""

    name: Label
    position: Label
    capacity: Annotated[str, Field(pattern=r"^(|Plt\.|Plh\.|Pj\.|Pjs\.)$")] = ""
    rank: str | None = Field(None, max_length=60)
    employee_number: str | None = Field(None, max_length=18)


class DocumentRule(Frozen):
    """Letterhead, place, signatory, legal basis and the shape of the numbers."""

    letterhead: LetterheadRule
    place: Label
    signatory: SignatoryRule
    legal_basis: str = Field(max_length=200)  # `{number}` and `{date}` are the decree's
    unit_code: str = Field(max_length=40)
    numbers: dict[Identifier, Annotated[str, Field(max_length=120)]] = Field(default_factory=dict)


def fewest_scores(reviewers: int) -> int:
    """The smallest quorum of a number of reviewers: more than half of them."""
    return reviewers // 2 + 1


def _more_than_half(given: dict[str, Any]) -> int:
    return fewest_scores(int(given["reviewers"]))


class Policy(Frozen):
    """Everything a call decides for its ideas; an idea keeps the version it entered under."""

    entry: Entry = Entry.NEW
    permission: bool = True
    on_silence: Silence = Silence.ESCALATE  # what it means that the head of the unit has not answered in time
    gates: tuple[GateRule, ...] = ()
    eligibility: EligibilityRule = EligibilityRule()
    closing: ClosingRule = ClosingRule()
    categories: tuple[Category, ...] = Field((), max_length=12)
    fields: tuple[FormField, ...] = Field((), max_length=40)
    sections: tuple[Section, ...] = Field(min_length=1, max_length=30)
    attachments: AttachmentRule = AttachmentRule()
    declaration: DeclarationRule = DeclarationRule()
    colleagues: ColleagueRule = ColleagueRule()
    requirements: tuple[Requirement, ...] = Field(min_length=1, max_length=20)
    screening: ScreeningRule = ScreeningRule()
    rubric: tuple[RubricCriterion, ...] = Field(min_length=1, max_length=30)
    pass_mark: Points = Field(Decimal(60), ge=0, le=100)
    reviewers: int = Field(3, ge=1, le=15)
    quorum: int = Field(default_factory=_more_than_half, ge=1, le=15)  # scores without which no review closes as passed or below the mark
    substitutes: int = Field(2, ge=0, le=15)  # how many reviewers may be asked beyond `reviewers`, whoever stepped back
    blind: bool = True  # whether a reviewer is told nothing of who proposes: no name, no unit
    comments: bool = True  # whether the team reads what reviewers wrote, without names, once the idea is adopted or rejected
    team_limit: int = Field(10, ge=1, le=50)
    days: Days = Days()
    pauses: tuple[PauseCause, ...] = Field((), max_length=10)  # the causes for which clocks of the call may stand still
    clocks: tuple[ClockRule, ...] = Field((), max_length=20)  # how single waits are counted and reminded of
    pilot: PilotRule = PilotRule()
    movers: dict[Identifier, Role] = Field(default_factory=dict)
    loosened: tuple[DutyPair, ...] = Field((), max_length=10)  # duties that one person may have together
    award_from: tuple[Identifier, ...] = (IdeaStage.ROLLED_OUT,)
    rule_book: dict[str, Any]
    documents: DocumentRule

    def find_category(self, name: str) -> Category | None:
        """A category by its name; None for one that there is not, as for an idea that has none."""
        return next((category for category in self.categories if category.name == name), None)

    def find_gate(self, wait: str) -> GateRule | None:
        """The gate of a wait or task, `gate:` and its name; None for every other, and for a gate that there is not."""
        return next((rule for rule in self.gates if wait == OF_GATE + rule.name), None)

    def find_wait(self, name: str) -> Wait:
        """How long a wait lasts, by its name: one of the days, or that of a gate; raises AttributeError for one that there is not."""
        gate = self.find_gate(name)
        return gate.days if gate is not None else self.days.get(name)

    def find_clock(self, wait: str) -> ClockRule:
        """How a wait is counted and reminded of, by its name."""
        return next((rule for rule in self.clocks if rule.wait == wait), ClockRule.model_construct(wait=wait))

    def for_category(self, name: str) -> "Policy":
        """The policy as it holds for an idea of a category: with the rubric, pass mark and tiers that the category has of its own."""
        category = self.find_category(name)
        if category is None:
            return self
        own: dict[str, Any] = {"rubric": category.rubric} if category.rubric else {}
        if category.pass_mark is not None:
            own["pass_mark"] = category.pass_mark
        if category.tiers:
            own["rule_book"] = {**self.rule_book, "tiers": [dict(tier) for tier in category.tiers]}
        return self.model_copy(update=own)

    def list_by_category(self) -> list[tuple[Category | None, "Policy"]]:
        """The policy as it holds for each category; itself where it has none. With categories nobody is judged by the call's own parts."""
        return [(each, self.for_category(each.name)) for each in self.categories] or [(None, self)]

    @model_validator(mode="after")
    def names_are_unique(self) -> Self:
        """Two parts of one name would overwrite each other in the stored answers."""
        for parts in ((*self.fields, *self.sections), self.requirements, self.rubric, self.gates, self.categories, self.pauses):
            names = [part.name for part in parts]
            if len(names) != len(set(names)):
                raise PydanticCustomError("policy_names_twice", "two parts have the same name")
        if self.pilot.minimum_days > self.pilot.maximum_days:
            raise PydanticCustomError("policy_pilot_out_of_order", "the shortest pilot is longer than the longest")
        return self
