/** A model's files, and the model that they make on the backend of the moment. */

import { loadGraphModel } from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";

/**
 * Fetch a model. Rejects unless every file is the one that was exported.
 * @param {string} folder its address
 * @returns {Promise<{metadata: object, artifacts: object}>} what `Model.load` takes
 */
export async function fetchModel(folder) {
  const metadata = JSON.parse(text(await load(`${folder}/metadata.json`)));
  const files = {};
  await Promise.all(
    Object.entries(metadata.sha256).map(async ([name, digest]) => {
      files[name] = await load(`${folder}/${name}`);
      if ((await sha256(files[name])) !== digest) throw new Error(`${folder}/${name} is damaged`);
    }),
  );
  const { weightsManifest, ...graph } = JSON.parse(text(files["model.json"]));
  const artifacts = {
    ...graph,
    weightSpecs: weightsManifest.flatMap((group) => group.weights),
    weightData: weightsManifest.flatMap((group) => group.paths.map((path) => files[path])),
  };
  return { metadata, artifacts };
}

export class Model {
  /** Make the model, and run it once: the first run is slow. */
  static async load({ metadata, artifacts }) {
    const model = new Model(metadata, await loadGraphModel({ load: async () => artifacts }));
    const { height, width, channels } = metadata;
    await model.run(new Float32Array(height * width * channels));
    return model;
  }

  #graph;

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
    const output = this.#graph.predict(input);
    try {
      return await output.data();
    } finally {
      tf.dispose([input, output]);
    }
  }

  /** Let go of its weights. */
  close() {
    this.#graph.dispose();
  }
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
