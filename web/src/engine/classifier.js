/** What a face's expression looks like.
 *
 * @import { Face } from "./crop.js"
 * @import { Frame } from "./frames.js"
 * @import { EmotionMetadata } from "./files.js"
 * @import { Model } from "./model.js"
 */

import { cropSquare } from "./crop.js";
import { Cutter } from "./cutter.js";
import { calibrate } from "./calibrate.js";

export class Classifier {
  #model;
  #cutter;

  /** @param {Model<EmotionMetadata>} model of `emotion/`; the classifier closes it */
  constructor(model) {
    this.#model = model;
    this.#cutter = new Cutter(model.metadata.width);
  }

  /**
   * A face as the classifier takes it.
   * @param {Frame} frame
   * @param {Face} face in pixels of the frame
   * @returns {Float32Array} grey levels 0..255, height x width
   */
  crop(frame, face) {
    return grey(this.#cutter.cut(frame, cropSquare(face, this.#model.metadata.crop)));
  }

  /**
   * @param {Float32Array} crop
   * @returns {Promise<number[]>} calibrated probabilities in the order of the labels; what is
   *   missing to 1 is that of none of them
   */
  async classify(crop) {
    const { labels, weights, temperature } = this.#model.metadata;
    const outputs = await this.#model.run(crop);
    // After what people would say comes the label's own head, which no page shows.
    const people = weights.map((weight, choice) => weight * outputs[choice]);
    return calibrate(people, temperature).slice(0, labels.length);
  }

  close() {
    this.#model.close();
  }
}

/**
 * Luma as in ITU-R BT.601, which is how the training images became grey.
 * @param {Uint8ClampedArray} rgba
 */
function grey(rgba) {
  const levels = new Float32Array(rgba.length / 4);
  for (let pixel = 0, from = 0; pixel < levels.length; pixel++, from += 4) {
    levels[pixel] = 0.299 * rgba[from] + 0.587 * rgba[from + 1] + 0.114 * rgba[from + 2];
  }
  return levels;
}
