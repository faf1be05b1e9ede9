"""What a student costs the server: processor, memory, and how many it takes before it is slow.

`make bench-server` takes about a quarter of an hour; PARTS="student crowd" only some of it. The
server has one core, what loads it the other.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from bench.programs import BAR_MILLISECONDS, SETTINGS, answer, script, tell
from tests.live_server import SERVE, LiveServer
from training.errors import TrainingError
from training.page import markdown_table

CLASS = 50  # students
# Databases lie in memory: how long a disk makes a server wait is the disk's affair.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
SERVER_CORE, *_, LOAD_CORE = 2 * sorted(os.sched_getaffinity(0))  # the same if there is but one
SETTLING = 4.0  # seconds after everybody has joined that are not measured

PRODUCT, SECOND = "product", "second"  # how often labels are sent: bench/load.mjs


@dataclass(frozen=True)
class Plan:
    """How much of everything; `seconds`: that each figure is measured for."""

    seconds: float = 20.0
    students: int = 1000  # where it is not their number that is looked at
    crowds: tuple[int, ...] = (1000, 2000, 4000, 6000, 8000, 10_000)
    classes: tuple[int, ...] = (1, 5, 20, 50, 200)
    small_class: int = 20  # students in each of these classes
    sizes: tuple[int, ...] = (10, 50, 200, 1000)


QUICK = Plan(seconds=1, students=50, crowds=(50, 100), classes=(1, 2), small_class=5, sizes=(5, 10))


@dataclass(frozen=True)
class Load:
    """What was measured: `cpu` and `load_cpu` in cores, `delays` in milliseconds.

    waited: for what part of the time the server could not have its core, because of others.
    """

    students: int
    labels: int
    lost: int  # connections
    seconds: float
    delays: list[float]
    cpu: float
    load_cpu: float
    waited: float

    @property
    def student_minute(self) -> float:
        """Milliseconds of processor time."""
        return 60_000 * self.cpu / self.students

    @property
    def p99(self) -> float:
        return self.delay(0.99)

    def delay(self, quantile: float) -> float:
        """From the last label that changes a view to that view at the teacher; in milliseconds."""
        return float(np.quantile(self.delays, quantile)) if self.delays else float("inf")

    @property
    def holds(self) -> bool:
        """All is as it should be under this load."""
        return self.p99 < BAR_MILLISECONDS and not self.lost


class Crowd:
    """Students on real sockets, 50 to a class or as many as it is told."""

    def __init__(self, servers: list[LiveServer], loads: list[subprocess.Popen[str]]) -> None:
        self._servers, self._loads = servers, loads
        self.students = 0

    def join(self, classes: list[dict[str, Any]], students: int) -> None:
        """Each class gets a teacher and so many students, spread over the servers."""
        share = students // len(self._loads)
        # Only those on one server turn, so that a view tells whose turn is in it.
        self._ask(
            [
                {"join": classes, "students": share, "turns": number == 0}
                for number in range(len(self._loads))
            ]
        )
        self.students += share * len(self._loads) * len(classes)

    def measure(self, seconds: float) -> Load:
        time.sleep(min(SETTLING, seconds))
        before = self._times()
        answers = self._ask([{"measure": seconds}] * len(self._loads))
        cpu, waited, load_cpu, passed = np.subtract(self._times(), before)
        return Load(
            students=self.students,
            labels=sum(answer["labels"] for answer in answers),
            lost=sum(answer["lost"] for answer in answers),
            seconds=passed,
            delays=[delay for answer in answers for delay in answer["delays"]],
            cpu=cpu / passed,
            load_cpu=load_cpu / passed,
            waited=waited / passed,
        )

    def _times(self) -> list[float]:
        cpu, waited = _core_seconds(server.pid for server in self._servers)
        load_cpu, _ = _core_seconds(load.pid for load in self._loads)
        return [cpu, waited, load_cpu, time.monotonic()]

    def _ask(self, orders: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for load, order in zip(self._loads, orders, strict=True):
            tell(load, json.dumps(order))
        return [json.loads(answer(load)) for load in self._loads]


@contextmanager
def running(
    command: list[str] | None = None, count: int = 1, settings: dict[str, str] | None = None
) -> Iterator[list[LiveServer]]:
    """Servers on a core of their own, as their operator starts them, that share one database."""
    with TemporaryDirectory(dir=MEMORY) as folder, ExitStack() as servers:
        settings = {
            "DATABASE_URL": f"sqlite:///{folder}/classpulse.db",
            **SETTINGS,
            "CLASSES_PER_HOUR": "100000",
            **(settings or {}),
        }
        started = []
        for number in range(count):
            own = Path(folder, str(number))
            own.mkdir()
            pinned = [*_on(SERVER_CORE), *(command or SERVE)]
            server = LiveServer(own, pinned, settings)
            servers.callback(server.stop)
            server.start()
            started.append(server)
        yield started


@contextmanager
def crowd(servers: list[LiveServer], cadence: str = PRODUCT) -> Iterator[Crowd]:
    with ExitStack() as running_loads:
        loads = [
            running_loads.enter_context(script("load.mjs", server.url, cadence, on=_on(LOAD_CORE)))
            for server in servers
        ]
        yield Crowd(servers, loads)


def bench_student(plan: Plan) -> str:
    """Processor and memory of a student, beside a Socket.IO server that only relays."""
    with running() as servers, ExitStack() as gone:
        with crowd(servers) as first:  # what is loaded once and for all is no student's
            first.join(_open(servers, 1), 5)
            first.measure(1)
        time.sleep(2)
        empty = _resident(servers[0].pid)
        ours = gone.enter_context(crowd(servers))
        ours.join(_open(servers, plan.students // CLASS), CLASS)
        product = ours.measure(plan.seconds)
        memory = (_resident(servers[0].pid) - empty) / ours.students / 1000
    with running(["node", "bench/relay.mjs"]) as servers, crowd(servers, SECOND) as theirs:
        codes = [{"code": str(number), "token": None} for number in range(ours.students // CLASS)]
        theirs.join(codes, CLASS)
        relay = theirs.measure(plan.seconds)
    return "\n\n".join(
        [
            f"## A student, one of {ours.students} in classes of {CLASS}",
            markdown_table(
                ["", "measured", "bar", "goal"],
                [
                    [
                        "processor a student-minute, ms",
                        f"{product.student_minute:.2f}",
                        f"{relay.student_minute:.2f}",
                        f"{relay.student_minute / 3:.2f}",
                    ],
                    [
                        "the same as a part of a Node relay's",
                        f"{product.student_minute / relay.student_minute:.2f}",
                        "1",
                        "0.33",
                    ],
                    ["memory a student, kB", f"{memory:.1f}", "60", "20"],
                ],
            ),
            markdown_table(
                [
                    "",
                    "labels a student-minute",
                    "processor a label, µs",
                    "core, %",
                    "load's core, %",
                    "waited for its core, %",
                ],
                [
                    [
                        name,
                        *_rate(load),
                        f"{100 * load.cpu:.0f}",
                        f"{100 * load.load_cpu:.0f}",
                        f"{100 * load.waited:.0f}",
                    ]
                    for name, load in (("Classpulse", product), ("Node relay", relay))
                ],
            ),
        ]
    )


def bench_crowd(plan: Plan) -> str:
    """How many students one process takes."""
    rows, most = [], 0
    with running() as servers, crowd(servers) as students:
        for size in plan.crowds:
            began = time.monotonic()
            students.join(_open(servers, (size - students.students) // CLASS), CLASS)
            ramp = time.monotonic() - began
            load = students.measure(plan.seconds)
            tries = 1
            if not load.holds:  # whatever else this machine did may have been in the way
                tries = 2
                load = students.measure(plan.seconds)
            rows.append(
                [
                    str(size),
                    f"{load.delay(0.5):.0f}",
                    f"{load.p99:.0f}",
                    str(tries),
                    str(load.lost),
                    f"{100 * load.cpu:.0f}",
                    f"{100 * load.load_cpu:.0f}",
                    f"{100 * load.waited:.0f}",
                    f"{_resident(servers[0].pid) / 1e6:.0f}",
                    f"{ramp:.0f}",
                ]
            )
            if not load.holds:
                break
            most = size
    return "\n\n".join(
        [
            f"## Students on one process, in classes of {CLASS}",
            markdown_table(
                ["", "measured", "bar", "goal"],
                [
                    [
                        f"students with p99 under {BAR_MILLISECONDS:.0f} ms",
                        str(most),
                        "4000",
                        "10000",
                    ]
                ],
            ),
            markdown_table(
                [
                    "students",
                    "label to view, median, ms",
                    "p99, ms",
                    "measured, times",
                    "connections lost",
                    "core, %",
                    "load's core, %",
                    "waited for its core, %",
                    "memory, MB",
                    "all joined in, s",
                ],
                rows,
            ),
        ]
    )


def bench_scale_out(plan: Plan) -> str:
    """What it costs that processes share classes through Redis."""
    if which("redis-server") is None:
        return "## Scale-out\n\nnot measured: there is no redis-server"
    rows = []
    alone = None
    with redis() as (redis_pid, url):
        for name, count, settings in (
            ("one process, without Redis", 1, {}),
            ("one process with Redis", 1, {"REDIS_URL": url}),
            ("two processes, each class on both", 2, {"REDIS_URL": url}),
        ):
            with running(count=count, settings=settings) as servers, crowd(servers) as students:
                students.join(_open(servers, max(1, plan.students // CLASS)), CLASS)
                before = _cpu_seconds([redis_pid])
                load = students.measure(plan.seconds)
                redis_cpu = (_cpu_seconds([redis_pid]) - before) / load.seconds
            alone = alone or load.cpu
            rows.append(
                [
                    name,
                    f"{load.student_minute:.2f}",
                    f"{100 * (load.cpu / alone - 1):+.0f} %",
                    f"{100 * redis_cpu / alone:.0f} %",
                    f"{load.p99:.0f}",
                ]
            )
    return "\n\n".join(
        [
            f"## Scale-out, {students.students} students (bar 20 %, goal 10 %)",
            markdown_table(
                ["", "processor a student-minute, ms", "added", "Redis' own", "p99, ms"], rows
            ),
        ]
    )


def bench_growth(plan: Plan) -> str:
    """What a label costs as there are more classes, and larger ones."""
    most = max(plan.sizes)
    many = [(classes, plan.small_class) for classes in plan.classes]
    large = [(most // size, size) for size in plan.sizes]
    tables = []
    for title, shapes in (("More classes", many), ("Larger classes", large)):
        costs = [_cost_of_a_label(plan, classes, size) for classes, size in shapes]
        rise = max(0.0, *(after / before - 1 for before, after in combinations(costs, 2)))
        tables.append(
            f"## {title}, a label a second from each student: "
            f"the most that a label becomes dearer is {100 * rise:.0f} % (bar 25 %)"
        )
        rows = [
            [str(classes), str(size), f"{1e6 * cost:.0f}"]
            for (classes, size), cost in zip(shapes, costs, strict=True)
        ]
        tables.append(markdown_table(["classes", "students in each", "a label, µs"], rows))
    return "\n\n".join(tables)


def _cost_of_a_label(plan: Plan, classes: int, students: int) -> float:
    """In seconds of processor time, beyond what the server takes while nobody is there."""
    with running() as servers:
        pause = min(SETTLING, plan.seconds)
        idle = _cpu_seconds([servers[0].pid])
        time.sleep(pause)
        idle = (_cpu_seconds([servers[0].pid]) - idle) / pause
        with crowd(servers, SECOND) as students_there:
            students_there.join(_open(servers, classes), students)
            load = students_there.measure(plan.seconds)
    return (load.cpu - idle) * load.seconds / load.labels


@contextmanager
def redis() -> Iterator[tuple[int, str]]:
    """A Redis of our own, on the load's core; its process and address."""
    with TemporaryDirectory() as folder:
        path = f"{folder}/redis.sock"
        process = subprocess.Popen(
            [*_on(LOAD_CORE), "redis-server", "--port", "0", "--unixsocket", path, "--save", ""],
            cwd=folder,
            stdout=subprocess.DEVNULL,
        )
        try:
            while not Path(path).exists():
                assert process.poll() is None
                time.sleep(0.05)
            yield process.pid, f"unix://{path}"
        finally:
            process.kill()
            process.wait()


