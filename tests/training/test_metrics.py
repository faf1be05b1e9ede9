"""Every figure against a small case that was worked out by hand."""

import json
import warnings

import pytest

pytest.importorskip("scipy", reason="the training environment is not installed")

import numpy as np

from training.dataset import LABELS, VOTES, Dataset
from training.metrics import (
    BINS,
    Settings,
    calibrate,
    calibration,
    confident_mistakes,
    fit,
    fit_temperature,
    least_sure,
    measure,
    measure_labels,
    measure_people,
    roc_curves,
)

# One of three happy faces is taken for neutral, and one of two neutral for happy.
TRUE = np.array([0, 1, 2, 3, 4, 5, 6, 3, 3, 6])
GUESSES = [0, 1, 2, 3, 4, 5, 6, 3, 6, 3]
SURE = np.eye(7) * 0.6 + 0.4 / 7  # a row for each guess: 0.657 for it, 0.057 for each other


def told(true, probabilities):
    return measure_labels(true, probabilities, LABELS)


@pytest.fixture(scope="module")
def figures():
    return told(TRUE, SURE[GUESSES])


def test_accuracy_f1_and_confusion_are_those_worked_out_by_hand(figures):
    assert figures["images"] == 10
    assert figures["accuracy"] == 0.8
    # F1 = 2 TP / (2 TP + FP + FN): 1 for five labels, 4 / 6 for happy and 2 / 4 for neutral.
    assert figures["macro_f1"] == round((5 + 4 / 6 + 2 / 4) / 7, 4)
    expected = np.eye(7, dtype=int)
    expected[3, 3], expected[3, 6] = 2, 1  # rows are the true labels
    expected[6, 6], expected[6, 3] = 1, 1
    assert figures["confusion"] == expected.tolist()


def test_precision_and_recall_are_told_apart():
    figures = told(np.array([3, 3, 3, 6, 6]), SURE[[3, 3, 6, 6, 6]])
    assert list(figures["classes"]) == list(LABELS)
    happy, neutral = figures["classes"]["happy"], figures["classes"]["neutral"]
    assert (happy["precision"], happy["recall"], happy["support"]) == (1, 0.6667, 3)
    assert (neutral["precision"], neutral["recall"], neutral["support"]) == (0.6667, 1, 2)
    assert happy["f1"] == neutral["f1"] == 0.8


def test_a_label_that_no_image_has_lacks_figures_and_brings_no_warning():
    true, guesses = np.array([0, 0, 3, 3]), [0, 1, 3, 3]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figures = told(true, SURE[guesses])
    none = {"precision": None, "recall": None, "f1": None, "auc": None, "support": 0}
    assert figures["classes"]["sad"] == none
    # Guessed once though no image has it: wrong whenever it was guessed.
    assert figures["classes"]["disgust"] == none | {"precision": 0, "f1": 0}
    assert figures["macro_f1"] == round((2 / 3 + 0 + 1) / 3, 4)
    assert figures["macro_auc"] == round((0.75 + 1) / 2, 4)
    assert figures["roc"]["sad"] is None
    assert np.sum(figures["confusion"]) == 4 and np.shape(figures["confusion"]) == (7, 7)


def test_a_split_of_one_label_has_no_roc_and_brings_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figures = told(np.array([2, 2]), SURE[[2, 3]])
    assert figures["macro_auc"] is None and set(figures["roc"].values()) == {None}
    assert figures["classes"]["fear"]["auc"] is None and figures["accuracy"] == 0.5


def test_the_roc_curve_goes_through_the_corners_worked_out_by_hand():
    # Happy with 0.9, 0.6 and 0.3; others with 0.7, 0.5, 0.2 and 0.1: of the 12 pairs of a happy
    # and another face, the happy one has more in 4 + 3 + 2.
    happy = np.array([0.9, 0.7, 0.6, 0.5, 0.3, 0.2, 0.1])
    probabilities = np.repeat((1 - happy[:, None]) / 6, 7, axis=1)
    probabilities[:, 3] = happy
    true = np.array([3, 0, 3, 1, 3, 2, 4])
    across, up = roc_curves(true, probabilities)[3]
    corners = [(0, 0), (0, 1 / 3), (1 / 4, 1 / 3), (1 / 4, 2 / 3), (1 / 2, 2 / 3), (1 / 2, 1)]
    np.testing.assert_allclose(list(zip(across, up, strict=True)), [*corners, (1, 1)])
    assert told(true, probabilities)["classes"]["happy"]["auc"] == 0.75


