"""The rebuilt face detector against MediaPipe's own file, and its export."""

import json

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow", reason="the training environment is not installed")

import cv2  # noqa: E402
import keras  # noqa: E402
import skimage.data  # noqa: E402

from tests.training.conftest import ROOT, TFLITE, letterbox  # noqa: E402
from training import blazeface  # noqa: E402
from training.crop import FRAMING, Cropper  # noqa: E402
from training.errors import TrainingError  # noqa: E402
from training.export_face import export_face  # noqa: E402
from training.framing import measure_framing  # noqa: E402
from training.tfjs import export_graph_model  # noqa: E402

COMMITTED = ROOT / "web/static/model/face"

pytestmark = pytest.mark.skipif(not TFLITE.exists(), reason="run npm ci first")


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model") / "face"
    export_face(TFLITE, folder)
    return folder


def best(detector, image):
    faces = np.asarray(detector(image[None].astype(np.float32)))[0]
    return dict(zip(blazeface.COLUMNS, faces[faces[:, 0].argmax()].tolist(), strict=True))


def contents(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_raw_outputs_equal_the_reference_interpreters(photos):
    inputs = np.stack([letterbox(photo) for photo in photos]).astype(np.float32)
    interpreter = tf.lite.Interpreter(str(TFLITE))
    interpreter.allocate_tensors()
    at = {output["name"]: output["index"] for output in interpreter.get_output_details()}
    regressors, logits = map(np.asarray, blazeface.build_raw(TFLITE)(inputs))
    assert len(inputs) > 5
    for number, image in enumerate(inputs):
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image[None] / 127.5 - 1)
        interpreter.invoke()
        for ours, name in ((regressors, "regressors"), (logits, "classificators")):
            theirs = interpreter.get_tensor(at[name])[0]
            # Both sum in float32 over the same float16 weights: only the order differs.
            np.testing.assert_allclose(ours[number], theirs, rtol=1e-5, atol=5e-3)


def test_the_astronauts_face_is_found_where_it_is(detector):
    face = best(detector, letterbox(skimage.data.astronaut()))
    assert face["score"] > 0.8
    # In the 512 x 512 photo her eyes, nose and mouth lie within x 190..260, y 90..170.
    assert 0.3 < face["xmin"] < 190 / 512 and 260 / 512 < face["xmax"] < 0.6
    assert 0.1 < face["ymin"] < 90 / 512 and 170 / 512 < face["ymax"] < 0.4
    assert face["xmin"] < face["right_eye_x"] < face["nose_tip_x"] < face["left_eye_x"]
    assert face["right_eye_y"] < face["nose_tip_y"] < face["mouth_y"] < face["ymax"]


def test_every_portrait_has_a_face_and_a_blank_wall_has_none(detector, portraits):
    assert all(best(detector, letterbox(portrait))["score"] > 0.8 for portrait in portraits)
    assert best(detector, np.full((128, 128, 3), 200, np.float32))["score"] < 0.2


def test_anchors_are_the_centres_of_two_grids():
    anchors = blazeface.anchors()
    assert anchors.shape == (896, 2) and anchors.dtype == np.float32
    assert anchors[:3].tolist() == [[1 / 32, 1 / 32], [1 / 32, 1 / 32], [3 / 32, 1 / 32]]
    assert anchors[512].tolist() == [1 / 16, 1 / 16] and anchors[-1].tolist() == [15 / 16, 15 / 16]


@pytest.mark.parametrize("wrong", ["missing", "text", "cut off", "another network"])
def test_a_wrong_source_is_one_clear_error_and_keeps_the_earlier_export(wrong, exported, tmp_path):
    source = tmp_path / "detector.tflite"
    if wrong == "text":
        source.write_text("not a network")
    elif wrong == "cut off":
        source.write_bytes(TFLITE.read_bytes()[:100_000])
    elif wrong == "another network":
        source = TFLITE.parent / "face_detection_full_range.tflite"
    before = contents(exported)
    with pytest.raises(TrainingError, match=source.name) as error:
        export_face(source, exported)
    assert "\n" not in str(error.value)
    assert contents(exported) == before


def test_a_conversion_that_fails_keeps_the_earlier_export_and_leaves_nothing_behind(exported):
    matrix = keras.Input((3, 3))
    model = keras.Model(matrix, keras.ops.det(matrix))  # TensorFlow.js has no determinant
    before = contents(exported)
    with pytest.raises(TrainingError, match="MatrixDeterminant"):
        export_graph_model(model, exported, {})
    assert contents(exported) == before
    assert list(exported.parent.iterdir()) == [exported]


