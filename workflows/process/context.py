"""What a step is about, read in one transaction: an idea, an award or a document, with the call, policy and team it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sqlmodel import Session

from models.awards import Award
from models.calls import Call, PolicyVersion
from models.documents import Document
from models.ideas import Answer, Idea
from models.may_hold import MAY_ADVISE
from models.policy import Policy
from models.statements.ideas import NO_CONTENT, Content, Invited, Member, find_idea, read_content, read_team
from models.statements.mentors import has_advised
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.refusals import NotFound
from workflows.process.visibility import sees_idea


@dataclass(frozen=True)
class IdeaContext:
    """An idea with its call, policy, unit paths, present content and team (the lead first).

    `adviser_id` is the reader's own id where they advise or advised the team as its mentor.
    """

    idea: Idea
    call: Call
    policy: Policy
    unit_path: str
    call_path: str
    content: Content = NO_CONTENT
    members: Sequence[Member] = ()
    invited: Sequence[Invited] = ()
    adviser_id: str | None = None

    @cached_property
    def team(self) -> frozenset[str]:
        """The ids of the people who propose it: the lead and whoever joined, nobody who is only asked to."""
        return frozenset(member.person_id for member in self.members) or frozenset({self.idea.lead_id})

    @property
    def unanswered(self) -> list[Invited]:
        """Who was asked to join the team and has not answered."""
        return [each for each in self.invited if each.answer == Answer.ASKED]

    @property
    def left_out(self) -> list[Invited]:
        """Of those who have not answered whom the lead may leave out: nobody leaves a team they are of by silence."""
        return [each for each in self.unanswered if each.person_id not in self.team]

    def is_invited(self, person_id: str | None) -> bool:
        """Whether somebody is asked to join, or has joined a team that is to take the present one's place."""
        return person_id is not None and any(each.person_id == person_id and each.answer != Answer.NOT_JOINED for each in self.invited)

    @property
    def paths(self) -> tuple[str, str]:
        """The unit paths under which an overseer may know of it: the idea's unit and the call's."""
        return self.unit_path, self.call_path

    @property
    def about(self) -> "IdeaContext":
        """The idea itself."""
        return self

    @property
    def row(self) -> Idea:
        """The row whose stage the way is about."""
        return self.idea

    @property
    def way(self) -> ways.Way:
        """The idea's way."""
        return ways.IDEA


@dataclass(frozen=True)
class AwardContext:
    """An award with its idea."""

    award: Award
    about: IdeaContext

    @property
    def row(self) -> Award:
        """The row whose stage the way is about."""
        return self.award

    @property
    def way(self) -> ways.Way:
        """The award's way."""
        return ways.AWARD


@dataclass(frozen=True)
class DocumentContext:
    """A document with the path of the unit that holds its call: whoever asks for one must hold an office over it."""

    document: Document
    call_path: str = ""

    @property
    def about(self) -> None:
        """A document's steps ask nothing of an idea."""
        return

    @property
    def row(self) -> Document:
        """The row whose state the way is about."""
        return self.document

    @property
    def way(self) -> ways.Way:
        """The document's way."""
        return ways.DOCUMENT


Context = IdeaContext | AwardContext | DocumentContext


def read_context(session: Session, idea_id: str, *, actor: Actor) -> IdeaContext:
    """The idea as the actor may see it; raises NotFound where it does not exist or may not be seen."""
    found = find_idea(session, idea_id)
    if found is None:
        raise NotFound("idea_not_found")
    policy, team = read_policy_of(session, found.idea), read_team(session, idea_id)
    advises = actor.kind in MAY_ADVISE and has_advised(session, idea_id, actor.person_id)
    adviser_id = actor.person_id if advises else None
    context = IdeaContext(found.idea, found.call, policy, found.unit_path, found.call_path, found.content, *team, adviser_id)
    mine = actor.person_id in context.team or context.is_invited(actor.person_id)
    if not mine and not sees_idea(session, idea_id, actor):
        raise NotFound("idea_not_found")
    return context


def read_again(session: Session, context: IdeaContext) -> IdeaContext:
    """The context with what the idea says now and its present team, after a revision was written."""
    members, invited = read_team(session, context.idea.id)
    return replace(context, content=read_content(session, context.idea), members=members, invited=invited)


def read_policy(version: PolicyVersion) -> Policy:
    """A version's policy, parsed once per process: a version never changes."""
    return _POLICIES.get((version.id, "")) or _keep(version.id, "", version.read())


def read_policy_of(session: Session, idea: Idea) -> Policy:
    """The policy that an idea entered under, as it holds for the idea's category."""
    found = _POLICIES.get((idea.policy_id, idea.category))
    if found is not None:
        return found
    policy = read_policy(session.get_one(PolicyVersion, idea.policy_id))
    return _keep(idea.policy_id, idea.category, policy.for_category(idea.category)) if idea.category else policy


def _keep(version_id: str, category: str, policy: Policy) -> Policy:
    if len(_POLICIES) >= 256:
        _POLICIES.clear()
    _POLICIES[version_id, category] = policy
    return policy


_POLICIES: dict[tuple[str, str], Policy] = {}  # by version and category
