"""Lessons go on through nginx while one part after the other fails: `make soak`.

Everything runs for real: Redis, PostgreSQL, nginx, three processes of the server, and students and
teachers with the connections of our pages (bench/soak.mjs). One fault at a time, in random order,
with a calm stretch after each. What must always hold is checked all the time
(bench/soak/witness.py); the first violation ends it.
"""

from __future__ import annotations

import random
import secrets
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import redis
import requests

from bench.soak.stage import FAULTS, PROCESSES, Fault, Stage, shuffled
from bench.soak.witness import EVER, LAG, STILL, TICK_SECONDS, Resumed, Violation, Witness
from server.domain.seats import SEAT_GRACE
from training.page import markdown_table

BACK_SECONDS = 60.0  # within which everybody has to be back after a fault
BEFORE_SECONDS = 5.0  # of the first lesson before the first fault
LIVELY_SECONDS = 6.0  # of each calm stretch in which students still come and go
STILL_SECONDS = 16.0  # of each calm stretch in which nobody does: then the truth is one number
ANSWERS_SECONDS = 7.0  # until a page has given up waiting for an answer
SIZES = (5, 40)  # students in a class
LEAST_SHOWN = 5  # students about whom shares are shown
PROCESS_MEGABYTES = 300.0  # that a process may take, after whatever
REDIS_MEGABYTES = 50.0
SHOWN_EVENTS = 40  # that came before a violation

T = TypeVar("T")


class Soak:
    """One run, from the first class to the last report."""

    def __init__(self, stage: Stage, classes: int, seed: int) -> None:
        self.stage, self.chance = stage, random.Random(seed)
        self.crowd = stage.crowd
        self.opened = [self._open(number) for number in range(classes)]
        self.witness = Witness({facts["code"]: LEAST_SHOWN for facts in self.opened})
        self.fared: defaultdict[str, list[list[Resumed]]] = defaultdict(list)
        self.memory: list[tuple[float, list[float], float]] = []  # minutes, processes, Redis; MB
        self.began = time.monotonic()

    def run(self, seconds: float, only: str) -> None:
        """only: what is in the names of the faults. Raises Violation."""
        self.crowd.order({"classes": self.opened})
        self._wait_until(lambda: bool(self.witness.pages) and not self.witness.offline(time.time()))
        self._watch(BEFORE_SECONDS)
        for fault in shuffled(self.chance, only):
            self._strike(fault, brief=seconds < 60)
            if time.monotonic() > self.began + seconds:
                break
        self.crowd.order({"churn": False, "notes": False})
        self._watch(ANSWERS_SECONDS)
        for facts in self.opened:
            self.witness.check_report(facts["code"], self._report(facts))

    def _strike(self, fault: Fault, brief: bool) -> None:
        process = self.chance.choice(self.stage.processes)
        seconds = self.chance.uniform(*fault.seconds)
        print(f"{self.minutes():5.1f} min: {fault.name} for {seconds:.0f} s", flush=True)
        witness = self.witness
        witness.calm_since = STILL
        began = time.time()
        fault.begin(self.stage, process)
        if fault.kills:
            witness.kills.append(time.time())
        self._watch(seconds)
        fault.end(self.stage, process)
        ended = time.time()
        self._wait_until(
            lambda: (
                not witness.offline(ended) and witness.resumed(began, ended, fault.dies) is not None
            )
        )
        resumed = witness.resumed(began, ended, fault.dies)
        assert resumed is not None  # as all are back
        self.fared[fault.name].append(resumed)
        self._measure_memory()
        self._calm(ended, 0.0 if brief else LIVELY_SECONDS)
        witness.forget_views(began)

    def _calm(self, since: float, lively: float) -> None:
        # What got lost until now was perhaps noticed only now, and is kept from now on.
        self.witness.calm_since = max(time.time(), since + SEAT_GRACE + LAG)
        if lively:
            self._watch(self.witness.calm_since - time.time() + lively)
        self.crowd.order({"churn": False})
        self._watch(STILL_SECONDS)
        self.crowd.order({"churn": True})

    def _wait_until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + BACK_SECONDS
        while not holds():
            if time.monotonic() > deadline:
                offline = self.witness.offline(time.time() - BACK_SECONDS)
                raise Violation(
                    f"not all is back after {BACK_SECONDS:.0f} s; "
                    f"not connected: {', '.join(offline) or 'nobody: views are missing'}"
                )
            self._watch(0.5)

    def _watch(self, seconds: float) -> None:
        """Take in what happens for so long."""
        deadline = time.monotonic() + seconds
        while (now := time.monotonic()) < deadline:
            for line in self.crowd.lines(min(deadline, now + 1)):
                self.witness.take(line)
            for process in self.stage.processes:
                for trouble in process.troubles():
                    raise Violation(f"an exception in a server's log: {trouble}")

    def _measure_memory(self) -> None:
        processes = [process.memory() for process in self.stage.processes]
        with redis.Redis.from_url(self.stage.redis.url) as client:
            kept = client.info("memory")["used_memory"] / 1e6
        self.memory.append((self.minutes(), processes, kept))
        if max(processes) > PROCESS_MEGABYTES or kept > REDIS_MEGABYTES:
            raise Violation(f"too much memory: processes {processes} MB, Redis {kept:.1f} MB")

    def minutes(self) -> float:
        return (time.monotonic() - self.began) / 60

    def _open(self, number: int) -> dict[str, Any]:
        answer = requests.post(
            f"{self.stage.nginx.url}/api/classes",
            json={"title": f"Class {number}", "mode": "camera", "min_students": LEAST_SHOWN},
            timeout=10,
        )
        answer.raise_for_status()
        known = answer.json()
        return {
            "code": known["code"],
            "token": known["token"],
            "students": self.chance.randint(*SIZES),
            "teachers": self.chance.randint(1, 2),
            # As behind a balancer that knows nothing of classes.
            "spread": number % 2 == 1,
        }

    def _report(self, facts: dict[str, Any]) -> dict[str, Any]:
        answer = requests.get(
            f"{self.stage.nginx.url}/report/{facts['code']}.json",
            headers={"Authorization": f"Bearer {facts['token']}"},
            timeout=10,
        )
        answer.raise_for_status()
        report: dict[str, Any] = answer.json()
        return report

    # The summary

    def summary(self, seed: int) -> str:
        """What happened, in Markdown."""
        counts = self.witness.counts
        students = sum(facts["students"] for facts in self.opened)
        faults = sum(map(len, self.fared.values()))
        spread = sum(facts["spread"] for facts in self.opened)
        bar = 2 * TICK_SECONDS
        waits = [each.waited for runs in self.fared.values() for run in runs for each in run]
        within = sum(wait <= bar for wait in waits) / max(1, len(waits))
        return f"""\
{self.minutes():.0f} minutes, seed {seed}: {faults} faults, one at a time, while \
{len(self.opened)} classes of {students} students went on behind nginx and {PROCESSES} processes \
({spread} of the classes spread over all of them). {counts.students} students came, \
{counts.losses} connections were lost and made again, {counts.naps} died unnoticed, \
{counts.retries} were refused for the moment and tried again. Nobody had to join anew.

{self._fault_table()}

Of {len(waits)} times that a teacher's page waited for a fresh view after a fault, {within:.0%} \
were within two ticks ({bar:.0f} s). It counts from when the page is connected again, where it \
lost its connection, and otherwise from the end of the fault, or for a process that dies from its \
death on.

- Students: in {counts.views} views never more than had a connection in the last {EVER:.0f} s. In \
calm times the number lay in {counts.bounded} of {counts.bounded} views between those who were \
there for certain and those who may have been, and {counts.exact} times these two were the same.
- Kept: {counts.histories} histories and the final reports had every point of those before, \
unchanged, but for {counts.replaced} of the ten seconds that went on, which are replaced when \
another process becomes the leader. Of {counts.notes} notes all that were confirmed are in the \
reports once, but for {counts.lost_notes} of the last {2 * TICK_SECONDS:.0f} s before a `kill -9`.
- Shares were always twentieths of one, and nothing was shown below {LEAST_SHOWN} students.
- No exception in any log.

{self._memory_table()}
"""

    def _fault_table(self) -> str:
        columns = [
            "fault",
            "times",
            "pages that lost their connection",
            "connected again after: median, p95, worst (s)",
            "a fresh view after: median, p95, worst (ticks)",
            "longest time without a view: median, worst (s)",
        ]
        rows = []
        for fault in FAULTS:
            runs = self.fared[fault.name]
            pages = [each for run in runs for each in run]
            if not pages:
                continue
            lost = [each.reconnecting for each in pages if each.reconnecting is not None]
            ticks = [each.waited / TICK_SECONDS for each in pages]
            silences = [each.silence for each in pages]
            rows.append(
                [
                    fault.name,
                    len(runs),
                    f"{len(lost)} of {len(pages)}",
                    _figures(lost, 0.5, 0.95, 1),
                    _figures(ticks, 0.5, 0.95, 1),
                    _figures(silences, 0.5, 1),
                ]
            )
        return markdown_table(columns, rows)

    def _memory_table(self) -> str:
        rows = [
            [f"{minutes:.0f}", *(f"{each:.0f}" for each in processes), f"{kept:.1f}"]
            for minutes, processes, kept in _some(self.memory, 8)
        ]
        names = [f"process {number} (MB)" for number in range(1, PROCESSES + 1)]
        return markdown_table(["minute", *names, "Redis (MB)"], rows)


