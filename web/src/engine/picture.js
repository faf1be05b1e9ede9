/** What is wrong with the camera's picture itself: dark, or standing still. Pure. */

const DARK = 16; // grey level that one pixel in a hundred may exceed behind a covered lens
const FROZEN_SECONDS = 10; // a sensor's noise changes every picture; only a stuck one repeats itself

/** @param {Float32Array} pixels grey levels or colours, 0..255 */
export function isDark(pixels) {
  let bright = 0;
  for (const value of pixels) if (value > DARK) bright += 1;
  return bright < pixels.length / 100;
}

/** Notices pictures that repeat themselves exactly. */
export class Freshness {
  /** @type {Float32Array | null} */
  #last = null;
  #changedAt = 0;

  /**
   * @param {Float32Array} pixels what was looked at
   * @param {number} seconds the time
   * @returns {boolean} whether it has been the same for so long that the camera is stuck
   */
  isFrozen(pixels, seconds) {
    const last = this.#last;
    const same = last?.length === pixels.length && pixels.every((v, i) => v === last[i]);
    if (!same) this.#changedAt = seconds;
    this.#last = pixels;
    return seconds - this.#changedAt >= FROZEN_SECONDS;
  }
}
