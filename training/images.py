"""Images in folders of their labels, as FER-2013 comes from Kaggle and as people keep their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import islice
from pathlib import PurePosixPath
from typing import NamedTuple
from unicodedata import category, normalize

import cv2
import numpy as np

from training.crop import Cropper
from training.dataset import LABELS, SIDE, TEST_SPLITS, UInt8Array
from training.errors import TrainingError
from training.sources import File

TYPES = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}
TEST, VALIDATION = "test", "validation"
# What folders of splits are called, in any case; names of files tell the splits of a test folder.
FOLDERS = {
    **dict.fromkeys(("train", "training"), "Training"),
    **dict.fromkeys(("val", "valid", "validation"), VALIDATION),
    **dict.fromkeys(("test", "testing"), TEST),
    "publictest": "PublicTest",
    "privatetest": "PrivateTest",
}
# What the labels are called, in any case.
NAMES = {
    **{label: label for label in LABELS},
    **dict.fromkeys(("anger",), "angry"),
    **dict.fromkeys(("disgusted",), "disgust"),
    **dict.fromkeys(("afraid", "fearful", "scared"), "fear"),
    **dict.fromkeys(("happiness", "joy"), "happy"),
    **dict.fromkeys(("sadness",), "sad"),
    **dict.fromkeys(("surprised",), "surprise"),
}
LONGEST_LABEL = 40  # characters
# As servers have it: controls, halves and ends of lines, but not what joins letters or emoji.
UNFIT = {"Cc", "Cs", "Zl", "Zp"}
LARGEST = 1024  # pixels of a photograph's longer side: with more no other face is found
AT_ONCE = 64  # photographs in memory
LISTED = 5  # names in a line


class Face(NamedTuple):
    """One face: where it was, uint8 [48, 48], its label, and its split where one is told."""

    path: str
    pixels: UInt8Array
    label: str
    split: str | None


class Image(NamedTuple):
    """An image file, and what its path tells: `folder` is one of FOLDERS' values, or None."""

    file: File
    path: str  # `<split>/<label>/<file>` or `<label>/<file>`
    folder: str | None
    label: str


def find_images(files: Iterable[File], in_splits: bool) -> list[Image]:
    """The images in `<split>/<label>/` or, if not `in_splits`, in `<label>/`, however deep."""
    depth = 3 if in_splits else 2
    found = []
    for file in files:
        *_, name = parts = file.name.split("/")[-depth:]
        folder = FOLDERS.get(parts[0].lower()) if in_splits else None
        if len(parts) == depth and _type(name) in TYPES and (folder or not in_splits):
            label = normalize("NFC", parts[-2].strip())  # macOS keeps é as two characters
            found.append(Image(file, "/".join(parts), folder, NAMES.get(label.lower(), label)))
    return found


def read_images(
    images: Sequence[Image], own: bool, aside: Counter[str]
) -> tuple[list[Face], list[str]]:
    """The faces that the images show, and what was done about images that are not 48 x 48.

    Of these the face is cut out. In an `own` data set labels may be any, and an image that cannot
    be read is left aside; in FER-2013 both raise TrainingError, and so does a test file of no
    split. `aside` counts what is left aside by why.
    """
    _check_labels(images, own)
    splits = dict(zip((image.file.name for image in images), _splits(images), strict=True))
    faces, faceless, cut, cropper = [], [], 0, None
    decoded = _decode_all(images, own, aside)
    while some := list(islice(decoded, AT_ONCE)):
        photos = {image.file.name: pixels for image, pixels in some if pixels.ndim == 3}
        crops: dict[str, UInt8Array | None] = {}
        if photos:
            cropper = cropper or Cropper()  # not before: it takes TensorFlow
            crops = dict(zip(photos, cropper.crop([*photos.values()]), strict=True))
            cut += len(photos)
        for image, pixels in some:
            name = image.file.name
            face = crops.get(name, pixels)
            if face is None:
                faceless.append(name)
            else:
                faces.append(Face(image.path, face, image.label, splits[name]))
    if not cut:
        return faces, []
    said = f"faces are cut out of {cut:,} images that are not 48 x 48"
    if faceless:
        names = ", ".join([*faceless[:LISTED], "..."][: len(faceless)])
        names = names.encode(errors="backslashreplace").decode()  # of names that are not UTF-8
        said += f", but for {len(faceless):,} that show none: {names}"
    return faces, [said]


