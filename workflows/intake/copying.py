"""Copy an idea that is over into a new draft of an open call: what that call asks is carried over, and its team is asked anew."""

from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import Session, col, select

from models.attachments import Attachment, AttachmentState
from models.calls import Call, CallState
from models.entry_rules import Initiator
from models.form_rules import FieldKind
from models.instants import now
from models.people import Person
from models.settings import settings
from models.statements.ideas import NO_CONTENT, Content, Member
from workflows.adapters.inspection import kind_of
from workflows.calculations.shares import WHOLE
from workflows.intake.answers import FormContent, leave_unasked_out, read_answer
from workflows.intake.attach import NewFile, attach_file
from workflows.intake.content import IdeaForm, Medium, Proposal
from workflows.intake.draft import draft_idea, new_idea
from workflows.intake.merging import MERGED
from workflows.intake.table_answers import carry_table
from workflows.intake.team import MemberShare
from workflows.process.actors import Actor
from workflows.process.categories import list_fitting
from workflows.process.context import IdeaContext, read_again, read_context
from workflows.process.eligibility import find_awarded_before
from workflows.process.refusals import Conflict, Forbidden, Invalid, Refusal
from workflows.process.ways import IDEA, Kind
from workflows.region.calls import current_policy, get_call


def copy_idea(session: Session, idea_id: str, call_id: str, *, actor: Actor) -> IdeaContext:
    """A new draft with what an own idea of before said, and the files that the actor attached to it, as far as the call asks for them or
    takes them; the idea itself stays as it is.

    Where the call asks which idea a draft continues, it is this one. Nobody agrees by being copied: each member is asked to join, and
    whoever left the service is not. Raises Forbidden for all but the idea's lead; Conflict while the idea is under way, for one whose
    awards keep it out of the call, and what `draft_idea` raises.
    """
    source = read_context(session, idea_id, actor=actor)
    target = new_idea(*get_call(session, call_id), current_policy(session, call_id), actor=actor)
    refusal = find_not_to_copy(source, actor) or _find_awarded(session, source, target)
    if refusal is not None:
        raise refusal
    files = list_files_to_carry(session, source, target, actor=actor)
    context = draft_idea(session, call_id, carry_over(session, source, target), origin={"copied": idea_id}, actor=actor)
    for new in files:
        attach_file(session, context.idea.id, new, actor=actor)
    return read_again(session, context) if files else context


def list_files_to_carry(session: Session, source: IdeaContext, target: IdeaContext, *, actor: Actor) -> list[NewFile]:
    """The files of an idea that come along into another call: clean ones that the actor attached, of the kinds and sizes taken there, as
    many as may be: those of kinds that must be there before others, else the first.

    No byte is copied, as the store knows a file by its hash; until the copy is written none of them can be taken out. Where there is a
    scanner it looks at each anew: what it knows today it may not have known then.
    """
    rule, waits = target.policy.attachments, bool(settings().scanner)
    own = select(Attachment).where(Attachment.idea_id == source.idea.id, Attachment.added_by == str(actor.person_id))
    clean = own.where(Attachment.state == AttachmentState.CLEAN, col(Attachment.removed_in).is_(None))
    rows = session.exec(clean.order_by(col(Attachment.added_in), col(Attachment.id)).with_for_update()).all() if rule.most else ()
    fitting = [each for each in rows if kind_of(each.media_type) in rule.kinds and each.size <= rule.largest_bytes]
    taken = sorted(fitting, key=lambda each: kind_of(each.media_type) not in rule.least)[: rule.most]
    return [
        NewFile(each.name, each.media_type, each.size, each.sha256, each.shown_sha256, each.thumbnail_sha256, waits_for_scanner=waits)
        for each in taken
    ]


