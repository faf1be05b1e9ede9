"""FER-2013 in each of its forms, whole and damaged."""

import csv
import os
import signal
import subprocess
import sys
import tarfile
from types import SimpleNamespace
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

pytest.importorskip("tensorflow", reason="the training environment is not installed")

import cv2
import numpy as np

from tests.training.conftest import ROOT, SHARED_DATA, assert_same, write_zip
from training.dataset import LABELS, SPLITS, Dataset

VOTED = "neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\n"
VOTE_HEADER, ROW_HEADER = f"path,{VOTED}", f"Usage,Image name,{VOTED}"


def tar_of(suffix, mode):
    def pack(sources, to):
        with tarfile.open(to / f"fer2013{suffix}", mode) as archive:
            archive.add(sources.csv, "fer2013/fer2013.csv")
        return to / f"fer2013{suffix}"

    return pack


def with_blanks(sources):
    """The CSV as Kaggle has it today: other columns first, and a blank after each comma."""
    with sources.csv.open() as file:
        rows = [f"{emotion}, {usage}, {pixels}" for emotion, pixels, usage in csv.reader(file)]
    return "\n".join(rows) + "\n"


def kaggles_competition(sources, to):
    """Its archive, in which only one of the tables has what it takes."""
    others = {"train.csv": "emotion,pixels\n0,1 2\n", "test.csv": "pixels\n1 2\n"}
    files = others | {"icml_face_data.csv": with_blanks(sources), "submission.csv": "id,label\n"}
    write_zip(to / "all.zip", files)
    return to / "all.zip"


def linked(sources, to):
    """A folder of links to folders and to files, one of which leads back up."""
    (to / "linked/test").mkdir(parents=True)
    (to / "linked/train").symlink_to(sources.folder / "train")
    for folder in (sources.folder / "test").iterdir():
        (to / "linked/test" / folder.name).mkdir()
        for file in folder.iterdir():
            (to / "linked/test" / folder.name / file.name).symlink_to(file)
    (to / "linked/test/all").symlink_to(to / "linked")
    return to / "linked"


def renamed(**folders):
    """The image form with other names of the folders train and test."""

    def write(sources, to):
        for path, content in sources.files.items():
            kind, rest = path.split("/", 1)
            file = to / "renamed" / folders[kind] / rest
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        return to / "renamed"

    return write


def write_csv(name):
    def write(sources, to):
        (to / "icml").mkdir()
        (to / "icml" / name).write_text(with_blanks(sources))
        return to / "icml" / name

    return write


