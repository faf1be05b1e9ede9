"""The engine in a browser: what it sees, and what it survives."""

import hashlib
import itertools
import json

import cv2
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import (
    LOADING,
    WASM_IS_BEST,
    astronaut,
    labels_of,
    neutral_face,
    two_people,
    wall,
    webcam_picture,
)
from tests.live_server import ROOT
from training.browser import wait_until

# A webcam before which the scene changes at the test's word; a sensor's noise is in all of them.
FILM = """
const stage = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
const context = stage.getContext("2d");
let scene = null;
window.show = async (name) => {
  scene = name && await createImageBitmap(await (await fetch(`/scenes/${name}`)).blob());
};
setInterval(() => {
  if (!scene) return;
  context.filter = `brightness(${1 - Math.random() / 50})`;
  context.drawImage(scene, 0, 0);
}, 100);
navigator.mediaDevices.getUserMedia = async () => stage.captureStream();
"""


def join(browser, server, troubles, script="", with_clock=False):
    context = browser.new_context(permissions=["camera"])
    context.add_init_script(script)
    page = troubles.watch(context.new_page())
    if with_clock:
        page.clock.install()
    page.goto(server.open_class()["join_url"])
    page.get_by_role("button", name="Join with my camera").click()
    return page


def neighbour():
    """Of the two people the farther one, alone; BGR uint8 640 x 480."""
    picture = two_people()
    picture[:, :360] = 160
    return picture


def test_it_follows_a_film_of_faces_and_troubles(server, browser, troubles):
    scenes = {
        "happy": webcam_picture(astronaut()),
        "neutral": neutral_face(),
        "nobody": wall(),
        "two": two_people(),
        "neighbour": neighbour(),
        "dark": wall() // 50,
    }
    context = browser.new_context(permissions=["camera"])
    context.add_init_script(FILM)

    def fetch(route):
        picture = scenes[route.request.url.rpartition("/")[2]]
        route.fulfill(body=cv2.imencode(".jpg", picture)[1].tobytes())

    context.route("**/scenes/*", fetch)
    page = troubles.watch(context.new_page())
    labels = labels_of(page)
    page.goto(server.open_class()["join_url"])
    page.evaluate("show('happy')")
    page.get_by_role("button", name="Join with my camera").click()
    for scene, looks, label in [
        ("happy", "Your face looks happy", "happy"),
        ("neutral", "Your face looks neutral", "neutral"),
        ("nobody", "No face to be seen", "no_face"),
        ("two", "Your face looks happy", "happy"),
        ("neighbour", "Only another face is to be seen", "no_face"),
        ("dark", "The picture is dark", "no_face"),
        ("neutral", "Your face looks neutral", "neutral"),
    ]:
        page.evaluate(f"show('{scene}')")
        expect(page.locator("#looks")).to_have_text(looks)
        expect(page.locator("#last-sent")).to_contain_text(f'"{label}"')
        if scene == "two":
            expect(page.locator("#trouble")).to_contain_text("2 faces are in the picture")
    # One label a scene goes out, repeated or not, and none that is in no scene.
    order = [label for label, _ in itertools.groupby(labels)]
    assert order == ["happy", "neutral", "no_face", "happy", "no_face", "neutral"]
    # Of a canvas's frames those that a slow machine never comes to see are dropped with a word.
    assert [text for text in troubles if not text.startswith("A VideoFrame was garbage")] == []


# What compiling a graphics card's shaders does to a worker: nothing else has its turn meanwhile.
BUSY = """() => new Promise((done) => setTimeout(() => {
  const end = performance.now() + 10_000;
  while (performance.now() < end);
  done();
}, 2000))"""


def test_what_keeps_the_worker_busy_is_not_taken_for_the_camera(server, browser):
    context = browser.new_context(permissions=["camera"])
    context.add_init_script(WASM_IS_BEST)
    context.add_init_script(FILM)
    picture = cv2.imencode(".jpg", webcam_picture(astronaut()))[1].tobytes()
    context.route("**/scenes/*", lambda route: route.fulfill(body=picture))
    page = context.new_page()
    labels = labels_of(page)
    page.goto(server.open_class()["join_url"])
    page.evaluate("show('happy')")
    page.get_by_role("button", name="Join with my camera").click()
    expect(page.locator("#looks")).to_have_text("Your face looks happy")
    page.evaluate("show(null)")  # no picture, until the worker is busy
    page.evaluate("setTimeout(show, 5000, 'happy'), 0")
    page.workers[0].evaluate(BUSY)
    page.evaluate("document.querySelector('#engine').textContent = ''")
    expect(page.locator("#engine")).to_contain_text("looks a second")
    assert set(labels) == {"happy"}


SCRIPT = "text/javascript"
CRASH = "setTimeout(() => { throw new Error('crash'); })"


