"""Our page beside two libraries, in one Chromium: times, bytes, memory and right labels."""

from __future__ import annotations

import itertools
import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import NamedTuple, TypedDict
from urllib.parse import quote

import cv2
import numpy as np
import skimage.data
from playwright.sync_api import Browser, Error, Page, Playwright, Worker, sync_playwright

from bench.files import SCRIPTS, serve_files
from bench.programs import serve
from bench.webcam import Portrait, crop_portrait, portraits, write_video
from tests.live_server import ROOT
from training import people
from training.browser import chromium, wait_until
from training.dataset import LABELS, Dataset, UInt8Array
from training.errors import TrainingError
from training.page import markdown_table
from training.tfjs import STATIC

PEERS = ("face-api", "face-api, SSD", "human")
PROGRAMS = ("classpulse", *PEERS)
WORDS = {"disgusted": "disgust", "fearful": "fear", "afraid": "fear", "surprised": "surprise"}
LOOK_SECONDS = 0.5
FACE_WIDTH = 120  # pixels in the frame, at arm's length
FACE_WIDTHS = (170, 110, 60)  # the last one's student leans back
FRAMES_AT_ONCE = 350  # half a megabyte each
SLOWDOWN = 4
READING_SECONDS = 1  # between the page and the click, so that the one does not slow the other
PULSE_SECONDS = 0.005  # that a slowed browser runs at a time
WARMUP_SHARE = 10  # one look in so many comes before: what is made and compiled once is no leak


class Effort(NamedTuple):
    """How much of everything is measured."""

    frames: int = 50
    visits: int = 3  # at a quarter of the speed
    seconds: float = 20.0  # that a page is watched from the click on
    looks: int = 10_000
    video_seconds: float = 12.0
    faces: int = 700  # of PrivateTest, at least


class Look(TypedDict):
    """What a program says of a frame."""

    milliseconds: float
    word: str | None  # None where it found no face


QUICK = Effort(frames=3, visits=1, seconds=1, looks=50, video_seconds=3, faces=7)


def bench_browser(faces: Path | None, data: Dataset | None, effort: Effort) -> str:
    """Measure everything; in Markdown. `faces` holds photographs named after their labels, if any.

    `data`, if any, lends the faces of its PrivateTest. Raises TrainingError if it has other labels
    than FER-2013's, the page's script or a library is missing, Chromium does not start, or a
    photograph has no face; NoServer if the server does not start.
    """
    if not (STATIC / "dist/vision.js").exists():
        raise TrainingError("the page's script is not built yet: run `npm ci && npm run build`")
    for package in ("face-api", "human"):
        if not (ROOT / "node_modules/@vladmandic" / package).exists():
            raise TrainingError(f"@vladmandic/{package} is missing: run `npm ci`")
    if data:
        data.require_labels(LABELS, "this benchmark")
    photos = _photographs(faces) if faces else {}
    astronaut = np.ascontiguousarray(skimage.data.astronaut()[..., ::-1])
    student, *others = portraits({"the astronaut": astronaut} | photos)
    with (
        TemporaryDirectory() as folder,
        serve_files(Path(folder)) as files,
        serve() as server,
        sync_playwright() as tools,
    ):
        join = server.open_class()["join_url"]
        bench = _Bench(tools, files, join, Path(folder), effort)
        try:
            print(f"measuring {', '.join(PROGRAMS)} in Chromium", flush=True)
            table = markdown_table(["", *PROGRAMS, "bar"], bench.rows(student))
            tables = [f"## In the browser\n\n{table}\n{bench.notes()}"]
            if others:
                table = bench.labels(dict(zip(photos, others, strict=True)))
                tables.append(f"## Right labels\n\n{table}")
            else:
                tables.append("No photographs named after labels (--faces): no right labels.\n")
            if data:
                print("showing a webcam the faces of PrivateTest", flush=True)
                tables.append(f"## Right labels on PrivateTest\n\n{bench.private_test(data)}")
        except Error as error:
            raise TrainingError(f"Chromium: {error.message.splitlines()[0]}") from error
    return "\n".join(tables)


def _photographs(folder: Path) -> dict[str, UInt8Array]:
    """Those in a folder, BGR, whose names are labels or words for them."""
    photos = {}
    for path in sorted(folder.glob("*.jpg")):
        if _label(path.stem) in LABELS:
            photo = cv2.imread(str(path))
            if photo is None:
                raise TrainingError(f"{path} is no image")
            photos[path.stem] = photo
    return photos


