"""What office programs would do by themselves with a document or a sheet is found, however it is cut, and what is in every one is taken."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile_documents import OFFICE, field, formula, instruct, mark, simple, text
from workflows.adapters import looking, office_text
from workflows.adapters.inspection import FileRefused, inspect_file
from workflows.adapters.looking import _is_harmless_link as is_harmless
from workflows.adapters.lookout import Lookout
from workflows.adapters.office_text import Active, PartReader

TAKEN = (
    *("a document with a link to a page", "a photo named as a part", "a sheet with what is in every sheet"),
    "a document that writes of such fields and has those of every day",
)
ACTING = ("DDE", "DDEAUTO", "INCLUDE", "INCLUDEPICTURE", "INCLUDETEXT", "IMPORT", "LINK", "EMBED", "RD", "DATABASE", "PRINT", "CONTROL")
PLAIN = ("PAGE", "TOC", "REF", "PRINTDATE", "INDEX", "IF", "SEQ", "ADDIN", "DATE", "LISTNUM", "LASTSAVEDBY", "DOCPROPERTY", "EQ", "RAHASIA")


def is_active(content: bytes, *, pieces: int = 7) -> bool:
    """Whether a part that comes in pieces acts by itself."""
    reader = PartReader(is_harmless)
    try:
        for start in range(0, len(content), pieces):
            reader.feed(content[start : start + pieces])
        reader.close()
    except Active:
        return True
    return False


@given(
    name=st.sampled_from(ACTING + PLAIN),
    capitals=st.lists(st.booleans(), min_size=14, max_size=14),
    cuts=st.sets(st.integers(0, 20), max_size=6),
    between=st.sampled_from(["", "<w:proofErr/>", "</w:p><w:p>", "<w:bookmarkStart/>"]),
    before=st.sampled_from(["", " ", "\n\t"]),
    is_closed=st.booleans(),
)
def test_a_field_is_known_by_its_first_word_however_it_is_written_and_cut(
    name: str, capitals: list[bool], cuts: set[int], between: str, before: str, is_closed: bool
) -> None:
    words = before + "".join(a.upper() if big else a.lower() for a, big in zip(name, capitals + [True] * 9, strict=False)) + " contoh 1"
    ends = [0, *sorted(cut for cut in cuts if 0 < cut < len(words)), len(words)]
    cut = between.join(instruct(words[a:b]) for a, b in itertools.pairwise(ends))
    whole = text(f"<w:p>{mark('begin')}{cut}{mark('end') if is_closed else ''}</w:p>")
    assert is_active(whole) is (name in ACTING)


ACTS = (
    *(
        simple("DDE x"),
        simple(" &quot;dde&quot; x"),
        simple("ddeauto&quot;c:&quot;"),
        field("=", field("DDE x"), "+1"),
        field("QUOTE", field("IMPORT x")),
    ),
    *(
        field("DD", field("QUOTE 69"), " x"),
        field(field("QUOTE 68"), "DE x"),
        field(simple("QUOTE 68"), "DE x"),
        field("IN", field("REF a")),
    ),
    *(
        instruct("dde") + instruct("auto x"),
        field("PAGE", result=field("DDE x")),
        field("PAGE") * 50 + field("DDE x"),
        field("QUOTE 1") + "<w:r><w:instrText>DDE</w:instrText></w:r>",
    ),
    f"{mark('begin')}<w:r><w:t>DDE</w:t></w:r>{instruct('AUTO x')}{mark('end')}",
    f"{mark('begin')}{instruct('PAGE ')}<w:r><w:delInstrText>DDE</w:delInstrText></w:r>{mark('end')}",
    f"{mark('begin')}<w:r><w:delInstrText>PAGE </w:delInstrText></w:r>{instruct('DDE x')}{mark('end')}",
    *(
        field(f"HYPERLINK {target}")
        for target in ("file:///x", '"\\\\\\\\x\\\\y"', '\\o "x" \\n "vbscript:x"', "“javascript:x”", "\\h C:\\x.exe")
    ),
    field("HYPERLINK &quot;", field("QUOTE 102"), "&quot;"),
    '<v:fill src="http://jahat.example/x"/>',
    '<v:shape href="file:///x"/>',
    "<x:oleLink/>",
    "<w:mailMerge><w:connectString/></w:mailMerge>",
)
ACTING_FORMULAS = (
    *("a|b!c", "'a'|'b'!c", "'a|b'!c", "DDE(1,2)", 'rtd("x",,1)', "_xlfn.IMAGE (A1)", "IF(1,WEBSERVICE(A1))", "LET(f,WEBSERVICE,f(A1))"),
    *(
        "CALL(1)",
        "REGISTER.ID(1)",
        "'http://x/[a.xlsx]S'!A1",
        '"a"&amp;"""b"&amp;c|d!e',
        'T[\'[a"b]+a|b!c+T["]',
        "'x\"y'!A1+a|b!c+'z\"'!A1",
    ),
    *('HYPERLINK( "\\\\a\\b")', 'hyperlink("javascript:""x""")'),
)


