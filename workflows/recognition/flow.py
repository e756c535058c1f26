"""The flow of recognition: the only place where documents are rendered."""

import json
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from prefect import flow
from sqlmodel import Session, col, func, select

from models.calls import Specimen
from models.database import database
from models.documents import Document, DocumentKind, DocumentState
from models.offices import SAMPLE_EMBLEM
from models.outbox import Message, MessageState
from models.policy import Policy
from models.settings import settings
from workflows.adapters.files import store_file
from workflows.delivery.effects import Later, Outcome, apply_effects
from workflows.delivery.job import Job, job
from workflows.documents.content import read_content
from workflows.documents.kinds import get_document_type
from workflows.process.actors import flow_actor
from workflows.process.crashpoints import crashpoint
from workflows.process.jobs import NUMBERING_JOBS
from workflows.recognition.activations import mail_activations
from workflows.recognition.digest import find_digest
from workflows.recognition.issue import Rendered, find_notice, mark_issued, mark_sent, withdraw_certificates
from workflows.recognition.late import tell_late
from workflows.recognition.letters import NUMBERING
from workflows.recognition.outgoing import Prepared, Told, keep_held, prepare, send_safely
from workflows.recognition.pauses import Due, find_due_digest, keep_covered, keep_told
from workflows.recognition.specimens import OfficePrint, find_faults, keep_specimen, read_print
from workflows.recognition.tell import find_account_mail, find_code_mail
from workflows.recognition.tell_dates import find_date_mails
from workflows.recognition.told_each import TOLD_EACH
from workflows.recognition.turns import find_dropped_mail, find_turn_mails
from workflows.region.emblem import read_own_emblem
from workflows.region.mail_codes import keep_mail_code

ACTOR = flow_actor("recognition")
_LAYING_OUT = threading.Lock()  # fonts and text shaping serve one thread of a process at a time: two at once corrupt its memory


def issue_documents(token: str, ids: list[int]) -> Outcome:
    """Render a chunk's documents outside any transaction, store the bytes, and mark each issued with its acknowledgement."""
    effects: dict[int, Any] = {}
    for kind, numbered in _unissued(ids).items():
        rendered = _render_safely(kind, list(numbered.values()))
        for (number, document), result in zip(numbered.items(), rendered, strict=True):
            effects[number] = result if isinstance(result, Exception) else partial(_mark, document.id, result)
    for number in ids:
        effects.setdefault(number, _nothing)
    crashpoint("after_store_before_issue")
    return apply_effects(database(), token, effects)


def send_documents(token: str, ids: list[int]) -> Outcome:
    """Tell the holders of a chunk's documents, then record each; a mail may go out twice, under the same message id."""
    crashpoint("after_issue_before_send")
    effects: dict[int, Any] = {}
    for number, subject_id in _subjects(ids).items():
        with database().reading() as session:
            notice = find_notice(session, subject_id)
            prepared = prepare(session, number, [notice] if notice else [])
        effects[number] = send_safely(prepared.mails) or partial(_keep_sent, prepared, subject_id)
    crashpoint("after_send_before_ack")
    return apply_effects(database(), token, effects)


def mail_withdrawals(token: str, ids: list[int]) -> Outcome:
    """Tell the holders of a chunk's withdrawn documents that they count no more."""

    def find(session: Session, document_id: str, _number: int) -> list[Told]:
        notice = find_notice(session, document_id, DocumentState.REVOKED)
        return [notice] if notice else []

    return _send_last(token, ids, "tell_withdrawn", find)


def send_digests(token: str, ids: list[int]) -> Outcome:
    """Tell each of a chunk's people what waits for them, each in one mail; who was told within the pause is told when it is over."""
    subjects, effects = _subjects(ids), dict[int, Any]()
    for person_id in sorted(set(subjects.values())):
        numbers = [number for number, subject_id in subjects.items() if subject_id == person_id]
        with database().reading() as session:
            due = find_due_digest(session, person_id, numbers)
            mail = find_digest(session, person_id, due.number, due.items, due.news) if due and due.is_asked else None
        effects |= dict.fromkeys(numbers, _nothing if due else _wait)
        if due:
            fault = send_safely([mail] if mail else [])
            effects |= dict.fromkeys(numbers, fault) if fault else {due.number: partial(_keep_told, due, token, bool(mail))}
    return apply_effects(database(), token, effects)


def mail_teams(token: str, ids: list[int]) -> Outcome:
    """Tell the teams of a chunk's ideas where each stands now."""
    return _send_last(token, ids, "tell_team", find_turn_mails)


