/** Finds the faces in a square of a frame.
 *
 * @import { Face, Square } from "./crop.js"
 * @import { Frame } from "./frames.js"
 * @import { Model } from "./model.js"
 */

import { toFrame } from "./crop.js";
import { Cutter } from "./cutter.js";
import { findFaces } from "./faces.js";

export class Detector {
  #model;
  #cutter;

  /** @param {Model} model of `face/`; the detector closes it */
  constructor(model) {
    this.#model = model;
    this.#cutter = new Cutter(model.metadata.width);
  }

  /**
   * @param {Frame} frame
   * @param {Square} square
   * @returns {Promise<{faces: Face[], pixels: Float32Array}>} pixels: what was looked at, RGB
   */
  async find(frame, square) {
    const pixels = colours(this.#cutter.cut(frame, square));
    const rows = await this.#model.run(pixels);
    return { faces: findFaces(rows).map((face) => toFrame(face, square)), pixels };
  }

  close() {
    this.#model.close();
  }
}

/** @param {Uint8ClampedArray} rgba */
function colours(rgba) {
  const rgb = new Float32Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    rgb[to++] = rgba[from];
    rgb[to++] = rgba[from + 1];
    rgb[to++] = rgba[from + 2];
  }
  return rgb;
}