class _Bench:
    def __init__(
        self, tools: Playwright, files: str, join: str, folder: Path, effort: Effort
    ) -> None:
        self._tools, self._files, self._folder, self._effort = tools, files, folder, effort
        peers = {name: f"{files}bench/peer.html#{quote(name)}" for name in PEERS}
        self._pages = {"classpulse": join} | peers
        self._numbers = itertools.count()
        self._slowdown: dict[str, float] = {}
        self._version = ""

    def rows(self, student: Portrait) -> list[list[str]]:
        """All measurements but that of the labels."""
        times = (LOOK_SECONDS * at for at in range(self._effort.frames))
        frames = self._serve([student.frame(FACE_WIDTH, seconds) for seconds in times])
        with self._browser() as browser:
            self._version = browser.version
            anew = _times(self._look(browser, frames))
            tracking = _times(self._look(browser, frames, LOOK_SECONDS))
            memory = self._memory(browser, frames)
        video = self._folder / "student.mjpeg"
        write_video(video, student, [FACE_WIDTH], self._effort.video_seconds)
        watched = {name: self._watch(video, name) for name in PROGRAMS}
        slow = {name: self._slow_starts(video, name) for name in PROGRAMS}

        def row(name: str, cell: Callable[[str], str], bar: str) -> list[str]:
            return [name, *map(cell, PROGRAMS), bar]

        return [
            row(
                "ms a frame, each anew: median, mean, p95",
                lambda name: anew[name],
                "face-api's / 3",
            ),
            row(
                "ms a look, tracking: median, mean, p95",
                lambda name: tracking[name],
                "face-api's / 6",
            ),
            row("MB until the first label", lambda name: watched[name][0], "1.0 (goal 0.7)"),
            row(
                "s from consent to the first label, at a quarter of the speed",
                lambda name: slow[name],
                "face-api's (goal half)",
            ),
            row("longest main-thread task, ms, starting", lambda name: watched[name][1], "50 (16)"),
            row("and after the first label, ms", lambda name: watched[name][2], "50 (16)"),
            *([name, cell, *[""] * len(PEERS), "flat"] for name, cell in memory.items()),
        ]

    def notes(self) -> str:
        """What to know about the figures."""
        main, worker = (f"{self._slowdown[thread]:.1f} times" for thread in ("main", "worker"))
        return (
            f"Chromium {self._version}, WebAssembly with SIMD and without threads. face-api's own "
            "webcam demo has its SSD detector; the plain column is the faster TinyFaceDetector, at "
            "its default 416 pixels. human: detector and emotion only; its cache is off where "
            "frames are read anew and in pages, and on while tracking. Frames, 640 x 480, show a "
            "face that moves a little through a sensor's noise; all programs take turns at each, "
            f"while tracking every {LOOK_SECONDS} s. All begin to load at the click. Bytes are "
            "compressed. A quarter of the speed: from the click on, all of Chromium runs 5 ms and "
            f"stands 15 ms, which slowed a loop on the main thread {main} and one in a worker "
            f"{worker}; median of {self._effort.visits}.\n"
        )

    def labels(self, faces: dict[str, Portrait]) -> str:
        """Shares of right labels: one row for each photograph, and one for all."""
        rows, total = [], np.zeros((len(PROGRAMS), 2), int)
        for name, portrait in faces.items():
            said = self._read_face(name, portrait)
            right = [sum(_label(word) == _label(name) for word in words) for words in said]
            total += np.transpose([right, [len(words) for words in said]])
            cells = zip(right, said, strict=True)
            rows.append(
                [name, *(f"{count} of {len(words)}{_rest(words, name)}" for count, words in cells)]
            )
        rows.append(["all", *(f"{100 * right / max(looks, 1):.1f} %" for right, looks in total)])
        return markdown_table(["", *PROGRAMS], rows)

    def private_test(self, data: Dataset) -> str:
        """Shares of labels that people would give, too, to faces of PrivateTest.

        Each is seen once, at arm's length.
        """
        private = data.split("PrivateTest")
        true = people.said(private.labels, private.votes)
        named = np.flatnonzero(true >= 0)
        chosen = named[:: max(1, len(named) // self._effort.faces)]
        words: dict[str, list[str | None]] = {name: [] for name in PROGRAMS}
        for at in range(0, len(chosen), FRAMES_AT_ONCE):
            crops = private.images[chosen[at : at + FRAMES_AT_ONCE]]
            frames = self._serve([crop_portrait(crop).frame(FACE_WIDTH, 0) for crop in crops])
            with self._browser() as browser:
                for name, looks in self._look(browser, frames).items():
                    words[name] += [look["word"] for look in looks]
        labels = [LABELS[label] for label in true[chosen]]
        rows = []
        for name, read in words.items():
            right = sum(
                _label(word or "") == label for word, label in zip(read, labels, strict=True)
            )
            counts = right, read.count(None), read.count("unsure")
            rows.append([name, *(f"{100 * count / len(labels):.1f} %" for count in counts)])
        return markdown_table([f"{len(labels)} faces", "right", "no face", "hard to say"], rows)

    def _serve(self, frames: list[UInt8Array]) -> str:
        """The address of frames, BGR. Never the same twice: whoever serves them remembers files."""
        yuv = [cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_I420) for frame in frames]
        name = f"frames-{next(self._numbers)}"
        Path(self._folder, name).write_bytes(np.stack(yuv).tobytes())
        return f"/{name}"

    def _look(self, browser: Browser, frames: str, pace: float = 0) -> dict[str, list[Look]]:
        """What each program found in each of the frames.

        A look every `pace` seconds; for 0 without a rest, and each begins anew.
        """
        page = self._open(browser)
        script = (
            "async ([frames, pace]) => (await import('/bench/looks.js')).timeLooks(frames, pace)"
        )
        found = page.evaluate(script, [frames, 1000 * pace])
        page.context.close()
        return found

    def _memory(self, browser: Browser, frames: str) -> dict[str, str]:
        page = self._open(browser)
        tools = page.context.new_cdp_session(page)
        script = "async (frames) => (await import('/bench/looks.js')).endure(frames)"
        endure = page.evaluate_handle(script, frames)

        def after(looks: int) -> tuple[int, float, float]:
            held = endure.evaluate("(endure, looks) => endure(looks)", looks)
            tools.send("HeapProfiler.collectGarbage")
            heap = tools.send("Runtime.getHeapUsage")["usedSize"]
            return held["tensors"], heap / 1e6, held["wasm"] / 1e6

        looks = self._effort.looks
        (tensors, heap, wasm), later = after(looks // WARMUP_SHARE), after(looks)
        page.context.close()
        return {
            f"tensors before and after {looks:,} looks": f"{tensors}, {later[0]}",
            "JavaScript heap, MB": f"{heap:.2f}, {later[1]:.2f}",
            "WebAssembly memory, MB": f"{wasm:.1f}, {later[2]:.1f}",
        }

    def _watch(self, video: Path, name: str) -> tuple[str, str, str]:
        """MB until the first label, and the main thread's longest tasks until then and after."""
        with self._browser(video) as browser:
            page = self._visit(browser, name)
            categories = ["blink.user_timing", "disabled-by-default-devtools.timeline"]
            browser.start_tracing(page=page, categories=categories)
            seconds = self._consent(page)
            # Unlike Playwright's own sizes, these have a worker's script, and headers as 300 bytes.
            script = "performance.getEntries().reduce((sum, e) => sum + (e.transferSize ?? 0), 0)"
            realms: list[Page | Worker] = [page, *page.workers]
            size = sum(realm.evaluate(script) for realm in realms)
            page.wait_for_timeout(1000 * max(0, self._effort.seconds - seconds))
            events = json.loads(browser.stop_tracing())["traceEvents"]
        marks = {each["name"]: each for each in events if each["cat"] == "blink.user_timing"}
        click, label = marks["click"], marks["label"]
        starting, steady = [0.0], [0.0]
        for task in events:
            if task["name"] != "RunTask" or "dur" not in task or task["tid"] != click["tid"]:
                continue
            if task["pid"] == click["pid"] and task["ts"] + task["dur"] > click["ts"]:
                (starting if task["ts"] < label["ts"] else steady).append(task["dur"] / 1000)
        return f"{size / 1e6:.2f}", f"{max(starting):.0f}", f"{max(steady):.0f}"

    def _slow_starts(self, video: Path, name: str) -> str:
        times = []
        for _ in range(self._effort.visits):
            with self._browser(video) as browser:
                if not self._slowdown:
                    self._slowdown = self._measure_slowdown(browser)
                page = self._visit(browser, name)
                with slowed(browser):
                    times.append(self._consent(page))
        return f"{np.median(times):.1f}"

    def _measure_slowdown(self, browser: Browser) -> dict[str, float]:
        page = self._open(browser)
        script = "async () => (await import('/bench/spin.js')).spin()"
        page.evaluate(script)  # for the compiler
        plain = page.evaluate(script)
        with slowed(browser):
            slow = page.evaluate(script)
        page.context.close()
        return {thread: slow[thread] / plain[thread] for thread in plain}

    def _read_face(self, name: str, portrait: Portrait) -> list[list[str]]:
        """What each program said at each look."""
        video, seconds = self._folder / f"{name}.mjpeg", self._effort.video_seconds
        write_video(video, portrait, FACE_WIDTHS, seconds)
        said: list[list[str]] = [[] for _ in PROGRAMS]
        with self._browser(video) as browser:
            # All at once, so that they see the same of the one camera.
            pages = [self._visit(browser, program) for program in PROGRAMS]
            for page in pages:
                self._consent(page)
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                following = time.monotonic() + LOOK_SECONDS
                for words, page in zip(said, pages, strict=True):
                    text = page.locator("#looks").inner_text()
                    words.append(text.rpartition("looks ")[2])
                pages[0].wait_for_timeout(1000 * max(0, following - time.monotonic()))
        video.unlink()
        return said

    def _visit(self, browser: Browser, name: str) -> Page:
        """A program's page, as it is when its visitor has read it."""
        page = browser.new_page()
        page.set_default_timeout(0)  # a slow machine takes its time
        page.add_init_script(path=SCRIPTS / "visit.js")
        page.goto(self._pages[name])
        page.wait_for_timeout(1000 * READING_SECONDS)
        return page

    def _consent(self, page: Page) -> float:
        """Seconds from the click that allows the camera to the first label."""
        page.evaluate("document.getElementById('join-camera').click()")
        wait_until(page, "performance.getEntriesByName('label').length", seconds=600)
        script = "['click', 'label'].map((name) => performance.getEntriesByName(name)[0].startTime)"
        click, label = page.evaluate(script)
        return (label - click) / 1000

    def _open(self, browser: Browser) -> Page:
        page = browser.new_context().new_page()
        page.set_default_timeout(0)
        page.goto(self._files)
        return page

    @contextmanager
    def _browser(self, video: Path | None = None) -> Iterator[Browser]:
        """Chromium with a cold cache, and with a webcam that shows a video."""
        arguments = ["--no-sandbox", "--disable-background-networking"]
        if video:
            arguments += [
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={video}",
            ]
        browser = self._tools.chromium.launch(executable_path=chromium(), args=arguments)
        try:
            yield browser
        finally:
            browser.close()


def _times(found: dict[str, list[Look]]) -> dict[str, str]:
    """Milliseconds by program: median, mean and p95, and where it missed the face, how often."""
    cells = {}
    for name, looks in found.items():
        times = [look["milliseconds"] for look in looks]
        missed = sum(look["word"] is None for look in looks)
        figures = np.median(times), np.mean(times), np.percentile(times, 95)
        cells[name] = ", ".join(f"{figure:.1f}" for figure in figures)
        cells[name] += f" (no face in {missed} of {len(looks)})" if missed else ""
    return cells


def _label(word: str) -> str:
    return WORDS.get(word, word)


def _rest(words: list[str], name: str) -> str:
    """What was said most often instead of the right label, in words for a cell."""
    wrong = Counter(_label(word) for word in words if _label(word) != _label(name))
    return f" ({wrong.most_common(1)[0][0]})" if wrong else ""


@contextmanager
def slowed(browser: Browser) -> Iterator[None]:
    """All of a browser, at a quarter of its speed: DevTools would slow down the main thread alone,
    and spare a program that works elsewhere."""
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    group = os.getpgid(next(each["id"] for each in processes if each["type"] == "browser"))
    if group == os.getpgrp():
        raise TrainingError("Chromium has no process group of its own that could be slowed down")
    done = Event()

    def pulse() -> None:
        while not done.is_set():
            began = time.perf_counter()
            time.sleep(PULSE_SECONDS)
            os.killpg(group, signal.SIGSTOP)
            time.sleep((SLOWDOWN - 1) * (time.perf_counter() - began))
            os.killpg(group, signal.SIGCONT)

    thread = Thread(target=pulse)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
