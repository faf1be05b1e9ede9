"""The README's pictures can be taken anew."""

import cv2

from bench.screenshots import take


def test_both_pictures_show_something(tmp_path):
    take(tmp_path, seconds=2)
    for name, (width, height) in {"student": (1000, 960), "room": (1200, 900)}.items():
        picture = cv2.imread(str(tmp_path / f"{name}.png"))
        assert picture.shape == (height, width, 3)
        assert picture.std() > 20
