"""Whatever a stranger sends to whatever address, no answer is that the server has a problem."""

import random
import re
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from server.app import create_server
from server.config import Settings
from tests.live_server import PATIENCE
from tests.lti_platform import a_platform

AT_ONCE = 8  # connections
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "FOO"]
# In the place of what is variable of an address.
PARTS = [
    *(b"%00", b"a%00b", b"%FF", b"%ED%A0%80", b"%", b"%zz", b"..%2f..%2fetc/passwd", b"..%5c.."),
    *(b".", b"%25%30%30", b"%0d%0aX:y", b"%E2%80%AE", b"\xff\xfe", b"\xc3\xa4", b"x" * 3000),
    *(b"/" * 50, b"dist"),
]
QUERIES = [
    *(b"%00", b"%FF=%FE", b"code=%00", b"code=%ED%A0%80", b"code=\xff", b"code[]=1&code[]=2"),
    *(b"&&=&", b"code=1&code=2&" * 50, b"code=" + b"9" * 3000, b"iss=%00&login_hint=%FF"),
    *(b"=" * 500, b"?", b"#"),
]
# For headers and for the language that somebody chose; each value comes in each header.
VALUES = [
    *(b"", b"\x80\xff", b"\xc3\xa4", b"\xed\xa0\x80", b"=" * 50, b"," * 500, b";" * 500, b'"'),
    *(b'"\\', b"*", b"*/*;q=nan", b"en;q=1e999", b"gzip;q=-1, br;q=x", b"-1", b"9" * 5000),
    *(b"1e400", b"NaN", b"\xb2", b"%00", b"%FF", b"x" * 5000, b"bytes=9-1", b"bytes=-"),
    *(b"bytes=0-0,2-2," * 50, b"bytes=" + b"9" * 5000, b"W/", b'W/"a", "b'),
    *(b"Thu, 01 Jan 1970 00:00:00 GMT", b"Thu, 99 Foo 99999 99:99:99 GMT", b"Bearer"),
    *(b"Bearer \xff", b"Bearer " + b"." * 99, b"Basic \xe4", b"Basic YQ==", b"Basic a"),
    *(b"Digest a=b, c", b'Digest "', b"[::1]", b"[::1", b"[]:80", b"a:b:c", b"a:99999", b"::"),
    *(b"a b", b"http://a/", b"xn--\xff", b"a..b", b"fe80::1%eth0", b"[::1]:1", b"1.2.3.4:5"),
    *(b"unknown", b"https", b"http, https", b"websocket", b"application/json; charset=utf-7"),
    *(b"text/plain; charset=\xff", b"multipart/form-data; boundary=\xff", b"multipart/form-data"),
    *(b'language="\\377"', b"language=\xff; language=en", b"chunked, nonsense"),
]
HEADERS = (
    b"Accept Accept-Encoding Accept-Language Authorization Cache-Control Connection "
    b"Content-Encoding Content-Length Content-Type Cookie Date Expect Forwarded Host "
    b"If-Match If-Modified-Since If-None-Match If-Range If-Unmodified-Since Origin Range "
    b"Referer Sec-Fetch-Site Transfer-Encoding Upgrade User-Agent X-Forwarded-For "
    b"X-Forwarded-Host X-Forwarded-Port X-Forwarded-Proto X-Real-IP"
).split()
JSON = b"application/json"
FORM, PARTS_OF_FORM = b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=x"
FIELD = b"--x\r\nContent-Disposition: form-data; "
DEEP = 4900  # within what a body may have
ODD_JSON = [
    *(b"[]", b"{}", b"NaN", b"-Infinity", b"1e999", b"9" * 5000, b"-0", b"1" + b"0" * 400),
    *(b'"\xff"', b'"\x00"'),
    *(rb'"\u0000"', rb'"\ud800"', rb'"\udc00\ud800"', rb'"\u2028"', b'"\xed\xa0\x80"'),
    b'"%s"' % (b"x" * 9000),
    *(b"[" * DEEP, b"[" * DEEP + b"]" * DEEP, b'{"a":' * 1000 + b"1" + b"}" * 1000),
]
CLASS = {b"title": b'"Algebra"', b"mode": b'"camera"', b"min_students": b"null"}
BODIES = [
    *((JSON, each) for each in (*ODD_JSON, b"", b"{", b"\xef\xbb\xbf{}", "{}".encode("utf-16"))),
    *(
        (JSON, b"{%s}" % b", ".join(b'"%s": %s' % field for field in (CLASS | {name: odd}).items()))
        for name in CLASS
        for odd in ODD_JSON
    ),
    *((FORM, query) for query in QUERIES),
    *(
        (FORM, b"language=%s&page=%s" % (each, each))
        for each in (b"", b"%00", b"%FF", b"\xff", b"//a")
    ),
    *(
        (FORM, b"id_token=%s&state=%s" % (each, each))
        for each in (b"", b"%00", b"\xff", b"." * 5000, b"a.b.c")
    ),
    *(
        (FORM, b"iss=%s&login_hint=%s" % (each, each))
        for each in (b"", b"%00", b"\xff", b"%ED%A0%80")
    ),
    (FORM, b"language=en&language=ar"),
    (FORM, b"a=1&" * 2000),
    *(
        (PARTS_OF_FORM, each)
        for each in (b"", b"--x", b"--x--", b"--x\r\n" * 1000, b"--x\r\n\r\n\r\n--x--")
    ),
    (PARTS_OF_FORM, FIELD + b'name="language"\r\n\r\nen'),
    (PARTS_OF_FORM, FIELD + b'name="\xff"; filename="\x00"\r\n\r\n\xff\r\n--x--\r\n'),
    (PARTS_OF_FORM, FIELD + b"name*=utf-7''%FF\r\n\r\n\xff\r\n--x--\r\n"),
]
POLL = b"EIO=4&transport=polling"
HANDSHAKES = [
    *(POLL, POLL + b"&sid=%00", POLL + b"&sid=\xff", POLL + b"&j=x", POLL + b"&j=" + b"9" * 5000),
    *(b"", b"EIO=4", b"EIO=3&transport=polling", b"EIO=\xb2&transport=polling"),
    *(b"transport=%FF&EIO=4", b"EIO=4&transport=websocket"),
    *(b"EIO=4&EIO=3&transport=polling&transport=websocket", b"%00&=%FF"),
]
PACKETS = [
    *(b"", b"4", b"40", b"40{", b"42[", b"42" + b"[" * DEEP, b"42[" + b"9" * 5000 + b"]", b"\xff"),
    b"4\xff",
    *(b"b", b"b\xff", b"bA", b"4" * 9000, b"\x1e" * 5000, b"450-[]", b"459999999-[]"),
    *(b"40/\x00,{}", b"9", b"1"),
    *(b'40{"role": "student", "code": %s}' % odd for odd in ODD_JSON),
]


