"""What a scrape reads."""

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from server.ops.metrics import ERRORS, EVENTS, Metrics
from tests.live_server import METRICS_TOKEN

NOBODY = {"classes": 0, "students": 0, "teachers": 0, "unsaved": 0}


def scrape(metrics):
    """What Prometheus makes of a scrape: {(name, sorted labels): value}."""
    body, content_type = metrics.render()
    assert content_type.startswith("text/plain")
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
    }


def test_how_much_there_is_is_asked_at_each_scrape():
    present = dict(NOBODY)
    metrics = Metrics(lambda: present)
    assert scrape(metrics)[("classpulse_students",)] == 0
    present |= {"classes": 2, "students": 31, "teachers": 3, "unsaved": 4}
    read = scrape(metrics)
    assert {name: read[(f"classpulse_{name}",)] for name in present} == present


def test_messages_are_counted_by_event():
    metrics = Metrics(lambda: NOBODY)
    for event in ("label", "label", "help"):
        metrics.message(event)
    read = scrape(metrics)
    assert read["classpulse_messages_total", ("event", "label")] == 2
    assert read["classpulse_messages_total", ("event", "help")] == 1
    assert read["classpulse_messages_total", ("event", "end")] == 0


def test_an_event_of_the_senders_own_making_makes_no_line():
    metrics = Metrics(lambda: NOBODY)
    before = scrape(metrics).keys()
    metrics.message("seven")
    read = scrape(metrics)
    assert read.keys() == before
    assert all(read["classpulse_messages_total", ("event", event)] == 0 for event in EVENTS)


@pytest.mark.parametrize("kind", ERRORS)
def test_errors_are_counted_by_kind(kind):
    metrics = Metrics(lambda: NOBODY)
    metrics.error(kind)
    read = scrape(metrics)
    counts = {each: read["classpulse_errors_total", ("kind", each)] for each in ERRORS}
    assert counts == {each: int(each == kind) for each in ERRORS}


def test_an_unknown_kind_of_error_is_a_mistake_of_ours():
    with pytest.raises(KeyError):
        Metrics(lambda: NOBODY).error("other")


def test_ticks_tell_how_late_they_began_and_how_long_they_took():
    metrics = Metrics(lambda: NOBODY)
    metrics.tick(late=0.0, took=0.03)
    metrics.tick(late=0.7, took=0.2)
    read = scrape(metrics)
    assert read[("classpulse_tick_lag_seconds_sum",)] == pytest.approx(0.7)
    assert read["classpulse_tick_lag_seconds_bucket", ("le", "0.5")] == 1
    assert read[("classpulse_tick_duration_seconds_count",)] == 2
    assert read["classpulse_tick_duration_seconds_bucket", ("le", "0.05")] == 1


def test_the_process_tells_its_load():
    read = scrape(Metrics(lambda: NOBODY))
    for name in ("cpu_seconds_total", "resident_memory_bytes", "open_fds"):
        assert read[(f"process_{name}",)] > 0


def test_two_servers_in_one_process_count_apart():
    first, second = Metrics(lambda: NOBODY), Metrics(lambda: NOBODY)
    first.error("rate")
    assert scrape(second)["classpulse_errors_total", ("kind", "rate")] == 0


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "sent",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer a-token-for-test",
        "Bearer a-token-for-tests-",
        "bearer \N{LATIN SMALL LETTER A WITH DIAERESIS}-token-for-tests",
        "Basic OmEtdG9rZW4tZm9yLXRlc3Rz",
        "Basic \N{LATIN SMALL LETTER A WITH DIAERESIS}",
        f"Digest token={METRICS_TOKEN}",
        METRICS_TOKEN,
    ],
)
def test_nobody_reads_the_figures_without_the_operators_token(server, sent, method):
    headers = {} if sent is None else {"Authorization": sent.encode()}
    answer = requests.request(method, f"{server.url}/metrics", headers=headers, timeout=10)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "classpulse_" not in answer.text


def test_whoever_has_the_operators_token_reads_the_figures(server):
    bearer = {"Authorization": f"bearer {METRICS_TOKEN}"}
    answer = requests.get(f"{server.url}/metrics", headers=bearer, timeout=10)
    assert answer.status_code == 200 and "classpulse_students 0.0" in answer.text
    assert answer.headers["Content-Type"].startswith("text/plain; version=")


@pytest.mark.parametrize("headers", [{}, {"Authorization": f"Bearer {METRICS_TOKEN}"}])
def test_where_no_token_is_set_there_are_no_figures(start_app, headers):
    assert start_app(metrics_token=None).get("/metrics", headers=headers).status_code == 404
