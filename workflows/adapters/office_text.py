"""Reads the parts of documents and sheets as office programs do, for what these would do by themselves: run, ask another program, fetch.

Loaded by its path into a process that has nothing to lose, as `looking.py` is. It imports nothing of ours.
"""

import re
from collections.abc import Callable
from urllib.parse import unquote
from xml.parsers import expat

# Fields of Word that bring something in, or run something: ECMA-376 part 1, 17.16.5, and those of older editions that Word still reads.
FIELD_BEGINNINGS = ("dde", "include", "import")
FIELDS = ("control", "database", "embed", "htmlcontrol", "link", "print", "rd")
LINK_SWITCHES = re.compile(r"\\[lost]", re.IGNORECASE)  # what follows them in a HYPERLINK is a place, a hint or a window
NESTED = "\ue000"  # stands for the result of a field within another's words
DEEPEST = 100
FIRST_WORD = re.compile(r'[\s"\\“”]*([^\s"\\“”]*)')
ARGUMENT = re.compile(r'["“”]([^"“”]*)["“”]|(\S+)')

# Elements that name a source of data which is asked when a workbook is opened, another program, or a database for letters.
SOURCES = ("connections", "connectString", "ddeLink", "oleLink")
FORMULAS = ("f", "formula", "formula1", "formula2", "definedName", "calculatedColumnFormula", "totalsRowFormula")
OF_SHEETS = re.compile(r"/spreadsheetml|/office/excel/|/chart")  # within the names of the spaces to which formulas belong
VML = "urn:schemas-microsoft-com:vml"
FORMULA_TOKENS = re.compile(r"""("(?:[^"]|"")*")|(\[(?:[^\[\]']|'.)*\])|('(?:[^']|'')*')""", re.DOTALL)
OUTSIDE = re.compile(r"[|\\]|//")  # no operators of a sheet, and in no name of one: another program's topic, or a way to a file
CALLS = re.compile(r"\b(?:rtd|webservice)\b(?!\s*!)|\b(?:call|dde|exec|image|register(?:\.id)?)\s*\(", re.IGNORECASE)
LINKED = re.compile(r'\bhyperlink\s*\(\s*"((?:[^"]|"")*)"', re.IGNORECASE)

CODINGS = ("utf-8", "utf-16", "us-ascii", "ascii")  # OPC takes the first two; in another one a reader may see other words than we do
HARMLESS_TYPES = ("chartstyle+xml", "chartcolorstyle+xml", "classificationlabels+xml")  # of those of `vnd.ms-office`


class Active(Exception):
    """A part makes an office program do something by itself."""


class PartReader:
    """Reads a part in pieces; raises Active, and another error for what is no text of this kind.

    `is_harmless` says whether a link may be followed.
    """

    def __init__(self, is_harmless: Callable[[str], bool]) -> None:
        self.is_harmless = is_harmless
        self._fields, self._texts = [_Field()], list[str]()  # the first field takes what stands in none
        self._depth = 0
        self._then: Callable[[str], None] = self._note
        self._parser = expat.ParserCreate(namespace_separator="}")
        self._parser.buffer_text = True
        self._parser.XmlDeclHandler = self._declare
        self._parser.StartDoctypeDeclHandler = self._refuse  # so no entity is ever defined
        self._parser.StartElementHandler = self._start
        self._elements: dict[str, Callable[[str, dict[str, str]], None]] = {
            **dict.fromkeys(SOURCES, self._refuse),
            **dict.fromkeys(FORMULAS, self._start_formula),
            **dict.fromkeys(("instrText", "t"), lambda name, _said: self._start_words(name, self._note)),
            **dict.fromkeys(("delInstrText", "delText"), lambda name, _said: self._start_words(name, self._note_deleted)),
            "fldChar": lambda _name, said: self._turn(_find(said, "fldCharType")),
            "fldSimple": self._start_simple,
            "p": lambda _name, _said: self._check_stray(),
        }

    def feed(self, piece: bytes) -> None:
        """Read on."""
        self._parser.Parse(piece, False)

    def close(self) -> None:
        """Read to the end."""
        self._parser.Parse(b"", True)
        for field in self._fields:
            field.check(self.is_harmless)

    def _declare(self, _version: str, coding: str | None, _alone: int) -> None:
        if coding is not None and coding.lower() not in CODINGS:
            raise ValueError(coding)

    def _refuse(self, *_said: object) -> None:
        raise Active

    def _start(self, name: str, said: dict[str, str]) -> None:
        space, _, element = name.rpartition("}")
        if element in self._elements:
            self._elements[element](name, said)
        if space == VML and (said.get("src") or not self.is_harmless(said.get("href", ""))):
            raise Active

    def _start_formula(self, name: str, _said: dict[str, str]) -> None:
        if OF_SHEETS.search(name):
            self._gather(lambda text: check_formula(text, self.is_harmless))

    def _start_words(self, name: str, then: Callable[[str], None]) -> None:
        """Words of a field, or plain ones, which belong to a field where they stand among its own."""
        if name.endswith("nstrText") or (len(self._fields) > 1 and not self._fields[-1].is_told):
            self._gather(then)

    def _start_simple(self, _name: str, said: dict[str, str]) -> None:
        self._note_nested()
        check_instruction(_find(said, "instr"), self.is_harmless)

    def _turn(self, kind: str) -> None:
        """A field begins, its result follows, or it ends."""
        if kind == "begin":
            if len(self._fields) > DEEPEST:
                raise ValueError("fields within fields without end")
            self._note_nested()
            self._fields.append(_Field())
        elif kind == "separate":
            self._fields[-1].is_told = len(self._fields) > 1
        elif kind == "end" and len(self._fields) > 1:
            self._fields.pop().check(self.is_harmless)

    def _note(self, text: str) -> None:
        self._fields[-1].note(text)

    def _note_deleted(self, text: str) -> None:
        self._fields[-1].note(text, is_deleted=True)

    def _note_nested(self) -> None:
        if len(self._fields) > 1:
            self._note(NESTED)

    def _check_stray(self) -> None:
        """Words of a field that stand in none are taken together as far as their paragraph goes."""
        if self._fields[0].all:
            self._fields[0].check(self.is_harmless)
            self._fields[0] = _Field()

    def _gather(self, then: Callable[[str], None]) -> None:
        """Gather the text of the element that began, and then do something with it."""
        self._depth, self._then = 1, then
        self._parser.CharacterDataHandler = self._texts.append
        self._parser.StartElementHandler = self._go_down
        self._parser.EndElementHandler = self._go_up

    def _go_down(self, _name: str, _said: dict[str, str]) -> None:
        self._depth += 1

    def _go_up(self, _name: str) -> None:
        self._depth -= 1
        if not self._depth:
            self._parser.CharacterDataHandler = self._parser.EndElementHandler = None
            self._parser.StartElementHandler = self._start
            text = "".join(self._texts)
            self._texts.clear()
            self._then(text)


