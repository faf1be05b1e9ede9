/** Readings -> the label to show and to send: averaged over time, steady, honest when unsure. Pure. */

const AVERAGE_SECONDS = 1; // time constant of the moving average: an expression lasts 0.5 to 4 s
const LEAD = 0.1; // of probability, that another label needs before it
const HOLD_SECONDS = 0.8; // for which it has to lead: two looks at the usual pace
const LOST_SECONDS = 1; // without a face before the page says so: one missed look is no leaving

export class Smoother {
  #labels;
  #sure;
  #average = null;
  #label = null; // what is shown
  #leader = null; // what would be shown, and since when
  #leaderSince = 0;
  #seenAt = -Infinity;

  /**
   * @param {string[]} labels the emotions in the order of a reading's probabilities
   * @param {number} sure the least probability with which one is named
   */
  constructor(labels, sure) {
    this.#labels = labels;
    this.#sure = sure;
  }

  /**
   * Take in one reading.
   * @param {number[] | null} probabilities null where no face can be read
   * @param {number} seconds the time
   * @returns {{state: "ok" | "unsure" | "no_face", emotion?: string, p?: number}} the contract's
   *   label message
   */
  update(probabilities, seconds) {
    if (probabilities === null) {
      if (this.#average && seconds - this.#seenAt < LOST_SECONDS) return this.#message();
      this.#average = null;
      this.#label = null;
      return { state: "no_face" };
    }
    this.#blend(probabilities, seconds);
    const leader = this.#findLeader();
    if (leader !== this.#leader) {
      this.#leader = leader;
      this.#leaderSince = seconds;
    }
    if (this.#label === null || seconds - this.#leaderSince >= HOLD_SECONDS) this.#label = leader;
    return this.#message();
  }

  #blend(probabilities, seconds) {
    const weight = 1 - Math.exp((this.#seenAt - seconds) / AVERAGE_SECONDS);
    this.#average = this.#average
      ? this.#average.map((old, index) => old + weight * (probabilities[index] - old))
      : probabilities;
    this.#seenAt = seconds;
  }

  /** The label that the average speaks for; the one that is shown wins unless it clearly loses. */
  #findLeader() {
    const p = Math.max(...this.#average);
    const best = this.#labels[this.#average.indexOf(p)];
    const shown = this.#labels.indexOf(this.#label);
    const lead = p - (this.#average[shown] ?? 0);
    if (shown >= 0 && lead < LEAD && this.#average[shown] >= this.#sure - LEAD / 2) {
      return this.#label;
    }
    return p < this.#sure ? "unsure" : best;
  }

  #message() {
    if (this.#label === "unsure") return { state: "unsure" };
    const p = this.#average[this.#labels.indexOf(this.#label)];
    return { state: "ok", emotion: this.#label, p: Math.round(p * 100) / 100 };
  }
}
