"""The page on which an idea is drafted, revised or supplemented, where the process offers that."""

from dataclasses import dataclass, replace
from typing import Any

from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from api.middleware import SCRIPTED_POLICY
from api.pages.answers import MOST_RADIOS, drop_sent, read_sent_choices, show_form
from api.pages.conditions import read_asked
from api.pages.forms import Form, FormView
from api.pages.idea import idea_page
from api.pages.kept import take_kept, without_marks
from api.pages.proposal import (
    ADD,
    FIND,
    MOST_ROWS,
    ROWS,
    TypedMember,
    add_row,
    keep_closed,
    list_nameable,
    read_rows,
    split_evenly,
    stored_values,
    with_rows,
)
from api.pages.refused import RefusedForm
from api.pages.render import page
from api.pages.session import PageRequest, remember_language
from api.pages.tables import MORE, lay_rows
from api.pages.texts import Words
from api.v1.shapes import show_context, show_invited
from models.ideas import Idea
from models.instants import now
from models.policy import Policy
from workflows.intake.answers import FormContent
from workflows.intake.attachments import list_files
from workflows.intake.content import list_said
from workflows.intake.draft import new_idea
from workflows.intake.keep_writing import find_kept, name_writing
from workflows.intake.name_search import FoundColleagues, find_colleagues
from workflows.intake.past_ideas import SimilarPast, find_similar_past_to
from workflows.intake.required_files import list_needed, list_refused, list_still_needed
from workflows.intake.search_terms import gather_text
from workflows.intake.similar import SimilarIdea, find_similar_to
from workflows.intake.supplement import read_asked_for
from workflows.process.actors import Actor
from workflows.process.categories import find_no_category, list_fitting
from workflows.process.closing import Lateness, judge_entry
from workflows.process.context import IdeaContext, read_context
from workflows.process.guards import Question, find_refusal
from workflows.process.offers import is_offered
from workflows.process.quota import read_quota
from workflows.process.refusals import Refusal
from workflows.process.relations import may_act
from workflows.process.ways import IDEA
from workflows.region.calls import current_policy, get_call

DRAFT = IDEA.action("draft")
REVISE = IDEA.action("revise")

NEW = "/usulan/baru"
FORMS = {REVISE: "ubah", "supplement": "lengkapi"}  # where below an idea the form is, for a draft and for a returned idea


@dataclass(frozen=True)
class Writing:
    """What is written with the form: a draft for a call, or an idea that is revised or supplemented."""

    action: str
    idea_id: str = ""
    call_id: str = ""


def find_written(session: Session, wanted: Writing, actor: Actor) -> IdeaContext:
    """The idea that is written, be it only about to be drafted."""
    if wanted.idea_id:
        return read_context(session, wanted.idea_id, actor=actor)
    return new_idea(*get_call(session, wanted.call_id), current_policy(session, wanted.call_id), actor=actor)


def find_writing(session: Session, idea: Idea, actor: Actor) -> str:
    """What the process offers the actor to write of an idea now: `revise`, `supplement` or nothing."""
    if not any(each.action == REVISE for each in IDEA.leaving(idea.stage)):
        return ""
    offered = is_offered(session, read_context(session, idea.id, actor=actor), REVISE, actor=actor)
    return name_writing(idea.stage) if offered else ""