def test_macro_auc_is_the_mean_over_the_labels(figures):
    areas = [each["auc"] for each in figures["classes"].values()]
    # Happy: 3 and 7 faces; two of three have more than six of seven and as much as one.
    assert areas[3] == round((2 * 6.5 + 6 / 2) / 21, 4)
    assert areas[:3] == [1, 1, 1]
    assert figures["macro_auc"] == pytest.approx(np.mean(areas), abs=1e-4)


def top(*shares):
    """Rows whose highest probability is the first label's."""
    return np.array([[share, *[(1 - share) / 6] * 6] for share in shares])


def test_the_calibration_error_is_the_one_worked_out_by_hand():
    # Bins are a fifteenth wide: 0.61 and 0.65 share one (0.6 to 0.667), 0.95 and 0.99 another.
    probabilities, true = top(0.61, 0.65, 0.95, 0.99, 0.3), np.array([0, 1, 0, 0, 1])
    found = calibration(true, probabilities)
    bins = [abs(0.5 - 0.63) * 2, abs(1 - 0.97) * 2, abs(0 - 0.3)]
    assert found["error"] == round(sum(bins) / 5, 4)
    images, confidence, accuracy = [0] * BINS, [None] * BINS, [None] * BINS
    images[9], images[14], images[4] = 2, 2, 1
    confidence[9], confidence[14], confidence[4] = 0.63, 0.97, 0.3
    accuracy[9], accuracy[14], accuracy[4] = 0.5, 1, 0
    expected = {"images": images, "confidence": confidence, "accuracy": accuracy}
    assert {name: found[name] for name in expected} == expected


def test_a_bin_holds_its_upper_edge_and_certainty_falls_into_the_last():
    found = calibration(np.zeros(3, int), top(3 / 15, 9 / 15, 1.0).astype(np.float64))
    assert [index for index, images in enumerate(found["images"]) if images] == [2, 8, 14]


def test_guesses_as_often_right_as_they_claim_are_calibrated():
    found = calibration(np.array([0] * 9 + [1]), top(*[0.9] * 10))
    assert found["error"] == 0


def sharpened(temperature, images=40_000):
    """Labels drawn from random probabilities, and those probabilities sharpened by a power."""
    rng = np.random.default_rng(3)
    fair = rng.dirichlet(np.ones(7), images)
    labels = (rng.random((images, 1)) > fair.cumsum(axis=1)).sum(axis=1)
    powers = fair**temperature  # which is what logits times the temperature give
    return labels, powers / powers.sum(axis=1, keepdims=True), fair


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_the_temperature_that_sharpened_probabilities_is_found_again(temperature):
    labels, probabilities, fair = sharpened(temperature)
    found = fit_temperature(labels, probabilities)
    assert found == pytest.approx(temperature, rel=0.03)
    np.testing.assert_allclose(calibrate(probabilities, temperature), fair, atol=1e-4)
    after = calibration(labels, calibrate(probabilities, found))["error"]
    assert after < 0.015
    if temperature != 1:
        assert calibration(labels, probabilities)["error"] > 5 * after


def test_vague_guesses_are_left_out_if_they_are_wrong():
    # Of a hundred images, thirty are guessed at random, and the others rightly.
    labels = np.arange(100) % 7
    guesses = np.where(np.arange(100) < 30, np.random.default_rng(0).permutation(labels), labels)
    probabilities = np.full((100, 7), 0.04)
    probabilities[np.arange(100), guesses] = 0.76
    probabilities[:30] = (probabilities[:30] + 0.14) / 1.98  # 0.45 for the guess
    assert 0.45 < least_sure(labels, probabilities) <= 0.76


def test_vague_guesses_are_named_if_a_class_would_look_otherwise_without_them():
    # All guesses are right, and sadness is vague: without it, nobody would look sad.
    labels = np.arange(90) % 3
    probabilities = np.full((90, 7), 0.02)
    probabilities[np.arange(90), labels] = 0.88
    probabilities[labels == 2] = (probabilities[labels == 2] + 0.35) / 3.45  # 0.36
    assert least_sure(labels, probabilities) == 0.35


def test_a_class_in_which_nobody_is_named_is_wholly_wrong():
    # Always happy, with 0.4: wrong for all but one in seven, and still better than no word at all.
    probabilities = np.full((70, 7), 0.1)
    probabilities[:, LABELS.index("happy")] = 0.4
    assert least_sure(np.arange(70) % 7, probabilities) == 0.4