FORMS = {
    "a zip": lambda sources, to: sources.zip,
    "a folder": lambda sources, to: sources.folder,
    "fer2013.csv": lambda sources, to: sources.csv,
    "icml_face_data.csv": write_csv("icml_face_data.csv"),
    "a folder with the CSV": lambda sources, to: write_csv("data.CSV")(sources, to).parent,
    "fer2013.tar.gz": tar_of(".tar.gz", "w:gz"),
    "fer2013.tgz": tar_of(".tgz", "w:gz"),
    "fer2013.tar": tar_of(".tar", "w"),
    "Kaggle's competition": kaggles_competition,
    "links": linked,
    "images/train and images/validation": renamed(train="images/train", test="images/validation"),
    "Train and TEST": renamed(train="Train", test="TEST"),
    "Training and val": renamed(train="a/Training", test="b/val"),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_faces(form, sources, faces, cli, tmp_path):
    target = tmp_path / "new folder" / "fer2013.npz"
    outcome = cli("prepare", "--source", FORMS[form](sources, tmp_path), "--data", target)
    assert (outcome.status, outcome.err) == (0, "")
    data = Dataset.load(target)
    assert data.images.dtype == np.uint8 and data.images.shape == (len(faces), 48, 48)
    assert (data.name, data.label_names) == ("FER-2013", LABELS)
    assert by_content(data) == sorted((f.pixels.tobytes(), f.label, f.split) for f in faces)
    assert [file.name for file in target.parent.iterdir()] == [target.name]


@pytest.mark.parametrize("form", ["zip", "folder", "csv"])
def test_faces_come_in_the_order_of_their_paths_or_rows(form, sources, faces, cli, tmp_path):
    target = tmp_path / "fer2013.npz"
    assert cli("prepare", "--source", getattr(sources, form), "--data", target).status == 0
    expected = Dataset(
        np.stack([face.pixels for face in faces]),
        np.array([face.label for face in faces]),
        np.array([SPLITS.index(face.split) for face in faces]),
        np.zeros((len(faces), 10)),
    )
    assert_same(Dataset.load(target), expected)


def by_content(data):
    """Each face with its label and split, in an order that no file names decide."""
    splits = [SPLITS[split] for split in data.splits]
    return sorted(zip((i.tobytes() for i in data.images), data.labels, splits, strict=True))


def prepared(cli, source, tmp_path, *options):
    """What a folder of these files becomes, and what is said after the table."""
    target = tmp_path / "prepared.npz"
    outcome = cli("prepare", "--source", source, "--data", target, *options)
    assert (outcome.status, outcome.err) == (0, "")
    data = Dataset.load(target)
    return data, outcome.out.splitlines()[len(data.label_names) + 2 : -1]


def write_files(folder, files):
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_folders_of_all_three_splits_are_told_by_their_names(sources, faces, cli, tmp_path):
    for names in (
        {"Training": "train", "PublicTest": "valid", "PrivateTest": "test"},
        {split: split for split in SPLITS},
    ):
        files = {
            f"{names[face.split]}/{LABELS[face.label]}/{number}.png": sources.files[face.path]
            for number, face in enumerate(faces)
        }
        source = write_files(tmp_path / names["Training"], files)
        data, _ = prepared(cli, source, tmp_path)
        assert by_content(data) == sorted((f.pixels.tobytes(), f.label, f.split) for f in faces)


def test_labels_may_have_other_usual_names(sources, faces, cli, tmp_path):
    names = {"angry": "Anger", "disgust": "DISGUSTED", "fear": "fearful", "happy": "Happiness"}
    names |= {"sad": "sadness ", "surprise": "Surprised", "neutral": "Neutral"}
    files = {}
    for path, content in sources.files.items():
        split, label, name = path.split("/")
        files[f"{split}/{names[label]}/{name}"] = content
    data, _ = prepared(cli, write_files(tmp_path / "data", files), tmp_path)
    assert by_content(data) == sorted((f.pixels.tobytes(), f.label, f.split) for f in faces)


def test_test_images_without_a_split_are_divided_in_halves(sources, faces, cli, tmp_path):
    files = {path.replace("lic", "").replace("vate", ""): f for path, f in sources.files.items()}
    twice = files["test/sad/PubTest_0.png"]
    files |= {"test/sad/0.png": twice, "test/sad/1.png": twice}
    data, said = prepared(cli, write_files(tmp_path / "data", files), tmp_path)
    (line,) = [line for line in said if "half" in line]
    assert "no test file's name tells its split" in line
    counts = data.counts()
    assert counts[:, 0].tolist() == [20 + label for label in range(7)]
    halves = counts[[label for label in range(7) if label != LABELS.index("sad")], 1:]
    assert (halves.sum(axis=1) == 5).all() and halves.min() == 2
    (same,) = np.flatnonzero((data.images == read(twice)).all(axis=(1, 2))).reshape(1, -1)
    assert len(same) == 3 and len(set(data.splits[same])) == 1

    again = {f"test/{path.split('/')[1]}/{n}.png": f for n, (path, f) in enumerate(files.items())}
    files = {path: file for path, file in files.items() if path.startswith("train/")}
    files |= {path: file for path, file in again.items() if file not in files.values()}
    renamed, _ = prepared(cli, write_files(tmp_path / "renamed", files), tmp_path)
    assert by_content(renamed) == by_content(data)


def test_a_test_folder_alone_has_nothing_to_learn_from(sources, earlier, cli, tmp_path):
    files = {f"test/{'/'.join(path.split('/')[1:])}": f for path, f in sources.files.items()}
    files = {path.replace("_", "-"): file for path, file in files.items()}
    options = ("--source", write_files(tmp_path / "test only", files), "--data", earlier[0])
    message = "has an empty class: no Training images of angry, disgust"
    assert_one_line_and_nothing_changed(cli("prepare", *options), message, *earlier)


def test_an_archive_unpacked_into_itself_counts_once(sources, data, cli, tmp_path):
    files = sources.files | {f"fer2013/{path}": file for path, file in sources.files.items()}
    other = {"copy/train/sad/Training_0.png": sources.files["train/sad/Training_1.png"]}
    found, said = prepared(cli, write_files(tmp_path / "data", files | other), tmp_path)
    assert len(found.images) == len(data.images) + 1  # of the same name, but another picture
    assert f"left aside: {len(data.images)} there twice" in said


def test_what_is_left_aside_is_said_in_one_line(sources, data, cli, tmp_path):
    others = {
        "train/sad/1.gif": b"GIF",
        "train/sad/2.GIF": b"GIF",
        "extra/sad/1.png": b"not looked at",
        "LICENSE": b"free",
        "train/sad/.DS_Store": b"nobody asks for it",
    }
    found, said = prepared(cli, write_files(tmp_path / "data", sources.files | others), tmp_path)
    assert_same(found, data)
    (line,) = [line for line in said if line.startswith("left aside")]
    parts = line.removeprefix("left aside: ").split(", ")
    assert sorted(parts) == ["1 in other folders", "1 without a type", "2 .gif"]


@pytest.mark.parametrize("suffix", [".webp", ".bmp", ".PNG", ".jpeg"])
def test_images_may_be_of_other_types_and_in_colour(suffix, sources, data, cli, tmp_path):
    path, *_ = sources.files
    colours = cv2.applyColorMap(data.images[0], cv2.COLORMAP_BONE)
    whole = [cv2.IMWRITE_WEBP_QUALITY, 101] if suffix == ".webp" else []
    content = cv2.imencode(suffix.lower(), colours, whole)[1].tobytes()
    files = sources.files | {path.replace(".png", suffix): content}
    if suffix != ".PNG":
        del files[path]
    found, _ = prepared(cli, write_files(tmp_path / "data", files), tmp_path)
    grey = cv2.cvtColor(colours, cv2.COLOR_BGR2GRAY).astype(int)
    assert np.abs(found.images[0] - grey).max() <= (9 if suffix == ".jpeg" else 1)
    np.testing.assert_array_equal(found.images[-100:], data.images[-100:])


def read(png):
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)


