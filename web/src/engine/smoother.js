/** Readings -> the label to show and to send: averaged over time, steady, honest when unsure. Pure.
 *
 * @import { Emotion, Label } from "../shared/contract.js"
 */

const AVERAGE_SECONDS = 1; // time constant of the moving average: an expression lasts 0.5 to 4 s
const LEAD = 0.1; // of probability, that another label needs before it
const HOLD_SECONDS = 0.8; // for which it has to lead: two looks at the usual pace
const LOST_SECONDS = 1; // without a face before the page says so: one missed look is no leaving,
const UNSURE = Symbol("no label, whatever labels are called");
const LOST_LOOKS = 2; // also on a machine that looks more seldom

export class Smoother {
  #labels;
  #sure;
  /** @type {number[] | null} */
  #average = null;
  /** @type {Emotion | typeof UNSURE | null} */
  #label = null; // what is shown
  /** @type {Emotion | typeof UNSURE | null} */
  #leader = null; // what would be shown, and since when
  #leaderSince = 0;
  #seenAt = -Infinity;
  #missed = 0; // looks in a row that found nobody

  /**
   * @param {Emotion[]} labels the emotions in the order of a reading's probabilities
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
   * @param {boolean} [nobody] whether the look found nobody, which a single look may do in error;
   *   whatever else hinders is known
   * @returns {Label & {state: "ok" | "unsure" | "no_face"}}
   */
  update(probabilities, seconds, nobody = false) {
    this.#missed = nobody ? this.#missed + 1 : 0;
    if (probabilities === null) {
      const lost = seconds - this.#seenAt >= LOST_SECONDS;
      if (lost && (!nobody || this.#missed >= LOST_LOOKS)) this.#average = this.#label = null;
      return this.#message();
    }
    const average = this.#blend(probabilities, seconds);
    const leader = this.#leaderOf(average);
    if (leader !== this.#leader) {
      this.#leader = leader;
      this.#leaderSince = seconds;
    }
    if (this.#label === null || seconds - this.#leaderSince >= HOLD_SECONDS) this.#label = leader;
    return this.#message();
  }

  /**
   * @param {number[]} probabilities
   * @param {number} seconds
   */
  #blend(probabilities, seconds) {
    const weight = 1 - Math.exp((this.#seenAt - seconds) / AVERAGE_SECONDS);
    this.#seenAt = seconds;
    this.#average =
      this.#average?.map((old, index) => old + weight * (probabilities[index] - old)) ??
      probabilities;
    return this.#average;
  }

  /**
   * The label that an average speaks for; the one that is shown wins unless it clearly loses.
   * @param {number[]} average
   */
  #leaderOf(average) {
    const p = Math.max(...average);
    const best = this.#labels[average.indexOf(p)];
    const shown = this.#labels.findIndex((label) => label === this.#label);
    const lead = p - (average[shown] ?? 0);
    if (shown >= 0 && lead < LEAD && average[shown] >= this.#sure - LEAD / 2) {
      return this.#labels[shown];
    }
    return p < this.#sure ? UNSURE : best;
  }

  /** @returns {Label & {state: "ok" | "unsure" | "no_face"}} */
  #message() {
    if (this.#average === null || this.#label === null) return { state: "no_face" };
    if (this.#label === UNSURE) return { state: "unsure" };
    return { state: "ok", emotion: this.#label };
  }
}
