/** A face and its mirror image, which a classifier does not quite take for the same. Pure. */

/** Every second look is at the mirror image; a look and the one before it speak together. */
export class Views {
  #mirrored = true;
  /** @type {number[] | null} */
  #before = null;

  /**
   * What to look at next.
   * @param {Float32Array} crop one value a pixel, row by row
   * @param {number} width of a row
   */
  next(crop, width) {
    this.#mirrored = !this.#mirrored;
    return this.#mirrored ? mirrorImage(crop, width) : crop;
  }

  /**
   * The mean of what this look saw and of what the one before saw.
   * @param {number[]} probabilities
   */
  join(probabilities) {
    const before = this.#before ?? probabilities;
    this.#before = probabilities;
    return probabilities.map((p, index) => (p + before[index]) / 2);
  }
}

/**
 * Left and right exchanged.
 * @param {Float32Array} pixels one value each, row by row
 * @param {number} width of a row
 */
export function mirrorImage(pixels, width) {
  const image = new Float32Array(pixels.length);
  for (let start = 0; start < pixels.length; start += width) {
    image.set(pixels.slice(start, start + width).reverse(), start);
  }
  return image;
}
