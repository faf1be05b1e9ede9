"""The Exchange of several processes, in Redis.

Of each class Redis holds, for as long as the class goes on: a hash with the snapshot of each
process, who the leader is (a lease), the state and the view that the leader left behind, the
teachers' orders to it, and when they last took down what students said. Times are told as ages, how
old something is goes by Redis's clock, and dead processes are known by their silence, so that no
two clocks have to agree.
"""

from __future__ import annotations

import json
import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from server.config import SettingsError
from server.domain.seats import SEAT_GRACE, Snapshot
from server.sharing import exchange
from server.sharing.exchange import ExchangeError, Meeting, Order, State

KEPT = 900  # seconds without a tick after which nothing is known of a class any more
ENDED_KEPT = 24 * 60 * 60  # seconds for which a process may not have heard that a class is over
LEASE_TICKS = 1.5  # a leader that misses a tick is replaced
# What reading raises where another release, or nobody, wrote what is read.
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError)
# The names of keys are older than the words for what they hold. Releases that stand side by side
# must agree on them: with other names there would be two leaders of a class.
SNAPSHOTS, LEADER = "partials", "ticker"
PATIENCE = 2.0  # seconds for an answer; a tick waits for it, a student's message does not

_MEET = """
local snapshots, leader, state, orders, cleared, ended = unpack(KEYS)
local process, snapshot, holds_state, lease, kept = unpack(ARGV)
if redis.call('EXISTS', ended) == 1 then return 'ended' end
local new = redis.call('EXISTS', snapshots, state) == 0
local time = redis.call('TIME')
local now = time[1] .. '.' .. string.format('%06d', time[2])
redis.call('HSET', snapshots, process, now .. ' ' .. snapshot)
redis.call('EXPIRE', snapshots, kept)
redis.call('EXPIRE', cleared, kept)
local taken_down = redis.call('HGETALL', cleared)
local holder = redis.call('GET', leader)
if new and not holder and holds_state == '0' then
    -- Redis may have lost everything: whoever still holds the state goes first.
    redis.call('SET', leader, '', 'PX', lease)
    return {now, taken_down}
end
if holder and holder ~= process and not (holder == '' and holds_state == '1') then
    return {now, taken_down}
end
redis.call('SET', leader, process, 'PX', lease)
local left = (holder ~= process or holds_state == '0') and redis.call('GET', state)
local snapshots_now = redis.call('HGETALL', snapshots)
return {now, taken_down, snapshots_now, left, redis.call('LRANGE', orders, 0, -1)}
"""
_COMMIT = """
local snapshots, leader, state, orders, view = unpack(KEYS)
local process, kept, new_state, new_view, seen_orders, silent = unpack(ARGV)
if redis.call('GET', leader) ~= process then return 0 end
redis.call('SET', state, new_state, 'EX', kept)
if new_view ~= '' then redis.call('SET', view, new_view) end
redis.call('EXPIRE', view, kept)
redis.call('LTRIM', orders, seen_orders, -1)
for _, other in ipairs(cjson.decode(silent)) do redis.call('HDEL', snapshots, other) end
return 1
"""
_ORDER = """
local orders, ended = unpack(KEYS)
local order, kept = unpack(ARGV)
if redis.call('EXISTS', ended) == 1 then return 0 end
redis.call('RPUSH', orders, order)
redis.call('EXPIRE', orders, kept)
return 1
"""
_CLEAR = """
local orders, cleared, ended = unpack(KEYS)
local order, what, kept = unpack(ARGV)
if redis.call('EXISTS', ended) == 1 then return false end
local time = redis.call('TIME')
local now = time[1] .. '.' .. string.format('%06d', time[2])
redis.call('HSET', cleared, what, now)
redis.call('EXPIRE', cleared, kept)
redis.call('RPUSH', orders, order)
redis.call('EXPIRE', orders, kept)
return now
"""
_CLEARED = """
local time = redis.call('TIME')
return {time[1] .. '.' .. string.format('%06d', time[2]), redis.call('HGETALL', KEYS[1])}
"""
_LEAVE = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"


@dataclass(frozen=True)
class _Heard:
    """What another process told last: as Redis has it, when it was told, and read.

    snapshot: None if it cannot be read.
    """

    text: str
    at: float
    snapshot: Snapshot | None


