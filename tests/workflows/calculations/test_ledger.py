"""The chain: its first hashes by hand, and that no change of the past stays unseen."""

import hashlib
from random import Random
from typing import Any

import pytest
import rfc8785
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from workflows.calculations.ledger import (
    GENESIS,
    ChainBreak,
    ChainEntry,
    Checkpoint,
    NotCanonical,
    SaltRefused,
    chain_hash,
    commitment,
    verify_chain,
    write_canonical,
)

SALT = bytes(range(16))


def chain(*payloads: dict[str, Any]) -> list[ChainEntry]:
    entries, head = [], GENESIS
    for seq, payload in enumerate(payloads, start=1):
        head = chain_hash(payload, head)
        entries.append(ChainEntry(seq=seq, payload=payload, hash=head.hex()))
    return entries


def checkpoint(entries: list[ChainEntry]) -> Checkpoint:
    return Checkpoint(size=len(entries), head=entries[-1].hash if entries else GENESIS.hex())


def renumbered(entries: list[ChainEntry]) -> list[ChainEntry]:
    return [entry.model_copy(update={"seq": seq}) for seq, entry in enumerate(entries, start=1)]


FIVE = chain(*({"fact": "idea.submitted", "number": number} for number in range(5)))

payloads = st.dictionaries(st.text(max_size=5), st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=5) | st.booleans(), max_size=3)
chains = st.lists(payloads, min_size=1, max_size=8).map(lambda given: chain(*given))


def test_a_hash_is_the_mark_the_canonical_json_and_the_previous_hash() -> None:
    assert chain_hash({"b": 1, "a": "é"}, GENESIS) == hashlib.sha256(b'\x00{"a":"\xc3\xa9","b":1}' + bytes(32)).digest()


def test_the_order_of_fields_does_not_matter_and_the_previous_hash_does() -> None:
    assert chain_hash({"a": 1, "b": 2}, GENESIS) == chain_hash({"b": 2, "a": 1}, GENESIS)
    assert chain_hash({"a": 1}, GENESIS) != chain_hash({"a": 1}, b"\x01" * 32)


def test_the_largest_amount_of_money_has_a_canonical_form() -> None:
    assert chain_hash({"amount_rupiah": 10**15}, GENESIS) == hashlib.sha256(b'\x00{"amount_rupiah":1000000000000000}' + bytes(32)).digest()


@pytest.mark.parametrize("value", [0.5, [1, {"deep": 1.0}], 2**53, "\ud800", {1: 2}, object()])
def test_what_has_no_single_written_form_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        chain_hash({"value": value}, GENESIS)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(1 - 2**53, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda parts: st.lists(parts, max_size=4) | st.dictionaries(st.text(max_size=5), parts, max_size=4),
)


@given(JSON)
def test_canonical_json_is_that_of_rfc_8785(value: Any) -> None:
    assert write_canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", ["\ud800", {"name": "\udfff"}, 2**53, [float("nan")]])
def test_what_rfc_8785_cannot_write_is_refused_as_it_refuses_it(value: Any) -> None:
    with pytest.raises(rfc8785.CanonicalizationError):
        write_canonical(value)


def test_endless_nesting_is_refused() -> None:
    nested: dict[str, Any] = {}
    for _ in range(100_000):
        nested = {"in": nested}
    with pytest.raises(NotCanonical):
        chain_hash(nested, GENESIS)


def test_a_whole_chain_reports_its_size_and_head() -> None:
    report = verify_chain(FIVE, checkpoint(FIVE))
    assert (report.valid, report.size, report.head, report.first_broken, report.reason) == (True, 5, FIVE[4].hash, None, None)


def test_an_empty_chain_is_whole_and_its_head_is_genesis() -> None:
    report = verify_chain([], checkpoint([]))
    assert (report.valid, report.size, report.head) == (True, 0, "00" * 32)


def test_a_chain_may_have_grown_since_the_checkpoint() -> None:
    assert verify_chain(FIVE, checkpoint(FIVE[:3])).valid
    assert verify_chain(FIVE, checkpoint([])).valid


