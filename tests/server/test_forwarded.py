"""What proxies say of the browser's address, and what is told of those that say it wrongly."""

import pytest
import requests
import websocket

HOST = "classpulse.example.org"
SITE = f"https://{HOST}"
SOCKETS = "/socket.io/?EIO=4&transport=polling"
SAY_HTTPS = [
    {"X-Forwarded-Proto": "https"},
    {"X-Forwarded-Proto": "HTTPS"},
    {"X-Forwarded-Proto": "https,http"},
    {"X-Forwarded-Proto": " https , https"},
    {"X-Forwarded-Proto": "wss"},
    {"X-Forwarded-Proto": "http", "X-Forwarded-Ssl": "on"},
    {"X-Forwarded-Protocol": "https"},
    {"X-Forwarded-Protocol": "ssl"},
    {"X-Forwarded-Ssl": "On"},
    {"Front-End-Https": "on"},
    {"Forwarded": "for=192.0.2.60;proto=https;by=203.0.113.43"},
    {"Forwarded": 'Proto="https", for=192.0.2.60;proto=http'},
]
SAY_HTTP = [
    {"X-Forwarded-Proto": "http"},
    {"X-Forwarded-Proto": "HTTP, https"},
    {"X-Forwarded-Proto": "ws"},
    {"X-Forwarded-Proto": "http", "X-Forwarded-Ssl": "off"},
    {"X-Forwarded-Proto": "http", "Front-End-Https": "off", "Origin": f"http://{HOST}"},
    {"Forwarded": "proto=http, proto=https"},
]
SAY_NOTHING = [{}, {"X-Forwarded-Proto": ""}, {"X-Forwarded-Proto": "gopher"}, {"Forwarded": "x"}]


def connects(server, origin, *headers, host=HOST):
    """Whether a page of this origin gets a WebSocket."""
    address = f"{server.url.replace('http', 'ws', 1)}/socket.io/?EIO=4&transport=websocket"
    try:
        websocket.create_connection(
            address, timeout=10, origin=origin, host=host, header=list(headers)
        ).close()
    except websocket.WebSocketBadStatusException as refused:
        assert refused.status_code == 400
        return False
    return True


def join_url(app, **headers):
    asked = {"title": "Algebra", "mode": "camera"}
    return app.post("/api/classes", json=asked, headers=headers).get_json()["join_url"]


def errors(app, kind):
    return app.figure(f'classpulse_errors_total{{kind="{kind}"}}')


def warnings(caplog):
    return [record.getMessage() for record in caplog.records if "forwarded" in record.name]


@pytest.mark.parametrize("said", SAY_HTTPS, ids=str)
def test_pages_links_cookies_and_sockets_all_know_of_https(app, server, said, caplog):
    headers = {"Host": HOST, **said}
    page = app.get("/", headers=headers)
    assert page.status_code == 200 and "Strict-Transport-Security" in page.headers
    assert join_url(app, **headers).startswith(f"{SITE}/c/")
    choice = app.post("/language", data={"language": "hi", "page": "/"}, headers=headers)
    assert "Secure" in choice.headers["Set-Cookie"]
    wire = [f"{name}: {value}" for name, value in said.items()]
    assert connects(server, SITE, *wire) and not connects(server, f"http://{HOST}", *wire)
    assert warnings(caplog) == []


@pytest.mark.parametrize("said", SAY_HTTP, ids=str)
def test_who_came_by_http_is_sent_to_https(app, said):
    sent = app.get("/about?x=1", headers={"Host": HOST, **said})
    assert sent.headers["Location"] == f"{SITE}/about?x=1"
    assert join_url(app, Host=HOST, **said).startswith(f"http://{HOST}/c/")


@pytest.mark.parametrize("said", SAY_NOTHING, ids=str)
def test_without_a_word_a_page_comes_as_it_was_asked_for(app, said):
    page = app.get("/", headers={"Host": HOST, **said})
    assert page.status_code == 200 and "Strict-Transport-Security" not in page.headers


@pytest.mark.parametrize("said", SAY_HTTP + SAY_NOTHING, ids=str)
@pytest.mark.parametrize("shown", [{"Origin": SITE}, {"Sec-Fetch-Site": "none"}], ids=str)
def test_a_browser_that_came_by_https_is_never_sent_there_again(app, said, shown, caplog):
    for _ in range(2):
        page = app.get("/", headers={"Host": HOST, **said, **shown})
        assert page.status_code == 200 and "Strict-Transport-Security" in page.headers
    [told] = warnings(caplog)
    assert "X-Forwarded-Proto" in told and HOST not in told
    assert errors(app, "proxy") == 2


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000", "a.localhost"])
def test_the_own_machine_needs_no_https(app, host):
    headers = {"Host": host, "X-Forwarded-Proto": "http", "Sec-Fetch-Site": "none"}
    page = app.get("/", headers=headers)
    assert page.status_code == 200 and "Strict-Transport-Security" not in page.headers


def test_sockets_work_behind_a_proxy_that_hides_https(start_server):
    server = start_server()
    for _ in range(2):
        assert connects(server, SITE)
        assert connects(server, SITE, host=f"{HOST}:443")
    assert not connects(server, "https://evil.example.org")
    log = server.log()
    assert log.count("browsers come by https, but the proxy") == 1 and "example.org" not in log


def test_a_proxy_that_changes_the_host_is_told_once_and_counted(app, caplog):
    for said in ({}, {"X-Forwarded-Host": HOST}, {"X-Forwarded-Proto": "https"}):
        headers = {"Host": "10.0.0.7:8000", "Origin": SITE, **said}
        assert app.get(SOCKETS, headers=headers).status_code == 400
    [told] = warnings(caplog)
    assert "Host" in told and HOST not in told and "10.0.0.7" not in told
    assert errors(app, "refused") == 3


def test_the_host_is_what_a_believed_proxy_says(start_server, start_app, caplog):
    server, app = start_server(PROXIES="1"), start_app(proxies=1)
    said = {"X-Forwarded-Host": f"{HOST}, inner.example", "X-Forwarded-Proto": "https"}
    wire = [f"{name}: {value}" for name, value in said.items()]
    assert connects(server, SITE, *wire, host="10.0.0.7:8000")
    assert not connects(server, "https://inner.example", *wire, host="10.0.0.7:8000")
    assert join_url(app, Host="10.0.0.7:8000", **said).startswith(f"{SITE}/c/")
    nonsense = {"X-Forwarded-Host": "a/b?c d", "Host": HOST}
    assert join_url(app, **nonsense).startswith(f"http://{HOST}/c/")
    assert warnings(caplog) == []


@pytest.mark.parametrize("name", ["X-Forwarded-Prefix", "X-Script-Name"])
def test_a_proxy_that_serves_us_below_a_path_is_told_so_once(app, name, caplog):
    assert app.get("/", headers={name: "/"}).status_code == 200
    assert warnings(caplog) == []
    for _ in range(2):
        assert app.get("/", headers={name: "/ABC234"}).status_code == 200
    [told] = warnings(caplog)
    assert "host of its own" in told and "ABC234" not in told
    assert errors(app, "proxy") == 2


def test_a_header_from_anybody_puts_nothing_below_a_path(server):
    code = server.open_class()["code"]
    for name in ("SCRIPT_NAME", "Script-Name", "PATH_INFO"):
        page = requests.get(f"{server.url}/c/{code}", headers={name: "/z"}, timeout=10)
        assert page.status_code == 200 and "/z" not in page.text