async def show_writing(request: PageRequest, wanted: Writing, *, refused: RefusedForm | None = None, **more: Any) -> Response:
    """The form to draft, revise or supplement an idea, where the process offers that; what was typed is shown in any case."""
    action, idea_id, posted = wanted.action, wanted.idea_id, request.http.method == "POST"

    def read_writing(session: Session, actor: Actor) -> dict[str, Any]:
        shown = find_written(session, wanted, actor)
        context = shown if idea_id else None
        idea = context.idea if context else None
        offered = is_offered(session, shown, DRAFT if idea is None else REVISE, actor=actor)
        is_open = offered and (idea is None or name_writing(idea.stage) == action)
        is_written = posted or (idea is None and find_kept(session, shown, actor=actor) is not None)  # its call may be over by now
        if not (is_open or (is_written and _may_ever(session, shown, action, actor))):
            return {"away": f"/usulan/{idea_id}" if idea_id else NEW}
        view = take_kept(session, request, shown, actor)
        if view.is_shown and action == "supplement":
            keep_asked_for(session, request, shown, actor)
        people = {person_id: row for person_id, (row, _number) in list_nameable(session, context, request.form, actor).items()}
        values = {**_show_surroundings(session, shown, action, actor), "view": view, "keeps": is_open}
        version = show_context(session, context, actor).version if context else ""
        stored = stored_values(context, Words(request.language), actor) if context else {"team.0.person": next(iter(people))}
        written = _writing(request, shown.policy, (stored, version), people, refused)
        written["form"], found = _find_colleagues(request, session, written["form"], actor)
        similar, past = _find_similar(session, shown, request.form, actor)
        more_shown = {"similar": similar, "similar_past": past, "writes": True, "found": found}
        return values | written | show_form(shown.policy, written["form"], values["asked_for"]) | more_shown

    visitor, values = await request.read_page(read_writing)
    if "away" in values:
        return await idea_page(request, idea_id, refused=refused) if refused and idea_id else RedirectResponse(values["away"], 303)
    state: dict[str, Any] = {"wrong": refused, "kept": False, "posted": posted}
    resent = RefusedForm("writing", 200, request.form, {}, is_resent=True).resend if posted else []
    state["resend"] = without_marks(resent, values["view"])
    answer = page(visitor, "intake/write.html", status=refused.status if refused else 200, **state | values | more)
    if values["keeps"]:
        answer.headers["Content-Security-Policy"] = SCRIPTED_POLICY
    if posted and refused is None and request.http.state.language:  # lines were added, and the page is shown in the other language
        remember_language(answer, request.http, request.language)
    return answer


def _show_surroundings(session: Session, shown: IdeaContext, action: str, actor: Actor) -> dict[str, Any]:
    """What stands around the fields of the form: of the call, of what may be done now, of team and files, and of what was asked for."""
    idea = shown.idea if shown.members else None
    is_supplement = action == "supplement"
    asked_for = read_asked_for(session, shown) if is_supplement else None
    return {
        "call": shown.call,
        "policy": shown.policy,
        "idea": idea,
        "completing": is_supplement,
        "target": f"/usulan/{idea.id}/{FORMS[action]}" if idea else NEW,
        "open": _takes_submissions(session, shown, actor),
        "late": not is_supplement and isinstance(judge_entry(session, shown, now()), Lateness),
        **_show_team_and_files(session, shown, actor),
        "asked_for": asked_for,
        **({"wanted": dict(asked_for.list_wanted(shown.policy))} if asked_for is not None else {}),
        "fitting": list_fitting(session, shown) if not is_supplement else (),
        "fits_none": find_no_category(session, shown) if not is_supplement else None,
        "entry": read_asked(shown.policy, shown.call),
        "quota": read_quota(session, shown) if not is_supplement else None,
        "said": shown.content.answers,
        "most_radios": MOST_RADIOS,
    }


def keep_asked_for(session: Session, request: PageRequest, context: IdeaContext, actor: Actor) -> frozenset[str]:
    """Leave in the form of a returned idea what was asked for and nothing else that was typed; answers the parts that may be changed."""
    answers = context.content.answers | read_sent_choices(context.policy, request.form)
    parts = read_asked_for(session, context).list_open(context.policy, answers)
    request.form = keep_closed(request.form, context, parts, Words(request.language), actor)
    return parts


def is_only_shown_anew(form: Form) -> bool:
    """Whether a form was only sent to be shown again: with more lines or rows, even shares, colleagues found or the one who was picked."""
    return form.text("do", 10) in ("rows", "split", "refresh") or any(form.text(name, 40) for name in (ADD, MORE)) or _seeks(form)


def _seeks(form: Form) -> bool:
    """Whether a colleague is sought: by its button, or with the key that sends a form, while a name is typed."""
    return form.text("do", 10) == "find" or (form.text("do", 10) == "enter" and bool(form.text(FIND, 100).strip()))