@pytest.mark.parametrize(
    ("crash", "later"),
    [pytest.param(CRASH, 0, id="an error"), pytest.param("close()", 30_000, id="silence")],
)
def test_a_worker_that_dies_is_replaced(server, browser, troubles, crash, later):
    page = join(browser, server, troubles, WASM_IS_BEST, with_clock=True)
    looks = page.locator("#looks")
    expect(looks).to_have_text("Your face looks happy")
    with page.expect_worker(timeout=LOADING):
        page.workers[0].evaluate(crash)
        page.evaluate("document.querySelector('#engine').textContent = ''")
        page.clock.run_for(later)
    expect(page.locator("#engine")).to_contain_text("looks a second")
    expect(looks).to_have_text("Your face looks happy")


def test_a_worker_is_replaced_without_a_network(server, browser, troubles):
    page = join(browser, server, troubles)
    expect(page.locator("#looks")).to_have_text("Your face looks happy")
    page.context.route("**/model/**", lambda route: route.abort())
    with page.expect_worker(timeout=LOADING):
        page.workers[0].evaluate(CRASH)
        page.evaluate("document.querySelector('#engine').textContent = ''")
    expect(page.locator("#engine")).to_contain_text("looks a second")


def test_a_worker_that_dies_again_and_again_is_given_up(server, browser, troubles):
    page = join(browser, server, troubles)
    for _ in range(4):
        expect(page.locator("#engine")).to_contain_text("looks a second")
        with page.expect_console_message(lambda message: "is replaced" in message.text):
            page.workers[0].evaluate(CRASH)
        page.evaluate("document.querySelector('#engine').textContent = ''")  # the last one's
    expect(page.locator("#trouble")).to_contain_text("Reading your face failed")
    expect(page.locator("#last-sent")).to_have_text('label {"state":"paused"}')
    assert page.workers == []
    page.get_by_role("button", name="Try the camera again").click()
    expect(page.locator("#looks")).to_have_text("Your face looks happy")


@pytest.mark.parametrize("chance", ["online", "time"])
def test_models_that_do_not_come_are_fetched_again_until_they_do(server, browser, chance):
    context = browser.new_context(permissions=["camera"])
    context.route("**/model/**", lambda route: route.abort())
    page = context.new_page()
    page.clock.install()
    page.goto(server.open_class()["join_url"])
    page.get_by_role("button", name="Join with my camera").click()
    expect(page.locator("#trouble")).to_contain_text("The face model could not be loaded")
    expect(page.locator("#camera-state")).to_have_text("Camera off")
    context.unroute("**/model/**")
    if chance == "online":
        page.evaluate("dispatchEvent(new Event('online'))")
    else:
        page.clock.fast_forward(5000)
    expect(page.locator("#looks")).to_have_text("Your face looks happy")
    expect(page.locator("#trouble")).to_have_text("")


def test_a_model_that_the_pages_were_not_built_for_is_said_to_be_one(server, browser, troubles):
    emotion = ROOT / "web/static/model/emotion"
    graph = (emotion / "model.json").read_text().replace('"Softmax"', '"Elu"')
    metadata = json.loads((emotion / "metadata.json").read_text())
    metadata["sha256"]["model.json"] = hashlib.sha256(graph.encode()).hexdigest()
    context = browser.new_context(permissions=["camera"])
    context.route("**/emotion/model.json", lambda route: route.fulfill(body=graph))
    context.route("**/emotion/metadata.json", lambda route: route.fulfill(json=metadata))
    page = troubles.watch(context.new_page())
    page.goto(server.open_class()["join_url"])
    page.get_by_role("button", name="Join with my camera").click()
    expect(page.locator("#trouble")).to_contain_text("have to be built anew")
    expect(page.locator("#camera-state")).to_have_text("Camera off")


def test_a_worker_that_never_answers_is_no_loading_without_end(server, browser, troubles):
    context = browser.new_context(permissions=["camera"])
    context.route("**/dist/worker.js", lambda route: route.fulfill(body="", content_type=SCRIPT))
    page = context.new_page()
    page.clock.install()
    page.goto(server.open_class()["join_url"])
    page.get_by_role("button", name="Join with my camera").click()
    expect(page.locator("#looks")).to_have_text("Getting ready to read your face…")
    page.clock.run_for(60_000)
    expect(page.locator("#trouble")).to_contain_text("The face model could not be loaded")
    expect(page.locator("#camera-state")).to_have_text("Camera off")
    context.unroute("**/dist/worker.js")
    page.get_by_role("button", name="Try the camera again").click()
    expect(page.locator("#looks")).to_have_text("Your face looks happy")


REMEMBERED = "localStorage.setItem('classpulse.backend', 'webgl|' + navigator.userAgent);"
LOSE = """() => {
  const { gl } = self._tfengine.backend.getGPGPUContext();
  gl.getExtension("WEBGL_lose_context").loseContext();
}"""


