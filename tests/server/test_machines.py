"""A server on machines of all kinds: what it takes from them, and what it says is missing."""

import http.client
import os
import re
import socket
import subprocess
from contextlib import ExitStack, closing

import pytest
import requests
import websocket

from tests.live_server import PATIENCE, ROOT, RUNTIME, SECRET_KEY, SERVE, free_port, migrate
from tests.services import require_program


def with_limit(files):
    """The command of a server that may open so many files, as `ulimit` says it."""
    return ["sh", "-c", f'ulimit {files} && exec "$@"', "sh", *SERVE]


def knock(server):
    """A WebSocket, before it says who it is."""
    address = f"{server.url.replace('http', 'ws', 1)}/socket.io/?EIO=4&transport=websocket"
    return websocket.create_connection(address, timeout=PATIENCE)


def is_well(server):
    return requests.get(f"{server.url}/healthz", timeout=PATIENCE).ok


def test_a_low_limit_of_open_files_is_raised_as_far_as_it_goes(start_server):
    server = start_server(with_limit("-Sn 150"))
    with ExitStack() as stack:
        for _ in range(200):
            stack.callback(knock(server).shutdown)
        assert is_well(server)


def test_where_few_files_can_be_open_pages_are_answered_all_the_same(start_server):
    server = start_server(with_limit("-n 150"))
    with ExitStack() as stack:
        for _ in range(50):
            stack.callback(knock(server).shutdown)
        with pytest.raises(websocket.WebSocketBadStatusException, match="400"):
            knock(server)
        assert is_well(server)
    [told] = re.findall(r"(\d+) files can be open, so that about (\d+) people", server.log())
    assert told == ("150", "50")


def opens_class(server, host, source):
    """The status of the answer to a client with an address of its own."""
    body = '{"title": "Algebra", "mode": "camera"}'
    connection = http.client.HTTPConnection(host, server.port, PATIENCE, (source, 0))
    with closing(connection) as client:
        client.request("POST", "/api/classes", body, {"Content-Type": "application/json"})
        return client.getresponse().status


def test_clients_with_either_kind_of_address_come_and_each_has_its_own(start_server):
    server = start_server(CLASSES_PER_HOUR="1")
    clients = [("127.0.0.1", "127.0.0.1"), ("127.0.0.1", "127.0.0.2"), ("::1", "::1")]
    assert [opens_class(server, *client) for client in clients] == [201, 201, 201]
    assert [opens_class(server, *client) for client in clients] == [429, 429, 429]


def test_a_machine_without_ipv6_serves_those_who_come_by_ipv4(start_server, preloaded):
    server = start_server(LD_PRELOAD=preloaded("no_ipv6"))
    assert opens_class(server, "127.0.0.1", "127.0.0.1") == 201
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("::1", server.port), PATIENCE)


@pytest.fixture
def serve_from(tmp_path):
    """Makes the command of a server that can write nothing in these folders but one."""
    unshare = require_program("unshare")
    if subprocess.run([unshare, "-rm", "true"], check=False).returncode:
        pytest.skip("nobody may mount anything here")

    def command(*folders, writable):
        root = tmp_path / "root"
        root.mkdir()
        steps = [f"mount --rbind / {root}", f"mount -o remount,bind,ro {root}"]
        for folder in folders:
            steps += [f"mount --bind {root}{folder} {root}{folder}"]
            steps += [f"mount -o remount,bind,ro {root}{folder}"]
        steps += [f"mount --bind {writable} {root}{writable}"]
        steps += [f"exec chroot {root} sh -c 'cd {ROOT} && exec {' '.join(SERVE)}'"]
        return [unshare, "-rm", "sh", "-ec", "\n".join(steps)]

    return command


@pytest.fixture
def data(tmp_path):
    """A folder with a database."""
    folder = tmp_path / "data"
    folder.mkdir()
    migrate(f"sqlite:///{folder}/classpulse.db")
    return folder


def test_a_disk_that_cannot_be_written_is_needed_for_nothing_but_the_database(
    start_server, serve_from, data
):
    server = start_server(
        serve_from("/tmp", "/var/tmp", writable=data),
        DATABASE_URL=f"sqlite:///{data}/classpulse.db",
    )
    assert server.open_class()["code"]


def last_words(command, **settings):
    """What a server that cannot start says, in one line."""
    environment = {"PATH": f"{RUNTIME}:{os.environ['PATH']}", "SECRET_KEY": SECRET_KEY, **settings}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment | {"PORT": str(free_port())},
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
    )
    assert done.returncode != 0 and "Traceback" not in done.stdout + done.stderr
    [line] = [line for line in done.stderr.splitlines() if "error" in line]
    return line


def test_where_nothing_at_all_can_be_written_the_server_says_what_to_mount(serve_from, data):
    said = last_words(
        serve_from("/tmp", "/var/tmp", "/dev/shm", writable=data),
        DATABASE_URL=f"sqlite:///{data}/classpulse.db",
    )
    assert said.startswith("error: no folder can be written")


@pytest.mark.parametrize("name", ["classpulse.db", "new.db"])
def test_a_database_on_a_disk_that_cannot_be_written_is_named(serve_from, data, tmp_path, name):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    said = last_words(
        serve_from("/tmp", writable=elsewhere), DATABASE_URL=f"sqlite:///{data}/{name}"
    )
    assert said.startswith("error: DATABASE_URL names a file that cannot be written")


def keepalive(**settings):
    """The seconds for which a connection is kept for another request, as gunicorn has it."""
    done = subprocess.run(
        [SERVE[0], "--print-config", *SERVE[1:]],
        cwd=ROOT,
        env={"PATH": f"{RUNTIME}:{os.environ['PATH']}", "SECRET_KEY": SECRET_KEY, **settings},
        capture_output=True,
        text=True,
        check=True,
    )
    [seconds] = re.findall(r"^keepalive +(?:= )?(\d+)$", done.stdout, re.MULTILINE)
    return int(seconds)


def test_a_connection_is_kept_for_longer_than_proxies_keep_it(tmp_path):
    database = {"DATABASE_URL": migrate(f"sqlite:///{tmp_path}/classpulse.db")}
    assert keepalive(PROXIES="1", **database) > 90  # as long as Heroku's router does
    assert keepalive(**database) < 10  # browsers do not mind


def test_a_connection_that_a_proxy_keeps_holds_up_no_end(start_server):
    server = start_server(PROXIES="1")
    proxy = socket.create_connection(("localhost", server.port), PATIENCE)
    with proxy, proxy.makefile("rb") as answer:
        proxy.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert answer.readline().startswith(b"HTTP/1.1 200")
        server.terminate()
        assert answer.read().endswith(b'{"status":"ok"}\n')  # and then nothing more
    assert server.wait_for_its_end() == 0
    assert "Worker exiting" in server.log()  # by itself: it was not killed
    assert not re.search('"level": "(warning|error)"', server.log())
