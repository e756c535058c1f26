"""`gagas call check`: what is wrong with a call's file, in which line, and what to do; the same words as the API's."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jinja2 import FileSystemLoader
from typer.testing import CliRunner, Result

import api.cli.call as call_command
from api.cli.main import app
from models.policy import Policy
from tests.building import POLICY
from tests.foreign_words import find_foreign_words
from workflows.documents.markup import environment
from workflows.recognition.specimens import Render, find_faults
from workflows.region.call_files.writing import write_file
from workflows.region.soundness import digest_print

pytestmark = pytest.mark.xdist_group("specimens")
CALL = {"code": "UJI-1", "title": "Uji", "unit_code": "BAPPEDA", "opens_at": "2026-11-02", "closes_at": "2026-12-31"}
GATE = {"name": "hearing", "label": "Dengar pendapat", "label_en": "Hearing", "stage": "screening", "role": "operator"}


def check(file: Path | str, *more: str, given: str | None = None) -> Result:
    return CliRunner().invoke(app, ["call", "check", str(file), *more], input=given)


@pytest.fixture(scope="module", autouse=True)
def printed_once() -> Iterator[None]:
    """What prints alike is printed once for all these tests, as the program itself keeps the result; printing takes seconds."""
    kept: dict[str, list[dict[str, Any]]] = {}

    def find_once(policy: Policy, render: Render) -> list[dict[str, Any]]:
        if (digest := digest_print(policy)) not in kept:
            kept[digest] = find_faults(policy, render)
        return kept[digest]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(call_command, "find_faults", find_once)
        yield


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the policy to be checked is written."""
    return tmp_path / "policy.json"


def write(file: Path, **changes: Any) -> Path:
    file.write_text(json.dumps({**POLICY, **changes}, indent=1), encoding="utf-8")
    return file


def find_place(file: Path, part: str) -> str:
    """The file, the line and the column where a part of it first stands."""
    text = file.read_text("utf-8")
    before = text[: text.index(f'"{part}"')]
    return f"{file}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


@pytest.mark.parametrize("sample", sorted(Path("examples/calls").glob("*.yaml")), ids=lambda sample: sample.stem)
def test_the_sample_calls_pass(sample: Path) -> None:
    result = check(sample)
    assert (result.exit_code, result.stdout) == (0, "Ketentuan ini tidak bertentangan dengan proses, dan semua dokumennya dapat dicetak.\n")


def test_a_policy_alone_a_call_with_its_policy_and_the_standard_input_are_all_read(file: Path) -> None:
    assert check(write(file)).exit_code == 0
    file.write_text(json.dumps({**CALL, "policy": POLICY}))
    assert check(file).exit_code == 0
    file.write_text(write_file({**CALL, "policy": POLICY}, {}))
    assert check(file).exit_code == 0
    assert check("-", given=json.dumps(POLICY)).exit_code == 0
    file.write_text(json.dumps({**CALL, "policy": {**POLICY, "award_from": []}}))
    assert check(file).exit_code == 1


def test_each_finding_is_told_with_its_place_its_code_and_what_to_do(file: Path) -> None:
    result = check(write(file, gates=[GATE], movers={"determination": "chair"}))
    assert result.exit_code == 1
    gate, sentence, mover, advice = result.stdout.splitlines()
    assert gate == f"{find_place(file, 'role')}  policy.gates.0.role  policy_role_cannot_act"
    assert sentence.startswith("  Peran Operator tidak memegang jabatan atas usulan")
    assert mover == f"{find_place(file, 'determination')}  policy.movers.determination  policy_action_unknown"
    assert advice == "  Langkah determination tidak ada dalam proses. Periksa penulisannya."
    assert find_foreign_words(sentence) == []


def test_a_policy_that_concentrates_is_told_in_words(file: Path) -> None:
    result = check(write(file, movers={"determine": "chair"}))
    assert (result.exit_code, result.stdout.splitlines()) == (
        1,
        [
            f"{find_place(file, 'determine')}  policy.movers.determine  policy_concentrates",
            (
                "  Dua langkah yang harus dilakukan orang berbeda jatuh pada satu peran, Ketua tim penilai: Penetapan, Rekomendasi."
                " Serahkan salah satunya kepada peran lain."
            ),
        ],
    )


def test_what_a_policy_pays_is_held_against_the_ceilings_that_are_given(file: Path) -> None:
    write(file)
    assert check(file, "--per-award", "10000001", "--per-call", "20000000").exit_code == 0
    result = check(file, "--per-award", "10000000")
    assert result.exit_code == 1
    assert result.stdout.startswith(
        f"{find_place(file, 'amount_rupiah')}  policy.rule_book.tiers.0.amount_rupiah  ceiling_tier_exceeded\n"
        "  Emas: Rp10.000.001 melebihi batas Rp10.000.000"
    )


def test_a_document_that_cannot_be_printed_is_told_with_the_part_at_fault(file: Path) -> None:
    lines = ["Badan Perencanaan Pembangunan, Penelitian dan Pengembangan"] * 4
    letterhead = {"lines": lines, "address": "Jalan Contoh " * 15, "contact": "surel " * 30}
    result = check(write(file, documents={**POLICY["documents"], "letterhead": letterhead}))
    assert (result.exit_code, result.stdout.splitlines()) == (
        1,
        [
            f"{find_place(file, 'letterhead')}  policy.documents.letterhead  specimen_does_not_fit",
            "  Dengan bagian ini dokumen tidak muat pada kertasnya: Piagam penghargaan. Persingkat isinya.",
        ],
    )


