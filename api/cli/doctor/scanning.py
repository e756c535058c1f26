"""Whether somebody looks for viruses in the files that ideas have."""

from api.cli.doctor.finding import Remark, State
from models.form_rules import MOST_MEGABYTES
from models.settings import Settings
from workflows.adapters.scanner import ScannerAway, answers, takes

SCANNER = "virus scanner"


def check_scanner(chosen: Settings) -> Remark:
    """A scanner that is set answers, and takes files as large as a call may; where none is set, files are looked at by their form alone."""
    place = chosen.scanner
    if not place:
        mend = "apt-get install clamav-daemon, and GAGAS_SCANNER=unix:/run/clamav/clamd.ctl"
        return Remark(SCANNER, State.OK, f"none; attached files are looked at by their form alone ({mend})")
    if not answers(place):
        said = f"The scanner at {place} does not answer: attached files wait, and nobody can open them."
        return Remark(SCANNER, State.WARN, said, "start clamd, or mend GAGAS_SCANNER")
    try:
        is_large_enough = takes(place, MOST_MEGABYTES * 1_000_000)
    except ScannerAway:
        return Remark(SCANNER, State.WARN, f"The scanner at {place} gives no verdict: attached files wait.", "read clamd's log")
    if not is_large_enough:
        said = f"The scanner at {place} takes no files of {MOST_MEGABYTES} MB, which calls may allow: nobody could open these."
        return Remark(SCANNER, State.WARN, said, "StreamMaxLength 30M in clamd.conf, and restart clamd")
    return Remark(SCANNER, State.OK, f"answers at {place}")
