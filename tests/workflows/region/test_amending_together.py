"""An amendment needs two people without a part in the call, and follows the line of versions that its ideas are held to.

Who would cheat: who writes and signs alone, helps an own idea, or becomes the signatory. Who errs: two who amend or sign at once.
"""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlmodel import select

from models.calls import CallChange, CallChangeKind
from models.database import LostRace
from models.people import Role
from models.stages import IdeaStage
from tests.building import Town
from tests.workflows.region.test_amendments import amend, write
from tests.workflows.region.test_signatures import version
from workflows.process.attest.compare import compare_rows
from workflows.process.refusals import Conflict, Forbidden
from workflows.region.calls import current_policy
from workflows.region.signatures import sign_policy


def test_whoever_writes_an_amendment_does_not_sign_it(town: Town) -> None:
    for role in (Role.CHAIR, Role.LEADER):
        town.give_role("secretary", role, "KOTA")
    idea = town.build_idea(IdeaStage.SCREENING)
    number = write(town, town.call)
    with pytest.raises(Forbidden, match="own_policy"):
        town.do(sign_policy, town.call, number, by="secretary")
    assert town.idea(idea).policy_id == version(town, town.call, 1).id


def test_nobody_makes_themselves_the_signatory_neither_by_writing_nor_by_signing(town: Town) -> None:
    call, secretary, chair = town.call, town["secretary"], town["chair"]
    for own in ({"documents.signatory.name": f" {secretary.name.upper()} "}, {"documents.signatory.employee_number": secretary.number}):
        with pytest.raises(Forbidden, match="own_signature"):
            write(town, call, own)
    number = write(town, call, {"documents.signatory.name": chair.name})
    with pytest.raises(Forbidden, match="own_signature"):
        town.do(sign_policy, call, number, by="chair")
    town.do(sign_policy, call, number, by="leader")


def test_who_proposes_in_the_call_neither_writes_nor_signs(town: Town) -> None:
    town.give_role("mate", Role.SECRETARIAT, "KOTA")
    town.give_role("mate", Role.LEADER, "KOTA")
    call = town.call
    town.build_idea()
    with pytest.raises(Forbidden, match="own_idea_in_call"):
        write(town, call, by="mate")
    number = write(town, call)
    with pytest.raises(Forbidden, match="own_idea_in_call"):
        town.do(sign_policy, call, number, by="mate")


def test_nobody_else_writes_an_amendment(town: Town) -> None:
    call = town.call
    for who in town.people.keys() - {"secretary", "admin", "second_admin"}:
        with pytest.raises(Forbidden, match="only_secretariat"):
            write(town, call, by=who)


# Lines of versions


def test_an_amendment_counts_for_new_drafts_too_unless_a_newer_version_does(town: Town) -> None:
    call = town.call
    number = amend(town, call)
    assert town.idea(town.build_idea()).policy_id == version(town, call, number).id
    newer = town.amend(call, pass_mark=70)
    late = town.build_idea()
    older = amend(town, call, {"days.review": 30}, amends=number)
    with town.store.reading() as session:
        assert current_policy(session, call).number == newer
    assert town.idea(late).policy_id == version(town, call, newer).id, "an idea of another version is not touched"
    assert version(town, call, older).body["pass_mark"] == version(town, call, 1).body["pass_mark"]


def test_who_was_left_on_an_earlier_amendment_is_taken_along_by_the_next(town: Town) -> None:
    call, idea = town.call, town.build_idea(IdeaStage.SCREENING)
    due_at = town.idea(idea).due_at
    assert due_at is not None
    first = amend(town, call)
    second = amend(town, call, {"days.screening": 20}, amends=first)
    assert town.idea(idea).policy_id == version(town, call, second).id
    assert town.idea(idea).due_at == due_at + timedelta(days=13)


def test_only_the_newest_version_of_a_line_is_amended_and_a_later_one_takes_the_place_of_what_waits(town: Town) -> None:
    call = town.call
    first, second = write(town, call), write(town, call, {"days.review": 20})
    with pytest.raises(Conflict, match="version_superseded"):
        town.do(sign_policy, call, first, by="chair")
    town.do(sign_policy, call, second, by="chair")
    with pytest.raises(Conflict, match="version_signed"):
        town.do(sign_policy, call, second, by="leader")
    with pytest.raises(Conflict, match="version_amended") as refused:
        write(town, call, {"days.review": 21})
    assert refused.value.parameters == {"version": second}


def test_two_who_amend_or_sign_at_the_same_time_leave_one_amendment(either_town: Town) -> None:
    town = either_town
    call = town.call
    ideas = [town.build_idea(IdeaStage.SCREENING) for _ in range(3)]
    number = write(town, call)
    before = {idea: town.idea(idea).due_at for idea in ideas}
    gate, outcomes = Barrier(2), list[str]()

    def sign(who: str) -> None:
        gate.wait()
        try:
            town.do(sign_policy, call, number, by=who)
            outcomes.append("signed")
        except (LostRace, Conflict) as fault:
            outcomes.append(getattr(fault, "code", "lost_race"))

    threads = [Thread(target=sign, args=(who,)) for who in ("chair", "leader")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) in (["signed", "version_signed"], ["lost_race", "signed"])
    for idea, due_at in before.items():
        assert due_at is not None
        assert town.idea(idea).due_at == due_at + timedelta(days=10)
    assert len(town.rows(select(CallChange).where(CallChange.kind == CallChangeKind.AMENDED))) == 1
    with town.store.reading() as session:
        assert compare_rows(session).differences == []
