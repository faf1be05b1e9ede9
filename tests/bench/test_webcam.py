"""The webcam shows what it should."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="the training environment is not installed")

from bench.webcam import HEIGHT, WIDTH, portraits

# The middle and the width of the astronaut's face in her photograph, brow to chin.
FACE = (225, 125, 95)


def test_the_webcam_shows_the_face_as_wide_as_asked(browser, astronaut):
    (portrait,) = portraits({"the astronaut": astronaut})
    assert np.hypot(portrait.x - FACE[0], portrait.y - FACE[1]) < 10
    assert portrait.width == pytest.approx(FACE[2], rel=0.15)
    frames = {width: portrait.frame(width, seconds=1) for width in (60, 170)}
    found = portraits({str(width): frame[100:, 160:480] for width, frame in frames.items()})
    for (width, frame), again in zip(frames.items(), found, strict=True):
        assert frame.shape == (HEIGHT, WIDTH, 3)
        assert not np.array_equal(frame, portrait.frame(width, seconds=1.5))
        assert again.width == pytest.approx(width, rel=0.15)
        assert np.hypot(again.x - WIDTH / 4, again.y - 0.45 * HEIGHT + 100) < 0.2 * width
