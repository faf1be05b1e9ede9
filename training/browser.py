"""Run exported models where they will run: in Chromium, through the web page's own code."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import numpy as np
from playwright.sync_api import Error, Page, sync_playwright

from training.dataset import FloatArray, UInt8Array
from training.errors import TrainingError
from training.tfjs import SHIPPED, STATIC

CHUNK = 64  # crops at a time, so that the page's memory stays small
WARMUP = 20  # predictions of each model before the first that is timed

_RUN = """async ([script, model, chunk]) => {
  const { fetchModels, Vision } = await import(`/static/dist/${script}.js`);
  const vision = await Vision.load(fetchModels("/models/0"));
  const bytes = new Uint8Array(await (await fetch("/input.bin")).arrayBuffer());
  const outputs = [];
  for (let start = 0; start < bytes.length; start += chunk) {
    const pixels = Float32Array.from(bytes.subarray(start, start + chunk));
    outputs.push(...(await vision.models[model].run(pixels)));
  }
  vision.close();
  return outputs;
}"""

# The page's wasm code gets faster while it is used, so each model warms up first. And before each
# prediction that counts comes one that does not: the others' weights have just swept the caches.
_TIME = """async ([count, size, warmup]) => {
  const { fetchModels, Vision } = await import("/static/dist/vision.js");
  const visions = [];
  for (let index = 0; index < count; index++) {
    visions.push(await Vision.load(fetchModels(`/models/${index}`)));
  }
  const pixels = Float32Array.from(new Uint8Array(await (await fetch("/input.bin")).arrayBuffer()));
  const times = visions.map(() => []);
  for (const vision of visions) {
    for (let round = 0; round < warmup; round++) {
      await vision.models.emotion.run(pixels.subarray(0, size));
    }
  }
  for (let start = 0; start < pixels.length; start += size) {
    const crop = pixels.subarray(start, start + size);
    for (const [index, { models }] of visions.entries()) {
      await models.emotion.run(crop);
      const before = performance.now();
      await models.emotion.run(crop);
      times[index].push(performance.now() - before);
    }
  }
  for (const vision of visions) vision.close();
  return times;
}"""


def classify(
    crops: UInt8Array,
    emotion: Path,
    face: Path = STATIC / "model/face",
    script: str = "vision",
) -> FloatArray:
    """Probabilities [n, 17] for grey crops, uint8 [n, 48, 48], by the model exported to `emotion`.

    They are those of both heads side by side, as the network gives them. The script "vision" runs
    any model, "vision-of-pages" what students' pages can run.

    Raises TrainingError if the script has not been built or the model cannot be run.
    """
    outputs = run_script(_RUN, [script, "emotion", CHUNK * crops[0].size], crops, [emotion], face)
    return np.array(outputs).reshape(len(crops), -1)


def detect(images: UInt8Array, face: Path, emotion: Path = SHIPPED) -> FloatArray:
    """Rows [n, 896, 17] for RGB images, uint8 [n, 128, 128, 3], by the model exported to `face`."""
    outputs = run_script(_RUN, ["vision", "face", images[0].size], images, [emotion], face)
    return np.array(outputs).reshape(len(images), 896, 17)


def time_crops(emotions: Sequence[Path], crops: UInt8Array) -> FloatArray:
    """Milliseconds that each exported model takes for each crop by itself, [models, crops].

    The crops are grey, uint8 [n, 48, 48]. All models take turns at each, so that whatever else
    the machine does hits them alike. Raises TrainingError as `classify` does.
    """
    arguments = [len(emotions), crops[0].size, WARMUP]
    return np.array(run_script(_TIME, arguments, crops, emotions))


def run_script(
    script: str,
    arguments: Any,
    inputs: UInt8Array,
    emotions: Sequence[Path],
    face: Path = STATIC / "model/face",
    folders: Mapping[str, Path] | None = None,
) -> Any:
    """What a script returns in a page with /input.bin and /models/0, 1, ... for the Vision.

    folders: what else is served, by its name. Raises TrainingError as `classify` does.
    """
    if not (STATIC / "dist/vision.js").exists():
        raise TrainingError("the page's script is not built yet: run `npm ci && npm run build`")
    with (
        TemporaryDirectory() as root,
        serve_folder(Path(root)) as address,
        sync_playwright() as tools,
    ):
        if not chromium() and not Path(tools.chromium.executable_path).exists():
            raise TrainingError("there is no Chromium: `make .venv-training/chromium` installs one")
        Path(root, "input.bin").write_bytes(inputs.tobytes())
        Path(root, "index.html").write_text("<!doctype html>")
        for name, folder in {"static": STATIC, **(folders or {})}.items():
            Path(root, name).symlink_to(folder)
        for index, emotion in enumerate(emotions):
            models = Path(root, "models", str(index))
            models.mkdir(parents=True)
            Path(models, "emotion").symlink_to(emotion.resolve())
            Path(models, "face").symlink_to(face.resolve())
        try:
            browser = tools.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            page = browser.new_page()
            page.set_default_timeout(0)  # the whole PrivateTest takes a while on a slow machine
            page.goto(address)
            return page.evaluate(script, arguments)
        except Error as error:
            raise TrainingError(f"Chromium: {error.message.splitlines()[0]}") from error


def chromium() -> str | None:
    """The machine's own Chromium or Chrome; None leaves it to Playwright to bring one."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((found for name in names if (found := shutil.which(name))), None)


def wait_until(page: Page, condition: str, seconds: float = 60) -> None:
    """Wait until a JavaScript expression holds; raises playwright's Error if it never does.

    Unlike Page.wait_for_function, which compiles the expression in the page again and again: our
    pages' Content-Security-Policy forbids that.
    """
    page.evaluate(
        f"""async (most) => {{
          const start = performance.now();
          while (!({condition})) {{
            if (performance.now() - start > most) throw new Error("this never came to hold");
            await new Promise((resolve) => setTimeout(resolve, 10));
          }}
        }}""",
        1000 * seconds,
    )


class QuietHandler(SimpleHTTPRequestHandler):
    """The standard library's, for files."""

    def log_message(self, *arguments: object) -> None:
        """Say nothing: a page's requests are no news."""


@contextmanager
def serve_folder(
    root: Path, handler_type: type[SimpleHTTPRequestHandler] = QuietHandler
) -> Iterator[str]:
    """Serve a folder for as long as the context lasts; yields its address."""
    handler = partial(handler_type, directory=str(root))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
