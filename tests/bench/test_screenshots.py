"""The README's pictures can be taken anew."""

import cv2

from bench.screenshots import take


def test_all_pictures_show_something(tmp_path):
    take(tmp_path, seconds=2)
    for name, width in {"home": 1000, "student": 1000, "room": 1200, "join": 1280}.items():
        picture = cv2.imread(str(tmp_path / f"{name}.png"))
        assert picture.shape[1] == width
        assert picture.std() > 20