class _Field:
    """The words of a field as they come, in as many pieces as its author liked; with what was struck out, without it, and that alone."""

    def __init__(self) -> None:
        self.all, self.kept, self.deleted = list[str](), list[str](), list[str]()
        self.is_told = False  # what follows is its result, in which words of fields mean nothing

    def note(self, text: str, *, is_deleted: bool = False) -> None:
        if not self.is_told:
            self.all.append(text)
            (self.deleted if is_deleted else self.kept).append(text)

    def check(self, is_harmless: Callable[[str], bool]) -> None:
        for pieces in (self.all, self.kept, self.deleted):
            check_instruction("".join(pieces), is_harmless)


def _find(said: dict[str, str], name: str) -> str:
    """An attribute, of whichever space."""
    return next((value for key, value in said.items() if key.rpartition("}")[2] == name), "")


def check_instruction(words: str, is_harmless: Callable[[str], bool]) -> None:
    """Raise Active for a field that brings in or runs something, or that hides which one it is behind another."""
    found = FIRST_WORD.match(words)
    word = found[1].casefold() if found else ""
    letters = re.match(r"[a-z]*", word)
    name = letters[0] if letters else ""
    if name.startswith(FIELD_BEGINNINGS) or name in FIELDS:
        raise Active
    if word[len(name) : len(name) + 1] == NESTED and any(each.startswith(name) for each in FIELD_BEGINNINGS + FIELDS):
        raise Active
    if name == "hyperlink" and found:
        target = _find_target(words[found.end() :])
        if NESTED in target or not is_harmless(target):
            raise Active


def _find_target(arguments: str) -> str:
    """Where a HYPERLINK leads; nothing where it stays within its document."""
    is_passed = False
    for quoted, plain in ARGUMENT.findall(arguments):
        if is_passed:
            is_passed = False
        elif not quoted and re.fullmatch(r"\\[^\\\s]", plain):
            is_passed = bool(LINK_SWITCHES.fullmatch(plain))
        else:
            return str(quoted or plain)
    return ""


def check_formula(formula: str, is_harmless: Callable[[str], bool]) -> None:
    """Raise Active for a formula that asks another program, fetches something, or links to what no link should lead to."""
    if OUTSIDE.search(formula) or CALLS.search(formula):
        unquoted = FORMULA_TOKENS.sub(lambda token: token[3] or " ", formula)  # texts and columns of tables may say anything
        if OUTSIDE.search(unquoted) or CALLS.search(FORMULA_TOKENS.sub(" ", formula)):
            raise Active
    if not all(is_harmless(target.replace('""', '"')) for target in LINKED.findall(formula)):
        raise Active


def read_types(content: bytes) -> dict[str, str]:
    """What the parts of a document or sheet are, by name or, after a dot, by the end of their names; all in small letters."""
    from defusedxml.ElementTree import fromstring

    told = dict[str, str]()
    for each in fromstring(content, forbid_dtd=True):
        place = each.get("PartName", "").removeprefix("/") or f".{each.get('Extension', '')}"
        told[unquote(place).casefold()] = each.get("ContentType", "").casefold()
    return told


def are_harmless(types: dict[str, str]) -> bool:
    """Whether none of the parts is a program, or brings one."""
    return not any("macroenabled" in each or ("vnd.ms-office" in each and not each.endswith(HARMLESS_TYPES)) for each in types.values())


def is_text(name: str, types: dict[str, str]) -> bool:
    """Whether an office program would read a part as text of this kind, by its name or by what the document says of it."""
    said = unquote(name).casefold()
    kinds = [types.get(said, ""), types.get("." + said.rpartition(".")[2], "")]
    return said.endswith((".xml", ".rels")) or any(kind.endswith("xml") and not kind.startswith("image/") for kind in kinds)


def fetches(drawing: bytes) -> bool:
    """Whether a drawing of the old kind, which needs not be whole, names a picture by its place."""
    return re.search(rb"""\ssrc\s*=\s*["'][^"']""", drawing.replace(b"\0", b""), re.IGNORECASE) is not None
