/** When to look next: often enough for an expression, and never a burden. Pure. */

const SOONEST = 500; // milliseconds between two looks: an expression lasts 0.5 to 4 s
const STILL = 1000; // while the face does not move
const SHARE = 0.1; // of one core, at the most: a weak machine looks more rarely
const NEWEST = 0.3; // weight of the newest look in the moving average of their cost
const LONGEST_REST = 5000; // milliseconds after one look that was slow by itself

export class LookPacer {
  #first = true;
  /** @type {number | null} */
  #cost = null;

  /**
   * @param {number} cost milliseconds of work that the look took
   * @param {boolean} still whether the face has not moved
   * @returns {number} milliseconds from the beginning of this look to that of the next
   */
  next(cost, still) {
    if (this.#first) {
      this.#first = false;
      return SOONEST; // what takes part is compiled in it: it tells nothing of the others
    }
    this.#cost = this.#cost === null ? cost : this.#cost + NEWEST * (cost - this.#cost);
    const rest = Math.min(cost / SHARE, LONGEST_REST);
    return Math.max(still ? STILL : SOONEST, this.#cost / SHARE, rest);
  }
}
