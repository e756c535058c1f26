"""DBOS: one durable workflow an idea, whose one step is a datasource transaction: effect and record of the step commit together."""

import sys

from dbos import DBOS, DBOSConfig, SQLAlchemyDatasource
from sqlalchemy.orm import sessionmaker
from sqlmodel import Session

from bench.routers import answer_lines, route_one
from models.database import database


def main() -> None:
    """Start DBOS on the address given; route by starting workflows one after the other, or (`queue`) by a queue of many at once."""
    mode, system_url = sys.argv[1:]
    store = database()
    config: DBOSConfig = {"name": "bench", "system_database_url": system_url, "log_level": "ERROR", "run_admin_server": False}  # type: ignore[typeddict-unknown-key]
    DBOS(config=config)
    engine = store.writing
    source = SQLAlchemyDatasource.create(
        store.url.render_as_string(hide_password=False), engine=engine, sessionmaker=sessionmaker(class_=Session, expire_on_commit=False)
    )

    @source.transaction(isolation_level="SERIALIZABLE" if store.is_sqlite else "READ COMMITTED")
    def act(number: int) -> None:
        session = source.sql_session()
        assert isinstance(session, Session)
        route_one(session, number)

    @DBOS.workflow()
    def route_idea_durably(number: int) -> None:
        act(number)

    DBOS.launch()
    if mode == "queue":
        DBOS.register_queue("route", worker_concurrency=1 if store.is_sqlite else 8, polling_interval_sec=0.02)

    def route(numbers: list[int]) -> None:
        if mode == "queue":
            for handle in [DBOS.enqueue_workflow("route", route_idea_durably, number) for number in numbers]:
                handle.get_result(polling_interval_sec=0.02)
        else:
            for number in numbers:
                route_idea_durably(number)

    answer_lines(route)
    DBOS.destroy()


if __name__ == "__main__":
    main()
