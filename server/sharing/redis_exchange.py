"""The Exchange of several processes, in Redis.

Of each class Redis holds, for as long as the class goes on: a hash with the snapshot of each
process, who the leader is (a lease), the state and the view that the leader left behind, and what
teachers have told the class. Times are told as ages, how old something is goes by Redis's clock,
and dead processes are known by their silence, so that no two clocks have to agree.
"""

from __future__ import annotations

import json
import math
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
from server.domain.told import LONG_AGO, Told, Word
from server.sharing import exchange
from server.sharing.exchange import ExchangeError, Meeting, State

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
local snapshots, leader, state, told, ended = unpack(KEYS)
local process, snapshot, holds_state, lease, kept = unpack(ARGV)
if redis.call('EXISTS', ended) == 1 then return 'ended' end
local new = redis.call('EXISTS', snapshots, state) == 0
local time = redis.call('TIME')
local now = time[1] .. '.' .. string.format('%06d', time[2])
redis.call('HSET', snapshots, process, now .. ' ' .. snapshot)
redis.call('EXPIRE', snapshots, kept)
redis.call('EXPIRE', told, kept)
local words = redis.call('HGETALL', told)
local holder = redis.call('GET', leader)
if new and not holder and holds_state == '0' then
    -- Redis may have lost everything: whoever still holds the state goes first.
    redis.call('SET', leader, '', 'PX', lease)
    return {now, words}
end
if holder and holder ~= process and not (holder == '' and holds_state == '1') then
    return {now, words}
end
redis.call('SET', leader, process, 'PX', lease)
local left = (holder ~= process or holds_state == '0') and redis.call('GET', state)
local snapshots_now = redis.call('HGETALL', snapshots)
return {now, words, snapshots_now, left}
"""
_COMMIT = """
local snapshots, leader, state, view = unpack(KEYS)
local process, kept, new_state, new_view, silent = unpack(ARGV)
if redis.call('GET', leader) ~= process then return 0 end
redis.call('SET', state, new_state, 'EX', kept)
if new_view ~= '' then redis.call('SET', view, new_view) end
redis.call('EXPIRE', view, kept)
for _, other in ipairs(cjson.decode(silent)) do redis.call('HDEL', snapshots, other) end
return 1
"""
_TELL = """
local told, ended = unpack(KEYS)
local words, ago, over, kept = unpack(ARGV)
if redis.call('EXISTS', ended) == 1 then return false end
local time = redis.call('TIME')
local at = string.format('%.6f', time[1] - ago + time[2] / 1000000)
local new = {}
for what, value in pairs(cjson.decode(words)) do
    local known = over ~= '' and redis.call('HGET', told, what)
    -- Where nothing is known any more, Redis may have lost it.
    if not known or string.match(known, '^%S+ (.*)$') == over then
        redis.call('HSET', told, what, at .. ' ' .. value)
        table.insert(new, what)
    end
end
redis.call('EXPIRE', told, kept)
return {at, new}
"""
_TOLD = """
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
        self._silent: dict[str, list[str]] = {}
        # By class and thing: when by Redis's clock, and the word with a time of ours.
        self._told: defaultdict[str, dict[str, tuple[str, Word]]] = defaultdict(dict)
        self._meet = self._redis.register_script(_MEET)
        self._commit = self._redis.register_script(_COMMIT)
        self._tell = self._redis.register_script(_TELL)
        self._ask_told = self._redis.register_script(_TOLD)
        self._leave = self._redis.register_script(_LEAVE)

    def meet(self, snapshots: Mapping[str, Snapshot], now: float) -> Mapping[str, Meeting]:
        with _one_error(), self._redis.pipeline(transaction=False) as pipeline:
            for code, snapshot in snapshots.items():
                text = _write(snapshot.to_dict(now))
                self._meet(
                    _keys(code, SNAPSHOTS, LEADER, "state", "told", "ended"),
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
        redis_now, words, *led = answer
        told = self._read_told(code, float(redis_now), words, now)
        if not led:
            self._forget_lead(code)
            return Meeting(told=told)
        listed, state = led
        texts = dict(zip(listed[::2], listed[1::2], strict=True))
        del texts[self._process]
        heard = self._heard[code]
        for process, text in texts.items():
            if process not in heard or heard[process].text != text:
                # Of a process that is gone already, by a leader that has just begun: perhaps old.
                told_at, _, known = text.partition(" ")
                at = now - max(0.0, float(redis_now) - float(told_at))
                heard[process] = _Heard(text, at, _read_snapshot(known, at))
        for process in heard.keys() - texts.keys():
            del heard[process]
        silent = [process for process, newest in heard.items() if now - newest.at > SEAT_GRACE]
        self._silent[code] = silent
        others = (heard[process].snapshot for process in heard if process not in silent)
        return Meeting(
            told=told,
            leads=True,
            snapshots=[own, *(snapshot for snapshot in others if snapshot)],
            state=_read(state) if state else None,
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
                    json.dumps(self._silent[code]),
                ]
                keys = _keys(code, SNAPSHOTS, LEADER, "state", "view")
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

    def tell(
        self, code: str, words: Mapping[str, str], now: float, ago: float = 0.0, over: str = ""
    ) -> Told | None:
        with _one_error():
            arguments: list[str | float] = [json.dumps(dict(words)), ago, over, KEPT]
            answer = self._tell(_keys(code, "told", "ended"), arguments)
        if answer is None:
            return None
        at, new = answer
        told = {what: Word(words[what], now - ago) for what in new}
        self._told[code] |= {what: (at, word) for what, word in told.items()}
        return Told(told)

    def told(self, code: str, now: float) -> Told:
        with _one_error():
            redis_now, words = self._ask_told(_keys(code, "told"))
        return self._read_told(code, float(redis_now), words, now)

    def _read_told(self, code: str, redis_now: float, words: list[str], now: float) -> Told:
        known = self._told[code]
        for what, text in zip(words[::2], words[1::2], strict=True):
            at, _, value = text.partition(" ")
            # What was asked before this process told it may be answered after that.
            is_new = what not in known
            if is_new or float(at) > float(known[what][0]):
                told_at = now - max(0.0, redis_now - float(at))
                # What came later is later here, too, however long Redis took to say so.
                after = LONG_AGO if is_new else math.nextafter(known[what][1].at, math.inf)
                known[what] = at, Word(value, max(told_at, after))
        return Told({what: word for what, (_, word) in known.items()})

    def has_ended(self, code: str) -> bool:
        with _one_error():
            return bool(self._redis.exists(*_keys(code, "ended")))

    def end(self, code: str) -> None:
        (ended,) = _keys(code, "ended")
        with _one_error(), self._redis.pipeline() as pipeline:
            pipeline.set(ended, "1", ex=ENDED_KEPT)
            names = SNAPSHOTS, LEADER, "state", "told", "view"
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
        self._told.pop(code, None)

    def _forget_lead(self, code: str) -> None:
        self._holds.discard(code)
        for what in (self._heard, self._silent):
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
