/** What the teacher has done and may still undo: it is shown as done at once, and done a little later.
 *
 * @typedef {object} Deed
 * @property {string[]} keys of what it takes away, by which a page leaves that out
 * @property {string} said what it comes to, in words
 * @property {unknown} [was] what was there
 * @property {() => Promise<boolean>} act does it; resolves to whether it is done
 *
 * @typedef {Deed & {timer: ReturnType<typeof setTimeout>, state: State}} Wanted
 * @typedef {"waits" | "acts" | "done"} State
 */

const UNDO_SECONDS = 10; // enough to see what happened, and too short for a class to wait for

export class Pending {
  /** @type {Wanted[]} */
  #deeds = [];
  #changed;

  /** @param {() => void} changed called when what is taken away is not the same any more */
  constructor(changed) {
    this.#changed = changed;
  }

  /** What may still be undone, oldest first. */
  get waiting() {
    return this.#deeds.filter(({ state }) => state === "waits");
  }

  /**
   * What takes this away, whether it can still be undone or not.
   * @param {string} key
   */
  find(key) {
    return this.#deeds.find(({ keys }) => keys.includes(key));
  }

  /** @param {Deed} deed */
  add(deed) {
    const timer = setTimeout(() => this.#act(wanted), UNDO_SECONDS * 1000);
    /** @type {Wanted} */
    const wanted = { ...deed, timer, state: "waits" };
    this.#deeds.push(wanted);
    this.#changed();
  }

  /** @param {Wanted} deed that waits */
  undo(deed) {
    if (deed.state === "waits") this.#remove(deed);
  }

  /** Do now what waits: the page is about to go. */
  flush() {
    for (const deed of this.waiting) this.#act(deed);
  }

  /** Undo all that waits: nothing can be done. */
  drop() {
    for (const deed of this.waiting) this.#remove(deed);
  }

  /** What the page knows by now has nothing any more of what is done. */
  settle() {
    this.#deeds = this.#deeds.filter(({ state }) => state !== "done");
  }

  /** @param {Wanted} deed */
  async #act(deed) {
    clearTimeout(deed.timer);
    deed.state = "acts";
    this.#changed();
    const isDone = await deed.act();
    if (isDone) deed.state = "done";
    else this.#remove(deed);
  }

  /** @param {Wanted} deed */
  #remove(deed) {
    clearTimeout(deed.timer);
    this.#deeds = this.#deeds.filter((each) => each !== deed);
    this.#changed();
  }
}
