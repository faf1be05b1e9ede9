"""What processes share: the same for one alone and for several, and who folds a class."""

import json
import time
from contextlib import closing

import pytest
import redis

from server.domain.messages import Label
from server.domain.seats import Seats
from server.domain.told import NOTHING, Told, Word
from server.sharing.exchange import FORMAT, ExchangeError, LocalExchange
from server.sharing.redis_exchange import RedisExchange

TICK_SECONDS = 1  # leases, which are a little longer, do not end while a busy machine pauses
CODE = "ABC234"


def knows(*students, teachers=0, now=10.0):
    """What a process tells of a class in which these students look happy."""
    seats = Seats()
    for student in students:
        seats.join(student, f"connection of {student}", now)
        seats.say(student, Label("ok", "happy"), now)
    return {CODE: seats.snapshot(now, teachers)}


def left_by(name):
    return {CODE: {"left by": name}}


def until(condition):
    """Ask again until it holds: leases end by the clock of Redis."""
    deadline = time.monotonic() + 10
    while not (answer := condition()):
        assert time.monotonic() < deadline
        time.sleep(TICK_SECONDS / 5)
    return answer


def meet_as_leader(exchange, snapshots, now=10.0):
    return until(lambda: (meeting := exchange.meet(snapshots, now)[CODE]).leads and meeting)


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


def test_one_process_leads_its_classes(exchange):
    meeting = meet_as_leader(exchange, knows("Ada", "Ben", teachers=1))
    assert not meeting.ended and meeting.state is None
    (snapshot,) = meeting.snapshots
    assert set(snapshot.seats) == {"Ada", "Ben"} and snapshot.teachers == 1
    assert set(exchange.commit(left_by("one"), {CODE: {"students": 2}})) == {CODE}
    assert exchange.view(CODE) == {"students": 2}
    meet_as_leader(exchange, knows("Ada"))
    exchange.commit(left_by("one"), {})
    assert exchange.view(CODE) == {"students": 2}


def test_what_was_told_keeps_its_time_until_it_is_told_again(exchange):
    assert exchange.told(CODE, 10.0) == NOTHING
    assert meet_as_leader(exchange, knows("Ada")).told == NOTHING
    exchange.tell(CODE, {"help": ""}, 11.0)
    meetings = [exchange.meet(knows("Ada"), now)[CODE].told for now in (12.0, 13.0)]
    assert meetings == [Told({"help": Word("", 11.0)})] * 2
    exchange.tell(CODE, {"pace": ""}, 24.0, ago=10)
    exchange.tell(CODE, {"help": ""}, 25.0)
    exchange.tell(CODE, {"question": "5f3a got it"}, 26.0)
    words = {"help": Word("", 25.0), "pace": Word("", 14.0)}
    assert exchange.told(CODE, 27.0).words == words | {"question": Word("5f3a got it", 26.0)}
    exchange.end(CODE)
    assert exchange.told(CODE, 28.0) == NOTHING


def test_every_process_knows_what_was_told_by_its_own_clock(processes):
    one, two = processes
    meet_as_leader(one, knows("Ada"))
    one.tell(CODE, {"help": ""}, 10.0, ago=10)
    one.tell(CODE, {"question": "5f3a done"}, 10.0)
    for ask in (two.told, lambda code, now: two.meet(knows("Ben"), now)[code].told):
        told = ask(CODE, 500.0)
        assert 480.0 < told.cleared_at("help") <= 490.0 < told.question.asked_at <= 500.0
        assert told.question.word == "done"


def test_a_word_over_another_is_told_unless_somebody_has_told_something_else(exchange):
    words = {"post 1": "written One\u00e9?", "post 2": "written Two?"}
    assert exchange.tell(CODE, words, 10.0) == Told(
        {what: Word(words[what], 10.0) for what in words}
    )
    released = {"post 1": "released One\u00e9?"}
    for told in (Told({"post 1": Word(released["post 1"], 11.0)}), NOTHING):
        assert exchange.tell(CODE, released, 11.0, over=words["post 1"]) == told
    exchange.tell(CODE, {"post 1": "", "post 2": ""}, 12.0)
    for number, word in enumerate(words.values(), start=1):
        assert exchange.tell(CODE, {f"post {number}": "released"}, 13.0, over=word) == NOTHING
    told = exchange.told(CODE, 14.0)
    assert told.words == {"post 1": Word("", 12.0), "post 2": Word("", 12.0)}
    # What nobody knows any more, nobody has told anything else of.
    assert exchange.tell(CODE, {"post 3": "released"}, 15.0, over="written") != NOTHING


