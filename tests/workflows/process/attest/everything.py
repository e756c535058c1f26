"""A town in which everything happened that the ledger commits to, and an attacker who alters one thing in its rows by SQL."""

import hashlib
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.columns import Hundredths, UtcInstant
from models.database import Database, is_sqlite, table_of
from models.documents import Document
from models.ideas import Revision
from models.ids import new_id
from models.ledger import LedgerEntry, LedgerHead
from models.stages import AwardStage, IdeaStage
from tests.building import Town
from tests.steps import decree_of_today, plan
from tests.workflows.process.attest.around import (
    advise_and_end,
    claim_and_reopen,
    comment,
    link_and_unlink,
    merge_and_hand_on,
    replace_member_and_lead,
    tell_of_earlier_years,
)
from tests.workflows.region.declaring import let_count, next_working_day, recount
from tests.workflows.region.test_amendments import amend
from workflows.calculations.ledger import GENESIS, chain_hash
from workflows.intake.agree import answer_invitation
from workflows.intake.attach import NewFile, attach_file, remove_attachment, settle_scan
from workflows.intake.draft import revise_idea
from workflows.intake.submit import submit_idea, supplement_idea
from workflows.intake.team import MemberShare
from workflows.pilot.start import plan_pilot
from workflows.process.attest.compare import RowsReport, compare_rows
from workflows.process.attest.tables import MODELS, OF_TABLE
from workflows.recognition.issue import Rendered, mark_issued, mark_sent, withdraw_certificates
from workflows.recognition.letters import number_certificates, number_receipt, number_rejection
from workflows.recognition.report import ask_report
from workflows.review.gates import pass_gate
from workflows.reward.propose import propose_award
from workflows.reward.recheck import recheck_award

NOBODYS = "197903172004111777"  # a possible number that nobody has
GATE = {"name": "hearing", "stage": "in_review", "role": "chair", "label": "Sidang", "label_en": "Hearing", "days": 3}
SAID_OF_ROWS = {"commits", "found"}  # by entries
APPEND_ONLY = ("decision", "ledgerentry", "advice")


def build_everything(town: Town) -> None:
    """Ideas and awards in every stage, a supplement, a recusal, an extended pilot, a correction, gates, every document, an amendment."""
    ideas = {stage: town.build_idea(stage) for stage in IdeaStage}
    town.take(ideas[IdeaStage.DRAFT], "revise")
    town.take(ideas[IdeaStage.SUPPLEMENT_ASKED], "supplement")
    change_teams(town)
    replace_member_and_lead(town)
    comment(town)
    attach_files(town)
    town.take(ideas[IdeaStage.IN_REVIEW], "recuse")
    town.take(ideas[IdeaStage.PILOT_REPORTED], "verify extend", "correct")
    town.do(plan_pilot, ideas[IdeaStage.DETERMINED], plan(town["owner"].id, decree=decree_of_today("3")), by="secretary")
    awards = {stage: town.build_award(stage) for stage in AwardStage}
    town.take(town.award(awards[AwardStage.DECLINED]).idea_id, "propose")
    gated = town.build_idea(IdeaStage.IN_REVIEW, call=town.build_call(code="UJI-SIDANG", gates=[GATE]))
    town.build_idea(IdeaStage.IN_REVIEW, call=town._calls["UJI-SIDANG"])
    town.do(pass_gate, gated, "hearing", by="chair")
    send_back(town)
    town.do(number_receipt, ideas[IdeaStage.SUBMITTED], by="flow:recognition")
    town.do(number_rejection, ideas[IdeaStage.REJECTED], by="flow:recognition")
    town.do(ask_report, town.call, by="secretary")
    town.do(number_certificates, awards[AwardStage.ANNOUNCED], by="flow:recognition")
    issue_all(town)
    town.do(ask_report, town.call, by="auditor")
    town.take(town.award(awards[AwardStage.ANNOUNCED]).idea_id, "revoke")
    town.do(withdraw_certificates, awards[AwardStage.ANNOUNCED], by="flow:recognition")
    amend(town, town.call)
    move_by_calendar(town)
    link_and_unlink(town, ideas[IdeaStage.SCREENING], ideas[IdeaStage.SUBMITTED], ideas[IdeaStage.REJECTED])
    advise_and_end(town, ideas[IdeaStage.IN_PILOT])
    claim_and_reopen(town)
    merge_and_hand_on(town)
    tell_of_earlier_years(town)