def test_the_table_counts_labels_and_splits(sources, cli, tmp_path):
    outcome = cli("prepare", "--source", sources.zip, "--data", tmp_path / "fer2013.npz")
    lines = [line.split() for line in outcome.out.splitlines()]
    assert lines[0] == list(SPLITS)
    assert lines[1:8] == [[name, str(20 + n), "3", "2"] for n, name in enumerate(LABELS)]
    assert lines[8] == ["all", "161", "21", "14"]
    assert outcome.out.splitlines()[9:] == [
        "not FER-2013 as it was published: that has 28,709 / 3,589 / 3,589",
        "FER+ votes for 0 of 196 images",
        "0 images are identical to another one, pixel for pixel",
        "0 of PublicTest and 0 of PrivateTest are also in Training",
        "0 identical images have different labels",
        f"written to {tmp_path / 'fer2013.npz'}",
    ]


def test_identical_images_are_counted(sources, cli, tmp_path):
    files = sources.files
    again = {
        "test/sad/PublicTest_8.png": files["train/sad/Training_1.png"],
        "test/sad/PublicTest_9.png": files["train/sad/Training_1.png"],
        "test/fear/PrivateTest_9.png": files["train/sad/Training_2.png"],
        "train/happy/Training_99.png": files["train/happy/Training_1.png"],
        "test/angry/PrivateTest_9.png": files["test/angry/PublicTest_1.png"],
    }
    write_zip(tmp_path / "fer2013.zip", files | again)
    source, target = tmp_path / "fer2013.zip", tmp_path / "fer2013.npz"
    outcome = cli("prepare", "--source", source, "--data", target)
    assert outcome.out.splitlines()[-4:-1] == [
        "9 images are identical to another one, pixel for pixel",
        "2 of PublicTest and 1 of PrivateTest are also in Training",
        "2 identical images have different labels",
    ]


@pytest.mark.parametrize("prefix", ["archive/", "archive/fer2013/"])
def test_leading_folders_and_other_files_in_the_zip_do_not_matter(
    prefix, sources, data, cli, tmp_path
):
    source, target = tmp_path / "archive.zip", tmp_path / "fer2013.npz"
    others = {
        "README.md": b"# FER-2013",
        "icml_face_data.csv": b"emotion,pixels",
        f"{prefix}train/angry/Thumbs.db": b"windows",
        f"__MACOSX/{prefix}train/angry/._Training_0.png": b"mac",
    }
    write_zip(source, others | {prefix + name: file for name, file in sources.files.items()})
    assert cli("prepare", "--source", source, "--data", target).status == 0
    assert_same(Dataset.load(target), data)


def test_jpegs_are_read_as_grey(sources, faces, data, cli, tmp_path):
    face, target = faces[0], tmp_path / "fer2013.npz"
    content = cv2.imencode(".jpg", face.pixels, [cv2.IMWRITE_JPEG_QUALITY, 100])[1].tobytes()
    others = {path: file for path, file in sources.files.items() if path != face.path}
    write_zip(tmp_path / "fer2013.zip", others | {face.path.replace(".png", ".jpg"): content})
    assert cli("prepare", "--source", tmp_path / "fer2013.zip", "--data", target).status == 0
    images = Dataset.load(target).images
    assert np.abs(images[0].astype(int) - face.pixels).max() <= 3
    np.testing.assert_array_equal(images[1:], data.images[1:])


