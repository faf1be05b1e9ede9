"""Static files over HTTP: compressed, never stale, and fetched once."""

import os
import re
import subprocess
import zlib

import pytest
import requests

from server.http.static import StaticFlask
from tests.live_server import ROOT
from tests.own_model import copy_model

STATIC = ROOT / "web/static"
MODELS = [f"model/{name}" for name in ("face", "emotion")]
KILOBYTE = 1000


def get(server, path, encodings="br, gzip", **headers):
    """The answer with its body as it was sent."""
    headers = {"Accept-Encoding": encodings, **headers}
    return requests.get(f"{server.url}/static/{path}", headers=headers, timeout=10, stream=True)


def unpacked(response):
    body = response.raw.read(decode_content=False)
    match response.headers.get("Content-Encoding"):
        case "gzip":
            return zlib.decompress(body, wbits=31)
        case "br":
            script = "process.stdout.write(zlib.brotliDecompressSync(fs.readFileSync(0)))"
            return subprocess.run(
                ["node", "-e", script], input=body, capture_output=True, check=True
            ).stdout
    return body


def bundle(*entries):
    """Entries of the bundle, with all that they import at once."""
    paths = [f"dist/{entry}" for entry in entries]
    for path in paths:
        imported = re.findall(r'(?:from|import)"/static/([^"]+)"', (STATIC / path).read_text())
        paths += [each for each in imported if each not in paths]
    return paths


def files_of_a_first_label():
    scripts = bundle("student.js", "worker.js")
    code = "".join((STATIC / path).read_text() for path in scripts)
    [simd] = re.findall(r'"/static/(dist/tfjs-backend-wasm-simd-\w+\.wasm)"', code)
    models = [file for model in MODELS for file in (STATIC / model).iterdir()]
    return [
        "dist/style.css",
        *scripts,
        simd,
        *(str(file.relative_to(STATIC)) for file in models),
    ]


@pytest.mark.parametrize(
    ("accepted", "sent"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("gzip, br;q=0", "gzip"),
        ("deflate", None),
        ("", None),
    ],
)
def test_files_come_as_the_browser_takes_them(server, accepted, sent):
    for path in files_of_a_first_label():
        response = get(server, path, accepted)
        assert response.headers.get("Content-Encoding") == sent, path
        assert response.headers["Vary"] == "Accept-Encoding"
        assert unpacked(response) == (STATIC / path).read_bytes(), path


def test_a_copy_has_the_second_of_its_file_however_late_in_it_that_was_written():
    # Node's milliseconds may round into the next second, which the server would take for a change.
    copies = [path for path in (STATIC / "dist/compressed").rglob("*") if path.is_file()]
    assert copies and all(path.stat().st_mtime_ns % 10**9 == 0 for path in copies)


def test_files_say_what_they_are(server):
    told = {
        path.rsplit(".", 1)[-1]: get(server, path).headers["Content-Type"]
        for path in files_of_a_first_label()
    }
    assert told == {
        "js": "text/javascript; charset=utf-8",
        "css": "text/css; charset=utf-8",
        "wasm": "application/wasm",
        "json": "application/json",
        "bin": "application/octet-stream",
    }


def test_a_first_label_costs_little(server):
    sizes = {
        path: int(get(server, path).headers["Content-Length"]) for path in files_of_a_first_label()
    }
    assert sum(sizes.values()) < 700 * KILOBYTE, sizes
    scripts = {path: size for path, size in sizes.items() if path.endswith(".js")}
    assert sum(scripts.values()) < 100 * KILOBYTE, scripts


def test_a_second_visit_fetches_nothing_again(server):
    for encodings in ("br", "gzip", ""):
        for path in files_of_a_first_label():
            first = get(server, path, encodings)
            if "immutable" in first.headers["Cache-Control"]:
                continue
            assert first.headers["Cache-Control"] == "no-cache", path
            again = get(server, path, encodings, **{"If-None-Match": first.headers["ETag"]})
            assert again.status_code == 304 and not again.raw.read(), path


def test_only_what_is_named_by_its_content_is_kept_unasked(server):
    kept = {
        path
        for path in files_of_a_first_label()
        if "max-age=31536000" in get(server, path).headers["Cache-Control"]
    }
    assert kept == {path for path in files_of_a_first_label() if re.search(r"-[0-9A-Z]{8}\.", path)}
    assert any(path.endswith(".wasm") for path in kept) and "dist/worker.js" not in kept


def test_a_browser_that_has_one_encoding_is_not_told_that_another_is_the_same(server):
    tags = {
        get(server, "dist/worker.js", encodings).headers["ETag"] for encodings in ("br", "gzip", "")
    }
    assert len(tags) == 3


@pytest.mark.parametrize("path", ["none.js", "dist/none.js", "%2e%2e/src/student.js", "dist"])
def test_what_is_no_static_file_is_not_found(server, path):
    response = get(server, path)
    assert response.status_code == 404 and response.headers["Content-Type"].startswith("text/html")


@pytest.fixture
def folder(tmp_path):
    """A static folder with one model and its compressed copy."""
    for path, content in [("model.json", b"new"), ("dist/compressed/gzip/model.json", b"packed")]:
        file = tmp_path / "static" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        os.utime(file, (1000, 1000.5))
    return tmp_path / "static"


@pytest.mark.parametrize(("changed", "sent"), [(1000.7, b"packed"), (999, b"new"), (2000, b"new")])
def test_a_copy_goes_unused_once_its_file_has_changed(folder, changed, sent):
    os.utime(folder / "model.json", (1000, changed))
    browser = StaticFlask("test", static_folder=folder).test_client()
    response = browser.get("/static/model.json", headers={"Accept-Encoding": "gzip"}, buffered=True)
    assert response.data == sent
    assert response.headers.get("Content-Encoding") == ("gzip" if sent == b"packed" else None)


def test_a_copy_without_its_file_is_not_found(folder):
    (folder / "model.json").unlink()
    browser = StaticFlask("test", static_folder=folder).test_client()
    assert (
        browser.get(
            "/static/model.json", headers={"Accept-Encoding": "gzip"}, buffered=True
        ).status_code
        == 404
    )


def test_pages_get_the_operators_own_model_and_never_a_copy_of_ours(start_server, tmp_path):
    folder = copy_model(tmp_path / "mine")  # with the times of our files, by which copies are known
    files = list(folder.iterdir())
    (folder / "faces.html").write_text("whatever an operator keeps there")
    server = start_server(MODEL=str(folder))
    for file in files:
        response = get(server, f"model/emotion/{file.name}")
        assert unpacked(response) == file.read_bytes()
        assert response.headers["ETag"] and "immutable" not in response.headers["Cache-Control"]
        etag = {"If-None-Match": response.headers["ETag"]}
        assert get(server, f"model/emotion/{file.name}", **etag).status_code == 304
    for other in ("nothing", "faces.html", "", "%2e%2e/mine/metadata.json"):
        assert get(server, f"model/emotion/{other}").status_code == 404
    assert get(server, "model/face/metadata.json").ok
