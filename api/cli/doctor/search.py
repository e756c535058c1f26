"""Whether every idea is found by what it says now."""

from api.cli.doctor.finding import Remark, State
from models.settings import Settings

MEND = "gagas reindex"


def check_index(chosen: Settings) -> list[Remark]:
    """No idea's terms are missing or older than what it says; nothing is said where there is no database with tables yet."""
    from sqlalchemy.exc import DBAPIError

    from models.database import Database
    from models.statements.past_ideas import count_lagging_past
    from models.statements.search import count_lagging
    from workflows.calculations.words import EDITION

    if not chosen.database_url and not chosen.sqlite_file.exists():
        return []
    store = Database(chosen.sqlalchemy_url)
    try:
        with store.reading() as session:
            return [judge_index(count_lagging(session, EDITION) + count_lagging_past(session, EDITION))]
    except DBAPIError:
        return []
    finally:
        store.close()


def judge_index(lagging: int) -> Remark:
    """The index, by how many ideas are not in it as they stand."""
    if not lagging:
        return Remark("search", State.OK, "every idea is found by what it says")
    return Remark("search", State.WARN, f"Ideas that are not found by what they say now: {lagging:,}.", MEND)