@pytest.mark.parametrize("form", ["zip", "folder"])
def test_votes_are_joined_by_path_in_the_order_of_our_labels(form, sources, faces, cli, tmp_path):
    votes, target = tmp_path / "votes.csv", tmp_path / "fer2013.npz"
    votes.write_text(
        VOTE_HEADER
        + f"{faces[3].path},1,2,3,4,5,6,7,8,9,10\n"
        + f"{faces[90].path},0,0,0,0,0,0,0,9,1,0\n"  # nothing that is one of our labels
        + "train/happy/in_no_data_set.png,9,9,9,9,9,9,9,9,9,9\n"
    )
    source = getattr(sources, form)
    outcome = cli("prepare", "--source", source, "--votes", votes, "--data", target)
    assert (outcome.status, outcome.err) == (0, "")
    assert f"FER+ votes for 2 of {len(faces)} images" in outcome.out
    expected = np.zeros((len(faces), 10), int)
    # angry, disgust, fear, happy, sad, surprise, neutral; contempt, unknown, not a face
    expected[3] = [5, 6, 7, 2, 4, 3, 1, 8, 9, 10]
    expected[90] = [0, 0, 0, 0, 0, 0, 0, 9, 1, 0]
    np.testing.assert_array_equal(Dataset.load(target).votes, expected)


def fer2013new(faces):
    """Microsoft's file for these faces: the votes of a row tell its number, two have no name."""
    lines = [ROW_HEADER]
    for number, face in enumerate(faces):
        name = "" if number in {5, 6} else f"fer{number:07}.png"
        votes = "0,0,0,0,0,0,0,0,0,10" if number == 5 else f"{number},0,0,1,0,0,0,0,0,0"
        lines.append(f"{face.split},{name},{votes}\n")
    return lines


def test_votes_of_microsofts_file_are_joined_row_by_row(sources, faces, cli, tmp_path):
    votes, target = tmp_path / "fer2013new.csv", tmp_path / "fer2013.npz"
    votes.write_text("".join(fer2013new(faces)))
    outcome = cli("prepare", "--source", sources.csv, "--votes", votes, "--data", target)
    assert (outcome.status, outcome.err) == (0, "")
    assert f"FER+ votes for {len(faces)} of {len(faces)} images" in outcome.out
    expected = np.zeros((len(faces), 10), int)
    expected[:, LABELS.index("neutral")] = range(len(faces))
    expected[:, LABELS.index("sad")] = 1
    expected[5] = [0] * 9 + [10]
    np.testing.assert_array_equal(Dataset.load(target).votes, expected)


def with_line(number, old, new):
    """Microsoft's file with something else in the line of that number."""

    def spoil(lines):
        assert old in lines[number - 1]
        lines[number - 1] = lines[number - 1].replace(old, new)
        return lines

    return spoil


BAD_ROWS = {
    "are one too few": (lambda lines: lines[:-1], "has 195 rows, but fer2013.csv 196"),
    "are one too many": (lambda lines: [*lines, lines[-1]], "has 197 rows, but fer2013.csv 196"),
    "are none": (lambda lines: lines[:1], "has no rows"),
    "have another Usage": (
        with_line(12, "PrivateTest", "PublicTest"),
        "line 12: Usage 'PublicTest', but fer2013.csv has 'PrivateTest' there",
    ),
    "are words": (with_line(12, ",10,", ",ten,"), "line 12: votes are not whole numbers"),
    "lack a column": (with_line(1, "NF", "FN"), "lacks the columns NF"),
}


@pytest.mark.parametrize("wrong", BAD_ROWS)
def test_rows_of_votes_that_do_not_fit_are_one_clear_line_and_change_nothing(
    wrong, sources, faces, earlier, cli, tmp_path
):
    spoil, message = BAD_ROWS[wrong]
    votes = tmp_path / "fer2013new.csv"
    votes.write_text("".join(spoil(fer2013new(faces))))
    outcome = cli("prepare", "--source", sources.csv, "--votes", votes, "--data", earlier[0])
    assert_one_line_and_nothing_changed(outcome, message, *earlier)
    assert "fer2013new.csv" in outcome.err


@pytest.mark.parametrize("form", ["zip", "folder"])
def test_microsofts_file_needs_fer2013_csv(form, sources, faces, earlier, cli, tmp_path):
    votes = tmp_path / "fer2013new.csv"
    votes.write_text("".join(fer2013new(faces)))
    source = getattr(sources, form)
    outcome = cli("prepare", "--source", source, "--votes", votes, "--data", earlier[0])
    assert_one_line_and_nothing_changed(
        outcome, "counts the rows of fer2013.csv: give that with --rows", *earlier
    )