def mail_those_dropped(token: str, ids: list[int]) -> Outcome:
    """Tell people that they are of an idea's team no more: a message each, which names person and idea."""
    return _tell_each(
        token, ids, lambda session, asked: find_dropped_mail(session, asked.subject_id, str(asked.idea_id), int(asked.id or 0))
    )


def mail_codes(token: str, ids: list[int]) -> Outcome:
    """Mail codes that are drawn here and nowhere kept but as hashes; one that goes out twice is another code, and the last one counts."""
    effects: dict[int, Any] = {}
    for number, subject_id in _subjects(ids).items():
        with database().reading() as session:
            found = find_code_mail(session, subject_id)
        if found is None:
            effects[number] = _nothing
        else:
            effects[number] = send_safely([found[0]]) or (lambda session, of=subject_id, drawn=found[1]: keep_mail_code(session, of, drawn))
    return apply_effects(database(), token, effects)


def print_specimens(token: str, ids: list[int]) -> Outcome:
    """Print the specimens of a chunk's policy versions and offices outside any transaction, once what is alike, and keep what came out."""
    effects: dict[int, Any] = {}
    printed: dict[str, Any] = {}
    for number, subject_id in _subjects(ids).items():
        with database().reading() as session:
            sha256, wanted = read_print(session, subject_id)
            if session.get(Specimen, sha256) is not None:
                printed[sha256] = _nothing
        if sha256 not in printed:
            printed[sha256] = _print_safely(wanted, sha256)
        effects[number] = printed[sha256]
    return apply_effects(database(), token, effects)


numbering = [job("recognition", NUMBERING_JOBS[kind].removeprefix("recognition."), number) for kind, number in NUMBERING.items()]
withdraw = job("recognition", "withdraw_certificates", withdraw_certificates)
issue = Job("issue_document", issue_documents)
send = Job("send_document", send_documents)
mail_withdrawn = Job("tell_withdrawn", mail_withdrawals)
late = job("recognition", "tell_late", tell_late)
mail_team = Job("tell_team", mail_teams)
mail_dates = Job("tell_new_date", lambda token, ids: _send_last(token, ids, "tell_new_date", find_date_mails))
mail_dropped = Job("tell_dropped", mail_those_dropped)
digest = Job("send_digest", send_digests)
mail_account = Job("tell_holder", lambda token, ids: _tell_each(token, ids, lambda s, asked: find_account_mail(s, asked.subject_id)))
telling = [Job(name, partial(lambda find, token, ids: _tell_each(token, ids, find), find)) for name, find in TOLD_EACH.items()]
mail_code = Job("mail_code", mail_codes)
mail_activation = Job("mail_activation", lambda token, ids: apply_effects(database(), token, mail_activations(_subjects(ids))))
specimens = Job("print_specimens", print_specimens)


@flow(name="recognition", persist_result=False)
async def recognition(batch: dict[str, Any]) -> None:
    """Receipts, rejection letters and certificates get their numbers first; then every numbered document is rendered once, stored and
    issued, and its holder told. The certificates of a revoked award are withdrawn, and their holders told. Where an office is late a new
    date is noted. A team is told where its idea stands and until when it waits, as is who follows one where it stands, a head what their
    silence meant, whoever was dropped that they were, whoever is asked what waits for them, and who has a part in a call, a claim, a later
    date or an account what happened to it; who has not answered is reminded, and codes are brought. Of an unsigned policy each document is
    printed with the longest texts."""
    for number_documents in numbering:
        await number_documents(batch)
    await withdraw(batch)
    await issue(batch)
    await send(batch)
    await mail_withdrawn(batch)
    await late(batch)
    await mail_team(batch)
    await mail_dates(batch)
    await mail_dropped(batch)
    await digest(batch)
    await mail_account(batch)
    for tell_each in telling:
        await tell_each(batch)
    await mail_code(batch)
    await mail_activation(batch)
    await specimens(batch)


def _subjects(ids: list[int]) -> dict[int, str]:
    with database().reading() as session:
        return {int(m.id or 0): m.subject_id for m in session.exec(select(Message).where(col(Message.id).in_(ids)))}