def test_a_word_that_is_later_is_so_by_every_clock_however_slow_redis_is(processes):
    one, two = processes
    meet_as_leader(one, knows("Ada"))
    one.tell(CODE, {"post 1": "released"}, 10.0)
    two.tell(CODE, {"post 1": ""}, 10.0)
    told = one.meet(knows("Ada"), 5.0)[CODE].told  # as if that had been asked for long ago
    assert told.words["post 1"].value == "" and told.words["post 1"].at > 10.0


def test_nothing_can_be_told_in_a_class_that_another_process_has_ended(processes, redis_server):
    one, two = processes
    meet_as_leader(one, knows("Ada"))
    assert two.tell(CODE, {"pace": ""}, 10.0) and not two.has_ended(CODE)
    one.end(CODE)
    assert two.has_ended(CODE) and two.tell(CODE, {"pace": ""}, 10.0) is None
    with closing(redis.Redis.from_url(redis_server.url)) as client:
        assert client.keys() == [f"classpulse:{{{CODE}}}:ended".encode()]


def test_nothing_is_left_of_a_class_that_ended(exchange):
    meet_as_leader(exchange, knows("Ada"))
    exchange.commit(left_by("one"), {CODE: {"students": 1}})
    exchange.end(CODE)
    assert exchange.view(CODE) is None


def test_the_leader_hears_of_all_processes_and_the_others_follow(processes):
    one, two = processes
    meet_as_leader(one, knows("Ada"))
    one.commit(left_by("one"), {})
    assert not two.meet(knows("Ben", teachers=1, now=99.0), 99.0)[CODE].leads
    meeting = one.meet(knows("Ada"), 11.0)[CODE]
    own, other = meeting.snapshots
    assert set(own.seats) == {"Ada"}
    assert other.seats["Ben"].emotion_now(11.0) == "happy" and other.teachers == 1
    one.commit(left_by("one"), {CODE: {"students": 2}})
    assert two.view(CODE) == {"students": 2}


def test_another_process_takes_over_from_a_leader_that_falls_silent(processes):
    one, two = processes
    meet_as_leader(one, knows("Ada"))
    one.commit(left_by("one"), {})
    meeting = meet_as_leader(two, knows("Ben"))
    assert meeting.state == {"left by": "one"}
    two.commit(left_by("two"), {})
    # What the first one folded meanwhile counts no more.
    assert not list(one.commit(left_by("one"), {CODE: {"students": 1}}))
    assert one.view(CODE) is None
    assert meet_as_leader(one, knows("Ada")).state == {"left by": "two"}


def test_a_leader_that_leaves_is_replaced_at_once(processes):
    one, two = processes
    meet_as_leader(one, knows("Ada"))
    one.commit(left_by("one"), {})
    one.leave([CODE])
    meeting = two.meet(knows("Ben"), 10.0)[CODE]
    assert meeting.leads and meeting.state == {"left by": "one"}


def test_who_holds_the_class_goes_on_with_it_when_redis_comes_back_empty(processes, redis_server):
    one, two = processes
    meet_as_leader(one, knows("Ada"))
    one.commit(left_by("one"), {})
    redis_server.kill()
    for exchange in processes:
        with pytest.raises(ExchangeError, match="Redis"):
            exchange.meet(knows("Ada"), 10.0)
    redis_server.start()
    assert not two.meet(knows("Ben"), 10.0)[CODE].leads
    meeting = one.meet(knows("Ada"), 10.0)[CODE]
    assert meeting.leads and meeting.state is None  # it has it already