def test_probabilities_that_were_rounded_to_zero_and_one_have_a_temperature():
    probabilities = np.eye(7, dtype=np.float32)[[0, 1, 2, 3]]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = fit_temperature(np.array([0, 1, 2, 4]), probabilities)
        calibrated = calibrate(probabilities, found)
    assert found > 5 and np.isfinite(calibrated).all() and calibrated.max() < 0.9
    np.testing.assert_allclose(calibrated.sum(axis=1), 1)


def people_of(probabilities):
    """Probabilities of our labels as those of VOTES: nobody is none of them."""
    return np.pad(probabilities, ((0, 0), (0, len(VOTES) - len(LABELS))))


def voted_as(labels):
    """Faces of which ten of ten say their label."""
    votes = np.zeros((len(labels), len(VOTES)), np.uint8)
    votes[np.arange(len(labels)), labels] = 10
    return Dataset(np.zeros((len(labels), 48, 48), np.uint8), labels, labels * 0 + 1, votes)


def test_measures_before_and_after_the_temperature_stand_side_by_side():
    labels, probabilities, _ = sharpened(2.5, images=2000)
    settings = Settings(0.0, [1.0] * len(VOTES), 2.5)
    figures = measure_people(voted_as(labels), people_of(probabilities), settings)
    before, after = (figures["calibration"][when]["error"] for when in ("before", "after"))
    assert before == calibration(labels, probabilities)["error"]
    expected = calibration(labels, calibrate(probabilities, 2.5))["error"]
    assert after == pytest.approx(expected, abs=1e-3)
    right = round((probabilities.argmax(axis=1) == labels).mean(), 4)
    assert figures["people"]["accuracy"] == right


def test_settings_are_found_for_what_a_model_was_taught_too_much_of():
    # It takes faces for neutral, which is what it saw most of, and is too sure of itself.
    labels, sharp, _ = sharpened(2.0, images=20_000)
    shares = np.array([*[0.1] * 6, 0.4, 0, 0, 0])
    taught = sharp * shares[: len(LABELS)]
    people = people_of(taught / taught.sum(axis=1, keepdims=True))
    both = np.hstack([people, sharp])
    faces = voted_as(labels)
    found = fit(faces, [both], shares)
    assert found.exponent > 0.2 and found.temperature == pytest.approx(2, rel=0.15)
    np.testing.assert_allclose(found.apply(people).sum(axis=1), 1)
    as_it_is = measure(faces, both, Settings(0.0, [1.0] * len(VOTES), 1.0))
    better = measure(faces, both, found)
    assert better["people"]["accuracy"] > as_it_is["people"]["accuracy"] + 0.01
    assert better["calibration"]["after"]["error"] < as_it_is["calibration"]["before"]["error"] / 2
    assert better["accuracy"] == as_it_is["accuracy"]  # the other head is left as it is


def test_settings_are_those_of_all_looks_at_the_faces():
    labels, sharp, _ = sharpened(2.0, images=20_000)
    shares = np.array([*[0.1] * 6, 0.4, 0, 0, 0])
    taught = sharp * shares[: len(LABELS)]
    taught /= taught.sum(axis=1, keepdims=True)
    faces = voted_as(labels)
    plain, partial = (np.hstack([people_of(each), sharp]) for each in (sharp, taught))
    found = fit(faces, [plain, partial], shares)
    assert found.exponent < fit(faces, [partial], shares).exponent
    assert found == fit(faces, [partial, plain], shares)
    assert found == fit(faces, [partial, plain, plain, partial], shares)


def test_of_faces_of_which_nobody_says_a_label_nothing_is_measured():
    votes = np.zeros((2, len(VOTES)), np.uint8)
    votes[:, -1] = 10
    faces = Dataset(np.zeros((2, 48, 48), np.uint8), TRUE[:2], TRUE[:2] * 0, votes)
    settings = fit(faces, [np.full((2, 17), 0.1)], np.zeros(10))
    assert settings == (0.0, [1.0] * len(VOTES), 1.0)
    figures = measure_people(faces, np.full((2, 10), 0.1), settings)
    assert figures == {"people": None, "calibration": None}


def test_figures_can_be_written_as_json(figures):
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures


def test_mistakes_come_with_the_surest_first():
    true = np.array([0, 1, 1, 0, 2, 1])
    probabilities = top(0.99, 0.7, 0.9, 0.95, 0.8, 0.75)
    assert confident_mistakes(true, probabilities, 10).tolist() == [2, 4, 5, 1]
    assert confident_mistakes(true, probabilities, 2).tolist() == [2, 4]
    assert confident_mistakes(true[:1], probabilities[:1], 2).tolist() == []
