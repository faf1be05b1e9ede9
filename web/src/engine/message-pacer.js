/** When a label is sent: when it changes (but not in bursts), and every `interval` otherwise. Pure.
 *
 * @import { Label } from "../shared/contract.js"
 */

import { LABEL_GAP_SECONDS } from "../shared/contract.js";

const SHORTEST_GAP = 1000 * LABEL_GAP_SECONDS; // milliseconds

export class MessagePacer {
  #interval;
  /** @type {Label | null} */
  #sent = null;
  #sentAt = -Infinity;

  /** @param {number} interval milliseconds between repeats of an unchanged label */
  constructor(interval) {
    this.#interval = interval;
  }

  /**
   * @param {Label} label the newest
   * @param {number} now milliseconds
   * @returns {boolean} whether to send it now; true counts as sent
   */
  due(label, now) {
    const changed =
      this.#sent === null ||
      this.#sent.state !== label.state ||
      this.#sent.emotion !== label.emotion;
    if (now - this.#sentAt < (changed ? SHORTEST_GAP : this.#interval)) return false;
    this.#sent = label;
    this.#sentAt = now;
    return true;
  }
}
