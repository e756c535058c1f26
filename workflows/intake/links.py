"""Say that an idea is the same as another, similar, related, or goes on with it; take that back; and read what was said.

Who screens an idea says how it stands to others, and the lead proposer which idea theirs goes on with. It is said of two ideas that the
speaker may see and has no other part in, with a reason; it moves no idea, and nothing follows from it by itself. Whoever may see both ideas
reads it on either. What was taken back stays on record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.ideas import Idea
from models.instants import now
from models.links import IdeaLink, LinkKind, pair_of
from models.people import Person
from models.stages import IdeaStage
from workflows.process.actors import Actor
from workflows.process.attest.commit import commit_rows
from workflows.process.context import IdeaContext, read_context
from workflows.process.journal import record
from workflows.process.refusals import Conflict, Faults, Forbidden, Invalid, NotFound
from workflows.process.relations import has_part, is_only_invited, list_blind, may_act, role_for
from workflows.process.sealing import find_seal
from workflows.process.visibility import sees_idea, visible
from workflows.process.ways import IDEA
from workflows.process.wording import read_line, read_text

SCREEN = IDEA.action("screen")
LINK, UNLINK = "link", "unlink"  # the steps, in an idea's history and in the ledger
BY_OFFICE = (LinkKind.SAME, LinkKind.SIMILAR, LinkKind.RELATED)
SHORTEST_REASON = 10


@dataclass(frozen=True)
class NewLink:
    """What is said: how the idea stands to another, that one's code, and why."""

    kind: LinkKind
    other: str
    reason: str


@dataclass(frozen=True)
class LinkLine:
    """A link as it is read beside an idea: the other idea, whether it was said of that one, and who said it.

    A blind reviewer reads no name and no reason, and nothing of an idea that goes on with another: that tells of its team.
    """

    link: IdeaLink
    other: Idea
    is_said_of_other: bool
    is_told: bool  # whether the reader is told who said it, and why
    names: Mapping[str, str]
    may_take_back: bool

    @property
    def by(self) -> str:
        """Who said it."""
        return self.names.get(self.link.said_by, "") if self.is_told else ""

    @property
    def ended_by(self) -> str:
        """Who took it back."""
        return self.names.get(self.link.ended_by or "", "") if self.is_told else ""


def link_ideas(session: Session, idea_id: str, new: NewLink, *, actor: Actor) -> IdeaLink:
    """Say how an idea stands to another; raises Forbidden for who neither screens it nor, of going on with another, leads its team.

    Raises Invalid, all faults at once, for a code that no other idea has which the actor may see, and a reason that is too short; Forbidden
    for whoever has part in the other idea and judges this one; Conflict while the call is sealed, and where something is said of the two
    already.
    """
    context = read_context(session, idea_id, actor=actor)
    _require_speaker(session, context, new.kind, actor)
    other, reason, faults = None, "", Faults()
    with faults.gather():
        other = _find_other(session, context, new.other, actor)
    with faults.gather():
        reason = read_text("reason", new.reason, maximum=1_000, minimum=SHORTEST_REASON)
    faults.settle()
    if other is None:
        raise NotFound("idea_not_found")
    _require_no_part(session, new.kind, other.id, actor)
    pair, turned = pair_of(context.idea.id, other.id, new.kind), pair_of(other.id, context.idea.id, new.kind)
    standing = select(IdeaLink.id).where(col(IdeaLink.pair).in_((pair, turned)), col(IdeaLink.ended_at).is_(None))
    if session.exec(standing).first() is not None:
        raise Conflict("ideas_linked", "other")
    link = IdeaLink(idea_id=context.idea.id, other_id=other.id, pair=pair, kind=new.kind, reason=reason, said_by=str(actor.person_id))
    session.add(link)
    session.flush()
    _record(session, LINK, context.idea, link, actor)
    return link


def link_as_same(session: Session, idea: Idea, other: Idea, reason: str, *, actor: Actor) -> None:
    """Say that two ideas are the same, as whoever upheld a claim found; where something is said of the two already it stands as it is."""
    pair = pair_of(idea.id, other.id, LinkKind.SAME)
    if session.exec(select(IdeaLink.id).where(IdeaLink.pair == pair, col(IdeaLink.ended_at).is_(None))).first() is not None:
        return
    said_by = str(actor.person_id)
    link = IdeaLink(idea_id=idea.id, other_id=other.id, pair=pair, kind=LinkKind.SAME, reason=reason, said_by=said_by)
    session.add(link)
    session.flush()
    _record(session, LINK, idea, link, actor)


def unlink_ideas(session: Session, idea_id: str, link_id: str, *, reason: str, actor: Actor) -> IdeaLink:
    """Take back what was said of two ideas, with a reason; who may say such a thing of the idea it was said of may.

    Raises NotFound for a link that does not stand, or of which the actor may not see both ideas.
    """
    context = read_context(session, idea_id, actor=actor)
    link = session.get(IdeaLink, link_id, with_for_update=True)
    if link is None or context.idea.id not in (link.idea_id, link.other_id) or not _sees_both(session, link, actor):
        raise NotFound("link_not_found")
    said_of = context if link.idea_id == context.idea.id else read_context(session, link.idea_id, actor=actor)
    _require_speaker(session, said_of, link.kind, actor)
    _require_no_part(session, link.kind, link.other_id, actor)
    if link.ended_at is not None:
        raise Conflict("link_ended")
    link.end_reason = read_text("reason", reason, maximum=1_000, minimum=SHORTEST_REASON)
    link.ended_by, link.ended_at = actor.person_id, now()
    session.add(link)
    session.flush()
    _record(session, UNLINK, said_of.idea, link, actor)
    return link


