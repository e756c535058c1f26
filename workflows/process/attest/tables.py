"""Which values of which rows the ledger commits to, in which entries: one table, read into typed groups of columns.

A group is committed to together, under its name. `form` says what stands in the ledger:
told      the value, where the entry says it anyway (`stage`, `revision`, `code`)
plain     the values, in the columns' order
salted    a commitment over the values under the row's own salt: personal, secret or guessable
sealed    as salted, under a salt of the group's own, so that a later entry may open it and nothing else (`OPENINGS`)
sha256    the SHA-256 of the value's canonical JSON
content   the SHA-256 that proves an idea's content, under the revision's salt
`facts` are the kinds of entries that commit to the group; `*` stands for any end, `-` for those of an earlier release alone. The first entry about a row of an older database
commits to all of its groups.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from sqlmodel import SQLModel

from models.attachments import Attachment
from models.awards import Award, AwardShare
from models.claims import AdoptionClaim
from models.clinics import ClinicBooking
from models.colleagues import IdeaComment
from models.decrees import Decree
from models.documents import Document
from models.ideas import Decision, Gate, Idea, Invitation, Revision, TeamMember
from models.links import IdeaLink
from models.mentors import Advice, Mentorship
from models.merges import IdeaMerge, MergePart
from models.past_ideas import PastFile, PastIdea
from models.pilots import Indicator, Measurement, Pilot
from models.replacements import Replacement
from models.reviews import Review
from models.transfers import IdeaTransfer

GROUPS = """
table        group        columns                                                                                                    form     facts
idea         stage        stage                                                                                                      told     idea.*
idea         revision     revision                                                                                                   told     idea.*
idea         code         reason_code                                                                                                told     idea.*
idea         origin       call_id,policy_id,unit_id,lead_id,created_at                                                               salted   idea.draft,idea.amend,idea.change_lead,idea.transfer*,idea.separate*
idea         entry        code,submitted_at                                                                                          plain    idea.draft,idea.submit
idea         category     category                                                                                                   plain    idea.draft,idea.revise,idea.submit,idea.transfer*
idea         title        title                                                                                                      salted   idea.draft,idea.revise,idea.supplement*
idea         score        score,scores_closed_at                                                                                     salted   idea.draft,idea.close_review.*,idea.reopen
revision     content      title,form,medium,theme,sections,answers,budget_rupiah,initiator,in_use_since,earlier_code,attachments,content_sha256  content  idea.draft,idea.revise,idea.supplement*
revision     origin       idea_id,number,author_id,created_at                                                                        salted   idea.draft,idea.revise,idea.supplement*
attachment   file         idea_id,name,media_type,size,sha256,shown_sha256,thumbnail_sha256,added_in,added_by,added_at                salted   idea.revise
attachment   end          removed_in,is_discarded                                                                                    plain    idea.revise
attachment   state        state,checked_at                                                                                           plain    idea.revise,idea.check_attachment
teammember   part         idea_id,person_id,position,lead,role,share_hundredths                                                      salted   idea.draft,idea.revise,idea.supplement*,idea.agree.*,idea.leave_out,idea.replace_member,idea.change_lead,idea.regroup_team
invitation   asked        idea_id,person_id,number,position,lead,role,share_hundredths,known,asked_at                                salted   idea.*
invitation   answer       answer,answered_at                                                                                         salted   idea.*
gate         state        idea_id,name,stage,state,passed_by,passed_at                                                               plain    idea.*
decision     words        idea_id,action,outcome,reason,detail,actor_id,flow,at                                                      salted   idea.*,award.*
review       asked        idea_id,reviewer_id,assigned_at,due_at                                                                     salted   idea.assign,idea.amend,idea.recount
review       state        state,answered_at                                                                                          plain    idea.assign,idea.score,idea.recuse,idea.close_review.*,idea.reopen
review       points       points                                                                                                     salted   idea.assign,idea.score,idea.recuse
review       total        total                                                                                                      salted   idea.assign,idea.score,idea.recuse
review       comment      comment                                                                                                    salted   idea.assign,idea.score,idea.recuse
pilot        plan         idea_id,unit_id,owner_id,site,starts_on,decree_number,budget_rupiah,created_at                             salted   idea.plan_pilot
pilot        paper        decree_on                                                                                                  salted   idea.plan_pilot
pilot        end          ends_on                                                                                                    salted   idea.plan_pilot,idea.verify.extend
pilot        report       summary,reported_at                                                                                        salted   idea.plan_pilot,idea.conclude,idea.verify.extend
pilot        result       result                                                                                                     salted   idea.plan_pilot,idea.compute_result,idea.verify.extend
indicator    plan         pilot_id,name,unit_label,direction,baseline,target                                                         salted   idea.plan_pilot
measurement  reading      indicator_id,measured_on,value,note,actor_id,at                                                            salted   idea.measure,idea.correct
award        stage        stage                                                                                                      told     award.*
award        origin       idea_id,call_id,proposed_by,created_at                                                                     salted   award.propose
award        tier         tier,distinction,computation                                                                               salted   -
award        amount       amount_rupiah                                                                                              salted   -
award        computation  computation                                                                                                salted   award.propose
award        prize        tier,distinction,amount_rupiah                                                                             sealed   award.propose
award        decree       decree_number,decree_on,approved_by                                                                        plain    award.propose,award.approve.approved,award.return
award        paper        decree_sha256                                                                                              plain    award.propose,award.approve.approved,award.return
award        hour         announce_at,announced_at                                                                                   salted   award.propose,award.schedule,award.announce,award.return
award        revocation   revoked_at,revoke_reason                                                                                   salted   award.propose,award.revoke
awardshare   part         award_id,person_id,share_hundredths,amount_rupiah                                                          salted   award.propose
document     number       kind,number,series,year,running,issued_on                                                                  plain    document.number
document     origin       token,cause_id,holder_id,idea_id,award_id,call_id,created_at                                               salted   document.number
document     content      content                                                                                                    sha256   document.number
document     file         sha256,spreadsheet_sha256                                                                                  plain    document.number,document.issue
document     state        state,issued_at,revoked_at                                                                                 plain    document.*
idealink     said         idea_id,other_id,pair,kind,reason,said_by,said_at                                                          salted   idea.link
idealink     end          ended_by,ended_at,end_reason                                                                               salted   idea.link,idea.unlink
replacement  asked        idea_id,leaver_id,newcomer_id,of_lead,number,reason,asked_by,asked_at,terms                                salted   idea.ask_replacement
replacement  request      leaver_id,newcomer_id,reason                                                                                bare     -
replacement  state        agreed,settled_by,settled_at,is_done,end_reason,team                                                       salted   idea.ask_replacement,idea.agree_replacement,idea.end_replacement,idea.lapse_replacement,idea.replace_member,idea.change_lead
ideacomment  said         idea_id,person_id,text,written_at                                                                          salted   idea.comment
ideacomment  hiding       hidden_by,hidden_at,hide_reason                                                                            salted   idea.comment,idea.hide_comment,idea.show_comment
ideacomment  shown        shown_again                                                                                                salted   idea.comment,idea.show_comment
ideacomment  end          taken_back_at                                                                                              salted   idea.comment,idea.take_back_comment
adoptionclaim  told       idea_id,adopted_id,adopted_at,matching,told_at,created_at                                                  salted   idea.tell_claim,idea.file_claim
adoptionclaim  filed      filed_by,filed_at,reason                                                                                   salted   idea.tell_claim,idea.file_claim
adoptionclaim  state      state,settled_by,settled_at,end_reason                                                                     salted   idea.tell_claim,idea.file_claim,idea.decide_claim,idea.withdraw_claim,idea.lapse_claim
ideamerge    asked        idea_id,into_id,reason,asked_by,asked_at                                                                   salted   idea.*
ideamerge    state        terms,confirmed_by,confirmed_at,settled_by,settled_at,is_done,end_reason,stage_before,was_permitted,team,undo_reason,undone_by,undone_at  salted  idea.*
mergepart    part         merge_id,idea_id,person_id,position,in_earlier,in_later,leads_earlier,leads_later,role,share_hundredths,apart_id  salted   idea.*
mergepart    word         opened_at,agreed_at,undo_agreed_at                                                                         salted   idea.*
ideatransfer  offered      idea_id,from_call_id,to_call_id,policy_before,reason,offered_by,offered_at                                  salted   idea.*
ideatransfer  state        accepted_by,accepted_at,settled_by,settled_at,is_done,end_reason                                            salted   idea.*
ideatransfer  terms        accepted_terms,agreed                                                                               salted   idea.*
mentorship   asked        idea_id,mentor_id,person_id,wish,theme,matching,asked_by,asked_at                                          salted   idea.ask_mentor
mentorship   state        state,answered_at,accepted_at,ended_by,ended_at,end_reason                                                 salted   idea.ask_mentor,idea.answer_mentor,idea.end_mentor,idea.lapse_mentor
advice       said         idea_id,mentorship_id,text,at                                                                              salted   idea.advise
clinicbooking  place      clinic_id,idea_id,booked_by,booked_at                                                                      salted   idea.book_clinic
clinicbooking  end        ended_by,ended_at                                                                                          salted   idea.book_clinic,idea.leave_clinic
decree       number       unit_id,kind,number,folded_number,issued_on,recorded_by,recorded_at                                        plain    idea.determine.adopted,idea.plan_pilot,award.approve.approved
decree       file         sha256                                                                                                     plain    idea.determine.adopted,idea.plan_pilot,award.approve.approved
pastfile     origin       name,sha256,count,author_id,imported_at                                                                      salted   region.import_past
pastfile     state        confirmed_by,confirmed_at,ended_by,ended_at                                                                salted   region.import_past,region.confirm_past,region.end_past
pastidea     told         file_id,row,unit_id,title,title_key,summary,received_on,outcome,programme,code,initiator,person_id,holder_id  salted   region.tell_past
"""

MODELS: dict[str, type[SQLModel]] = {
    str(model.__tablename__): model
    for model in (
        *(Idea, Revision, Attachment, TeamMember, Invitation, Gate, Decision, Review),
        *(Pilot, Indicator, Measurement, Award, AwardShare, Document, Decree, IdeaLink, IdeaComment),
        *(Replacement, Mentorship, Advice, ClinicBooking, AdoptionClaim, IdeaMerge, MergePart, IdeaTransfer, PastFile, PastIdea),
    )
}
SUBJECTS = ("idea", "award", "document")  # an entry about one of these names it as its subject, and its kind begins so
OF_FILES = ("pastfile", "pastidea")  # of no idea, and as old as their commitments
SHARED = ("decree", *OF_FILES)  # rows of no single idea: whatever entry is about one commits to it anew
INVITATION = "invitation"
SETS = ("teammember", INVITATION, "indicator")  # rows that are replaced: an entry that names one of an idea's names all that it has then
PARENTS = {"indicator": ("pilot", "pilot_id"), "measurement": ("indicator", "indicator_id"), "awardshare": ("award", "award_id")}
SAID_BARE = {"idea.ask_replacement": ("replacement", "request")}  # by kind: whose group such an entry commits to as `said`
OPENINGS = {"award.announce": "prize"}  # by the kind of entry: the group of its subject that it opens
OF_IDEA = ("idea", "idea_id")  # the parent of all others


class CommitmentForm(StrEnum):
    """How a group's values stand in an entry."""

    TOLD = "told"
    PLAIN = "plain"
    SALTED = "salted"
    SEALED = "sealed"
    SHA256 = "sha256"
    CONTENT = "content"
    BARE = "bare"  # as a release committed to it that named neither table nor row beside the values


