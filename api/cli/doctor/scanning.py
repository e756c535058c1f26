"""Whether somebody looks for viruses in the files that ideas have."""

from api.cli.doctor.finding import Remark, State
from models.settings import Settings
from workflows.adapters.scanner import answers

SCANNER = "virus scanner"


def check_scanner(chosen: Settings) -> Remark:
    """A scanner that is set answers; where none is set, files are looked at by their form alone."""
    if not chosen.scanner:
        mend = "apt-get install clamav-daemon, and GAGAS_SCANNER=unix:/run/clamav/clamd.ctl"
        return Remark(SCANNER, State.OK, f"none; attached files are looked at by their form alone ({mend})")
    if answers(chosen.scanner):
        return Remark(SCANNER, State.OK, f"answers at {chosen.scanner}")
    said = f"The scanner at {chosen.scanner} does not answer: attached files wait, and nobody can open them."
    return Remark(SCANNER, State.WARN, said, "start clamd, or mend GAGAS_SCANNER")
