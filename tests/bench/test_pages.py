"""The benchmark of the pages works; the scores are not looked at here."""

from bench.pages import bench_pages


def test_a_page_gets_its_scores_on_each_device():
    *_, phone, laptop = bench_pages(["home"], runs=1).strip().splitlines()
    assert phone.startswith("| home | phone | ") and laptop.startswith("| home | laptop | ")
