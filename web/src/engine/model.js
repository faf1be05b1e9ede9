/** A model's files, and the model that they make on the backend of the moment.
 *
 * @import { Emotion } from "../shared/contract.js"
 * @import { GraphModel } from "@tensorflow/tfjs-converter"
 *
 * @typedef {object} Metadata What was exported with a model.
 * @property {number} height of its pictures, pixels
 * @property {number} width
 * @property {number} channels
 * @property {Record<string, string>} sha256 of each file
 *
 * @typedef {object} Expressions What the classifier's has besides.
 * @property {Emotion[]} labels the emotions, in the order of its outputs, which begin with them
 * @property {number[]} weights by which those of its outputs are multiplied that say what people
 *   would say: see `fit_weights` in training/people.py
 * @property {number} sure the least probability with which one is named
 * @property {{scale: number, offset_y: number}} crop see `cropSquare`
 * @property {number} temperature see `calibrate`
 *
 * @typedef {Metadata & Expressions} EmotionMetadata
 */

import { loadGraphModel } from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";

/**
 * A model's files, which `Model.load` takes.
 * @template {Metadata} [About=Metadata]
 * @typedef {{metadata: About, artifacts: tf.io.ModelArtifacts}} Files
 */

/**
 * Fetch a model. Rejects unless every file is the one that was exported.
 * @template {Metadata} [About=Metadata]
 * @param {string} folder its address
 * @returns {Promise<Files<About>>}
 */
export async function fetchModel(folder) {
  /** @type {About} */
  const metadata = JSON.parse(text(await load(`${folder}/metadata.json`)));
  /** @type {Record<string, ArrayBuffer>} */
  const files = {};
  await Promise.all(
    Object.entries(metadata.sha256).map(async ([name, digest]) => {
      files[name] = await load(`${folder}/${name}`);
      if ((await sha256(files[name])) !== digest) throw new Error(`${folder}/${name} is damaged`);
    }),
  );
  /** @type {tf.io.ModelJSON} */
  const { weightsManifest, ...graph } = JSON.parse(text(files["model.json"]));
  const artifacts = {
    ...graph,
    weightSpecs: weightsManifest.flatMap((group) => group.weights),
    weightData: weightsManifest.flatMap((group) => group.paths.map((path) => files[path])),
  };
  return { metadata, artifacts };
}

/** @template {Metadata} [About=Metadata] */
export class Model {
  /**
   * Make the model, and run it once: the first run is slow.
   * @template {Metadata} About
   * @param {Files<About>} files
   */
  static async load({ metadata, artifacts }) {
    const model = new Model(metadata, await loadGraphModel({ load: async () => artifacts }));
    const { height, width, channels } = metadata;
    await model.run(new Float32Array(height * width * channels));
    return model;
  }

  #graph;

  /**
   * @param {About} metadata
   * @param {GraphModel} graph
   */
  constructor(metadata, graph) {
    this.metadata = metadata;
    this.#graph = graph;
  }

  /**
   * @param {Float32Array} pixels n x height x width x channels, 0..255
   * @returns {Promise<Float32Array>} the outputs, n times
   */
  async run(pixels) {
    const { height, width, channels } = this.metadata;
    const images = pixels.length / (height * width * channels);
    const input = tf.tensor4d(pixels, [images, height, width, channels]);
    const output = /** @type {tf.Tensor} */ (this.#graph.predict(input)); // our models have one
    try {
      return /** @type {Float32Array} */ (await output.data());
    } finally {
      tf.dispose([input, output]);
    }
  }

  /** Let go of its weights. */
  close() {
    this.#graph.dispose();
  }
}

/** @param {string} address */
async function load(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response.arrayBuffer();
}

/** @param {ArrayBuffer} bytes */
const text = (bytes) => new TextDecoder().decode(bytes);

/** @param {ArrayBuffer} bytes */
async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
