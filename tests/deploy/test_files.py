"""What lies in deploy/ names only commands, settings and ports that exist."""

import re
import tomllib
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from prefect.settings import get_current_settings

from api.cli.main import app
from api.connections import HEAD_SECONDS, MOST_CONNECTIONS
from api.middleware import PATIENCE_SECONDS
from api.pages import imports
from api.uploads import LARGEST_BODY
from models.settings import SHORTEST_POOL_LEASE, Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
PARTS = [unit for unit in UNITS if "Type=oneshot" not in unit.read_text()]  # those that run on and on
TEXTS = ["README.md", "compose.yaml", "Dockerfile", "gagas.env.example", "nginx.conf", *(f"systemd/{unit.name}" for unit in UNITS)]
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
COMMANDS = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
PREFECT_COMMANDS = {"server start", "worker start", "flow-run ls"}
SETTINGS = {f"GAGAS_{name.upper()}" for name in Settings.model_fields}
OF_COMPOSE = {"GAGAS_PASSWORD"}
NO_CALLS = r"(?m)^\s*#.*$|-[dgu] gagas\b|/opt/gagas setup|useradd.*|chown.*"  # a name of an account, a database, a folder
SIGNER = DEPLOY / "systemd" / "gagas-checkpoint.service"
WRITTEN = {"gagas-backup.service": ["/backup"], SIGNER.name: ["/var/lib/gagas-keys"]}  # beside the data
HARDENED = {"User": "gagas", "ProtectSystem": "strict", "NoNewPrivileges": "yes", "Restart": "always"}


