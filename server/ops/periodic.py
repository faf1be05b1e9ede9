"""Periodic tasks: a failure of one run does not stop the next."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic

from server.ops.metrics import Metrics
from server.sharing.exchange import ExchangeError
from server.storage.store import StoreError

log = logging.getLogger(__name__)


class Periodic:
    """sleep: how to wait so many seconds."""

    def __init__(self, sleep: Callable[[float], None], metrics: Metrics) -> None:
        self._sleep = sleep
        self._metrics = metrics
        self._stopped = False

    def run(self, task: Callable[[], None], seconds: float, is_tick: bool = False) -> None:
        """Do the task now and every so many seconds, until `stop`; a tick is measured."""
        due = monotonic()
        while True:
            self._sleep(max(0.0, due - monotonic()))
            if self._stopped:
                return
            began = monotonic()
            try:
                task()
            except (StoreError, ExchangeError) as error:
                log.warning("a periodic task has to wait: %s", error)
                self._metrics.error("store" if isinstance(error, StoreError) else "exchange")
            except Exception:  # of whatever kind: what fails now may work in a second
                log.exception("a periodic task failed")
                self._metrics.error("task")
            if is_tick:
                self._metrics.tick(began - due, monotonic() - began)
            due = max(due + seconds, monotonic())  # a time that was missed is not made up for

    def stop(self) -> None:
        """Nothing begins any more."""
        self._stopped = True
