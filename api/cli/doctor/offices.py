"""Whether everything that is owed is asked of somebody who can do it."""

from collections.abc import Sequence

from api.cli.doctor.finding import Remark, State
from models.settings import Settings
from workflows.process.unheld import UnheldOffice, count_unasked, list_unheld

MOST_NAMED = 3
MEND_UNHELD = "an admin gives the role to somebody on the page Pegawai, and a second one confirms it where the role decides"
MEND_UNASKED = "`gagas ledger verify` says whether more was changed by hand in the database; a restored backup mends it"


def check_offices(chosen: Settings) -> list[Remark]:
    """Every office of which something is asked is held; nothing is said where there is no database with tables yet."""
    from sqlalchemy.exc import DBAPIError

    from models.database import Database

    if not chosen.database_url and not chosen.sqlite_file.exists():
        return []
    store = Database(chosen.sqlalchemy_url)
    try:
        with store.reading() as session:
            return judge_offices(list_unheld(session), count_unasked(session))
    except (DBAPIError, LookupError):  # no tables yet, or a row that cannot be read
        return []
    finally:
        store.close()


def judge_offices(unheld: Sequence[UnheldOffice], unasked: int) -> list[Remark]:
    """What is asked of nobody, each with what mends it."""
    told: list[Remark] = []
    if unheld:
        named = [f"{each.role} of {each.unit} ({each.tasks:,})" for each in unheld[:MOST_NAMED]]
        named += [f"{len(unheld) - MOST_NAMED:,} more"] * (len(unheld) > MOST_NAMED)
        tasks = sum(each.tasks for each in unheld)
        told.append(Remark("offices", State.WARN, f"Tasks asked of offices that nobody holds: {tasks:,}. {', '.join(named)}.", MEND_UNHELD))
    if unasked:
        told.append(Remark("offices", State.WARN, f"Late ideas of which nobody is asked anything: {unasked:,}.", MEND_UNASKED))
    return told or [Remark("offices", State.OK, "what is asked of an office is asked of somebody who holds it")]