def test_a_graphics_card_that_is_lost_costs_nothing_but_speed(server, browser, troubles):
    # A card that was the fastest before, as this browser remembers: in software it never is.
    page = join(browser, server, troubles, REMEMBERED, with_clock=True)
    # A slow machine may need longer for it than a trial may take: that time does not pass.
    page.clock.pause_at(page.evaluate("Date.now() / 1000") + 1)
    expect(page.locator("#engine")).to_contain_text("WebGL")
    expect(page.locator("#looks")).to_have_text("Your face looks happy")
    page.workers[0].evaluate(LOSE)
    expect(page.locator("#engine")).to_contain_text("WebAssembly")
    expect(page.locator("#looks")).to_have_text("Your face looks happy")
    assert page.evaluate("localStorage.getItem('classpulse.backend')").startswith("wasm|")
    expect(page.locator("#last-sent")).to_contain_text("happy")


def test_the_fastest_backend_is_chosen_once_and_remembered(server, browser, troubles):
    page = join(browser, server, troubles)
    expect(page.locator("#looks")).to_have_text("Your face looks happy")
    with page.expect_response("**/webgl-*.js", timeout=LOADING):
        pass
    wait_until(page, "localStorage.getItem('classpulse.backend')?.startsWith('wasm|')")
    tried = []
    page.on("request", lambda request: tried.append(request.url))
    page.reload()
    page.get_by_role("button", name="Join with my camera").click()
    for _ in range(6):  # others are tried after the fifth
        page.evaluate("document.querySelector('#engine').textContent = ''")
        expect(page.locator("#engine")).to_contain_text("WebAssembly")
    assert not [url for url in tried if "webgl" in url or "webgpu" in url]


def test_looks_go_on_while_the_code_of_other_backends_comes(server, browser):
    context = browser.new_context(permissions=["camera"])
    coming = []
    context.route("**/webgl-*.js", lambda route: coming.append(route))
    page = context.new_page()
    page.goto(server.open_class()["join_url"])
    with page.expect_request("**/webgl-*.js", timeout=LOADING):
        page.get_by_role("button", name="Join with my camera").click()
    for _ in range(2):  # of which one may have been under way
        page.evaluate("document.querySelector('#engine').textContent = ''")
        expect(page.locator("#engine")).to_contain_text("WebAssembly")
    coming[0].continue_()


def test_a_browser_without_frame_streams_is_served_too(server, browser, troubles):
    page = join(browser, server, troubles, "delete window.MediaStreamTrackProcessor;")
    expect(page.locator("#looks")).to_have_text("Your face looks happy")
    assert troubles == []


def test_students_go_on_without_the_camera_and_with_it_again(server, browser, troubles):
    page = join(browser, server, troubles)
    expect(page.locator("#looks")).to_have_text("Your face looks happy")
    page.get_by_role("button", name="Go on without the camera").click()
    expect(page.locator("#camera")).to_be_hidden()
    assert page.evaluate("document.querySelector('video').srcObject === null")
    expect(page.locator("#last-sent")).to_have_text('label {"state":"paused"}')
    page.get_by_role("button", name="Use my camera").click()
    expect(page.locator("#looks")).to_have_text("Your face looks happy")
    expect(page.get_by_role("button", name="Use my camera")).to_be_hidden()
    assert troubles == []


def test_a_face_at_rest_that_looks_happy_does_so_no_more_once_it_is_known(
    server, browser, troubles
):
    page = join(browser, server, troubles)
    looks = page.locator("#looks")
    expect(looks).to_have_text("Your face looks happy")
    page.get_by_text("How your face is read").click()
    page.get_by_role("button", name="This is my face at rest").click()
    expect(page.locator("#resting")).to_contain_text("is known, on this device")
    expect(looks).not_to_have_text("Your face looks happy")
    page.reload()
    page.get_by_role("button", name="Join with my camera").click()
    expect(looks).to_contain_text("look")
    expect(looks).not_to_have_text("Your face looks happy")
    page.get_by_text("How your face is read").click()
    page.get_by_role("button", name="Forget it").click()
    expect(looks).to_have_text("Your face looks happy")
    assert troubles == []


def test_a_small_window_keeps_the_state_and_the_pace_in_front_of_the_call(
    server, browser, troubles
):
    page = join(browser, server, troubles)
    expect(page.locator("#looks")).to_have_text("Your face looks happy")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Keep this in front of the call").click()
    small = opened.value
    expect(small.locator("#looks")).to_have_text("Your face looks happy")
    small.get_by_role("button", name="Too fast").click()
    expect(page.locator("#last-sent")).to_have_text('pace {"value":"slow_down"}')
    expect(small.get_by_role("button", name="Too fast")).to_have_attribute("aria-pressed", "true")
    small.close()
    expect(page.locator("#looks")).to_have_text("Your face looks happy")
    expect(page.get_by_role("button", name="Too fast")).to_have_attribute("aria-pressed", "true")
    assert troubles == []