def request(method, path, headers=(), body=None):
    """What goes over the wire; headers take the place of those that a browser sends."""
    usual = {b"Host": b"localhost", b"Connection": b"close"}
    if body is not None:
        usual[b"Content-Length"] = b"%d" % len(body)
    lines = [b"%s: %s" % header for header in (usual | dict(headers)).items()]
    return b"\r\n".join([b"%s %s HTTP/1.1" % (method.encode(), path), *lines, b"", body or b""])


def answer(server, wire):
    """The status of the answer; None if the server did not wait for all that it was sent."""
    with socket.create_connection(("localhost", server.port), timeout=PATIENCE) as connection:
        try:
            connection.sendall(wire)
            connection.shutdown(socket.SHUT_WR)
            heard = b"".join(iter(lambda: connection.recv(65536), b""))
        except ConnectionError:
            return None
    return int(re.match(rb"HTTP/1\.1 (\d{3}) ", heard)[1])


def assert_no_problem(server, wires):
    """The server refuses or answers each of them, and nothing in it fails."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        statuses = list(pool.map(lambda wire: answer(server, wire), wires))
    # 501 is about how a body is sent, and gunicorn's, as HTTP has it.
    failing = {*range(500, 600)} - {501}
    assert not [wire for wire, status in zip(wires, statuses, strict=True) if status in failing]
    assert "exception" not in server.log() and "Traceback" not in server.log()


@pytest.fixture(scope="module")
def school(start_shared_server, postgres_cluster):
    """A server with all addresses that there are, and with the database that takes the least."""
    with a_platform() as platform:
        yield start_shared_server(
            LTI_PLATFORMS=platform.setting, DATABASE_URL=postgres_cluster.new_database()
        )


@pytest.fixture(scope="module")
def rules(school):
    """All addresses of the server, as Flask knows them."""
    settings = Settings.from_environment(school.settings)
    return list(create_server(settings).app.url_map.iter_rules())


def filled(rule, part):
    """The address with something in the place of what is variable in it."""
    before, _, after = re.fullmatch(r"([^<]*)(<.*>)?(.*)", rule.rule).groups()
    return before.encode() + (part if rule.arguments else b"") + after.encode()


def test_odd_methods_addresses_and_queries_are_refused_or_answered(school, rules):
    code = school.open_class()["code"].encode()
    wires = [request(method, filled(rule, code)) for rule in rules for method in METHODS]
    wires += [
        request(method, filled(rule, part))
        for rule in rules
        for part in (PARTS if rule.arguments else ())
        for method in rule.methods - {"OPTIONS", "HEAD"}
    ]
    wires += [
        request("GET", filled(rule, code) + b"?" + query) for rule in rules for query in QUERIES
    ]
    assert_no_problem(school, wires)


def test_odd_headers_are_refused_or_answered(school, rules):
    chance = random.Random(1)
    opened = school.open_class()
    bearer = {b"Authorization": f"Bearer {opened['token']}".encode()}
    methods = [(rule, m) for rule in rules for m in sorted(rule.methods - {"OPTIONS", "DELETE"})]
    wires = []
    for name in HEADERS:
        for value in VALUES:
            rule, method = chance.choice(methods)
            body = b"{}" if method == "POST" else None
            path = filled(rule, opened["code"].encode())
            wires.append(request(method, path, bearer | {name: value}, body))
    assert_no_problem(school, wires)


def test_odd_bodies_are_refused(school, rules):
    code = school.open_class()["code"].encode()
    posts = [filled(rule, code) for rule in rules if "POST" in rule.methods]
    posted = [(path, {b"Content-Type": kind}, body) for path in posts for kind, body in BODIES]
    wires = [request("POST", path, headers, body) for path, headers, body in posted]
    for length in (b"3", b"9" * 30):  # not what comes
        wires += [
            request("POST", path, headers | {b"Content-Length": length}, body)
            for path, headers, body in posted[:: len(BODIES) // 7]
        ]
    assert_no_problem(school, wires)


def test_odd_packets_of_who_polls_are_refused_or_answered(school):
    wires = [
        request(method, b"/socket.io/?" + query)
        for query in HANDSHAKES
        for method in (*METHODS, "POST")
    ]
    for packet in PACKETS:
        opened = requests.get(f"{school.url}/socket.io/?{POLL.decode()}", timeout=10).text
        session = re.search(r'"sid":"([\w-]+)"', opened)[1].encode()
        wires.append(request("POST", b"/socket.io/?" + POLL + b"&sid=" + session, body=packet))
    assert_no_problem(school, wires)
