"""What people say, and how close guesses come to it."""

import pytest

pytest.importorskip("scipy", reason="the training environment is not installed")

import numpy as np

from training.dataset import LABELS, VOTES, Dataset
from training.people import agreement, majority, mixes_of, read_classes, valence_of

MIXES = mixes_of(LABELS)
HAPPY, SAD, NEUTRAL = (LABELS.index(name) for name in ("happy", "sad", "neutral"))


def voted(**choices):
    """One image's votes: how many annotators chose what."""
    return [choices.get(name, 0) for name in ("not_a_face" if v == VOTES[-1] else v for v in VOTES)]


def test_the_majority_is_more_than_half_of_the_votes_of_two_or_more():
    votes = [
        voted(happy=10),
        voted(happy=5, neutral=4, sad=1),  # 5 of 9: the one for sad does not count
        voted(happy=5, neutral=5),  # a tie
        voted(happy=4, neutral=3, sad=3),  # the most, but no majority
        voted(**{name: 1 for name in LABELS}, contempt=1, unknown=1, not_a_face=1),
        voted(contempt=6, neutral=4),
        voted(unknown=8, sad=2),
        voted(not_a_face=10),
        voted(angry=2, fear=1),
        voted(),
    ]
    happy, angry = LABELS.index("happy"), LABELS.index("angry")
    expected = [happy, happy, -1, -1, -1, 7, 8, 9, angry, -1]
    assert majority(np.array(votes, np.uint8)).tolist() == expected


def test_many_votes_do_not_overflow():
    votes = np.array([voted(happy=200, sad=150), voted(happy=150, sad=200)], np.uint8)
    assert majority(votes).tolist() == [LABELS.index("happy"), LABELS.index("sad")]


def faces_of(labels, votes, **about):
    images, splits = np.zeros((len(labels), 48, 48), np.uint8), np.zeros(len(labels), np.uint8)
    return Dataset(images, labels, splits, np.array(votes, np.uint8), **about)


def test_agreement_with_ferplus_counts_the_images_with_a_majority_of_ours():
    votes = [voted(happy=9), voted(sad=6, fear=4), voted(neutral=8), voted(contempt=10)]
    votes += [voted(unknown=10), voted(happy=5, sad=5), voted()]
    labels, guesses = np.array([3, 2, 3, 6, 3, 3, 3]), np.array([3, 4, 3, 6, 3, 3, 3])
    found = agreement(faces_of(labels, votes), guesses)
    # Guesses: all but happy for neutral. Labels: neither fear for sad nor happy for neutral.
    assert found["images"] == 3
    assert (found["accuracy"], found["label"]) == (round(2 / 3, 4), round(1 / 3, 4))
    assert set(found["classes"]) == set(MIXES) and found["classes"]["even"] is None


@pytest.mark.parametrize("votes", [voted(unknown=10), voted(contempt=10)])
def test_without_a_majority_of_ours_there_is_no_agreement(votes):
    assert agreement(faces_of(np.array([3]), [votes]), np.array([3])) is None


@pytest.fixture(scope="module")
def said():
    """A hundred faces of each label."""
    return np.repeat(np.arange(len(LABELS)), 100)


def read(said, guesses, mix):
    return read_classes(said, guesses, LABELS, MIXES[mix])


@pytest.mark.parametrize("mix", MIXES)
def test_who_says_what_people_say_reads_every_class(mix, said):
    assert read(said, said, mix) == {"share_error": 0, "pleasantness": 0}


@pytest.mark.parametrize(
    ("mix", "neutral", "unpleasant"),
    [("as in the data", 1 / 7, 4 / 7), ("60 % neutral", 0.6, 0.15), ("even", 1 / 7, 4 / 7)],
)
def test_errors_are_those_of_the_mix(mix, neutral, unpleasant, said):
    # Whoever looks neutral is taken for sad: as many too many look sad, and too few neutral.
    sadder = np.where(said == NEUTRAL, SAD, said)
    found = read(said, sadder, mix)
    assert found["share_error"] == pytest.approx(neutral, abs=0.01)
    assert found["pleasantness"] == pytest.approx(-neutral, abs=0.01)
    # Everybody is taken for neutral: who is not is missing, and nobody is unhappy, nor happy.
    found = read(said, np.full_like(said, NEUTRAL), mix)
    assert found["share_error"] == pytest.approx(1 - neutral, abs=0.01)
    happy = MIXES[mix][HAPPY] if MIXES[mix] else 1 / 7
    assert found["pleasantness"] == pytest.approx(unpleasant - happy, abs=0.01)


def test_who_is_not_named_leaves_the_shares_to_the_others(said):
    # Half of all faces, of whatever label, are hard to read: the others say what the class is like.
    half = np.where(np.arange(len(said)) % 2, said, -1)
    assert read(said, half, "60 % neutral")["share_error"] < 0.2
    assert abs(read(said, half, "60 % neutral")["pleasantness"]) < 0.01
    nobody = read(said, np.full_like(said, -1), "even")
    assert nobody["share_error"] == pytest.approx(0.5, abs=1e-3)
    assert nobody["pleasantness"] == pytest.approx(3 / 7, abs=0.01)


def test_a_mix_that_asks_for_a_label_that_no_face_has_is_not_read(said):
    happy = said[said == HAPPY]
    assert read(happy, happy, "60 % neutral") is None
    assert read(happy, happy, "as in the data") == {"share_error": 0, "pleasantness": 0}


OWN = ("happy", "bored", "à l'aise")


def test_own_labels_have_mixes_and_a_valence_of_their_own():
    assert mixes_of(OWN) == {"as in the data": None, "even": (1 / 3,) * 3}
    assert valence_of(OWN) == {"happy": 1, "bored": 0, "à l'aise": 0}
    assert valence_of(LABELS) == dict(zip(LABELS, (-1, -1, -1, 1, -1, 0, 0), strict=True))


def test_of_own_labels_the_label_says_what_people_say():
    labels = np.repeat(np.arange(3), 50)
    faces = faces_of(labels, np.zeros((150, 6)), label_names=OWN)
    found = agreement(faces, np.where(labels == 0, 1, labels))  # the happy look bored
    assert (found["images"], found["accuracy"], found["label"]) == (150, 0.6667, 1)
    for reading in found["classes"].values():
        assert reading["share_error"] == pytest.approx(1 / 3, abs=0.01)
        assert reading["pleasantness"] == pytest.approx(-1 / 3, abs=0.01)
