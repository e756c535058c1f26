"""An office's letterhead is printed as a policy's is, before a certificate must carry it.

Who errs: an admin who enters four long lines after the policy was signed and printed. An inspector expects that no letter and no
certificate is lost on the day of its issue, and that whoever entered the lines reads which field is at fault.
"""

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from models.calls import Specimen
from models.documents import DocumentKind
from models.offices import UnitOffice
from models.policy import Policy
from tests.asking import ask
from tests.building import Town
from tests.workflows.region.appointing import ANDIR, RULE, day, office, read
from tests.workflows.turns import clock, deliver, own_town
from workflows.documents.render import render_documents
from workflows.process.refusals import Invalid
from workflows.recognition.specimens import find_faults, keep_specimen, read_office_print
from workflows.region.holders import NewHolder, appoint_holder, confirm_holder
from workflows.region.offices import digest_office, list_misfits, set_office

__all__ = ["clock", "office", "own_town"]
LINE = "SEKRETARIAT BERSAMA PENYELENGGARAAN INOVASI DAERAH DAN PELAYANAN PUBLIK TERPADU KOTA CONTOH " * 2
TALL = replace(ANDIR, letterhead_lines=(LINE[:150].strip(),) * 4)


def print_office(session: Session, town: Town) -> None:
    """What the flow does after an office was set."""
    wanted = read_office_print(session, town.units["ANDIR"][0])
    keep_specimen(wanted.sha256, find_faults(wanted, render_documents), session)


def test_four_long_lines_are_found_by_their_field_and_refused_at_the_confirmation_and_on_no_document(either_town: Town) -> None:
    town = either_town
    town.do(set_office, "ANDIR", ANDIR, by="admin")
    town.appoint("ANDIR", NewHolder(town["head"].id, day(0), day(390)))
    assert read(town, day(1)).letterhead_lines == ANDIR.letterhead_lines
    town.do(set_office, "ANDIR", TALL, by="admin")
    waiting = town.do(appoint_holder, "ANDIR", NewHolder(town["other_head"].id, day(400)), by="admin")
    with town.store.unit_of_work() as session:
        print_office(session, town)
    assert read(town, day(1)).letterhead_lines == RULE.letterhead.lines, "no document carries what does not fit"
    for action, values in ((confirm_holder, (waiting.id,)), (set_office, ("ANDIR", TALL))):
        with pytest.raises(Invalid, match="specimen_does_not_fit") as refused:
            town.do(action, *values, by="second_admin")
        assert (refused.value.field, refused.value.parameters) == ("letterhead_lines", {"document": "certificate"})
    shown = ask(TestClient(town.app), town["admin"], "GET /units/ANDIR/office").json()
    assert shown["misfits"] == ["letterhead_lines"]
    town.do(set_office, "ANDIR", ANDIR, by="admin")
    assert read(town, day(1)).letterhead_lines == ANDIR.letterhead_lines
    town.do(confirm_holder, waiting.id, by="second_admin")


def test_the_flow_prints_an_office_that_was_set_and_one_that_fits_has_no_fault(own_town: Town) -> None:
    assert own_town.call
    own_town.do(set_office, "ANDIR", ANDIR, by="admin")
    deliver(own_town, "recognition")
    with own_town.store.reading() as session:
        set_up = session.get_one(UnitOffice, own_town.units["ANDIR"][0])
        assert session.get(Specimen, digest_office(set_up)) is not None
        assert list_misfits(session, set_up) == []


def test_policies_whose_documents_are_alike_are_printed_once_and_each_that_differs_too(own_town: Town) -> None:
    assert own_town.call
    own_town.do(set_office, "ANDIR", ANDIR, by="admin")
    with own_town.store.reading() as session:
        office = read_office_print(session, own_town.units["ANDIR"][0])
    [policy] = office.policies
    others = {"alike": policy.model_copy(update={"quorum": policy.quorum + 1}), "other": policy.model_copy(update={"team_limit": 2})}

    def count_printed(*policies: Policy) -> int:
        kinds: list[str] = []
        assert find_faults(replace(office, policies=policies), lambda kind, _contents: kinds.append(kind)) == []
        assert set(kinds) == set(DocumentKind)
        return len(kinds)

    assert count_printed(policy) == len(DocumentKind)
    assert count_printed(policy, others["alike"]) == len(DocumentKind)
    assert count_printed(policy, others["alike"], others["other"]) == 2 * len(DocumentKind)