def test_what_acts_is_found_where_it_hides_and_not_where_it_is_only_told_of() -> None:
    for inside in ACTS:
        assert is_active(text(f"<w:p>{inside}</w:p>")), inside
        told = inside.replace("<", "&lt;").replace("&quot;", "")
        assert not is_active(text(f"<w:p><w:r><w:t>{told}</w:t></w:r></w:p>")), told
    for words in ACTING_FORMULAS:
        assert is_active(text(formula(words))), words
        assert not is_active(text(f"<w:p><w:f>{words}</w:f></w:p>")), words


@pytest.mark.parametrize("coding", ["utf-16", "utf-8-sig", "utf-8"])
def test_it_is_found_in_every_coding_that_such_parts_have(coding: str) -> None:
    whole = text(f"<w:p>{field('dde x')}</w:p>").decode().encode(coding)
    assert is_active(whole, pieces=5)
    assert not is_active(text(f"<w:p>{field('PAGE')}</w:p>").decode().encode(coding), pieces=5)


def test_fields_within_fields_have_an_end() -> None:
    begin, end = mark("begin") + instruct("QUOTE "), mark("end")
    assert not is_active(text(f"<w:p>{begin * 90}{end * 90}</w:p>"), pieces=10_000)
    with pytest.raises(ValueError, match="without end"):
        is_active(text(f"<w:p>{begin * 200}</w:p>"), pieces=10_000)


def test_documents_are_refused_or_taken_as_a_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(looking, "office_text", office_text)
    for name, make in OFFICE.items():
        if "field" in name or "formula" in name or "text" in name or "every" in name or "asks" in name or "drawing" in name:
            (tmp_path / "file").write_bytes(make())
            told = looking.main(str(tmp_path / "file"), "", "")
            assert ("media_type" in told) is (name in TAKEN), (name, told)
            assert told.get("refused") in (None, "attachment_active", "attachment_broken"), (name, told)


def test_where_nobody_can_read_documents_they_are_not_called_broken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("lookout_process.py", "looking.py"):
        (tmp_path / name).write_text(Path(looking.__file__).with_name(name).read_text())
    lookout = Lookout(tmp_path / "lookout_process.py")
    monkeypatch.setattr("workflows.adapters.inspection.LOOKOUT", lookout)
    for copy in ("shown", "small"):
        (tmp_path / copy).write_bytes(b"")
    (tmp_path / "file").write_bytes(OFFICE["a photo named as a part"]())
    with pytest.raises(OSError, match="office_text"):
        inspect_file(tmp_path / "file", tmp_path / "shown", tmp_path / "small")
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(FileRefused, match="attachment_kind_unknown"):
        inspect_file(tmp_path / "file", tmp_path / "shown", tmp_path / "small")
    lookout.end()
