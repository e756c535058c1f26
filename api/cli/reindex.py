"""`gagas reindex`: the index by which ideas are found, made anew from what they say."""

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from api.cli.processes import require_schema
from models.database import Database, database
from models.statements.search import rebuild_index
from workflows.intake.import_past import index_lagging_past
from workflows.intake.search_terms import index_lagging

AT_ONCE = 200  # ideas of one transaction: others write between two
console = Console()


def reindex() -> None:
    """Make the index by which ideas are found anew; for when the doctor says that it lags, or the database that it is damaged."""
    require_schema(database)
    with database().unit_of_work() as session:
        rebuild_index(session)
    number = index_ideas(database())
    console.print(f"[green]The index is up to date[/]: of {number:,} ideas what they say now was not in it.")


def index_ideas(store: Database) -> int:
    """Index every idea whose terms are missing or older than what it says; answers of how many."""
    columns = SpinnerColumn(), TextColumn("Indexing ideas: {task.completed:,.0f}"), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        bar, number, last = bars.add_task("", total=None), 0, None
        while True:
            with store.unit_of_work() as session:
                done = index_lagging(session, AT_ONCE, last)
            if not done:
                return number + _index_past(store)
            number, last = number + len(done), done[-1]
            bars.update(bar, completed=number)


def _index_past(store: Database) -> int:
    """The same of ideas of earlier years."""
    number = 0
    while True:
        with store.unit_of_work() as session:
            done = index_lagging_past(session, AT_ONCE)
        if not done:
            return number
        number += done