class RedisExchange:
    """Shares with all processes that use the same Redis.

    tick_seconds: how often each of them calls `meet`.
    """

    def __init__(self, url: str, tick_seconds: float) -> None:
        # A tick and whatever else is asked for: of a process's four connections two, the others are
        # the message queue's.
        self._redis = connect(url, 2, decode_responses=True)
        self._process = secrets.token_hex(6)
        self._lease = int(1000 * LEASE_TICKS * tick_seconds)
        self._holds: set[str] = set()  # classes whose newest state is in this process
        self._heard: defaultdict[str, dict[str, _Heard]] = defaultdict(dict)
        self._orders_seen: dict[str, int] = {}
        self._silent: dict[str, list[str]] = {}
        # By class: what was taken down, when by Redis's clock, and when by ours.
        self._cleared: defaultdict[str, dict[str, tuple[str, float]]] = defaultdict(dict)
        self._meet = self._redis.register_script(_MEET)
        self._commit = self._redis.register_script(_COMMIT)
        self._order = self._redis.register_script(_ORDER)
        self._clear = self._redis.register_script(_CLEAR)
        self._ask_cleared = self._redis.register_script(_CLEARED)
        self._leave = self._redis.register_script(_LEAVE)

    def meet(self, snapshots: Mapping[str, Snapshot], now: float) -> Mapping[str, Meeting]:
        with _one_error(), self._redis.pipeline(transaction=False) as pipeline:
            for code, snapshot in snapshots.items():
                text = _write(snapshot.to_dict(now))
                self._meet(
                    _keys(code, SNAPSHOTS, LEADER, "state", "orders", "cleared", "ended"),
                    [self._process, text, int(code in self._holds), self._lease, KEPT],
                    pipeline,
                )
            answers = pipeline.execute()
        return {
            code: self._meeting(code, snapshot, answer, now)
            for (code, snapshot), answer in zip(snapshots.items(), answers, strict=True)
        }

    def _meeting(self, code: str, own: Snapshot, answer: Any, now: float) -> Meeting:
        if answer == "ended":
            self._forget(code)
            return Meeting(ended=True)
        redis_now, taken_down, *led = answer
        cleared = self._read_cleared(code, float(redis_now), taken_down, now)
        if not led:
            self._forget_lead(code)
            return Meeting(cleared=cleared)
        listed, state, orders = led
        texts = dict(zip(listed[::2], listed[1::2], strict=True))
        del texts[self._process]
        heard = self._heard[code]
        for process, text in texts.items():
            if process not in heard or heard[process].text != text:
                # Of a process that is gone already, by a leader that has just begun: perhaps old.
                told, _, known = text.partition(" ")
                at = now - max(0.0, float(redis_now) - float(told))
                heard[process] = _Heard(text, at, _read_snapshot(known, at))
        for process in heard.keys() - texts.keys():
            del heard[process]
        silent = [process for process, newest in heard.items() if now - newest.at > SEAT_GRACE]
        self._silent[code] = silent
        self._orders_seen[code] = len(orders)
        others = (heard[process].snapshot for process in heard if process not in silent)
        return Meeting(
            cleared=cleared,
            leads=True,
            snapshots=[own, *(snapshot for snapshot in others if snapshot)],
            state=_read(state) if state else None,
            orders=[read for text in orders if (read := _read(text))],
        )

    def commit(
        self, states: Mapping[str, State], views: Mapping[str, dict[str, object]]
    ) -> Collection[str]:
        with _one_error(), self._redis.pipeline(transaction=False) as pipeline:
            for code, state in states.items():
                arguments: list[str | int] = [
                    self._process,
                    KEPT,
                    _write(state),
                    json.dumps(views[code]) if code in views else "",
                    self._orders_seen[code],
                    json.dumps(self._silent[code]),
                ]
                keys = _keys(code, SNAPSHOTS, LEADER, "state", "orders", "view")
                self._commit(keys, arguments, pipeline)
            answers = pipeline.execute()
        kept = {code for code, answer in zip(states, answers, strict=True) if answer}
        for code in states.keys() - kept:
            self._forget_lead(code)
        self._holds |= kept
        return kept

    def view(self, code: str) -> dict[str, object] | None:
        with _one_error():
            text = self._redis.get(*_keys(code, "view"))
        return json.loads(text) if text else None

    def live(self, codes: Iterable[str]) -> Collection[str]:
        codes = list(codes)
        with _one_error(), self._redis.pipeline(transaction=False) as pipeline:
            for code in codes:
                pipeline.exists(*_keys(code, SNAPSHOTS))
            answers = pipeline.execute()
        return {code for code, answer in zip(codes, answers, strict=True) if answer}

    def order(self, code: str, order: Order) -> bool:
        with _one_error():
            return bool(self._order(_keys(code, "orders", "ended"), [_write(order), KEPT]))

    def clear(self, code: str, what: str, now: float) -> bool:
        with _one_error():
            # As an order too: the leader may be of a release that knows of nothing else.
            order = _write({"clear": what})
            at = self._clear(_keys(code, "orders", "cleared", "ended"), [order, what, KEPT])
        if at:
            self._cleared[code][what] = at, now
        return bool(at)

    def cleared(self, code: str, now: float) -> Mapping[str, float]:
        with _one_error():
            redis_now, taken_down = self._ask_cleared(_keys(code, "cleared"))
        return self._read_cleared(code, float(redis_now), taken_down, now)

    def _read_cleared(
        self, code: str, redis_now: float, taken_down: list[str], now: float
    ) -> Mapping[str, float]:
        known = self._cleared[code]
        for what, at in zip(taken_down[::2], taken_down[1::2], strict=True):
            if what not in known or float(at) > float(known[what][0]):
                known[what] = at, now - max(0.0, redis_now - float(at))
        return {what: at for what, (_, at) in known.items()}

    def has_ended(self, code: str) -> bool:
        with _one_error():
            return bool(self._redis.exists(*_keys(code, "ended")))

    def end(self, code: str) -> None:
        (ended,) = _keys(code, "ended")
        with _one_error(), self._redis.pipeline() as pipeline:
            pipeline.set(ended, "1", ex=ENDED_KEPT)
            names = SNAPSHOTS, LEADER, "state", "orders", "cleared", "view"
            pipeline.delete(*_keys(code, *names))
            pipeline.execute()
        self._forget(code)

    def leave(self, codes: Iterable[str]) -> None:
        with _one_error(), self._redis.pipeline(transaction=False) as pipeline:
            for code in codes:
                self._forget(code)
                self._leave(_keys(code, LEADER), [self._process], pipeline)
            pipeline.execute()

    def check(self) -> None:
        with _one_error():
            self._redis.ping()

    def close(self) -> None:
        self._redis.close()

    def _forget(self, code: str) -> None:
        self._forget_lead(code)
        self._cleared.pop(code, None)

    def _forget_lead(self, code: str) -> None:
        self._holds.discard(code)
        for what in (self._heard, self._orders_seen, self._silent):
            what.pop(code, None)