@dataclass(frozen=True)
class Group:
    """Columns of a table that the ledger commits to together."""

    table: str
    name: str
    columns: tuple[str, ...]
    form: CommitmentForm
    facts: tuple[str, ...]

    def is_in(self, kind: str) -> bool:
        """Whether entries of a kind commit to it."""
        return any(kind.startswith(fact[:-1]) if fact.endswith("*") else kind == fact for fact in self.facts)


def _read_groups() -> tuple[Group, ...]:
    _, *lines = GROUPS.strip().splitlines()
    groups = []
    for line in lines:
        table, name, columns, form, facts = line.split()
        kinds = () if facts == "-" else tuple(facts.split(","))
        groups.append(Group(table, name, tuple(columns.split(",")), CommitmentForm(form), kinds))
    for group in groups:
        unknown = set(group.columns) - set(MODELS[group.table].model_fields)
        if unknown:
            raise ValueError(f"{group.table} has no {sorted(unknown)}")
    return tuple(groups)


ALL = _read_groups()
OF_TABLE: dict[str, tuple[Group, ...]] = {name: tuple(group for group in ALL if group.table == name) for name in MODELS}


@cache
def groups_in(table: str, kind: str) -> tuple[Group, ...]:
    """The groups of a table that entries of a kind commit to."""
    return tuple(group for group in OF_TABLE[table] if group.is_in(kind))