@pytest.fixture
def shuffled(sources, faces, tmp_path):
    """fer2013.csv in another order than the files, and votes for its rows.

    The first picture is there three times: with another label, and in another split.
    """
    first, *others = np.random.default_rng(3).permutation(len(faces)).tolist()
    rows = [faces[number] for number in (first, *others)]
    again = rows[0]
    elsewhere = next(split for split in SPLITS if split != again.split)
    rows += [again._replace(label=(again.label + 1) % 7), again._replace(split=elsewhere)]
    lines = [f"{f.label},{' '.join(map(str, f.pixels.ravel()))},{f.split}\n" for f in rows]
    (tmp_path / "fer2013.csv").write_text("".join(["emotion,pixels,Usage\n", *lines]))
    (tmp_path / "fer2013new.csv").write_text("".join(fer2013new(rows)))
    files = dict(sources.files)
    for row in rows[-2:]:
        folder = "train" if row.split == "Training" else "test"
        files[f"{folder}/{LABELS[row.label]}/{row.split}_x.png"] = sources.files[again.path]
    return SimpleNamespace(
        rows=rows, files=files, csv=tmp_path / "fer2013.csv", votes=tmp_path / "fer2013new.csv"
    )


@pytest.mark.parametrize("quality", [None, 95, 50])
def test_votes_by_row_find_their_images_by_what_these_show(quality, shuffled, faces, cli, tmp_path):
    files = shuffled.files
    if quality:  # as Kaggle has them: JPEG has changed the pixels
        level = [cv2.IMWRITE_JPEG_QUALITY, quality]
        files = {
            path.replace(".png", ".jpg"): cv2.imencode(".jpg", read(png), level)[1].tobytes()
            for path, png in files.items()
        }
    nowhere = image(48, 48)
    source = write_files(tmp_path / "data", files | {"train/sad/none.png": nowhere})
    options = ("--votes", shuffled.votes, "--rows", shuffled.csv)
    data, said = prepared(cli, source, tmp_path, *options)
    by_row, _ = prepared(cli, shuffled.csv, tmp_path, "--votes", shuffled.votes)
    unknown = (data.images == read(nowhere)).all(axis=(1, 2))
    assert unknown.sum() == 1 and not data.votes[unknown].any()
    assert f"FER+ votes for {len(faces) + 2} of {len(faces) + 3} images" in said

    # The votes tell the row: its label and split have to be those of the image.
    assert sorted(data.votes[~unknown].tolist()) == sorted(by_row.votes.tolist())
    rows = {tuple(votes): row for row, votes in enumerate(by_row.votes.tolist())}
    for face in np.flatnonzero(~unknown):
        row = rows[tuple(data.votes[face].tolist())]
        assert (data.labels[face], data.splits[face]) == (by_row.labels[row], by_row.splits[row])
        off = data.images[face].astype(int) - by_row.images[row]
        assert np.sqrt(np.mean(off**2)) < (12 if quality else 0.01)


def test_rows_may_be_packed_and_without_votes_they_are_one_clear_line(
    shuffled, earlier, sources, cli, tmp_path
):
    packed = kaggles_competition(SimpleNamespace(csv=shuffled.csv), tmp_path)
    data, _ = prepared(cli, sources.zip, tmp_path, "--votes", shuffled.votes, "--rows", packed)
    assert data.votes.any(axis=1).all()
    for rows, votes, message in (
        (packed, (), "--rows is what --votes count"),
        (sources.zip, ("--votes", shuffled.votes), "fer2013.zip holds no CSV with the columns"),
        (tmp_path / "no.csv", ("--votes", shuffled.votes), "no.csv is not a readable CSV"),
        (sources.csv, ("--votes", shuffled.votes), "has 198 rows, but fer2013.csv 196"),
    ):
        options = ("--source", sources.folder, "--rows", rows, *votes, "--data", earlier[0])
        assert_one_line_and_nothing_changed(cli("prepare", *options), message, *earlier)


def test_rows_of_other_pictures_are_one_clear_line(shuffled, earlier, cli, tmp_path):
    paths = [f"{split}/{label}/PublicTest_1.png" for split in ("train", "test") for label in LABELS]
    files = {path: image_of(40 * number) for number, path in enumerate(paths)}
    options = ("--votes", shuffled.votes, "--rows", shuffled.csv, "--data", earlier[0])
    outcome = cli("prepare", "--source", write_files(tmp_path / "others", files), *options)
    assert_one_line_and_nothing_changed(outcome, "no picture of --rows is one", *earlier)


