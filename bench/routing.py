"""`routing`: ideas a second through Prefect with effects committed, one commit an idea, against three other ways to the same effects."""

import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec

from sqlmodel import select

from bench.lines import Line, median
from bench.stand import Stand, surroundings
from bench.village import add_ideas, settle
from models.database import Database
from models.outbox import Message, MessageState
from models.stages import IdeaStage
from tests.building import Town


@dataclass
class Router:
    """A way to route, in one process or several, with a database of its own; a round each: ideas a second, processor ms an idea.

    `costs` are its own processes', `served` what PostgreSQL and Prefect's server took for them.
    """

    name: str
    town: Town
    processes: list[subprocess.Popen[str]]
    servers: Callable[[], float]
    rates: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    served: list[float] = field(default_factory=list)

    def measure(self, number: int) -> None:
        """One round of so many ideas a process; raises unless every one of them was routed."""
        number *= len(self.processes)
        before = self._unhandled()
        add_ideas(self.town, number, IdeaStage.SUBMITTED)
        waiting = sorted(self._unhandled() - before)
        taken, begun = self.servers(), time.perf_counter()
        for process in self.processes:
            assert process.stdin
            process.stdin.write(json.dumps(waiting) + "\n")
            process.stdin.flush()
        processor = sum(float(self.read(process)) for process in self.processes)
        seconds = time.perf_counter() - begun
        left = len(self._unhandled() - before)
        if left:
            raise RuntimeError(f"{self.name} left {left} of {number} ideas where they were")
        self.rates.append(number / seconds)
        self.costs.append(processor / number * 1_000)
        self.served.append((self.servers() - taken) / number * 1_000)

    def read(self, process: subprocess.Popen[str]) -> str:
        """A process' next line; RuntimeError when it ended instead."""
        assert process.stdout
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended with {process.wait()}")
        return line

    def _unhandled(self) -> set[int]:
        waiting = select(Message.id).where(Message.state != MessageState.HANDLED, Message.topic == "intake")
        return {int(number) for number in self.town.rows(waiting)}


@dataclass
class Yard:
    """Where routers are built: the stand, the kind of database and the way to Prefect."""

    stand: Stand
    kind: str
    prefect: dict[str, str]

    def open(self, name: str) -> Database:
        """A database for one router."""
        store = self.stand.open_sqlite(name) if self.kind == "SQLite" else self.stand.open_postgres()
        assert store is not None
        return store

    def build(self, name: str, *command: str, count: int = 1) -> Router:
        """A router: `python -m bench.routers.…`, so many of them on one database; answers when all are ready."""
        store = self.open(name)
        town = settle(store)
        share = {"GAGAS_BATCH_SIZE": str(self.stand.size.routed)}  # or the first of two relays would claim everything
        environment = {**surroundings(self.stand.folder, store), **self.prefect, **share}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        arguments = ["-m", *(self._system_url(name) if part == "SYSTEM" else part for part in command)]
        router = Router(name, town, [self.stand.start(arguments, environment, **pipes) for _ in range(count)], self.stand.served)
        for process in router.processes:
            router.read(process)
        return router

    def _system_url(self, name: str) -> str:
        """Where DBOS keeps its own tables: a database of its own of the same kind."""
        return self.open(f"{name}-system").url.render_as_string(hide_password=False)


def measure(stand: Stand) -> list[Line]:
    """SQLite first, then PostgreSQL; each round lets every router work in turn."""
    stand.say("Prefect's server starts")
    prefect = stand.serve_prefect()
    lines = _measure_on(Yard(stand, "SQLite", prefect), ["relay"])
    if stand.open_postgres() is not None:
        lines += _measure_on(Yard(stand, "PostgreSQL", prefect), ["relay", "two relays"])
    return lines


def _measure_on(yard: Yard, relays: list[str]) -> list[Line]:
    stand = yard.stand
    stand.say(f"{yard.kind}, routers start")
    routers = {name: yard.build(name, "bench.routers.relay", "single", count=number) for number, name in enumerate(relays, 1)}
    routers["as shipped"] = yard.build("as shipped", "bench.routers.relay", "shipped")
    routers["plain calls"] = yard.build("plain calls", "bench.routers.plain")
    if find_spec("dbos"):
        routers["DBOS"] = yard.build("DBOS", "bench.routers.durable", "direct", "SYSTEM")
        routers["DBOS queue"] = yard.build("DBOS queue", "bench.routers.durable", "queue", "SYSTEM")
    for turn in range(stand.size.rounds + 1):  # the first round warms up
        for router in routers.values():
            stand.say(f"{yard.kind}, round {turn} of {stand.size.rounds}: {router.name}")
            router.measure(stand.size.routed if turn else min(stand.size.routed, 60))
    rates = {name: median(router.rates[1:]) for name, router in routers.items()}
    if yard.kind == "SQLite":
        rates["deployment runs"] = _measure_deployment(yard)
    costs = {name: median(router.costs[1:]) for name, router in routers.items()}
    served = {name: median(router.served[1:]) for name, router in routers.items()}
    figures = {"medians": rates, "processor": costs, "processor of the servers": served}
    stand.numbers[yard.kind] = {name: router.rates[1:] for name, router in routers.items()} | figures
    for router in routers.values():
        for process in router.processes:
            process.terminate()
    return _compare(yard.kind, rates, costs, served)


def _measure_deployment(yard: Yard) -> float:
    """Ideas a second where each is a run of a served deployment; few, as each costs seconds."""
    yard.stand.say(f"{yard.kind}, one deployment run an idea")
    router = yard.build("deployment runs", "bench.routers.deployed", "ask")
    store = router.town.store
    environment = {**surroundings(yard.stand.folder, store), **yard.prefect, "PREFECT_RUNNER_POLL_FREQUENCY": "1"}
    yard.stand.start(["-m", "bench.routers.deployed", "serve"], environment)
    user, _, password = yard.prefect["PREFECT_API_AUTH_STRING"].partition(":")
    _await_deployment(yard.prefect["PREFECT_API_URL"], (user, password))
    router.measure(yard.stand.size.deployed)
    return router.rates[0]


def _await_deployment(url: str, auth: tuple[str, str]) -> None:
    import httpx

    until = time.monotonic() + 120
    while httpx.get(f"{url}/deployments/name/route-one/bench", auth=auth, timeout=10).status_code != 200:
        if time.monotonic() > until:
            raise TimeoutError("the deployment was never registered")
        time.sleep(0.2)


def _compare(kind: str, rates: dict[str, float], costs: dict[str, float], served: dict[str, float]) -> list[Line]:
    ours = rates["relay"]

    def line(rival: str, target: float, goal: float | None = None) -> Line:
        return Line("routing", f"relay, {kind}", ours, rates[rival], "ideas/s", target, goal=goal, against=rival)

    lines = [line("deployment runs", 50)] if "deployment runs" in rates else []
    if "DBOS" in rates:
        lines.append(line("DBOS" if rates["DBOS"] >= rates["DBOS queue"] else "DBOS queue", 0.5, 1.0))
    lines.append(line("plain calls", 0.3))
    lines.append(Line("routing", f"relay as shipped, {kind}", rates["as shipped"], rates["plain calls"], "ideas/s", against="plain calls"))
    if "two relays" in rates:
        lines.append(Line("routing", f"two relays, {kind}", rates["two relays"], ours, "ideas/s", 1.0, against="one relay"))
        for whose, spent in (("own", costs), ("servers'", served)):
            both = spent["two relays"], spent["relay"]
            lines.append(Line("routing", f"two relays: {whose} processor time, {kind}", *both, "ms/idea", against="one relay"))
    return lines
