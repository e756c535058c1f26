"""`as_gagas` reads the settings as systemd does: a value stands as it is, whatever a shell would make of it."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.serving import ROOT

VALUES = {
    "GAGAS_SMTP_URL": "smtps://gagas:p$HOME&a;b#c`id`*'x@mail.example.go.id:465",
    "GAGAS_MAIL_FROM": "gagas@example.go.id",
    "GAGAS_PUBLIC_URL": "https://gagas.example.go.id/?a=b&c=$(id)",
}


def lay_out(folder: Path, settings: str) -> Path:
    """The script as it is installed, on a machine that is this folder."""
    (folder / "gagas.env").write_text(settings)
    script = (ROOT / "deploy" / "as_gagas").read_text()
    for here, there in {"sudo -u gagas ": "", "/etc/gagas/": f"{folder}/", "/var/lib/gagas": str(folder)}.items():
        assert here in script
        script = script.replace(here, there)
    (folder / "as_gagas").write_text(script)
    return folder / "as_gagas"


def ask(script: Path, *words: str) -> str:
    known = {name: value for name, value in os.environ.items() if not name.startswith("GAGAS_")}
    return subprocess.run(["sh", str(script), *words], env=known, capture_output=True, text=True, check=True, timeout=60).stdout


@pytest.mark.parametrize("end", ["\n", ""])
def test_every_value_comes_as_it_stands(tmp_path: Path, end: str) -> None:
    lines = "\n".join(["# a note: GAGAS_SEED=x", "", "  GAGAS_LOGS=-  ", *(f"{name}={value}" for name, value in VALUES.items())])
    script = lay_out(tmp_path, lines + end)
    assert {name: ask(script, "printenv", name).rstrip("\n") for name in VALUES} == VALUES
    told = ask(script, "sh", "-c", 'printf "%s|%s|%s|%s" "$GAGAS_LOGS" "$GAGAS_SEED" "$PWD" "$(umask)"').split("|")
    assert told == ["", "", str(tmp_path), "0077"], "what such a command logs stands in files, not between its words"


def test_words_reach_the_command_as_they_were_typed_and_its_end_is_told(tmp_path: Path) -> None:
    script = lay_out(tmp_path, "GAGAS_DATA=/x\n")
    assert ask(script, "printf", "%s\n", "two words", "$HOME", "*") == "two words\n$HOME\n*\n"
    assert subprocess.run(["sh", str(script), "sh", "-c", "exit 3"], check=False, timeout=60).returncode == 3


@pytest.mark.parametrize("file", ["one-machine/gagas.env.example", "gagas.env.example"])
def test_the_examples_hold_only_lines_that_both_read_alike(file: str) -> None:
    lines = (ROOT / "deploy" / file).read_text().splitlines()
    odd = [line for line in lines if line and not line.startswith("#") and not re.fullmatch(r"[A-Z_]+=[^\"'\\]*(?<! )", line)]
    assert odd == []