def image_of(phase):
    """Something like a chequerboard, which no face is."""
    x, y = np.meshgrid(*[np.arange(48) + phase] * 2)
    pattern = np.where((x // 3 + y // 3) % 2, 250, 5).astype(np.uint8)
    return cv2.imencode(".png", pattern)[1].tobytes()


def zip_with(name, content):
    """The sound files with one more."""

    def write(sources, path):
        write_zip(path, sources.files | {name: content})

    return write


def cut_zip(sources, path):
    path.write_bytes(sources.zip.read_bytes()[:-5000])


def zip_damaged_inside(compression):
    def write(sources, path):
        with ZipFile(path, "w", compression) as archive:
            for name, content in sources.files.items():
                archive.writestr(name, content)
            at = archive.getinfo("test/sad/PublicTest_1.png").header_offset
        content = bytearray(path.read_bytes())
        content[at + 300 : at + 340] = b"\xff" * 40  # well inside the member's data
        path.write_bytes(content)

    return write


def encrypted_zip(sources, path):
    write_zip(path, {"train/sad/Training_1.png": b"secret"})
    content = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + flags] |= 1
    path.write_bytes(content)


def csv_with(row=None, number=20, header="emotion,pixels,Usage"):
    """The sound CSV with another header, or with the row at line `number` replaced."""

    def write(sources, path):
        lines = sources.csv.read_text().splitlines()
        lines[0] = header
        if row is not None:
            lines[number - 1] = row
        path.write_text("\n".join(lines) + "\n")

    return write


def write_bytes(content):
    return lambda sources, path: path.write_bytes(content)


def image(height, width):
    return cv2.imencode(".png", np.full((height, width), 90, np.uint8))[1].tobytes()


def row(label=3, pixels=("0",) * 2304, usage="Training"):
    return f"{label},{' '.join(pixels)},{usage}"


def folder_with_a_file_that_cannot_be_read(sources, path):
    (path / "train/sad").mkdir(parents=True)
    (path / "train/sad/x.png").symlink_to("/proc/self/mem")  # the kernel refuses its first byte


def without_training_images_of(*labels):
    def write(sources, path):
        files = sources.files.items()
        folders = tuple(f"train/{label}/" for label in labels)
        write_zip(path, {name: file for name, file in files if not name.startswith(folders)})

    return write


BAD_SOURCES = {
    "is missing": ("fer.zip", lambda sources, path: None, "does not exist: run `python -m train"),
    "has an empty class": (
        "fer.zip",
        without_training_images_of("disgust"),
        "has an empty class: no Training images of disgust",
    ),
    "has two empty classes": (
        "fer.zip",
        without_training_images_of("fear", "angry"),
        "has an empty class: no Training images of angry, fear",
    ),
    "is a folder with a file that cannot be read": (
        "fer",
        folder_with_a_file_that_cannot_be_read,
        "train/sad/x.png cannot be read",
    ),
    "is no zip": ("fer.zip", write_bytes(b"not a zip at all"), "not a zip"),
    "is an empty file": ("fer.zip", write_bytes(b""), "not a zip"),
    "is a zip cut off": ("fer.zip", cut_zip, "not a zip"),
    "is a zip with a wrong checksum": (
        "fer.zip",
        zip_damaged_inside(0),
        "test/sad/PublicTest_1.png",
    ),
    "is a zip with garbled compression": (
        "fer.zip",
        zip_damaged_inside(ZIP_DEFLATED),
        "test/sad/PublicTest_1.png",
    ),
    "is an encrypted zip": ("fer.zip", encrypted_zip, "Training_1.png cannot be read"),
    "is an empty zip": ("fer.zip", lambda sources, path: write_zip(path, {}), "no FER-2013 faces"),
    "is an empty folder": ("fer", lambda sources, path: path.mkdir(), "no FER-2013 faces"),
    "is a zip of other things": (
        "fer.zip",
        lambda sources, path: write_zip(path, {"holiday/beach.png": image(48, 48)}),
        "no FER-2013 faces",
    ),
    "has an image that is none": (
        "fer.zip",
        zip_with("train/sad/x.png", b"hello"),
        "train/sad/x.png: not a readable image",
    ),
    "has an empty image": (
        "fer.zip",
        zip_with("train/sad/x.jpg", b""),
        "train/sad/x.jpg: not a readable image",
    ),
    "has an image cut off": (
        "fer.zip",
        zip_with("train/sad/x.png", image(48, 48)[:60]),
        "train/sad/x.png: not a readable image",
    ),
    "has an unknown label": (
        "fer.zip",
        zip_with("train/bored/x.png", image(48, 48)),
        "train/bored/x.png: unknown label 'bored'",
    ),
    "has a test image of no split": (
        "fer.zip",
        zip_with("test/sad/Other_1.png", image(48, 48)),
        "test/sad/Other_1.png: a test file's name starts with PublicTest or PrivateTest",
    ),
    "has a name of two lines": (
        "fer.zip",
        zip_with("train/bo\nred/x.png", image(48, 48)),
        "unknown label",
    ),
    "is a CSV without columns": ("fer.csv", csv_with(header="emotion,pixel,split"), "Usage, pixel"),
    "is an empty CSV": ("fer.csv", write_bytes(b""), "Usage, emotion, pixels"),
    "is a CSV with no rows": ("fer.csv", write_bytes(b"emotion,pixels,Usage\n"), "no FER-2013"),
    "is a CSV of binary garbage": ("fer.csv", write_bytes(bytes(range(256)) * 40), "fer.csv"),
    "is a CSV with a zero byte": ("fer.csv", csv_with("3,1 2\0 3,Training"), "line 20"),
    "is a CSV with garbage in a row": (
        "fer.csv",
        write_bytes(f"emotion,pixels,Usage\n{row()}\n".encode() + b"\xff\xfe\xfa"),
        "not a readable CSV",
    ),
    "has a short row": ("fer.csv", csv_with(row(pixels=["0"] * 2303)), "line 20: expected 2304"),
    "has a long row": ("fer.csv", csv_with(row(pixels=["0"] * 2305)), "line 20: expected 2304"),
    "has a row without pixels": ("fer.csv", csv_with("3,,Training"), "line 20: expected 2304"),
    "has a row of one column": ("fer.csv", csv_with("3"), "line 20"),
    "has a pixel over 255": ("fer.csv", csv_with(row(pixels=["256"] * 2304)), "line 20"),
    "has a pixel under 0": ("fer.csv", csv_with(row(pixels=["-1"] * 2304)), "line 20"),
    "has a pixel beyond counting": ("fer.csv", csv_with(row(pixels=["9" * 30] * 2304)), "line 20"),
    "has a pixel that is a word": (
        "fer.csv",
        csv_with(row(pixels=["grey"] * 2304)),
        "line 20: pixels are not all numbers",
    ),
    "has a label number of no label": ("fer.csv", csv_with(row(label=7)), "line 20: unknown label"),
    "has a label by name": ("fer.csv", csv_with(row(label="sad")), "line 20: unknown label 'sad'"),
    "has an unknown Usage": (
        "fer.csv",
        csv_with(row(usage="Test")),
        "line 20: unknown Usage 'Test'",
    ),
}


def assert_one_line_and_nothing_changed(outcome, message, target, before):
    assert outcome.status == 2 and outcome.out == ""
    (line,) = outcome.err.splitlines()
    assert line.startswith("error: ") and message in line
    assert target.read_bytes() == before
    assert [file.name for file in target.parent.iterdir()] == [target.name]


@pytest.fixture
def earlier(data, tmp_path):
    target = tmp_path / "data" / "fer2013.npz"
    data.save(target)
    return target, target.read_bytes()


@pytest.mark.parametrize("wrong", BAD_SOURCES)
def test_a_source_that_cannot_be_used_is_one_clear_line_and_changes_nothing(
    wrong, sources, earlier, cli, tmp_path
):
    name, write, message = BAD_SOURCES[wrong]
    write(sources, tmp_path / name)
    outcome = cli("prepare", "--source", tmp_path / name, "--data", earlier[0])
    assert_one_line_and_nothing_changed(outcome, message, *earlier)
    assert name in outcome.err or ".png" in outcome.err or ".jpg" in outcome.err


BAD_VOTES = {
    "are missing": (None, "not a readable CSV"),
    "lack columns": ("path,neutral\ntrain/sad/Training_1.png,3\n", "lacks the columns"),
    "are words": (VOTE_HEADER + "{path},some,0,0,0,0,0,0,0,0,0\n", "line 2"),
    "are fractions": (VOTE_HEADER + "{path},0.5,0,0,0,0,0,0,0,0,0\n", "line 2"),
    "are negative": (VOTE_HEADER + "{path},-1,0,0,0,0,0,0,0,0,0\n", "line 2"),
    "are too many": (VOTE_HEADER + "{path},300,0,0,0,0,0,0,0,0,0\n", "line 2"),
    "end early": (VOTE_HEADER + "{path},1,2\n", "line 2"),
    "match no path": (VOTE_HEADER + "train/sad/other.png,1,0,0,0,0,0,0,0,0,0\n", "no path"),
}


@pytest.mark.parametrize("wrong", BAD_VOTES)
def test_votes_that_cannot_be_used_are_one_clear_line_and_change_nothing(
    wrong, sources, faces, earlier, cli, tmp_path
):
    text, message = BAD_VOTES[wrong]
    votes, (target, _) = tmp_path / "votes.csv", earlier
    if text is not None:
        votes.write_text(text.replace("{path}", faces[3].path))
    outcome = cli("prepare", "--source", sources.zip, "--votes", votes, "--data", target)
    assert_one_line_and_nothing_changed(outcome, message, *earlier)
    assert "votes.csv" in outcome.err


def test_a_data_file_that_cannot_be_written_is_one_clear_line(sources, cli, tmp_path):
    (tmp_path / "file").write_text("in the way")
    outcome = cli("prepare", "--source", sources.zip, "--data", tmp_path / "file" / "fer2013.npz")
    assert outcome.status == 2 and len(outcome.err.splitlines()) == 1
    assert "cannot write" in outcome.err and str(tmp_path / "file") in outcome.err


def test_a_full_disk_is_one_clear_line_and_changes_nothing(sources, earlier, small_disk, cli):
    with small_disk(len(earlier[1]) // 2):
        outcome = cli("prepare", "--source", sources.zip, "--data", earlier[0])
    message = f"cannot write {earlier[0]}: File too large"
    assert_one_line_and_nothing_changed(outcome, message, *earlier)


@pytest.mark.parametrize("name", ["fer2013", "fer2013.data"])
def test_the_data_file_may_have_any_name(name, sources, data, cli, tmp_path):
    assert cli("prepare", "--source", sources.zip, "--data", tmp_path / name).status == 0
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert_same(Dataset.load(tmp_path / name), data)


def test_ctrl_c_is_one_line_that_says_how_to_go_on(earlier, tmp_path):
    source = tmp_path / "fer2013.csv"
    os.mkfifo(source)
    process = subprocess.Popen(
        [sys.executable, "-m", "training", "prepare", "--source", source, "--data", earlier[0]],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # jobs may ignore it
    )
    with source.open("w"):  # returns when it is being read
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert (process.returncode, out) == (130, "")
    assert err == "interrupted: nothing was changed, run it again\n"
    assert earlier[0].read_bytes() == earlier[1]


def test_the_real_data_set_has_the_official_counts(cli, tmp_path):
    source, votes = SHARED_DATA / "fer2013.zip", SHARED_DATA / "ferplus_votes.csv"
    if not (source.exists() and votes.exists()):
        pytest.skip(f"no FER-2013 with FER+ votes in {SHARED_DATA}")
    target = tmp_path / "fer2013.npz"
    outcome = cli("prepare", "--source", source, "--votes", votes, "--data", target)
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.splitlines()[9:-1] == [
        "FER+ votes for 35,710 of 35,887 images",
        "3,365 images are identical to another one, pixel for pixel",
        "280 of PublicTest and 288 of PrivateTest are also in Training",
        "160 identical images have different labels",
    ]
    data = Dataset.load(target)
    counts = data.counts()
    assert counts.sum(axis=0).tolist() == [28_709, 3_589, 3_589]
    assert counts[LABELS.index("happy")].tolist() == [7_215, 895, 879]
    assert counts[LABELS.index("disgust")].tolist() == [436, 56, 55]
    voted = data.votes.any(axis=1)
    # People who voted agree with the labels far more often than chance: the join is right.
    assert (data.votes.argmax(axis=1) == data.labels)[voted].mean() > 0.55


def test_a_sample_holds_every_label(data):
    training = data.split("Training")
    some = training.sample(14)
    assert len(some.images) == 14 and set(some.labels) == set(range(len(LABELS)))
    for position, face in enumerate(some.images):
        (found,) = np.flatnonzero((training.images == face).all(axis=(1, 2)))
        assert training.labels[found] == some.labels[position]
    assert_same(training.sample(None), training)
    assert_same(training.sample(10_000), training)


def test_a_field_longer_than_the_csv_module_allows_by_default_is_read(sources, data, cli, tmp_path):
    before = csv.field_size_limit(131_072)
    try:
        path = tmp_path / "padded.csv"
        text = sources.csv.read_text().replace(",Training", " " * 200_000 + ",Training", 1)
        path.write_text(text)
        assert cli("prepare", "--source", path, "--data", tmp_path / "fer2013.npz").status == 0
    finally:
        csv.field_size_limit(before)
    assert_same(Dataset.load(tmp_path / "fer2013.npz"), data)
