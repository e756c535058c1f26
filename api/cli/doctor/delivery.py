"""What the flows still have to do: whether somebody does it, and what was given up."""

from api.cli.doctor.finding import Remark, State
from models.settings import Settings
from workflows.process.condition import Condition, measure_condition

MEND_LATE = "see that `gagas serve`, or gagas-relay and gagas-prefect, run"
MEND_DEAD = "an admin of the region sees them on the page Keadaan sistem, and tries them again there"
MEND_STUCK = "an admin sees them at GET /api/v1/outbox/messages?stuck=true; a hand in the database, or a restored backup, mends them"


def check_outbox(chosen: Settings) -> list[Remark]:
    """Every message is taken in time by a flow and none was given up; nothing is said where there is no database with tables yet."""
    from sqlalchemy.exc import DBAPIError

    from models.database import Database

    if not chosen.database_url and not chosen.sqlite_file.exists():
        return []
    store = Database(chosen.sqlalchemy_url)
    try:
        with store.reading() as session:
            return judge_outbox(measure_condition(session, chosen.data))
    except DBAPIError:
        return []
    finally:
        store.close()


def judge_outbox(found: Condition) -> list[Remark]:
    """How the outbox stands, each trouble with what mends it."""
    waits = f", the oldest since {found.oldest:%Y-%m-%d %H:%M}" if found.oldest else ""
    troubles = (
        (found.stuck, "{} of its messages will be taken by no flow.", MEND_STUCK),
        (found.dead, "{} of its messages were given up.", MEND_DEAD),
        (found.late, "{} of its messages wait for more than half an hour" + waits + ".", MEND_LATE),
    )
    told = [Remark("outbox", State.WARN, said.format(number), mend) for number, said, mend in troubles if number]
    return told or [Remark("outbox", State.OK, f"every message has its flow; {found.waiting} wait")]