def count_others(files: Iterable[File], used: Iterable[File]) -> Counter[str]:
    """How many files nothing is made of, by why."""
    names = {file.name for file in used}
    types = (_type(file.name) for file in files if file.name not in names)
    return Counter(
        "in other folders" if each in TYPES else each or "without a type" for each in types
    )


def _type(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _check_labels(images: Sequence[Image], own: bool) -> None:
    labels = {image.label: image.file.name for image in images}
    if not own:
        for label, name in labels.items():
            if label not in LABELS:
                raise TrainingError(
                    f"{name}: unknown label {label!r}, expected one of {LABELS}; "
                    "with a --name of its own a data set may have other labels"
                )
        return
    for label, name in labels.items():
        kinds = {category(each) for each in label}
        blank = all(kind[0] in "CZ" for kind in kinds)
        if blank or kinds & UNFIT or len(label) > LONGEST_LABEL:
            raise TrainingError(
                f"{name}: a label has 1 to {LONGEST_LABEL} characters in one line, not {label!r}"
            )


def _splits(images: Sequence[Image]) -> list[str | None]:
    """The split of each, None where only what it shows can decide."""
    tests = [image for image in images if image.folder in (TEST, VALIDATION)]
    named = any(_prefix(image) in TEST_SPLITS for image in tests)
    if not named and len({image.folder for image in tests}) == 2:
        splits = {VALIDATION: "PublicTest", TEST: "PrivateTest"}
        return [image.folder and splits.get(image.folder, image.folder) for image in images]
    told = []
    for image in images:
        split = image.folder
        if split in (TEST, VALIDATION):
            split = _prefix(image) if named else None
            if named and split not in TEST_SPLITS:
                raise TrainingError(
                    f"{image.file.name}: a test file's name starts with PublicTest or PrivateTest"
                )
        told.append(split)
    return told


def _prefix(image: Image) -> str:
    return PurePosixPath(image.path).name.split("_")[0]


def _decode_all(
    images: Iterable[Image], own: bool, aside: Counter[str]
) -> Iterator[tuple[Image, UInt8Array]]:
    """Each image once, as `_decode` gives it; what is left aside is counted by why."""
    seen = set()
    for image in images:
        content = image.file.read()
        place = (image.folder, image.label, PurePosixPath(image.path).name)
        key = (place, sha256(content).digest())
        if key in seen:  # an archive that was unpacked into itself, for example
            aside["there twice"] += 1
            continue
        seen.add(key)
        pixels = _decode(content)
        if pixels is not None:
            yield image, pixels
        elif own:
            aside["unreadable"] += 1
        else:
            raise TrainingError(f"{image.file.name}: not a readable image")


def _decode(content: bytes) -> UInt8Array | None:
    """Grey levels [48, 48] of a face, or the colours [h, w, 3], BGR, of a photograph.

    None where OpenCV reads neither.
    """
    if not content:  # for which it raises
        return None
    buffer = np.frombuffer(content, np.uint8)
    try:
        grey = cv2.imdecode(buffer, cv2.IMREAD_GRAYSCALE)
        if grey is None or grey.shape == (SIDE, SIDE):
            return grey
        photo = cv2.imdecode(buffer, cv2.IMREAD_COLOR)
        scale = min(1, LARGEST / max(photo.shape[:2]))
        return cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    except cv2.error:  # more pixels than it allows, or less than one across
        return None