def list_links(session: Session, context: IdeaContext, *, actor: Actor) -> list[LinkLine]:
    """What was said of an idea and of others about it, the first said first, also what was taken back: of ideas that the actor may see."""
    if is_only_invited(context, actor):
        return []
    idea_id = context.idea.id
    other = sa.case((col(IdeaLink.idea_id) == idea_id, col(IdeaLink.other_id)), else_=col(IdeaLink.idea_id))
    query = sa.select(IdeaLink, Idea).join(Idea, col(Idea.id) == other)
    query = query.where(sa.or_(col(IdeaLink.idea_id) == idea_id, col(IdeaLink.other_id) == idea_id), visible(actor))
    found = session.execute(query.order_by(col(IdeaLink.said_at), col(IdeaLink.id))).all()
    if not found:
        return []
    blind = list_blind(session, [context.idea, *(about for _, about in found)], actor)
    names = _read_names(session, [link for link, _ in found])
    return [
        LinkLine(
            link,
            about,
            is_said_of_other=link.other_id == idea_id,
            is_told=blind.isdisjoint((idea_id, about.id)),
            names=names,
            may_take_back=link.ended_at is None and _may_take_back(session, context, link, actor),
        )
        for link, about in found
        if link.kind != LinkKind.CONTINUES or blind.isdisjoint((idea_id, about.id))
    ]


def list_kinds(session: Session, context: IdeaContext, *, actor: Actor) -> list[LinkKind]:
    """What the actor may say of an idea now."""
    return [kind for kind in LinkKind if _may_say(session, context, kind, actor)]


def _may_say(session: Session, context: IdeaContext, kind: LinkKind, actor: Actor) -> bool:
    """Whether somebody says such a thing of an idea: who leads its team, or who screens ideas of the call, once it is handed in."""
    if actor.person_id is None:
        return False
    if kind not in BY_OFFICE:
        return context.idea.lead_id == actor.person_id
    if context.idea.stage == IdeaStage.DRAFT or find_seal(context.call) is not None:
        return False
    return any(may_act(session, context, each, actor) for each in IDEA.of_action(SCREEN))


def _may_take_back(session: Session, context: IdeaContext, link: IdeaLink, actor: Actor) -> bool:
    said_of = context if link.idea_id == context.idea.id else read_context(session, link.idea_id, actor=actor)
    return _may_say(session, said_of, link.kind, actor) and not _judges_own(session, link.kind, link.other_id, actor)


def _judges_own(session: Session, kind: LinkKind, other_id: str, actor: Actor) -> bool:
    """Whether somebody who says how an idea stands to another has part in that one."""
    return kind in BY_OFFICE and has_part(read_context(session, other_id, actor=actor), actor)


def _require_no_part(session: Session, kind: LinkKind, other_id: str, actor: Actor) -> None:
    if _judges_own(session, kind, other_id, actor):
        raise Forbidden("conflict_of_interest")


def _require_speaker(session: Session, context: IdeaContext, kind: LinkKind, actor: Actor) -> None:
    """Raise Forbidden or Conflict for who may not say such a thing of an idea."""
    if _may_say(session, context, kind, actor):
        return
    if kind not in BY_OFFICE:
        raise Forbidden("only_proposer")
    if has_part(context, actor):
        raise Forbidden("conflict_of_interest")
    if any(may_act(session, context, each, actor) for each in IDEA.of_action(SCREEN)):
        raise find_seal(context.call) or Conflict("wrong_stage", stage=context.idea.stage, action=LINK)
    raise Forbidden(f"only_{role_for(context, IDEA.of_action(SCREEN)[0])}")


def _find_other(session: Session, context: IdeaContext, typed: str, actor: Actor) -> Idea:
    """The other idea, by its code; raises Invalid for one that there is not, or that the actor may not see."""
    code = read_line("other", typed, maximum=30).upper()
    found = session.exec(select(Idea).where(Idea.code == code)).first()
    if found is None or found.id == context.idea.id or not sees_idea(session, found.id, actor):
        raise Invalid("link_unknown", "other")
    return found


def _sees_both(session: Session, link: IdeaLink, actor: Actor) -> bool:
    return all(sees_idea(session, each, actor) for each in (link.idea_id, link.other_id))


def _read_names(session: Session, links: Sequence[IdeaLink]) -> dict[str, str]:
    ids = {each for link in links for each in (link.said_by, link.ended_by) if each}
    return {person.id: person.full_name for person in session.exec(select(Person).where(col(Person.id).in_(ids)))}


def _record(session: Session, step: str, idea: Idea, link: IdeaLink, actor: Actor) -> None:
    """The fact in the ledger: which idea it was said of; which other, of what kind and why is committed to and not told."""
    kind = f"{IDEA.name}.{step}"
    record(session, kind, idea.id, actor=actor, idea_id=idea.id, commits=commit_rows(kind, [("idealink", link)]))