def find_not_to_copy(source: IdeaContext, actor: Actor) -> Refusal | None:
    """Why an actor may not copy an idea: they are not its lead, or it is still under way.

    Over is what was turned down, ended or withdrawn, and a draft that nobody can hand in any more.
    """
    if source.idea.lead_id != actor.person_id:
        return Forbidden("only_proposer")
    if source.idea.reason_code == MERGED:
        return Conflict("joined_not_copied")
    stage = IDEA.stages[source.idea.stage]
    left_behind = stage.kind == Kind.DRAFT and source.call.state == CallState.CLOSED
    return None if stage.kind == Kind.END or stage.is_ended or left_behind else Conflict("idea_not_over", stage=source.idea.stage)


def list_calls_to_copy_into(session: Session, source: IdeaContext, actor: Actor) -> Sequence[Call]:
    """The open calls into which the actor may copy an idea, the first to close first; none where they may not copy it."""
    if find_not_to_copy(source, actor) is not None or not actor.may_propose:
        return ()
    taking = select(Call).where(Call.state == CallState.OPEN, col(Call.opens_at) <= now(), col(Call.closes_at) > now())
    return session.exec(taking.order_by(col(Call.closes_at), col(Call.id))).all()


def carry_over(session: Session, source: IdeaContext, target: IdeaContext) -> Proposal:
    """What an idea said as a proposal for another call: nothing that this call does not ask, or could not read."""
    said, policy, rule = source.content, target.policy, target.policy.eligibility
    sections = {section.name: said.sections[section.name] for section in policy.sections if said.sections.get(section.name)}
    form = leave_unasked_out(policy, FormContent(sections, _carry_answers(said, target)))
    fitting = {category.name for category in list_fitting(session, target)}
    initiator = Initiator(said.initiator) if said.initiator else None
    return Proposal(
        title=source.idea.title,
        form=IdeaForm(said.form),
        medium=Medium(said.medium),
        theme=said.theme,
        sections={**form.sections},
        answers={**form.answers},
        budget_rupiah=said.budget_rupiah,
        team=_carry_team(session, source, target),
        category=source.idea.category if source.idea.category in fitting else "",
        initiator=initiator if initiator in rule.initiators else None,
        in_use_since=said.in_use_since if rule.minimum_months else None,
        earlier_code=_name_earlier(source, target),
    )


def _find_awarded(session: Session, source: IdeaContext, target: IdeaContext) -> Refusal | None:
    """The refusal where a copy could never be handed in, as its first part has been awarded too often (docs/decisions/0017)."""
    target.idea.title = source.idea.title
    return find_awarded_before(session, replace(target, content=NO_CONTENT._replace(earlier_code=_name_earlier(source, target) or None)))


def _name_earlier(source: IdeaContext, target: IdeaContext) -> str:
    """The code of the idea that a copy continues, where the call asks: the copied one, or of a draft that which it continued itself."""
    if target.policy.eligibility.earlier_awards is None:
        return ""
    return source.idea.code or source.content.earlier_code or ""


def _carry_answers(said: Content, target: IdeaContext) -> dict[str, str]:
    answers = dict[str, str]()
    for field in target.policy.fields:
        told = said.answers.get(field.name, "")
        try:
            answers[field.name] = carry_table(field, told) if field.kind == FieldKind.TABLE else read_answer(field, told) if told else ""
        except Invalid:  # the field of this name has other options, or is of another kind
            continue
    return {name: answer for name, answer in answers.items() if answer}


def _carry_team(session: Session, source: IdeaContext, target: IdeaContext) -> tuple[MemberShare, ...]:
    """The team as it was, without whoever left the service and beyond the largest team; what is freed goes to the lead."""
    serving = set(session.exec(select(Person.id).where(col(Person.id).in_(source.team), col(Person.retired_on).is_(None))))
    lead, *others = [each for each in source.members if each.lead or each.person_id in serving]
    kept = [each for each in others if each.number][: target.policy.team_limit - 1]
    if not kept or not lead.number:
        return ()
    rest = WHOLE - sum(each.share_hundredths for each in kept)
    return (_share(lead, rest), *(_share(each, each.share_hundredths) for each in kept))


def _share(member: Member, share_hundredths: int) -> MemberShare:
    return MemberShare(str(member.number), share_hundredths, member.role)