def test_a_process_that_says_nothing_more_is_forgotten_after_a_while(processes):
    one, two = processes
    meet_as_leader(one, knows("Ada"))
    two.meet(knows("Ben"), 10.0)
    heard = [len(one.meet(knows("Ada"), now)[CODE].snapshots) for now in (10.0, 19.9, 20.1)]
    assert heard == [2, 2, 1]


def test_what_a_dead_process_told_is_not_news_to_the_next_leader(processes):
    one, two = processes
    meet_as_leader(one, knows("Ada"))
    one.commit(left_by("one"), {})
    meeting = meet_as_leader(two, knows("Ben"), now=500.0)  # once the lease is over
    told_by_one = meeting.snapshots[1]
    assert told_by_one.seats["Ada"].joined_at < 500.0 - TICK_SECONDS


KNOWN = {"teachers": 1, "seats": {"Ada": {"joined": 10, "emotion": "happy", "read": 5}}}
OF_ANOTHER_RELEASE = {
    "of the next format": {"format": FORMAT + 1, "seats": "otherwise"},
    "of before there were formats": {"teachers": 1, "seats": {"Ada": [10, None, "happy"]}},
    "without what is needed": {"format": FORMAT, "teachers": 1, "seats": {"Ada": {}}},
    "no object": [1, 2],
}


def tell(redis_server, name, *values):
    """Write what another process might have written."""
    with closing(redis.Redis.from_url(redis_server.url)) as client:
        command = {"partials": "HSET", "state": "SET", "told": "HSET"}[name]
        client.execute_command(command, f"classpulse:{{{CODE}}}:{name}", *values)


@pytest.mark.parametrize("told", OF_ANOTHER_RELEASE.values(), ids=OF_ANOTHER_RELEASE)
def test_what_cannot_be_read_of_another_process_counts_as_silence(processes, redis_server, told):
    one, _ = processes
    meet_as_leader(one, knows("Ada"))
    for text in (json.dumps(told), "{", ""):
        tell(redis_server, "partials", "another", f"{time.time():.6f} {text}")
        (own,) = one.meet(knows("Ada"), 10.0)[CODE].snapshots
        assert set(own.seats) == {"Ada"}
    # And it is taken away after a while, whatever it was.
    one.meet(knows("Ada"), 30.0)
    one.commit(left_by("one"), {})
    with closing(redis.Redis.from_url(redis_server.url)) as client:
        assert len(client.hkeys(f"classpulse:{{{CODE}}}:partials")) == 1


def test_fields_that_only_another_release_knows_are_left_out(processes, redis_server):
    one, _ = processes
    meet_as_leader(one, knows("Ben"))
    told = KNOWN | {"format": FORMAT, "new": 1}
    told["seats"] = {"Ada": KNOWN["seats"]["Ada"] | {"new": [2]}}
    tell(redis_server, "partials", "another", f"{time.time():.6f} {json.dumps(told)}")
    _, other = one.meet(knows("Ben"), 10.0)[CODE].snapshots
    assert other.teachers == 1 and other.seats["Ada"].emotion_now(10.0) == "happy"


@pytest.mark.parametrize("left", OF_ANOTHER_RELEASE.values(), ids=OF_ANOTHER_RELEASE)
def test_a_state_of_another_format_counts_as_none(processes, redis_server, left):
    one, two = processes
    meet_as_leader(one, knows("Ada"))
    one.commit(left_by("one"), {})
    tell(redis_server, "state", json.dumps(left))
    one.leave([CODE])
    meeting = two.meet(knows("Ben"), 10.0)[CODE]
    assert meeting.leads
    assert meeting.state is None or left.get("format") == FORMAT


@pytest.mark.parametrize("value", ["", "5f3a", "5f3a how_are_you", "got_it", " got_it now"])
def test_a_question_of_another_release_is_none(processes, redis_server, value):
    one, _ = processes
    tell(redis_server, "told", "question", f"{time.time():.6f} {value}")
    assert one.told(CODE, 10.0).question is None


def test_an_ended_class_is_over_for_all(processes):
    one, two = processes
    meet_as_leader(one, knows("Ada"))
    two.end(CODE)
    assert one.meet(knows("Ada"), 10.0)[CODE].ended
