"""What processes share: the same for one alone and for several, and who folds a class."""

import time
from contextlib import closing

import pytest

from server.domain.messages import Label
from server.domain.seats import Seats
from server.exchange import ExchangeError, LocalExchange
from server.redis_exchange import RedisExchange

TICK_SECONDS = 1  # leases, which are a little longer, do not end while a busy machine pauses
CODE = "ABC234"


def knows(*students, teachers=0, now=10.0):
    """What a process tells of a class in which these students look happy."""
    seats = Seats()
    for student in students:
        seats.join(student, f"connection of {student}", now)
        seats.set_label(student, Label("ok", "happy"), now)
    return {CODE: seats.partial(now, teachers)}


def state_of(name):
    return lambda code: {"left by": name}


def until(condition):
    """Ask again until it holds: leases end by the clock of Redis."""
    deadline = time.monotonic() + 10
    while not (answer := condition()):
        assert time.monotonic() < deadline
        time.sleep(TICK_SECONDS / 5)
    return answer


def meet_as_ticker(exchange, partials, now=10.0):
    return until(lambda: (meeting := exchange.meet(partials, now)[CODE]).ticker and meeting)


@pytest.fixture(params=["alone", "Redis"])
def exchange(request):
    if request.param == "alone":
        exchange = LocalExchange()
    else:
        exchange = RedisExchange(request.getfixturevalue("redis_server").url, TICK_SECONDS)
    with closing(exchange):
        yield exchange


@pytest.fixture
def processes(redis_server):
    one, two = (RedisExchange(redis_server.url, TICK_SECONDS) for _ in range(2))
    with closing(one), closing(two):
        yield one, two


def test_one_process_is_the_ticker_of_its_classes(exchange):
    meeting = meet_as_ticker(exchange, knows("Ada", "Ben", teachers=1))
    assert not meeting.ended and meeting.state is None
    (partial,) = meeting.partials
    assert set(partial.seats) == {"Ada", "Ben"} and partial.teachers == 1
    assert set(exchange.commit([CODE], {CODE: {"students": 2}}, state_of("one"))) == {CODE}
    assert exchange.view(CODE) == {"students": 2}
    meet_as_ticker(exchange, knows("Ada"))
    exchange.commit([CODE], {}, state_of("one"))
    assert exchange.view(CODE) == {"students": 2}


def test_orders_reach_the_ticker_in_order_and_once(exchange):
    meet_as_ticker(exchange, knows("Ada"))
    exchange.commit([CODE], {}, state_of("one"))
    exchange.order(CODE, {"clear": "pace"})
    exchange.order(CODE, {"silence": "many_lost"})
    meeting = meet_as_ticker(exchange, knows("Ada"))
    assert list(meeting.orders) == [{"clear": "pace"}, {"silence": "many_lost"}]
    exchange.commit([CODE], {}, state_of("one"))
    assert list(meet_as_ticker(exchange, knows("Ada")).orders) == []


def test_nothing_is_left_of_a_class_that_ended(exchange):
    meet_as_ticker(exchange, knows("Ada"))
    exchange.commit([CODE], {CODE: {"students": 1}}, state_of("one"))
    exchange.end(CODE)
    assert exchange.view(CODE) is None


def test_the_ticker_hears_of_all_processes_and_the_others_follow(processes):
    one, two = processes
    meet_as_ticker(one, knows("Ada"))
    one.commit([CODE], {}, state_of("one"))
    assert not two.meet(knows("Ben", teachers=1, now=99.0), 99.0)[CODE].ticker
    meeting = one.meet(knows("Ada"), 11.0)[CODE]
    own, other = meeting.partials
    assert set(own.seats) == {"Ada"}
    assert other.seats["Ben"].emotion_now(11.0) == "happy" and other.teachers == 1
    one.commit([CODE], {CODE: {"students": 2}}, state_of("one"))
    assert two.view(CODE) == {"students": 2}


def test_another_process_takes_over_from_a_ticker_that_falls_silent(processes):
    one, two = processes
    meet_as_ticker(one, knows("Ada"))
    one.commit([CODE], {}, state_of("one"))
    meeting = meet_as_ticker(two, knows("Ben"))
    assert meeting.state == {"left by": "one"}
    two.commit([CODE], {}, state_of("two"))
    # What the first one folded meanwhile counts no more.
    assert not list(one.commit([CODE], {CODE: {"students": 1}}, state_of("one")))
    assert one.view(CODE) is None
    assert meet_as_ticker(one, knows("Ada")).state == {"left by": "two"}


def test_a_ticker_that_leaves_is_replaced_at_once(processes):
    one, two = processes
    meet_as_ticker(one, knows("Ada"))
    one.commit([CODE], {}, state_of("one"))
    one.leave([CODE])
    meeting = two.meet(knows("Ben"), 10.0)[CODE]
    assert meeting.ticker and meeting.state == {"left by": "one"}


def test_who_holds_the_class_goes_on_with_it_when_redis_comes_back_empty(processes, redis_server):
    one, two = processes
    meet_as_ticker(one, knows("Ada"))
    one.commit([CODE], {}, state_of("one"))
    redis_server.kill()
    for exchange in processes:
        with pytest.raises(ExchangeError, match="Redis"):
            exchange.meet(knows("Ada"), 10.0)
    redis_server.start()
    assert not two.meet(knows("Ben"), 10.0)[CODE].ticker
    meeting = one.meet(knows("Ada"), 10.0)[CODE]
    assert meeting.ticker and meeting.state is None  # it has it already


def test_a_process_that_says_nothing_more_is_forgotten_after_a_while(processes):
    one, two = processes
    meet_as_ticker(one, knows("Ada"))
    two.meet(knows("Ben"), 10.0)
    heard = [len(one.meet(knows("Ada"), now)[CODE].partials) for now in (10.0, 19.9, 20.1)]
    assert heard == [2, 2, 1]


def test_what_a_dead_process_told_is_not_news_to_the_next_ticker(processes):
    one, two = processes
    meet_as_ticker(one, knows("Ada"))
    one.commit([CODE], {}, state_of("one"))
    meeting = meet_as_ticker(two, knows("Ben"), now=500.0)  # once the lease is over
    told_by_one = meeting.partials[1]
    assert told_by_one.seats["Ada"].joined_at < 500.0 - TICK_SECONDS


def test_an_ended_class_is_over_for_all(processes):
    one, two = processes
    meet_as_ticker(one, knows("Ada"))
    two.end(CODE)
    assert one.meet(knows("Ada"), 10.0)[CODE].ended
