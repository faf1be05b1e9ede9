/** A student's own face at rest, which a stranger's classifier may take for sad or angry. Pure. */

const LOOKS = 6; // three seconds, or six if the face is still

/** Averages the next looks into what the face at rest looks like. */
export class RestingFace {
  /** @type {number[] | null} */
  #sum = null;
  #looks = 0;

  /**
   * @param {number[]} probabilities of one look at the face at rest
   * @returns {number[] | null} their mean, once there are enough
   */
  add(probabilities) {
    this.#sum = this.#sum ? this.#sum.map((old, i) => old + probabilities[i]) : probabilities;
    this.#looks += 1;
    return this.#looks >= LOOKS ? this.#sum.map((sum) => sum / this.#looks) : null;
  }
}

/**
 * Probabilities as they would be if the face at rest looked neutral: each emotion is scaled down
 * so that at rest it comes to no more than half of neutral.
 * @param {number[]} probabilities of a look
 * @param {number[]} resting those of the face at rest
 * @param {number} neutral the index of neutral
 */
export function fromResting(probabilities, resting, neutral) {
  const scaled = probabilities.map((p, index) =>
    index === neutral ? p : p * Math.min(1, resting[neutral] / 2 / resting[index]),
  );
  // They add up to what they did: what is missing to 1 is that of none of the labels.
  const [before, after] = [probabilities, scaled].map((all) => all.reduce((sum, p) => sum + p, 0));
  return scaled.map((p) => (after > 0 ? (p * before) / after : p));
}