@pytest.fixture
def report_whose_sums_run_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The report as it once was drawn: its sums stand at the right edge, on one line however long they are."""
    templates = environment()
    assert isinstance(templates.loader, FileSystemLoader)
    sound = Path(templates.loader.searchpath[0], "report", "report.html").read_text("utf-8")
    edge = '<span style="position:absolute; left:150mm; white-space:nowrap">{{ award.amount_rupiah | rupiah }}</span>'
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "report.html").write_text(sound.replace("{{ award.amount_rupiah | rupiah }}", edge), "utf-8")
    monkeypatch.setattr(templates.loader, "searchpath", [str(tmp_path), *templates.loader.searchpath])
    assert templates.cache is not None
    templates.cache.clear()
    yield
    templates.cache.clear()


@pytest.mark.slow
@pytest.mark.usefixtures("report_whose_sums_run_off")
def test_a_sum_that_runs_off_its_sheet_is_refused_before_any_report_is_issued(file: Path) -> None:
    result = check(write(file, documents={**POLICY["documents"], "place": "Kota Contoh"}))
    assert (result.exit_code, result.stdout.splitlines()) == (
        1,
        [
            f"{find_place(file, 'documents')}  policy.documents  specimen_does_not_fit",
            "  Dengan bagian ini dokumen tidak muat pada kertasnya: Laporan. Persingkat isinya.",
        ],
    )


def test_the_reader_chooses_the_language_or_has_the_regions(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(file, award_from=["determined"])
    assert "Tidak ada yang merancang penghargaan" in check(file).stdout
    assert "Nothing drafts an award" in check(file, "--language", "en").stdout
    monkeypatch.setenv("GAGAS_LANGUAGE", "en")
    assert check(file, "--language", "id").stdout.splitlines()[0].endswith("  policy.award_from  policy_award_not_drafted")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"gates": [}', "1:12  call_file_malformed"),
        (b'{"pass_mark": NaN}', "1:15  call_file_no_number"),
        (b"[" * 100_000, "1:1  call_file_too_deep"),
        (b'"\xff"', "1:2  call_file_not_utf8"),
        (b"[]", "1:1  call_file_no_call"),
        (b'{"policy": 3}', "1:2  policy  call_file_no_call"),
        (b"gates: [\n", "2:1  call_file_malformed"),
        (b"entry: new\n---\nentry: new\n", "2:1  call_file_two_documents"),
        (b"a: \x00", "1:4  call_file_control_character"),
        (b"x" * 10_000_000, "1:1  call_file_too_large"),
        (b"", "1:1  call_file_empty"),
    ],
    ids=["malformed", "no number", "nested", "bytes", "list", "number", "open", "two", "nul", "large", "empty"],
)
def test_what_is_no_policy_at_all_is_told_with_the_place_in_the_file(file: Path, content: bytes, said: str) -> None:
    file.write_bytes(content)
    result = check(file)
    assert (result.exit_code, result.stdout) == (2, "")
    place, told = result.stderr.splitlines()
    assert place == f"{file}:{said}"
    assert find_foreign_words(told.replace("NaN", "")) == [], "no English stands in an Indonesian sentence"
    english = check(file, "--language", "en").stderr.splitlines()
    assert english[0] == place
    assert english[1] != told


def test_a_name_given_twice_and_a_tag_are_told_with_their_lines(file: Path) -> None:
    file.write_text(json.dumps(POLICY, indent=1).replace("{", '{"entry": "new",\n"entry": "new",', 1))
    assert check(file).stdout.splitlines()[0] == f"{file}:2:1  entry  call_file_name_twice"
    file.write_text(write_file(POLICY, {}).replace("place: Contoh", "place: !!python/object:os.system Contoh"))
    result = check(file)
    assert (result.exit_code, result.stdout.splitlines()[0].rpartition("  ")[2]) == (1, "call_file_tag")


def test_an_unknown_file_is_named(tmp_path: Path) -> None:
    result = check(tmp_path / "nowhere.json")
    assert result.exit_code == 2
    assert f"{tmp_path / 'nowhere.json'}: Berkas ini tidak ada" in result.stderr
    assert "There is no such file" in check(tmp_path / "nowhere.json", "--language", "en").stderr


@pytest.mark.parametrize(
    ("changes", "place", "said"),
    [
        ({"sections": []}, "policy.sections", "paling sedikit 1 butir"),
        ({"gates": [{**GATE, "role": "king"}]}, "policy.gates.0.role", "Pilih salah satu"),
        ({"rule_book": {**POLICY["rule_book"], "tiers": []}}, "policy.rule_book.tiers", "paling sedikit 1 butir"),
        ({"documents": {**POLICY["documents"], "numbers": {"receipt": "{running}"}}}, "policy.documents.numbers.receipt", "Pola nomor"),
        ({"colour": "red"}, "policy.colour", "Hapus bidang ini"),
    ],
)
def test_a_policy_that_does_not_validate_is_told_with_the_place_of_its_first_fault(
    file: Path, changes: dict[str, Any], place: str, said: str
) -> None:
    result = check(write(file, **changes))
    assert result.exit_code == 1
    assert f"  {place}  " in result.stdout.splitlines()[0]
    assert said in result.stdout
