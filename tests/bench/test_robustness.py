"""What a webcam does to a face."""

import cv2
import numpy as np
import pytest

from bench.robustness import CHANGES
from training.browser import run_script
from training.tfjs import SHIPPED, STATIC

CUT = """async ([small, large]) => {
  const { Cutter } = await import("/engine/cutter.js");
  const levels = new Uint8Array(await (await fetch("/input.bin")).arrayBuffer());
  const pixels = Uint8ClampedArray.from({ length: 4 * levels.length }, (_, at) =>
    at % 4 === 3 ? 255 : levels[Math.floor(at / 4)],
  );
  const frame = await createImageBitmap(new ImageData(pixels, small, small));
  const whole = { x: small / 2, y: small / 2, side: small, roll: 0 };
  return [...new Cutter(large).cut(frame, whole)].filter((_, at) => at % 4 === 0);
}"""


@pytest.mark.parametrize(
    ("name", "x", "y"),
    [
        ("10 % to the left", 9.2, 20),
        ("10 % to the right", 18.8, 20),
        ("10 % up", 14, 15.2),
        ("10 % down", 14, 24.8),
        ("10 % smaller", 14.95, 20.35),
        ("10 % larger", 13.05, 19.65),
        # Seen from the camera: about the middle, (23.5, 23.5), by ten degrees.
        ("rolled by 10° to the left", 13.54, 21.70),
        ("rolled by 10° to the right", 14.75, 18.40),
        ("darkened to 40 %", 14, 20),
        ("out of focus (Gaussian, sigma 1 pixel of 48)", 14, 20),
        ("24 pixels wide, enlarged", 14, 20),
    ],
)
def test_a_change_does_what_it_says(name, x, y):
    rows, columns = np.mgrid[:48, :48]
    spot = 250 * np.exp(-((columns - 14) ** 2 + (rows - 20) ** 2) / 8)
    changed = CHANGES[name](spot.astype(np.uint8)).astype(float)
    centre = [(changed * each).sum() / changed.sum() for each in (columns, rows)]
    np.testing.assert_allclose(centre, (x, y), atol=0.15)
    least, most = (0.39, 0.41) if name == "darkened to 40 %" else (0.75, 1)
    assert least <= changed.max() / spot.max() <= most


def test_a_small_face_is_enlarged_as_the_page_enlarges_it(browser):
    face = np.random.default_rng(1).integers(0, 256, (48, 48), np.uint8)
    small = cv2.resize(face, (24, 24), interpolation=cv2.INTER_AREA)
    engine = STATIC.parent / "src/engine"
    cut = run_script(CUT, [24, 48], small, [SHIPPED], folders={"engine": engine})
    # The page sees what is beyond the crop; here there is nothing, and the edge differs.
    inner = np.s_[4:-4, 4:-4]
    pages = np.reshape(cut, (48, 48))[inner]
    np.testing.assert_allclose(CHANGES["24 pixels wide, enlarged"](face)[inner], pages, atol=1)
