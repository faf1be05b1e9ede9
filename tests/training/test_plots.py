"""What the plots say: their words and lines, read back from the drawing."""

import pytest

pytest.importorskip("matplotlib", reason="the training environment is not installed")

import numpy as np

from training import plots
from training.dataset import LABELS
from training.metrics import calibrate, calibration, measure_labels

TRUE = np.array([0, 1, 2, 3, 4, 5, 6, 3, 3, 3])
SURE = np.eye(7) * 0.6 + 0.4 / 7
GUESSES = [0, 1, 2, 3, 4, 5, 6, 3, 6, 3]


@pytest.fixture(scope="module")
def figures():
    return measure_labels(TRUE, SURE[GUESSES], LABELS)


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def x_of(line):
    return np.asarray(line.get_xdata()).tolist()


def y_of(line):
    return np.asarray(line.get_ydata()).tolist()


def test_each_cell_of_the_confusion_matrix_has_its_count_and_its_share_of_the_row(figures):
    (axes,) = plots.confusion(figures["confusion"], LABELS).axes
    cells = {}
    for text in axes.texts:
        column, row = text.get_position()
        cells.setdefault((round(row), round(column)), []).append(text.get_text())
    assert len(cells) == 49
    happy, neutral = LABELS.index("happy"), LABELS.index("neutral")
    assert cells[happy, happy] == ["3", "75%"] and cells[happy, neutral] == ["1", "25%"]
    assert cells[neutral, neutral] == ["1", "100%"] and cells[neutral, happy] == ["0", "0%"]


def test_a_label_that_no_image_has_is_an_empty_row_and_no_curve():
    figures = measure_labels(np.array([0, 3]), SURE[[0, 0]], LABELS)
    (axes,) = plots.confusion(figures["confusion"], LABELS).axes
    assert [text.get_text() for text in axes.texts].count("0%") == 47
    (axes,) = plots.roc(figures).axes
    assert [words.split(":")[0] for words in legend(axes)] == ["chance", "angry", "happy"]


def test_labels_may_begin_with_what_matplotlib_hides():
    (axes,) = plots.roc(measure_labels(np.array([0, 1]), np.eye(2), ("_calm", "__"))).axes
    assert legend(axes)[1:] == ["_calm: 1.000", "__: 1.000"]


def test_the_legend_of_the_roc_curves_has_their_areas(figures):
    (axes,) = plots.roc(figures).axes
    for name, words in zip(LABELS, legend(axes)[1:], strict=True):
        assert words == f"{name}: {figures['classes'][name]['auc']:.3f}"
    happy = axes.lines[1 + LABELS.index("happy")]
    assert x_of(happy) == figures["roc"]["happy"]["false_positives"]
    assert y_of(happy) == figures["roc"]["happy"]["true_positives"]
    assert len({line.get_color() for line in axes.lines}) == 8


def test_reliability_is_drawn_before_and_after_without_the_empty_bins():
    calibrated = calibrate(SURE[GUESSES], 0.5)
    errors = {"before": calibration(TRUE, SURE[GUESSES]), "after": calibration(TRUE, calibrated)}
    above, below = plots.reliability(errors, 0.5).axes
    _, before, after = above.lines
    assert x_of(before) == [0.6571] and y_of(before) == [0.9]
    assert x_of(after)[0] > 0.9 and y_of(after) == [0.9]
    assert legend(above)[1:] == [
        f"as trained: ECE {errors['before']['error']:.3f}",
        f"at temperature 0.50: {errors['after']['error']:.3f}",
    ]
    assert [patch.get_data().values.sum() for patch in below.patches] == [10, 10]


def test_training_curves_count_epochs_from_one_and_mark_the_weights_that_were_kept():
    known = {"loss": "2", "val_loss": "3", "val_accuracy": "0.4"}
    history = [
        {"epoch": str(n), "val_people": right, **known}
        for n, right in enumerate(["0.5", "0.8", "0.7"])
    ]
    right, loss = plots.training(history, "what people say").axes
    assert y_of(right.lines[0]) == [0.4] * 3
    assert x_of(right.lines[1]) == [1, 2, 3] and y_of(right.lines[1]) == [0.5, 0.8, 0.7]
    assert x_of(right.lines[2]) == [2, 2]
    assert [y_of(line) for line in loss.lines] == [[2, 2, 2], [3, 3, 3]]


def test_mistakes_are_named_by_guess_probability_and_label():
    images = np.arange(5, dtype=np.uint8)[:, None, None] + np.zeros((48, 48), np.uint8)
    figure = plots.mistakes(images, np.array([0, 3, 3, 3, 3]), SURE[[3, 6, 6, 6, 1]], LABELS)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles[0] == "happy 66%\nlabel: angry" and titles[4] == "disgust 66%\nlabel: happy"
    assert titles[5:] == ["", "", ""]
    assert [axes.images[0].get_array().max() for axes in figure.axes[:5]] == [0, 1, 2, 3, 4]


def test_the_comparison_has_a_line_for_each_model_and_the_budget():
    shares = {"PublicTest": [0.7, 0.6], "PrivateTest": [0.69, 0.61]}
    accuracy, time = plots.comparison(["one", "other"], shares, [3.0, 70.0], 10.0).axes
    assert [label.get_text() for label in accuracy.get_yticklabels()] == ["one", "other"]
    assert [x_of(line) for line in accuracy.lines] == [[0.7, 0.6], [0.69, 0.61]]
    assert legend(accuracy) == ["PublicTest", "PrivateTest"]
    assert x_of(time.lines[0]) == [3, 70] and x_of(time.lines[1]) == [10, 10]
    assert accuracy.get_ylim()[0] > accuracy.get_ylim()[1]  # the first is on top


@pytest.mark.parametrize("count", [2, 20])
def test_any_number_of_labels_with_long_names_can_be_read(count):
    names = tuple(f"{'a label of many words ' * 2}{n:02}"[-40:] for n in range(count))
    true = np.repeat(np.arange(count), 2)
    figures = measure_labels(true, np.eye(count)[true], names)
    (axes,) = plots.roc(figures).axes
    looks = {(line.get_color(), line.get_linestyle()) for line in axes.lines[1:]}
    assert len(looks) == count
    assert [" ".join(words.split()) for words in legend(axes)[1:]] == [
        f"{' '.join(name.split())}: 1.000" for name in names
    ]
    figure = plots.confusion(figures["confusion"], names)
    figure.draw_without_rendering()
    (axes,) = figure.axes
    cell = axes.get_window_extent().width / count
    widest = max(text.get_window_extent().width for text in axes.texts)
    assert len(axes.texts) == 2 * count**2 and widest < cell
    assert max(len(line) for name in axes.get_yticklabels() for line in lines(name)) <= 20
    mistakes = plots.mistakes(
        np.zeros((2, 48, 48), np.uint8), true[:2], np.eye(count)[[1, 1]], names
    )
    assert max(len(line) for line in mistakes.axes[0].get_title(loc="left").split("\n")) <= 22


def lines(text):
    return text.get_text().split("\n")
