"""Whatever people type: it is shown as text, opens nothing, and breaks no standard."""

import json
import socket

import pytest
from weasyprint.urls import FatalURLFetchingError

from tests.workflows.documents.rendering import render_certificates, render_receipts, render_rejections, render_report
from workflows.documents.assets import PackagedAssets, read_asset
from workflows.documents.fonts import showable_text
from workflows.documents.pdf import lay_out
from workflows.documents.text import clean_line, clean_paragraphs

pytestmark = pytest.mark.slow

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=file:///etc/passwd>",
    '<link rel=attachment href="file:///etc/passwd">',
    '"><style>*{display:none}</style>',
    "{{ 7 * 7 }} {% raw %}",
    "&lt;b&gt; &amp; ]]>",
    "\u202eakunamisR",
    "Siti\x00\x07\x7f Aisyah",
    "Budi 😀👩🏽‍💻 Santoso",
    "ꦱꦶꦠꦶ 山田 محمد",
    "\ud800Putri\udfff",
    "e\u0301" + "\u0301" * 40,
    "\ufeff\u200b\u00adLina\ufffe\ue000",
    "=HYPERLINK(1)",
)


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("a document opened a socket")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_a_certificate_is_only_text(certificate, text, no_network, faults_of, attached_to, words_of):
    content = certificate(holder_name=text, idea_title=text, holder_unit=text, distinction=text, legal_basis=text, place=text)
    pdf = render_certificates([content])[0]
    assert faults_of(pdf) == []
    attached = attached_to(pdf)
    assert list(attached) == ["content.json"]
    assert b"root:" not in attached["content.json"]
    assert json.loads(attached["content.json"])["holder_name"] == content.holder_name
    assert "".join(showable_text(content.holder_name).split()) in "".join(words_of(pdf).split())


def test_hostile_text_in_letters_and_reports_is_only_text(receipt, rejection, report, award, member, no_network, faults_of, attached_to):
    text = " ".join(HOSTILE)[:290]
    team = (member(text[:140]),)
    files = [
        *render_receipts([receipt(idea_title=text, call_title=text, team=team)]),
        *render_rejections([rejection(addressee=text[:140], idea_title=text, what_would_help=text * 5, copies_to=(text,))]),
        render_report(report(call_title=text, awards=(award(idea_title=text, unit=text, team=(text[:140],), state=text[:140]),))),
    ]
    for pdf in files:
        assert faults_of(pdf) == []
        assert list(attached_to(pdf)) == ["content.json"]


def test_a_name_cannot_be_reversed(certificate):
    assert certificate(holder_name="\u202eakunamisR").holder_name == "akunamisR"


def test_what_the_fonts_lack_becomes_one_square_a_run():
    assert showable_text("Budi 😀👩🏽‍💻 山田 é") == "Budi □ □ é"


def test_combining_marks_do_not_pile_up():
    assert len(clean_line("e" + "\u0301" * 40)) <= 4


def test_lines_and_paragraphs_keep_only_the_breaks_that_mean_something():
    assert clean_line(" a \r\n\t b\u2028c ") == "a b c"
    assert clean_paragraphs("a  b\r\n\r\n\r\n\r\nc\td\n") == "a b\n\nc d"


@pytest.mark.parametrize(
    "html",
    [
        '<img src="file:///etc/passwd">',
        '<img src="https://contoh.go.id/x.png">',
        '<img src="http://127.0.0.1/x.png">',
        '<img src="data:image/png;base64,AAAA">',
        '<img src="app:fonts/README.md">',
        '<img src="app:pages/secret.svg">',
        '<img src="app:static/../../pyproject.toml">',
        '<link rel=stylesheet href="file:///etc/passwd">',
        "<style>@import url(file:///etc/passwd)</style>",
    ],
)
def test_a_template_that_asks_for_a_foreign_file_is_stopped(html, no_network):
    with pytest.raises(FatalURLFetchingError):
        lay_out(html, ("certificate/certificate.css",)).write_pdf()


def test_a_drawing_that_asks_for_a_foreign_file_gets_nothing(no_network, monkeypatch):
    asked = []
    fetch = PackagedAssets.fetch
    monkeypatch.setattr(PackagedAssets, "fetch", lambda self, url, headers=None: (asked.append(url), fetch(self, url, headers))[1])
    lay_out("<svg><image href='file:///etc/passwd' width='9' height='9'/></svg>", ("certificate/certificate.css",)).write_pdf()
    assert "file:///etc/passwd" in asked  # it was asked for, and refused: fetch() serves packaged files only


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://contoh.go.id", "ftp://x", "data:,x", "app:../x.svg", "", "//x/y"])
def test_only_packaged_files_are_served(address):
    with pytest.raises(FatalURLFetchingError):
        PackagedAssets().fetch(address)


@pytest.mark.parametrize("name", ["static/emblem.svg", "certificate/certificate.css", "fonts/Cinzel-SemiBold.ttf"])
def test_packaged_files_are_served(name):
    assert PackagedAssets().fetch(f"app:{name}").read() == read_asset(name)
