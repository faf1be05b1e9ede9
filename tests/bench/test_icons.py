"""The installed app's icons can be drawn anew."""

import cv2

from bench.icons import draw


def test_every_icon_has_its_size(browser, tmp_path):
    draw(tmp_path)
    for name, side in {"192": 192, "512": 512, "maskable": 512}.items():
        picture = cv2.imread(str(tmp_path / f"{name}.png"))
        assert picture.shape == (side, side, 3) and picture.std() > 20
