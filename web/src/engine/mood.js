/** Readings -> the label to show and to send: averaged over a few looks, and honest when unsure. */

const NEWEST_WEIGHT = 0.35; // of a look in the moving average: one odd look does not flip a clear label
const SURE = 0.4; // the least probability with which a label is named

export class Mood {
  #labels;
  #average = null;

  /** @param {string[]} labels the emotions in the order of a reading's probabilities */
  constructor(labels) {
    this.#labels = labels;
  }

  /**
   * Take in one reading.
   * @param {{probabilities: number[] | null}} reading null where no face is seen
   * @returns {{state: string, emotion?: string, p?: number}} the contract's label message
   */
  update({ probabilities }) {
    if (probabilities === null) {
      this.#average = null;
      return { state: "no_face" };
    }
    this.#average = this.#average
      ? this.#average.map((old, i) => old + NEWEST_WEIGHT * (probabilities[i] - old))
      : probabilities;
    const p = Math.max(...this.#average);
    if (p < SURE) return { state: "unsure" };
    const emotion = this.#labels[this.#average.indexOf(p)];
    return { state: "ok", emotion, p: Math.round(p * 100) / 100 };
  }
}
