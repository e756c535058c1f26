"""One mail of every kind, with the demo's facts or with the longest that anybody may bring: for the tests and for the sheet."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from models.documents import DocumentKind
from models.people import MailPurpose, NoticeKind, Role
from workflows.documents.kinds import get_document_type
from workflows.documents.mail import (
    AccountMail,
    ActivationMail,
    ChangeMail,
    ClaimMail,
    CodeMail,
    DigestLine,
    DigestMail,
    DocumentMail,
    DroppedMail,
    FollowedMail,
    Mail,
    MovedLine,
    MovedMail,
    NewDateMail,
    ReminderMail,
    SilenceMail,
    StepMail,
    TurnMail,
    write_happening,
    write_part,
    write_task,
    write_word,
)
from workflows.documents.mail_forms import Reader, say
from workflows.documents.text import format_date, format_instant

ADDRESS = "https://gagas.bandung.go.id"
NAME, LEAD, CALL = "Rina Kusumawati, S.Kom.", "dr. Sari Lestari, M.Si.", "Lomba Inovasi Kota Bandung 2026"
TITLES = ("Antrean Puskesmas lewat Papan RW", "Buku Tamu Kelurahan tanpa Kertas", "Bank Sampah Berhadiah Sembako")
DAY, INSTANT = date(2026, 12, 8), datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC).astimezone(ZoneInfo("Asia/Jakarta"))
REASON = "Rapat koordinasi pindah sepekan, dan banyak kelurahan meminta waktu untuk melengkapi foto."
LINKS = ("url", "verify_url")
TITLED = ("title", "lead", "name", "call", "adopted", "unit")


def reader_of(language: str) -> Reader:
    """Somebody who reads a language."""
    return Reader(language, f"{ADDRESS}/akun#surel")


def list_mails(language: str) -> dict[str, Mail]:
    """A mail of each folder below templates/mail, by the folder, as a reader of a language gets it."""
    purpose = write_happening(MailPurpose.NEW_ADDRESS, None, language)
    mails: dict[str, Mail] = {
        "account": AccountMail(NAME, write_happening(NoticeKind.ROLE_HELD, Role.REVIEWER, language), _day(language), f"{ADDRESS}/akun"),
        "activation": ActivationMail(NAME, "Kelurahan Campaka", "K7MP-3QXR-9TWD", _instant(language), f"{ADDRESS}/aktivasi"),
        "code": CodeMail(NAME, purpose, "K7MP-3QXR-9TWD", _instant(language), f"{ADDRESS}/akun"),
        "digest": DigestMail(NAME, _list_lines(language), "2", "1", "5", f"{ADDRESS}/kotak-masuk", _list_news(language)),
        "dropped": DroppedMail(NAME, TITLES[0], LEAD, ADDRESS),
        "followed": FollowedMail(NAME, TITLES[0], write_word("pilot", language), f"{ADDRESS}/rekan/0a1b2c3d4e5f6g7h8j9kamnpqr"),
        "claim": _claim(language),
        "new_date": _new_date("late", language),
        "reminder": ReminderMail(NAME, TITLES[1], LEAD, "40%", _day(language), f"{ADDRESS}/usulan/0a1b2c3d4e5f6g7h8j9kamnpqr"),
        "silence": SilenceMail(
            NAME,
            TITLES[1],
            "IDE-2026-000123",
            CALL,
            _day(language),
            write_word("silence_granted", language),
            f"{ADDRESS}/usulan/0a1b2c3d4e5f6g7h8j9kamnpqr",
        ),
        "step": StepMail(NAME, write_task("permit", language), TITLES[0], _day(language), True, f"{ADDRESS}/kotak-masuk"),
        "turn": TurnMail(
            name=NAME,
            title=TITLES[0],
            stage=write_word("supplement_asked", language),
            reason="",
            asked=write_task("supplement", language),
            due=_day(language),
            url=f"{ADDRESS}/usulan/0a1b2c3d4e5f6g7h8j9kamnpqr",
        ),
    }
    for folder, kind in (
        *(("receipt", DocumentKind.RECEIPT), ("rejection", DocumentKind.REJECTION), ("certificate", DocumentKind.CERTIFICATE)),
        *(("document", DocumentKind.REPORT), ("withdrawn", DocumentKind.CERTIFICATE)),
    ):
        record = get_document_type(kind)
        name = record.name if language == "id" else record.name_en
        mails[folder] = DocumentMail(NAME, name, "400.10.11/0042-BAPPEDA/2026", TITLES[0], f"{ADDRESS}/v/0a1b2c3d4e5f6g7h8j9kamnpqr")
    url = f"{ADDRESS}/periode-usulan/0a1b2c3d4e5f6g7h8j9kamnpqr"
    later = format_instant(INSTANT + timedelta(days=14), language)
    mails["extended"] = ChangeMail(NAME, CALL, REASON, _instant(language), later, [], [TITLES[1]], url)
    part, days = f"{write_part('days', language)}, {write_part('review', language)}", write_word("calendar_days", language)
    changed = [say("changed_from", language, part=part, before=f"14 {days}", after=f"21 {days}")]
    mails["amended"] = ChangeMail(NAME, CALL, REASON, "", "", changed, [TITLES[0], TITLES[2]], url)
    free = f"{_day(language)}: {'Hari jadi kota' if language == 'id' else 'Anniversary of the city'} (Keputusan 400/Kep.12-Contoh/2026)"
    moved = [MovedLine(each.task, each.title, _day(language), each.due) for each in _list_lines(language)[1:]]
    mails["moved"] = MovedMail(NAME, [free], moved, "2", f"{ADDRESS}/kotak-masuk")
    return mails


def list_variants(language: str) -> dict[tuple[str, str], Mail]:
    """Every mail that a folder can bring, by the folder and what sets it apart: its sample first, then whatever else it says."""
    base: dict[str, Any] = {**list_mails(language)}
    claim, turn, moved, digest = _claim(language), base["turn"], base["moved"], base["digest"]
    decided: dict[str, Any] = {"adopted_on": "", "until": "", "reason": REASON}
    lines = _list_lines(language)  # the first is late, the others are not
    one: dict[str, Any] = {"waiting": "1", "more": "", "news": []}
    merged = write_happening(NoticeKind.MERGE_ASKED, None, language)
    others: dict[tuple[str, str], Any] = {
        ("account", "page"): AccountMail(NAME, merged, _day(language), f"{ADDRESS}/penggabungan", is_of_account=False),
        ("amended", "without ideas"): replace(base["amended"], ideas=[]),
        ("claim", "hidden"): replace(claim, adopted=""),
        ("claim", "upheld"): replace(claim, happened="upheld", **decided),
        ("claim", "dismissed"): replace(claim, happened="dismissed", **decided),
        ("digest", "near"): replace(digest, lines=lines[1:], waiting="2", late="", more=""),
        ("digest", "many late"): replace(digest, waiting="4", late="2", more="1"),
        ("digest", "one"): replace(digest, lines=lines[1:2], late="", **one),
        ("digest", "one late"): replace(digest, lines=lines[:1], late="1", **one),
        ("digest", "news"): replace(digest, waiting="", late="", more="", lines=[], news=_list_news(language) * 2),
        ("digest", "one news"): replace(digest, waiting="", late="", more="", lines=[]),
        ("extended", "without ideas"): replace(base["extended"], ideas=[]),
        ("moved", "pauses"): replace(moved, days=[], pauses=[f"{_day(language)}: {CALL}"], more="1"),
        **{("new_date", kind): _new_date(kind, language) for kind in ("above", "gate", "review", "last")},
        ("reminder", "without date"): replace(base["reminder"], until=""),
        ("silence", "refused"): replace(base["silence"], meaning=write_word("silence_refused", language)),
        ("step", "near"): replace(base["step"], is_late=False),
        ("step", "last"): replace(base["step"], task=write_task("supplement", language), is_late=False, is_last=True),
        ("turn", "decided"): replace(turn, stage=write_word("rejected", language), reason=REASON, asked="", due=""),
    }
    for purpose in (MailPurpose.OLD_ADDRESS, MailPurpose.FORGOTTEN):
        others["code", purpose.replace("_", " ")] = replace(base["code"], purpose=write_happening(purpose, None, language))
    return {(folder, ""): mail for folder, mail in base.items()} | others


def _new_date(kind: str, language: str) -> NewDateMail:
    before = format_date(DAY - timedelta(days=7), language)
    return NewDateMail(NAME, kind, TITLES[1], before, _day(language), f"{ADDRESS}/usulan/0a1b2c3d4e5f6g7h8j9kamnpqr")


def _claim(language: str) -> ClaimMail:
    day, until = format_date(DAY - timedelta(days=14), language), _day(language)
    return ClaimMail(NAME, "told", TITLES[1], "IDE-2026-000042", f"{TITLES[0]} (Kelurahan Campaka)", day, until, "", f"{ADDRESS}/klaim")


def put_everywhere(mail: Mail, text: str) -> Mail:
    """A mail with a text wherever people may write."""
    return _put(mail, text)


def _put(told: Any, text: str) -> Any:
    values: dict[str, Any] = {}
    for each in fields(told):
        value = getattr(told, each.name)
        if isinstance(value, list):
            values[each.name] = [text if isinstance(one, str) else _put(one, text) for one in value]
        elif each.name in (*TITLED, "reason") and value:
            values[each.name] = text
    return replace(told, **values)


def _list_lines(language: str) -> list[DigestLine]:
    days = [format_date(DAY + timedelta(days=7 * place), language) for place in range(3)]
    tasks = [write_task(task, language) for task in ("score", "screen", "determine")]
    return [DigestLine(tasks[place], TITLES[place], days[place], late=place == 0) for place in range(3)]


def _list_news(language: str) -> list[str]:
    return [f"{write_word('in_pilot', language)} - {TITLES[1]}"]


def _day(language: str) -> str:
    return format_date(DAY, language)


def _instant(language: str) -> str:
    return format_instant(INSTANT, language)
