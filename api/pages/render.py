"""A template and its values as a page in the reader's language: everything escaped, an undefined name an error."""

from decimal import Decimal
from functools import lru_cache
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from api.pages.assets import asset
from api.pages.session import Visitor
from api.pages.texts import Words, texts
from models.ids import new_id
from models.people import Role
from workflows.process import ways
from workflows.process.ways import Tone

SEES_ALL_IDEAS = (Role.UNIT_HEAD, Role.SECRETARIAT, Role.CHAIR, Role.LEADER, Role.VERIFIER, Role.AUDITOR, Role.ADMIN)
PREPARES_CALLS = (Role.CHAIR, Role.LEADER, Role.SECRETARIAT, Role.ADMIN, Role.AUDITOR)
CONDITION = "/keadaan-sistem"  # for admins of the whole region alone
MENTORING = "/bimbingan"  # for people who may be mentors
# path, its text, who sees it in the menu: nothing means everybody signed in
MENU: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    ("/kotak-masuk", "menu.inbox", ()),
    ("/usulan", "menu.ideas", ()),
    ("/usulan/baru", "menu.new", (Role.PROPOSER,)),
    ("/rekan", "menu.colleagues", (Role.PROPOSER,)),
    (MENTORING, "menu.mentoring", ()),
    ("/usulan-titipan", "menu.dictated", (Role.OPERATOR, Role.ADMIN, Role.UNIT_HEAD)),
    ("/daftar", "menu.list", SEES_ALL_IDEAS),
    ("/penghargaan", "menu.awards", ()),
    ("/dokumen", "menu.documents", ()),
    ("/laporan", "menu.reports", (Role.SECRETARIAT, Role.LEADER, Role.AUDITOR, Role.ADMIN, Role.CHAIR)),
    ("/ketentuan", "menu.policies", PREPARES_CALLS),
    ("/batas-penghargaan", "menu.ceilings", PREPARES_CALLS),
    ("/kalender", "menu.calendar", ()),
    ("/pegawai", "menu.people", (Role.ADMIN, Role.OPERATOR)),
    ("/konfirmasi", "menu.confirmations", (Role.ADMIN, Role.LEADER, Role.OPERATOR)),
    ("/jejak-audit", "menu.ledger", (Role.ADMIN, Role.AUDITOR)),
    (CONDITION, "menu.condition", (Role.ADMIN,)),
    ("/akun", "menu.account", ()),
)


@lru_cache
def environment() -> Environment:
    """The one Jinja environment: fixed templates, everything escaped, an undefined name stops the page."""
    made = Environment(
        loader=PackageLoader("templates", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(asset=asset, tone=find_tone)
    made.filters.update(
        rupiah=write_rupiah, share=write_share, paragraphs=paragraphs, masked=shorten_mask, canonical=write_canonical_number
    )
    return made


def find_tone(stage: str) -> str:
    """How a stage of an idea, an award or a document is shown; `-` for every other word."""
    found = (way.stages.get(stage) for way in (ways.IDEA, ways.AWARD, ways.DOCUMENT))
    return next((each.tone for each in found if each is not None), Tone.NONE)


@pass_context
def write_rupiah(context: Context, rupiah: int) -> str:
    """Integer rupiah in the page's language."""
    return str(context["words"].rupiah(rupiah))


@pass_context
def write_share(context: Context, hundredths: int) -> str:
    """Hundredths of a percent in the page's language."""
    return str(context["words"].share(hundredths))


def write_canonical_number(number: Decimal) -> str:
    """A decimal as programs write it, with a point and no exponent."""
    return format(number, "f")


def paragraphs(text: str) -> Markup:
    """Running text with its line breaks, escaped."""
    blocks = [block.strip() for block in text.split("\n\n") if block.strip()]
    return Markup("").join(Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in block.split("\n"))) for block in blocks)


def shorten_mask(masked: str) -> str:
    """A masked employee number as its last digits behind three dots."""
    return f"••• {masked.lstrip('*')}"


def page(visitor: Visitor, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page as an answer; personal, and so never stored on the way."""
    words = Words(visitor.language)
    frame = {
        "visitor": visitor,
        "words": words,
        "t": words.text,
        "word": words.word,
        "task": words.task,
        "label": words.label,
        "menu": list_menu(visitor),
        "done": "",
        "wrong": None,
        "posted": False,
        "target": "",
        "resend": values["wrong"].resend if values.get("wrong") else [],
        "fresh_key": new_id,
        "origin": None,
        "following": None,
        "preceding": None,
    }
    html = environment().get_template(template).render(frame | values)
    headers = {"Cache-Control": "no-store", "Content-Language": visitor.language, "Vary": "Cookie, Accept-Language"}
    return HTMLResponse(html, status, headers=headers)


def list_menu(visitor: Visitor) -> list[tuple[str, str]]:
    """The pages that a visitor's menu offers, as path and text."""
    if not visitor.signed_in:
        return []
    offered = [(path, name) for path, name, roles in MENU if not roles or visitor.roles & set(roles)]
    hidden = {*(() if visitor.administers_region else (CONDITION,)), *(() if visitor.may_advise else (MENTORING,))}
    return [each for each in offered if each[0] not in hidden]


def read_done(code: str) -> str:
    """The name of the text that says what was achieved, or nothing for an unknown code."""
    return f"done.{code}" if f"done.{code}" in texts() else ""


def write_part(words: Words, template: str, **values: Any) -> str:
    """A part of a page by itself, as it is bound into a book; everything in it is escaped, as on the page."""
    frame = {"words": words, "t": words.text, "word": words.word, "label": words.label, "visitor": Visitor(words.language)}
    return environment().get_template(template).render(frame | values)