def _figures(values: Iterable[float], *quantiles: float) -> str:
    values = list(values)
    return ", ".join(f"{np.quantile(values, q):.1f}" for q in quantiles) if values else "–"


def _some(rows: list[T], most: int) -> list[T]:
    if len(rows) <= most:
        return rows
    return [rows[round(index)] for index in np.linspace(0, len(rows) - 1, most)]


def soak(minutes: float, classes: int, seed: int | None, only: str) -> str:
    """Go on for so long, with the faults that have `only` in their names; a summary in Markdown.

    The same seed, the same faults. Ends the program with status 1 at a violation, and says what
    came before it.
    """
    seed = secrets.randbelow(10**6) if seed is None else seed
    print(f"seed {seed}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="classpulse-soak-"))
    with ExitStack() as stack:
        lessons = Soak(Stage(folder, TICK_SECONDS, seed, stack), classes, seed)
        try:
            lessons.run(60 * minutes, only)
        except Violation as violation:
            # Those of the class that the violation names, if it names one.
            last = [event for event in lessons.witness.last if event["code"] in str(violation)]
            for event in (last or list(lessons.witness.last))[-SHOWN_EVENTS:]:
                print(event, file=sys.stderr)
            print(f"The whole story and the servers' logs: {folder}", file=sys.stderr)
            sys.exit(f"VIOLATION after {lessons.minutes():.1f} min, seed {seed}: {violation}")
        summary = lessons.summary(seed)
    shutil.rmtree(folder)
    return summary
