"""`gagas call new`, `plan`, `show` and `schema`: a call's file from a sample to the database and back."""

import json
from pathlib import Path

import pytest
from sqlmodel import col, select
from typer.testing import CliRunner, Result

from api.call_rules import ROOMS, make_schema, read_rooms
from api.call_samples import SAMPLES, read_sample
from api.cli.main import app
from models.calls import Call, PolicyVersion
from models.ledger import LedgerEntry
from models.people import AccountNotice, NoticeKind, Role
from tests.building import POLICY, Town
from workflows.process.refusals import Forbidden
from workflows.region.call_files.call import check_file
from workflows.region.call_files.reading import read_file
from workflows.region.signatures import sign_policy

OWN = ("--code", "UJI-2027", "--title", "Uji: 2027", "--unit", "BAPPEDA", "--opens", "2027-02-01", "--closes", "2027-03-31 16:00")


def run(*given: str | Path) -> Result:
    return CliRunner().invoke(app, ["call", *map(str, given)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A call's file, made from a sample."""
    file = tmp_path / "uji.yaml"
    result = run("new", "standing-track", "--to", file, *OWN)
    assert result.exit_code == 0, result.stderr
    return file


@pytest.fixture
def here(town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    """The town as the database of the commands."""
    for module in ("api.cli.call", "api.cli.call_new"):
        monkeypatch.setattr(f"{module}.database", lambda: town.store)
    return town


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_is_given_as_it_is_with_its_comments(sample: str) -> None:
    assert run("new", sample).stdout == read_sample(sample)
    english = run("new", sample, "--language", "en").stdout
    assert read_file(english.encode()).body == read_file(read_sample(sample).encode()).body
    assert "# The title that everybody reads." in english


def test_a_new_file_says_what_is_the_regions_own_and_keeps_the_rest(file: Path) -> None:
    made, sample = file.read_text("utf-8"), read_sample("standing_track")
    assert [line for line in made.splitlines() if line not in sample.splitlines()] == [
        "code: UJI-2027",
        'title: "Uji: 2027"',
        "unit_code: BAPPEDA",
        "opens_at: 2027-02-01",
        "closes_at: 2027-03-31 16:00",
    ]
    assert check_file(file.read_bytes()).faults == []
    assert (file.parent / "call.schema.json").is_file(), "the schema that the file names lies beside it"


def test_somebody_at_a_terminal_is_asked_for_what_is_the_regions_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.cli.call_new.is_terminal", lambda: True)
    answers = ["UJI-2027", "", "BAPPEDA", "2027-02-02", "", "KOTA CONTOH; BAPPEDA"]
    answers += ["Jalan Uji Nomor 2", "", "Contoh", "Joko Surapati", "Wali Kota Contoh"]
    result = CliRunner().invoke(app, ["call", "new", "kipp_style"], input="\n".join(answers) + "\n")
    own = {"code": "UJI-2027", "unit_code": "BAPPEDA", "opens_at": "2027-02-02"}
    written = result.stdout[result.stdout.index("# yaml-language-server") :]  # after the answers, which the runner echoes
    made, sample = read_file(written.encode()).body, read_file(read_sample("kipp_style").encode()).body
    assert {name: made[name] for name in made if name != "policy" and made[name] != sample[name]} == own
    assert made["policy"]["documents"]["letterhead"]["lines"] == ["KOTA CONTOH", "BAPPEDA"]
    assert made["policy"]["documents"]["letterhead"]["address"] == "Jalan Uji Nomor 2"
    assert "dipisahkan dengan titik koma" in result.stderr
    assert made["policy"]["documents"]["signatory"]["name"] == "Joko Surapati"
    assert "Kode unit penyelenggara:" in result.stderr


def test_another_signatory_takes_over_nobodys_number() -> None:
    before, made = (read_file(run("new", "standing_track", *given).stdout.encode()).body for given in ((), ("--signatory", "Joko")))
    assert before["policy"]["documents"]["signatory"]["employee_number"]
    assert made["policy"]["documents"]["signatory"] == {
        "name": "Joko",
        "position": "Camat Andir",
        "capacity": "",
        "rank": None,
        "employee_number": None,
    }


def test_a_policy_alone_is_not_planned(here: Town, tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(POLICY), "utf-8")
    result = run("plan", file, "--author", here["secretary"].number)
    assert (result.exit_code, result.stderr.startswith("Berkas ini hanya memuat ketentuan.")) == (1, True)


def test_no_file_is_written_over(file: Path) -> None:
    before = file.read_bytes()
    result = run("new", "kipp_style", "--to", file)
    assert (result.exit_code, file.read_bytes()) == (1, before)
    assert "sudah ada" in result.stderr


@pytest.mark.parametrize("given", [(), ("nowhere",), ("kipp_style", "--from", "X")], ids=str)
def test_a_start_that_is_none_is_told_of(given: tuple[str, ...]) -> None:
    result = run("new", *given)
    assert result.exit_code == 1
    assert "standing_track" in result.stderr


def test_the_schema_lies_beside_the_samples_as_it_is_made() -> None:
    kept = Path("examples/calls/call.schema.json").read_text("utf-8")
    assert run("schema").stdout == kept, "write it anew: gagas call schema > examples/calls/call.schema.json"
    assert json.loads(kept) == make_schema()


def test_every_rule_is_said_in_both_languages_and_none_that_there_is_not() -> None:
    said = read_rooms()
    assert {room: set(said[room]) for room, _ in ROOMS.values()} == {room: set(model.model_fields) for room, model in ROOMS.values()}
    assert {room for room, _ in ROOMS.values()} == set(said)
    assert all(set(text) == {"id", "en"} and text["id"] != text["en"] for room in said.values() for text in room.values())


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_names_the_schema_and_keeps_to_it(sample: str) -> None:
    import jsonschema_rs

    assert read_sample(sample).startswith("# yaml-language-server: $schema=call.schema.json\n")
    valid = jsonschema_rs.validator_for(make_schema())
    body = read_file(read_sample(sample).encode()).body
    assert valid.is_valid(body)
    assert not valid.is_valid({**body, "colour": "red"})
    assert not valid.is_valid({**body, "policy": {**body["policy"], "reviewers": 99}})
    assert not valid.is_valid({**body, "policy": {**body["policy"], "rule_book": {}}})


def test_a_call_is_planned_by_its_author_and_shown_again(here: Town, file: Path) -> None:
    result = run("plan", file, "--author", here["secretary"].number)
    assert (result.exit_code, result.stdout.split()[2]) == (0, "UJI-2027"), result.output
    shown = run("show", "UJI-2027", "--language", "id").stdout
    assert read_file(shown.encode()).body | {"closes_at": ""} == read_file(file.read_bytes()).body | {"closes_at": ""}
    assert "closes_at: 2027-03-31T16:00:00+07:00" in shown
    assert check_file(shown.encode()).faults == []
    again = run("new", "--from", "UJI-2027", "--code", "UJI-2028", "--opens", "2028-02-01", "--closes", "2028-03-31").stdout
    assert "code: UJI-2028" in again
    assert read_file(again.encode()).body["policy"] == read_file(shown.encode()).body["policy"]


def test_a_call_says_what_happens_when_nobody_acts(here: Town, file: Path) -> None:
    run("plan", file, "--author", here["secretary"].number)
    said = run("show", "UJI-2027", "--language", "en", "--clocks").stdout
    assert "If it is not answered, somebody above is asked." in said
    assert "If it is not completed, the idea is closed." in said


def test_the_author_of_a_call_that_the_server_planned_is_told_and_the_trail_says_so(here: Town, file: Path) -> None:
    assert run("plan", file, "--author", here["secretary"].number).exit_code == 0
    told = here.rows(select(AccountNotice.kind).where(AccountNotice.person_id == here["secretary"].id))
    assert told == [NoticeKind.CALL_PLANNED]
    kinds = here.rows(select(LedgerEntry.kind).order_by(col(LedgerEntry.seq)))
    assert [kind for kind in kinds if kind.startswith("call.")] == ["call.plan", "call.plan_at_server"]


def test_who_planned_a_call_at_the_server_cannot_sign_it(here: Town, file: Path) -> None:
    here.give_role("secretary", Role.CHAIR, "BAPPEDA")
    assert run("plan", file, "--author", here["secretary"].number).exit_code == 0
    [version] = here.rows(select(PolicyVersion))
    assert version.author_id == here["secretary"].id
    with pytest.raises(Forbidden, match="own_policy"):
        here.do(sign_policy, version.call_id, 1, by="secretary")


@pytest.mark.parametrize(
    ("who", "code"),
    [("stranger", "only_secretariat"), ("chair", "only_secretariat"), ("nobody", "person_unknown")],
)
def test_only_an_admin_or_the_secretariat_is_an_author(here: Town, file: Path, who: str, code: str) -> None:
    result = run("plan", file, "--author", "199001012015011999" if who == "nobody" else here[who].number)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0].endswith(code)
    assert run("show", "UJI-2027").exit_code == 1, "nothing was planned"


def test_what_the_region_refuses_is_told_with_its_line(here: Town, file: Path) -> None:
    file.write_text(file.read_text("utf-8").replace("unit_code: BAPPEDA", "unit_code: NIHIL").replace("2027-", "2020-"), "utf-8")
    result = run("plan", file, "--author", here["secretary"].number)
    told = [line.split("  ")[1:] for line in result.stdout.splitlines() if line.startswith(str(file))]
    assert (result.exit_code, told) == (1, [["unit_code", "unit_unknown"], ["closes_at", "date_in_the_past"]])
    assert f"{file}:{file.read_text('utf-8').split('unit_code')[0].count(chr(10)) + 1}:1" in result.stdout


def test_a_file_with_faults_plans_nothing(here: Town, file: Path) -> None:
    file.write_text(file.read_text("utf-8").replace("movers: {}", "movers: {fly: chair}"), "utf-8")
    assert run("plan", file, "--author", here["secretary"].number).exit_code == 1
    assert here.rows(select(Call)) == []
