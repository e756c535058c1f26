"""The floor: one call and one commit an idea, in process, nothing else."""

from bench.routers import answer_lines, route_one
from models.database import database


def route(numbers: list[int]) -> None:
    """Route each message's idea in a transaction of its own."""
    for number in numbers:
        with database().unit_of_work() as session:
            route_one(session, number)


if __name__ == "__main__":
    answer_lines(route)