def test_a_folder_that_is_no_export_is_not_replaced(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(TrainingError, match=r"has no model\.json"):
        export_face(TFLITE, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]


def test_an_export_replaces_the_earlier_one(tmp_path):
    values = keras.Input((4,))
    model = keras.Model(values, keras.layers.Dense(3, bias_initializer="ones", name="head")(values))
    export_graph_model(model, tmp_path / "model", {"labels": ["old"]})
    assert stored_types(tmp_path / "model") == {"float16"}
    export_graph_model(model, tmp_path / "model", {"labels": ["new"]}, uint8=["*/head_1/Cast/*"])
    assert stored_types(tmp_path / "model") == {"float16", "uint8"}
    metadata = json.loads((tmp_path / "model/metadata.json").read_text())
    assert metadata["labels"] == ["new"] and metadata["params"] == 15
    assert [folder.name for folder in tmp_path.iterdir()] == ["model"]


def test_large_weights_are_rounded_and_small_ones_are_not(tmp_path):
    values = keras.Input((40,))
    dense = keras.layers.Dense(30, bias_initializer="random_uniform")
    export_graph_model(keras.Model(values, dense(values)), tmp_path / "model", {})
    stored = stored_weights(tmp_path / "model")
    kernel, bias = (weight.numpy() for weight in dense.weights)
    assert (stored[bias.shape] == bias.astype(np.float16)).all()
    assert not (stored[kernel.shape].view(np.uint16) % 16).any()
    before = kernel.astype(np.float16).astype(np.float64)  # float32 is rounded to that first
    after = stored[kernel.shape].astype(np.float64)
    # The smallest halves, below 2^-14, have fewer bits.
    np.testing.assert_allclose(after, before, rtol=2**-7, atol=2**-21)


def stored_weights(folder):
    """By their shapes, as float16."""
    [group] = json.loads((folder / "model.json").read_text())["weightsManifest"]
    content = b"".join((folder / path).read_bytes() for path in group["paths"])
    weights, at = {}, 0
    for shape in (tuple(weight["shape"]) for weight in group["weights"]):
        count = int(np.prod(shape))
        weights[shape] = np.frombuffer(content, np.float16, count, at).reshape(shape)
        at += 2 * count
    assert at == len(content)
    return weights


def stored_types(folder):
    groups = json.loads((folder / "model.json").read_text())["weightsManifest"]
    return {weight["quantization"]["dtype"] for group in groups for weight in group["weights"]}


@pytest.mark.parametrize("which", ["fresh", "committed"])
def test_the_export_is_complete_and_says_so(which, exported):
    folder = exported if which == "fresh" else COMMITTED
    graph = json.loads((folder / "model.json").read_text())
    shards = [path for group in graph["weightsManifest"] for path in group["paths"]]
    metadata = json.loads((folder / "metadata.json").read_text())
    assert shards and set(contents(folder)) == {"model.json", "metadata.json", *shards}
    assert metadata["bytes"] == sum(
        (folder / name).stat().st_size for name in ("model.json", *shards)
    )
    assert metadata["bytes"] < 400_000
    assert metadata["outputs"] == list(blazeface.COLUMNS)
    (output,) = graph["signature"]["outputs"].values()
    assert [dim["size"] for dim in output["tensorShape"]["dim"]] == ["-1", "896", "17"]


@pytest.mark.parametrize("framing", [(1.0, 0.0), (1.17, -0.1), (1.4, -0.1)])
def test_framing_is_measured_as_the_crops_were_cut(framing, detector, photos, squares_found):
    crops = [
        cut(photo, square, *framing) for photo, square in zip(photos, squares_found, strict=True)
    ]
    measured = measure_framing(np.stack(crops), detector)
    assert measured["detected"] == 1.0
    assert measured["scale"] == pytest.approx(framing[0], rel=0.08)
    assert measured["offset_y"] == pytest.approx(framing[1], abs=0.04)


@pytest.fixture(scope="module")
def squares_found(photos):
    """The box of each photo's largest face, from as near as pages look at it."""
    return Cropper().find([np.ascontiguousarray(photo[..., ::-1]) for photo in photos])


def cut(photo, square, scale, offset_y):
    """A 48 x 48 grey crop of a photo's face, framed as `measure_framing` documents."""
    roll, centre = square.roll, np.array(square.place(0, offset_y))
    rotation = np.array([[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]])
    # Cut at four times the size and averaged down, so that nothing aliases.
    to_crop = rotation.T * (192 / (scale * square.side))
    matrix = np.hstack([to_crop, 96 - to_crop @ centre[:, None]])
    grey = cv2.cvtColor(np.ascontiguousarray(photo), cv2.COLOR_RGB2GRAY)
    large = cv2.warpAffine(grey, matrix, (192, 192), borderMode=cv2.BORDER_REPLICATE)
    return cv2.resize(large, (48, 48), interpolation=cv2.INTER_AREA)


def test_framing_is_written_only_where_it_is_told_to(data_file, cli, tmp_path):
    before = FRAMING.read_bytes()
    options = ("framing", "--data", data_file, "--limit", 20)
    outcome = cli(*options)
    assert outcome.status == 0 and json.loads(outcome.out)["images"] == 20
    assert cli(*options, "--to", tmp_path / "new/framing.json").status == 0
    assert (tmp_path / "new/framing.json").read_text() == outcome.out
    assert FRAMING.read_bytes() == before


def test_images_without_a_face_are_one_clear_error(detector):
    with pytest.raises(TrainingError, match="no face found in 3 images"):
        measure_framing(np.full((3, 48, 48), 90, np.uint8), detector)


def test_the_committed_framing_is_what_the_browser_needs():
    framing = json.loads(FRAMING.read_text())
    assert 1.0 < framing["scale"] < 1.4 and -0.2 < framing["offset_y"] < 0