def move_by_calendar(town: Town) -> None:
    """A review in working days, one of which became a holiday after it was given."""
    town.build_idea(IdeaStage.IN_REVIEW, call=town.build_call(code="UJI-LIBUR", days={"review": {"amount": 5, "unit": "working_days"}}))
    let_count(town, next_working_day(town))
    recount(town)


def send_back(town: Town) -> None:
    """An approved award whose idea was withdrawn, back where it is decided."""
    early = town.build_idea(IdeaStage.SHORTLISTED, call=town.build_call(code="UJI-AWAL", award_from=["shortlisted", "rolled_out"]))
    town.do(propose_award, early, by="secretary")
    town.take(early, "approve approved", "withdraw")
    town.do(recheck_award, early, by="flow:reward")


def change_teams(town: Town) -> None:
    """Somebody joins, does not, is left out or has not answered, as nobody does whose number nobody has; and a returned idea's team is
    changed."""
    town.ask_team(team=(MemberShare(town["lead"].number, 5_000), MemberShare(town["mate"].number, 3_000), MemberShare(NOBODYS, 2_000)))
    town.do(answer_invitation, town.ask_team(), joins=False, by="mate")
    town.do(submit_idea, town.ask_team(), without_unanswered=True, by="lead")
    returned = town.build_returned("team")
    team = tuple(MemberShare(town[who].number, 5_000) for who in ("lead", "mate"))
    town.do(revise_idea, returned, town.proposal(team=team), by="lead")
    town.join(returned)
    town.do(supplement_idea, returned, by="lead")


def attach_files(town: Town) -> None:
    """A file that the scanner looked at, and one that was taken out again."""
    idea = town.build_idea(call=town.build_call(code="UJI-LAMPIRAN", attachments={"most": 3}))
    files = [NewFile(f"{digit}.pdf", "application/pdf", 9, digit * 64, digit * 64, waits_for_scanner=True) for digit in "ab"]
    looked_at, taken_out = (town.do(attach_file, idea, file, by="lead").id for file in files)
    town.do(settle_scan, looked_at, is_clean=True, by="flow:intake")
    town.do(remove_attachment, idea, taken_out, by="lead")


def compare(town: Town) -> RowsReport:
    """The report on all rows as they stand now."""
    with town.store.reading() as session:
        return compare_rows(session)


def count_rows(town: Town) -> int:
    """How many rows there are that the ledger should commit to."""
    return sum(town.rows(sa.select(sa.func.count()).select_from(table_of(model)))[0][0] for model in MODELS.values())


def issue_all(town: Town) -> None:
    """As the flow does it, with invented bytes."""
    for document_id in town.rows(select(Document.id).where(col(Document.sha256).is_(None))):
        digest = hashlib.sha256(document_id.encode()).hexdigest()
        town.do(mark_issued, document_id, Rendered(digest), by="flow:recognition")
        town.do(mark_sent, document_id, by="flow:recognition")


@contextmanager
def attack(store: Database) -> Iterator[Session]:
    """A transaction with a superuser's rights: triggers are dropped, foreign keys wait; nothing of it stays."""
    with Session(store.writing, expire_on_commit=False) as session:
        if store.is_sqlite:
            session.execute(sa.text("PRAGMA defer_foreign_keys = ON"))
        else:
            session.execute(sa.text("SET LOCAL session_replication_role = replica"))
        drop_triggers(session)
        yield session
        session.rollback()


def strip_commitments(session: Session, *tables: str) -> None:
    """Make a database look as if it had been filled before entries committed to these tables' rows (to any), its chain whole."""
    drop_triggers(session)
    link, stripped = GENESIS, tables or tuple(MODELS)
    for entry in session.exec(select(LedgerEntry).order_by(col(LedgerEntry.seq))).all():
        detail = {name: said for name, said in entry.payload["detail"].items() if tables or name not in SAID_OF_ROWS}
        for name in SAID_OF_ROWS & detail.keys():
            detail[name] = {table: said for table, said in detail[name].items() if table not in stripped}
        entry.payload = {**entry.payload, "detail": detail}
        link = chain_hash(entry.payload, link)
        entry.hash = link.hex()
    session.exec(select(LedgerHead)).one().hash = link.hex()
    for model in (MODELS[table] for table in stripped):
        if "salt" in model.model_fields and model is not Revision:
            session.execute(sa.update(model).values(salt=""))