def connect(url: str, most: int, **options: Any) -> redis.Redis:
    """A client with at most so many connections, for which whoever comes waits.

    It finds out within seconds when nobody is there. Raises SettingsError for a URL that cannot be
    used.
    """
    if url.startswith("rediss://"):
        options["ssl_cert_reqs"] = None  # Heroku's Redis signs its certificates itself
    try:
        pool = redis.BlockingConnectionPool.from_url(
            url,
            max_connections=most,
            timeout=PATIENCE,
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
            # A connection that died while nobody used it is made anew; all else is told at once.
            retry=Retry(NoBackoff(), 1),
            **options,
        )
        pool.connection_class(**pool.connection_kwargs)  # takes all of it, and does not connect
    except (TypeError, ValueError, redis.RedisError):
        # Not in its own words, in which there may be a piece of a password.
        raise SettingsError(
            "REDIS_URL cannot be used: it must be redis://user:password@host:port/number, where "
            "each part can be missing, with %XX for what is no letter or digit in a password"
        ) from None
    return redis.Redis.from_pool(pool)


def _write(told: Mapping[str, Any]) -> str:
    """For another process, perhaps of another release."""
    return json.dumps({"format": exchange.FORMAT, **told})


def _read(text: str) -> Any:
    """The inverse of `_write`; None if it is of another format."""
    try:
        told = json.loads(text)
        return told if told.pop("format") == exchange.FORMAT else None
    except UNREADABLE:
        return None


def _read_snapshot(text: str, told_at: float) -> Snapshot | None:
    told = _read(text)
    try:
        return told and Snapshot.from_dict(told, told_at)
    except UNREADABLE:
        return None


def _keys(code: str, *names: str) -> list[str]:
    return [f"classpulse:{{{code}}}:{name}" for name in names]


@contextmanager
def _one_error() -> Iterator[None]:
    try:
        yield
    except redis.RedisError as error:
        raise ExchangeError(f"Redis: {error}") from error
