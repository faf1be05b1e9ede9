/** The model that exported files make on the backend of the moment.
 *
 * @import { GraphModel } from "@tensorflow/tfjs-converter"
 * @import { Files, Metadata } from "./files.js"
 */

import { loadGraphModel } from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";

/** @template {Metadata} [About=Metadata] */
export class Model {
  /**
   * Make the model; its first run is slow.
   * @template {Metadata} About
   * @param {Files<About>} files
   */
  static async load({ metadata, artifacts }) {
    return new Model(metadata, await loadGraphModel({ load: async () => artifacts }));
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