def _unissued(ids: list[int]) -> dict[DocumentKind, dict[int, Document]]:
    subjects = _subjects(ids)
    with database().reading() as session:
        wanted = select(Document).where(col(Document.id).in_(subjects.values()), col(Document.sha256).is_(None))
        documents = {document.id: document for document in session.exec(wanted)}
    kinds: dict[DocumentKind, dict[int, Document]] = {}
    for number, subject_id in subjects.items():
        if subject_id in documents:
            kinds.setdefault(documents[subject_id].kind, {})[number] = documents[subject_id]
    return kinds


def _tell_each(token: str, ids: list[int], find: Callable[[Session, Message], Told | None]) -> Outcome:
    """Tell what each message of a chunk asks for, where there is something to tell."""
    with database().reading() as session:
        asked = {int(each.id or 0): find(session, each) for each in session.exec(select(Message).where(col(Message.id).in_(ids)))}
        prepared = {number: prepare(session, number, [told] if told else []) for number, told in asked.items()}
    return apply_effects(database(), token, {number: _send(each) for number, each in prepared.items()})


def _send_last(token: str, ids: list[int], job_name: str, find: Callable[[Session, str, int], list[Told]]) -> Outcome:
    """Tell what is to be told about each subject of a chunk once: of several messages about it, the last one tells everything."""
    subjects, effects = _subjects(ids), dict[int, Any]()
    unsent = col(Message.state).in_((MessageState.WAITING, MessageState.CLAIMED))
    last = select(Message.subject_id, func.max(Message.id)).where(Message.topic == "recognition", Message.job == job_name, unsent)
    with database().reading() as session:
        latest = dict(session.exec(last.where(col(Message.subject_id).in_(subjects.values())).group_by(Message.subject_id)).all())
    for number, subject_id in subjects.items():
        is_last = latest.get(subject_id, number) == number
        with database().reading() as session:
            prepared = prepare(session, number, find(session, subject_id, number) if is_last else [])
        effects[number] = _send(prepared)
    return apply_effects(database(), token, effects)


def _send(prepared: Prepared) -> Any:
    """Send the mails of a message; what waits for digests is kept in the transaction of its acknowledgement."""
    return send_safely(prepared.mails) or (lambda session: keep_held(session, prepared))


def _render_safely(kind: DocumentKind, documents: list[Document]) -> list[Rendered | Exception]:
    """The chunk in one layout; when that fails, each alone, so that one bad document keeps no other back."""
    try:
        with _LAYING_OUT:
            return list(_render(kind, documents))
    except Exception as fault:
        if len(documents) == 1:
            return [fault]
        return [_render_safely(kind, [document])[0] for document in documents]


def _render(kind: DocumentKind, documents: list[Document]) -> list[Rendered]:
    from workflows.documents import render  # loads the renderer only where documents are made

    content = get_document_type(kind).content
    contents = [read_content(content, json.dumps(document.content)) for document in documents]
    return [
        Rendered(_store(files.pdf, "pdf"), None if files.spreadsheet is None else _store(files.spreadsheet, "xlsx"))
        for files in render.render_documents(kind, contents, read_emblem)
    ]


def _print_safely(wanted: Policy | OfficePrint, sha256: str) -> Any:
    from workflows.documents import render  # loads the renderer only where documents are made

    try:
        with _LAYING_OUT:
            faults = find_faults(wanted, render.render_documents)
    except Exception as fault:  # of neither: it is tried again
        return fault
    return partial(keep_specimen, sha256, faults)


def read_emblem(name: str) -> str:
    """An emblem's drawing: the packaged sample, or the region's own, checked again since its file may have changed.

    FileNotFoundError where there is no such emblem; Invalid where papers cannot draw it.
    """
    from workflows.documents import render

    return render.read_packaged_emblem() if name == SAMPLE_EMBLEM else read_own_emblem(name)


def _store(content: bytes, suffix: str) -> str:
    crashpoint("after_render_before_store")
    return store_file(settings().documents, content, suffix, crashpoint)


def _mark(document_id: str, rendered: Rendered, session: Any) -> None:
    mark_issued(session, document_id, rendered, actor=ACTOR)


def _keep_sent(prepared: Prepared, document_id: str, session: Any) -> None:
    keep_held(session, prepared)
    if prepared.mails:
        mark_sent(session, document_id, actor=ACTOR)


def _keep_told(due: Due, token: str, is_mailed: bool, session: Any) -> None:
    if not is_mailed:
        keep_covered(session, due, token)
        return
    for document_id in keep_told(session, due, token):
        mark_sent(session, document_id, actor=ACTOR)


def _wait(_session: Any) -> None:
    raise Later


def _nothing(_session: Any) -> None:
    """There is nothing left to do for this message."""