def _open(servers: list[LiveServer], classes: int) -> list[dict[str, Any]]:
    return [servers[0].open_class() for _ in range(classes)]


def _on(core: int) -> list[str]:
    return ["taskset", "-c", str(core)]


def _rate(load: Load) -> tuple[str, str]:
    minute = 60 * load.labels / load.seconds / load.students
    return f"{minute:.1f}", f"{1e6 * load.cpu * load.seconds / load.labels:.0f}"


def _family(pid: int) -> list[int]:
    """A process and its children, theirs too."""
    family = [pid]
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has just ended
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    for member in family:
        family += [child for child, parent in parents.items() if parent == member]
    return family


def _cpu_seconds(pids: Iterable[int]) -> float:
    """Processor time that these processes and their children have taken."""
    return _core_seconds(pids)[0]


def _core_seconds(pids: Iterable[int]) -> tuple[float, float]:
    """How long these processes and their children have run, and waited for a core that was busy."""
    ran = waited = 0
    for pid in pids:
        for member in _family(pid):
            for thread in Path(f"/proc/{member}/task").glob("*/schedstat"):  # finer than stat
                ran_so_far, waited_so_far, _ = thread.read_text().split()
                ran += int(ran_so_far)
                waited += int(waited_so_far)
    return ran / 1e9, waited / 1e9


def _resident(pid: int) -> int:
    """Bytes of memory of a process and its children."""
    pages = (int(Path(f"/proc/{member}/statm").read_text().split()[1]) for member in _family(pid))
    return sum(pages) * resource.getpagesize()


PARTS: dict[str, Callable[[Plan], str]] = {
    "student": bench_student,
    "crowd": bench_crowd,
    "scale-out": bench_scale_out,
    "growth": bench_growth,
}


def bench_server(parts: Sequence[str], plan: Plan) -> Iterator[str]:
    """Yields the tables of each part, or of all if none is named. Raises TrainingError."""
    if unknown := set(parts) - set(PARTS):
        raise TrainingError(f"there is no part {' or '.join(sorted(unknown))}")
    for part in parts or PARTS:
        yield PARTS[part](plan)
