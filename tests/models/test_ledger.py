"""The ledger holds every fact, unbroken and without a word about anybody; so does the outbox."""

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import select

from models.ideas import Decision, Idea, Revision
from models.ledger import LedgerEntry, LedgerHead
from models.outbox import Message
from models.stages import AwardStage, IdeaStage
from tests.building import Town
from tests.steps import REASON
from workflows.calculations.ledger import ChainEntry, verify_chain
from workflows.process.refusals import Refusal
from workflows.recognition.letters import number_certificates, number_receipt, number_rejection

SECRETS = (
    "Antrean daring",
    "Warga menunggu",
    REASON,
    "Kantor Kecamatan",
    "Uji coba berjalan",
    "@contoh.example",
    "token-of-",
    "Jelaskan biayanya",
)


def chain(town: Town) -> list[ChainEntry]:
    entries = town.rows(select(LedgerEntry).order_by(LedgerEntry.seq))  # type: ignore[arg-type]
    return [ChainEntry(seq=entry.seq, payload=entry.payload, hash=entry.hash) for entry in entries]


def act_at_random(town: Town, luck: random.Random, times: int) -> None:
    """Build whatever comes, some of it refused and rolled back."""
    for _ in range(times):
        idea = town.build_idea(luck.choice(list(IdeaStage)))
        if town.idea(idea).stage == IdeaStage.ROLLED_OUT:
            town.do(number_certificates, town.build_award(luck.choice(list(AwardStage)), idea=idea), by="flow:recognition")
        try:
            town.do(luck.choice([number_receipt, number_rejection]), idea, by="flow:recognition")
        except Refusal:
            continue


def test_the_chain_verifies_after_random_actions(either_town: Town, share: Callable[[int], int]) -> None:
    act_at_random(either_town, random.Random(7), share(200))
    links, head = chain(either_town), either_town.rows(select(LedgerHead))[0]
    report = verify_chain(links)
    assert report.valid
    assert (report.size, report.head) == (head.seq, head.hash) == (len(links), links[-1].hash)


def test_every_decision_has_its_entry(town: Town) -> None:
    act_at_random(town, random.Random(8), 5)
    for idea_id, count in town.rows(select(Decision.idea_id, sa.func.count()).group_by(Decision.idea_id)):
        entries = town.rows(select(LedgerEntry.kind).where(LedgerEntry.idea_id == idea_id))
        assert sum(kind.startswith(("idea.", "award.")) for kind in entries) == count


def test_no_word_about_anybody_comes_into_ledger_or_outbox(town: Town) -> None:
    for stage in IdeaStage:
        town.build_idea(stage)
    for award in AwardStage:
        town.do(number_certificates, town.build_award(award), by="flow:recognition")
    told = [json.dumps(entry.payload, ensure_ascii=False) for entry in town.rows(select(LedgerEntry))]
    told += [message.model_dump_json() for message in town.rows(select(Message))]
    assert len(told) > 300
    people = [one.name for one in town.people.values()] + [one.number for one in town.people.values()]
    words = {word for one in town.people.values() for word in one.name.split()}
    for secret in {*people, *words, *SECRETS}:
        assert not [text for text in told if secret in text], secret


@pytest.mark.parametrize("tamper", ["payload", "hash", "missing", "swapped", "inserted"])
def test_what_is_changed_behind_its_back_shows(town: Town, tamper: str) -> None:
    town.build_idea(IdeaStage.SCREENING)
    links = chain(town)
    middle = len(links) // 2
    changed: dict[str, Any] = {
        "payload": [
            *links[:middle],
            links[middle].model_copy(update={"payload": {**links[middle].payload, "actor": "x"}}),
            *links[middle + 1 :],
        ],
        "hash": [*links[:middle], links[middle].model_copy(update={"hash": "0" * 64}), *links[middle + 1 :]],
        "missing": links[:middle] + links[middle + 1 :],
        "swapped": [*links[:middle], links[middle + 1], links[middle], *links[middle + 2 :]],
        "inserted": [*links[:middle], links[0], *links[middle:]],
    }
    assert verify_chain(links).valid
    report = verify_chain(changed[tamper])
    assert not report.valid
    assert report.first_broken == middle + 1


def test_a_refused_action_leaves_no_entry(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING)
    before = chain(town)
    with pytest.raises(Refusal):
        town.do(number_rejection, idea, by="flow:recognition")
    assert chain(town) == before


def test_the_entry_says_which_revision_and_stage_it_speaks_of(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING)
    entry = town.rows(select(LedgerEntry).where(LedgerEntry.idea_id == idea, LedgerEntry.kind == "idea.submit"))[0]
    detail = dict(entry.payload["detail"])
    commits = detail.pop("commits")
    (digest,) = town.rows(select(Revision.content_sha256).where(Revision.idea_id == idea, Revision.number == 1))
    assert detail == {"stage": "submitted", "revision": 1, "code": None, "content": digest}
    assert commits["idea"][idea]["entry"][0] == town.idea(idea).code
    assert set(commits) == {"idea", "decision"}
    assert (entry.payload["actor"], entry.payload["subject"]) == (town["lead"].id, idea)
    assert town.rows(select(Idea.id).where(Idea.id == idea))