def read_env() -> dict[str, str]:
    lines = (DEPLOY / "gagas.env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def read_unit(file: Path) -> dict[str, str]:
    parser = ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(file.read_text())
    return dict(parser["Service"])


@pytest.mark.parametrize("name", TEXTS)
def test_every_command_and_setting_named_exists(name: str) -> None:
    text = (DEPLOY / name).read_text()
    called = set(re.findall(r"(?:^|[\s/`\"])gagas (?!\$|_)([a-z]+)\b", re.sub(NO_CALLS, "", text)))
    assert called <= COMMANDS
    assert set(re.findall(r"\bprefect ((?:server|worker|flow-run) [a-z]+)", text)) <= PREFECT_COMMANDS
    assert set(re.findall(r"\bGAGAS_[A-Z_]*[A-Z]", text)) <= SETTINGS | OF_COMPOSE


def test_prefect_knows_every_setting_of_its_own() -> None:
    known = set(get_current_settings().to_environment_variables(exclude_unset=False)) | {"PREFECT_API_AUTH_STRING"}
    known |= {"PREFECT_SERVER_API_AUTH_STRING", "PREFECT_SERVER_DATABASE_CONNECTION_URL", "PREFECT_API_URL"}
    known |= {"PREFECT_SERVER_UI_STATIC_DIRECTORY"}  # like the others, not listed while it has no value
    assert {name for name in read_env() if name.startswith("PREFECT_")} <= known
    assert read_env()["DO_NOT_TRACK"] == "1"


def test_the_example_is_accepted_as_it_stands() -> None:
    told = {name.removeprefix("GAGAS_").lower(): value for name, value in read_env().items() if name.startswith("GAGAS_")}
    chosen = Settings(**told)  # type: ignore[arg-type]
    assert chosen.work_pool == "gagas"
    assert chosen.lease_seconds > SHORTEST_POOL_LEASE


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_is_hardened_restarted_and_reads_the_one_file(unit: Path) -> None:
    told = read_unit(unit)
    lasting = unit in PARTS
    assert {name: told.get(name) for name in HARDENED} == HARDENED | ({} if lasting else {"Restart": None})
    assert told["EnvironmentFile"] == "/etc/gagas/gagas.env"
    program = Path(told["ExecStart"].split()[0])
    assert program.parent == Path("/opt/gagas/.venv/bin")
    assert (ROOT / ".venv/bin" / program.name).exists()
    assert told["ReadWritePaths"].split() == [read_env()["GAGAS_DATA"], *WRITTEN.get(unit.name, [])]


def test_the_key_that_signs_checkpoints_lies_apart_and_no_part_that_runs_reaches_it() -> None:
    """Whoever broke into an API process could otherwise sign a chain of their own making. What signs answers nobody, and ends."""
    folder = Path(read_env()["GAGAS_LEDGER_KEY"]).parent
    assert not folder.is_relative_to(read_env()["GAGAS_DATA"])
    assert f"install -d -m 700 -o gagas -g gagas /var/lib/gagas {folder}" in (DEPLOY / "README.md").read_text()
    assert {read_unit(unit)["InaccessiblePaths"] for unit in UNITS if unit != SIGNER} == {f"-{folder}"}
    signer = read_unit(SIGNER)
    assert (signer["Type"], signer["IPAddressDeny"], signer["IPAddressAllow"]) == ("oneshot", "any", "localhost")
    assert signer["ExecStart"].endswith("gagas ledger checkpoint --keep")
    mounted = [name for name, service in COMPOSE["services"].items() if f"keys:{folder}" in service.get("volumes", [])]
    assert mounted == ["migrate"]


def test_a_backup_is_made_each_night_of_the_region_after_a_checkpoint_and_is_not_kept_for_ever() -> None:
    unit, timer = ((DEPLOY / "systemd" / f"gagas-backup.{kind}").read_text() for kind in ("service", "timer"))
    assert f"Wants={SIGNER.name}" in unit
    assert re.search(rf"(?m)^After=.*\b{re.escape(SIGNER.name)}$", unit)
    assert re.search(r"gagas backup --dated --keep \d+ /backup$", read_unit(DEPLOY / "systemd" / "gagas-backup.service")["ExecStart"])
    assert re.findall(r"(?m)^OnCalendar=(.*)$", timer) == [f"*-*-* 01:30:00 {Settings().zone}"], (
        "at night there, wherever the machine's clock is"
    )


@pytest.mark.parametrize("guide", [DEPLOY / "README.md", ROOT / "README.md"], ids=["cluster", "one machine"])
def test_a_guide_installs_each_unit_that_the_backup_needs(guide: Path) -> None:
    copied = [words for line in re.findall(r"(?m)^cp .*/etc/systemd/system/?$", guide.read_text()) for words in line.split()[1:-1]]
    for name in ("gagas-backup.service", "gagas-backup.timer", SIGNER.name):
        assert [word for word in copied if Path(f"/opt/gagas/deploy/systemd/{name}").match(word)], name


def test_the_guide_starts_every_unit_and_shows_each_by_hand() -> None:
    guide = (DEPLOY / "README.md").read_text()
    for unit in PARTS:
        name = unit.name.removesuffix(".service")
        assert re.search(rf"systemctl enable --now [^\n]*{name}", guide), name
        by_hand = re.search(rf"\| `{name}[0-9]*` \| `as_gagas (.*?) &` \|", guide)
        assert by_hand, name
        started = read_unit(unit)["ExecStart"].removeprefix("/opt/gagas/.venv/bin/").replace("${GAGAS_WORK_POOL}", "gagas")
        assert by_hand[1].removeprefix("env GAGAS_PORT=8081 ").replace("--name 1", "--name %H-%i") == started


def test_the_proxy_stands_before_the_ports_that_the_guide_starts() -> None:
    ports = set(re.findall(r"server 127\.0\.0\.1:(\d+)", (DEPLOY / "nginx.conf").read_text()))
    assert ports == set(re.findall(r"gagas-api@(\d+)", (DEPLOY / "README.md").read_text()))


def test_prefects_port_asks_for_a_password_and_lets_no_other_origin_in() -> None:
    told = read_env()
    assert told["PREFECT_SERVER_API_AUTH_STRING"] == told["PREFECT_API_AUTH_STRING"] != ""
    assert told["PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS"] == ""
    assert told["PREFECT_SERVER_API_HOST"] == "127.0.0.1"
    assert "ports" not in COMPOSE["services"]["prefect"], "within the cluster alone"
    assert COMPOSE["services"]["prefect"]["env_file"] == "gagas.env"


def test_the_proxy_lets_slow_clients_go_before_the_api_would() -> None:
    told = dict(re.findall(r"(?m)^    (\w+) ([^;]+);$", (DEPLOY / "nginx.conf").read_text()))
    assert float(told["client_header_timeout"].rstrip("s")) <= HEAD_SECONDS
    assert float(told["client_body_timeout"].rstrip("s")) <= PATIENCE_SECONDS
    assert int(told["limit_conn"].split()[1]) < MOST_CONNECTIONS
    assert {"send_timeout", "keepalive_timeout", "client_max_body_size"} <= set(told)


@pytest.mark.parametrize("name", ["nginx.conf", "one-machine/nginx.conf"])
def test_the_proxy_takes_what_gagas_refuses_with_a_sentence_and_says_one_itself_of_what_is_larger(name: str) -> None:
    text = (DEPLOY / name).read_text()
    [most] = re.findall(r"client_max_body_size (\d+)m;", text)
    assert int(most) * 2**20 > max(LARGEST_BODY, imports.LARGEST)
    assert "error_page 413 @too_large;" in text
    [said] = re.findall(r'location @too_large \{\s+default_type "text/html; charset=utf-8";\s+return 413 "([^"]+)";', text)
    assert f"melebihi {most} MB" in said
    assert f"larger than {most} MB" in said
    assert "$" not in said, "nginx would read it as a variable"


@pytest.mark.parametrize("name", ["nginx.conf", "one-machine/nginx.conf"])
def test_the_proxy_logs_no_search_and_no_name_of_a_file(name: str) -> None:
    text = (DEPLOY / name).read_text()
    [written] = re.findall(r"(?m)^log_format without_queries '([^']+)';$", text)
    assert set(re.findall(r"\$\w+", written)).isdisjoint(
        {"$request", "$request_uri", "$args", "$query_string", "$http_referer", "$http_cookie"}
    )
    assert re.findall(r"access_log \S+ (\w+)", text) == ["without_queries"]


def test_compose_starts_what_the_units_start() -> None:
    services = COMPOSE["services"]
    commands = " && ".join(str(service.get("command", "")) for service in services.values())
    for unit in PARTS:
        started = read_unit(unit)["ExecStart"].removeprefix("/opt/gagas/.venv/bin/").replace("${GAGAS_WORK_POOL}", "gagas")
        assert started.removesuffix(" --name %H-%i") in commands, unit.name
    assert services["worker"]["deploy"]["replicas"] == 2
    ports = [str(service["environment"]["GAGAS_PORT"]) for service in services.values() if service.get("command") == "gagas api"]
    assert ports == re.findall(r"server 127\.0\.0\.1:(\d+)", (DEPLOY / "nginx.conf").read_text())
    for service in services.values():
        depends = service.get("depends_on", [])
        assert set(depends) <= set(services)
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            assert source in COMPOSE["volumes"] or (DEPLOY / source).exists(), mount


def test_the_image_holds_every_room_and_the_release_of_uv_that_set_up_uses() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    rooms = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert set(re.findall(r"^COPY ([a-z]+) \1$", text, re.M)) == set(rooms)
    release = re.search(r"UV_RELEASE=(\S+)", (DEPLOY / "setup.sh").read_text())
    assert release
    assert f"uv=={release[1]}" in text
