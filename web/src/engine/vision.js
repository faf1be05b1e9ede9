/** The two models and one look: a frame in, the largest face and its emotion probabilities out. */

import { loadGraphModel } from "@tensorflow/tfjs-converter";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import plainWasm from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm";
import simdWasm from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm";
import threadedWasm from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm";

import { cropSquare, letterbox, toFrame } from "./crop.js";
import { findFaces } from "./faces.js";
import { soften } from "./soften.js";

export class Vision {
  /**
   * Load both models and try them once. Rejects if a file is missing or damaged.
   * @param {string} base the address of the folder with `face/` and `emotion/`
   */
  static async load(base) {
    setWasmPaths({
      "tfjs-backend-wasm.wasm": plainWasm,
      "tfjs-backend-wasm-simd.wasm": simdWasm,
      "tfjs-backend-wasm-threaded-simd.wasm": threadedWasm,
    });
    await tf.setBackend("wasm");
    const [detector, classifier] = await Promise.all([
      loadModel(`${base}/face`),
      loadModel(`${base}/emotion`),
    ]);
    return new Vision(detector, classifier);
  }

  #detector;
  #classifier;
  #square; // the whole frame, letterboxed for the detector
  #crop; // the face, for the classifier

  constructor(detector, classifier) {
    this.#detector = detector;
    this.#classifier = classifier;
    this.#square = canvas(detector.metadata.width, detector.metadata.height);
    this.#crop = canvas(classifier.metadata.width, classifier.metadata.height);
  }

  /** The emotions, in the order of the classifier's output. */
  get labels() {
    return this.#classifier.metadata.labels;
  }

  /**
   * Read one frame. The frame stays the caller's to close.
   * @param {ImageBitmap | OffscreenCanvas} frame
   * @returns {{faces: number, box: number[] | null, probabilities: number[] | null}} how many
   *   faces there are; the largest one's box in pixels of the frame and its probabilities
   */
  look(frame) {
    const faces = this.detect(frame);
    if (faces.length === 0) return { faces: 0, box: null, probabilities: null };
    const raw = this.classify(this.#cut(frame, faces[0]));
    const probabilities = soften(raw, this.#classifier.metadata.temperature);
    return { faces: faces.length, box: faces[0].box, probabilities };
  }

  /** The faces in a frame, largest first, in pixels of the frame. */
  detect(frame) {
    const { width: side } = this.#detector.metadata;
    const fit = letterbox(frame.width, frame.height, side);
    this.#square.clearRect(0, 0, side, side);
    this.#square.drawImage(
      frame, fit.left, fit.top, frame.width * fit.scale, frame.height * fit.scale,
    );
    const rgba = this.#square.getImageData(0, 0, side, side).data;
    return findFaces(this.detectRaw(rgbOf(rgba))).map((face) => toFrame(face, fit, side));
  }

  /**
   * The detector by itself.
   * @param {Float32Array} pixels RGB 0..255, height x width x 3
   * @returns {Float32Array} the rows that `findFaces` reads
   */
  detectRaw(pixels) {
    return run(this.#detector, pixels);
  }

  /**
   * The classifier by itself, as sure of itself as it was trained to be.
   * @param {Float32Array} pixels n faces, grey levels 0..255, n x height x width
   * @returns {Float32Array} n x labels, probabilities
   */
  classify(pixels) {
    return run(this.#classifier, pixels);
  }

  /** Let go of both models. */
  close() {
    this.#detector.model.dispose();
    this.#classifier.model.dispose();
  }

  #cut(frame, face) {
    const { width: side, crop: framing } = this.#classifier.metadata;
    const square = cropSquare(face, framing);
    const scale = side / square.side;
    const context = this.#crop;
    context.resetTransform();
    context.clearRect(0, 0, side, side);
    context.translate(side / 2, side / 2);
    context.rotate(-square.roll);
    context.scale(scale, scale);
    context.drawImage(frame, -square.x, -square.y);
    return greyOf(context.getImageData(0, 0, side, side).data);
  }
}

/** A model and its metadata, only if every file is the one that was exported. */
async function loadModel(folder) {
  const metadata = JSON.parse(text(await load(`${folder}/metadata.json`)));
  const files = {};
  await Promise.all(
    Object.entries(metadata.sha256).map(async ([name, digest]) => {
      files[name] = await load(`${folder}/${name}`);
      if ((await sha256(files[name])) !== digest) throw new Error(`${folder}/${name} is damaged`);
    }),
  );
  const { weightsManifest, ...graph } = JSON.parse(text(files["model.json"]));
  const model = await loadGraphModel(
    tf.io.fromMemory({
      ...graph,
      weightSpecs: weightsManifest.flatMap((group) => group.weights),
      weightData: weightsManifest.flatMap((group) => group.paths.map((path) => files[path])),
    }),
  );
  const { height, width, channels } = metadata;
  run({ model, metadata }, new Float32Array(height * width * channels)); // the first run is slow
  return { model, metadata };
}

async function load(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response.arrayBuffer();
}

const text = (bytes) => new TextDecoder().decode(bytes);

async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function run({ model, metadata }, pixels) {
  const { height, width, channels } = metadata;
  const input = tf.tensor4d(pixels, [
    pixels.length / (height * width * channels), height, width, channels,
  ]);
  const output = model.predict(input);
  const values = output.dataSync();
  tf.dispose([input, output]);
  return values;
}

function canvas(width, height) {
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  return context;
}

function rgbOf(rgba) {
  const rgb = new Float32Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    rgb[to++] = rgba[from];
    rgb[to++] = rgba[from + 1];
    rgb[to++] = rgba[from + 2];
  }
  return rgb;
}

/** Luma as in ITU-R BT.601, which is how the training images became grey. */
function greyOf(rgba) {
  const grey = new Float32Array(rgba.length / 4);
  for (let index = 0; index < grey.length; index++) {
    const [red, green, blue] = rgba.subarray(index * 4, index * 4 + 3);
    grey[index] = 0.299 * red + 0.587 * green + 0.114 * blue;
  }
  return grey;
}
