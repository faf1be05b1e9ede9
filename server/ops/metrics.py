"""What an operator's Prometheus reads: how much there is, how fast it goes, what goes wrong.

Nothing here is about anybody, and no class has a line of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from server.domain.contract import MESSAGES

EVENTS = (*MESSAGES["student"], *MESSAGES["teacher"])
ERRORS = (
    "message",  # one that does not fit
    "rate",  # one too many
    "refused",  # a connection that was not let in
    "proxy",  # a request by which a proxy in front of us is not set up as it has to be
    "slow",  # a browser that did not keep up, or was gone without a word
    "store",  # the database is away
    "exchange",  # Redis is away
    "webhook",  # a report could not be sent, for now
    "class",  # one class could not be shown; once a second, for as long as that lasts
    "task",  # a periodic task failed
)
PRESENT = {
    "classes": "Classes with somebody connected to this process.",
    "students": "Seats taken in this process.",
    "teachers": "Teachers' pages connected to this process.",
    "unsaved": "Writes that wait for the database.",
}
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)  # the histograms' steps


class Metrics:
    """All figures of one process.

    count: how much there is now, a number for each key of PRESENT; asked when somebody reads.
    """

    def __init__(self, count: Callable[[], dict[str, int]]) -> None:
        # Numbers in a dictionary: prometheus_client's counters lock, and cost ten times as much.
        self._messages = dict.fromkeys(EVENTS, 0)
        self._errors = dict.fromkeys(ERRORS, 0)
        self._registry = CollectorRegistry()
        self._lag = Histogram(
            "classpulse_tick_lag_seconds",
            "By how much a tick began late.",
            buckets=SECONDS,
            registry=self._registry,
        )
        self._duration = Histogram(
            "classpulse_tick_duration_seconds",
            "How long a tick took.",
            buckets=SECONDS,
            registry=self._registry,
        )
        self._registry.register(_Numbers(count, self._messages, self._errors))
        ProcessCollector(registry=self._registry)

    def message(self, event: str) -> None:
        """A message came. One with a name of its sender's own making is counted nowhere."""
        if event in self._messages:
            self._messages[event] += 1

    def error(self, kind: str) -> None:
        """Something of ERRORS went wrong. Raises KeyError for another kind."""
        self._errors[kind] += 1

    def tick(self, late: float, took: float) -> None:
        """A tick began so late and took so long, both in seconds."""
        self._lag.observe(late)
        self._duration.observe(took)

    def render(self) -> tuple[bytes, str]:
        """The answer to a scrape, and its content type."""
        return generate_latest(self._registry), CONTENT_TYPE_LATEST


class _Numbers(Collector):
    """Our own numbers, in Prometheus's terms."""

    def __init__(
        self,
        count: Callable[[], dict[str, int]],
        messages: dict[str, int],
        errors: dict[str, int],
    ) -> None:
        self._count, self._messages, self._errors = count, messages, errors

    def collect(self) -> Iterator[Metric]:
        present = self._count()
        for name, text in PRESENT.items():
            yield GaugeMetricFamily(f"classpulse_{name}", text, present[name])
        yield _counter("messages", "Messages that browsers sent.", "event", self._messages)
        yield _counter("errors", "What went wrong.", "kind", self._errors)


def _counter(name: str, text: str, label: str, numbers: dict[str, int]) -> Metric:
    counter = CounterMetricFamily(f"classpulse_{name}", text, labels=[label])
    for value, number in numbers.items():
        counter.add_metric([value], number)
    return counter
