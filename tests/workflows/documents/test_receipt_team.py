"""A receipt that is issued after its team was changed says by whom, when, and with which shares."""

from datetime import datetime, timedelta, timezone
from io import BytesIO

import pypdf
import pytest
from pydantic import ValidationError

from models.policy import Policy
from tests.workflows.documents.rendering import render_receipts
from workflows.documents.content import read_content, write_content
from workflows.documents.kinds.receipt import ReceiptContent, ShareChange, TeamLine, TeamRevision

pytestmark = pytest.mark.slow

CHANGED_AT = datetime(2026, 3, 20, 14, 30, 0, tzinfo=timezone(timedelta(hours=7)))


def revision(*members: tuple[str, int | None, int | None]) -> TeamRevision:
    return TeamRevision(CHANGED_AT, "Rahmawati Kusumaningrum", tuple(ShareChange(*member) for member in members))


def squeezed(text: str) -> str:
    return "".join(text.split())


def team_of(size: int) -> tuple[TeamLine, ...]:
    names = [f"Anggota Ke{place} Namapanjang" for place in range(size)]
    shares = [10_000 // size + (place < 10_000 % size) for place in range(size)]
    return tuple(
        TeamLine(name, "***************008", "Kelurahan Ciroyom", "Anggota", share) for name, share in zip(names, shares, strict=True)
    )


def test_it_shows_every_share_before_and_after(receipt, words_of, faults_of):
    changed = revision(("Rahmawati Kusumaningrum", 5_000, 6_667), ("Yohana Simatupang", None, 3_333), ("Hendra Wijaya", 5_000, None))
    pdf = render_receipts([receipt(team_revisions=(changed,))])[0]
    words = squeezed(words_of(pdf))
    assert "perubahantimpada20maret2026pukul14.30.00wiboleh" in words.lower()
    assert "HendraWijaya50%–" in words
    assert faults_of(pdf) == []


def test_a_receipt_without_a_change_says_nothing_of_one(receipt, words_of):
    assert "perubahantim" not in squeezed(words_of(render_receipts([receipt()])[0])).lower()


def test_a_receipt_stored_before_changes_were_kept_is_read_as_one_without(receipt):
    stored = write_content(receipt()).replace(',"team_revisions":[]', "")
    assert "team_revisions" not in stored
    assert read_content(ReceiptContent, stored) == receipt()


def test_a_receipt_takes_as_large_a_team_as_a_policy_may_allow_and_no_larger(receipt):
    most = Policy.model_json_schema()["properties"]["team_limit"]["maximum"]
    assert receipt(team=team_of(most)).team == team_of(most)
    with pytest.raises(ValidationError, match="at most 50"):
        receipt(team=team_of(most + 1))


def test_the_largest_team_stands_on_two_pages_with_the_proof_beside_the_signature(receipt, words_of, faults_of):
    pdf = render_receipts([receipt(team=team_of(50))])[0]
    pages = [squeezed(page.extract_text()) for page in pypdf.PdfReader(BytesIO(pdf)).pages]
    words = squeezed(words_of(pdf))
    assert [member.name for member in team_of(50) if squeezed(member.name) not in words] == []
    assert len(pages) == 2
    assert squeezed("Sidik digital baris") in pages[-1]
    assert squeezed("Sistem elektronik Gagas, Kecamatan Andir") in pages[-1]
    assert faults_of(pdf) == []


def test_what_proves_a_receipt_is_never_left_on_the_page_before_its_signature(receipt):
    for size in range(15, 21):
        last = pypdf.PdfReader(BytesIO(render_receipts([receipt(team=team_of(size))])[0])).pages[-1]
        assert squeezed("Sidik digital baris") in squeezed(last.extract_text()), size


def test_a_large_team_that_changed_wholly_still_fits(receipt, words_of, faults_of):
    names = [f"Anggota Ke{chr(97 + place)} Namapanjangsekali" for place in range(20)]
    team = tuple(TeamLine(name, "***************008", "Kelurahan Ciroyom", "Anggota", 500) for name in names)
    former = [(f"Bekas {name}", 500, None) for name in names]
    pdf = render_receipts([receipt(team=team, team_revisions=(revision(*((name, None, 500) for name in names), *former),))])[0]
    assert squeezed("Bekas " + names[-1]) in squeezed(words_of(pdf))
    assert faults_of(pdf) == []