def drop_triggers(session: Session) -> None:
    """What keeps decisions and the ledger from being edited by mistake goes first."""
    for table in APPEND_ONLY:
        if session.get_bind().dialect.name == "sqlite":
            session.execute(sa.text(f"DROP TRIGGER IF EXISTS {table}_no_update"))
            session.execute(sa.text(f"DROP TRIGGER IF EXISTS {table}_no_delete"))
        else:
            session.execute(sa.text(f"DROP TRIGGER IF EXISTS {table}_refuse ON {table}"))
    for table in ("idealink", "mentorship", "ideacomment", "adoptionclaim", "pastfile", "pastidea"):
        session.execute(sa.text(f"DROP TRIGGER IF EXISTS {table}_kept" + ("" if is_sqlite(session) else f" ON {table}")))
    for name in ("deleted", "written") if is_sqlite(session) else ():
        session.execute(sa.text(f"DROP TRIGGER IF EXISTS ideacomment_{name}"))


OVER = (AwardStage.REVOKED, AwardStage.DECLINED)  # of an award in another stage only one may stand for an idea


def alter(session: Session, luck: random.Random) -> tuple[str, str, str]:
    """Change a column of a row, delete a row or put one in; answers what was done, the table and the row's id."""
    name = luck.choice(list(MODELS))
    table = table_of(MODELS[name])
    row = luck.choice(session.execute(sa.select(table).order_by(table.c.id)).all())
    act = luck.choice(["change"] * 8 + ["delete", "insert"])
    if act == "delete":
        session.execute(sa.delete(table).where(table.c.id == row.id))
        return act, name, row.id
    if act == "insert":
        forged = {**row._mapping, "id": new_id()}
        for column in unique_columns(table):
            forged[column.name] = other_value(forged[column.name], column)
        if name == "award":
            forged["stage"] = AwardStage.REVOKED
        if name == "idealink":
            forged["pair"] = f"{forged['id']} {row.id}"  # of one pair only one may stand
        if name == "pastidea":
            forged["title_key"] = forged["id"]  # of one unit, day and title only one may stand
        session.execute(sa.insert(table).values(forged))
        return act, name, forged["id"]
    committed = {column for group in OF_TABLE[name] for column in group.columns}
    column = table.c[luck.choice(sorted(committed | {"salt"} & set(table.c.keys())))]
    value = other_value(getattr(row, column.name), column)
    if name == "award" and column.name == "stage" and row.stage in OVER:
        value = next(each for each in OVER if each != row.stage)
    session.execute(sa.update(table).where(table.c.id == row.id).values({column: value}))
    return f"change {column.name}", name, row.id


def unique_columns(table: sa.Table) -> list[sa.Column[Any]]:
    """A column of each set of which no two rows may say the same; those of an index on some rows only are left out."""
    sets = [each.columns for each in table.constraints if isinstance(each, sa.UniqueConstraint)]
    sets += [index.columns for index in table.indexes if index.unique and index.dialect_options["sqlite"]["where"] is None]
    return [list(columns)[-1] for columns in sets]


def other_value(value: Any, column: sa.Column[Any]) -> Any:
    """Another value that the column's type takes."""
    if value is None:
        blank = {UtcInstant: datetime(2020, 1, 1, tzinfo=UTC), sa.Date: date(2020, 1, 1), sa.JSON: {"of": 1}, Hundredths: Decimal(1)}
        return next((other for kind, other in blank.items() if isinstance(column.type, kind)), "x")
    match value:
        case Enum():
            return next(each for each in type(value) if each != value)
        case bool():
            return not value
        case int():
            return value + 1_000
        case Decimal():
            return value + Decimal("0.5")
        case datetime() | date():
            return value + timedelta(days=1)
        case dict():
            return {**value, "novelty": "100"} if value.get("novelty") != "100" else {}
        case _:
            return f"{value}x"[-(getattr(column.type, "length", None) or 26) :]
