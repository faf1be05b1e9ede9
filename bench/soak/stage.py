"""Everything that a class runs on, as real programs, and what can be done to them."""

from __future__ import annotations

import json
import os
import queue
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.programs import script, tell
from bench.soak.witness import Line
from tests.live_server import SERVE, SERVE_NEWER, LiveServer
from tests.services import NginxServer, PostgresServer, RedisServer, running
from tests.swallowing import KINDS, SwallowingProxy

PROCESSES = 3


class Process(LiveServer):
    """One of several that share their classes."""

    def pause(self) -> None:
        os.killpg(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.killpg(self.pid, signal.SIGCONT)

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.resume()
            self.kill()

    def change_release(self) -> None:
        """Stop, and start as the release after this one, or from that as this one again."""
        self.terminate()
        self.wait_for_its_end()
        self._command = SERVE if self._command == SERVE_NEWER else SERVE_NEWER
        self.start()

    def troubles(self) -> Iterator[str]:
        """Lines of its log, from the last call on, that should not be there."""
        with self._log.open() as log:
            log.seek(getattr(self, "_read", 0))
            lines = log.readlines()
            self._read = log.tell()
        for line in lines:
            try:
                entry = json.loads(line)
            except ValueError:
                entry = {"exception": line} if "Traceback" in line else {}
            if entry.get("exception"):
                yield line.strip()

    def memory(self) -> float:
        """Of the worker that serves, in MB; 0 while there is none."""
        if self.process.poll() is not None:
            return 0.0
        return max(map(_memory, psutil.Process(self.pid).children()), default=0.0)


def _memory(process: psutil.Process) -> float:
    return float(process.memory_info().rss / 1e6)


class Crowd:
    """bench/soak.mjs, whose lines are read as they come, and kept in a file."""

    def __init__(self, url: str, seed: int, story: Path, stack: ExitStack) -> None:
        self._process = stack.enter_context(script("soak.mjs", url, str(seed)))
        self._lines: queue.Queue[str] = queue.Queue()
        self._story = story
        reader = threading.Thread(target=self._read)
        reader.start()
        stack.callback(reader.join)
        stack.callback(self._process.kill)  # which ends a program that is paused as well

    def order(self, order: dict[str, Any]) -> None:
        tell(self._process, json.dumps(order))

    def pause(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def lines(self, until: float) -> Iterator[Line]:
        """What it says until this moment of the monotonic clock."""
        while True:
            try:
                yield json.loads(self._lines.get(timeout=max(0.0, until - time.monotonic())))
            except queue.Empty:
                assert self._process.poll() is None, "the students' program died"
                return

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._story.open("w") as story:
            for line in self._process.stdout:
                self._lines.put(line)
                story.write(line)


class SmallRedis(RedisServer):
    """With as few connections as Heroku's smallest."""

    def command(self) -> list[str]:
        return [*super().command(), "--maxclients", "20"]


class Stage:
    """Redis, PostgreSQL and nginx with several processes, and a crowd in a network of its own."""

    def __init__(self, folder: Path, tick_seconds: float, seed: int, stack: ExitStack) -> None:
        self.redis = stack.enter_context(running(SmallRedis()))
        self.postgres = stack.enter_context(running(PostgresServer()))
        settings = {
            "REDIS_URL": self.redis.url,
            "DATABASE_URL": self.postgres.new_database(),
            "PROXIES": "1",
            "TICK_SECONDS": str(tick_seconds),
        }
        self.processes: list[Process] = []
        for number in range(PROCESSES):
            own = folder / f"process-{number}"
            own.mkdir()
            process = Process(own, SERVE, settings)
            stack.callback(process.close)
            process.start()
            self.processes.append(process)
        ports = (process.port for process in self.processes)
        self.nginx = stack.enter_context(running(NginxServer(*ports)))
        self.network = stack.enter_context(closing(SwallowingProxy(self.nginx.port, None)))
        url = f"http://127.0.0.1:{self.network.port}"
        self.crowd = Crowd(url, seed, folder / "students.jsonl", stack)

    def parts(self) -> tuple[Any, ...]:
        """All that can be paused."""
        return (self.crowd, self.nginx, *self.processes, self.redis, self.postgres)


Deed = Callable[[Stage, Process], None]


@dataclass(frozen=True)
class Fault:
    """Something that happens to the stage.

    seconds: between which it lasts, at random;
    dies: others replace what died, so that nobody has to wait for the end of the fault;
    kills: what processes know and have not written yet is lost.
    """

    name: str
    begin: Deed
    end: Deed
    seconds: tuple[float, float]
    dies: bool = False
    kills: bool = False


def _terminate(stage: Stage, process: Process) -> None:
    process.terminate()


def _start_after_its_end(stage: Stage, process: Process) -> None:
    process.wait_for_its_end()
    process.start()


def _kill_all(stage: Stage, process: Process) -> None:
    for each in stage.processes:
        each.kill()


def _start_all(stage: Stage, process: Process) -> None:
    for each in stage.processes:
        each.start()


def _change_releases(stage: Stage, process: Process) -> None:
    for each in stage.processes:
        each.change_release()


def _pause_all(stage: Stage, process: Process) -> None:
    for each in stage.parts():
        each.pause()


def _resume_all(stage: Stage, process: Process) -> None:
    for each in reversed(stage.parts()):
        each.resume()


def _swallow_websockets(stage: Stage, process: Process) -> None:
    stage.network.kind = KINDS[stage.network.asked % len(KINDS)]
    stage.network.cut()


def _change_network(stage: Stage, process: Process) -> None:
    stage.network.kind = None
    stage.crowd.order({"network": "another"})
    stage.network.cut()


def _nothing(stage: Stage, process: Process) -> None:
    pass


def _killed(part: Callable[[Stage, Process], Any]) -> tuple[Deed, Deed]:
    return (
        lambda stage, process: part(stage, process).kill(),
        lambda stage, process: part(stage, process).start(),
    )


def _paused(part: Callable[[Stage, Process], Any]) -> tuple[Deed, Deed]:
    return (
        lambda stage, process: part(stage, process).pause(),
        lambda stage, process: part(stage, process).resume(),
    )


FAULTS = (
    Fault(
        "a process killed", *_killed(lambda stage, process: process), (2, 8), dies=True, kills=True
    ),
    Fault("a process stopped (SIGTERM)", _terminate, _start_after_its_end, (10, 14), dies=True),
    Fault("a process paused", *_paused(lambda stage, process: process), (2, 10)),
    Fault("Redis killed, back empty", *_killed(lambda stage, process: stage.redis), (1, 10)),
    Fault("Redis paused", *_paused(lambda stage, process: stage.redis), (2, 10)),
    Fault("PostgreSQL killed", *_killed(lambda stage, process: stage.postgres), (5, 60)),
    Fault("PostgreSQL paused", *_paused(lambda stage, process: stage.postgres), (3, 20)),
    Fault(
        "nginx restarted",
        lambda stage, process: stage.nginx.stop(),
        lambda stage, process: stage.nginx.start(),
        (0, 2),
    ),
    Fault("all processes killed", _kill_all, _start_all, (0, 3), kills=True),
    Fault("everything sleeps", _pause_all, _resume_all, (60, 60)),
    Fault("the network swallows WebSockets", _swallow_websockets, _change_network, (20, 30)),
    Fault("one process after another becomes another release", _change_releases, _nothing, (0, 0)),
)


def shuffled(chance: random.Random, only: str) -> Iterator[Fault]:
    """Each fault whose name contains `only` once, in another order each time, without end."""
    faults = [fault for fault in FAULTS if only in fault.name]
    while True:
        yield from chance.sample(faults, len(faults))