BOTH_VIEWS = """async () => {
  const { fetchModels, Vision } = await import("/static/dist/vision.js");
  const vision = await Vision.load(fetchModels("/static/model"));
  const photo = await createImageBitmap(await (await fetch("/photo.jpg")).blob());
  const looks = [];
  for (let look = 0; look < 3; look++) looks.push((await vision.look(photo, look)).probabilities);
  vision.close();
  return looks;
}"""


def test_two_looks_see_a_face_from_both_sides(server, browser):
    page = browser.new_context(bypass_csp=True).new_page()
    photo = cv2.imencode(".png", neutral_face())[1].tobytes()
    page.route("**/photo.jpg", lambda route: route.fulfill(body=photo))
    page.goto(server.url)
    first, second, third = page.evaluate(BOTH_VIEWS)
    assert third == pytest.approx(second, abs=1e-6)  # which sides came first makes no difference
    assert second != pytest.approx(first, abs=1e-3)


ANSWERS = """async () => {
  const { fetchModels, Vision } = await import("/static/dist/vision.js");
  const vision = await Vision.load(fetchModels("/static/model"));
  const answers = [];
  for (const model of Object.values(vision.models)) {
    const { height, width, channels } = model.metadata;
    const waves = new Float32Array(height * width * channels).map(
      (_, index) => 128 + 100 * Math.sin(index / 7) * Math.cos(index / 1000),
    );
    answers.push([...(await model.run(waves))]);
  }
  vision.close();
  return answers;
}"""


@pytest.mark.parametrize("simd", [True, False])
def test_webassembly_without_what_no_model_needs_answers_as_the_library_does(server, browser, simd):
    page = browser.new_context(bypass_csp=True).new_page()
    if not simd:
        page.add_init_script("WebAssembly.validate = () => false")
    page.goto(server.url)
    whole = page.evaluate(ANSWERS)
    assert [len(answer) for answer in whole] == [896 * 17, 17]
    [of_pages] = (file for file in compressed_webassembly() if ("-simd-" in file.name) == simd)
    given = []

    def give(route):
        given.append(route.request.url)
        route.fulfill(path=of_pages, content_type="application/wasm")

    page.route("**/*.wasm", give)
    page.reload()
    assert page.evaluate(ANSWERS) == whole and len(given) == 1


def compressed_webassembly():
    """What pages fetch; what is for measurements alone is not compressed."""
    dist = ROOT / "web/static/dist"
    return [dist / file.name for file in (dist / "compressed/br/dist").glob("*.wasm")]


LOOK_ON = """async () => {
  const { fetchModels, Vision } = await import("/static/dist/vision.js");
  const vision = await Vision.load(fetchModels("/static/model"));
  const photo = await createImageBitmap(await (await fetch("/photo.jpg")).blob());
  // A face that moves, and is away now and then.
  const frames = [0, 0, 0, 4, 4, 40, 640].map((right) => {
    const canvas = new OffscreenCanvas(640, 480);
    canvas.getContext("2d").drawImage(photo, right, 0);
    return canvas;
  });
  window.lookOn = async (looks) => {
    let read = 0;
    for (let look = 0; look < looks; look++) {
      const { probabilities } = await vision.look(frames[look % frames.length], look / 2);
      if (probabilities) read += 1;
    }
    return { ...vision.memory, read };
  };
}"""


def test_a_thousand_looks_leave_nothing_behind(server, browser):
    # Here the page itself runs what only a worker may.
    page = browser.new_context(bypass_csp=True).new_page()
    photo = cv2.imencode(".jpg", webcam_picture(astronaut()))[1].tobytes()
    page.route("**/photo.jpg", lambda route: route.fulfill(body=photo))
    page.set_default_timeout(0)
    page.goto(server.url)
    page.evaluate(LOOK_ON)
    devtools = page.context.new_cdp_session(page)

    def heap():
        for _ in range(4):  # V8 lets code go that a few in a row have seen unused
            devtools.send("HeapProfiler.collectGarbage")
        used = devtools.send("Runtime.getHeapUsage")
        return used["usedSize"] + used["backingStorageSize"]  # with the memory of WebAssembly

    before = page.evaluate("lookOn(800)")
    heaps = [heap()]
    for _ in range(3):
        after = page.evaluate("lookOn(400)")
        assert after["read"] > 320
        assert (after["tensors"], after["bytes"]) == (before["tensors"], before["bytes"])
        heaps.append(heap())
    # What is left behind grows all the time; what the engine still learns does so at times.
    assert min(new - old for old, new in itertools.pairwise(heaps)) < 40_000
