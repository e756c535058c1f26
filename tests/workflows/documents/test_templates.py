"""Templates name only what they are given, and every block that must stand is missed when it does not."""

from importlib.resources import files
from pathlib import Path

import pytest
from jinja2 import UndefinedError, nodes

from tests.workflows.documents.rendering import render_certificates, render_receipts, render_rejections, render_report
from workflows.documents import certificate as certificate_room
from workflows.documents.fit import DocumentDoesNotFit, require_blocks
from workflows.documents.kinds.rejection import GENERAL, WORDS, find_words, name_rejecting
from workflows.documents.markup import environment, fill_template
from workflows.documents.pdf import lay_out
from workflows.process.ways import IDEA

FOLDER = Path(str(files("templates")))
TEMPLATES = ("certificate/certificate.html", "letter/receipt.html", "letter/rejection.html", "report/report.html", "book/book.html")


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_without_its_values_fails(name):
    with pytest.raises(UndefinedError):
        fill_template(name, {})


@pytest.mark.parametrize("name", [*TEMPLATES, "letterhead/letterhead.html"])
def test_no_template_trusts_a_text(name):
    tree = environment().parse((FOLDER / name).read_text())
    assert not [part for part in tree.find_all(nodes.Filter) if part.name in ("safe", "forceescape")]
    assert not list(tree.find_all(nodes.ScopedEvalContextModifier))


def test_a_template_that_names_an_unknown_fact_fails(certificate):
    with pytest.raises(UndefinedError):
        environment().from_string("{{ content.nickname }}").render(content=certificate())


def test_every_step_that_rejects_has_its_words_and_any_other_the_general_ones():
    rejecting = {(each.action, each.outcome) for each in IDEA.transitions if "recognition.number_rejection" in each.jobs}
    assert {name_rejecting(*step) for step in rejecting} == set(WORDS) == {"permission", "silence", "screening", "determination"}
    assert find_words(name_rejecting("hear", "refused")) == GENERAL


@pytest.mark.parametrize("block", ["title", "signature", "code", "body", "top"])
def test_a_certificate_without_a_block_is_not_made(certificate, monkeypatch, block):
    fill = certificate_room.fill_template
    monkeypatch.setattr(certificate_room, "fill_template", lambda name, values: fill(name, values).replace(f'id="{block}-0"', ""))
    with pytest.raises(DocumentDoesNotFit, match=f"lost on the page.*{block}"):
        render_certificates([certificate()])


@pytest.mark.parametrize(
    ("room", "make", "fixture"),
    [
        ("letters", lambda content: render_receipts([content]), "receipt"),
        ("letters", lambda content: render_rejections([content]), "rejection"),
        ("report", render_report, "report"),
    ],
)
def test_a_letter_or_report_without_its_signature_is_not_made(request, monkeypatch, room, make, fixture):
    import importlib

    module = importlib.import_module(f"workflows.documents.{room}")
    fill = module.fill_template
    monkeypatch.setattr(module, "fill_template", lambda name, values: fill(name, values).replace('id="signature', 'class="'))
    with pytest.raises(DocumentDoesNotFit, match="signature"):
        make(request.getfixturevalue(fixture)())


def test_a_lost_block_is_named():
    document = lay_out("<p id=title>x</p>", ("certificate/certificate.css",))
    with pytest.raises(DocumentDoesNotFit, match="lost on the page: signature"):
        require_blocks(document.pages, ("title", "signature"))
