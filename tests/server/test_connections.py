"""Few connections to Redis and to PostgreSQL are enough for whatever comes."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest
import redis
import requests
from websockets.asyncio.client import connect

from tests.conftest import SERVE_QUICKLY
from tests.live_server import PATIENCE

MOST = 4  # connections to Redis, of a process
MOST_TO_POSTGRESQL = 5


@pytest.fixture
def small_redis(redis_server):
    """With 20 connections, as Heroku's smallest has them; a client that has one of them."""
    with closing(redis.Redis.from_url(redis_server.url)) as client:
        client.config_set("maxclients", 20)
        client.config_resetstat()  # of connections before: this one, and the wait for Redis
        yield client


@pytest.fixture
def two(start_server, redis_server, small_redis):
    """Two processes that share it, and one database."""
    one = start_server(REDIS_URL=redis_server.url)
    other = start_server(REDIS_URL=redis_server.url, DATABASE_URL=one.settings["DATABASE_URL"])
    return one, other


async def sees_a_view(server, opened):
    """A teacher's page that comes back; returns what its first view says."""
    url = server.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    auth = {"role": "teacher", "code": opened["code"], "token": opened["token"]}
    async with connect(url, open_timeout=PATIENCE) as socket:
        await socket.recv()
        await socket.send(f"40{json.dumps(auth)}")
        async for message in socket:
            if message.startswith('42["trouble"'):
                raise AssertionError(message)
            if message.startswith('42["view"'):
                return json.loads(message[2:])[1]


def test_of_a_redis_with_few_connections_a_process_takes_no_more_than_its_own(two, small_redis):
    opened = [server.open_class() for server in two]

    async def come_back():
        return await asyncio.gather(
            *(sees_a_view(server, each) for server in two for each in opened for _ in range(50))
        )

    views = asyncio.run(asyncio.wait_for(come_back(), PATIENCE))
    assert len(views) == 200
    info = small_redis.info()
    assert info["rejected_connections"] == 0
    assert info["total_connections_received"] <= 2 * MOST  # from the first to the last


def test_when_redis_has_connections_again_every_process_is_back_by_itself(two, small_redis, teach):
    opened = two[0].open_class()
    teachers = [teach(server, opened) for server in two]
    for teacher in teachers:
        teacher.wait_for("view")
    small_redis.config_set("maxclients", 1)  # ours
    for kind in ("normal", "pubsub"):
        small_redis.client_kill_filter(_type=kind, skipme=True)
    for teacher in teachers:
        assert not teacher.wait_for("trouble")["live"]
    small_redis.config_set("maxclients", 20)
    for teacher in teachers:
        assert teacher.wait_for("trouble") == {"message": None, "live": True}
        teacher.wait_for("view")


OTHER_CONNECTIONS = """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND backend_type = 'client backend'"""


def test_five_connections_are_five_while_a_table_is_locked(start_server, postgres_server):
    server = start_server(SERVE_QUICKLY, DATABASE_URL=postgres_server.url)
    page = f"{server.url}/c/{server.open_class()['code']}"

    def ask(_):
        return requests.get(page, timeout=PATIENCE).status_code

    with (
        ThreadPoolExecutor(8) as pool,
        psycopg.connect(postgres_server.url, autocommit=True) as watcher,
    ):
        with psycopg.connect(postgres_server.url) as locking:
            locking.execute("LOCK TABLE classes")
            for _ in range(4):
                assert set(pool.map(ask, range(8))) == {503}
                (count,) = watcher.execute(OTHER_CONNECTIONS).fetchone()
                assert count <= MOST_TO_POSTGRESQL + 1  # the lock's own
        assert set(pool.map(ask, range(8))) == {200}


def test_behind_a_pgbouncer_that_shares_connections_between_transactions(start_server, pgbouncer):
    servers = [start_server(DATABASE_URL=pgbouncer.url) for _ in range(2)]
    opened = [server.open_class(title=f"Class {n}") for n in range(4) for server in servers]

    def ask(number):
        server, each = servers[number % 2], opened[number % len(opened)]
        teacher = {"Authorization": f"Bearer {each['token']}"}
        report = f"{server.url}/report/{each['code']}.json"
        answer = requests.get(report, headers=teacher, timeout=PATIENCE)
        return answer.status_code, answer.json().get("title") == f"Class {number % 8 // 2}"

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(200))) == {(200, True)}
