"""What an idea says, as a request's body says it."""

from typing import Annotated, Any

from pydantic import Field

from api.v1.shapes import Amount, Day, Id, RequestBody
from models.entry_rules import Initiator
from workflows.intake.draft import IdeaForm, Medium, Proposal
from workflows.intake.table_answers import LONGEST_TABLE
from workflows.intake.team import MemberShare


class MemberShareIn(RequestBody):
    """A member by employee number, or by the `person_id` of a colleague found by name (`GET /me/unit/people`) or of who is of the team."""

    employee_number: str = Field(default="", max_length=30)
    share_hundredths: int = Field(strict=True, ge=1, le=10_000)
    role: str = Field(default="", max_length=100)
    person_id: Id | None = None


class ProposalIn(RequestBody):
    """What an idea says. Shares are hundredths of a percent and sum to 10,000; without a team the lead proposer stands alone.

    `category` is one of the call's, where several are for the idea's unit. It is fixed when the idea is submitted.
    `initiator`, `in_use_since` and `earlier_code` (of the idea that this one continues) are for calls whose policy asks for them alone.
    `answers` are by field: an option's name, several with commas, a decimal with a point, a day such as `2026-11-24`,
    https addresses, one a line, or a table: a JSON list of rows, each an object of its cells by the columns' names, a text each.
    """

    title: str = Field(max_length=20_000)
    form: IdeaForm = IdeaForm.PUBLIC_SERVICE
    medium: Medium = Medium.NON_DIGITAL
    theme: str = Field(default="", max_length=100)
    sections: dict[str, Annotated[str, Field(max_length=40_000)]] = Field(default_factory=dict, max_length=40)
    answers: dict[str, Annotated[str, Field(max_length=LONGEST_TABLE)]] = Field(default_factory=dict, max_length=40)
    budget_rupiah: Amount = 0
    team: tuple[MemberShareIn, ...] = Field(default=(), max_length=50)
    category: Annotated[str, Field(max_length=40)] | None = None
    initiator: Initiator | None = None
    in_use_since: Day | None = None
    earlier_code: Annotated[str, Field(max_length=60)] | None = None

    def read(self) -> Proposal:
        """The proposal as the action takes it."""
        team = tuple(MemberShare(part.employee_number, part.share_hundredths, part.role, part.person_id) for part in self.team)
        said = self.title, self.form, self.medium, self.theme, self.sections, self.budget_rupiah, team
        entry: dict[str, Any] = {"initiator": self.initiator, "in_use_since": self.in_use_since, "earlier_code": self.earlier_code or ""}
        return Proposal(*said, answers=self.answers, category=self.category or "", **entry)