def _find_colleagues(request: PageRequest, session: Session, view: FormView, actor: Actor) -> tuple[FormView, FoundColleagues | None]:
    """The colleagues sought, where any are; what is wrong with the name that was typed stands at its field."""
    if not _seeks(request.form):
        return view, None
    try:
        request.count_search(actor)
        return view, find_colleagues(session, request.form.text(FIND, 100), actor=actor)
    except Refusal as refusal:
        said = Words(request.language).refusal(refusal.code, refusal.parameters)
        return replace(view, errors={**view.errors, FIND: said}), None


def _show_team_and_files(session: Session, shown: IdeaContext, actor: Actor) -> dict[str, Any]:
    """What stands on the form of those who were asked to join, and of the idea's files."""
    left_out = sum(each.share_hundredths for each in shown.left_out)
    files = list_files(session, shown, actor=actor) if shown.members else ()
    needed = list_still_needed(session, shown) if shown.members else list_needed(shown.policy.attachments)
    named = {"asked": show_invited(session, shown, actor), "agreed": len(shown.members) > 1, "left_out": left_out}
    return {**named, "files": files, "needed": needed, "refused_files": list_refused(session, shown) if shown.members else ()}


def _may_ever(session: Session, context: IdeaContext, action: str, actor: Actor) -> bool:
    """Whether the actor is the one who takes an action of this idea, in whatever stage it may be."""
    return any(may_act(session, context, each, actor) for each in IDEA.of_action(action))


def _takes_submissions(session: Session, context: IdeaContext, actor: Actor) -> bool:
    """Whether nothing but its stage, its content and those who have not answered would keep an idea from being submitted now."""
    open_now = ("answered", "eligible")  # what the form itself mends
    submissions = [(each, tuple(guard for guard in each.guards if guard not in open_now)) for each in IDEA.of_action("submit")]
    return all(find_refusal(session, Question(context, replace(each, guards=guards), actor)) is None for each, guards in submissions)


def _find_similar(session: Session, shown: IdeaContext, form: Form, actor: Actor) -> tuple[list[SimilarIdea], list[SimilarPast]]:
    """Ideas that are like what is written, those opened to colleagues and those of earlier years among them: as it was just typed, else as
    it is stored; what nobody wrote yet is like none."""
    about, said = shown.idea, list_said(shown)
    title, theme = form.text("title") or about.title, form.text("theme") or shown.content.theme
    sections = {**said.sections, **form.under("sections")}
    text = gather_text(shown.policy, title, theme, FormContent(sections, {**said.answers, **read_sent_choices(shown.policy, form)}))
    past = find_similar_past_to(session, text, about=about, actor=actor)
    return find_similar_to(session, text, about=about, among_opened=True, actor=actor), past


def _writing(
    request: PageRequest, policy: Policy, stored: tuple[dict[str, str], str], people: dict[str, TypedMember], refused: RefusedForm | None
) -> dict[str, Any]:
    """The form's fields: what was just typed, else what is stored (with its version)."""
    words = Words(request.language)
    version, errors = stored[1] or None, refused.errors if refused else {}
    if not request.form.fields:
        view = FormView("writing", stored[0], {}, version)
        rows = read_rows(Form(list(stored[0].items())), people)
    else:
        rows = add_row(read_rows(request.form, people), request.form, people)
        if request.form.text("do", 10) == "split":
            rows = split_evenly(rows, words)
        kept = {name: value for name, value in stored[0].items() if not name.startswith("team.")}  # of a returned idea not all is sent
        shown = drop_sent(policy, kept, request.form) | with_rows(lay_rows(request.form, policy), rows).values
        shown |= {FIND: ""} if request.form.text(ADD, 26) else {}
        view = FormView("writing", shown, errors, version, meanings=request.form.meanings)
    blanks = max(ROWS - len(rows), 0) if request.form.text("do", 10) != "rows" else 2
    return {"form": view, "rows": (rows + [TypedMember()] * blanks)[:MOST_ROWS]}
