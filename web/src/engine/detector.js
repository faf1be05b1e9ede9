/** Finds the faces in a square of a frame. */

import { toFrame } from "./crop.js";
import { Cutter } from "./cutter.js";
import { findFaces } from "./faces.js";

export class Detector {
  #model;
  #cutter;

  /** @param {import("./model.js").Model} model of `face/`; the detector closes it */
  constructor(model) {
    this.#model = model;
    this.#cutter = new Cutter(model.metadata.width);
  }

  /**
   * @param {VideoFrame | ImageBitmap | OffscreenCanvas} frame
   * @param {{x: number, y: number, side: number, roll: number}} square see crop.js
   * @returns {Promise<{faces: object[], pixels: Float32Array}>} the faces as `toFrame` gives them;
   *   and what was looked at, RGB
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

function colours(rgba) {
  const rgb = new Float32Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    rgb[to++] = rgba[from];
    rgb[to++] = rgba[from + 1];
    rgb[to++] = rgba[from + 2];
  }
  return rgb;
}
