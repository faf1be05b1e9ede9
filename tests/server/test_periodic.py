"""Periodic tasks, with waits that take no time."""

from server.ops.metrics import Metrics
from server.ops.periodic import Periodic
from server.storage.store import StoreError
from tests.server.test_metrics import NOBODY, scrape


def test_whatever_goes_wrong_ends_no_task(caplog):
    metrics, waits, done = Metrics(lambda: NOBODY), [], []
    periodic = Periodic(waits.append, metrics)

    def task():
        done.append(len(done))
        if done == [0]:
            raise StoreError("away")
        if done == [0, 1]:
            raise ValueError("a bug")
        periodic.stop()

    periodic.run(task, 5.0, is_tick=True)
    assert done == [0, 1, 2]
    assert len(waits) == 4 and waits[0] == 0 and all(wait > 4 for wait in waits[1:])
    read = scrape(metrics)
    assert read["classpulse_errors_total", ("kind", "store")] == 1
    assert read["classpulse_errors_total", ("kind", "task")] == 1
    assert read[("classpulse_tick_duration_seconds_count",)] == 3
    assert "a periodic task has to wait: away" in caplog.text and "a bug" in caplog.text


def test_a_task_that_is_late_is_not_made_up_for():
    waits, done = [], []
    periodic = Periodic(waits.append, Metrics(lambda: NOBODY))

    def task():
        done.append(True)
        if len(done) == 3:
            periodic.stop()

    periodic.run(task, -5.0)  # the next time has passed whenever one is done
    assert len(done) == 3 and waits == [0.0] * 4