@pytest.mark.parametrize(
    ("entries", "first_broken", "reason"),
    [
        ([*FIVE[:2], FIVE[2].model_copy(update={"payload": {"fact": "idea.rejected"}}), *FIVE[3:]], 3, ChainBreak.HASH),
        ([*FIVE[:2], FIVE[2].model_copy(update={"hash": FIVE[1].hash}), *FIVE[3:]], 3, ChainBreak.HASH),
        ([*FIVE[:2], FIVE[2].model_copy(update={"payload": {"score": 0.5}}), *FIVE[3:]], 3, ChainBreak.PAYLOAD),
        ([*FIVE[:2], *FIVE[3:]], 3, ChainBreak.SEQUENCE),
        (renumbered([*FIVE[:2], *FIVE[3:]]), 3, ChainBreak.HASH),
        (FIVE[1:], 1, ChainBreak.SEQUENCE),
        ([*FIVE[:2], FIVE[1], *FIVE[2:]], 3, ChainBreak.SEQUENCE),
        (renumbered([*FIVE[:2], FIVE[1], *FIVE[2:]]), 3, ChainBreak.HASH),
        (renumbered([FIVE[0], FIVE[2], FIVE[1], *FIVE[3:]]), 2, ChainBreak.HASH),
        (FIVE[:4], 5, ChainBreak.TRUNCATED),
        ([], 1, ChainBreak.TRUNCATED),
        (chain(*({"fact": "invented"} for _ in range(5))), 5, ChainBreak.CHECKPOINT),
        (chain(*({"fact": "invented"} for _ in range(9))), 5, ChainBreak.CHECKPOINT),
    ],
)
def test_a_broken_chain_says_where_and_why(entries: list[ChainEntry], first_broken: int, reason: ChainBreak) -> None:
    report = verify_chain(entries, checkpoint(FIVE))
    assert (report.valid, report.first_broken, report.reason) == (False, first_broken, reason)
    assert report.meaning


def test_without_a_checkpoint_a_missing_tail_cannot_be_seen() -> None:
    assert verify_chain(FIVE[:4]).valid


@settings(deadline=None)
@given(chains)
def test_every_chain_built_by_the_rule_is_whole(entries: list[ChainEntry]) -> None:
    assert verify_chain(iter(entries), checkpoint(entries)).valid


@settings(deadline=None)
@given(chains, st.integers(0, 7), payloads)
def test_every_edit_is_detected(entries: list[ChainEntry], place: int, payload: dict[str, Any]) -> None:
    place %= len(entries)
    assume(chain_hash(payload, GENESIS) != chain_hash(entries[place].payload, GENESIS))
    entries[place] = entries[place].model_copy(update={"payload": payload})
    assert verify_chain(entries).first_broken == place + 1


@settings(deadline=None)
@given(chains, st.integers(0, 7), st.booleans())
def test_every_deletion_is_detected_with_a_checkpoint(entries: list[ChainEntry], place: int, hide: bool) -> None:
    before = checkpoint(entries)
    del entries[place % len(entries)]
    assert not verify_chain(renumbered(entries) if hide else entries, before).valid


@settings(deadline=None)
@given(chains, st.integers(0, 7), payloads, st.booleans())
def test_every_insertion_before_the_checkpoint_is_detected(
    entries: list[ChainEntry], place: int, payload: dict[str, Any], rehash: bool
) -> None:
    before, place = checkpoint(entries), place % len(entries)
    stranger = ChainEntry(seq=place + 1, payload=payload, hash="00" * 32)
    longer = renumbered([*entries[:place], stranger, *entries[place:]])
    assume(payload != entries[-1].payload)
    assert not verify_chain(chain(*(entry.payload for entry in longer)) if rehash else longer, before).valid


@settings(deadline=None)
@given(chains, st.randoms(use_true_random=False), st.booleans())
def test_every_other_order_is_detected(entries: list[ChainEntry], random: Random, hide: bool) -> None:
    shuffled = entries[:]
    random.shuffle(shuffled)
    assume(shuffled != entries)
    assert not verify_chain(renumbered(shuffled) if hide else shuffled).valid


def test_a_commitment_is_a_salted_hash_that_cannot_be_opened_to_another_value() -> None:
    assert commitment("Sari", SALT) == hashlib.sha256(b"\x01\x10" + SALT + b"Sari").hexdigest()
    assert commitment("Sari", SALT) != commitment("Budi", SALT)
    assert commitment("Sari", SALT) != commitment("Sari", SALT[::-1])
    assert commitment("Sari", SALT) != commitment("ari", SALT + b"S")


@pytest.mark.parametrize("size", [0, 15, 256])
def test_a_salt_that_hides_nothing_is_refused(size: int) -> None:
    with pytest.raises(SaltRefused):
        commitment("Sari", bytes(size))
