"""The clock, the ports and the settings."""

import os
import socket
from datetime import datetime
from pathlib import Path

from api.cli.doctor.finding import Remark, State
from models import instants
from workflows.delivery.processes import answers


def check_clock(instant: datetime, clock: str, data: Path) -> Remark:
    """The machine's clock is set; the domain's may stand in a file, in demo and tests only. A demo's folder brings its own."""
    if instant.year < 2026:
        return Remark("clock", State.FAIL, f"The machine believes it is {instant:%Y-%m-%d}.", "sudo timedatectl set-ntp true")
    if not clock:
        return Remark("clock", State.OK, f"{instant:%Y-%m-%d %H:%M} UTC")
    try:
        shown = instants.now()
    except (OSError, ValueError) as error:
        return Remark("clock", State.FAIL, f"GAGAS_CLOCK={clock} gives no time: {error}.", "unset GAGAS_CLOCK")
    if clock == f"test:{data.absolute() / 'demo-clock.txt'}":
        return Remark("clock", State.OK, f"the demo's own, at {shown:%Y-%m-%d %H:%M} UTC")
    return Remark("clock", State.WARN, f"The time comes from GAGAS_CLOCK and stands at {shown:%Y-%m-%d %H:%M} UTC.", "unset GAGAS_CLOCK")


def check_port(name: str, host: str, port: int, setting: str) -> Remark:
    """A port is free to listen on; 0 takes a free one."""
    if port == 0:
        return Remark(name, State.OK, "a free one is taken at the start")
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(family, kind) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        return Remark(
            name, State.FAIL, f"{host}:{port} cannot be used: {error.strerror}.", f"stop what listens there, or export {setting}=0"
        )
    return Remark(name, State.OK, f"{host}:{port} is free")


def excuse_running(remark: Remark, health: str) -> Remark:
    """A port that is taken by the very part that should listen there, which answers at its address of health, is well."""
    if remark.state is State.FAIL and answers(health):
        return Remark(remark.name, State.OK, "in use: it runs, and answers")
    return remark


def refused_setting(field: str, reason: str) -> Remark:
    """A setting that cannot be read; the value is not shown."""
    return Remark("settings", State.FAIL, f"GAGAS_{field.upper()} is refused: {reason}.", f"unset GAGAS_{field.upper()}, or mend it")


def check_analytics(environment: dict[str, str] | None = None) -> Remark:
    """Prefect's server reports to nobody; Gagas starts it so, unless the environment says otherwise."""
    setting = (os.environ if environment is None else environment).get("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    if setting.lower() in {"false", "0", "no", "off", "f", "n", ""}:
        return Remark("Prefect's analytics", State.OK, "off")
    return Remark("Prefect's analytics", State.WARN, "The surroundings switch them on.", "export PREFECT_SERVER_ANALYTICS_ENABLED=false")
