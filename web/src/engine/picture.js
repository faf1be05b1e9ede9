/** What is wrong with the camera's picture itself: dark, or standing still. Pure.
 *
 * @import { Square } from "./crop.js"
 */

const DARK = 16; // grey level that one pixel in a hundred may exceed behind a covered lens
const FROZEN_SECONDS = 10; // a sensor's noise changes every picture; only a stuck one repeats itself
const FROZEN_LOOKS = 3; // and not just once

/** @param {Float32Array} pixels grey levels or colours, 0..255 */
export function isDark(pixels) {
  let bright = 0;
  for (const value of pixels) if (value > DARK) bright += 1;
  return bright < pixels.length / 100;
}

/** Notices pictures that repeat themselves exactly. */
export class Freshness {
  /** @type {Square | null} */
  #square = null; // the same one while nothing changes, wherever a face is found meanwhile
  /** @type {ArrayLike<number> | null} */
  #before = null; // what it showed
  #changedAt = 0;
  #age = 0; // seconds for which it has been the same
  /** How many looks in a row have shown what the one before did. */
  repeats = 0;

  /**
   * @param {(square: Square) => ArrayLike<number>} cut a square's pixels in the picture of now, none
   *   of them averaged: the mean of many has no noise
   * @param {Square} around where to look for changes from now on, if there are some
   * @param {number} seconds the time
   */
  see(cut, around, seconds) {
    const [now, before] = [this.#square && cut(this.#square), this.#before];
    const same = now && before && Array.prototype.every.call(now, (v, i) => v === before[i]);
    if (!same) {
      this.#square = around;
      this.#before = cut(around);
      this.#changedAt = seconds;
    }
    this.#age = seconds - this.#changedAt;
    this.repeats = same ? this.repeats + 1 : 0;
  }

  /** Whether it has been the same for so long that the camera is stuck. */
  get isFrozen() {
    return this.#age >= FROZEN_SECONDS && this.repeats >= FROZEN_LOOKS;
  }
}
